#pragma once
#include <bylaw/policy/batch.hpp>

#include "policy/index/block.hpp"

namespace bylaw::inline v0::policy {

/// What deciding needs beside its result; kept with the result, so that one batch after the other can use it.
struct HoldBatch::Scratch {
  index::Block block;
  index::Bits active_orders;  ///< terms of rules that are in force
  index::Bits active_lines;
  index::Bits left;
  std::vector<void const*> objects;                ///< the order of each item
  std::vector<std::vector<void const*>> elements;  ///< per group: the elements of all items
  std::vector<void const*> lines;                  ///< for `scope line`: all lines of the orders of a block
  std::vector<std::uint32_t> line_orders;          ///< the order of each in its block
  std::vector<std::int32_t> line_numbers;          ///< and which of its lines it is
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
    batch.hits_.clear();
    batch.errors_.clear();
  }
  [[nodiscard]] HoldBatch::Scratch& scratch() { return *batch_.scratch_; }
  void add(BatchHit hit) { batch_.hits_.push_back(hit); }
  /// Ends the order whose hits were added.
  void end_row() { batch_.ends_.push_back(batch_.hits_.size()); }
  /// Takes back the hits of the row that was not ended, because it could not be read.
  void fail_row(Error error) {
    batch_.hits_.resize(batch_.ends_.empty() ? 0 : batch_.ends_.back());
    batch_.errors_.push_back({batch_.ends_.size(), std::move(error)});
  }

 private:
  HoldBatch& batch_;
};

}  // namespace bylaw::inline v0::policy
