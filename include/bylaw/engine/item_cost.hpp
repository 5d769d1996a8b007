#pragma once
#include <string>
#include <vector>

#include <bylaw/values/money.hpp>

namespace bylaw::inline v0::engine {

/// What units of an item at a place are worth in the books.
struct ItemCost {
  std::string method;         ///< standard, fifo, lifo, average or specific
  std::int64_t quantity = 0;  ///< base units that are costed; below zero: sold before they were bought
  Money value;
  Money unit_cost;  ///< value by quantity, rounded half up; with nothing there, what was last known
  /// Receipts that are left, oldest first, those next to each other of one cost together; averages and standards have none.
  struct Layer {
    std::int64_t quantity = 0;
    Money unit_cost;
  };
  std::vector<Layer> layers;
};

}  // namespace bylaw::inline v0::engine
