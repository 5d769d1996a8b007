// What the outside asks about costs.
#include <bylaw/engine/item_cost.hpp>

#include "engine/engine_impl.hpp"
#include "engine/valuation.hpp"

namespace bylaw::inline v0::engine {

namespace {

std::int64_t rounded(std::int64_t value, std::int64_t units) {
  if (units == 0) return 0;
  return static_cast<std::int64_t>(divide_rounded(Int128{value} * (units < 0 ? -1 : 1), units < 0 ? -units : units, Rounding::half_up));
}

void add_pool(ledger::Ledger const& ledger, ledger::CostPoolIndex pool, ItemCost& out) {
  auto const state = ledger.cost(pool);
  auto const rate = ledger.cost_rate(pool);
  auto const currency = Currency::find(ledger.key(ledger.pool_key(pool).inventory).unit);
  out.quantity += state.quantity;
  out.value = Money(out.value.amount_minor() + state.value, currency);
  out.unit_cost = Money(state.quantity == 0 ? rounded(rate.value, rate.quantity) : rounded(state.value, state.quantity), currency);
  for (auto const& layer : ledger.cost_layers(pool)) {
    if (layer.quantity == 0) continue;
    Money const each(rounded(layer.value, layer.quantity), currency);
    if (!out.layers.empty() && out.layers.back().unit_cost == each) out.layers.back().quantity += layer.quantity;
    else out.layers.push_back({layer.quantity, each});
  }
  if (state.quantity < 0) out.layers.push_back({state.quantity, Money(rounded(state.value, state.quantity), currency)});
}

}  // namespace

Result<ItemCost> Engine::item_cost(std::string const& item, std::string const& location, Timestamp at) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    auto const known = impl_->store.load_item(item, at);
    if (!known) return Unexpected{known.error()};
    if (!*known) return failure("unknown_item", "there is no item `" + item + "`", item, "define it first");
    auto const& ledger = impl_->ledger;
    ItemCost out;
    out.method = cost_method_of(**known);
    if ((*known)->unit_cost) out.value = out.unit_cost = Money(0, (*known)->unit_cost->currency());
    if (out.method == "standard") {
      for (auto const account : ledger.accounts_of(ledger::AccountKind::quantity, item)) {
        auto const key = ledger.key(account);
        if (key.place == location && key.status != "inspection" && key.status != "backorder") out.quantity += ledger.balance(account).posted;
      }
      if (!(*known)->unit_cost) return out;
      auto const value = multiply(*(*known)->unit_cost, Decimal(out.quantity), Rounding::half_even);
      if (!value) return Unexpected{value.error()};
      out.value = *value;
      out.unit_cost = *(*known)->unit_cost;
      return out;
    }
    if (out.method != "specific") {
      if (auto const pool = pool_of(ledger, **known, {location}); pool != ledger::no_pool) add_pool(ledger, pool, out);
      return out;
    }
    std::vector<std::string> seen;
    for (auto const account : ledger.accounts_of(ledger::AccountKind::quantity, item)) {
      auto const key = ledger.key(account);
      if (key.place != location || std::find(seen.begin(), seen.end(), key.detail) != seen.end()) continue;
      seen.push_back(key.detail);
      if (auto const pool = pool_of(ledger, **known, {location, key.detail}); pool != ledger::no_pool) add_pool(ledger, pool, out);
    }
    return out;
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

}  // namespace bylaw::inline v0::engine
