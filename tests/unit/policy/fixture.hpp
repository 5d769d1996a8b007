#pragma once
#include <string>

#include <bylaw/config/files.hpp>
#include <bylaw/wire/decisions.hpp>

/// Compiles one policy text with the shipped schema; zones are the few that tests need.
inline bylaw::policy::Compilation compile(std::string const& text) {
  using namespace bylaw;  // NOLINT
  static std::string const schema = *config::read_text(BYLAW_SOURCE_DIR "/rules/schema.bylaw");
  static ZoneTable const zones({{"UTC", {{Timestamp(0), 0}}}, {"America/New_York", {{Timestamp(0), -5 * hour_ms}}}});
  auto const load = [](void*, std::string_view, std::string_view wanted, policy::Source& found) {
    if (wanted != "schema.bylaw") return false;
    found = {"schema.bylaw", schema};
    return true;
  };
  return policy::Policy::compile({{"test.bylaw", text}}, {load, nullptr}, zones);
}

/// Codes of all findings, joined, or "ok".
inline std::string codes(std::string const& text) {
  std::string out;
  for (auto const& d : compile(text).diagnostics) out += (out.empty() ? "" : " ") + d.code;
  return out.empty() ? "ok" : out;
}
