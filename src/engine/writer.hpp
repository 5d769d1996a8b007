#pragma once
#include <atomic>

#include <bylaw/ledger/ledger.hpp>
#include <bylaw/store/store.hpp>

namespace bylaw::inline v0::engine {

/// Short enough that no memory is needed to say it.
[[nodiscard]] inline Error out_of_memory() noexcept { return {"out_of_memory", "out of memory", {}, {}}; }

/// A store and the ledger that mirrors it, and what becomes of both when a commit fails. One thread at a time.
struct Writer {
  explicit Writer(store::Store s) : store(std::move(s)) {}

  /// Reads the ledger from the store.
  [[nodiscard]] Result<void> load();
  /// Runs `attempt`, which ends in a commit. Afterwards memory is what is committed, or `failed` says that nobody knows. Code empty: done.
  [[nodiscard]] Error commit(Result<void> (*attempt)(void* context), void* context, std::int64_t snapshot_transfers) noexcept;
  /// Takes nothing more, and writes the last snapshot when there is something new.
  [[nodiscard]] Result<void> close();

  store::Store store;
  ledger::Ledger ledger;
  std::atomic<bool> failed = false;
  std::atomic<bool> closed = false;

 private:
  void save_snapshot(std::int64_t snapshot_transfers) noexcept;
  ledger::Sequence snapshot_at_;
};

}  // namespace bylaw::inline v0::engine
