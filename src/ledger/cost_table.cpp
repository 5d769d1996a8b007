#include "ledger/cost_table.hpp"

#include <algorithm>

#include <bylaw/values/hash.hpp>
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

namespace {

std::uint64_t hash_key(CostPoolKey const& key) noexcept { return mix(hash64(key.item), hash64(key.place)); }

/// The share of `value` that `part` of `whole` units have. The whole takes everything, so no remainder is left behind.
std::int64_t share(std::int64_t value, std::int64_t part, std::int64_t whole) noexcept {
  if (part == whole) return value;
  return static_cast<std::int64_t>(divide_rounded(Int128{value} * part, whole, Rounding::half_even));
}

/// What `part` units cost when `whole` cost `value`, where there may be more of them. False: more than 64 bits hold.
bool at_rate(std::int64_t value, std::int64_t part, std::int64_t whole, std::int64_t& out) noexcept {
  auto const cost = part == whole ? Int128{value} : divide_rounded(Int128{value} * part, whole, Rounding::half_even);
  out = fits_int64(cost) ? static_cast<std::int64_t>(cost) : 0;
  return fits_int64(cost);
}

Unexpected<Error> too_large(CostPool const& pool) {
  return failure("overflow", "the quantity or value of a cost pool leaves the range of 64 bits", pool.key.item);
}

/// A leg in the direction that makes its amount positive.
void add_leg(std::vector<CostLeg>& legs, AccountIndex debit, AccountIndex credit, std::int64_t amount) {
  if (amount > 0) legs.push_back({debit, credit, amount});
  if (amount < 0) legs.push_back({credit, debit, -amount});
}

AccountIndex variance_of(CostMove const& move) noexcept { return move.variance == no_account ? move.contra : move.variance; }

}  // namespace

std::uint64_t CostTable::hash_of(std::uint32_t slot) const noexcept { return hash_key(pools_[slot].key); }

bool CostTable::find(CostPoolKey const& key, CostPoolIndex& out) const {
  out = CostPoolIndex(index_.find(hash_key(key), [&](std::uint32_t slot) { return pools_[slot].key.item == key.item && pools_[slot].key.place == key.place; }));
  return out.value != no_slot;
}

CostPoolIndex CostTable::add(CostPoolKey const& key) {
  CostPool pool;
  pool.key = key;
  restore(std::move(pool));
  auto const index = static_cast<std::uint32_t>(pools_.size() - 1);
  undo_.push_back({Undo::Kind::pool_added, index, 0, {}});
  return CostPoolIndex(index);
}

void CostTable::restore(CostPool pool) {
  pools_.push_back(std::move(pool));
  auto const slot = static_cast<std::uint32_t>(pools_.size() - 1);
  index_.insert(hash_of(slot), slot, [this](std::uint32_t s) { return hash_of(s); });
}

Result<void> CostTable::apply(CostEntry& entry, std::vector<CostLeg>& legs) {
  auto const& move = entry.move;
  bool const moves_on = move.kind == CostMoveKind::transfer;
  if (move.pool.value >= pools_.size() || (moves_on && move.to.value >= pools_.size())) {
    return failure("unknown_pool", "a cost move names a pool that does not exist", move.reference, "open it first");
  }
  auto const before = undo_.size();
  auto const legs_before = legs.size();
  remember_totals(move.pool);
  if (moves_on) remember_totals(move.to);
  auto done = dispatch(entry, legs);
  if (!done) {
    undo_to(before);
    legs.resize(legs_before);
  }
  return done;
}

Result<void> CostTable::dispatch(CostEntry& entry, std::vector<CostLeg>& legs) {
  switch (entry.move.kind) {
    case CostMoveKind::receive: return receive(entry, entry.move, legs);
    case CostMoveKind::issue: return issue(entry, legs);
    case CostMoveKind::late_cost: return late_cost(entry, legs);
    case CostMoveKind::transfer: return move_on(entry, legs);
  }
  return failure("unknown_kind", "this cost move is of no known kind");
}

