#pragma once
#include <string>
#include <vector>

#include <bylaw/policy/coverage.hpp>
#include <bylaw/rulebook/rulebook.hpp>

namespace bylaw::inline v0::testkit {

/// One test or scenario of a file and how it went.
struct Outcome {
  std::string name;
  std::string file;
  std::size_t line = 0;
  bool passed = true;
  std::vector<std::string> problems;  ///< `holds: expected [a], got [b]`
  std::string explanation;            ///< of the decision, when it failed
};

/// A test file that was read and run.
struct Suite {
  std::string file;
  std::vector<Outcome> outcomes;
  std::vector<policy::RuleCoverage> coverage;  ///< of the policy it tests, when asked for
  std::string policy_files;                    ///< what it tests, as written in the file
};

struct Options {
  bool coverage = false;
};

/// Runs one `*.test.yaml`: docs/testing.md has the format. The policy is the one the file names, or
/// the `.bylaw` beside it with the same name. Errors: `cannot_read`, `bad_test` with file, line and
/// remedy (unknown keys, facts of the wrong type, YAML that is none), `bad_policy` with the
/// rendered findings. A test that fails is no error but an Outcome.
[[nodiscard]] BYLAW_EXPORT Result<Suite> run_file(std::string const& path, ZoneTable const& zones, Options const& options = {}) noexcept;

/// Test files of a path: the file itself, or all `*.test.yaml` under a folder, in order of name.
/// Errors: `cannot_read`.
[[nodiscard]] BYLAW_EXPORT Result<std::vector<std::string>> find_files(std::string const& path) noexcept;

/// The tests of a file as examples for people: name, facts that differ from the defaults, and what is expected.
struct Example {
  std::string name;
  std::vector<std::string> given;
  std::vector<std::string> expected;
};
/// Errors: as run_file; nothing is run.
[[nodiscard]] BYLAW_EXPORT Result<std::vector<Example>> examples_of(std::string const& path) noexcept;

/// The JUnit form that build servers read.
[[nodiscard]] BYLAW_EXPORT std::string to_junit(std::vector<Suite> const& suites);

/// Joins what several files have shown of the same rules.
[[nodiscard]] BYLAW_EXPORT std::vector<policy::RuleCoverage> join(std::vector<Suite> const& suites);

}  // namespace bylaw::inline v0::testkit
