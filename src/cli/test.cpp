// bylaw test: runs test files, says what failed and why, and what no test has shown.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include <bylaw/testkit/testkit.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

namespace {

char const* word_of(policy::Kind kind) {
  static constexpr char const* words[] = {"hold",   "stop",      "validation", "allocation", "protect", "publish", "service",
                                          "change", "backorder", "return",     "approval",   "posting", "brake",   "workflow"};
  return words[static_cast<std::size_t>(kind)];
}

void print_failure(testkit::Outcome const& outcome) {
  std::printf("FAILED %s\n  %s:%zu\n", outcome.name.c_str(), outcome.file.c_str(), outcome.line);
  for (auto const& problem : outcome.problems) std::printf("  %s\n", problem.c_str());
  if (!outcome.explanation.empty()) std::printf("%s\n", outcome.explanation.c_str());
}

void print_coverage(std::vector<policy::RuleCoverage> const& rules) {
  std::size_t fired = 0;
  std::size_t conditions = 0;
  std::size_t decided = 0;
  for (auto const& rule : rules) {
    fired += rule.fired > 0 ? 1 : 0;
    conditions += rule.conditions.size();
    for (auto const& condition : rule.conditions) decided += condition.covered() ? 1 : 0;
  }
  std::printf("coverage: %zu of %zu rules fired, %zu of %zu comparisons shown to decide both ways\n", fired, rules.size(), decided, conditions);
  for (auto const& rule : rules) {
    if (rule.covered()) continue;
    std::printf("  %s %s (%s)%s\n", word_of(rule.kind), rule.name.c_str(), rule.file.c_str(), rule.fired == 0 ? ": never fired" : "");
    for (auto const& condition : rule.conditions) {
      if (condition.covered()) continue;
      char const* const seen = !condition.seen_true && !condition.seen_false ? "never asked"
                               : !condition.seen_true                        ? "never true"
                               : !condition.seen_false                       ? "never false"
                               : condition.decided_true                      ? "never decided by being false"
                               : condition.decided_false                     ? "never decided by being true"
                                                                             : "never decided";
      std::printf("    %s `%s`: %s\n", condition.clause.c_str(), condition.text.c_str(), seen);
      if (!condition.missing.empty()) std::printf("      a test needs %s\n", condition.missing.c_str());
    }
  }
}

bool write_junit(std::string const& path, std::vector<testkit::Suite> const& suites) {
  std::ofstream out(path, std::ios::binary);
  out << testkit::to_junit(suites);
  out.close();
  return static_cast<bool>(out);
}

}  // namespace

int test(TestOptions const& options) {
  auto const zones = config::load_zones();
  if (!zones) return fail(zones.error());
  std::vector<std::string> files;
  for (auto const& path : options.paths) {
    auto const found = testkit::find_files(path);
    if (!found) return fail(found.error());
    files.insert(files.end(), found->begin(), found->end());
  }
  if (files.empty()) return fail({"no_tests", "there are no test files here", options.paths[0], "tests end in .test.yaml"});
  std::vector<testkit::Suite> suites;
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (auto const& file : files) {
    auto suite = testkit::run_file(file, *zones, {options.coverage});
    if (!suite) {
      // A file that cannot be run has shown nothing: it counts as failed.
      std::printf("FAILED %s\n  %s\n", file.c_str(), to_string(suite.error()).c_str());
      suite = testkit::Suite{file, {{"the file can be run", file, 1, false, {to_string(suite.error())}, {}}}, {}, {}};
      ++failed;
      suites.push_back(std::move(*suite));
      continue;
    }
    for (auto const& outcome : suite->outcomes) {
      ++(outcome.passed ? passed : failed);
      if (!outcome.passed) print_failure(outcome);
    }
    suites.push_back(std::move(*suite));
  }
  if (options.coverage) print_coverage(join(suites));
  if (!options.junit.empty() && !write_junit(options.junit, suites)) {
    return fail({"cannot_write", "the JUnit file cannot be written", options.junit, "check the folder and its permissions"});
  }
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 ? exit_ok : exit_findings;
}

}  // namespace bylaw::inline v0::cli
