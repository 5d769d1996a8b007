// Items, locations and other master data, with the dates from which they hold; and stock that comes in.
#include <algorithm>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "engine/protection.hpp"
#include "engine/replan.hpp"
#include "engine/valuation.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// A new version of an entry. Without a date it takes the place of the one in force; the first one always was.
Result<void> put(Context& context, std::string kind, std::string const& id, Timestamp effective, bool removed, std::string body) {
  context.outcome.subject = id;
  if (effective.value == INT64_MIN) {
    auto const since = store::Control(context.store).entry_since(kind, id, context.command.at);
    if (!since) return Unexpected{since.error()};
    auto const there = store::Control(context.store).entry(kind, id, context.command.at);
    if (!there) return Unexpected{there.error()};
    // It takes the place of the one in force; the first one always was; one that was removed meanwhile begins anew.
    if (*since) effective = *there && !removed ? **since : context.command.at;
  }
  context.announce("catalog." + kind, id, removed ? "removed" : effective > context.command.at ? "planned" : "in_force");
  context.changes.catalog.push_back({std::move(kind), id, effective, removed, std::move(body)});
  return {};
}

}  // namespace

Result<void> run(Context& context, trade::DefineItem const& body) {
  context.outcome.subject = body.item.sku;
  auto json = wire::to_json(body.item);
  if (auto const good = check_readable(context, json, wire::parse_item); !good) return good;
  // What takes effect later does not revalue what is there now.
  if (body.effective <= context.command.at) {
    auto const before = context.store.load_item(body.item.sku, context.command.at);
    if (!before) return Unexpected{before.error()};
    if (*before) {
      if (auto const done = revalue(context, **before, body.item); !done) return done;
    }
  }
  return put(context, "item", body.item.sku, body.effective, false, std::move(json));
}

Result<void> run(Context& context, trade::DefineLocation const& body) {
  context.outcome.subject = body.location.id;
  auto json = wire::to_json(body.location);
  if (auto const good = check_readable(context, json, wire::parse_location); !good) return good;
  return put(context, "location", body.location.id, body.effective, false, std::move(json));
}

Result<void> run(Context& context, trade::DefineEntry const& body) {
  context.outcome.subject = body.id;
  if (auto const good = catalog::check(body); !good) return good;
  if (body.removed) {
    auto const known = store::Control(context.store).entry(body.kind, body.id, std::max(context.command.at, body.effective));
    if (!known) return Unexpected{known.error()};
    if (!*known) return context.refuse("unknown_entry", "there is no " + body.kind + " `" + body.id + "` to be removed", "correct the id");
  } else if (body.kind == "cross_reference") {
    auto const sku = std::string(catalog::value_of(body.values, "item"));
    auto const item = context.store.load_item(sku, context.command.at);
    if (!item) return Unexpected{item.error()};
    if (!*item) return context.refuse("unknown_item", "there is no item `" + sku + "`", "send `define_item` first");
  } else if (body.kind == "calendar") {
    auto const zone = std::string(catalog::value_of(body.values, "zone"));
    if (context.versions.zones().find(zone) == nullptr) {
      return context.refuse("bad_entry", "there is no time zone `" + zone + "`", "write an IANA name such as America/New_York");
    }
  }
  wire::JsonWriter values;
  values.begin_object();
  for (auto const& value : body.values) values.member(value.path, value.value);
  values.end_object();
  return put(context, body.kind, body.id, body.effective, body.removed, values.take());
}

Result<void> check_place(Context& context, std::string const& sku, std::string const& place, trade::Item const*& out) {
  auto item = context.store.load_item(sku, context.command.at);
  if (!item) return Unexpected{item.error()};
  if (!*item) return context.refuse("unknown_item", "there is no item `" + sku + "`", "send `define_item` first");
  if ((*item)->service) return context.refuse("no_stock_item", "`" + sku + "` is a service and has no stock", "correct the SKU");
  auto const locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  bool known = false;
  for (auto const& location : *locations) known = known || location.id == place;
  if (!known) return context.refuse("unknown_location", "there is no location `" + place + "`", "send `define_location` first");
  out = *item;
  return {};
}

Result<void> run(Context& context, trade::ReceiveStock const& body) {
  context.outcome.subject = body.item;
  trade::Item const* item = nullptr;
  if (auto const there = check_place(context, body.item, body.location, item); !there) return there;
  ledger::Group event;
  ledger::Transfer in;
  in.debit = context.outside(body.item, "supplier");
  in.credit = context.shelf(body.item, body.location, body.lot);
  in.amount = body.quantity;
  in.reference = body.reference;
  event.transfers.push_back(std::move(in));
  if (!body.lot.empty()) event.lots.push_back(context.lot(body.item, body.lot, body.removal, body.expires));
  std::optional<Money> cost;
  if (body.unit_cost) {
    auto const all = multiply(*body.unit_cost, Decimal(body.quantity), Rounding::half_even);
    if (!all) return Unexpected{all.error()};
    cost = *all;
  }
  if (auto const valued = value_in(context, event, *item, {body.location, body.lot}, body.quantity, cost, "liabilities:goods_received", body.reference);
      !valued)
    return valued;
  ledger::Applied applied;
  if (auto const done = context.apply(std::move(event), applied); !done) return done;
  context.announce("stock.received", body.item, body.location);
  if (auto const planned = Replanning(context, body.item, "stock came in").plan(); !planned) return planned;
  return set_reserves(context, *item, body.location, Occasion::receipt);
}

}  // namespace bylaw::inline v0::engine
