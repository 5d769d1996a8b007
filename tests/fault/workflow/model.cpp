#include "fault/workflow/model.hpp"

#include <algorithm>

namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;

/// Monday to Friday, at the same time of day.
std::int64_t business_days_later(std::int64_t from, int days) {
  auto at = from;
  while (days > 0) {
    at += day;
    auto const weekday = ((at / day) + 3) % 7;  // 0 is Monday
    if (weekday < 5) --days;
  }
  return at;
}

}  // namespace

Model::Answer Model::import_order(std::string const& id, bool suspicious, std::int64_t units, std::int64_t now) {
  if (orders_.count(id) > 0) return {false, "order_exists", ""};
  Order order;
  order.suspicious = order.held = suspicious;
  order.state = suspicious ? "on_hold" : "released";
  order.units = units;
  order.escalates = now + 6 * hour;
  order.expires = now + 2 * day;
  orders_[id] = order;
  return {true, "ok", order.state};
}

Model::Answer Model::release_hold(std::string const& id, std::int64_t) {
  auto const found = orders_.find(id);
  if (found == orders_.end()) return {false, "unknown_order", ""};
  auto& order = found->second;
  if (!order.suspicious) return {false, "no_such_hold", order.state};
  if (!order.held) return {true, "already_released", order.state};
  order.held = order.expiring = false;
  if (order.state == "on_hold") order.state = "released";
  return {true, "ok", order.state};
}

Model::Answer Model::order_event(std::string const& id, std::string const& event, std::int64_t) {
  auto const found = orders_.find(id);
  if (found == orders_.end()) return {false, "unknown_order", ""};
  auto& order = found->second;
  auto const& s = order.state;
  if (event == "allocate" && s == "released") {
    if (on_hand_ - reserved() < order.units) return {true, "backordered", s};
    order.state = "allocated";
  } else if (event == "cancel" && (s == "released" || s == "on_hold" || s == "allocated")) {
    order.state = "cancelled";
    order.held = order.expiring = false;
  } else if (event == "ship" && s == "allocated") {
    order.state = "shipped";
    on_hand_ -= order.units;
  } else {
    return {false, "wrong_state", s};
  }
  auto const state = order.state;
  if (event == "allocate") follow(id);
  return {true, "ok", order.state == state ? state : order.state};
}

std::string Model::target(Thing const& thing, std::string const& event) {
  auto const& s = thing.state;
  auto const is = [&](char const* state, char const* name) { return s == state && event == name; };
  if (thing.workflow == "shipment") {
    if (is("planned", "pick")) return "picked";
    if (is("picked", "pack")) return "packed";
    if (is("packed", "ship")) return "shipped";
    if (is("shipped", "deliver")) return "delivered";
    if (is("shipped", "lose")) return "lost";
    if (event == "cancel" && (s == "planned" || s == "picked" || s == "packed")) return "cancelled";
  } else {
    if (is("requested", "send")) return "sent";
    if (is("sent", "send")) return "sent";
    if (is("failed", "fail")) return "failed";
    if (is("failed", "retry")) return "requested";
    if (is("sent", "fail")) return "failed";
    if (event == "confirm" && (s == "requested" || s == "sent" || s == "failed")) return "confirmed";
    if (event == "cancel" && (s == "requested" || s == "failed")) return "cancelled";
  }
  return {};
}

char Model::others(Thing const& thing) {
  auto const& s = thing.state;
  if (thing.workflow == "shipment") return s == "shipped" || s == "delivered" ? 'i' : s == "lost" || s == "cancelled" ? 'd' : 'p';
  return s == "confirmed" ? 'i' : s == "cancelled" ? 'd' : 'r';
}

bool Model::finished(Thing const& thing) {
  for (auto const* state : {"delivered", "lost", "cancelled", "confirmed"}) {
    if (thing.state == state) return true;
  }
  return false;
}

void Model::enter(Thing& thing, std::string const& state, std::int64_t now) {
  if (state == thing.state) return;
  thing.state = state;
  thing.clocks.clear();
  if (thing.workflow == "shipment" && state == "shipped") thing.clocks = {business_days_later(now, 10)};
  if (thing.workflow == "refund" && state == "sent") {
    ++messages_["refund.send_refund"];
    thing.clocks = {now + day, business_days_later(now, 3)};
  }
}

