// Items, locations and stock that comes in.
#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

Result<void> run(Context& context, trade::DefineItem const& body) {
  context.outcome.subject = body.item.sku;
  context.changes.items.push_back(body.item);
  return {};
}

Result<void> run(Context& context, trade::DefineLocation const& body) {
  context.outcome.subject = body.location.id;
  context.changes.locations.push_back(body.location);
  return {};
}

Result<void> run(Context& context, trade::ReceiveStock const& body) {
  context.outcome.subject = body.item;
  auto const item = context.store.load_item(body.item);
  if (!item) return Unexpected{item.error()};
  if (!*item) return context.refuse("unknown_item", "there is no item `" + body.item + "`", "send `define_item` first");
  if ((*item)->service) return context.refuse("no_stock_item", "`" + body.item + "` is a service and has no stock", "correct the SKU");
  auto const locations = context.store.locations();
  if (!locations) return Unexpected{locations.error()};
  bool known = false;
  for (auto const& location : *locations) known = known || location.id == body.location;
  if (!known) return context.refuse("unknown_location", "there is no location `" + body.location + "`", "send `define_location` first");

  ledger::Transfer in;
  in.debit = context.outside(body.item, "supplier");
  in.credit = context.stock(body.item, body.location, "available");
  in.amount = body.quantity;
  in.reference = body.reference;
  std::vector<ledger::Transfer> group{in};
  if ((*item)->unit_cost) {
    auto const cost = multiply(*(*item)->unit_cost, Decimal(body.quantity), Rounding::half_even);
    if (!cost) return Unexpected{cost.error()};
    context.add_legs(group, finance::goods_received(*cost), body.reference);
  }
  if (auto const applied = context.apply(std::move(group)); !applied) return applied;
  context.announce("stock.received", body.item, body.location);
  return {};
}

}  // namespace bylaw::inline v0::engine
