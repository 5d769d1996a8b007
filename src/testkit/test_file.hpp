#pragma once
#include <optional>
#include <set>

#include <bylaw/testkit/testkit.hpp>

#include "testkit/yaml.hpp"

namespace bylaw::inline v0::testkit {

/// Thrown inside the kit and turned into an Error at its border: reading a nested document is
/// nothing but possible refusals, and each names its line.
struct Refusal {
  Error error;
};

/// What a test file is about, shared by everything that runs it.
struct TestFile {
  std::string path;
  std::string policy_files;
  rulebook::Rulebook book;
  Timestamp at;
  Yaml facts;
  Yaml setup;  ///< steps that every scenario of the file begins with

  [[noreturn]] void refuse(std::size_t line, std::string message, std::string remedy) const {
    throw Refusal{bad_test(path, line, std::move(message), std::move(remedy))};
  }
  /// Refuses keys that are not known, with the nearest that is.
  void check_keys(Yaml const& map, std::vector<std::string> const& known) const;
  [[nodiscard]] std::string text(Yaml const& yaml, char const* what) const;
  [[nodiscard]] Timestamp time(Yaml const& yaml) const;
};

/// Refuses facts that the schema does not have: a typo in a fact would make a test say nothing.
void check_facts(TestFile const& file, Yaml const& facts);

/// Facts that stand beside `order` put inside it, so that a test overrides the file's facts however either writes them.
[[nodiscard]] Yaml under_subject(TestFile const& file, Yaml const& facts);

/// Runs one entry of `tests`: one decision, or one per row.
void run_test(TestFile const& file, Yaml const& test, std::vector<Outcome>& out, policy::Coverage* coverage);
/// Runs one entry of `scenarios`: steps through an engine in memory.
void run_scenario(TestFile const& file, Yaml const& scenario, std::vector<Outcome>& out);

/// A text as JSON.
[[nodiscard]] inline wire::Json text(std::string value) {
  wire::Json out;
  out.kind = wire::Json::Kind::text;
  out.text = std::move(value);
  return out;
}

/// What a decision gave against what was expected, member by member. `name` is the member's place.
void compare(TestFile const& file, std::string const& name, Yaml const& expected, wire::Json const* got, std::vector<std::string>& problems);
/// `[a, b]` of JSON, for messages.
[[nodiscard]] std::string shown(wire::Json const* json);

}  // namespace bylaw::inline v0::testkit
