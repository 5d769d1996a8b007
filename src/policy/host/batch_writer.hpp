#pragma once
#include <algorithm>

#include <bylaw/policy/batch.hpp>

#include "policy/host/sources.hpp"

namespace bylaw::inline v0::policy {

/// What deciding needs beside its result; kept with the result, so that one batch after the other can use it.
struct HoldBatch::Scratch {
  host::BlockFiller filler;
  index::Bits active_orders;  ///< terms of rules that are in force, where some are not
  index::Bits active_lines;
  index::Bits left;
  void const* orders[index::Block::items_max];       ///< of a block
  host::Gathered lines;                              ///< for `scope line`: the lines of these orders
  void const* line_orders[index::Block::items_max];  ///< the order of each line of a block of lines
  struct Found {
    std::uint32_t row = 0;  ///< in the block
    BatchHit hit;
    bool open = false;  ///< the reference evaluator must confirm it
  };
  std::vector<Found> found;
};

/// Fills a HoldBatch: nobody else may.
class BatchWriter {
 public:
  explicit BatchWriter(HoldBatch& batch) : batch_(batch) {
    batch.ends_.clear();
    batch.errors_.clear();
  }
  [[nodiscard]] HoldBatch::Scratch& scratch() { return *batch_.scratch_; }
  /// Where the hits of the next order go: room for `count` of them.
  BatchHit* room(std::size_t count) {
    auto& hits = batch_.hits_;
    if (hits.size() < used_ + count) hits.resize(std::max(2 * hits.size(), used_ + count));
    return hits.data() + used_;
  }
  /// Ends an order, whose hits were written up to `end`.
  void end_row(BatchHit const* end) {
    used_ = static_cast<std::size_t>(end - batch_.hits_.data());
    batch_.ends_.push_back(used_);
  }
  /// Ends an order that could not be read.
  void fail_row(Error error) {
    batch_.errors_.push_back({batch_.ends_.size(), std::move(error)});
    batch_.ends_.push_back(used_);
  }

 private:
  HoldBatch& batch_;
  std::size_t used_ = 0;
};

}  // namespace bylaw::inline v0::policy
