// What goods cost, the second time.
#include <algorithm>

#include "model.hpp"

using namespace bylaw;
using namespace bylaw::ledger;

namespace {

__extension__ using Wide = __int128;

/// value * part / whole, to the nearest unit, ties to the even one.
std::int64_t nearest(std::int64_t value, std::int64_t part, std::int64_t whole) {
  auto const product = Wide{value} * part;
  Wide low = product / whole;
  if (low * whole > product) --low;
  auto const twice = 2 * (product - low * whole);
  if (twice > whole || (twice == whole && low % 2 != 0)) ++low;
  return static_cast<std::int64_t>(low);
}

std::int64_t nearest_up(std::int64_t value, std::int64_t whole) {  // of a value that is not negative
  return (2 * value + whole) / (2 * whole);
}

}  // namespace

std::int64_t BooksModel::take(Pool& pool, std::int64_t quantity, std::int64_t layer, bool& short_of_layer) {
  std::int64_t value = 0;
  short_of_layer = false;
  if (pool.key.method == CostMethod::average) {
    if (pool.quantity <= 0) return 0;
    pool.rate_quantity = pool.quantity;
    pool.rate_value = pool.value;
    return quantity == pool.quantity ? pool.value : nearest(pool.value, quantity, pool.quantity);
  }
  while (quantity > 0 && !pool.layers.empty()) {
    auto at = pool.key.method == CostMethod::lifo ? std::prev(pool.layers.end()) : pool.layers.begin();
    if (layer != 0) {
      at = pool.layers.find(layer);
      if (at == pool.layers.end() || at->second.quantity < quantity) {
        short_of_layer = true;
        return 0;
      }
    }
    auto const part = std::min(quantity, at->second.quantity);
    auto const worth = part == at->second.quantity ? at->second.value : nearest(at->second.value, part, at->second.quantity);
    at->second.quantity -= part;
    at->second.value -= worth;
    quantity -= part;
    value += worth;
    if (at->second.quantity == 0) pool.layers.erase(at);
  }
  return value;
}

void BooksModel::arrive(Pool& pool, std::int64_t quantity, std::int64_t value, AccountIndex contra, AccountIndex variance, std::vector<Leg>& legs) {
  auto const covered = std::min(quantity, std::max<std::int64_t>(-pool.quantity, 0));
  auto const really = covered == quantity ? value : covered == 0 ? 0 : nearest(value, covered, quantity);
  auto const assumed = covered == 0 ? 0 : covered == -pool.quantity ? -pool.value : nearest(-pool.value, covered, -pool.quantity);
  if (contra != pool.key.inventory) leg(legs, pool.key.inventory, contra, value);
  leg(legs, variance, pool.key.inventory, really - assumed);
  pool.quantity += quantity;
  pool.value += value - really + assumed;
  pool.rate_quantity = quantity;
  pool.rate_value = value;
  if (quantity > covered && pool.key.method != CostMethod::average) pool.layers[last_cost + 1] = {quantity, quantity - covered, value - really};
}

std::string BooksModel::leave(Pool& pool, CostMove const& m, std::int64_t& value) {
  if (m.quantity <= 0) return "not_positive";
  auto const here = std::max<std::int64_t>(pool.quantity, 0);
  bool const average = pool.key.method == CostMethod::average;
  if (m.layer.value != 0 && (average || m.layer.value > last_cost)) return "unknown_layer";
  bool const named = m.layer.value != 0;
  auto const taken = named ? m.quantity : std::min(here, m.quantity);
  bool short_of_layer = false;
  if (named && pool.layers.find(m.layer.value) == pool.layers.end()) return "layer_short";
  value = take(pool, taken, m.layer.value, short_of_layer);
  if (short_of_layer) return "layer_short";
  auto const owed = m.quantity - std::min(taken, here);
  if (owed > 0 && pool.quantity < 0) value += owed == -pool.quantity ? -pool.value : nearest(-pool.value, owed, -pool.quantity);
  else if (owed > 0 && pool.rate_quantity > 0) value += owed == pool.rate_quantity ? pool.rate_value : nearest(pool.rate_value, owed, pool.rate_quantity);
  pool.quantity -= m.quantity;
  pool.value -= value;
  return {};
}

std::string BooksModel::late(Pool& pool, CostMove const& m, std::int64_t& stays) {
  if (m.value == 0) return "not_positive";
  stays = 0;
  if (pool.key.method == CostMethod::average) {
    if (m.quantity <= 0) return "not_positive";
    auto const here = std::clamp<std::int64_t>(pool.quantity, 0, m.quantity);
    stays = here == 0 ? 0 : here == m.quantity ? m.value : nearest(m.value, here, m.quantity);
    if (here > 0 && pool.value + stays < 0) return "negative_value";
  } else {
    if (m.layer.value <= 0 || m.layer.value > last_cost) return "unknown_layer";
    auto const at = pool.layers.find(m.layer.value);
    if (at != pool.layers.end()) {
      auto& layer = at->second;
      stays = layer.quantity == layer.received ? m.value : nearest(m.value, layer.quantity, layer.received);
      if (layer.value + stays < 0) return "negative_value";
      layer.value += stays;
    }
  }
  pool.value += stays;
  return {};
}

void BooksModel::leg(std::vector<Leg>& legs, AccountIndex debit, AccountIndex credit, std::int64_t amount) {
  if (amount > 0) legs.push_back({debit, credit, amount});
  if (amount < 0) legs.push_back({credit, debit, -amount});
}

std::string BooksModel::cost(CostMove const& m, Group const& group, std::int64_t now) {
  for (auto const account : {m.contra, m.variance}) {
    for (auto const& pool : pools) {
      if (pool.key.inventory == account) return "control_account";
    }
  }
  if (m.kind == CostMoveKind::transfer && m.variance == no_account) return "unknown_account";
  auto& pool = pools[m.pool.value];
  auto const variance = m.variance == no_account ? m.contra : m.variance;
  std::vector<Leg> legs;
  std::int64_t value = 0;
  auto const held = pool.quantity;
  if (m.kind == CostMoveKind::receive) {
    if (m.quantity <= 0) return "not_positive";
    if (m.value < 0) return "negative_value";
    arrive(pool, m.quantity, m.value, m.contra, variance, legs);
  } else if (m.kind == CostMoveKind::issue) {
    if (auto code = leave(pool, m, value); !code.empty()) return code;
    auto goods = value;
    if (pool.key.method == CostMethod::average && held == m.quantity && m.variance != no_account) goods = nearest_up(value, m.quantity) * m.quantity;
    leg(legs, m.contra, pool.key.inventory, goods);
    leg(legs, variance, pool.key.inventory, value - goods);
  } else if (m.kind == CostMoveKind::transfer) {
    if (m.pool == m.to) return "same_account";
    if (auto code = leave(pool, m, value); !code.empty()) return code;
    if (value < 0) return "negative_value";
    arrive(pools[m.to.value], m.quantity, value, pool.key.inventory, variance, legs);
  } else {
    if (auto code = late(pool, m, value); !code.empty()) return code;
    leg(legs, pool.key.inventory, m.contra, value);
    if (variance != m.contra) leg(legs, variance, m.contra, m.value - value);
  }
  ++last_cost;
  for (auto const& [debit, credit, amount] : legs) {
    Transfer t;
    t.debit = debit;
    t.credit = credit;
    t.amount = amount;
    t.effective = m.effective;
    t.force = m.fact ? Force::fact : Force::none;
    costing_ = true;
    auto code = transfer(t, group, now);
    costing_ = false;
    if (!code.empty()) return code;
  }
  return {};
}