/// Out of one pool and into another at the same value. The inventory accounts settle it between themselves.
Result<void> CostTable::move_on(CostEntry& entry, std::vector<CostLeg>& legs) {
  auto const& move = entry.move;
  if (move.pool == move.to) return failure("same_account", "a cost transfer needs two pools", move.reference);
  auto const first = legs.size();
  if (auto const taken = issue(entry, legs); !taken) return taken;
  auto const value = -entry.value_change;
  if (value < 0) return failure("negative_value", "goods that are worth less than nothing cannot be moved", move.reference);
  legs.resize(first);
  auto arrival = move;
  arrival.pool = move.to;
  arrival.value = value;
  arrival.contra = pools_[move.pool.value].key.inventory;
  CostEntry arrived = entry;
  if (auto const done = receive(arrived, arrival, legs); !done) return done;
  // Within one inventory account nothing moves but what a debt was priced wrongly by.
  if (legs.size() > first && legs[first].debit == legs[first].credit) legs.erase(legs.begin() + static_cast<std::ptrdiff_t>(first));
  entry.rounding = 0;
  return {};
}

/// Source: domain notes, trap 17: a debt keeps the rate it was sold at until a receipt covers it; what the
/// receipt really cost beyond that is a variance of the goods already sold.
Result<void> CostTable::receive(CostEntry& entry, CostMove const& move, std::vector<CostLeg>& legs) {
  auto& pool = pools_[move.pool.value];
  if (move.quantity <= 0) return failure("not_positive", "a receipt brings more than zero units");
  if (move.value < 0) return failure("negative_value", "goods are received at a cost of zero or more");
  std::int64_t quantity = 0;
  std::int64_t value = 0;
  if (add_overflows(pool.quantity, move.quantity, quantity) || add_overflows(pool.value, move.value, value)) return too_large(pool);
  auto const covered = pool.quantity < 0 ? std::min(move.quantity, -pool.quantity) : 0;
  auto const cost_of_covered = share(move.value, covered, move.quantity);
  auto const assumed = covered == 0 ? 0 : share(-pool.value, covered, -pool.quantity);
  auto const worth = Int128{value} - cost_of_covered + assumed;
  auto const variance = Int128{cost_of_covered} - assumed;
  auto const change = Int128{move.value} - variance;
  if (!fits_int64(worth) || !fits_int64(-worth) || !fits_int64(variance) || !fits_int64(-variance) || !fits_int64(change)) return too_large(pool);
  add_leg(legs, pool.key.inventory, move.contra, move.value);
  add_leg(legs, variance_of(move), pool.key.inventory, static_cast<std::int64_t>(variance));
  pool.quantity = quantity;
  pool.value = static_cast<std::int64_t>(worth);
  entry.value_change = static_cast<std::int64_t>(change);
  pool.rate_quantity = move.quantity;
  pool.rate_value = move.value;
  if (move.quantity > covered && pool.key.method != CostMethod::average) {
    pool.layers.push_back({entry.sequence.value, move.quantity, move.quantity - covered, move.value - cost_of_covered});
    undo_.push_back({Undo::Kind::layer_added, move.pool.value, 0, {}});
  }
  return {};
}

/// Takes up to `quantity` units from the layers in order; returns their value.
std::int64_t CostTable::take_layers(std::uint32_t index, std::int64_t quantity, bool from_back, std::int64_t& taken) {
  auto& pool = pools_[index];
  std::int64_t value = 0;
  taken = 0;
  for (std::size_t step = 0; taken < quantity && step < pool.layers.size() - pool.first; ++step) {
    auto const at = from_back ? pool.layers.size() - 1 - step : pool.first + step;
    auto layer = pool.layers[at];
    if (layer.quantity == 0) continue;
    auto const part = std::min(layer.quantity, quantity - taken);
    auto const worth = share(layer.value, part, layer.quantity);
    layer.quantity -= part;
    layer.value -= worth;
    taken += part;
    value += worth;
    change_layer(index, at, layer);
  }
  while (pool.first < pool.layers.size() && pool.layers[pool.first].quantity == 0) ++pool.first;
  return value;
}

