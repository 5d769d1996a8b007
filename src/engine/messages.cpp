// Messages of the outbox as CloudEvents, and dead letters that persons look at.
#include <bylaw/engine/messages.hpp>

#include <bylaw/store/deliveries.hpp>
#include <bylaw/wire/json.hpp>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

std::string cloud_event(Message const& message, std::string_view source) {
  wire::JsonWriter out;
  out.begin_object().member("specversion", "1.0").member("id", std::to_string(message.number)).member("source", source);
  out.member("type", message.type).member("subject", message.subject).member("time", to_string(message.at));
  out.member("datacontenttype", "application/json").member("partitionkey", message.subject);
  // Twenty digits, so that it rises as a text too.
  auto const digits = std::to_string(message.number);
  out.member("sequence", std::string(20 - std::min<std::size_t>(digits.size(), 20), '0') + digits);
  if (!message.command.empty()) out.member("causationid", message.command);
  out.key("data").raw(message.data);
  out.end_object();
  return out.take();
}

Result<void> run(Context& context, trade::RedriveMessages const& body) {
  context.outcome.subject = body.consumer;
  auto const dead = store::Deliveries(context.store).dead(body.consumer, body.message);
  if (!dead) return Unexpected{dead.error()};
  if (dead->empty()) {
    return context.refuse("no_such_letter", "`" + body.consumer + "` has no dead letter" + (body.message == 0 ? "" : " " + std::to_string(body.message)),
                          "see `bylaw report dead_messages`");
  }
  if (body.skip && body.message == 0) return context.refuse("name_the_message", "messages are given up one by one", "name its number");
  auto const action = body.skip ? trade::DeliveryAction::skipped : trade::DeliveryAction::redriven;
  for (auto const message : *dead) context.changes.deliveries.push_back({body.consumer, message, action, 0, body.note});
  context.outcome.message = std::to_string(dead->size()) + (body.skip ? " given up" : " tried again");
  return {};
}

}  // namespace bylaw::inline v0::engine
