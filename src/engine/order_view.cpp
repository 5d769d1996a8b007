// An order as the rules see it: what was sent, what became known since, what stands on it.
#include "engine/order_subject.hpp"

#include <algorithm>

#include <bylaw/trade/amounts.hpp>

#include "engine/intake.hpp"
#include "engine/sourcing.hpp"

namespace bylaw::inline v0::engine {

using trade::HoldRow;

namespace {

std::map<std::string, std::int64_t> units_by_item(trade::Order const& order, std::string_view path) {
  std::map<std::string, std::int64_t> out;
  for (auto const& attribute : order.attributes) {
    if (attribute.path.compare(0, path.size(), path) != 0) continue;
    auto const units = Decimal::parse(attribute.value);
    if (units) out[attribute.path.substr(path.size())] = units->coefficient();
  }
  return out;
}

/// An address that was corrected or changed later is where the goods go.
void take_address(trade::Order& order) {
  std::pair<std::string_view, std::string*> const parts[] = {{"order.ship_to.country", &order.ship_to.country},
                                                             {"order.ship_to.region", &order.ship_to.region},
                                                             {"order.ship_to.city", &order.ship_to.city},
                                                             {"order.ship_to.postal_code", &order.ship_to.postal_code},
                                                             {"order.ship_to.street", &order.ship_to.street}};
  for (auto const& attribute : order.attributes) {
    for (auto const& [path, value] : parts) {
      if (attribute.path == path) *value = attribute.value;
    }
  }
}

}  // namespace

void tell_holds(OrderView& view) {
  view.facts.holds.clear();
  for (auto const& hold : view.holds) view.facts.holds.push_back({hold.rule, hold.queue, orders::blocks(hold, "release")});
}

Result<void> complete(Context& context, OrderView& view, bool paid) {
  auto& facts = view.facts;
  auto const& order = view.stored.order;
  facts.order = &order;
  facts.imported = view.stored.imported;
  facts.paid_in_full = paid;
  tell_holds(view);
  auto const same = context.store.orders_of_customer(order.customer.id, order.id);
  if (!same) return Unexpected{same.error()};
  facts.same_customer_orders = *same;
  facts.items.clear();
  for (auto const& line : order.lines) {
    auto item = context.store.load_item(line.item, context.command.at);
    if (!item) return Unexpected{item.error()};
    facts.items.push_back(*item);
  }
  if (auto amounts = trade::amounts_of(order)) facts.amounts = std::move(*amounts);
  if (auto const looked = look_around_customer(context, view); !looked) return looked;
  return read_measures(context, *context.version, view);
}

std::map<std::string, std::int64_t> wanted_units(trade::Order const& order, std::map<std::string, std::int64_t> const& shipped,
                                                 std::map<std::string, std::int64_t> const& credited) {
  std::map<std::string, std::int64_t> out;
  for (auto const& line : order.lines) out[line.item] += line.quantity;
  for (auto const* gone : {&shipped, &credited}) {
    for (auto const& [item, units] : *gone) out[item] -= units;
  }
  return out;
}

std::map<std::string, std::int64_t> credited_units_of(trade::Order const& order) { return units_by_item(order, credited_path); }

std::map<std::string, std::int64_t> shipped_units_of(trade::Order const& order) { return units_by_item(order, shipped_path); }

void note_shipped(Context& context, OrderView& view, std::string const& item, std::int64_t units) {
  auto& sum = view.shipped_units[item];
  sum += units;
  context.changes.facts.push_back({view.stored.order.id, {std::string(shipped_path) + item, std::to_string(sum)}});
}

void note_credited(Context& context, OrderView& view, std::string const& item, std::int64_t units) {
  auto& sum = view.credited_units[item];
  sum += units;
  context.changes.facts.push_back({view.stored.order.id, {std::string(credited_path) + item, std::to_string(sum)}});
}

Result<void> OrderSubject::load(Context& context, std::string const& id) {
  auto stored = context.store.load_order(id);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return context.refuse("unknown_order", "there is no order `" + id + "`", "import it first, or correct the id");
  view.stored = std::move(**stored);
  for (auto const& row : context.changes.orders) {
    if (row.order.id != id) continue;
    // What became known later stands in the place of what was sent, in every revision.
    auto const facts = context.store.facts_of(id);
    if (!facts) return Unexpected{facts.error()};
    view.stored.order = row.order;
    for (auto const& fact : *facts) {
      std::erase_if(view.stored.order.attributes, [&](trade::Attribute const& a) { return a.path == fact.path; });
      view.stored.order.attributes.push_back(fact);
    }
  }
  context.decide_about(view.stored.order);
  for (auto const& row : context.changes.facts) {
    if (row.order != id) continue;
    auto& attributes = view.stored.order.attributes;
    std::erase_if(attributes, [&](trade::Attribute const& a) { return a.path == row.fact.path; });
    attributes.push_back(row.fact);
  }
  take_address(view.stored.order);
  auto const where = context.instance(id);
  if (!where) return Unexpected{where.error()};
  instance.stored = **where;
  view.stored.state = instance.stored.state;
  if (auto const seated = seat(context, instance); !seated) return seated;
  auto holds = context.store.open_holds(id);
  if (!holds) return Unexpected{holds.error()};
  view.holds = std::move(*holds);
  for (auto const& row : context.changes.holds) {
    if (row.order != id) continue;
    std::erase_if(view.holds, [&](HoldRow const& h) { return h.rule == row.rule && h.line == row.line; });
    if (is_open(row.action)) view.holds.push_back(row);
  }
  auto const children = context.children_of(instance.stored);
  if (!children) return Unexpected{children.error()};
  auto const times = context.store.order_times(id);
  if (!times) return Unexpected{times.error()};
  view.shipped = times->shipped != 0;
  view.shipped_units = shipped_units_of(view.stored.order);
  view.credited_units = credited_units_of(view.stored.order);
  view.facts.children.clear();
  bool contents = false;
  for (auto const& child : *children) {
    for (auto const& attribute : child.attributes) contents = contents || attribute.path == "shipment.contents";
  }
  view.has_parcels = contents;
  view.facts.partly_shipped = !view.shipped_units.empty();
  for (auto const& child : *children) view.facts.children.push_back({child.workflow, child.subject, child.state.substr(0, child.state.find('.'))});
  bool paid = times->paid;
  for (auto const& row : context.changes.facts) paid = paid || (row.order == id && row.fact.path == "order.paid_in_full" && row.fact.value == "true");
  return complete(context, view, paid);
}

Result<Subject::Frames> OrderSubject::frames(Context& context) {
  auto const promises = context.ledger.pendings_of(view.stored.order.id);
  // Parcels are yet to come, of what lies there or of what is to come.
  view.facts.awaits_parcel = view.has_parcels && !promises.empty();
  auto frame = instance.pin.book->order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  return Frames{std::move(*frame), std::nullopt};
}

}  // namespace bylaw::inline v0::engine
