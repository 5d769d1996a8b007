// Stores that are read.
#include <bylaw/config/files.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/wire/json.hpp>

#include "call.hpp"

using namespace bylaw_c;

namespace {

using bylaw::wire::JsonWriter;

bylaw_status give_table(bylaw::Result<bylaw::store::Table> const& table, bylaw_text* out, bylaw_text* error) {
  if (!table) return fail(table.error(), error);
  JsonWriter json;
  json.begin_object();
  json.key("columns").begin_array();
  for (auto const& name : table->columns) json.text(name);
  json.end_array();
  json.key("numeric").begin_array();
  for (bool const numeric : table->numeric) json.truth(numeric);
  json.end_array();
  json.key("rows").begin_array();
  for (auto const& row : table->rows) {
    json.begin_array();
    for (auto const& value : row) json.text(value);
    json.end_array();
  }
  json.end_array();
  json.end_object();
  return give(json.view(), out);
}

/// A question about a store: `what` is the name of its argument.
template <class Query>
bylaw_status ask(char const* store_path, char const* what, char const* argument, bylaw_text* out, bylaw_text* error, Query query) {
  return call(error, [&] {
    if (store_path == nullptr) return missing("store_path", error);
    if (argument == nullptr) return missing(what, error);
    if (out == nullptr) return missing("out", error);
    auto reader = bylaw::store::Reader::open(store_path);
    return reader ? give_table(query(*reader), out, error) : fail(reader.error(), error);
  });
}

}  // namespace

extern "C" {

bylaw_status bylaw_store_report(char const* store_path, char const* name, bylaw_text* out, bylaw_text* error) {
  return ask(store_path, "name", name, out, error, [&](bylaw::store::Reader& reader) -> bylaw::Result<bylaw::store::Table> {
    auto const zones = bylaw::config::load_zones();
    if (!zones) return bylaw::Unexpected{zones.error()};
    return bylaw::report::run(reader, name, *zones);
  });
}

bylaw_status bylaw_store_audit(char const* store_path, char const* subject, bylaw_text* out, bylaw_text* error) {
  return ask(store_path, "subject", subject, out, error, [&](bylaw::store::Reader& reader) { return bylaw::report::audit(reader, subject); });
}

bylaw_status bylaw_store_standing(char const* store_path, char const* subject, bylaw_text* out, bylaw_text* error) {
  return ask(store_path, "subject", subject, out, error, [&](bylaw::store::Reader& reader) { return bylaw::report::standing(reader, subject); });
}

bylaw_status bylaw_store_verify(char const* store_path, bylaw_text* out, bylaw_text* error) {
  return call(error, [&] {
    if (store_path == nullptr) return missing("store_path", error);
    if (out == nullptr) return missing("out", error);
    auto const verified = bylaw::store::verify(store_path);
    if (!verified) return fail(verified.error(), error);
    JsonWriter json;
    json.begin_object();
    json.key("intact").truth(verified->findings.empty());
    json.key("findings").begin_array();
    for (auto const& finding : verified->findings) json.text(finding);
    json.end_array();
    json.member("commits", static_cast<std::int64_t>(verified->commits));
    json.member("transfers", static_cast<std::int64_t>(verified->transfers));
    json.member("subjects", static_cast<std::int64_t>(verified->subjects));
    json.member("state", verified->state_hash);
    json.end_object();
    return give(json.view(), out);
  });
}
}
