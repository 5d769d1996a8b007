#include <algorithm>

#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "wire/command_parts.hpp"
#include "wire/records.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {

PlaceStop read_stop(Members& in) {
  PlaceStop body;
  body.name = in.text("stop", true);
  body.what = in.text("what", true);
  body.target = in.text("target", true);
  body.blocks = texts(in, "blocks");
  body.reason = in.text("reason");
  body.text = in.text("text");
  body.from = time_or(in, "from", body.from);
  body.until = time_or(in, "until", body.until);
  body.lift_by = texts(in, "lift_by");
  constexpr std::string_view kinds[] = {"location", "lot", "item", "carrier", "supplier", "channel"};
  if (std::find(std::begin(kinds), std::end(kinds), body.what) == std::end(kinds)) {
    in.fail("what", "`" + body.what + "` cannot be stopped", "write location, lot, item, carrier, supplier or channel");
  }
  if (body.blocks.empty()) in.fail("blocks", "a stop keeps something from happening", "write [\"ship\"]");
  if (body.until <= body.from) in.fail("until", "the stop is over before it begins", "write a later time");
  return body;
}

Migrate read_migrate(Members& in) {
  auto const from = in.whole("from", 0, true);
  if (from < 0 || from > 1'000'000) in.fail("from", "a version between 0 and 1,000,000 is expected", "write the version that instances come from");
  Migrate body{in.text("workflow", true), static_cast<std::int32_t>(from), in.whole("count_max", 1000), in.text("note")};
  if (body.count_max < 1 || body.count_max > 100'000) in.fail("count_max", "between 1 and 100,000 instances move at a time", "write 1000");
  return body;
}

CommandBody read_body(std::string const& kind, Members& in) {
  if (kind == "define_item") return DefineItem{read_item(in), time_or(in, "effective", Timestamp{INT64_MIN})};
  if (kind == "define_location") return DefineLocation{read_location(in), time_or(in, "effective", Timestamp{INT64_MIN})};
  if (kind == "import_order") {
    ImportOrder body{read_order(in)};
    if (body.order.lines.empty()) in.fail("lines", "an order needs a line", "add what was sold");
    return body;
  }
  if (kind == "request_return") return RequestReturn{read_return(in)};
  if (kind == "receive_stock") {
    ReceiveStock body{in.text("item", true), in.text("location", true), in.whole("quantity", 0, true), in.text("reference"),
                      in.text("lot"),        in.time("removal", false), in.time("expires", false),     in.money("unit_cost", {})};
    if (body.unit_cost && body.unit_cost->amount_minor() < 0) in.fail("unit_cost", "a cost is not negative", "write 0 or more");
    if (body.lot.empty() && (body.removal.value != 0 || body.expires.value != 0)) in.fail("lot", "only a lot has dates", "name the lot");
    if (body.quantity <= 0) in.fail("quantity", "a quantity above zero is expected", "write how many units came in");
    return body;
  }
  if (kind == "order_event") return OrderEvent{in.text("order", true), in.text("event", true), in.text("note")};
  if (kind == "release_hold") return ReleaseHold{in.text("order", true), in.text("rule", true), in.text("note")};
  if (kind == "return_event") return ReturnEvent{in.text("return", true), in.text("event", true), in.text("condition"), in.text("note")};
  if (kind == "record_facts") {
    RecordFacts body{in.text("order", true), read_attributes(in, "facts", true), in.text("note")};
    if (body.facts.empty()) in.fail("facts", "no fact is given", "write {\"order.payment.risk_score\": 12}");
    return body;
  }
  if (kind == "place_hold") {
    return PlaceHold{in.text("order", true), in.text("rule", true), in.text("reason"),       in.text("text"),
                     in.text("queue"),       texts(in, "blocks"),   texts(in, "release_by"), in.text("note")};
  }
  if (kind == "place_stop") return read_stop(in);
  if (kind == "lift_stop") return LiftStop{in.text("stop", true), in.text("note")};
  if (kind == "start_instance")
    return StartInstance{in.text("workflow", true), in.text("id", true), in.text("parent"), read_attributes(in, "attributes", false)};
  if (kind == "instance_event") return InstanceEvent{in.text("id", true), in.text("event", true), in.text("note")};
  if (kind == "migrate") return read_migrate(in);
  if (kind == "redrive") return Redrive{in.text("subject", true), in.whole("letter", 0, true), in.text("note")};
  CommandBody body;
  if (read_control(kind, in, body) || read_supply(kind, in, body) || read_refunds(kind, in, body)) return body;
  in.fail("", "there is no command `" + kind + "`",
          "commands are define_item, define_location, define_entry, receive_stock, observe_stock, import_order, order_event, record_facts, place_hold, "
          "release_hold, place_stop, lift_stop, request_return, return_event, start_instance, instance_event, answer_request, delegate, migrate, redrive, "
          "redrive_messages, erase_person, activate_policy, check_health, expect_supply, send_supply, receive_supply, move_stock, reserve_stock, "
          "release_reservation, allocate_orders, change_order, post_count, recall_lot, plan_shipments, replan, set_protection, "
          "record_payment, receive_return, inspect_return, refund_order, exchange_return, return_to_vendor "
          "and adjust_cost");
  return OrderEvent{};
}

}  // namespace

