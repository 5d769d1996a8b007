#pragma once
#include <atomic>
#include <mutex>
#include <string>

#include <bylaw/ledger/ledger.hpp>
#include <bylaw/store/store.hpp>

#include "engine/commit_queue.hpp"

namespace bylaw::inline v0::engine {

/// Short enough that no memory is needed to say it.
[[nodiscard]] inline Error out_of_memory() noexcept { return {"out_of_memory", "out of memory", {}, {}}; }

/// A store and the ledger that mirrors it, written by one thread at a time for all that wait, and what becomes of both when a
/// commit fails. What is written is the derived class's.
class Writer {
 public:
  /// `what` it calls itself in errors: `engine`, `books`.
  Writer(store::Store s, std::string path, std::string noun) : store(std::move(s)), path_(std::move(path)), noun_(std::move(noun)) {}
  virtual ~Writer() = default;

  /// Reads the ledger from the store.
  [[nodiscard]] Result<void> load();
  /// Takes nothing more, and writes the last snapshot when there is something new. Under `state`.
  [[nodiscard]] Result<void> close();
  [[nodiscard]] Error not_usable() const;

  store::Store store;
  ledger::Ledger ledger;
  std::atomic<bool> failed = false;
  std::atomic<bool> closed = false;
  mutable std::mutex state;  ///< held while a group is written, and by whoever looks meanwhile
  std::int64_t snapshot_transfers = INT64_MAX;

  /// What one caller wants written. `error`: nothing of the commit has happened.
  struct Ticket : CommitQueue::Ticket {
    Error error;
  };
  using Group = std::vector<CommitQueue::Ticket*>;

  /// Waits until the ticket is written, by this thread or by another.
  [[nodiscard]] Result<void> submit(Ticket& ticket);
 protected:
  /// Writes for everybody, from `begin` to `commit`. May throw std::bad_alloc: then nothing can be used any more.
  [[nodiscard]] virtual Result<void> write_all(Group const& group) = 0;
  /// The commit has failed and store and ledger are as before; what else is in memory goes back too.
  virtual void take_back() noexcept {}

 private:
  void write(Group const& group) noexcept;
  [[nodiscard]] Error try_to_write(Group const& group) noexcept;
  void save_snapshot() noexcept;

  std::string path_;
  std::string noun_;
  CommitQueue queue_;
  ledger::Sequence snapshot_at_;
};

}  // namespace bylaw::inline v0::engine
