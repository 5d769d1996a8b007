#include "ledger/lot_table.hpp"

#include <bylaw/values/hash.hpp>

namespace bylaw::inline v0::ledger {

namespace {
std::uint64_t hash_name(std::string_view item, std::string_view lot) noexcept { return mix(hash64(item), hash64(lot)); }
}  // namespace

std::uint64_t LotTable::hash_of(std::uint32_t slot) const noexcept { return hash_name(lots_[slot].item, lots_[slot].lot); }

std::uint32_t LotTable::slot_of(std::string_view item, std::string_view lot) const {
  return index_.find(hash_name(item, lot), [&](std::uint32_t slot) { return lots_[slot].item == item && lots_[slot].lot == lot; });
}

Lot const* LotTable::find(std::string_view item, std::string_view lot) const {
  auto const slot = slot_of(item, lot);
  return slot == no_slot ? nullptr : &lots_[slot];
}

void LotTable::set(Lot const& lot) {
  auto const known = slot_of(lot.item, lot.lot);
  if (known != no_slot) {
    undo_.push_back({known, false, lots_[known]});
    lots_[known] = lot;
    return;
  }
  auto const slot = static_cast<std::uint32_t>(lots_.size());
  lots_.push_back(lot);
  index_.insert(hash_of(slot), slot, [this](std::uint32_t s) { return hash_of(s); });
  undo_.push_back({slot, true, {}});
}

void LotTable::undo_last() noexcept {
  auto& step = undo_.back();
  if (step.added) {
    index_.erase(hash_of(step.slot), step.slot, [this](std::uint32_t s) { return hash_of(s); });
    lots_.pop_back();
  } else {
    lots_[step.slot] = std::move(step.old);
  }
  undo_.pop_back();
}

}  // namespace bylaw::inline v0::ledger
