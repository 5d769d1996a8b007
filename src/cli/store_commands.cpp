// report, audit, verify and backup: what reads a store while its host goes on.
#include <cstdio>

#include <bylaw/report/report.hpp>
#include <bylaw/store/history.hpp>
#include <bylaw/store/store.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

int report(std::string const& path, std::string const& name, Format format, bool list) {
  if (list) {
    store::Table table{{"report", "what it says"}, {false, false}, {}};
    for (auto const& known : report::reports()) table.rows.push_back({known.name, known.about});
    print(table, format);
    return exit_ok;
  }
  auto reader = store::Reader::open(path);
  if (!reader) return fail(reader.error());
  auto const table = report::run(*reader, name);
  if (!table) {
    (void)fail(table.error());
    return table.error().code == "unknown_report" ? exit_usage : exit_findings;
  }
  print(*table, format);
  return exit_ok;
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
  auto const verified = store::verify(path);
  if (!verified) return fail(verified.error());
  std::printf("%lld commits, %lld transfers, %lld orders and returns\n", static_cast<long long>(verified->commits), static_cast<long long>(verified->transfers),
              static_cast<long long>(verified->subjects));
  std::printf("state %s\n", verified->state_hash.c_str());
  for (auto const& finding : verified->findings) std::printf("broken: %s\n", finding.c_str());
  std::printf("%s\n", verified->findings.empty() ? "intact" : "NOT intact");
  return verified->findings.empty() ? exit_ok : exit_findings;
}

int backup(std::string const& path, std::string const& target) {
  auto const copied = store::backup(path, target);
  return copied ? exit_ok : fail(copied.error());
}

}  // namespace bylaw::inline v0::cli
