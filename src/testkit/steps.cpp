#include "testkit/steps.hpp"

namespace bylaw::inline v0::testkit {

using wire::Json;

namespace {

void set(Json& object, std::string key, Json value) {
  object.keys.push_back(std::move(key));
  object.items.push_back(std::move(value));
}
void set_default(Json& object, char const* key, Json value) {
  if (object.find(key) == nullptr) set(object, key, std::move(value));
}

/// The members of a step that is written as a map.
Json members(TestFile const& file, Yaml const& argument, char const* command) {
  if (!argument.is_map()) file.refuse(argument.line, "this step has members", "write {id: ..., ...}; see docs/commands.md");
  auto out = to_json(argument);
  set(out, "command", text(command));
  return out;
}

/// `ship: A-1`, or `ship: {order: A-1, note: ...}`.
Json event(TestFile const& file, Yaml const& argument, char const* command, char const* subject, char const* event) {
  Json out;
  if (argument.is_map()) {
    out = members(file, argument, command);
  } else {
    out.kind = Json::Kind::object;
    set(out, "command", text(command));
    set(out, subject, text(file.text(argument, "an id")));
  }
  set(out, "event", text(event));
  return out;
}

/// The currency of the policy: what a scenario's orders are in unless they say otherwise.
std::string currency_of(TestFile const& file) {
  for (auto const& header : file.book.policy().headers()) {
    if (header.currency.known()) return std::string(header.currency.code());
  }
  return "USD";
}

}  // namespace

std::vector<StepKind> const& step_kinds() {
  static std::vector<StepKind> const kinds = {
      {"item", "an item of the master data", "define_item", nullptr, nullptr},
      {"location", "a location", "define_location", nullptr, nullptr},
      {"receive", "stock that comes in", "receive_stock", nullptr, nullptr},
      {"order", "an order that is imported", "import_order", nullptr, nullptr},
      {"allocate", "reserve the order's stock", "order_event", "order", "allocate"},
      {"ship", "the order left", "order_event", "order", "ship"},
      {"deliver", "the order arrived", "order_event", "order", "deliver"},
      {"invoice", "the order is invoiced", "order_event", "order", "invoice"},
      {"pay", "the order is paid", "order_event", "order", "pay"},
      {"settle", "the order is settled", "order_event", "order", "settle"},
      {"cancel", "the order is cancelled", "order_event", "order", "cancel"},
      {"reject", "the order is rejected", "order_event", "order", "reject"},
      {"validate", "the order is validated again", "order_event", "order", "validate"},
      {"release_hold", "somebody lifts a hold: {order, rule}", "release_hold", nullptr, nullptr},
      {"return", "a return is asked for", "request_return", nullptr, nullptr},
      {"authorize", "a return under review is authorized", "return_event", "return", "authorize"},
      {"deny", "a return under review is denied", "return_event", "return", "deny"},
      {"send_back", "the customer sent the goods", "return_event", "return", "send"},
      {"receive_return", "the goods came back", "return_event", "return", "receive"},
      {"inspect", "the goods were looked at: {return, condition}", "return_event", "return", "inspect"},
      {"refund", "the refund is paid", "return_event", "return", "refund"},
      {"close_return", "the return is closed", "return_event", "return", "close"},
      {"cancel_return", "the return is cancelled", "return_event", "return", "cancel"},
      {"order_event", "any event of an order: {order, event}", "order_event", nullptr, nullptr},
      {"return_event", "any event of a return: {return, event}", "return_event", nullptr, nullptr},
      {"facts", "what becomes known of an order: {order, facts}", "record_facts", nullptr, nullptr},
      {"place_hold", "somebody holds an order: {order, rule}", "place_hold", nullptr, nullptr},
      {"stop", "somebody stops a place, an item, a channel: {stop, what, target, blocks}", "place_stop", nullptr, nullptr},
      {"lift_stop", "somebody lifts a stop: {stop}", "lift_stop", nullptr, nullptr},
      {"start", "a shipment, a refund, a count begins: {workflow, id, parent}", "start_instance", nullptr, nullptr},
      {"event", "something happens to it: {id, event}", "instance_event", nullptr, nullptr},
      {"migrate", "instances of an earlier version move: {workflow, from}", "migrate", nullptr, nullptr},
      {"entry", "other master data: {kind, id, values, effective}", "define_entry", nullptr, nullptr},
      {"observe", "what somebody has seen: {what, item, location, quantity}", "observe_stock", nullptr, nullptr},
      {"answer", "somebody answers a request: {request, answer}", "answer_request", nullptr, nullptr},
      {"delegate", "somebody else may act for the sender: {to, until}", "delegate", nullptr, nullptr},
      {"redrive_messages", "messages that nobody could deliver: {consumer}", "redrive_messages", nullptr, nullptr},
      {"erase", "personal values go: {person}", "erase_person", nullptr, nullptr},
      {"activate", "a policy version: {version, rollout}", "activate_policy", nullptr, nullptr},
      {"check_health", "alerts are raised and cleared: {}", "check_health", nullptr, nullptr},
      {"expect_supply", "stock that is to come: {supply, item, location, quantity, due}", "expect_supply", nullptr, nullptr},
      {"send_supply", "a transfer has left: {supply}", "send_supply", nullptr, nullptr},
      {"receive_supply", "some of a supply has come: {supply, item, location, quantity}", "receive_supply", nullptr, nullptr},
      {"move", "stock goes to another place or status: {item, from, to, quantity}", "move_stock", nullptr, nullptr},
      {"reserve", "a promise that is no order yet: {id, lines}", "reserve_stock", nullptr, nullptr},
      {"release_reservation", "a reservation is given up, or a part of it: {id}", "release_reservation", nullptr, nullptr},
      {"allocate_orders", "many orders at once: {orders}", "allocate_orders", nullptr, nullptr},
      {"change", "something of an order is to change: {order, thing}", "change_order", nullptr, nullptr},
      {"count", "one count of many shelves: {sheet, rows}", "post_count", nullptr, nullptr},
      {"recall", "a lot is called back: {item, lot}", "recall_lot", nullptr, nullptr},
      {"plan_shipments", "parcels of what an order has reserved: {order}", "plan_shipments", nullptr, nullptr},
      {"replan", "promises are looked at again: {item}", "replan", nullptr, nullptr},
      {"set_protection", "reserves of channels are set: {item, location}", "set_protection", nullptr, nullptr},
      {"payment", "money of an order came, or was charged back: {order, payment, tender, amount}", "record_payment", nullptr, nullptr},
      {"refund_order", "money goes back without goods: {order, id, lines, shipping, amount}", "refund_order", nullptr, nullptr},
      {"exchange", "units of a return are replaced: {return, line, quantity, item, order}", "exchange_return", nullptr, nullptr},
      {"return_to_vendor", "stock goes back to where it was bought: {item, location, quantity, receipt}", "return_to_vendor", nullptr, nullptr},
      {"adjust_cost", "what goods cost turns out otherwise: {item, location, receipt, amount}", "adjust_cost", nullptr, nullptr},
      {"expire_return", "goods that never came", "return_event", "return", "expire"},
      {"redrive", "a dead letter is tried again: {subject, letter}", "redrive", nullptr, nullptr},
  };
  return kinds;
}

Json build(TestFile const& file, StepKind const& kind, Yaml const& argument) {
  std::string_view const word(kind.word);
  // Said of units, what happens to a return is a command of its own.
  if (argument.is_map() && argument.find("lines") != nullptr) {
    if (word == "receive_return") return members(file, argument, "receive_return");
    if (word == "inspect") return members(file, argument, "inspect_return");
  }
  if (kind.event != nullptr) return event(file, argument, kind.command, kind.subject, kind.event);
  auto out = members(file, argument, kind.command);
  bool const document = std::string_view(kind.command) == "import_order" || std::string_view(kind.command) == "request_return";
  if (std::string_view(kind.command) == "import_order") set_default(out, "source", text("shop"));
  if (document) set_default(out, "currency", text(currency_of(file)));
  return out;
}

}  // namespace bylaw::inline v0::testkit
