// How the records of `trade` become facts. One table per record says which path reads
// which field; what is not there is looked up among the host's attributes.
#include <algorithm>
#include <array>

#include <bylaw/policy/rules.hpp>

#include "rulebook/getters.hpp"

namespace bylaw::inline v0::rulebook {

using policy::Frame;
using policy::Layout;
using policy::Policy;
using policy::Value;

namespace {

trade::Order const& order_of(Source const& s) { return *s.order->order; }
trade::Line const& line_of(Source const& s) { return order_of(s).lines[s.element]; }
trade::Item const* item_of(Source const& s) { return s.element < s.order->items.size() ? s.order->items[s.element] : nullptr; }

/// What is still to be paid.
Value balance(Source const& s) {
  if (s.order->balance) return Value::of(s.order->balance->amount_minor());
  return Value::of(s.order->paid_in_full ? std::int64_t{0} : order_of(s).total.amount_minor());
}
trade::LineAmounts amounts_of(Source const& s) {
  if (s.element < s.order->amounts.size()) return s.order->amounts[s.element];
  return {Money(0, order_of(s).currency), Money(0, order_of(s).currency), line_of(s).net};
}
/// What the customer pays for shipping, with tax.
Value shipping(Source const& s) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < s.order->amounts.size(); ++i) {
    if (order_of(s).lines[i].shipping) sum += s.order->amounts[i].gross.amount_minor();
  }
  return Value::of(sum);
}
/// Of the line that a return belongs to, wholly.
trade::LineAmounts sold_amounts(Source const& s) {
  auto const& order = s.back->order;
  for (std::size_t i = 0; s.back->sold != nullptr && i < order.amounts.size(); ++i) {
    if (order.order->lines[i].number == s.back->sold->number) return order.amounts[i];
  }
  return {Money{}, Money{}, s.back->sold == nullptr ? Money{} : s.back->sold->net};
}
Value money_or_missing(std::optional<Money> const& money) { return money ? Value::of(money->amount_minor()) : missing(); }
Value no(Source const&) { return Value::of(false); }
Value no_text(Source const&) { return Value::of(std::string()); }
Value category(trade::Item const* item) { return Value::of(item == nullptr ? std::string() : item->category); }
Value cost(trade::Item const* item, std::int64_t quantity) {
  if (item == nullptr || !item->unit_cost) return Value::of(std::int64_t{0});
  auto const total = multiply(*item->unit_cost, Decimal(quantity), Rounding::half_even);
  return total ? Value::of(total->amount_minor()) : missing();
}