Result<void> CostTable::issue(CostEntry& entry, std::vector<CostLeg>& legs) {
  auto const& move = entry.move;
  auto& pool = pools_[move.pool.value];
  if (move.quantity <= 0) return failure("not_positive", "an issue takes more than zero units");
  std::int64_t after = 0;
  if (subtract_overflows(pool.quantity, move.quantity, after) || after == INT64_MIN) return too_large(pool);
  auto const here = std::max<std::int64_t>(pool.quantity, 0);
  std::int64_t taken = std::min(here, move.quantity);
  std::int64_t value = 0;
  bool const average = pool.key.method == CostMethod::average;
  if (average && move.layer.value != 0) {
    return failure("unknown_layer", "an average pool does not keep its receipts apart", pool.key.item,
                   "issue without a layer; book the difference as a late cost");
  }
  if (average) {
    if (here > 0) {
      pool.rate_quantity = here;
      pool.rate_value = pool.value;
      value = share(pool.value, taken, here);
    }
  } else if (move.layer.value != 0) {
    auto const found = std::find_if(pool.layers.begin() + static_cast<std::ptrdiff_t>(pool.first), pool.layers.end(),
                                    [&](CostLayer const& l) { return l.sequence == move.layer.value; });
    if (move.layer >= entry.sequence) return failure("unknown_layer", "there is no receipt " + std::to_string(move.layer.value), pool.key.item);
    auto const left = found == pool.layers.end() ? 0 : found->quantity;
    if (left < move.quantity) {
      return failure("layer_short", "receipt " + std::to_string(move.layer.value) + " has " + std::to_string(left) + " units left", pool.key.item,
                     "name another receipt, or none");
    }
    auto layer = *found;
    value = share(layer.value, move.quantity, layer.quantity);
    layer.quantity -= move.quantity;
    layer.value -= value;
    change_layer(move.pool.value, static_cast<std::size_t>(found - pool.layers.begin()), layer);
  } else {
    value = take_layers(move.pool.value, taken, pool.key.method == CostMethod::lifo, taken);
  }
  // Sold before it was bought: at the rate that was last known, until a receipt says what it really cost.
  auto const owed = move.quantity - taken;
  std::int64_t debt = 0;
  bool fits = true;
  if (owed > 0 && pool.quantity < 0) fits = at_rate(-pool.value, owed, -pool.quantity, debt);
  else if (owed > 0 && pool.rate_quantity > 0) fits = at_rate(pool.rate_value, owed, pool.rate_quantity, debt);
  std::int64_t worth = 0;
  if (!fits || add_overflows(value, debt, value) || subtract_overflows(pool.value, value, worth) || worth == INT64_MIN || value == INT64_MIN) {
    return too_large(pool);
  }
  std::int64_t goods = value;
  if (average && after == 0 && taken == move.quantity && move.variance != no_account) {
    auto const shown = divide_rounded(value, move.quantity, Rounding::half_up) * move.quantity;
    if (!fits_int64(shown) || !fits_int64(value - shown)) return too_large(pool);
    goods = static_cast<std::int64_t>(shown);
    entry.rounding = value - goods;
  }
  add_leg(legs, move.contra, pool.key.inventory, goods);
  add_leg(legs, variance_of(move), pool.key.inventory, entry.rounding);
  pool.quantity = after;
  pool.value = worth;
  entry.value_change = -value;
  return {};
}

