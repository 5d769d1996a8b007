// check and decide: what needs no store.
#include <chrono>
#include <cstdio>
#include <iostream>

#include <bylaw/wire/decisions.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

namespace {

std::string to_json(rulebook::Loaded const& loaded) {
  wire::JsonWriter out;
  out.begin_array();
  for (auto const& d : loaded.diagnostics) {
    out.begin_object().member("severity", d.severity == policy::Severity::error ? "error" : "warning").member("code", d.code);
    out.member("message", d.message).member("help", d.help);
    auto const& span = d.labels[0].span;
    if (span.source_index < loaded.sources.size()) {
      auto const& source = loaded.sources[span.source_index];
      auto const begin = position_of(source, span.begin_offset);
      auto const end = position_of(source, span.end_offset);
      out.member("file", source.name).member("line", static_cast<std::int64_t>(begin.line)).member("column", static_cast<std::int64_t>(begin.column));
      out.member("end_line", static_cast<std::int64_t>(end.line)).member("end_column", static_cast<std::int64_t>(end.column));
    }
    out.end_object();
  }
  out.end_array();
  return out.take();
}

}  // namespace

int check(std::vector<std::string> const& paths, std::string const& format) {
  auto const zones = config::load_zones();
  if (!zones) return fail(zones.error());
  auto const loaded = config::load_policy(paths, *zones);
  if (!loaded) return fail(loaded.error());
  if (format == "json") {
    std::printf("%s\n", to_json(*loaded).c_str());
  } else {
    std::printf("%s", render(loaded->diagnostics, loaded->sources).c_str());
    std::size_t errors = 0;
    for (auto const& d : loaded->diagnostics) errors += d.severity == policy::Severity::error ? 1 : 0;
    auto const warnings = loaded->diagnostics.size() - errors;
    if (errors + warnings > 0) std::printf("\n");
    std::printf("%zu file%s, %zu error%s, %zu warning%s\n", loaded->sources.size(), loaded->sources.size() == 1 ? "" : "s", errors,
                errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  }
  return loaded->ok() ? exit_ok : exit_findings;
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
  while (std::getline(std::cin, line)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto const decision = wire::decide_json(book.policy(), line, now, explain);
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