constexpr std::array order_getters = {
    Getter{"order.id", [](Source const& s) { return Value::of(order_of(s).id); }},
    Getter{"order.source", [](Source const& s) { return Value::of(order_of(s).source); }},
    Getter{"order.channel", [](Source const& s) { return symbol(s, order_of(s).channel); }},
    Getter{"order.placed", [](Source const& s) { return Value::of(order_of(s).placed); }},
    Getter{"order.imported", [](Source const& s) { return Value::of(s.order->imported); }},
    Getter{"order.total", [](Source const& s) { return Value::of(order_of(s).total.amount_minor()); }},
    Getter{"order.line_count", [](Source const& s) { return Value::of(static_cast<std::int64_t>(order_of(s).lines.size())); }},
    Getter{"order.paid_in_full", [](Source const& s) { return Value::of(s.order->paid_in_full); }},
    Getter{"order.balance", balance},
    Getter{"order.standard_shipping", shipping},
    Getter{"order.changes", [](Source const&) { return Value::of(std::int64_t{0}); }},
    Getter{"order.consented", [](Source const&) { return Value::of(false); }},
    Getter{"order.customer.has_gift_card", [](Source const&) { return Value::of(false); }},
    Getter{"order.partly_shipped", [](Source const& s) { return Value::of(s.order->partly_shipped); }},
    Getter{"order.awaits_parcel", [](Source const& s) { return Value::of(s.order->awaits_parcel); }},
    Getter{"order.duplicate_of", [](Source const& s) { return text_or_missing(s.order->duplicate_of); }},
    Getter{"order.customer.same_as", [](Source const& s) { return text_or_missing(s.order->customer_same_as); }},
    Getter{"order.customer.open_orders", [](Source const& s) { return money_or_missing(s.order->open_orders); }},
    Getter{"order.customer.open_invoices", [](Source const& s) { return money_or_missing(s.order->open_invoices); }},
    Getter{"order.ship_complete", no},
    Getter{"order.substitution", no},
    Getter{"order.same_customer_orders", [](Source const& s) { return Value::of(s.order->same_customer_orders); }},
    Getter{"order.customer.id", [](Source const& s) { return text_or_missing(order_of(s).customer.id); }},
    Getter{"order.customer.name", [](Source const& s) { return text_or_missing(order_of(s).customer.name); }},
    Getter{"order.customer.email", [](Source const& s) { return text_or_missing(order_of(s).customer.email); }},
    Getter{"order.customer.segment", [](Source const& s) { return symbol(s, order_of(s).customer.segment); }},
    Getter{"order.customer.trusted", [](Source const& s) { return Value::of(order_of(s).customer.trusted); }},
    Getter{"order.customer.guest", [](Source const& s) { return Value::of(order_of(s).customer.id.empty()); }},
    Getter{"order.ship_to.country", [](Source const& s) { return symbol(s, order_of(s).ship_to.country); }},
    Getter{"order.ship_to.region", [](Source const& s) { return text_or_missing(order_of(s).ship_to.region); }},
    Getter{"order.ship_to.city", [](Source const& s) { return text_or_missing(order_of(s).ship_to.city); }},
    Getter{"order.ship_to.postal_code", [](Source const& s) { return text_or_missing(order_of(s).ship_to.postal_code); }},
    Getter{"order.ship_to.street", [](Source const& s) { return text_or_missing(order_of(s).ship_to.street); }},
    Getter{"order.payment.state", [](Source const& s) { return symbol(s, to_string(order_of(s).payment.state)); }},
    Getter{"order.payment.method", [](Source const& s) { return text_or_missing(order_of(s).payment.method); }},
    Getter{"order.payment.amount",
           [](Source const& s) { return order_of(s).payment.amount ? Value::of(order_of(s).payment.amount->amount_minor()) : missing(); }},
    Getter{"order.payment.risk_score", [](Source const& s) { return order_of(s).payment.risk_score ? Value::of(*order_of(s).payment.risk_score) : missing(); }},
};

constexpr std::array line_getters = {
    Getter{"order.lines.number", [](Source const& s) { return Value::of(std::int64_t{line_of(s).number}); }},
    Getter{"order.lines.title", [](Source const& s) { return text_or_missing(line_of(s).title); }},
    Getter{"order.lines.quantity", [](Source const& s) { return Value::of(line_of(s).quantity); }},
    Getter{"order.lines.unit_price", [](Source const& s) { return Value::of(line_of(s).unit_price); }},
    Getter{"order.lines.net", [](Source const& s) { return Value::of(line_of(s).net.amount_minor()); }},
    Getter{"order.lines.item.sku", [](Source const& s) { return Value::of(line_of(s).item); }},
    Getter{"order.lines.item.service", [](Source const& s) { return Value::of(line_of(s).service); }},
    Getter{"order.lines.item.known", [](Source const& s) { return Value::of(line_of(s).service || item_of(s) != nullptr); }},
    Getter{"order.lines.gross", [](Source const& s) { return Value::of(amounts_of(s).gross.amount_minor()); }},
    Getter{"order.lines.tax", [](Source const& s) { return Value::of(line_of(s).tax.amount_minor()); }},
    Getter{"order.lines.discount", [](Source const& s) { return Value::of(amounts_of(s).discount.amount_minor()); }},
    Getter{"order.lines.shipping", [](Source const& s) { return Value::of(line_of(s).shipping); }},
    Getter{"order.lines.cost", [](Source const& s) { return cost(item_of(s), line_of(s).quantity); }},
    Getter{"order.lines.on_sale", no},
    Getter{"order.lines.item.category", [](Source const& s) { return category(item_of(s)); }},
    Getter{"order.lines.item.kind", no_text},
    Getter{"order.lines.item.brand", no_text},
    Getter{"order.lines.item.export_class", no_text},
    Getter{"order.lines.item.hazard", no_text},
    Getter{"order.lines.item.custom", no},
    Getter{"order.lines.item.consumable", no},
    Getter{"order.lines.item.sealed_hygiene", no},
    Getter{"order.lines.item.refurbishable", no},
    Getter{"order.lines.item.vendor_accepts_returns", no},
    Getter{"order.lines.item.final_sale", [](Source const& s) { return Value::of(item_of(s) != nullptr && item_of(s)->final_sale); }},
};

