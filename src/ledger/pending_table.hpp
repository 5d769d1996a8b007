#pragma once
#include <string_view>

#include <bylaw/ledger/transfer.hpp>

#include "ledger/slot_index.hpp"
#include "ledger/symbols.hpp"
#include "ledger/text_pool.hpp"

namespace bylaw::inline v0::ledger {

/// One open promise in 60 bytes, its text shared by all promises of one reference. Sequences and times have 48 bits:
/// enough for 2^47 transfers, and for times from 2490 BC to 6429 AD.
class PendingRecord {
 public:
  [[nodiscard]] std::int64_t sequence() const noexcept { return join(sequence_low_, sequence_high_); }
  [[nodiscard]] std::int64_t due() const noexcept { return join(due_low_, due_high_); }
  [[nodiscard]] std::int64_t expires() const noexcept { return join(expires_low_, expires_high_); }
  [[nodiscard]] std::int64_t amount() const noexcept { return static_cast<std::int64_t>(std::uint64_t{amount_high_} << 32 | amount_low_); }
  void set(Pending const& pending) noexcept {
    split(pending.sequence.value, sequence_low_, sequence_high_);
    split(pending.due.value, due_low_, due_high_);
    split(pending.expires.value, expires_low_, expires_high_);
    amount_low_ = static_cast<std::uint32_t>(pending.amount);
    amount_high_ = static_cast<std::uint32_t>(static_cast<std::uint64_t>(pending.amount) >> 32);
    debit = pending.debit.value;
    credit = pending.credit.value;
  }
  /// Whether a time can be kept.
  [[nodiscard]] static bool fits(Timestamp time) noexcept { return time.value >= -(std::int64_t{1} << 47) && time.value < std::int64_t{1} << 47; }

  std::uint32_t debit = 0;
  std::uint32_t credit = 0;
  TextPool::Place reference = 0;
  std::uint32_t next_of_reference = no_slot;  ///< also links free slots
  std::uint32_t previous_of_reference = no_slot;
  std::uint32_t next_of_unit = no_slot;      ///< older promises of the same item or currency
  std::uint32_t previous_of_unit = no_slot;  ///< younger ones
  std::uint32_t expiry_place = no_slot;      ///< in the heap of those that lapse

 private:
  static std::int64_t join(std::uint32_t low, std::int16_t high) noexcept { return std::int64_t{high} * (std::int64_t{1} << 32) + low; }
  static void split(std::int64_t value, std::uint32_t& low, std::int16_t& high) noexcept {
    low = static_cast<std::uint32_t>(value);
    high = static_cast<std::int16_t>(value >> 32);
  }
  std::uint32_t amount_low_ = 0;
  std::uint32_t amount_high_ = 0;
  std::uint32_t sequence_low_ = 0;
  std::uint32_t due_low_ = 0;
  std::uint32_t expires_low_ = 0;
  std::int16_t sequence_high_ = 0;
  std::int16_t due_high_ = 0;
  std::int16_t expires_high_ = 0;
};
static_assert(sizeof(PendingRecord) == 60);

/// The open promises, found by sequence, by reference, by item and by when they lapse.
class PendingTable {
 public:
  std::uint32_t add(Pending const& pending, Symbol unit);
  void remove(std::uint32_t slot, Symbol unit) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::uint32_t find(std::int64_t sequence) const;
  [[nodiscard]] PendingRecord const& operator[](std::uint32_t slot) const noexcept { return records_[slot]; }
  [[nodiscard]] Pending pending(std::uint32_t slot) const;
  [[nodiscard]] std::string_view reference(std::uint32_t slot) const noexcept { return texts_.text(records_[slot].reference); }

  [[nodiscard]] std::uint32_t first_of_reference(std::string_view reference) const;
  /// The youngest promise of an item or currency; follow `next_of_unit`.
  [[nodiscard]] std::uint32_t first_of_unit(Symbol unit) const noexcept { return unit < unit_heads_.size() ? unit_heads_[unit] : no_slot; }
  /// Those that have lapsed, first lapsed first, at most `count_max`.
  [[nodiscard]] std::vector<Pending> lapsed(std::int64_t now, std::size_t count_max) const;
  /// All slots, free ones too; `is_open` tells.
  [[nodiscard]] std::size_t slot_count() const noexcept { return records_.size(); }
  [[nodiscard]] bool is_open(std::uint32_t slot) const noexcept { return records_[slot].sequence() != 0; }

 private:
  void link_reference(std::uint32_t slot, std::string_view reference);
  void unlink_reference(std::uint32_t slot) noexcept;
  void heap_set(std::size_t place, std::uint32_t slot) noexcept;
  void heap_up(std::size_t place) noexcept;
  void heap_down(std::size_t place) noexcept;
  void heap_remove(std::size_t place) noexcept;

  Chunks<PendingRecord> records_;
  std::uint32_t free_ = no_slot;
  std::size_t count_ = 0;
  SlotIndex by_sequence_;
  SlotIndex by_reference_;  ///< the first record of each reference
  TextPool texts_;
  std::vector<std::uint32_t> unit_heads_;
  Chunks<std::uint32_t> heap_;  ///< those that lapse, as a binary heap by when
};

}  // namespace bylaw::inline v0::ledger
