#pragma once
#include <string>
#include <vector>

#include <bylaw/ledger/ledger.hpp>

namespace bylaw::inline v0::store {

/// Which time a question about the past is about.
enum class TimeKind : std::uint8_t {
  recorded,  ///< what the books said at that moment; never changes afterwards
  effective  ///< what was so in business at that moment, with everything that was booked since
};

struct PastBalance {
  ledger::AccountIndex account;
  ledger::AccountKey key;
  std::int64_t posted = 0;
};

/// What one account of stock came to.
struct StockChange {
  ledger::AccountIndex account;
  ledger::AccountKey key;
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::int64_t available = 0;
};
/// The accounts of stock that changed, as they are now, and the sequence to ask from the next time.
struct StockChanges {
  ledger::Sequence through;
  std::vector<StockChange> changes;
};

/// Questions about what was, and what has changed. Reads beside a running host, on a connection of its own, and sees what is
/// committed. Errors of all: `store_*`, those of Reader::open. Not thread safe.
class BYLAW_EXPORT History {
 public:
  [[nodiscard]] static Result<History> open(std::string const& path);
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

  /// Balances that were not zero at the end of that millisecond; of one item or currency, or of all when `unit` is empty. Reads
  /// the journal: as long as a scan of it.
  [[nodiscard]] Result<std::vector<PastBalance>> balances(Timestamp at, TimeKind kind, ledger::AccountKind account_kind, std::string const& unit = {});

  /// The feed for whoever publishes availability: every account of stock that a transfer after `after` touched, each once, with
  /// what it is now. Looks at no more than `transfers_max` transfers, so that catching up goes in steps; nothing new when
  /// `through` is `after`. Deltas are the difference to what was published before. Errors: `unknown_sequence` (a cursor from before
  /// a backup was restored).
  [[nodiscard]] Result<StockChanges> stock_changes(ledger::Sequence after, std::int64_t transfers_max = 100'000);

 private:
  struct Impl;
  explicit History(Impl* impl) noexcept : impl_(impl) {}
  Impl* impl_ = nullptr;
};

/// Copies a store to a new file while its host goes on; the copy is one moment of it, complete and verified to be a sound
/// file. Errors: `backup_exists` (never overwrites), `store_*`.
[[nodiscard]] BYLAW_EXPORT Result<void> backup(std::string const& path, std::string const& target);

}  // namespace bylaw::inline v0::store
