#pragma once
#include <string>
#include <vector>

#include <bylaw/values/money.hpp>

namespace bylaw::inline v0::engine {

/// What a customer may give back of a line of an order, and for how much, as the policy says it today.
struct Returnable {
  std::int32_t line = 0;  ///< of the order
  std::string item;
  std::int64_t quantity = 0;         ///< units that are left to return
  std::string verdict;               ///< approve, review or deny, for all of them
  std::vector<std::string> reasons;  ///< codes of the clauses that fail, or of what a person has to look at
  std::string rule;
  Money refund;  ///< that is to be expected for them, after fees
  Money fee;
};

}  // namespace bylaw::inline v0::engine
