#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/ledger/id_table.hpp>
#include <bylaw/ledger/transfer.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::ledger {

/// What the ledger has to ask whoever keeps the journal. Functions of the caller, which may not call back into the ledger.
struct History {
  /// A posted transfer of the past, to take it back. `reversed`: somebody did already.
  struct Original {
    AccountIndex debit;
    AccountIndex credit;
    std::int64_t amount = 0;
    bool posted = false;  ///< of a kind that moved something
    bool reversed = false;
  };
  /// false: there is no such transfer.
  bool (*transfer)(void* context, Sequence sequence, Original& out) = nullptr;
  /// An id that the table of recent ones does not hold. `refusal` is filled when the group was refused. false: never seen.
  bool (*id)(void* context, Id const& id, Known& known, Error& refusal) = nullptr;
  void* context = nullptr;
};

/// What became of a group.
struct Receipt {
  bool duplicate = false;  ///< this id was there before
  Sequence first;          ///< of its transfers
  std::int32_t count = 0;
  std::vector<Shortage> shortages;  ///< promises that facts of the group took from
  std::vector<CostEntry> costs;     ///< what the cost moves came to, and the names of layers
  std::vector<Sequence> sequences;  ///< of each transfer that was asked for, when it is not simply `first` and up; see `sequence_of`
  std::int64_t discrepancy = 0;     ///< units that facts drew from the discrepancy account; not told again to a duplicate
  Error error;                      ///< code empty: accepted

  [[nodiscard]] bool accepted() const noexcept { return error.code.empty(); }
  /// Where the i-th transfer of the group was booked; 0: there was nothing for it to move. A duplicate of a group with facts, or with
  /// amounts up to what is there, does not know.
  [[nodiscard]] Sequence sequence_of(std::size_t i) const noexcept {
    if (!sequences.empty()) return i < sequences.size() ? sequences[i] : Sequence{};
    return Sequence(first.value + static_cast<std::int64_t>(i));
  }
};

/// A snapshot of a ledger as bytes. `names` may be read late, the others are needed to go on.
struct Snapshot {
  std::string balances;
  std::string names;
  std::string pendings;
  std::string costs;  ///< cost pools and lots
};
inline constexpr std::int64_t snapshot_format = 2;

/// Stock and money in double entry, in memory, with every bound checked before anything changes.
///
/// A group is all or nothing. Everything since `mark` can be undone, so that memory never runs
/// ahead of what the store has committed. Pure: time and history are arguments.
/// Not thread safe: it belongs to the one writer.
class BYLAW_EXPORT Ledger {
 public:
  Ledger();
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  Ledger(Ledger const&) = delete;
  Ledger& operator=(Ledger const&) = delete;

  /// The account with this key, opened when it is new. Bounds are set on opening; later by a `BoundChange`. Discrepancy accounts
  /// (place `discrepancy`, of money status `discrepancy`) never have any: facts have to go somewhere. A new account holds nothing, so a floor
  /// above 0 is taken as 0, and a ceiling below 0 too.
  AccountIndex open(AccountKey const& key, Bounds const& bounds);
  /// The account with this key, if it was ever opened.
  [[nodiscard]] bool find(AccountKey const& key, AccountIndex& out) const;
  [[nodiscard]] AccountKey key(AccountIndex account) const;
  [[nodiscard]] Balance const& balance(AccountIndex account) const noexcept;
  [[nodiscard]] Bounds const& bounds(AccountIndex account) const noexcept;
  [[nodiscard]] std::size_t account_count() const noexcept;
  /// All accounts of an item or currency, in order of opening.
  [[nodiscard]] std::vector<AccountIndex> accounts_of(AccountKind kind, std::string_view unit) const;

  /// The cost pool with this key, opened when it is new. Its inventory account is from then on moved by costs only.
  /// Errors: `unknown_account`, `control_account` (it has bounds, or holds something already), `pool_differs` (other method or account).
  [[nodiscard]] Result<CostPoolIndex> open_pool(CostPoolKey const& key);
  [[nodiscard]] bool find_pool(CostPoolKey const& key, CostPoolIndex& out) const;
  /// The pool of this item and place, whatever its method and account.
  [[nodiscard]] bool find_pool(std::string_view item, std::string_view place, CostPoolIndex& out) const;
  [[nodiscard]] CostPoolKey const& pool_key(CostPoolIndex pool) const;
  [[nodiscard]] CostState cost(CostPoolIndex pool) const;
  [[nodiscard]] CostRate cost_rate(CostPoolIndex pool) const;
  /// Receipts of a pool in order, used-up ones among them; an average pool keeps none.
  [[nodiscard]] std::vector<CostLayer> cost_layers(CostPoolIndex pool) const;
  [[nodiscard]] std::size_t pool_count() const noexcept;

