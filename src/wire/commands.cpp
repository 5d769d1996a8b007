#include <bylaw/wire/commands.hpp>

#include "wire/records.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {

CommandBody read_body(std::string const& kind, Members& in) {
  if (kind == "define_item") return DefineItem{read_item(in)};
  if (kind == "define_location") return DefineLocation{read_location(in)};
  if (kind == "import_order") {
    ImportOrder body{read_order(in)};
    if (body.order.lines.empty()) in.fail("lines", "an order needs a line", "add what was sold");
    return body;
  }
  if (kind == "request_return") return RequestReturn{read_return(in)};
  if (kind == "receive_stock") {
    ReceiveStock body{in.text("item", true), in.text("location", true), in.whole("quantity", 0, true), in.text("reference")};
    if (body.quantity <= 0) in.fail("quantity", "a quantity above zero is expected", "write how many units came in");
    return body;
  }
  if (kind == "order_event") return OrderEvent{in.text("order", true), in.text("event", true), in.text("note")};
  if (kind == "release_hold") return ReleaseHold{in.text("order", true), in.text("rule", true), in.text("note")};
  if (kind == "return_event") return ReturnEvent{in.text("return", true), in.text("event", true), in.text("condition"), in.text("note")};
  in.fail("", "there is no command `" + kind + "`",
          "commands are define_item, define_location, receive_stock, import_order, order_event, release_hold, request_return and return_event");
  return OrderEvent{};
}

}  // namespace

Result<Command> parse_command(std::string_view text) {
  auto const json = parse_json(text);
  if (!json) return Unexpected{json.error()};
  Members in(*json, "");
  Command command;
  command.id = in.text("command_id", true);
  if (command.id.empty() || command.id.size() > 200) in.fail("command_id", "an id of 1 to 200 bytes is expected", "give every command an id of its own");
  auto const kind = in.text("command", true);
  command.at = in.time("at", true);
  if (auto const* by = in.take("by", false)) {
    Members actor(*by, "by");
    command.by.user = actor.text("user", true);
    command.by.role = actor.text("role", true);
    actor.finish();
    if (in.error.code.empty()) in.error = actor.error;
  }
  if (in.error.code.empty()) command.body = read_body(kind, in);
  in.finish();
  if (!in.error.code.empty()) return Unexpected{in.error};
  return command;
}

std::string to_json(Outcome const& outcome) {
  JsonWriter out;
  out.begin_object().member("command_id", outcome.command_id);
  out.member("status", outcome.status == Status::accepted ? "accepted" : "refused").member("code", outcome.code);
  if (!outcome.subject.empty()) out.member("subject", outcome.subject);
  if (!outcome.state.empty()) out.member("state", outcome.state);
  if (!outcome.message.empty()) out.member("message", outcome.message);
  if (!outcome.remedy.empty()) out.member("remedy", outcome.remedy);
  if (outcome.duplicate) out.key("duplicate").truth(true);
  out.end_object();
  return out.take();
}

std::string to_json(CommandBody const& body) {
  JsonWriter out;
  if (auto const* order = std::get_if<ImportOrder>(&body)) {
    write_order(out, order->order, true);
  } else if (auto const* back = std::get_if<RequestReturn>(&body)) {
    write_return(out, back->request);
  } else if (auto const* item = std::get_if<DefineItem>(&body)) {
    return to_json(item->item);
  } else if (auto const* location = std::get_if<DefineLocation>(&body)) {
    return to_json(location->location);
  } else if (auto const* stock = std::get_if<ReceiveStock>(&body)) {
    out.begin_object().member("item", stock->item).member("location", stock->location);
    out.member("quantity", stock->quantity).member("reference", stock->reference).end_object();
  } else if (auto const* event = std::get_if<OrderEvent>(&body)) {
    out.begin_object().member("order", event->order).member("event", event->event).member("note", event->note).end_object();
  } else if (auto const* release = std::get_if<ReleaseHold>(&body)) {
    out.begin_object().member("order", release->order).member("rule", release->rule).member("note", release->note).end_object();
  } else if (auto const* returned = std::get_if<ReturnEvent>(&body)) {
    out.begin_object().member("return", returned->id).member("event", returned->event);
    out.member("condition", returned->inspected_condition).member("note", returned->note).end_object();
  }
  return out.take();
}

}  // namespace bylaw::inline v0::wire
