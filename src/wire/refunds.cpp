// The JSON forms of the commands about payments, units that come back, and refunds.
#include "wire/command_parts.hpp"
#include "wire/refund_bodies.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {

RecordPayment read_payment(Members& in) {
  RecordPayment body;
  body.order = in.text("order", true);
  body.payment = in.text("payment", true);
  body.tender = in.text("tender", false);
  if (body.tender.empty()) body.tender = "card";
  body.what = in.text("what");
  if (body.what.empty()) body.what = "captured";
  if (body.what != "captured" && body.what != "charged_back" && body.what != "chargeback_won" && body.what != "refund_settled")
    in.fail("what", "`" + body.what + "` does not happen to a payment", "write captured, charged_back, chargeback_won or refund_settled");
  body.amount = in.money("amount", {}, true).value_or(Money{});
  body.booked = in.money("booked", {});
  body.note = in.text("note");
  if (body.payment.empty()) in.fail("payment", "a payment needs an id", "write the provider's");
  if (body.amount.amount_minor() <= 0) in.fail("amount", "an amount above zero is expected", "write what was paid");
  if (body.booked && body.booked->amount_minor() < 0) in.fail("booked", "an amount is not negative", "write what came of it");
  return body;
}

/// `line` and `quantity` of one entry of a list.
void read_units(Members& in, std::int32_t& line, std::int64_t& quantity, std::int64_t least) {
  auto const number = in.whole("line", 0);
  if (number < 0 || number > 1'000'000) in.fail("line", "the number of a line is expected", "write 1 for the first");
  line = static_cast<std::int32_t>(number);
  quantity = in.whole("quantity", least == 0 ? 0 : 1);
  if (quantity < least) in.fail("quantity", "a quantity of " + std::to_string(least) + " or more is expected", "write how many base units");
}

ReceiveReturn read_receipt(Members& in) {
  ReceiveReturn body;
  body.id = in.text("return");
  body.location = in.text("location");
  objects(in, "lines", true, [&](Members& l) {
    ReceiptLine line;
    read_units(l, line.line, line.quantity, 1);
    line.item = l.text("item");
    line.lot = l.text("serial");
    if (line.line == 0 && line.item.empty()) l.fail("item", "a line of the return or an item is expected", "write \"line\": 1");
    body.lines.push_back(std::move(line));
  });
  body.note = in.text("note");
  if (body.lines.empty()) in.fail("lines", "nothing is said of what came", "add what was in the parcel");
  return body;
}

InspectReturn read_inspection(Members& in) {
  InspectReturn body;
  body.id = in.text("return", true);
  objects(in, "lines", true, [&](Members& l) {
    InspectionLine line;
    read_units(l, line.line, line.quantity, 1);
    line.condition = l.text("condition", true);
    line.value_loss = l.money("value_loss", {});
    if (l.take("accept", false) != nullptr) line.accept = l.truth("accept", false);
    if (line.line == 0) l.fail("line", "the number of a line of the return is expected", "write 1 for the first");
    if (line.value_loss && line.value_loss->amount_minor() < 0) l.fail("value_loss", "a loss is not negative", "write 0 or more");
    body.lines.push_back(std::move(line));
  });
  body.note = in.text("note");
  if (body.lines.empty()) in.fail("lines", "nothing is said of what was found", "add what was looked at");
  return body;
}

RefundOrder read_refund(Members& in) {
  RefundOrder body;
  body.order = in.text("order", true);
  body.id = in.text("id", true);
  if (in.take("lines", false) != nullptr) {
    objects(in, "lines", false, [&](Members& l) {
      CreditLine line;
      read_units(l, line.line, line.quantity, 0);
      line.net = l.money("net", {});
      auto const units = l.text("units");
      if (!units.empty() && units != "shipped" && units != "unshipped")
        l.fail("units", "`" + units + "` is not where units can be", "write shipped or unshipped");
      line.shipped = units == "shipped";
      if (line.line == 0) l.fail("line", "the number of a line of the order is expected", "write 1 for the first");
      if (line.quantity > 0 && units.empty()) l.fail("units", "it is not said which units are paid back", "write shipped or unshipped");
      if (line.net && line.net->amount_minor() < 0) l.fail("net", "an amount is not negative", "write what is paid back");
      if (line.quantity == 0 && !line.net) l.fail("quantity", "neither units nor an amount", "write one of them");
      body.lines.push_back(std::move(line));
    });
  }
  if (auto const* shipping = in.take("shipping", false); shipping != nullptr && shipping->kind == Json::Kind::text && shipping->text == "all") {
    body.shipping_left = true;
  } else {
    body.shipping = in.money("shipping", {});
  }
  body.amount = in.money("amount", {});
  body.tender = in.text("tender");
  body.reason = in.text("reason");
  body.note = in.text("note");
  if (body.id.empty()) in.fail("id", "a refund needs an id", "write a number of its own");
  for (auto const* amount : {&body.shipping, &body.amount}) {
    if (*amount && (*amount)->amount_minor() < 0) in.fail("amount", "an amount is not negative", "write what is paid back");
  }
  if (body.lines.empty() && !body.shipping && !body.shipping_left && !body.amount)
    in.fail("amount", "nothing is paid back", "write lines, shipping or an amount");
  return body;
}

