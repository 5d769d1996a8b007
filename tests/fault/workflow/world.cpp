#include "fault/workflow/world.hpp"

#include <cstdio>
#include <cstdlib>

#include <bylaw/config/files.hpp>

using namespace bylaw;

trade::Command World::make(std::string id, trade::CommandBody body) { return {std::move(id), Timestamp(now_), {"world", "system"}, std::move(body)}; }

std::vector<trade::Command> World::opening() {
  trade::Item item;
  item.sku = "TEA";
  trade::Location location;
  location.id = "DC1";
  model_.receive(100'000);
  return {make("item", trade::DefineItem{item}), make("location", trade::DefineLocation{location}),
          make("stock", trade::ReceiveStock{"TEA", "DC1", 100'000, "opening"})};
}

Model::Answer World::tell_model(trade::Command const& command) {
  auto const now = command.at.value;
  if (auto const* order = command.body.get_if<trade::ImportOrder>()) {
    return model_.import_order(order->order.id, !order->order.attributes.empty(), order->order.lines[0].quantity, now);
  }
  if (auto const* event = command.body.get_if<trade::OrderEvent>()) return model_.order_event(event->order, event->event, now);
  if (auto const* release = command.body.get_if<trade::ReleaseHold>()) return model_.release_hold(release->order, now);
  if (auto const* start = command.body.get_if<trade::StartInstance>()) return model_.start(start->workflow, start->id, start->parent, now);
  auto const& event = (*command.body.get_if<trade::InstanceEvent>());
  return model_.event(event.id, event.event, now);
}

Said World::say(std::string id, trade::CommandBody body) {
  auto command = make(std::move(id), std::move(body));
  if ((command.body.kind() == trade::ReleaseHold::command_kind)) command.by.role = "fraud_analyst";
  auto const* event = command.body.get_if<trade::OrderEvent>();
  if (event != nullptr && event->event == "cancel") command.by.role = "order_desk";
  // One in twenty is lost on the way, and comes later.
  if (below(20) == 0) {
    lost_.push_back({command, {}});
    return {make("noise-" + std::to_string(++commands_), trade::InstanceEvent{"nobody", "pick", ""}), {false, "unknown_instance", ""}};
  }
  Said said{command, tell_model(command)};
  said_.push_back(said);
  if (said_.size() > 200) said_.erase(said_.begin());
  return said;
}

Said World::next() {
  now_ += static_cast<std::int64_t>(below(30)) * 60'000 + static_cast<std::int64_t>(below(2)) * 1;
  if (below(40) == 0) now_ += static_cast<std::int64_t>(below(30)) * 3'600'000;
  model_.pass_time(now_);
  auto const what = below(100);
  if (what < 8 && !said_.empty()) {
    // Said again, word for word: the first answer counts.
    auto again = said_[below(said_.size())];
    return again;
  }
  if (what < 14 && !lost_.empty()) {
    // What was lost is sent again, late, as it was.
    auto const at = below(lost_.size());
    auto said = lost_[at];
    lost_.erase(lost_.begin() + static_cast<std::ptrdiff_t>(at));
    said.command.at = Timestamp(now_);
    said.answer = tell_model(said.command);
    said_.push_back(said);
    return said;
  }
  auto const id = "c-" + std::to_string(++commands_);
  if (what < 26 || orders_ == 0) {
    trade::Order order;
    order.id = "A-" + std::to_string(++orders_);
    order.placed = Timestamp(now_);
    order.currency = Currency::find("USD");
    order.total = Money(1000, order.currency);
    order.lines = {{1, "TEA", "", 1 + static_cast<std::int64_t>(below(3)), Decimal(10), Money(1000, order.currency), false}};
    if (below(4) == 0) order.attributes = {{"order.suspicious", "true"}};
    return say(id, trade::ImportOrder{order});
  }
  auto const order = "A-" + std::to_string(1 + (below(3) == 0 ? below(orders_) : orders_ - 1 - below(std::min<std::size_t>(orders_, 6))));
  if (what < 38) return say(id, trade::OrderEvent{order, "allocate", ""});
  if (what < 42) return say(id, trade::OrderEvent{order, below(2) == 0 ? "cancel" : "ship", ""});
  if (what < 46) return say(id, trade::ReleaseHold{order, "suspicious", ""});
  if (what < 54) {
    shipments_.push_back("S-" + std::to_string(shipments_.size() + 1));
    return say(id, trade::StartInstance{"shipment", shipments_.back(), order, {}});
  }
  if (what < 58) {
    refunds_.push_back("F-" + std::to_string(refunds_.size() + 1));
    return say(id, trade::StartInstance{"refund", refunds_.back(), "", {}});
  }
  if (what < 90 && !shipments_.empty()) {
    constexpr char const* events[] = {"pick", "pack", "ship", "deliver", "pick", "pack", "ship", "deliver", "lose", "cancel"};
    auto const back = std::min<std::size_t>(shipments_.size(), 8);
    return say(id, trade::InstanceEvent{shipments_[shipments_.size() - 1 - below(back)], events[below(std::size(events))], ""});
  }
  constexpr char const* events[] = {"send", "confirm", "fail", "retry", "cancel", "send"};
  if (refunds_.empty()) return say(id, trade::InstanceEvent{"nobody", "send", ""});
  auto const back = std::min<std::size_t>(refunds_.size(), 4);
  return say(id, trade::InstanceEvent{refunds_[refunds_.size() - 1 - below(back)], events[below(std::size(events))], ""});
}

Result<void> let_time_pass(engine::Engine& engine, std::int64_t until) {
  for (;;) {
    auto const next = engine.next_due();
    if (!next) return Unexpected{next.error()};
    if (!*next || (*next)->value > until) return {};
    auto const done = engine.run_due(**next);
    if (!done) return Unexpected{done.error()};
  }
}

rulebook::Rulebook const& simulated_rules() {
  static rulebook::Rulebook const rules = [] {
    auto const zones = config::load_zones();
    auto const loaded = config::load_policy({BYLAW_SOURCE_DIR "/tests/fault/workflow/policy.bylaw"}, *zones);
    if (!loaded || !loaded->ok()) {
      std::fprintf(stderr, "%s\n", loaded ? policy::render(loaded->diagnostics, loaded->sources).c_str() : loaded.error().message.c_str());
      std::exit(2);
    }
    return loaded->rulebook;
  }();
  return rules;
}
