#include <algorithm>

#include <bylaw/wire/commands.hpp>

#include "wire/records.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {

std::vector<std::string> texts(Members& in, char const* name) {
  std::vector<std::string> out;
  auto const* list = in.take(name, false);
  if (list == nullptr) return out;
  bool good = list->kind == Json::Kind::array;
  for (auto const& item : list->items) {
    good = good && item.kind == Json::Kind::text && !item.text.empty() && item.text.find(',') == std::string::npos;
    out.push_back(item.text);
  }
  if (!good) in.fail(name, "a list of words is expected", "write [\"release\", \"ship\"]");
  return out;
}

std::vector<Attribute> read_attributes(Members& in, char const* name, bool required) {
  std::vector<Attribute> out;
  auto const* json = in.take(name, required);
  if (json == nullptr) return out;
  if (json->kind != Json::Kind::object) in.fail(name, "paths and their values are expected", "write {\"order.payment.risk_score\": 12}");
  for (std::size_t i = 0; i < json->keys.size(); ++i) {
    auto const& value = json->items[i];
    bool const plain = value.kind == Json::Kind::text || value.kind == Json::Kind::number || value.kind == Json::Kind::boolean;
    if (!plain) in.fail(name, "the value of `" + json->keys[i] + "` is not a plain one", "write a text, a number, true or false");
    out.push_back({json->keys[i], value.kind == Json::Kind::boolean ? (value.truth ? "true" : "false") : value.text});
  }
  return out;
}

PlaceStop read_stop(Members& in) {
  PlaceStop body;
  body.name = in.text("stop", true);
  body.what = in.text("what", true);
  body.target = in.text("target", true);
  body.blocks = texts(in, "blocks");
  body.reason = in.text("reason");
  body.text = in.text("text");
  if (auto const* from = in.take("from", false); from != nullptr) body.from = in.time("from", false);
  if (auto const* until = in.take("until", false); until != nullptr) body.until = in.time("until", false);
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
  Migrate body{in.text("workflow", true), static_cast<std::int32_t>(in.whole("from", 0, true)), in.whole("count_max", 1000), in.text("note")};
  if (body.count_max < 1 || body.count_max > 100'000) in.fail("count_max", "between 1 and 100,000 instances move at a time", "write 1000");
  return body;
}

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
  in.fail("", "there is no command `" + kind + "`",
          "commands are define_item, define_location, receive_stock, import_order, order_event, record_facts, place_hold, release_hold, place_stop, "
          "lift_stop, request_return, return_event, start_instance, instance_event, migrate and redrive");
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

}  // namespace bylaw::inline v0::wire
