#pragma once
#include <cstdint>
#include <vector>

namespace bylaw::inline v0::ledger {

inline constexpr std::uint32_t no_slot = UINT32_MAX;

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  auto const product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xC2B2AE3D27D4EB4Fu);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Finds records by hash, by open addressing with linear probing. It holds slots only; the records, their
/// equality and their hashes are the caller's, so that an entry costs four bytes over the load of the table.
class SlotIndex {
 public:
  /// The slot whose record `equals`, or no_slot.
  template <class Equals>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, Equals equals) const {
    if (slots_.empty()) return no_slot;
    for (auto at = home(hash);; at = next(at)) {
      if (slots_[at] == no_slot || equals(slots_[at])) return slots_[at];
    }
  }

  /// Adds a slot that is not there. `hash_of(slot)` is asked when the table grows.
  template <class HashOf>
  void insert(std::uint64_t hash, std::uint32_t slot, HashOf hash_of) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow(hash_of);  // three quarters full at most
    place(hash, slot);
    ++count_;
  }

  /// Takes a slot out and closes the gap, so that nothing dead is left behind.
  template <class HashOf>
  void erase(std::uint64_t hash, std::uint32_t slot, HashOf hash_of) noexcept {
    auto hole = home(hash);
    while (slots_[hole] != slot) hole = next(hole);
    for (auto at = next(hole); slots_[at] != no_slot; at = next(at)) {
      auto const wanted = home(hash_of(slots_[at]));
      if (distance(wanted, at) >= distance(hole, at)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = no_slot;
    --count_;
  }

 private:
  /// Any size will do, so that the table can grow by a quarter and never stand half empty.
  [[nodiscard]] std::size_t home(std::uint64_t hash) const noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::size_t>(Wide{hash} * slots_.size() >> 64);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const noexcept { return at + 1 == slots_.size() ? 0 : at + 1; }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept { return to >= from ? to - from : to + slots_.size() - from; }

  void place(std::uint64_t hash, std::uint32_t slot) noexcept {
    auto at = home(hash);
    while (slots_[at] != no_slot) at = next(at);
    slots_[at] = slot;
  }
  template <class HashOf>
  void grow(HashOf hash_of) {
    std::vector<std::uint32_t> old(slots_.size() + slots_.size() / 4 + 16, no_slot);
    slots_.swap(old);
    for (auto const slot : old) {
      if (slot != no_slot) place(hash_of(slot), slot);
    }
  }

  std::vector<std::uint32_t> slots_;
  std::size_t count_ = 0;
};

}  // namespace bylaw::inline v0::ledger
