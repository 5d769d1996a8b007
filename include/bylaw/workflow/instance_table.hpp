#pragma once
#include <cstdint>
#include <vector>

#include <bylaw/values/export.hpp>
#include <bylaw/workflow/machine.hpp>

namespace bylaw::inline v0::workflow {

/// Where one open instance is: 24 bytes.
struct InstanceState {
  std::int64_t number = 0;  ///< above 0; 0: an empty place of the table
  std::int64_t last = 0;    ///< its last transition in the journal
  Configuration at;
  std::uint32_t machine = 0;  ///< index into the machines of whoever keeps the table
};

/// The open instances of a process by number, in one piece of memory: at most 46 bytes each however they come, nothing for
/// one that is finished. Open addressing with linear probing and backward shifts, so that nothing is left where one was.
/// Not thread safe.
class BYLAW_EXPORT InstanceTable {
 public:
  /// nullptr when it is not open. Valid until the next `put` or `erase`.
  [[nodiscard]] InstanceState const* find(std::int64_t number) const noexcept;
  /// Adds an instance, or says where it is now. May throw std::bad_alloc, and then nothing has changed.
  void put(InstanceState const& state);
  void erase(std::int64_t number) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Room for so many, in one go.
  void reserve(std::size_t count);
  [[nodiscard]] std::size_t memory_bytes() const noexcept { return places_.capacity() * sizeof(InstanceState); }

 private:
  [[nodiscard]] std::size_t place_of(std::int64_t number) const noexcept;
  void grow(std::size_t places);

  std::vector<InstanceState> places_;
  std::size_t size_ = 0;
};

}  // namespace bylaw::inline v0::workflow
