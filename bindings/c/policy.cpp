// Policies and single decisions.
#include <optional>

#include <bylaw/config/files.hpp>
#include <bylaw/policy/columns.hpp>
#include <bylaw/policy/rules.hpp>
#include <bylaw/wire/decisions.hpp>
#include <bylaw/wire/json.hpp>

#include "call.hpp"

using namespace bylaw_c;

namespace {

namespace policy = bylaw::policy;
using bylaw::wire::JsonWriter;

bylaw_status finish(bylaw::rulebook::Loaded loaded, bylaw::ZoneTable zones, bylaw_policy** out, bylaw_text* error) {
  if (!loaded.ok()) return fail(loaded, error);
  *out = new bylaw_policy{std::move(loaded.rulebook), std::move(zones)};
  return BYLAW_OK;
}

void describe(policy::Layout const& layout, JsonWriter& json) {
  for (auto const& slot : layout.slots) {
    json.begin_object();
    json.member("path", slot.path);
    json.member("kind", policy::type_name(slot.kind));
    json.member("detail", slot.detail);
    json.key("optional").truth(slot.optional);
    json.key("holds").truth(slot.is_read_by(policy::Kind::hold));
    json.end_object();
  }
  for (auto const& collection : layout.collections) {
    json.begin_object();
    json.member("path", collection.path);
    json.member("kind", "list");
    json.member("detail", collection.record);
    json.key("optional").truth(true);
    json.key("holds").truth(collection.is_read_by(policy::Kind::hold));
    json.end_object();
    describe(collection.layout, json);
  }
}

}  // namespace

extern "C" {

bylaw_status bylaw_policy_load(char const* const* paths, size_t count, bylaw_policy** out, bylaw_text* error) {
  return call(error, [&] {
    if (out == nullptr) return missing("policy", error);
    *out = nullptr;
    if (paths == nullptr || count == 0) return missing("paths", error);
    std::vector<std::string> files;
    for (size_t i = 0; i < count; ++i) {
      if (paths[i] == nullptr) return missing("paths", error);
      files.emplace_back(paths[i]);
    }
    auto zones = bylaw::config::load_zones();
    if (!zones) return fail(zones.error(), error);
    auto loaded = bylaw::config::load_policy(files, *zones);
    if (!loaded) return fail(loaded.error(), error);
    return finish(std::move(*loaded), std::move(*zones), out, error);
  });
}

bylaw_status bylaw_policy_compile(char const* name, char const* text, bylaw_policy** out, bylaw_text* error) {
  return call(error, [&] {
    if (out == nullptr) return missing("policy", error);
    *out = nullptr;
    if (name == nullptr) return missing("name", error);
    if (text == nullptr) return missing("text", error);
    auto zones = bylaw::config::load_zones();
    if (!zones) return fail(zones.error(), error);
    auto loaded = bylaw::config::load_texts({{name, text}}, *zones);
    return finish(std::move(loaded), std::move(*zones), out, error);
  });
}

void bylaw_policy_free(bylaw_policy* policy) { delete policy; }

bylaw_status bylaw_policy_describe(bylaw_policy const* self, bylaw_text* out, bylaw_text* error) {
  return call(error, [&] {
    if (self == nullptr) return missing("policy", error);
    if (out == nullptr) return missing("out", error);
    auto const& policy = self->book.policy();
    JsonWriter json;
    json.begin_object();
    json.member("version", policy.version_hash());
    json.key("holds").begin_array();
    for (auto const& rule : policy.holds()) {
      json.begin_object();
      json.member("name", rule.info.name);
      json.member("file", rule.info.file);
      json.member("scope", rule.scope_line ? "line" : "order");
      json.member("reason", rule.reason.code);
      json.member("text", rule.reason.text);
      json.member("queue", rule.queue);
      json.member("priority", static_cast<std::int64_t>(rule.priority));
      json.end_object();
    }
    json.end_array();
    json.key("facts").begin_array();
    describe(policy.layout(bylaw::policy::Subject::order), json);
    json.end_array();
    json.end_object();
    return give(json.view(), out);
  });
}

bylaw_status bylaw_policy_decide(bylaw_policy const* policy, char const* facts, int64_t now_ms, bylaw_explain explain, bylaw_text* out, bylaw_text* error) {
  return call(error, [&] {
    if (policy == nullptr) return missing("policy", error);
    if (facts == nullptr) return missing("facts", error);
    if (out == nullptr) return missing("out", error);
    if (explain < BYLAW_EXPLAIN_NO || explain > BYLAW_EXPLAIN_JSON) return missing("explain", error);
    auto const decided = bylaw::wire::decide_json(policy->book.policy(), facts, bylaw::Timestamp(now_ms), static_cast<bylaw::wire::Explain>(explain));
    return decided ? give(*decided, out) : fail(decided.error(), error);
  });
}
}
