#include <cstdio>
#include <fstream>
#include <iostream>

#include <bylaw/engine/engine.hpp>
#include <bylaw/wire/commands.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

namespace {

/// Commands go to the engine in groups, so that one sync serves many of them.
constexpr std::size_t group_size = 500;
constexpr std::size_t line_bytes_max = 1u << 24;

class FeedRunner {
 public:
  explicit FeedRunner(engine::Engine& engine) : engine_(engine) {}

  bool feed(std::istream& in, std::string const& name) {
    std::string line;
    std::int64_t number = 0;
    while (std::getline(in, line)) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) {
        if (!answer_when_paused(in)) return false;
        continue;
      }
      if (line.size() > line_bytes_max) {
        refuse({"line_too_long", "this line is longer than 16 MB", name + ":" + std::to_string(number), "write one command a line"});
        continue;
      }
      auto commands = wire::parse_batch(line);
      if (!commands) {
        auto error = commands.error();
        error.place = name + ":" + std::to_string(number) + (error.place.empty() ? "" : ", " + error.place);
        refuse(error, wire::command_id_of(line));
        continue;
      }
      bool const batch = commands->together;
      if (batch && !flush()) return false;
      for (auto& command : commands->commands) group_.push_back(std::move(command));
      if ((batch || group_.size() >= group_size) && !flush(batch)) return false;
      if (!answer_when_paused(in)) return false;
    }
    return flush();
  }

  /// Writes the group; `together`: all of it or nothing.
  bool flush(bool together = false) {
    if (group_.empty()) return true;
    auto const outcomes = together ? engine_.submit_together(group_) : engine_.submit(group_);
    group_.clear();
    if (!outcomes) {
      (void)fail(outcomes.error());
      return false;
    }
    for (auto const& outcome : *outcomes) {
      auto const text = wire::to_json(outcome);
      std::fwrite(text.data(), 1, text.size(), stdout);
      std::fputc('\n', stdout);
      refused_ += outcome.status == trade::Status::refused ? 1 : 0;
    }
    return true;
  }

  [[nodiscard]] std::int64_t refused() const { return refused_; }

 private:
  /// Who waits for an answer before sending the next command is not kept waiting for a full group.
  bool answer_when_paused(std::istream& in) {
    if (in.rdbuf()->in_avail() > 0) return true;
    bool const done = flush();
    std::fflush(stdout);
    return done;
  }
  /// A line that is no command has an outcome in its place, with the id it names if it names one; it is named on stderr too.
  void refuse(Error const& error, std::string command_id = {}) {
    (void)flush();
    ++refused_;
    trade::Outcome outcome;
    outcome.command_id = std::move(command_id);
    outcome.status = trade::Status::refused;
    outcome.code = error.code;
    outcome.message = error.place + ": " + error.message;
    outcome.remedy = error.remedy;
    std::printf("%s\n", wire::to_json(outcome).c_str());
    std::fflush(stdout);
    (void)fail(error);
  }

  engine::Engine& engine_;
  std::vector<trade::Command> group_;
  std::int64_t refused_ = 0;
};

}  // namespace

int run(RunOptions const& options) {
  ZoneTable zones;
  engine::Options engine_options;
  int exit_code = exit_ok;
  if (!load_rules(options.policy, zones, engine_options.rulebook, exit_code)) return exit_code;
  for (auto const& feed : options.feeds) {
    if (!std::ifstream(feed)) return fail({"cannot_read", "the feed cannot be read", feed, "check the name and its permissions"});
  }
  engine_options.store_path = options.store;
  engine_options.clocks_by_commands = true;
  tell_decided_only(engine_options.rulebook);
  auto engine = engine::Engine::open(std::move(engine_options));
  if (!engine) return fail(engine.error());
  FeedRunner runner(*engine);
  bool ok = true;
  std::ios::sync_with_stdio(false);  // std::cin then knows what has come and is not read yet
  if (options.feeds.empty()) ok = runner.feed(std::cin, "stdin");
  Progress progress("commands", static_cast<std::int64_t>(options.feeds.size()));
  for (std::size_t i = 0; ok && i < options.feeds.size(); ++i) {
    std::ifstream file(options.feeds[i]);
    ok = runner.feed(file, options.feeds[i]);
    progress.at(static_cast<std::int64_t>(i + 1));
  }
  if (auto const closed = engine->close(); !closed) return fail(closed.error());
  return ok && runner.refused() == 0 ? exit_ok : exit_findings;
}

}  // namespace bylaw::inline v0::cli
