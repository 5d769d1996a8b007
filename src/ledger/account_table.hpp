#pragma once
#include <string_view>

#include <bylaw/ledger/account.hpp>

#include "ledger/symbols.hpp"

namespace bylaw::inline v0::ledger {

/// What a transfer reads and writes of an account: 32 bytes, two to a cache line.
struct AccountRecord {
  Balance balance;
  std::uint32_t unit_and_kind = 0;  ///< symbol of the unit times two, plus the kind
  std::uint32_t bounds : 31 = 0;    ///< index into the distinct bounds
  std::uint32_t control : 1 = 0;    ///< the inventory account of a cost pool: only costs move it

  [[nodiscard]] Symbol unit() const noexcept { return unit_and_kind >> 1; }
  [[nodiscard]] AccountKind kind() const noexcept { return static_cast<AccountKind>(unit_and_kind & 1); }
};

inline constexpr std::uint32_t bounds_mask = INT32_MAX;

/// The rest of an account's name, and the lists it is on.
struct AccountName {
  Symbol place = 0;
  Symbol status = 0;
  Symbol detail = 0;
  Symbol owner = 0;
  Symbol pool = 0;
  std::uint32_t next_of_unit = no_slot;
  std::uint32_t next_of_detail = no_slot;
};

/// All accounts by number and by name. Names may be loaded late: `names_ready` says whether they are there.
class AccountTable {
 public:
  AccountTable();

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] AccountRecord& operator[](AccountIndex account) noexcept { return records_[account.value]; }
  [[nodiscard]] AccountRecord const& operator[](AccountIndex account) const noexcept { return records_[account.value]; }
  [[nodiscard]] AccountName const& name(AccountIndex account) const noexcept { return names_[account.value]; }
  [[nodiscard]] Bounds const& bounds(AccountIndex account) const noexcept { return bounds_[records_[account.value].bounds]; }
  [[nodiscard]] std::uint32_t intern(Bounds const& bounds);

  [[nodiscard]] bool find(AccountKey const& key, AccountIndex& out) const;
  AccountIndex add(AccountKey const& key, Bounds const& bounds);
  void remove_last() noexcept;
  /// Accounts opened so far stay.
  void commit() noexcept { symbols_before_.clear(); }
  [[nodiscard]] AccountKey key(AccountIndex account) const;
  /// A record without its name, while a snapshot is read.
  void add_record(AccountRecord const& record) { records_.push_back(record); }
  /// The name of the next account that has none yet.
  void add_name(AccountName name);
  /// Records from `i` on that lie side by side in memory.
  [[nodiscard]] std::size_t run_length(std::size_t i) const noexcept { return records_.run_length(i); }

  /// Another account of the same item and detail, next to `account`'s own, or no_slot. Starts with no_slot.
  [[nodiscard]] std::uint32_t next_of_detail(Symbol detail, std::uint32_t after) const noexcept {
    return after == no_slot ? symbols.detail_head(detail) : names_[after].next_of_detail;
  }
  [[nodiscard]] std::uint32_t next_of_unit(Symbol unit, std::uint32_t after) const noexcept {
    return after == no_slot ? symbols.unit_head(unit) : names_[after].next_of_unit;
  }
  [[nodiscard]] std::vector<Bounds> const& distinct_bounds() const noexcept { return bounds_; }

  Symbols symbols;

 private:
  [[nodiscard]] std::uint64_t hash_of(std::uint32_t slot) const noexcept;

  Chunks<AccountRecord> records_;
  Chunks<AccountName> names_;
  std::vector<Bounds> bounds_;
  SlotIndex bounds_index_;
  std::vector<std::uint32_t> symbols_before_;  ///< per account opened since the last commit: how many symbols there were
  SlotIndex index_;
};

}  // namespace bylaw::inline v0::ledger
