// A channel's CSV through mapping and engine. The file is read twice: once to see that it is
// sound and what it holds, so that a bad file leaves the store as it was; once to import.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <future>
#include <map>
#include <utility>

#include <bylaw/config/mapping_file.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/wire/json.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

namespace {

using trade::Command;
using trade::Outcome;

/// Feeds a file to an assembler, in pieces.
Result<void> read_file(std::string const& path, wire::RowAssembler& assembler, Progress* progress) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return failure("cannot_read", std::string("the file cannot be read: ") + std::strerror(errno), path, "check the name and its permissions");
  wire::CsvReader reader(
      path, {[](void* self, wire::CsvReader::Row const& row) { return static_cast<wire::RowAssembler*>(self)->row(row); },
             [](void* self, std::vector<std::string> const& columns) { return static_cast<wire::RowAssembler*>(self)->header(columns); }, &assembler});
  std::string buffer(1u << 18, '\0');
  std::int64_t bytes = 0;
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    auto const got = static_cast<std::size_t>(file.gcount());
    if (auto const fed = reader.feed({buffer.data(), got}); !fed) return fed;
    bytes += file.gcount();
    if (progress != nullptr) progress->at(bytes);
  }
  if (file.bad()) return failure("cannot_read", "the file cannot be read to its end", path, "check the disk");
  if (auto const finished = reader.finish(); !finished) return finished;
  if (!reader.ended_with_line_break()) std::fprintf(stderr, "bylaw: %s: the last line has no line break; the file may be cut off\n", path.c_str());
  return assembler.finish();
}

/// First reading: what the file sells, when it begins, and every row that is not taken.
struct Survey {
  struct Sold {
    std::string title;
    std::int64_t units = 0;
    bool service = false;
  };
  std::map<std::string, Sold> items;
  Timestamp first{INT64_MAX};
  std::int64_t refused = 0;

  static Result<void> on_order(void* self, trade::Order& order) {
    auto& survey = *static_cast<Survey*>(self);
    survey.first = std::min(survey.first, order.placed);
    for (auto const& line : order.lines) {
      auto& sold = survey.items[line.item];
      if (sold.title.empty()) sold.title = line.title;
      sold.units += line.quantity;
      sold.service = line.service;
    }
    return {};
  }
  static Result<void> on_return(void* self, trade::Return& back) {
    for (auto const& line : back.lines) static_cast<Survey*>(self)->items[line.item].service = line.service;
    return {};
  }
};

class Importer {
 public:
  Importer(wire::Mapping const& mapping, engine::Engine& engine) : mapping_(mapping), engine_(engine) {}

  Result<void> master_data(Survey const& survey) {
    auto const at = survey.first.value == INT64_MAX ? Timestamp(0) : survey.first;
    auto const prefix = mapping_.source + ":";
    if (!mapping_.opening_stock_location.empty()) {
      trade::Location location;
      location.id = mapping_.opening_stock_location;
      if (auto const done = push({prefix + "location:" + location.id, at, {}, trade::DefineLocation{location}}); !done) return done;
    }
    for (auto const& [sku, sold] : survey.items) {
      trade::Item item;
      item.sku = sku;
      item.title = sold.title;
      item.service = sold.service;
      if (auto const done = push({prefix + "item:" + sku, at, {}, trade::DefineItem{item}}); !done) return done;
      if (mapping_.opening_stock_location.empty() || sold.service || sold.units == 0) continue;
      trade::ReceiveStock receipt{sku, mapping_.opening_stock_location, sold.units, "opening"};
      if (auto const done = push({prefix + "opening:" + sku, at, {}, receipt}); !done) return done;
    }
    return finish();
  }

  static Result<void> on_order(void* self, trade::Order& order) {
    auto& me = *static_cast<Importer*>(self);
    auto const id = order.id;
    auto const at = order.placed;
    auto const prefix = me.mapping_.source + ":order:" + id;
    if (auto const done = me.push({prefix, at, {}, trade::ImportOrder{std::move(order)}}); !done) return done;
    for (auto const& event : me.mapping_.order_events) {
      if (auto const done = me.push({prefix + ":" + event, at, {}, trade::OrderEvent{id, event, ""}}); !done) return done;
    }
    return {};
  }

