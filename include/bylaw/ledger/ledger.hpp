#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/result.hpp>
#include <bylaw/values/strong.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::ledger {

using AccountIndex = Strong<struct AccountIndexTag, std::uint32_t>;  ///< dense, in order of first use
using Sequence = Strong<struct SequenceTag, std::int64_t>;           ///< gap-free order of all transfers, from 1

/// What an account holds. Quantities are whole base units of one item, money is minor
/// units of one currency; a transfer never joins two kinds of unit.
enum class AccountKind : std::uint8_t { quantity, money };

/// The name of an account, as people and SQL read it.
///
/// Quantity: `unit` is the item, `place` the location (or a virtual place such as
/// `supplier`), `status` available, inspection, quarantine ... Money: `unit` is the
/// currency, `place` the company, `status` the account (`assets:receivable`).
/// `detail` is the lot or serial, `owner` and `pool` who owns it and for whom it is kept.
struct AccountKey {
  AccountKind kind = AccountKind::quantity;
  std::string unit;
  std::string place;
  std::string status;
  std::string detail;
  std::string owner;
  std::string pool;

  friend bool operator==(AccountKey const&, AccountKey const&) = default;
};

/// No lower bound: supplier, customer, adjustment, every money account.
inline constexpr std::int64_t no_floor = INT64_MIN;

/// posted = credits - debits. `pending_out` is the sum of open pendings that take from the
/// account; `pending_in` of those that give. INVARIANT: posted - pending_out >= floor.
struct Balance {
  std::int64_t posted = 0;
  std::int64_t pending_out = 0;
  std::int64_t pending_in = 0;
  std::int64_t floor = no_floor;

  [[nodiscard]] std::int64_t available() const noexcept { return posted - pending_out; }
};

enum class TransferKind : std::uint8_t { post, pending, post_pending, void_pending };

/// One movement from an account (debit) to another (credit). Immutable once applied.
struct Transfer {
  TransferKind kind = TransferKind::post;
  AccountIndex debit;
  AccountIndex credit;
  std::int64_t amount = 0;  ///< > 0; post_pending: how much of it is posted, the rest is released
  Sequence pending;         ///< post_pending and void_pending: which pending
  std::int64_t code = 0;    ///< why, from the caller's list
  std::string reference;    ///< business key: the order, the return
  Timestamp effective;      ///< business time
};

/// An applied transfer with its place in history.
struct Entry {
  Sequence sequence;
  Transfer transfer;
};

/// A promise that has not been kept or dropped yet.
struct Pending {
  Sequence sequence;
  AccountIndex debit;
  AccountIndex credit;
  std::int64_t amount = 0;
  std::string reference;
};

/// Accounts and balances, in memory, with every bound checked before anything changes.
///
/// A group is all or nothing. Everything since `mark` can be undone, so that
/// memory never runs ahead of what the store has committed. Not thread safe: it
/// belongs to the one writer.
class BYLAW_EXPORT Ledger {
 public:
  Ledger();
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  Ledger(Ledger const&) = delete;
  Ledger& operator=(Ledger const&) = delete;

  /// The account with this key, opened when it is new. A floor is set on opening only.
  AccountIndex open(AccountKey const& key, std::int64_t floor);
  /// The account with this key, if it was ever opened.
  [[nodiscard]] bool find(AccountKey const& key, AccountIndex& out) const;
  [[nodiscard]] AccountKey const& key(AccountIndex account) const;
  [[nodiscard]] Balance const& balance(AccountIndex account) const;
  [[nodiscard]] std::size_t account_count() const noexcept;
  [[nodiscard]] Sequence last_sequence() const noexcept;

  /// Applies all transfers in order, or none.
  /// Errors: `bound` (not enough there), `unit_mismatch`, `not_positive`, `same_account`,
  /// `unknown_pending` (never was, or is resolved), `above_pending`, `overflow`.
  [[nodiscard]] Result<std::vector<Entry>> apply(std::vector<Transfer> const& group);
  /// Replays history on opening: the same checks, with the sequence that was recorded.
  [[nodiscard]] Result<void> replay(Entry const& entry);

  [[nodiscard]] Pending const* pending(Sequence sequence) const;
  /// Open pendings of one business key, in order of sequence.
  [[nodiscard]] std::vector<Pending> pendings_of(std::string_view reference) const;
  [[nodiscard]] std::size_t pending_count() const noexcept;
  void each_pending(void (*visit)(void* context, Pending const&), void* context) const;

  /// Takes a snapshot's account and pending back in; only into an empty ledger, before any replay.
  void restore(AccountKey const& key, Balance const& balance);
  void restore(Pending const& pending);
  void restore(Sequence last) noexcept;

  using Mark = std::size_t;
  [[nodiscard]] Mark mark() const noexcept;
  void undo_to(Mark mark) noexcept;
  /// Forgets how to undo: everything so far is durable.
  void commit() noexcept;

 private:
  struct Impl;
  Impl* impl_;
};

}  // namespace bylaw::inline v0::ledger