/// Source: domain notes, "Valuation": a late cost is split between what is still here and what is already sold.
Result<void> CostTable::late_cost(CostEntry& entry, std::vector<CostLeg>& legs) {
  auto const& move = entry.move;
  auto& pool = pools_[move.pool.value];
  if (move.value == 0) return failure("not_positive", "a late cost is not zero");
  std::int64_t here = 0;
  std::int64_t received = move.quantity;
  std::size_t at = pool.layers.size();
  if (pool.key.method == CostMethod::average) {
    if (received <= 0) return failure("not_positive", "a late cost on an average pool says for how many units it is");
    here = std::clamp<std::int64_t>(pool.quantity, 0, received);
  } else {
    if (move.layer.value <= 0 || move.layer >= entry.sequence) return failure("unknown_layer", "a late cost names the receipt it is for");
    for (at = pool.first; at < pool.layers.size() && pool.layers[at].sequence != move.layer.value; ++at) {
    }
    if (at < pool.layers.size()) {
      here = pool.layers[at].quantity;
      received = pool.layers[at].received;
    }
  }
  auto const stays = here == 0 ? 0 : share(move.value, here, received);
  auto const worth = at < pool.layers.size() ? pool.layers[at].value : pool.value;
  std::int64_t next = 0;
  std::int64_t rest = 0;
  std::int64_t total = 0;
  if (add_overflows(worth, stays, next) || add_overflows(pool.value, stays, total) || subtract_overflows(move.value, stays, rest) || total == INT64_MIN ||
      rest == INT64_MIN || stays == INT64_MIN) {
    return too_large(pool);
  }
  if (here > 0 && next < 0) return failure("negative_value", "a credit cannot be larger than what the goods cost", {}, "book the rest against the goods sold");
  if (at < pool.layers.size()) {
    auto layer = pool.layers[at];
    layer.value = next;
    change_layer(move.pool.value, at, layer);
  }
  pool.value = total;
  entry.value_change = stays;
  add_leg(legs, pool.key.inventory, move.contra, stays);
  if (variance_of(move) != move.contra) add_leg(legs, variance_of(move), move.contra, rest);
  return {};
}

void CostTable::remember_totals(CostPoolIndex index) {
  auto const& pool = pools_[index.value];
  undo_.push_back({Undo::Kind::totals, index.value, pool.first, {pool.rate_quantity, pool.rate_value, pool.quantity, pool.value}});
  touched_.push_back(index.value);
}

void CostTable::change_layer(std::uint32_t pool, std::size_t layer, CostLayer next) {
  undo_.push_back({Undo::Kind::layer_changed, pool, layer, pools_[pool].layers[layer]});
  pools_[pool].layers[layer] = next;
}

void CostTable::undo_to(std::size_t mark) noexcept {
  for (; undo_.size() > mark; undo_.pop_back()) {
    auto const& step = undo_.back();
    auto& pool = pools_[step.pool];
    switch (step.kind) {
      case Undo::Kind::totals:
        pool.first = step.layer;
        pool.rate_quantity = step.old.sequence;
        pool.rate_value = step.old.received;
        pool.quantity = step.old.quantity;
        pool.value = step.old.value;
        break;
      case Undo::Kind::layer_changed: pool.layers[step.layer] = step.old; break;
      case Undo::Kind::layer_added: pool.layers.pop_back(); break;
      case Undo::Kind::pool_added:
        index_.erase(hash_of(step.pool), step.pool, [this](std::uint32_t s) { return hash_of(s); });
        pools_.pop_back();
        break;
    }
  }
}

/// Used-up layers are dropped here only, because undoing counts on their places; and only when the list has doubled, so
/// that it is not gone through for every commit.
void CostTable::commit() noexcept {
  undo_.clear();
  for (auto const index : touched_) {
    if (index >= pools_.size()) continue;  // its opening was taken back
    auto& pool = pools_[index];
    if (pool.layers.size() < pool.tidy_at) continue;
    std::erase_if(pool.layers, [](CostLayer const& layer) { return layer.quantity == 0; });
    pool.first = 0;
    pool.tidy_at = std::max<std::size_t>(16, pool.layers.size() * 2);
  }
  touched_.clear();
}

}  // namespace bylaw::inline v0::ledger
