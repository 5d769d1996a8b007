#pragma once
#include <string>
#include <vector>

#include <bylaw/engine/clock.hpp>
#include <bylaw/ledger/ledger.hpp>

namespace bylaw::inline v0::engine {

struct BooksOptions {
  std::string store_path;  ///< a file, or `memory:NAME` for a store that lives as long as it is open
  bool create = true;      ///< make the store when there is none
  Clock clock;
  /// A snapshot after so many transfers, so that opening never plays more of them again. Also on closing.
  std::int64_t snapshot_transfers = 1'000'000;
  std::int64_t recent_ids_max = 32'768;  ///< ids kept in memory (32 bytes each) before they go to the index on disk
};

struct AccountSpec {
  ledger::AccountKey key;
  ledger::Bounds bounds;
};

/// The ledger alone, durable: groups in, one commit for all that wait, receipts out. For hosts that bring their own
/// decisions and want stock and money that cannot lie.
///
/// Any number of threads may call everything but `close` and the destructor. A receipt is given when its group is on disk.
/// A refused group changes nothing, but its id is remembered with the refusal. When a commit fails, every caller of it
/// gets the error and nothing has happened; when nobody can know whether it reached the disk, the books are `failed` until they
/// are opened again. One writer per store; does not survive fork().
class BYLAW_EXPORT Books {
 public:
  /// Errors: those of Store::open, `store_corrupt`.
  [[nodiscard]] static Result<Books> open(BooksOptions options) noexcept;
  Books(Books&&) noexcept;
  Books& operator=(Books&&) noexcept;
  /// Closes without a word; `close` says whether the last snapshot was written.
  ~Books();

  /// The accounts with these keys, opened when they are new; numbers to put into transfers. Durable when it returns. Bounds of an account that
  /// is there already stay as they are. Errors, beside those of `submit`: `unnamed_account`, `name_too_long`, `unknown_kind`; the accounts before stay.
  [[nodiscard]] Result<std::vector<ledger::AccountIndex>> open_accounts(std::vector<AccountSpec> const& accounts) noexcept;
  /// Errors, beside those of `submit`: those of Ledger::open_pool; the pools before stay.
  [[nodiscard]] Result<std::vector<ledger::CostPoolIndex>> open_pools(std::vector<ledger::CostPoolKey> const& pools) noexcept;

  /// One receipt per group, in order, all in one commit; each group for itself is all or nothing.
  /// Errors: `engine_failed`, `store_*`, `out_of_memory`. What a group was refused for is in its receipt.
  [[nodiscard]] Result<std::vector<ledger::Receipt>> submit(std::vector<ledger::Group> const& groups) noexcept;
  [[nodiscard]] Result<ledger::Receipt> submit(ledger::Group const& group) noexcept;
  /// Drops promises whose time has run out by the clock, at most `count_max`, and says which. Until it is called they go on holding their
  /// units, though they can no longer be kept: call it on a timer.
  [[nodiscard]] Result<std::vector<ledger::Pending>> expire(std::int64_t count_max) noexcept;

  /// Runs `visit` on the ledger as it is committed. Waits for a commit that is on its way; commits wait for `visit`, so it should
  /// be short. Errors: `engine_failed`, `reentered` (the visitor calls the books), `visitor_threw`. The ledger is the visitor's only until it returns.
  [[nodiscard]] Result<void> read(void (*visit)(void* context, ledger::Ledger const& ledger), void* context) const noexcept;
  /// The same with a function object: `books.read([&](ledger::Ledger const& ledger) { ... })`. Errors, beside: `visitor_threw`.
  template <class Visit>
  [[nodiscard]] Result<void> read(Visit const& visit) const noexcept {
    return read([](void* context, ledger::Ledger const& ledger) { (*static_cast<Visit const*>(context))(ledger); }, const_cast<Visit*>(&visit));
  }
  /// One account as it is committed. Errors: `unknown_account`.
  [[nodiscard]] Result<ledger::Balance> balance(ledger::AccountIndex account) const noexcept;

  /// Writes a snapshot, so that the next opening is fast. Nothing is taken any more afterwards.
  [[nodiscard]] Result<void> close() noexcept;
  [[nodiscard]] bool failed() const noexcept;

 private:
  struct Impl;
  explicit Books(Impl* impl) noexcept : impl_(impl) {}
  Impl* impl_ = nullptr;
};

}  // namespace bylaw::inline v0::engine