  /// Applies a whole group, or nothing of it; `out` is overwritten. `now` decides which promises have lapsed.
  /// Errors: `bound` (not enough there), `discrepancy_account`, `ceiling`, `serial_elsewhere`, `unit_mismatch`, `control_account`, `not_positive`, `same_account`,
  /// `unknown_account`, `unknown_pending` (never was, or is resolved), `above_pending`, `expired` (has lapsed, or would at once), `not_expired`,
  /// `unknown_transfer`, `not_reversible`, `already_reversed`, `above_original`, `closed_period`, `period_not_over`, `unknown_company`, `reference_too_long`, `name_too_long`, `group_too_large`, `bad_time`, `overflow`,
  /// `unknown_pool`, `unnamed_lot`, `layer_short`, `unknown_layer`, `negative_value`.
  [[nodiscard]] Result<void> apply(Group const& group, Timestamp now, Applied& out, History const& history = {});
  /// The same, once per id: the same id and body is answered from the first time, another body is refused (`id_conflict`).
  /// A refusal is remembered too. `body` is `body_hash(group)`.
  [[nodiscard]] Receipt submit(Group const& group, std::uint64_t body, Timestamp now, Applied& out, History const& history = {});
  /// Begins to bring near what a group will touch. Said some groups ahead, a batch goes at the speed of memory rather
  /// than of its delays.
  void prefetch(Group const& group) const noexcept;
  [[nodiscard]] IdTable& recent_ids() noexcept;
  /// The ids so far are answered by `History::id` from now on. Only with nothing to undo.
  void forget_ids() noexcept;

  [[nodiscard]] Sequence last_sequence() const noexcept;
  [[nodiscard]] CostSequence last_cost_sequence() const noexcept;
  /// Nothing is booked with an effective time up to this one. Start of time when nothing is closed.
  [[nodiscard]] Timestamp closed_through(AccountKind kind, std::string_view place) const;
  [[nodiscard]] std::vector<PeriodClose> const& closes() const noexcept;

  /// What is known of a lot; false when nothing is.
  [[nodiscard]] bool lot(std::string_view item, std::string_view lot, Lot& out) const;

  [[nodiscard]] bool pending(Sequence sequence, Pending& out) const;
  /// Open pendings of one business key, in order of sequence.
  [[nodiscard]] std::vector<Pending> pendings_of(std::string_view reference) const;
  /// Open pendings of an item or currency, in order of sequence.
  [[nodiscard]] std::vector<Pending> pendings_of(AccountKind kind, std::string_view unit) const;
  /// Pendings that have lapsed, at most `count_max`, those that lapsed first in front.
  [[nodiscard]] std::vector<Pending> lapsed(Timestamp now, std::size_t count_max) const;
  [[nodiscard]] std::size_t pending_count() const noexcept;
  void each_pending(void (*visit)(void* context, Pending const&), void* context) const;

  /// Replays history on opening. Checks that what is resolved is open and, with `strict`, every bound.
  [[nodiscard]] Result<void> replay(Entry const& entry, bool strict);
  [[nodiscard]] Result<void> replay(CostEntry const& entry);
  [[nodiscard]] Result<void> replay(CostPoolKey const& key);
  [[nodiscard]] Result<void> replay(BoundChange const& change);
  void replay(PeriodClose const& close);
  void replay(Lot const& lot);

  [[nodiscard]] Snapshot snapshot() const;
  /// Takes a snapshot back in, only into an empty ledger. Errors: `bad_snapshot`.
  [[nodiscard]] Result<void> restore(Snapshot snapshot);

  using Mark = std::size_t;
  [[nodiscard]] Mark mark() const noexcept;
  void undo_to(Mark mark) noexcept;
  /// Forgets how to undo: everything so far is durable.
  void commit() noexcept;

  struct Impl;

 private:
  Impl* impl_;
};

/// A hash of everything a group asks for, so that the same id with another body is noticed.
[[nodiscard]] BYLAW_EXPORT std::uint64_t body_hash(Group const& group) noexcept;

}  // namespace bylaw::inline v0::ledger