HoldFact const& hold_of(Source const& s) { return s.order->holds[s.element]; }
constexpr std::array hold_getters = {
    Getter{"order.holds.rule", [](Source const& s) { return Value::of(hold_of(s).rule); }},
    Getter{"order.holds.open", [](Source const&) { return Value::of(true); }},
    Getter{"order.holds.blocks_release", [](Source const& s) { return Value::of(hold_of(s).blocks_release); }},
    Getter{"order.holds.queue", [](Source const& s) { return Value::of(hold_of(s).queue); }},
};

ChildFact const& child_of(Source const& s) { return s.order->children[s.element]; }
constexpr std::array shipment_getters = {
    Getter{"order.shipments.id", [](Source const& s) { return Value::of(child_of(s).id); }},
    Getter{"order.shipments.state", [](Source const& s) { return symbol(s, child_of(s).state); }},
};

trade::ReturnLine const& back_line(Source const& s) { return *s.back->line; }
constexpr std::array return_getters = {
    Getter{"return.id", [](Source const& s) { return Value::of(s.back->request->id); }},
    Getter{"return.requested", [](Source const& s) { return Value::of(s.back->request->requested); }},
    Getter{"return.shipped", [](Source const& s) { return instant(s.back->shipped); }},
    Getter{"return.delivered", [](Source const& s) { return instant(s.back->delivered); }},
    Getter{"return.matched", [](Source const& s) { return Value::of(s.back->sold != nullptr); }},
    Getter{"return.reason", [](Source const& s) { return symbol(s, back_line(s).reason.empty() ? "NOT_STATED" : std::string_view(back_line(s).reason)); }},
    Getter{"return.quantity", [](Source const& s) { return Value::of(s.back->quantity == 0 ? back_line(s).quantity : s.back->quantity); }},
    Getter{"return.net", [](Source const& s) { return Value::of(s.back->amounts.net().amount_minor()); }},
    Getter{"return.gross", [](Source const& s) { return Value::of(s.back->amounts.gross.amount_minor()); }},
    Getter{"return.tax", [](Source const& s) { return Value::of(s.back->amounts.tax.amount_minor()); }},
    Getter{"return.discount", [](Source const& s) { return Value::of(s.back->amounts.discount.amount_minor()); }},
    Getter{"return.claimed.condition", [](Source const& s) { return symbol(s, back_line(s).claimed_condition); }},
    Getter{"return.inspected.condition", [](Source const& s) { return symbol(s, s.back->inspected_condition); }},
    Getter{"return.inspected.value_loss", [](Source const& s) { return money_or_missing(s.back->value_loss); }},
    Getter{"return.line.number", [](Source const& s) { return Value::of(std::int64_t{s.back->sold != nullptr ? s.back->sold->number : 0}); }},
    Getter{"return.line.title", [](Source const& s) { return s.back->sold == nullptr ? missing() : text_or_missing(s.back->sold->title); }},
    Getter{"return.line.quantity", [](Source const& s) { return Value::of(s.back->sold == nullptr ? back_line(s).quantity : s.back->sold->quantity); }},
    Getter{"return.line.unit_price", [](Source const& s) { return Value::of(s.back->sold == nullptr ? Decimal{} : s.back->sold->unit_price); }},
    Getter{"return.line.net", [](Source const& s) { return Value::of(s.back->sold == nullptr ? std::int64_t{0} : s.back->sold->net.amount_minor()); }},
    Getter{"return.line.item.sku", [](Source const& s) { return Value::of(back_line(s).item); }},
    Getter{"return.line.item.service", [](Source const& s) { return Value::of(back_line(s).service); }},
    Getter{"return.line.item.known", [](Source const& s) { return Value::of(s.back->item != nullptr); }},
    Getter{"return.line.gross", [](Source const& s) { return Value::of(sold_amounts(s).gross.amount_minor()); }},
    Getter{"return.line.tax", [](Source const& s) { return Value::of(sold_amounts(s).tax.amount_minor()); }},
    Getter{"return.line.discount", [](Source const& s) { return Value::of(sold_amounts(s).discount.amount_minor()); }},
    Getter{"return.line.shipping", [](Source const& s) { return Value::of(s.back->sold != nullptr && s.back->sold->shipping); }},
    Getter{"return.line.cost", [](Source const& s) { return cost(s.back->item, back_line(s).quantity); }},
    Getter{"return.line.on_sale", no},
    Getter{"return.line.item.category", [](Source const& s) { return category(s.back->item); }},
    Getter{"return.line.item.kind", no_text},
    Getter{"return.line.item.brand", no_text},
    Getter{"return.line.item.export_class", no_text},
    Getter{"return.line.item.hazard", no_text},
    Getter{"return.line.item.custom", no},
    Getter{"return.line.item.consumable", no},
    Getter{"return.line.item.sealed_hygiene", no},
    Getter{"return.line.item.refurbishable", no},
    Getter{"return.line.item.vendor_accepts_returns", no},
    Getter{"return.has_receipt", [](Source const& s) { return Value::of(s.back->sold != nullptr); }},
    Getter{"return.tender",
           [](Source const& s) { return symbol(s, s.back->request->tender.empty() ? "original_tender" : std::string_view(s.back->request->tender)); }},
    Getter{"return.line.item.final_sale", [](Source const& s) { return Value::of(s.back->item != nullptr && s.back->item->final_sale); }},
};

