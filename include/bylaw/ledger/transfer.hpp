#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/ledger/account.hpp>
#include <bylaw/ledger/cost.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::ledger {

using Sequence = Strong<struct SequenceTag, std::int64_t>;  ///< gap-free order of all transfers, from 1

/// The id of a group, chosen by whoever submits it: 16 bytes, most significant first. Ids that rise, such as
/// (source, sequence) or UUIDv7, are the fast case. All zero: none, and nothing is checked.
struct Id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  [[nodiscard]] constexpr bool none() const noexcept { return high == 0 && low == 0; }
  friend constexpr auto operator<=>(Id const&, Id const&) = default;
};

enum class TransferKind : std::uint8_t {
  post,          ///< moves `amount` now
  pending,       ///< promises `amount`; the bound is checked here, once
  post_pending,  ///< keeps the promise `target`, up to its amount; what is left of it is released
  void_pending,  ///< drops the promise `target`
  expire,        ///< drops the promise `target`, whose time has run out
  reverse        ///< takes back the posted transfer `target` of an earlier group, once, up to its amount
};

/// How much a transfer may be refused, or bent. Values are stored: do not renumber.
enum class Force : std::uint8_t {
  none,
  up_to_debit,   ///< moves what the debited account has free, at most `amount`; nothing there is no failure
  up_to_credit,  ///< moves what the credited account has room for, at most `amount`
  fact           ///< has happened: takes from promises and draws on the discrepancy account rather than be refused
};

/// One movement from an account (debit) to another (credit). Immutable once applied.
struct Transfer {
  TransferKind kind = TransferKind::post;
  Force force = Force::none;
  bool prior_period = false;  ///< set by the ledger: a fact of a closed period, booked in the next one
  std::int32_t code = 0;      ///< why, from the caller's list
  AccountIndex debit = no_account;
  AccountIndex credit = no_account;
  std::int64_t amount = 0;  ///< > 0; post_pending: how much of it is posted; void and expire: ignored
  Sequence target;          ///< the pending that is resolved, the transfer that is reversed; set by the ledger: the promise that this one is the rest of
  Timestamp effective;      ///< business time; 0: when it is recorded, so that a group can be sent again without knowing when it was
  Timestamp due;            ///< pending: when the goods move (supply comes in, a commitment is kept); 0: now
  Timestamp expires;        ///< pending: when it lapses; 0: never
  std::string reference;    ///< business key: the order, the return; at most reference_bytes_max
};
inline constexpr std::size_t reference_bytes_max = 240;
inline constexpr std::size_t group_transfers_max = 1'000'000;

/// An applied transfer with its place in history. `amount`, accounts and `effective` are what was really done.
struct Entry {
  Sequence sequence;
  Transfer transfer;
};

/// Allowances change by an entry of their own.
struct BoundChange {
  AccountIndex account;
  Bounds bounds;
};

/// From now on nothing is booked with an effective time up to `through`. Quantities close for all locations
/// together, money by company.
struct PeriodClose {
  AccountKind kind = AccountKind::money;
  std::string place;  ///< the company; empty for quantities
  Timestamp through;
};

/// A lot of an item, with its dates; said again, the dates change.
struct Lot {
  std::string item;
  std::string lot;
  Timestamp received;
  Timestamp removal;  ///< take it before this; 0: undated
  Timestamp expires;  ///< 0: never

  friend bool operator==(Lot const&, Lot const&) = default;
};

/// A business event: everything in it happens, or nothing; bounds first, then transfers, costs, closes and lots, each in order.
struct Group {
  Id id;
  std::vector<Transfer> transfers;
  std::vector<CostMove> costs;
  std::vector<BoundChange> bounds;
  std::vector<PeriodClose> closes;
  std::vector<Lot> lots;
  std::vector<Sequence> yields;  ///< for facts: promises to drop first, in the order of the policy; then the youngest
};

/// A promise that lost units because a fact left too little, or no place, for it.
struct Shortage {
  Sequence pending;         ///< the promise that was
  std::int64_t amount = 0;  ///< units that it lost
  Sequence rest;            ///< the promise of what is left of it; 0: nothing is
  std::string reference;
};

/// What a group did.
struct Applied {
  std::vector<Entry> entries;
  std::vector<CostEntry> costs;
  std::vector<Shortage> shortages;
  std::vector<Sequence> sequences;  ///< of each transfer that was asked for; 0: there was nothing for it to move
  std::int64_t discrepancy = 0;     ///< units that facts drew from the discrepancy account

  /// Empties it and keeps the memory, for callers that apply many groups.
  void clear() noexcept {
    entries.clear();
    costs.clear();
    shortages.clear();
    sequences.clear();
    discrepancy = 0;
  }
};

/// A promise that has not been kept or dropped yet.
struct Pending {
  Sequence sequence;
  AccountIndex debit;
  AccountIndex credit;
  std::int64_t amount = 0;
  Timestamp due;
  Timestamp expires;
  std::string reference;
};

}  // namespace bylaw::inline v0::ledger
