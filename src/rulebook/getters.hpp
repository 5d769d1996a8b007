#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/rulebook/rulebook.hpp>

// How facts are looked up: which path reads which field.
namespace bylaw::inline v0::rulebook {

/// What a getter may look at: the subject and, inside a collection, the element.
struct Source {
  OrderFacts const* order = nullptr;
  ReturnFacts const* back = nullptr;
  CandidateFacts const* candidate = nullptr;
  std::size_t element = 0;
  policy::Policy const* policy = nullptr;
  trade::Item const* item = nullptr;  ///< whose attributes count before Bylaw's own fields
};

inline policy::Value missing() { return {}; }
inline policy::Value text_or_missing(std::string const& text) { return text.empty() ? missing() : policy::Value::of(text); }
/// An empty or unknown code is a missing fact: `is known` and `else` then apply.
inline policy::Value symbol(Source const& s, std::string_view name) {
  auto const id = name.empty() ? -1 : s.policy->symbol(name);
  return id < 0 ? missing() : policy::Value::of(id);
}
inline policy::Value instant(std::int64_t ms) { return ms == 0 ? missing() : policy::Value::of(Timestamp(ms)); }

struct Getter {
  char const* path;
  policy::Value (*get)(Source const&);
};

template <class Getters>
Getter const* find(Getters const& getters, std::string_view path) {
  auto const found = std::find_if(getters.begin(), getters.end(), [&](Getter const& g) { return path == g.path; });
  return found == getters.end() ? nullptr : &*found;
}

inline constexpr std::string_view measures = "measures.";
inline policy::Value measured(OrderFacts const& facts, std::string_view path) {
  for (auto const& fact : facts.measures) {
    if (path.substr(measures.size()) == fact.name) return fact.value;
  }
  return missing();
}

/// What the host says of a fact: of the subject by its path, of an item by the path from the item on.
inline trade::Attribute const* said(Source const& source, std::vector<trade::Attribute> const* attributes, std::string_view path) {
  trade::Attribute const* out = nullptr;
  if (attributes != nullptr) {
    for (auto const& each : *attributes) {
      if (each.path == path && !each.value.empty()) out = &each;
    }
  }
  auto const item = source.item == nullptr || out != nullptr ? std::string_view::npos : path.rfind(".item.");
  if (item == std::string_view::npos) return out;
  for (auto const& each : source.item->attributes) {
    if (each.path == path.substr(item + 1) && !each.value.empty()) out = &each;
  }
  return out;
}

/// The facts of one frame; an attribute of the host stands in where Bylaw has no field of its own.
template <class... Getters>
Result<void> fill(policy::Layout const& layout, Source const& source, std::vector<trade::Attribute> const* attributes, policy::Frame& frame,
                  Getters const&... getters) {
  frame.values.reserve(layout.slots.size());
  auto const* order = source.order == nullptr ? nullptr : source.order->order;
  for (auto const& slot : layout.slots) {
    // An amount of another currency must never be read as so many units of the policy's own.
    if (slot.kind == policy::FactKind::money && order != nullptr && order->currency.code() != slot.detail) {
      return failure("wrong_currency", "the order is in " + std::string(order->currency.code()) + ", the policy decides in " + slot.detail, slot.path,
                     "load a policy set of that currency");
    }
    // What the host says of a fact counts before what Bylaw's own records say.
    if (auto const* attribute = said(source, attributes, slot.path); attribute != nullptr) {
      auto value = policy::parse_value(*source.policy, slot, attribute->value);
      if (!value) return Unexpected{value.error()};
      frame.values.push_back(std::move(*value));
      continue;
    }
    if (source.order != nullptr && slot.path.compare(0, measures.size(), measures) == 0) {
      frame.values.push_back(measured(*source.order, slot.path));
      continue;
    }
    Getter const* getter = nullptr;
    ((getter = getter != nullptr ? getter : find(getters, slot.path)), ...);
    bool const absent = source.order != nullptr && source.order->order == nullptr && slot.path.compare(0, 6, "order.") == 0;
    frame.values.push_back(getter == nullptr || absent ? missing() : getter->get(source));
  }
  return {};
}

}  // namespace bylaw::inline v0::rulebook