/// The elements of a collection are those of `source` that belong to it: lines, holds, shipments.
Result<void> fill_collections(Layout const& layout, Source source, Frame& frame) {
  for (auto const& collection : layout.collections) {
    auto& elements = frame.collections.emplace_back();
    auto const& facts = *source.order;
    bool const lines = collection.path == "order.lines";
    bool const holds = collection.path == "order.holds";
    bool const shipments = collection.path == "order.shipments";
    auto const count = facts.order == nullptr ? 0 : lines ? facts.order->lines.size() : holds ? facts.holds.size() : shipments ? facts.children.size() : 0;
    for (source.element = 0; source.element < count; ++source.element) {
      if (shipments && facts.children[source.element].kind != "shipment") continue;
      auto& element = elements.emplace_back();
      source.item = lines ? item_of(source) : nullptr;
      auto const filled = lines   ? fill(collection.layout, source, nullptr, element, line_getters)
                          : holds ? fill(collection.layout, source, nullptr, element, hold_getters)
                                  : fill(collection.layout, source, nullptr, element, shipment_getters);
      if (!filled) return filled;
      element.collections.resize(collection.layout.collections.size());
    }
  }
  return {};
}

}  // namespace

Result<Frame> Rulebook::order_frame(OrderFacts const& facts) const {
  Frame frame;
  auto const& layout = policy_.layout(policy::Subject::order);
  Source const source{&facts, nullptr, nullptr, 0, &policy_, nullptr};
  auto const* attributes = facts.order == nullptr ? nullptr : &facts.order->attributes;
  if (auto const filled = fill(layout, source, attributes, frame, order_getters); !filled) return Unexpected{filled.error()};
  if (auto const filled = fill_collections(layout, source, frame); !filled) return Unexpected{filled.error()};
  return frame;
}

Result<Frame> Rulebook::return_frame(ReturnFacts const& facts) const {
  Frame frame;
  auto const& layout = policy_.layout(policy::Subject::return_line);
  Source const source{&facts.order, &facts, nullptr, 0, &policy_, facts.item};
  // What the customer says of the goods comes with the line; what is known of the order stands behind it.
  std::vector<trade::Attribute> attributes;
  if (facts.order.order != nullptr) attributes = facts.order.order->attributes;
  attributes.insert(attributes.end(), facts.line->facts.begin(), facts.line->facts.end());
  if (auto const filled = fill(layout, source, &attributes, frame, return_getters); !filled) return Unexpected{filled.error()};
  frame.collections.resize(layout.collections.size());
  return frame;
}

