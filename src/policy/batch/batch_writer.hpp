#pragma once
#include <algorithm>

#include <bylaw/policy/batch.hpp>

#include "policy/host/sources.hpp"

namespace bylaw::inline v0::policy {

/// What deciding needs beside its result; kept with the result, so that one batch after the other can use it.
struct HoldBatch::Scratch {
  host::ObjectScratch objects;
  index::Bits active_orders;  ///< terms of rules that are in force, where some are not
  index::Bits active_lines;
  index::Bits left;
  struct Found {
    std::uint32_t row = 0;  ///< in the block
    BatchHit hit;
    bool open = false;  ///< the reference evaluator must confirm it
  };
  std::vector<Found> found;
};

/// Fills a HoldBatch: nobody else may. What it writes for each order is its own, so that threads whose
/// batches lie side by side do not wait for each other.
class BatchWriter {
 public:
  BatchWriter(HoldBatch& batch, std::size_t rows) : batch_(batch) {
    batch.ends_.resize(rows);
    batch.errors_.clear();
    ends_ = batch.ends_.data();
    hits_ = batch.hits_.data();
    size_ = batch.hits_.size();
  }
  [[nodiscard]] HoldBatch::Scratch& scratch() { return *batch_.scratch_; }
  [[nodiscard]] static HoldBatch::Scratch& scratch_of(HoldBatch& batch) { return *batch.scratch_; }
  /// Where the hits of the next order go: room for `count` of them.
  BatchHit* room(std::size_t count) {
    if (size_ < used_ + count) {
      batch_.hits_.resize(std::max(2 * size_, used_ + count));
      hits_ = batch_.hits_.data();
      size_ = batch_.hits_.size();
    }
    return hits_ + used_;
  }
  /// Ends an order, whose hits were written up to `end`.
  void end_row(BatchHit const* end) {
    used_ = static_cast<std::size_t>(end - hits_);
    ends_[row_++] = used_;
  }
  /// Ends an order that could not be read.
  void fail_row(Error error) {
    batch_.errors_.push_back({row_, std::move(error)});
    ends_[row_++] = used_;
  }

 private:
  HoldBatch& batch_;
  std::size_t* ends_ = nullptr;
  BatchHit* hits_ = nullptr;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
  std::size_t row_ = 0;
};

}  // namespace bylaw::inline v0::policy
