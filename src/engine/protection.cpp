// Stock kept for a channel: accounts of their own, filled from what is kept for nobody.
#include "engine/protection.hpp"
#include "engine/movement.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <bylaw/store/supplies.hpp>

namespace bylaw::inline v0::engine {

namespace {

struct Pile {
  ledger::AccountIndex account;
  std::string lot;
  std::string pool;
  std::int64_t posted = 0;
  std::int64_t free = 0;
};

std::vector<Pile> piles_of(Context const& context, std::string const& item, std::string const& location) {
  std::vector<Pile> out;
  for (auto const account : context.ledger.accounts_of(ledger::AccountKind::quantity, item)) {
    if (context.ledger.bounds(account).floor == ledger::no_floor) continue;
    auto const key = context.ledger.key(account);
    if (key.place != location || key.status != "available") continue;
    auto const& balance = context.ledger.balance(account);
    out.push_back({account, key.detail, key.pool, balance.posted, std::max<std::int64_t>(balance.available(), 0)});
  }
  return out;
}

/// Moves `units` between a channel's reserve and what is kept for nobody, lot by lot, as far as they are free.
void shift(Context& context, std::string const& item, std::string const& location, std::vector<Pile>& piles, std::string const& from, std::string const& to,
           std::int64_t units, std::vector<ledger::Transfer>& group) {
  for (auto& pile : piles) {
    if (pile.pool != from || units <= 0) continue;
    auto const moved = std::min(units, pile.free);
    if (moved == 0) continue;
    auto const target = context.ledger.open({ledger::AccountKind::quantity, item, location, "available", pile.lot, {}, to}, ledger::physical);
    group.push_back(movement(pile.account, target, moved, context.command.id));
    pile.free -= moved;
    units -= moved;
  }
}

}  // namespace

Result<void> set_reserves(Context& context, trade::Item const& item, std::string const& location, Occasion occasion) {
  auto const& policy = context.book().policy();
  if (policy.protects().empty()) return {};
  auto piles = piles_of(context, item.sku, location);
  rulebook::CandidateFacts facts;
  auto const locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  auto const place = std::find_if(locations->begin(), locations->end(), [&](trade::Location const& l) { return l.id == location; });
  if (place == locations->end()) return {};
  facts.location = &*place;
  std::map<std::string, std::int64_t> kept;
  for (auto const& pile : piles) {
    facts.stock.on_hand += pile.posted;
    facts.stock.reserved += pile.posted - pile.free;
    if (!pile.pool.empty()) kept[pile.pool] += pile.posted;
  }
  auto const decision = policy.decide_protect(context.book().position_frame(facts, item), context.command.at);
  std::map<std::string, std::int64_t> wanted;
  std::set<std::string> daily;
  for (auto const& protection : decision.protections) {
    if (!protection.error.empty()) return context.refuse("policy_error", protection.error);
    auto const& rule = policy.protects()[protection.rule];
    // What is set daily changes by a command at its time, not with every receipt.
    if (rule.daily && occasion == Occasion::receipt) daily.insert(rule.channel);
    else wanted[rule.channel] = protection.amount.amount.coefficient();
  }
  std::vector<ledger::Transfer> group;
  for (auto const& [channel, units] : kept) {
    if (daily.count(channel) != 0) continue;
    auto const want = wanted.count(channel) != 0 ? wanted[channel] : 0;
    if (units > want) shift(context, item.sku, location, piles, channel, "", units - want, group);
  }
  for (auto const& [channel, want] : wanted) {
    auto const have = kept.count(channel) != 0 ? kept[channel] : 0;
    if (want > have) shift(context, item.sku, location, piles, "", channel, want - have, group);
  }
  return group.empty() ? Result<void>{} : context.apply(std::move(group));
}

Result<void> run(Context& context, trade::SetProtection const& body) {
  context.outcome.subject = body.item;
  auto const locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  std::vector<std::string> items;
  if (!body.item.empty()) {
    items.push_back(body.item);
  } else {
    auto const all = store::Supplies(context.store).entries("item", "", context.command.at);
    if (!all) return Unexpected{all.error()};
    for (auto const& [sku, entry] : *all) items.push_back(sku);
  }
  bool any = false;
  for (auto const& sku : items) {
    auto const item = context.store.load_item(sku, context.command.at);
    if (!item) return Unexpected{item.error()};
    if (!*item) return context.refuse("unknown_item", "there is no item `" + sku + "`", "correct the SKU");
    for (auto const& location : *locations) {
      if (!body.location.empty() && location.id != body.location) continue;
      any = true;
      if (auto const set = set_reserves(context, **item, location.id, Occasion::command); !set) return set;
    }
  }
  if (!any && !body.location.empty()) return context.refuse("unknown_location", "there is no location `" + body.location + "`", "correct the code");
  return {};
}

}  // namespace bylaw::inline v0::engine