  static Result<void> on_return(void* self, trade::Return& request) {
    auto& me = *static_cast<Importer*>(self);
    auto const at = request.requested;
    return me.push({me.mapping_.source + ":return:" + request.id, at, {}, trade::RequestReturn{std::move(request)}});
  }

  /// Waits until everything that was pushed is in the store.
  Result<void> finish() {
    if (auto const handed = hand_over(); !handed) return handed;
    return wait();
  }

  std::map<std::string, std::int64_t> refusals;
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0;

 private:
  Result<void> push(Command command) {
    constexpr std::size_t group_size = 1000;
    group_.push_back(std::move(command));
    return group_.size() >= group_size ? hand_over() : Result<void>{};
  }

  /// The group before is done first: groups stay in their order, and no more than two are in memory.
  Result<void> hand_over() {
    if (auto const done = wait(); !done) return done;
    if (group_.empty()) return {};
    running_ = std::async(std::launch::async | std::launch::deferred, [this, group = std::exchange(group_, {})] { return submit(group); });
    return {};
  }

  /// What was refused is printed here, and not where it happens: the same file says the same in the same order.
  Result<void> wait() {
    if (!running_.valid()) return {};
    auto done = running_.get();
    std::fputs(std::exchange(refusal_notes_, {}).c_str(), stderr);
    return done;
  }

  Result<void> submit(std::vector<Command> const& group) {
    auto const outcomes = engine_.submit(group);
    if (!outcomes) return Unexpected{outcomes.error()};
    std::vector<Command> follow_up;
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
      auto const& outcome = (*outcomes)[i];
      count(outcome);
      // What happened to a return afterwards is asserted only of those that were authorized.
      if (group[i].body.kind() != trade::RequestReturn::command_kind || outcome.state != "authorized") continue;
      for (auto const& event : mapping_.return_events) {
        trade::ReturnEvent body{outcome.subject, event, event == "inspect" ? mapping_.inspected_condition : "", ""};
        follow_up.push_back({group[i].id + ":" + event, group[i].at, {}, std::move(body)});
      }
    }
    if (follow_up.empty()) return {};
    auto const followed = engine_.submit(follow_up);
    if (!followed) return Unexpected{followed.error()};
    for (auto const& outcome : *followed) count(outcome);
    return {};
  }

  void count(Outcome const& outcome) {
    duplicates += outcome.duplicate ? 1 : 0;
    if (outcome.status == trade::Status::accepted) {
      ++accepted;
      return;
    }
    auto& seen = refusals[outcome.code];
    if (++seen <= 5) refusal_notes_ += "refused: " + outcome.command_id + ": " + outcome.message + "\n";
  }

  wire::Mapping const& mapping_;
  engine::Engine& engine_;
  std::vector<Command> group_;
  std::string refusal_notes_;
  std::future<Result<void>> running_;  ///< rows are read while the engine works on the group before
};

