#pragma once
#include <bylaw/policy/batch.hpp>

#include "policy/index/frame_index.hpp"

namespace bylaw::inline v0::policy::batch {

/// Where the facts of a batch of orders come from: objects of a host, or columns. It stands on one
/// block of orders at a time.
class Facts {
 public:
  virtual ~Facts() = default;
  /// Stands on orders `first` up to `first + count`, and fills a block with them.
  virtual index::Block& fill_orders(std::size_t first, std::uint32_t count) = 0;
  /// The same without a block, where these facts allow it: what is left of the terms of each order, for an
  /// index of one word. False when they do not.
  virtual bool match_orders(std::size_t first, std::uint32_t count, std::uint64_t active, std::uint64_t* left) {
    (void)first;
    (void)count;
    (void)active;
    (void)left;
    return false;
  }
  /// The lines of these orders, one order after the other.
  virtual index::Block::Places const& gather_lines() = 0;
  /// Fills a block with some of these lines.
  virtual index::Block& fill_lines(std::uint32_t begin, std::uint32_t count) = 0;
  /// All facts of one order, for the reference evaluator. Errors: `wrong_type`.
  [[nodiscard]] virtual Result<Frame> read(std::size_t row) const = 0;
};

/// Decides the holds of `count` orders.
void decide_holds(Policy const& policy, Facts& facts, std::size_t count, Timestamp now, Functions functions, HoldBatch& out);

}  // namespace bylaw::inline v0::policy::batch
