// Bodies of the commands about stock as JSON, in a fixed order of members.
#include "wire/supply_bodies.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {
void write_time(JsonWriter& out, char const* name, Timestamp time) {
  if (time.value != 0) out.member(name, to_string(time));
}
}  // namespace

void write(JsonWriter& out, ReceiveStock const& b) {
  out.begin_object().member("item", b.item).member("location", b.location).member("quantity", b.quantity).member("reference", b.reference);
  if (!b.lot.empty()) out.member("lot", b.lot);
  write_time(out, "removal", b.removal);
  write_time(out, "expires", b.expires);
  if (b.unit_cost) out.member("unit_cost", to_string(*b.unit_cost));
  out.end_object();
}
void write(JsonWriter& out, ExpectSupply const& b) {
  out.begin_object().member("supply", b.supply).member("kind", to_string(b.kind)).member("item", b.item).member("location", b.location);
  if (!b.from.empty()) out.member("from", b.from);
  out.member("quantity", b.quantity);
  write_time(out, "due", b.due);
  out.member("tolerance_percent", b.tolerance_percent).member("cause_of_change", b.cause).end_object();
}
void write(JsonWriter& out, SendSupply const& b) { out.begin_object().member("supply", b.supply).member("note", b.note).end_object(); }
void write(JsonWriter& out, ReceiveSupply const& b) {
  out.begin_object().member("supply", b.supply).member("item", b.item).member("location", b.location).member("quantity", b.quantity).member("lot", b.lot);
  write_time(out, "removal", b.removal);
  write_time(out, "expires", b.expires);
  out.key("complete").truth(b.complete).member("note", b.note);
  if (b.unit_cost) out.member("unit_cost", to_string(*b.unit_cost));
  out.end_object();
}
void write(JsonWriter& out, MoveStock const& b) {
  out.begin_object().member("item", b.item).member("from", b.from).member("to", b.to).member("lot", b.lot).member("from_status", b.from_status);
  out.member("to_status", b.to_status).member("quantity", b.quantity).member("note", b.note).end_object();
}
void write(JsonWriter& out, ReserveStock const& b) {
  out.begin_object().member("id", b.id).member("kind", b.kind).member("channel", b.channel).key("lines").begin_array();
  for (auto const& line : b.lines) {
    out.begin_object().member("item", line.item).member("quantity", line.quantity);
    if (!line.location.empty()) out.member("location", line.location);
    out.end_object();
  }
  out.end_array();
  write_time(out, "expires", b.expires);
  out.member("priority", b.priority).key("backorder").truth(b.backorder).member("customer", b.customer).member("note", b.note).end_object();
}
void write(JsonWriter& out, ReleaseReservation const& b) {
  out.begin_object().member("id", b.id).member("item", b.item).member("quantity", b.quantity).member("note", b.note).end_object();
}
void write(JsonWriter& out, AllocateOrders const& b) {
  out.begin_object().key("orders").begin_array();
  for (auto const& order : b.orders) out.text(order);
  out.end_array().member("count_max", b.count_max).member("note", b.note).end_object();
}
void write(JsonWriter& out, ChangeOrder const& b) {
  out.begin_object().member("order", b.order).member("thing", b.thing).member("reason", b.reason);
  if (b.ship_to) {
    auto const& a = *b.ship_to;
    out.key("ship_to").begin_object().member("country", a.country).member("region", a.region).member("city", a.city);
    out.member("postal_code", a.postal_code).member("street", a.street).end_object();
  }
  if (!b.lines.empty()) {
    out.key("lines").begin_array();
    for (auto const& line : b.lines) out.begin_object().member("line", std::int64_t{line.line}).member("quantity", line.quantity).end_object();
    out.end_array();
  }
  out.key("values").begin_object();
  for (auto const& value : b.values) out.member(value.path, value.value);
  out.end_object().member("note", b.note).end_object();
}
void write(JsonWriter& out, PostCount const& b) {
  out.begin_object().member("sheet", b.sheet).key("rows").begin_array();
  for (auto const& row : b.rows) {
    out.begin_object().member("item", row.item).member("location", row.location).member("lot", row.lot).member("expected", row.expected);
    if (row.counted) out.member("counted", *row.counted);
    out.end_object();
  }
  out.end_array().member("reason", b.reason).member("note", b.note).end_object();
}
void write(JsonWriter& out, RecallLot const& b) {
  out.begin_object().member("item", b.item).member("lot", b.lot).member("reason", b.reason).member("note", b.note).end_object();
}
void write(JsonWriter& out, PlanShipments const& b) {
  out.begin_object().member("order", b.order).member("weight_g_max", b.weight_g_max).member("note", b.note).end_object();
}
void write(JsonWriter& out, Replan const& b) { out.begin_object().member("item", b.item).member("note", b.note).end_object(); }
void write(JsonWriter& out, SetProtection const& b) { out.begin_object().member("item", b.item).member("location", b.location).end_object(); }

}  // namespace bylaw::inline v0::wire
