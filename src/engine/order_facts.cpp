// Facts that an order carries as attributes.
#include "engine/order_facts.hpp"

#include <algorithm>

namespace bylaw::inline v0::engine {

std::optional<std::int64_t> whole_number(std::string_view text) {
  auto const number = Decimal::parse(text);
  return number && number->scale() == 0 ? std::optional(number->coefficient()) : std::nullopt;
}

std::string attribute_of(trade::Order const& order, std::string_view path) {
  std::string out;
  for (auto const& attribute : order.attributes) {
    if (attribute.path == path) out = attribute.value;
  }
  return out;
}

void set_fact(Context& context, trade::Order& order, std::string path, std::string value) {
  bool const personal = is_personal(context.version->personal_paths, path);
  std::erase_if(order.attributes, [&](trade::Attribute const& a) { return a.path == path; });
  order.attributes.push_back({path, value});
  context.changes.facts.push_back({order.id, {std::move(path), std::move(value)}, personal ? store::person_of(order) : std::string{}});
}

Result<void> check_steering(Context const& context, trade::Order const& order) {
  constexpr std::string_view truths[] = {"order.ship_complete", "order.substitution"};
  constexpr std::string_view others[] = {"order.priority", "order.collect_at", "order.reservation"};
  for (auto const& attribute : order.attributes) {
    bool const truth = std::find(std::begin(truths), std::end(truths), attribute.path) != std::end(truths);
    if (truth && attribute.value != "true" && attribute.value != "false") {
      return context.refuse("wrong_type", "`" + attribute.path + "` is `" + attribute.value + "`, and has to be true or false", "write \"true\" or \"false\"");
    }
    if (attribute.path == "order.priority" && !whole_number(attribute.value)) {
      return context.refuse("wrong_type", "`order.priority` is `" + attribute.value + "`, and has to be a whole number", "write \"10\"; 1 comes first");
    }
    auto const whole = "order." + attribute.path;
    bool const meant = std::find(std::begin(truths), std::end(truths), whole) != std::end(truths) ||
                       std::find(std::begin(others), std::end(others), whole) != std::end(others);
    if (meant) return context.refuse("unknown_fact", "`" + attribute.path + "` is no path", "write `" + whole + "`");
  }
  return {};
}

allocation::Claim claim_of(trade::Order const& order) {
  allocation::Claim claim;
  claim.id = order.id;
  claim.priority = whole_number(attribute_of(order, "order.priority")).value_or(priority_default);
  if (auto const promised = parse_timestamp(attribute_of(order, "order.promised"))) claim.promised = *promised;
  claim.placed = order.placed;
  claim.complete = attribute_of(order, "order.ship_complete") == "true";
  return claim;
}

}  // namespace bylaw::inline v0::engine
