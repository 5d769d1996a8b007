#include "call.hpp"

#include <algorithm>
#include <cstring>

#include <bylaw/policy/diagnostic.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw_c {

using bylaw::wire::JsonWriter;

namespace {

void write(std::string_view text, bylaw_text* out) {
  if (out == nullptr) return;
  out->needed = text.size() + 1;
  if (out->bytes == nullptr || out->capacity == 0) return;
  auto const size = std::min(text.size(), out->capacity - 1);
  std::memcpy(out->bytes, text.data(), size);
  out->bytes[size] = '\0';
}

}  // namespace

bylaw_status give(std::string const& text, bylaw_text* out) {
  write(text, out);
  return out->bytes == nullptr || out->capacity < text.size() + 1 ? BYLAW_BUFFER_TOO_SMALL : BYLAW_OK;
}

bylaw_status plain_error(bylaw_text* error, bylaw_status status, char const* json) noexcept {
  write(json, error);
  return status;
}

bylaw_status fail(bylaw::Error const& error, bylaw_text* out, bylaw_status status) {
  JsonWriter json;
  json.begin_object();
  json.member("code", error.code);
  json.member("message", error.message);
  json.member("place", error.place);
  json.member("remedy", error.remedy);
  json.member("rendered", to_string(error));
  json.end_object();
  write(json.view(), out);
  return status;
}

bylaw_status fail(bylaw::rulebook::Loaded const& loaded, bylaw_text* out) {
  JsonWriter json;
  json.begin_object();
  json.member("code", "policy");
  json.member("message", "the policy does not compile");
  json.member("place", "");
  json.member("remedy", "correct what the findings say");
  json.member("rendered", render(loaded.diagnostics, loaded.sources));
  json.key("diagnostics").begin_array();
  for (auto const& finding : loaded.diagnostics) {
    json.begin_object();
    json.member("code", finding.code);
    json.member("severity", finding.severity == bylaw::policy::Severity::error ? "error" : "warning");
    json.member("message", finding.message);
    json.member("help", finding.help);
    if (!finding.labels.empty() && finding.labels[0].span.source_index < loaded.sources.size()) {
      auto const& source = loaded.sources[finding.labels[0].span.source_index];
      auto const at = bylaw::policy::position_of(source, finding.labels[0].span.begin_offset);
      json.member("file", source.name);
      json.member("line", static_cast<std::int64_t>(at.line));
      json.member("column", static_cast<std::int64_t>(at.column));
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  write(json.view(), out);
  return BYLAW_ERROR;
}

bylaw_status missing(char const* argument, bylaw_text* error) {
  return fail({"bad_argument", "`" + std::string(argument) + "` is NULL, or not one of those that bylaw.h describes", argument, "see bylaw.h"}, error,
              BYLAW_BAD_ARGUMENT);
}

}  // namespace bylaw_c

extern "C" {

uint32_t bylaw_abi_version(void) { return BYLAW_ABI_VERSION; }
char const* bylaw_version(void) { return BYLAW_VERSION; }
}
