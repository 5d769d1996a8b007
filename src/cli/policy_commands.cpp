// fmt, doc, graph and decide: what needs no store.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include <bylaw/policy/document.hpp>
#include <bylaw/policy/format.hpp>
#include <bylaw/testkit/testkit.hpp>
#include <bylaw/wire/decisions.hpp>
#include <bylaw/wire/facts.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

namespace fs = std::filesystem;

namespace {

/// Writes beside the file and renames, so that a file is never half written.
bool replace(std::string const& path, std::string const& text) {
  auto const temporary = path + ".bylaw-fmt";
  std::ofstream out(temporary, std::ios::binary);
  out << text;
  out.close();
  std::error_code error;
  if (!out) {
    fs::remove(temporary, error);
    return false;
  }
  fs::permissions(temporary, fs::status(path, error).permissions(), error);
  fs::rename(temporary, path, error);
  if (error) fs::remove(temporary, error);
  return !error;
}

}  // namespace

int format(std::vector<std::string> const& paths, bool check_only) {
  int result = exit_ok;
  std::size_t changed = 0;
  for (auto const& path : paths) {
    auto const files = config::policy_files(path);
    if (!files) return fail(files.error());
    for (auto const& file : *files) {
      auto text = config::read_text(file);
      if (!text) return fail(text.error());
      policy::Source const source{file, std::move(*text)};
      auto const formatted = policy::format(source);
      if (has_errors(formatted.diagnostics)) {
        std::fprintf(stderr, "%s", render(formatted.diagnostics, {source}).c_str());
        result = exit_findings;
        continue;
      }
      if (formatted.text == source.text) continue;
      ++changed;
      std::printf("%s\n", file.c_str());
      if (check_only) continue;
      if (!replace(file, formatted.text)) return fail({"cannot_write", "the file cannot be written", file, "check its permissions and those of its folder"});
    }
  }
  if (check_only && changed > 0) {
    std::fprintf(stderr, "bylaw: %zu file%s would change; run `bylaw fmt`\n", changed, changed == 1 ? "" : "s");
    return exit_findings;
  }
  return result;
}

int document(std::vector<std::string> const& paths) {
  ZoneTable zones;
  rulebook::Rulebook book;
  int exit_code = exit_ok;
  if (!load_rules(paths, zones, book, exit_code)) return exit_code;
  std::printf("%s", policy::document(book.policy()).c_str());
  bool first = true;
  for (auto const& path : paths) {
    auto const files = config::policy_files(path);
    if (!files) return fail(files.error());
    for (auto const& file : *files) {
      auto const test = file.substr(0, file.rfind(".bylaw")) + ".test.yaml";
      std::error_code error;
      if (!fs::is_regular_file(test, error)) continue;
      auto const examples = testkit::examples_of(test);
      if (!examples) return fail(examples.error());
      if (first) std::printf("\n## Examples\n\nFrom the tests of these files.\n");
      first = false;
      for (auto const& example : *examples) {
        std::printf("\n- **%s**\n", example.name.c_str());
        for (auto const& given : example.given) std::printf("  - given %s\n", given.c_str());
        for (auto const& expected : example.expected) std::printf("  - then %s\n", expected.c_str());
      }
    }
  }
  return exit_ok;
}

int graph(std::vector<std::string> const& paths, std::string const& format) {
  ZoneTable zones;
  rulebook::Rulebook book;
  int exit_code = exit_ok;
  if (!load_rules(paths, zones, book, exit_code)) return exit_code;
  // Those of the files that were named; the shipped ones where these declare none.
  std::set<std::string> given;
  for (auto const& path : paths) {
    auto const files = config::policy_files(path);
    if (files) {
      for (auto const& file : *files) given.insert(fs::path(file).lexically_normal().string());
    }
  }
  auto const is_given = [&](policy::WorkflowDeclaration const& w) { return given.count(w.info.file) > 0; };
  auto const& workflows = book.policy().workflows();
  bool const any = std::any_of(workflows.begin(), workflows.end(), is_given);
  for (auto const& workflow : workflows) {
    if (any && !is_given(workflow)) continue;
    if (format == "dot") std::printf("%s", policy::to_graphviz(workflow).c_str());
    else std::printf("%%%% %s\n%s\n", workflow.info.name.c_str(), policy::to_mermaid(workflow).c_str());
  }
  return exit_ok;
}

/// A fact that is misspelt would only seem to be missing: each is named once.
static void tell_unknown(policy::Policy const& policy, wire::Json const& document, std::int64_t number, std::set<std::string>& told) {
  for (auto error : wire::find_unknown_facts(policy, document)) {
    if (!told.insert(error.place).second) continue;
    error.place = "line " + std::to_string(number) + ", " + error.place;
    (void)fail(error);
  }
}

int decide(DecideOptions const& options) {
  ZoneTable zones;
  rulebook::Rulebook book;
  int exit_code = exit_ok;
  if (!options.explain.empty() && options.explain != "json" && options.explain != "text") {
    (void)fail({"usage", "`--explain` is followed by nothing or by =json", "", "write --explain=json"});
    return exit_usage;
  }
  Timestamp now(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  if (!options.at.empty()) {
    auto const at = parse_timestamp(options.at);
    if (!at) {
      (void)fail(at.error());
      return exit_usage;
    }
    now = *at;
  }
  if (!load_rules(options.policy, zones, book, exit_code)) return exit_code;
  auto const explain = options.explain.empty() ? wire::Explain::no : options.explain == "json" ? wire::Explain::json : wire::Explain::text;
  std::string line;
  std::int64_t number = 0;
  std::int64_t bad = 0;
  std::set<std::string> told;
  while (std::getline(std::cin, line)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto const document = wire::parse_json(line);
    auto const decision = document ? wire::decide_json(book.policy(), *document, now, explain) : Result<std::string>(Unexpected{document.error()});
    if (document) tell_unknown(book.policy(), *document, number, told);
    if (decision) {
      std::fwrite(decision->data(), 1, decision->size(), stdout);
      std::fputc('\n', stdout);
      continue;
    }
    ++bad;
    auto error = decision.error();
    error.place = "line " + std::to_string(number) + (error.place.empty() ? "" : ", " + error.place);
    (void)fail(error);
  }
  return bad == 0 ? exit_ok : exit_findings;
}

}  // namespace bylaw::inline v0::cli