namespace {

constexpr std::size_t command_id_bytes_max = 200;

Result<Command> read_command(Json const& json, std::string const& place) {
  Members in(json, place);
  Command command;
  command.id = in.text("command_id", true);
  if (command.id.empty() || command.id.size() > command_id_bytes_max)
    in.fail("command_id", "an id of 1 to 200 bytes is expected", "give every command an id of its own");
  auto const kind = in.text("command", true);
  command.at = in.time("at", true);
  command.cause = in.text("cause");
  if (auto const* by = in.take("by", false)) {
    Members actor(*by, "by");
    command.by.user = actor.text("user", true);
    command.by.role = actor.text("role", true);
    command.by.on_behalf_of = actor.text("on_behalf_of");
    actor.finish();
    if (in.error.code.empty()) in.error = actor.error;
  }
  if (in.error.code.empty()) command.body = read_body(kind, in);
  in.finish();
  if (!in.error.code.empty()) return Unexpected{in.error};
  return command;
}

}  // namespace

Result<Command> parse_command(std::string_view text) {
  auto const json = parse_json(text);
  return json ? read_command(*json, "") : Unexpected{json.error()};
}

Result<Batch> parse_batch(std::string_view text) {
  auto const json = parse_json(text);
  if (!json) return Unexpected{json.error()};
  Batch out;
  auto const* list = json->kind == Json::Kind::object ? json->find("batch") : nullptr;
  if (list == nullptr) {
    auto command = read_command(*json, "");
    if (!command) return Unexpected{command.error()};
    out.commands.push_back(std::move(*command));
    return out;
  }
  out.together = true;
  bool const fits = json->keys.size() == 1 && list->kind == Json::Kind::array && !list->items.empty() && list->items.size() <= batch_commands_max;
  if (!fits) {
    return failure("bad_command", "a batch is a list of 1 to " + std::to_string(batch_commands_max) + " commands, and nothing else", "batch",
                   "write {\"batch\": [{...}, {...}]}");
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    auto command = read_command(list->items[i], "batch[" + std::to_string(i) + "]");
    if (!command) return Unexpected{command.error()};
    out.commands.push_back(std::move(*command));
  }
  return out;
}

std::string command_id_of(std::string_view text) {
  auto const json = parse_json(text);
  auto const* id = json && json->kind == Json::Kind::object ? json->find("command_id") : nullptr;
  return id != nullptr && id->kind == Json::Kind::text && id->text.size() <= command_id_bytes_max ? id->text : "";
}

std::string to_json(Command const& command) {
  JsonWriter out;
  out.begin_object().member("command", kind_of(command.body)).member("command_id", command.id).member("at", to_string(command.at));
  out.key("by").begin_object().member("user", command.by.user).member("role", command.by.role);
  if (!command.by.on_behalf_of.empty()) out.member("on_behalf_of", command.by.on_behalf_of);
  out.end_object();
  if (!command.cause.empty()) out.member("cause", command.cause);
  auto text = out.take();
  auto const body = to_json(command.body);
  return body.size() > 2 ? text + "," + body.substr(1) : text + "}";
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

}  // namespace bylaw::inline v0::wire
