#pragma once
#include <string_view>
#include <vector>

#include <bylaw/ledger/transfer.hpp>

#include "ledger/slot_index.hpp"

namespace bylaw::inline v0::ledger {

/// The dates of lots, by item and name.
class LotTable {
 public:
  [[nodiscard]] Lot const* find(std::string_view item, std::string_view lot) const;
  void set(Lot const& lot);
  [[nodiscard]] std::vector<Lot> const& all() const noexcept { return lots_; }

  /// Takes back the last `set` since the commit.
  void undo_last() noexcept;
  void commit() noexcept { undo_.clear(); }

 private:
  struct Undo {
    std::uint32_t slot;
    bool added;
    Lot old;
  };
  [[nodiscard]] std::uint32_t slot_of(std::string_view item, std::string_view lot) const;
  [[nodiscard]] std::uint64_t hash_of(std::uint32_t slot) const noexcept;

  std::vector<Lot> lots_;
  SlotIndex index_;
  std::vector<Undo> undo_;
};

}  // namespace bylaw::inline v0::ledger
