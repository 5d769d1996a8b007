// Test files: found, read, run, and told as JUnit.
#include <algorithm>
#include <filesystem>

#include <bylaw/config/files.hpp>

#include "testkit/test_file.hpp"

namespace bylaw::inline v0::testkit {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view ending = ".test.yaml";

bool is_test_file(fs::path const& path) {
  auto const name = path.filename().string();
  return name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

/// The policy a test file is about: what it names, from its own folder, or the file beside it.
std::vector<std::string> policy_of(TestFile const& file, Yaml const& root) {
  auto const folder = fs::path(file.path).parent_path();
  std::vector<std::string> out;
  auto const add = [&](Yaml const& name) { out.push_back((folder / file.text(name, "a policy file")).lexically_normal().string()); };
  if (auto const* named = root.find("policy")) {
    if (named->is_list()) {
      for (auto const& name : named->items) add(name);
    } else {
      add(*named);
    }
    return out;
  }
  auto const beside = file.path.substr(0, file.path.size() - std::min(file.path.size(), ending.size())) + ".bylaw";
  std::error_code error;
  if (!fs::is_regular_file(beside, error))
    file.refuse(root.line, "there is no `" + fs::path(beside).filename().string() + "` beside this file", "name what it tests: policy: returns.bylaw");
  return {beside};
}

Yaml read_root(std::string const& path) {
  auto const text = config::read_text(path);
  if (!text) throw Refusal{text.error()};
  auto root = parse_yaml(path, *text);
  if (!root) throw Refusal{root.error()};
  return std::move(*root);
}

void load_policy(TestFile& file, Yaml const& root, ZoneTable const& zones) {
  auto const paths = policy_of(file, root);
  for (auto const& path : paths) file.policy_files += (file.policy_files.empty() ? "" : " ") + path;
  auto loaded = config::load_policy(paths, zones);
  if (!loaded) throw Refusal{loaded.error()};
  if (!loaded->ok()) {
    throw Refusal{{"bad_policy", "the policy has errors:\n" + render(loaded->diagnostics, loaded->sources), file.path, "correct it first: bylaw check"}};
  }
  file.book = std::move(loaded->rulebook);
}

Suite run_suite(std::string const& path, ZoneTable const& zones, Options const& options) {
  TestFile file;
  file.path = path;
  auto const root = read_root(path);
  file.check_keys(root, {"policy", "at", "facts", "tests", "setup", "scenarios", "note"});
  load_policy(file, root, zones);
  // Without a date of its own a test file is dated: tests must not depend on when they run.
  file.at = root.find("at") != nullptr ? file.time(*root.find("at")) : Timestamp(*parse_timestamp("2026-01-01T12:00:00Z"));
  if (auto const* facts = root.find("facts")) {
    check_facts(file, *facts);
    file.facts = under_subject(file, *facts);
  } else {
    file.facts.kind = Yaml::Kind::map;
  }
  Suite suite;
  suite.file = path;
  suite.policy_files = file.policy_files;
  policy::Coverage coverage(file.book.policy());
  auto const* tests = root.find("tests");
  auto const* scenarios = root.find("scenarios");
  if (tests == nullptr && scenarios == nullptr) file.refuse(root.line, "the file has no tests", "add tests: or scenarios:");
  if (tests != nullptr) {
    if (!tests->is_list()) file.refuse(tests->line, "`tests` is a list", "begin each test with `- name:`");
    for (auto const& test : tests->items) run_test(file, test, suite.outcomes, options.coverage ? &coverage : nullptr);
  }
  if (auto const* setup = root.find("setup")) {
    if (!setup->is_list()) file.refuse(setup->line, "`setup` is a list of steps", "write the steps that all scenarios begin with");
    file.setup = *setup;
  }
  if (scenarios != nullptr) {
    if (!scenarios->is_list()) file.refuse(scenarios->line, "`scenarios` is a list", "begin each with `- name:`");
    for (auto const& scenario : scenarios->items) run_scenario(file, scenario, suite.outcomes);
  }
  if (suite.outcomes.empty()) file.refuse(root.line, "the file has no tests", "add some under tests: or scenarios:");
  if (options.coverage) suite.coverage = coverage.report();
  return suite;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        // XML 1.0 has no other control characters, escaped or not.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

/// The leaves of a nested map as `path value`.
void leaves(Yaml const& yaml, std::string const& path, std::vector<std::string>& out) {
  if (yaml.is_map() && !yaml.keys.empty()) {
    for (std::size_t i = 0; i < yaml.keys.size(); ++i) leaves(yaml.items[i], path.empty() ? yaml.keys[i] : path + "." + yaml.keys[i], out);
  } else {
    out.push_back(path + ": " + to_text(yaml));
  }
}

std::vector<Example> read_examples(std::string const& path) {
  std::vector<Example> out;
  auto const root = read_root(path);
  for (auto const* part : {"tests", "scenarios"}) {
    auto const* list = root.find(part);
    if (list == nullptr) continue;
    for (auto const& test : list->items) {
      Example example;
      if (auto const* name = test.find("name")) example.name = name->text;
      if (auto const* facts = test.find("facts")) leaves(*facts, "", example.given);
      if (auto const* expect = test.find("expect")) leaves(*expect, "", example.expected);
      if (auto const* rows = test.find("rows"); rows != nullptr && rows->find("values") != nullptr && rows->find("columns") != nullptr) {
        example.given.push_back("rows of " + to_text(*rows->find("columns")));
        for (auto const& row : rows->find("values")->items) example.expected.push_back(to_text(row));
      }
      if (auto const* steps = test.find("steps")) {
        for (auto const& step : steps->items) {
          if (!step.keys.empty()) example.given.push_back(step.keys[0] + " " + to_text(step.items[0]));
        }
      }
      out.push_back(std::move(example));
    }
  }
  return out;
}

/// What the kit throws inside becomes an Error here: nothing is thrown at callers.
template <class Value, class Call>
Result<Value> guarded(std::string const& path, Call call) {
  try {
    return call();
  } catch (Refusal const& refusal) {
    return Unexpected{refusal.error};
  } catch (std::bad_alloc const&) {
    return failure("out_of_memory", "there is not enough memory", path, "split the file");
  } catch (std::exception const& error) {
    return failure("bad_test", std::string("the file cannot be run: ") + error.what(), path, "check the file");
  }
}

}  // namespace

Result<Suite> run_file(std::string const& path, ZoneTable const& zones, Options const& options) noexcept {
  return guarded<Suite>(path, [&] { return run_suite(path, zones, options); });
}

Result<std::vector<Example>> examples_of(std::string const& path) noexcept {
  return guarded<std::vector<Example>>(path, [&] { return read_examples(path); });
}

Result<std::vector<std::string>> find_files(std::string const& path) noexcept {
  return guarded<std::vector<std::string>>(path, [&] {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error)) throw Refusal{{"cannot_read", "there is no such file or folder", path, "check the name"}};
      // Whoever names the policy means its tests.
      auto const extension = path.rfind(".bylaw");
      if (extension == std::string::npos || extension + 6 != path.size()) return std::vector<std::string>{path};
      auto const tests = path.substr(0, extension) + std::string(ending);
      if (!fs::exists(tests, error)) throw Refusal{{"cannot_read", "this policy has no tests", path, "write them in " + tests}};
      return std::vector<std::string>{tests};
    }
    std::vector<std::string> files;
    for (auto const& entry : fs::recursive_directory_iterator(path, error)) {
      if (is_test_file(entry.path())) files.push_back(entry.path().lexically_normal().string());
    }
    if (error) throw Refusal{{"cannot_read", "the folder cannot be read", path, "check its permissions"}};
    std::sort(files.begin(), files.end());
    return files;
  });
}

