// report, audit, verify and backup: what reads a store while its host goes on.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>

#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/report/export.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/history.hpp>
#include <bylaw/store/store.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

int report(std::string const& path, std::string const& name, Format format, bool list) {
  if (list) {
    store::Table table{{"report", "what it says"}, {false, false}, {}};
    for (auto const& known : report::list()) table.rows.push_back({known.name, known.about});
    print(table, format);
    return exit_ok;
  }
  auto reader = store::Reader::open(path);
  if (!reader) return fail(reader.error());
  auto const zones = config::load_zones();
  if (!zones) return fail(zones.error());
  auto const table = report::run(*reader, name, *zones);
  if (!table) {
    (void)fail(table.error());
    return table.error().code == "unknown_report" ? exit_usage : exit_findings;
  }
  print(*table, format);
  return exit_ok;
}

int migrate(MigrateOptions const& options) {
  ZoneTable zones;
  rulebook::Rulebook book;
  int exit_code = exit_ok;
  if (!load_rules(options.policy, zones, book, exit_code)) return exit_code;
  auto reader = store::Reader::open(options.store);
  if (!reader) return fail(reader.error());
  auto const plan = report::migration(*reader, book);
  if (!plan) return fail(plan.error());
  if (options.dry_run) {
    print(*plan, options.format);
    return exit_ok;
  }
  std::set<std::pair<std::string, std::string>> versions;
  for (auto const& row : plan->rows) {
    if (row[4] != "newer") versions.emplace(row[1], row[2]);
  }
  auto engine = engine::Engine::open({options.store, false, book, {}});
  if (!engine) return fail(engine.error());
  auto const now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  bool all = true;
  for (auto const& [workflow, from] : versions) {
    // One command moves at most so many; what is left after it is moved by the next.
    constexpr std::int64_t count_max = 100'000;
    for (int part = 1; part > 0;) {
      trade::Command command;
      command.id = "migrate:" + workflow + ":" + from + ":" + std::to_string(now) + ":" + std::to_string(part);
      command.at = Timestamp(now);
      command.by = {options.user, "system"};
      command.body = trade::Migrate{workflow, std::atoi(from.c_str()), count_max, options.note};
      auto const outcome = engine->submit(command);
      if (!outcome) return fail(outcome.error());
      std::printf("%s version %s: %s\n", workflow.c_str(), from.c_str(), outcome->message.c_str());
      bool const more = outcome->message.compare(0, 13, "100000 moved,") == 0;
      all = all && outcome->status == trade::Status::accepted && (more || outcome->message.find(", 0 left") != std::string::npos);
      part = more ? part + 1 : 0;
    }
  }
  if (versions.empty()) std::printf("nothing to migrate\n");
  if (auto const closed = engine->close(); !closed) return fail(closed.error());
  return all ? exit_ok : exit_findings;
}

int audit(std::string const& path, std::string const& order, Format format) {
  auto reader = store::Reader::open(path);
  if (!reader) return fail(reader.error());
  auto const table = report::audit(*reader, order);
  if (!table) return fail(table.error());
  print(*table, format);
  return exit_ok;
}

int verify(std::string const& path) {
  auto const verified = store::verify(path, true);
  if (!verified) return fail(verified.error());
  std::printf("%lld commits, %lld transfers, %lld orders and returns\n", static_cast<long long>(verified->commits), static_cast<long long>(verified->transfers),
              static_cast<long long>(verified->subjects));
  std::printf("state %s\n", verified->state_hash.c_str());
  for (auto const& finding : verified->findings) std::printf("broken: %s\n", finding.c_str());
  std::printf("%s\n", verified->findings.empty() ? "intact" : "NOT intact");
  return verified->findings.empty() ? exit_ok : exit_findings;
}

int export_money(std::string const& path, std::string const& format) {
  auto reader = store::Reader::open(path);
  if (!reader) return fail(reader.error());
  auto as = report::ExportFormat::ledger;
  if (!report::parse(format, as)) return exit_usage;
  report::Sink const out{[](void*, std::string_view text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size(); }, nullptr};
  auto const done = report::export_money(*reader, as, out);
  if (!done) return fail(done.error());
  return std::fflush(stdout) == 0 ? exit_ok : exit_findings;
}

int backup(std::string const& path, std::string const& target) {
  auto const copied = store::backup(path, target);
  return copied ? exit_ok : fail(copied.error());
}

}  // namespace bylaw::inline v0::cli
