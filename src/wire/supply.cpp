// The JSON forms of the commands that bring, promise, move and look after stock.
#include "wire/command_parts.hpp"
#include "wire/records.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {

void at_least(Members& in, char const* name, std::int64_t value, std::int64_t least) {
  if (value < least) in.fail(name, "a quantity of " + std::to_string(least) + " or more is expected", "write how many base units");
}

ExpectSupply read_expected(Members& in) {
  ExpectSupply body;
  body.supply = in.text("supply", true);
  if (auto const word = in.text("kind"); !word.empty() && !parse(word, body.kind))
    in.fail("kind", "`" + word + "` is not a kind of supply", "write purchase_order, transfer or production");
  body.item = in.text("item", true);
  body.location = in.text("location", true);
  body.from = in.text("from");
  body.quantity = in.whole("quantity", 0, true);
  body.due = in.time("due", body.quantity > 0);
  body.tolerance_percent = in.whole("tolerance_percent", 0);
  body.cause = in.text("cause_of_change");
  at_least(in, "quantity", body.quantity, 0);
  if (body.supply.empty()) in.fail("supply", "a supply needs a number", "write the number of the purchase order");
  if ((body.kind == SupplyKind::transfer) != !body.from.empty())
    in.fail("from", "transfers say where they come from, and nothing else does", "add or remove `from`");
  if (body.from == body.location) in.fail("from", "a transfer goes to another place", "correct `from` or `location`");
  if (body.tolerance_percent < 0 || body.tolerance_percent > 100) in.fail("tolerance_percent", "between 0 and 100 percent", "write 5");
  return body;
}

ReceiveSupply read_received(Members& in) {
  ReceiveSupply body;
  body.supply = in.text("supply", true);
  body.item = in.text("item", true);
  body.location = in.text("location", true);
  body.quantity = in.whole("quantity", 0, true);
  body.lot = in.text("lot");
  body.removal = in.time("removal", false);
  body.expires = in.time("expires", false);
  body.complete = in.truth("complete", false);
  body.unit_cost = in.money("unit_cost", {});
  body.note = in.text("note");
  if (body.unit_cost && body.unit_cost->amount_minor() < 0) in.fail("unit_cost", "a cost is not negative", "write 0 or more");
  at_least(in, "quantity", body.quantity, body.complete ? 0 : 1);
  if (body.lot.empty() && (body.removal.value != 0 || body.expires.value != 0)) in.fail("lot", "only a lot has dates", "name the lot");
  return body;
}

MoveStock read_move(Members& in) {
  MoveStock body;
  body.item = in.text("item", true);
  body.from = in.text("from", true);
  body.to = in.text("to", true);
  body.lot = in.text("lot");
  if (auto const status = in.text("from_status"); !status.empty()) body.from_status = status;
  if (auto const status = in.text("to_status"); !status.empty()) body.to_status = status;
  body.quantity = in.whole("quantity", 0, true);
  body.note = in.text("note");
  at_least(in, "quantity", body.quantity, 1);
  if (body.from == body.to && body.from_status == body.to_status) in.fail("to", "it would stay where it is", "name another place or status");
  return body;
}

ReserveStock read_reservation(Members& in) {
  ReserveStock body;
  body.id = in.text("id", true);
  if (auto const kind = in.text("kind"); !kind.empty()) body.kind = kind;
  if (body.kind != "cart" && body.kind != "preorder" && body.kind != "subscription" && body.kind != "commitment")
    in.fail("kind", "`" + body.kind + "` cannot be reserved for", "write cart, preorder, subscription or commitment");
  if (auto const channel = in.text("channel"); !channel.empty()) body.channel = channel;
  objects(in, "lines", true, [&](Members& line) {
    Wanted wanted{line.text("item", true), line.whole("quantity", 0, true), line.text("location")};
    at_least(line, "quantity", wanted.quantity, 1);
    body.lines.push_back(std::move(wanted));
  });
  body.expires = in.time("expires", false);
  body.priority = in.whole("priority", 100);
  body.backorder = in.truth("backorder", body.kind == "preorder");
  body.customer = in.text("customer");
  body.note = in.text("note");
  if (body.id.empty()) in.fail("id", "a reservation needs an id", "write the number of the cart");
  if (body.lines.empty()) in.fail("lines", "a reservation needs a line", "add what is wanted");
  return body;
}

