// bylaw check: findings for people, for programs, and for code review (SARIF).
#include <chrono>
#include <cstdio>
#include <set>

#include <bylaw/wire/json.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

namespace {

char const* word_of(policy::Severity severity) { return severity == policy::Severity::error ? "error" : "warning"; }

/// What every machine form says of a place.
struct Region {
  std::string file;
  policy::Position begin;
  policy::Position end;
};
bool region_of(Span const& span, std::vector<policy::Source> const& sources, Region& out) {
  if (span.source_index >= sources.size()) return false;
  auto const& source = sources[span.source_index];
  out = {source.name, position_of(source, span.begin_offset), position_of(source, span.end_offset)};
  return true;
}

std::string to_json(rulebook::Loaded const& loaded) {
  wire::JsonWriter out;
  out.begin_array();
  for (auto const& d : loaded.diagnostics) {
    out.begin_object().member("severity", word_of(d.severity)).member("code", d.code).member("message", d.message).member("help", d.help);
    Region region;
    if (region_of(d.labels[0].span, loaded.sources, region)) {
      out.member("file", region.file)
          .member("line", static_cast<std::int64_t>(region.begin.line))
          .member("column", static_cast<std::int64_t>(region.begin.column));
      out.member("end_line", static_cast<std::int64_t>(region.end.line)).member("end_column", static_cast<std::int64_t>(region.end.column));
    }
    out.key("arguments").begin_object();
    for (auto const& argument : d.arguments) out.member(argument.name, argument.value);
    out.end_object().end_object();
  }
  out.end_array();
  return out.take();
}

void write_location(wire::JsonWriter& out, Region const& region) {
  out.begin_object().key("physicalLocation").begin_object();
  out.key("artifactLocation").begin_object().member("uri", region.file).end_object();
  out.key("region").begin_object();
  out.member("startLine", static_cast<std::int64_t>(region.begin.line)).member("startColumn", static_cast<std::int64_t>(region.begin.column));
  out.member("endLine", static_cast<std::int64_t>(region.end.line)).member("endColumn", static_cast<std::int64_t>(region.end.column));
  out.end_object().end_object().end_object();
}

/// Source: SARIF 2.1.0, OASIS standard.
std::string to_sarif(rulebook::Loaded const& loaded) {
  wire::JsonWriter out;
  out.begin_object().member("$schema", "https://json.schemastore.org/sarif-2.1.0.json").member("version", "2.1.0");
  out.key("runs").begin_array().begin_object();
  out.key("tool").begin_object().key("driver").begin_object().member("name", "bylaw").member("version", "0.1.0");
  out.key("rules").begin_array();
  std::set<std::string> codes;
  for (auto const& d : loaded.diagnostics) {
    if (!codes.insert(d.code).second) continue;
    out.begin_object().member("id", d.code).member("helpUri", "docs/diagnostics/" + d.code + ".md").end_object();
  }
  out.end_array().end_object().end_object();
  out.member("columnKind", "unicodeCodePoints").key("results").begin_array();
  for (auto const& d : loaded.diagnostics) {
    out.begin_object().member("ruleId", d.code).member("level", word_of(d.severity));
    out.key("message").begin_object().member("text", d.message + (d.help.empty() ? "" : ". Help: " + d.help)).end_object();
    Region region;
    if (region_of(d.labels[0].span, loaded.sources, region)) {
      out.key("locations").begin_array();
      write_location(out, region);
      out.end_array();
    }
    if (d.labels.size() > 1) {
      out.key("relatedLocations").begin_array();
      for (std::size_t i = 1; i < d.labels.size(); ++i) {
        if (region_of(d.labels[i].span, loaded.sources, region)) write_location(out, region);
      }
      out.end_array();
    }
    out.end_object();
  }
  out.end_array().end_object().end_array().end_object();
  return out.take();
}

}  // namespace

Date today() {
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return date_of(LocalTime(ms));
}

int check(std::vector<std::string> const& paths, std::string const& format) {
  auto const zones = config::load_zones();
  if (!zones) return fail(zones.error());
  auto const loaded = config::load_policy(paths, *zones, today());
  if (!loaded) return fail(loaded.error());
  if (format != "text") {
    std::printf("%s\n", (format == "json" ? to_json(*loaded) : to_sarif(*loaded)).c_str());
    return loaded->ok() ? exit_ok : exit_findings;
  }
  std::printf("%s", render(loaded->diagnostics, loaded->sources).c_str());
  std::size_t errors = 0;
  for (auto const& d : loaded->diagnostics) errors += d.severity == policy::Severity::error ? 1 : 0;
  auto const warnings = loaded->diagnostics.size() - errors;
  if (errors + warnings > 0) std::printf("\n");
  std::printf("%zu file%s, %zu error%s, %zu warning%s\n", loaded->sources.size(), loaded->sources.size() == 1 ? "" : "s", errors, errors == 1 ? "" : "s",
              warnings, warnings == 1 ? "" : "s");
  return loaded->ok() ? exit_ok : exit_findings;
}

}  // namespace bylaw::inline v0::cli