Result<Frame> Rulebook::posting_frame(policy::Subject subject, OrderFacts const& lines, std::vector<trade::Attribute> const& values) const {
  Frame frame;
  auto const& layout = policy_.layout(subject);
  auto const own = std::string(policy::record_of(subject)) + ".lines";
  constexpr std::array<Getter, 0> none{};
  Source source{&lines, nullptr, nullptr, 0, &policy_, nullptr};
  if (auto const filled = fill(layout, source, &values, frame, none); !filled) return Unexpected{filled.error()};
  for (auto const& collection : layout.collections) {
    auto& elements = frame.collections.emplace_back();
    if (collection.path != own || lines.order == nullptr) continue;
    // Lines of a shipment or an invoice are read as those of an order.
    auto as_order = collection.layout;
    for (auto& slot : as_order.slots) slot.path = "order.lines" + slot.path.substr(own.size());
    for (source.element = 0; source.element < lines.order->lines.size(); ++source.element) {
      auto& element = elements.emplace_back();
      source.item = item_of(source);
      if (auto const filled = fill(as_order, source, nullptr, element, line_getters); !filled) return Unexpected{filled.error()};
      element.collections.resize(collection.layout.collections.size());
    }
  }
  return frame;
}

Result<Frame> Rulebook::instance_frame(policy::Subject subject, InstanceFacts const& facts) const {
  Frame frame;
  auto const& layout = policy_.layout(subject);
  auto const record = std::string(policy::record_of(subject));
  constexpr std::array<Getter, 0> none{};
  Source const source{nullptr, nullptr, nullptr, 0, &policy_, nullptr};
  if (auto const filled = fill(layout, source, facts.attributes, frame, none); !filled) return Unexpected{filled.error()};
  for (std::size_t i = 0; i < layout.slots.size(); ++i) {
    if (layout.slots[i].path == record + ".id") frame.values[i] = Value::of(facts.id);
    if (layout.slots[i].path == record + ".state") frame.values[i] = symbol(source, facts.state);
  }
  frame.collections.resize(layout.collections.size());
  return frame;
}

Result<Frame> Rulebook::measure_frame(OrderFacts const& facts, std::vector<trade::Attribute> const& others) const {
  Frame frame;
  auto const& layout = policy_.measure_layout();
  Source const source{&facts, nullptr, nullptr, 0, &policy_, nullptr};
  auto attributes = facts.order->attributes;
  attributes.insert(attributes.end(), others.begin(), others.end());
  if (auto const filled = fill(layout, source, &attributes, frame, order_getters); !filled) return Unexpected{filled.error()};
  if (auto const filled = fill_collections(layout, source, frame); !filled) return Unexpected{filled.error()};
  return frame;
}

namespace {
/// Symbols by name: their numbers change from one policy version to the next.
std::string key_text(Policy const& policy, policy::FactKind kind, Value const& value) {
  if (kind == policy::FactKind::symbol) return policy.symbol_name(value.number);
  if (kind == policy::FactKind::text) return value.text;
  return to_string(Decimal::scaled(value.number, value.scale));
}
}  // namespace

std::string Rulebook::measure_key(policy::Measure const& measure, OrderFacts const& facts) const {
  bool any = false;
  Source const source{&facts, nullptr, nullptr, 0, &policy_, nullptr};
  std::string key;
  for (std::size_t i = 0; i < measure.keys.size(); ++i) {
    auto const path = "order." + measure.keys[i];
    std::string text;
    auto const* getter = find(order_getters, path);
    if (auto const value = getter == nullptr ? missing() : getter->get(source); value.known) text = key_text(policy_, measure.key_kinds[i], value);
    for (auto const& attribute : facts.order->attributes) {
      if (attribute.path == path) text = attribute.value;
    }
    if (text.empty() && !measure.key_may_miss[i]) return {};
    any = any || !text.empty();
    key += std::to_string(text.size()) + ":" + text;  // lengths keep ("ab", "c") and ("a", "bc") apart
  }
  if (!any) return {};
  return key;
}

Result<void> Rulebook::check_fact(trade::Attribute const& fact) const {
  std::string record = "order";
  std::string_view rest = std::string_view(fact.path).substr(6);
  for (;;) {
    auto const point = rest.find('.');
    policy::FieldInfo field;
    bool const known = policy_.find_field(record, rest.substr(0, point), field) && !field.many && !field.list;
    bool const last = point == std::string_view::npos;
    if (known && last && field.plain) {
      auto const value = parse_value(policy_, field.slot, fact.value);
      return value ? Result<void>{} : Result<void>(Unexpected{value.error()});
    }
    if (!known || last || field.record.empty()) {
      return failure("unknown_fact", "the schema has no single fact `" + fact.path + "`", fact.path,
                     "write the path of a plain field, such as order.payment.risk_score");
    }
    record = field.record;
    rest = rest.substr(point + 1);
  }
}

}  // namespace bylaw::inline v0::rulebook
