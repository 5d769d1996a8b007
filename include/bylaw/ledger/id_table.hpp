#pragma once
#include <vector>

#include <bylaw/ledger/transfer.hpp>

namespace bylaw::inline v0::ledger {

/// What became of a group that has been seen before.
struct Known {
  std::uint64_t body = 0;  ///< hash of what was asked
  std::int64_t first = 0;  ///< accepted: sequence of its first transfer; refused: minus the number of the refusal, from 1
  std::int32_t count = 0;  ///< transfers
};

/// Ids of groups and what became of them, by open addressing; 32 bytes an entry over the load. Not thread safe.
class BYLAW_EXPORT IdTable {
 public:
  /// false: it is not there.
  [[nodiscard]] bool find(Id const& id, Known& out) const noexcept;
  /// Adds an id that is not there. `first` is below 2^43, `count` below 2^20.
  void add(Id const& id, Known const& known);
  void remove(Id const& id) noexcept;
  void clear() noexcept;
  /// Begins to bring near what `find` and `add` will read.
  void prefetch(Id const& id) const noexcept;
  /// Room for so many, so that the table does not grow meanwhile.
  void reserve(std::size_t count);
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// No id above this one was ever added, here or, by `raise_highest`, anywhere before: a higher one is new.
  [[nodiscard]] Id const& highest() const noexcept { return highest_; }
  void raise_highest(Id const& id) noexcept {
    if (highest_ < id) highest_ = id;
  }

 private:
  /// Half a cache line.
  struct alignas(32) Slot {
    Id id;
    std::uint64_t body = 0;
    std::int64_t first_and_count = 0;
  };
  [[nodiscard]] std::size_t home(Id const& id) const noexcept;

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
  Id highest_;
};

}  // namespace bylaw::inline v0::ledger
