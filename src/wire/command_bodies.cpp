// Bodies of commands as JSON in a fixed order of members: what "the same body" means.
#include <bylaw/trade/visit_command.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "wire/records.hpp"
#include "wire/refund_bodies.hpp"
#include "wire/supply_bodies.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {

void write(JsonWriter& out, char const* name, std::vector<std::string> const& texts) {
  out.key(name).begin_array();
  for (auto const& text : texts) out.text(text);
  out.end_array();
}
void write(JsonWriter& out, char const* name, std::vector<Attribute> const& attributes) {
  out.key(name).begin_object();
  for (auto const& attribute : attributes) out.member(attribute.path, attribute.value);
  out.end_object();
}

/// A record with the time from which it holds, when there is one.
void write_dated(JsonWriter& out, std::string record, Timestamp effective) {
  if (effective.value != INT64_MIN) {
    record.back() = ',';
    record += "\"effective\":\"" + to_string(effective) + "\"}";
  }
  out.raw(record);
}
void write(JsonWriter& out, DefineItem const& b) { write_dated(out, to_json(b.item), b.effective); }
void write(JsonWriter& out, DefineLocation const& b) { write_dated(out, to_json(b.location), b.effective); }
void write(JsonWriter& out, ImportOrder const& b) { write_order(out, b.order, true); }
void write(JsonWriter& out, RequestReturn const& b) { write_return(out, b.request); }
void write(JsonWriter& out, OrderEvent const& b) { out.begin_object().member("order", b.order).member("event", b.event).member("note", b.note).end_object(); }
void write(JsonWriter& out, ReleaseHold const& b) { out.begin_object().member("order", b.order).member("rule", b.rule).member("note", b.note).end_object(); }
void write(JsonWriter& out, ReturnEvent const& b) {
  out.begin_object().member("return", b.id).member("event", b.event).member("condition", b.inspected_condition).member("note", b.note).end_object();
}
void write(JsonWriter& out, RecordFacts const& b) {
  out.begin_object().member("order", b.order);
  write(out, "facts", b.facts);
  out.member("note", b.note).end_object();
}
void write(JsonWriter& out, PlaceHold const& b) {
  out.begin_object().member("order", b.order).member("rule", b.rule).member("reason", b.reason).member("text", b.text).member("queue", b.queue);
  write(out, "blocks", b.blocks);
  write(out, "release_by", b.release_by);
  out.member("note", b.note).end_object();
}
void write(JsonWriter& out, PlaceStop const& b) {
  out.begin_object().member("stop", b.name).member("what", b.what).member("target", b.target);
  write(out, "blocks", b.blocks);
  out.member("reason", b.reason).member("text", b.text);
  if (b.from.value != INT64_MIN) out.member("from", to_string(b.from));
  if (b.until.value != INT64_MAX) out.member("until", to_string(b.until));
  write(out, "lift_by", b.lift_by);
  out.end_object();
}
void write(JsonWriter& out, LiftStop const& b) { out.begin_object().member("stop", b.name).member("note", b.note).end_object(); }
void write(JsonWriter& out, StartInstance const& b) {
  out.begin_object().member("workflow", b.workflow).member("id", b.id).member("parent", b.parent);
  write(out, "attributes", b.attributes);
  out.end_object();
}
void write(JsonWriter& out, InstanceEvent const& b) { out.begin_object().member("id", b.id).member("event", b.event).member("note", b.note).end_object(); }
void write(JsonWriter& out, FireTimer const& b) {
  out.begin_object().member("subject", b.subject).member("timer", b.name).member("due", b.due.value).end_object();
}
void write(JsonWriter& out, Migrate const& b) {
  out.begin_object().member("workflow", b.workflow).member("from", std::int64_t{b.from}).member("count_max", b.count_max).member("note", b.note).end_object();
}
void write(JsonWriter& out, Redrive const& b) {
  out.begin_object().member("subject", b.subject).member("letter", b.letter).member("note", b.note).end_object();
}

void write(JsonWriter& out, DefineEntry const& b) {
  out.begin_object().member("kind", b.kind).member("id", b.id);
  write(out, "values", b.values);
  if (b.effective.value != INT64_MIN) out.member("effective", to_string(b.effective));
  if (b.removed) out.key("removed").truth(true);
  out.member("note", b.note).end_object();
}
void write(JsonWriter& out, ObserveStock const& b) {
  out.begin_object().member("what", to_string(b.what)).member("item", b.item).member("location", b.location).member("quantity", b.quantity);
  out.member("order", b.order).member("expected", b.expected).member("reason", b.reason).member("note", b.note);
  if (!b.lot.empty()) out.member("lot", b.lot);
  out.end_object();
}
void write(JsonWriter& out, AnswerRequest const& b) {
  out.begin_object().member("request", b.request).member("answer", to_string(b.answer)).member("note", b.note).end_object();
}
void write(JsonWriter& out, Delegate const& b) {
  out.begin_object().member("to", b.to).member("role", b.role);
  if (b.from.value != INT64_MIN) out.member("from", to_string(b.from));
  if (!b.revoked) out.member("until", to_string(b.until));
  else out.key("revoked").truth(true);
  out.member("note", b.note).end_object();
}
void write(JsonWriter& out, RedriveMessages const& b) {
  out.begin_object().member("consumer", b.consumer).member("message", b.message).key("skip").truth(b.skip).member("note", b.note).end_object();
}
void write(JsonWriter& out, ErasePerson const& b) { out.begin_object().member("person", b.person).member("note", b.note).end_object(); }
void write(JsonWriter& out, ActivatePolicy const& b) {
  out.begin_object();
  if (!b.files.empty()) {
    out.key("files").begin_array();
    for (auto const& file : b.files) out.begin_object().member("name", file.name).member("text", file.text).key("root").truth(file.root).end_object();
    out.end_array();
  }
  if (!b.version.empty()) out.member("version", b.version);
  out.member("rollout", to_string(b.rollout));
  write(out, "channels", b.channels);
  write(out, "locations", b.locations);
  out.member("share_percent", b.share_percent).member("instead_of", b.instead_of).member("note", b.note).end_object();
}
void write(JsonWriter& out, NoCommand const&) { out.begin_object().end_object(); }
void write(JsonWriter& out, CheckHealth const&) { out.begin_object().end_object(); }

}  // namespace

std::string to_json(CommandBody const& body) {
  JsonWriter out;
  visit([&](auto const& b) { write(out, b); }, body);
  return out.take();
}

}  // namespace bylaw::inline v0::wire