std::string to_junit(std::vector<Suite> const& suites) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (auto const& suite : suites) {
    auto const failed = std::count_if(suite.outcomes.begin(), suite.outcomes.end(), [](Outcome const& o) { return !o.passed; });
    out += "  <testsuite name=\"" + escaped(suite.file) + "\" tests=\"" + std::to_string(suite.outcomes.size()) + "\" failures=\"" + std::to_string(failed) +
           "\">\n";
    for (auto const& outcome : suite.outcomes) {
      out += "    <testcase classname=\"" + escaped(suite.file) + "\" name=\"" + escaped(outcome.name) + "\" file=\"" + escaped(outcome.file) + "\" line=\"" +
             std::to_string(outcome.line) + "\"";
      if (outcome.passed) {
        out += "/>\n";
        continue;
      }
      std::string text;
      for (auto const& problem : outcome.problems) text += problem + "\n";
      out += ">\n      <failure message=\"" + escaped(outcome.problems.empty() ? "failed" : outcome.problems[0]) + "\">" + escaped(text + outcome.explanation) +
             "</failure>\n    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

std::vector<policy::RuleCoverage> join(std::vector<Suite> const& suites) {
  std::vector<policy::RuleCoverage> out;
  for (auto const& suite : suites) {
    for (auto const& rule : suite.coverage) {
      auto const same = std::find_if(out.begin(), out.end(), [&](policy::RuleCoverage const& known) {
        return known.kind == rule.kind && known.name == rule.name && known.file == rule.file && known.conditions.size() == rule.conditions.size();
      });
      if (same == out.end()) {
        out.push_back(rule);
        continue;
      }
      same->fired += rule.fired;
      same->passed += rule.passed;
      for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
        auto& condition = same->conditions[i];
        auto const& more = rule.conditions[i];
        condition.seen_true = condition.seen_true || more.seen_true;
        condition.seen_false = condition.seen_false || more.seen_false;
        condition.decided_true = condition.decided_true || more.decided_true;
        condition.decided_false = condition.decided_false || more.decided_false;
        if (condition.covered()) condition.missing.clear();
        else if (!more.missing.empty() && more.decided_true == condition.decided_true && more.decided_false == condition.decided_false)
          condition.missing = more.missing;
      }
    }
  }
  return out;
}

}  // namespace bylaw::inline v0::testkit