ChangeOrder read_change(Members& in) {
  ChangeOrder body;
  body.order = in.text("order", true);
  body.thing = in.text("thing", true);
  body.reason = in.text("reason");
  if (auto const* address = in.take("ship_to", false)) {
    Members a(*address, "ship_to");
    body.ship_to = Address{a.text("country"), a.text("region"), a.text("city"), a.text("postal_code"), a.text("street")};
    a.finish();
    if (in.error.code.empty()) in.error = a.error;
  }
  objects(in, "lines", false, [&](Members& line) {
    auto const number = line.whole("line", 0, true);
    auto const units = line.whole("quantity", 0, true);
    if (number < 1 || number > 1'000'000) line.fail("line", "lines count from 1", "write the number of the line");
    at_least(line, "quantity", units, 0);
    body.lines.push_back({static_cast<std::int32_t>(number), units});
  });
  body.values = read_attributes(in, "values", false);
  body.note = in.text("note");
  if ((body.thing == "address") != body.ship_to.has_value())
    in.fail("ship_to", "a change of address says the new one, and nothing else does", "add or remove it");
  if ((body.thing == "items") != !body.lines.empty())
    in.fail("lines", "a change of items says the new quantities, and nothing else does", "add or remove them");
  return body;
}

PostCount read_count(Members& in) {
  PostCount body;
  body.sheet = in.text("sheet", true);
  objects(in, "rows", true, [&](Members& row) {
    PostCount::Row out{row.text("item", true), row.text("location", true), row.text("lot"), row.whole("expected", 0, true), {}};
    at_least(row, "expected", out.expected, 0);
    if (row.take("counted", false) != nullptr) {
      out.counted = row.whole("counted", 0);
      at_least(row, "counted", *out.counted, 0);
    }
    body.rows.push_back(std::move(out));
  });
  body.reason = in.text("reason");
  body.note = in.text("note");
  if (body.rows.empty()) in.fail("rows", "a sheet has a row", "add what was counted");
  return body;
}

AllocateOrders read_wave(Members& in) {
  AllocateOrders body{texts(in, "orders"), in.whole("count_max", 1000), in.text("note")};
  if (body.count_max < 1 || body.count_max > 100'000) in.fail("count_max", "between 1 and 100,000 orders are allocated at a time", "write 1000");
  return body;
}

PlanShipments read_parcels(Members& in) {
  PlanShipments body{in.text("order", true), in.whole("weight_g_max", 0), in.text("note")};
  if (body.weight_g_max < 0) in.fail("weight_g_max", "a weight is not negative", "write grams, or leave it out");
  return body;
}

}  // namespace

bool read_supply(std::string const& kind, Members& in, CommandBody& body) {
  if (kind == "expect_supply") body = read_expected(in);
  else if (kind == "send_supply") body = SendSupply{in.text("supply", true), in.text("note")};
  else if (kind == "receive_supply") body = read_received(in);
  else if (kind == "move_stock") body = read_move(in);
  else if (kind == "reserve_stock") body = read_reservation(in);
  else if (kind == "release_reservation") {
    ReleaseReservation gone{in.text("id", true), in.text("item"), in.whole("quantity", 0), in.text("note")};
    at_least(in, "quantity", gone.quantity, 0);
    if (gone.item.empty() && gone.quantity > 0) in.fail("item", "a quantity is of an item", "name the item");
    body = std::move(gone);
  } else if (kind == "allocate_orders") body = read_wave(in);
  else if (kind == "change_order") body = read_change(in);
  else if (kind == "post_count") body = read_count(in);
  else if (kind == "recall_lot") body = RecallLot{in.text("item", true), in.text("lot", true), in.text("reason"), in.text("note")};
  else if (kind == "plan_shipments") body = read_parcels(in);
  else if (kind == "replan") body = Replan{in.text("item"), in.text("note")};
  else if (kind == "set_protection") body = SetProtection{in.text("item"), in.text("location")};
  else return false;
  return true;
}

}  // namespace bylaw::inline v0::wire
