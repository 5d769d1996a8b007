// Facts of places and stock: candidates of an allocation, positions that are protected and published, changes of an order.
#include <array>

#include <bylaw/policy/rules.hpp>

#include "rulebook/getters.hpp"

namespace bylaw::inline v0::rulebook {

using policy::Frame;
using policy::Value;

namespace {

trade::Location const& location_of(Source const& s) { return *s.candidate->location; }
Value number_or_missing(std::optional<std::int64_t> const& number) { return number ? Value::of(*number) : missing(); }
Value decimal_or_missing(std::optional<Decimal> const& number) { return number ? Value::of(*number) : missing(); }

constexpr std::array getters = {
    Getter{"location.id", [](Source const& s) { return Value::of(location_of(s).id); }},
    Getter{"location.kind", [](Source const& s) { return symbol(s, location_of(s).kind); }},
    Getter{"location.region", [](Source const& s) { return Value::of(location_of(s).region); }},
    Getter{"location.country", [](Source const& s) { return symbol(s, location_of(s).country); }},
    Getter{"location.active", [](Source const& s) { return Value::of(location_of(s).active); }},
    Getter{"location.priority", [](Source const& s) { return Value::of(location_of(s).priority); }},
    Getter{"location.time_zone", [](Source const& s) { return text_or_missing(s.candidate->zone); }},
    Getter{"stock.on_hand", [](Source const& s) { return Value::of(s.candidate->stock.on_hand); }},
    Getter{"stock.reserved", [](Source const& s) { return Value::of(s.candidate->stock.reserved); }},
    Getter{"stock.available", [](Source const& s) { return Value::of(s.candidate->stock.on_hand - s.candidate->stock.reserved); }},
    Getter{"stock.days_to_expiry", [](Source const& s) { return number_or_missing(s.candidate->days_to_expiry); }},
    Getter{"stock.safety_stock", [](Source const& s) { return Value::of(s.candidate->safety_stock); }},
    Getter{"covers", [](Source const& s) { return Value::of(s.candidate->covers); }},
    Getter{"distance_km", [](Source const& s) { return decimal_or_missing(s.candidate->distance_km); }},
    Getter{"lane_cost", [](Source const& s) { return decimal_or_missing(s.candidate->lane_cost); }},
    Getter{"lane_days", [](Source const& s) { return number_or_missing(s.candidate->lane_days); }},
    Getter{"lane_open", [](Source const& s) { return Value::of(s.candidate->lane_open); }},
    Getter{"lane_hazmat", [](Source const& s) { return Value::of(s.candidate->lane_hazmat); }},
    Getter{"lane_export", [](Source const& s) { return Value::of(s.candidate->lane_export); }},
    Getter{"ships_today", [](Source const& s) { return Value::of(s.candidate->ships_today); }},
    Getter{"capacity_left", [](Source const& s) { return number_or_missing(s.candidate->capacity_left); }},
};

constexpr std::array item_getters = {
    Getter{"item.sku", [](Source const& s) { return Value::of(s.item->sku); }},
    Getter{"item.known", [](Source const&) { return Value::of(true); }},
    Getter{"item.category", [](Source const& s) { return Value::of(s.item->category); }},
    Getter{"item.service", [](Source const& s) { return Value::of(s.item->service); }},
    Getter{"item.final_sale", [](Source const& s) { return Value::of(s.item->final_sale); }},
};

/// Facts by the path behind the subject's name. A text that nobody gave is empty, a yes or no is no.
Frame facts_of(policy::Policy const& policy, policy::Subject subject, CandidateFacts const& facts, trade::Item const* item) {
  Frame frame;
  auto const& layout = policy.layout(subject);
  auto const prefix = policy::record_of(subject).size() + 1;
  Source source;
  source.candidate = &facts;
  source.policy = &policy;
  source.item = item;
  for (auto const& slot : layout.slots) {
    auto const path = std::string_view(slot.path).substr(prefix);
    Value value;
    if (auto const* attribute = said(source, nullptr, slot.path); attribute != nullptr) {
      if (auto parsed = policy::parse_value(policy, slot, attribute->value)) value = std::move(*parsed);
    } else if (auto const* getter = find(getters, path); getter != nullptr) {
      value = getter->get(source);
    } else if (auto const* of_item = find(item_getters, path); of_item != nullptr && item != nullptr) {
      value = of_item->get(source);
    } else if (item != nullptr && !slot.optional) {
      value = slot.kind == policy::FactKind::text ? Value::of(std::string()) : slot.kind == policy::FactKind::boolean ? Value::of(false) : Value{};
    }
    frame.values.push_back(std::move(value));
  }
  for (auto const& collection : layout.collections) {
    auto& days = frame.collections.emplace_back();
    if (std::string_view(collection.path).substr(prefix) != "location.holidays") continue;
    for (auto const date : facts.holidays) {
      days.emplace_back();
      days.back().values.push_back(Value::of(date));
    }
  }
  return frame;
}

}  // namespace

Frame Rulebook::candidate_frame(CandidateFacts const& facts) const { return facts_of(policy_, policy::Subject::candidate, facts, nullptr); }

Frame Rulebook::position_frame(CandidateFacts const& facts, trade::Item const& item) const {
  return facts_of(policy_, policy::Subject::position, facts, &item);
}

Frame Rulebook::change_frame(std::string const& thing, std::string const& reason, Timestamp requested) const {
  Frame frame;
  Source source;
  source.policy = &policy_;
  auto const& layout = policy_.layout(policy::Subject::change);
  for (auto const& slot : layout.slots) {
    if (slot.path == "change.thing") frame.values.push_back(symbol(source, thing));
    else if (slot.path == "change.reason") frame.values.push_back(symbol(source, reason));
    else if (slot.path == "change.requested") frame.values.push_back(Value::of(requested));
    else frame.values.push_back(missing());
  }
  frame.collections.resize(layout.collections.size());
  return frame;
}

}  // namespace bylaw::inline v0::rulebook
