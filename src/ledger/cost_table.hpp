#pragma once
#include <vector>

#include <bylaw/ledger/cost.hpp>
#include <bylaw/values/result.hpp>

#include "ledger/slot_index.hpp"

namespace bylaw::inline v0::ledger {

struct CostPool {
  CostPoolKey key;
  std::int64_t quantity = 0;
  std::int64_t value = 0;
  std::int64_t rate_quantity = 0;  ///< with `rate_value`: what a unit cost when last known, for stock that is sold before it is bought
  std::int64_t rate_value = 0;
  std::vector<CostLayer> layers;  ///< oldest first; those before `first` are used up
  std::size_t first = 0;
  std::size_t tidy_at = 16;  ///< layers at which used-up ones are looked for
};

/// One money movement that a cost move asks for; `amount` is above zero.
struct CostLeg {
  AccountIndex debit;
  AccountIndex credit;
  std::int64_t amount = 0;
};

/// The layers and averages of all pools. Exact: values are whole minor units, shares are rounded on what is left,
/// so that nothing is lost or invented and an empty pool is worth nothing.
class CostTable {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return pools_.size(); }
  [[nodiscard]] CostPool const& operator[](CostPoolIndex pool) const noexcept { return pools_[pool.value]; }
  /// The pool of this item and place, whatever its method.
  [[nodiscard]] bool find(CostPoolKey const& key, CostPoolIndex& out) const;
  CostPoolIndex add(CostPoolKey const& key);
  /// Takes a snapshot's pool back in.
  void restore(CostPool pool);

  /// Does one move, or leaves everything as it was. Fills `value_change` and `rounding` of `entry` and appends the legs.
  [[nodiscard]] Result<void> apply(CostEntry& entry, std::vector<CostLeg>& legs);

  [[nodiscard]] std::size_t mark() const noexcept { return undo_.size(); }
  void undo_to(std::size_t mark) noexcept;
  void commit() noexcept;

 private:
  struct Undo {
    enum class Kind : std::uint8_t { totals, layer_changed, layer_added, pool_added } kind;
    std::uint32_t pool;
    std::size_t layer;
    CostLayer old;  ///< totals: rate quantity, rate value, quantity and value, in this order; `layer` is then `first`
  };
  void remember_totals(CostPoolIndex index);
  void change_layer(std::uint32_t pool, std::size_t layer, CostLayer next);
  [[nodiscard]] Result<void> dispatch(CostEntry& entry, std::vector<CostLeg>& legs);
  [[nodiscard]] Result<void> move_on(CostEntry& entry, std::vector<CostLeg>& legs);
  [[nodiscard]] Result<void> receive(CostEntry& entry, CostMove const& move, std::vector<CostLeg>& legs);
  [[nodiscard]] Result<void> issue(CostEntry& entry, std::vector<CostLeg>& legs);
  [[nodiscard]] Result<void> late_cost(CostEntry& entry, std::vector<CostLeg>& legs);
  [[nodiscard]] std::int64_t take_layers(std::uint32_t index, std::int64_t quantity, bool from_back, std::int64_t& taken);
  [[nodiscard]] std::uint64_t hash_of(std::uint32_t slot) const noexcept;

  std::vector<CostPool> pools_;
  SlotIndex index_;
  std::vector<Undo> undo_;
  std::vector<std::uint32_t> touched_;  ///< pools to tidy at the commit
};

}  // namespace bylaw::inline v0::ledger