std::string decimal_text(Int128 nano) {
  bool const negative = nano < 0;
  if (negative) nano = -nano;
  auto const whole = static_cast<std::int64_t>(nano / 1'000'000'000);
  auto const rest = Decimal::scaled(static_cast<std::int64_t>(nano % 1'000'000'000), 9);
  auto text = std::to_string(whole);
  if (rest.scale() > 0) text += to_string(rest).substr(1);
  return (negative ? "-" : "") + text;
}

void print_summary(ImportOptions const& options, wire::Mapping const& mapping, wire::ImportTotals const& totals, Importer const& importer) {
  auto const currency = std::string(mapping.currency.code());
  auto const minor_nano = Int128{1'000'000'000} / power_of_ten(mapping.currency.exponent());
  auto const residue = totals.sold_nano - Int128{totals.sold_minor} * minor_nano;
  auto const returned_residue = totals.returned_nano - Int128{totals.returned_minor} * minor_nano;
  std::int64_t refused_commands = 0;
  for (auto const& [code, count] : importer.refusals) refused_commands += count;
  std::vector<std::pair<std::string, std::string>> const rows = {{"rows", std::to_string(totals.rows)},
                                                                 {"orders", std::to_string(totals.orders)},
                                                                 {"order_lines", std::to_string(totals.order_lines)},
                                                                 {"sold", decimal_text(totals.sold_nano) + " " + currency},
                                                                 {"sold_posted", to_string(Money(totals.sold_minor, mapping.currency))},
                                                                 {"rounding_residue", decimal_text(residue + returned_residue) + " " + currency},
                                                                 {"returns", std::to_string(totals.returns)},
                                                                 {"return_lines", std::to_string(totals.return_lines)},
                                                                 {"returned", decimal_text(totals.returned_nano) + " " + currency},
                                                                 {"rows_refused", std::to_string(totals.refused_rows)},
                                                                 {"duplicate_rows_kept", std::to_string(totals.duplicate_rows)},
                                                                 {"commands_accepted", std::to_string(importer.accepted)},
                                                                 {"commands_refused", std::to_string(refused_commands)},
                                                                 {"commands_already_known", std::to_string(importer.duplicates)}};
  if (options.json) {
    wire::JsonWriter out;
    out.begin_object();
    for (auto const& [name, value] : rows) {
      if (value.find(' ') == std::string::npos) out.key(name).raw(value);
      else out.member(name, value);
    }
    out.end_object();
    std::printf("%s\n", out.view().c_str());
    return;
  }
  for (auto const& [name, value] : rows) std::printf("%-24s %s\n", name.c_str(), value.c_str());
}

std::int64_t size_of(std::string const& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  return file ? static_cast<std::int64_t>(file.tellg()) : 0;
}

}  // namespace

int import(ImportOptions const& options) {
  ZoneTable zones;
  engine::Options engine_options;
  int exit_code = exit_ok;
  if (!load_rules(options.policy, zones, engine_options.rulebook, exit_code)) return exit_code;
  tell_decided_only(engine_options.rulebook);
  auto const mapping = config::load_mapping(options.mapping, zones);
  if (!mapping) return fail(mapping.error());

  Survey survey;
  wire::RowAssembler first(*mapping, options.file, {Survey::on_order, Survey::on_return, [](void*, wire::RowIssue const&) {}, &survey});
  {
    Progress progress("reading", size_of(options.file));
    if (auto const read = read_file(options.file, first, &progress); !read) return fail(read.error());
  }
  engine_options.store_path = options.store;
  auto engine = engine::Engine::open(std::move(engine_options));
  if (!engine) return fail(engine.error());
  Importer importer(*mapping, *engine);
  struct Sinks {
    Importer& importer;
    std::string const& file;
  } sinks{importer, options.file};
  auto const print_issue = [](void* self, wire::RowIssue const& issue) {
    auto const& s = *static_cast<Sinks*>(self);
    std::fprintf(stderr, "%s:%lld: %s: %s\n", s.file.c_str(), static_cast<long long>(issue.line), issue.code.c_str(), issue.message.c_str());
  };
  wire::RowAssembler second(
      *mapping, options.file,
      {[](void* self, trade::Order& order) { return Importer::on_order(&static_cast<Sinks*>(self)->importer, order); },
       [](void* self, trade::Return& back) { return Importer::on_return(&static_cast<Sinks*>(self)->importer, back); }, print_issue, &sinks});
  {
    Progress progress("importing", size_of(options.file));
    if (auto const done = importer.master_data(survey); !done) return fail(done.error());
    if (auto const read = read_file(options.file, second, &progress); !read) return fail(read.error());
    if (auto const done = importer.finish(); !done) return fail(done.error());
  }
  if (auto const closed = engine->close(); !closed) return fail(closed.error());
  print_summary(options, *mapping, second.totals(), importer);
  return second.totals().refused_rows == 0 && importer.refusals.empty() ? exit_ok : exit_findings;
}

}  // namespace bylaw::inline v0::cli