/// Takes an event that fits, and then those that waited for it.
bool Model::step(Thing& thing, std::string const& id, std::string const& event, std::int64_t now) {
  auto const to = target(thing, event);
  if (to.empty()) return false;
  bool const changed = to != thing.state;
  enter(thing, to, now);
  if (!thing.parent.empty()) follow(thing.parent);
  if (changed) {
    // In the order in which they came; what was let through may make room for one before it.
    for (bool again = true; again;) {
      again = false;
      for (std::size_t i = 0; i < thing.waiting.size() && !again; ++i) {
        auto const next = thing.waiting[i].event;
        if (target(thing, next).empty()) continue;
        thing.waiting.erase(thing.waiting.begin() + static_cast<std::ptrdiff_t>(i));
        again = step(thing, id, next, now);
      }
    }
  }
  if (finished(thing)) {
    dead_ += thing.waiting.size();
    thing.waiting.clear();
  }
  return true;
}

void Model::follow(std::string const& id) {
  auto const found = orders_.find(id);
  if (found == orders_.end() || found->second.state != "allocated") return;
  bool out = false;
  bool in = false;
  for (auto const& parcel : found->second.parcels) {
    auto const& s = things_[parcel].state;
    out = out || s == "shipped" || s == "delivered" || s == "lost";
    in = in || s == "planned" || s == "picked" || s == "packed";
  }
  if (!out || in) return;
  found->second.state = "shipped";
  on_hand_ -= found->second.units;
}

Model::Answer Model::start(std::string const& workflow, std::string const& id, std::string const& parent, std::int64_t now) {
  if (things_.count(id) > 0) return {false, "id_taken", ""};
  if (!parent.empty()) {
    auto const order = orders_.find(parent);
    if (order == orders_.end()) return {false, "unknown_parent", ""};
    if (order->second.state == "cancelled") return {false, "wrong_state", ""};
    order->second.parcels.push_back(id);
  }
  Thing thing;
  thing.workflow = workflow;
  thing.parent = parent;
  thing.state = workflow == "shipment" ? "planned" : "requested";
  thing.since = now;
  things_[id] = thing;
  if (!parent.empty()) follow(parent);
  return {true, "ok", thing.state};
}

Model::Answer Model::event(std::string const& id, std::string const& event, std::int64_t now) {
  auto const found = things_.find(id);
  if (found == things_.end()) return {false, "unknown_instance", ""};
  auto& thing = found->second;
  if (step(thing, id, event, now)) return {true, "ok", thing.state};
  switch (others(thing)) {
    case 'i': return {true, "ignored", thing.state};
    case 'd': ++dead_; return {true, "dead_letter", thing.state};
    case 'p': thing.waiting.push_back({event, now + 2 * day}); return {true, "parked", thing.state};
    default: return {false, "wrong_state", thing.state};
  }
}

void Model::pass_time(std::int64_t until) {
  for (auto& [id, order] : orders_) {
    // A hold announces its end, and a day later the order is cancelled.
    if (order.held && !order.expiring && order.expires <= until) {
      order.expiring = true;
      order.expires += day;
    }
    if (order.held && order.expiring && order.expires <= until) {
      order.held = order.expiring = false;
      if (order.state == "on_hold") order.state = "cancelled";
    }
  }
  for (auto& [id, thing] : things_) {
    auto const count = [&](std::int64_t clock) {
      if (clock > until) return false;
      if (thing.workflow == "shipment") ++messages_["shipment.notify(order_desk)"];
      return true;
    };
    std::erase_if(thing.clocks, count);
    auto const before = thing.waiting.size();
    std::erase_if(thing.waiting, [&](Waiting const& w) { return w.until <= until; });
    dead_ += before - thing.waiting.size();
  }
}

std::map<std::string, std::string> Model::states() const {
  std::map<std::string, std::string> out;
  for (auto const& [id, order] : orders_) out[id] = order.state;
  for (auto const& [id, thing] : things_) out[id] = thing.state;
  return out;
}

std::int64_t Model::reserved() const {
  std::int64_t out = 0;
  for (auto const& [id, order] : orders_) out += order.state == "allocated" ? order.units : 0;
  return out;
}

std::size_t Model::parked() const {
  std::size_t out = 0;
  for (auto const& [id, thing] : things_) out += thing.waiting.size();
  return out;
}

std::set<std::string> Model::held() const {
  std::set<std::string> out;
  for (auto const& [id, order] : orders_) {
    if (order.held) out.insert(id);
  }
  return out;
}
