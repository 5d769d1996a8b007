#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace bylaw::inline v0::ledger {

/// A sequence that grows without moving or doubling: a million records cost what a million records cost.
template <class T>
class Chunks {
 public:
  static constexpr std::size_t chunk_size = 4096;

  [[nodiscard]] T& operator[](std::size_t i) noexcept { return chunks_[i / chunk_size][i % chunk_size]; }
  [[nodiscard]] T const& operator[](std::size_t i) const noexcept { return chunks_[i / chunk_size][i % chunk_size]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if (size_ == chunks_.size() * chunk_size) chunks_.push_back(std::make_unique<T[]>(chunk_size));
    (*this)[size_] = std::move(value);
    ++size_;
  }
  void pop_back() noexcept {
    --size_;
    if (size_ + 2 * chunk_size <= chunks_.size() * chunk_size) chunks_.pop_back();
  }
  /// Grows or shrinks to `size` default values.
  void resize(std::size_t size) {
    while (size_ > size) pop_back();
    while (size_ < size) push_back(T{});
  }
  /// The records from `i` on that lie side by side, for copying whole blocks.
  [[nodiscard]] std::size_t run_length(std::size_t i) const noexcept { return std::min(size_, (i / chunk_size + 1) * chunk_size) - i; }

 private:
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace bylaw::inline v0::ledger
