// What is not there is promised from what is to come.
#include <algorithm>
#include <map>

#include <bylaw/store/supplies.hpp>

#include "engine/sourcing.hpp"

namespace bylaw::inline v0::engine {

using allocation::Demand;

namespace {

/// Supply on its way to a place, with what of it nobody has been promised yet.
struct Coming {
  std::size_t rank = 0;  ///< of the place
  trade::SupplyRow row;
  ledger::AccountIndex account;
  std::int64_t free = 0;
};

Result<std::vector<Coming>> coming_to(Context& context, Sourced const& sourced, std::string const& item) {
  std::vector<Coming> out;
  auto const rows = context.supplies_of(item);
  if (!rows) return Unexpected{rows.error()};
  for (auto const& row : *rows) {
    if (row.due < context.command.at) continue;  // overdue supply counts nothing until it is dated anew
    auto const place = std::find_if(sourced.places.begin(), sourced.places.end(), [&](Place const& p) { return p.location.id == row.location; });
    if (place == sourced.places.end()) continue;
    Coming coming{static_cast<std::size_t>(place - sourced.places.begin()), row, {}, row.ordered - row.received};
    if (!context.ledger.find(backorder_key(item, row.location, row.supply), coming.account)) continue;
    // The bound of the account is what is still to come: nothing more can be promised from it.
    coming.free = -context.ledger.bounds(coming.account).floor - context.ledger.balance(coming.account).pending_out;
    if (coming.free > 0) out.push_back(std::move(coming));
  }
  std::stable_sort(out.begin(), out.end(), [](Coming const& a, Coming const& b) {
    if (a.row.due != b.row.due) return a.row.due < b.row.due;
    return a.rank != b.rank ? a.rank < b.rank : a.row.supply < b.row.supply;
  });
  return out;
}

/// How many units of a line the policy lets wait; nothing: as many as it takes.
Result<std::optional<std::int64_t>> limit_of(Context& context, policy::Frame const& order, std::size_t line) {
  auto const& policy = context.book().policy();
  if (policy.backorders().empty()) return std::optional<std::int64_t>{};
  auto const decision = policy.decide_backorder(order, static_cast<std::int32_t>(line), context.command.at);
  if (!decision.error.empty()) return context.refuse("policy_error", decision.error);
  if (decision.rule < 0) return std::optional<std::int64_t>(0);
  return decision.limited ? std::optional(decision.at_most.amount.coefficient()) : std::nullopt;
}

/// One demand: what comes earliest first, then the allowances of places in their order, then whatever may come.
Result<void> wait_for(Context& context, Sourced const& sourced, Demand& demand, std::vector<Coming>& coming, std::int64_t most, bool limited,
                      std::vector<Promise>& out) {
  auto left = std::min(most, demand.quantity);
  auto const take = [&](std::int64_t units) {
    left -= units;
    demand.quantity -= units;
  };
  for (auto& supply : coming) {
    auto const units = std::min(left, supply.free);
    if (units <= 0) continue;
    out.push_back({supply.account, demand.item, supply.row.location, units, supply.row.due, supply.row.supply, true});
    supply.free -= units;
    take(units);
  }
  bool any_allowance = false;
  for (auto const& place : sourced.places) {
    auto const level = stock_level(context, demand.item, place.location.id);
    if (!level) return Unexpected{level.error()};
    if (!level->backorders) continue;
    any_allowance = true;
    auto const account = open_allowance(context, demand.item, place.location.id, -*level->backorders);
    if (!account) return Unexpected{account.error()};
    std::int64_t here = 0;
    for (auto const& promise : out) here += promise.account == *account ? promise.quantity : 0;
    auto const units = std::min(left, *level->backorders - context.ledger.balance(*account).pending_out - here);
    if (units <= 0) continue;
    out.push_back({*account, demand.item, place.location.id, units, {}, {}, true});
    take(units);
  }
  // Where neither the catalog nor the policy has a limit, whatever is ordered may wait at the best ranked place.
  if (left <= 0 || (any_allowance && !limited) || sourced.places.empty()) return {};
  auto const account = open_allowance(context, demand.item, sourced.places.front().location.id, allowance_unlimited);
  if (!account) return Unexpected{account.error()};
  out.push_back({*account, demand.item, sourced.places.front().location.id, left, {}, {}, true});
  take(left);
  return {};
}

}  // namespace

Result<ledger::AccountIndex> open_allowance(Context& context, std::string const& item, std::string const& location, std::int64_t floor) {
  // What was promised under a larger allowance stays promised.
  ledger::AccountIndex known;
  if (context.ledger.find(backorder_key(item, location, ""), known)) floor = std::min(floor, -context.ledger.balance(known).pending_out);
  auto const account = context.ledger.open(backorder_key(item, location, ""), {floor, ledger::no_ceiling});
  if (context.ledger.bounds(account).floor == floor) return account;
  ledger::Group group;
  group.bounds.push_back({account, {floor, ledger::no_ceiling}});
  ledger::Applied applied;
  if (auto const done = context.apply(group, applied); !done) return Unexpected{done.error()};
  return account;
}

Result<std::vector<Promise>> backorder(Context& context, Sourced& sourced, policy::Frame const& order, std::vector<std::size_t> const& line_of) {
  std::vector<Promise> out;
  std::map<std::string, std::vector<Coming>> coming;
  for (std::size_t d = 0; d < sourced.open.size(); ++d) {
    auto& demand = sourced.open[d];
    if (coming.count(demand.item) == 0) {
      auto known = coming_to(context, sourced, demand.item);
      if (!known) return Unexpected{known.error()};
      coming[demand.item] = std::move(*known);
    }
    auto const limit = limit_of(context, order, line_of[d]);
    if (!limit) return Unexpected{limit.error()};
    if (auto const done = wait_for(context, sourced, demand, coming[demand.item], limit->value_or(INT64_MAX), limit->has_value(), out); !done)
      return Unexpected{done.error()};
  }
  std::erase_if(sourced.open, [](Demand const& demand) { return demand.quantity == 0; });
  return out;
}

}  // namespace bylaw::inline v0::engine