ExchangeReturn read_exchange(Members& in) {
  ExchangeReturn body;
  body.id = in.text("return", true);
  read_units(in, body.line, body.quantity, 1);
  body.undo = in.truth("undo", false);
  body.item = in.text("item", !body.undo);
  body.order = in.text("order", !body.undo);
  body.price = in.money("price", {});
  body.charge_accepted = in.truth("charge_accepted", false);
  body.note = in.text("note");
  if (body.line == 0) in.fail("line", "the number of a line of the return is expected", "write 1 for the first");
  if (body.price && body.price->amount_minor() < 0) in.fail("price", "a price is not negative", "write 0 or more");
  return body;
}

ReturnToVendor read_vendor_return(Members& in) {
  ReturnToVendor body;
  body.item = in.text("item", true);
  body.location = in.text("location", true);
  body.quantity = in.whole("quantity", 0, true);
  body.lot = in.text("lot");
  if (auto const status = in.text("status"); !status.empty()) body.status = status;
  body.receipt = in.text("receipt");
  body.unit_cost = in.money("unit_cost", {});
  body.note = in.text("note");
  if (body.quantity <= 0) in.fail("quantity", "a quantity above zero is expected", "write how many units go back");
  return body;
}

AdjustCost read_adjustment(Members& in) {
  AdjustCost body;
  body.item = in.text("item", true);
  body.location = in.text("location", true);
  body.receipt = in.text("receipt");
  body.lot = in.text("lot");
  body.quantity = in.whole("quantity", 0);
  body.amount = in.money("amount", {}, true).value_or(Money{});
  body.note = in.text("note");
  if (body.amount.amount_minor() == 0) in.fail("amount", "an amount that is not zero is expected", "write what the goods cost more or less");
  if (body.quantity < 0) in.fail("quantity", "a quantity is not negative", "write for how many units it is");
  return body;
}

void optional_money(JsonWriter& out, char const* name, std::optional<Money> const& money) {
  if (money) out.member(name, to_string(*money));
}

}  // namespace

bool read_refunds(std::string const& kind, Members& in, CommandBody& body) {
  if (kind == "record_payment") body = read_payment(in);
  else if (kind == "receive_return") body = read_receipt(in);
  else if (kind == "inspect_return") body = read_inspection(in);
  else if (kind == "refund_order") body = read_refund(in);
  else if (kind == "exchange_return") body = read_exchange(in);
  else if (kind == "return_to_vendor") body = read_vendor_return(in);
  else if (kind == "adjust_cost") body = read_adjustment(in);
  else return false;
  return true;
}

void write(JsonWriter& out, RecordPayment const& b) {
  out.begin_object().member("order", b.order).member("payment", b.payment).member("tender", b.tender).member("what", b.what);
  out.member("amount", to_string(b.amount));
  optional_money(out, "booked", b.booked);
  out.member("note", b.note).end_object();
}
void write(JsonWriter& out, ReceiveReturn const& b) {
  out.begin_object().member("return", b.id).member("location", b.location).key("lines").begin_array();
  for (auto const& line : b.lines) {
    out.begin_object().member("line", std::int64_t{line.line}).member("item", line.item).member("quantity", line.quantity);
    out.member("serial", line.lot).end_object();
  }
  out.end_array().member("note", b.note).end_object();
}
void write(JsonWriter& out, InspectReturn const& b) {
  out.begin_object().member("return", b.id).key("lines").begin_array();
  for (auto const& line : b.lines) {
    out.begin_object().member("line", std::int64_t{line.line}).member("quantity", line.quantity).member("condition", line.condition);
    optional_money(out, "value_loss", line.value_loss);
    if (line.accept) out.key("accept").truth(*line.accept);
    out.end_object();
  }
  out.end_array().member("note", b.note).end_object();
}
void write(JsonWriter& out, RefundOrder const& b) {
  out.begin_object().member("order", b.order).member("id", b.id);
  if (!b.lines.empty()) {
    out.key("lines").begin_array();
    for (auto const& line : b.lines) {
      out.begin_object().member("line", std::int64_t{line.line});
      if (line.quantity > 0) out.member("quantity", line.quantity).member("units", line.shipped ? "shipped" : "unshipped");
      optional_money(out, "net", line.net);
      out.end_object();
    }
    out.end_array();
  }
  if (b.shipping_left) out.member("shipping", "all");
  else optional_money(out, "shipping", b.shipping);
  optional_money(out, "amount", b.amount);
  out.member("tender", b.tender).member("reason", b.reason).member("note", b.note).end_object();
}
void write(JsonWriter& out, ReturnToVendor const& b) {
  out.begin_object().member("item", b.item).member("location", b.location).member("quantity", b.quantity).member("lot", b.lot);
  out.member("status", b.status).member("receipt", b.receipt);
  optional_money(out, "unit_cost", b.unit_cost);
  out.member("note", b.note).end_object();
}
void write(JsonWriter& out, AdjustCost const& b) {
  out.begin_object().member("item", b.item).member("location", b.location).member("receipt", b.receipt).member("lot", b.lot);
  out.member("quantity", b.quantity).member("amount", to_string(b.amount)).member("note", b.note).end_object();
}
void write(JsonWriter& out, ExchangeReturn const& b) {
  out.begin_object().member("return", b.id).member("line", std::int64_t{b.line}).member("quantity", b.quantity).member("item", b.item).member("order", b.order);
  optional_money(out, "price", b.price);
  if (b.charge_accepted) out.key("charge_accepted").truth(true);
  if (b.undo) out.key("undo").truth(true);
  out.member("note", b.note).end_object();
}

}  // namespace bylaw::inline v0::wire
