#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::returns {

/// A payment of an order with what is left of it to give back.
struct Payment {
  std::string id;
  std::string tender;         ///< `card`
  std::int64_t captured = 0;  ///< minor units
  std::int64_t left = 0;      ///< captured less charged back and refunded
};

/// So much goes back to a payment; without one it becomes a new store credit, check or transfer.
struct Placed {
  std::string payment;
  std::string tender;
  std::int64_t amount = 0;
};
struct Placement {
  std::vector<Placed> placed;
  std::int64_t unplaced = 0;  ///< somebody has to say where it goes
};

/// Where a refund goes. `tenders` are taken in order; a word is
/// - `original_tender`: the payments in the order in which they came, `original_last`: the last one first, `original_ratio`: each in
///   proportion to what it paid;
/// - `store_credit` or `check`: what was paid so, and then as much as there is;
/// - any other: what was paid so.
/// `chosen`: the customer has chosen the word, and what was not paid so becomes a new one of it.
/// No payment gets back more than is left of it. Source: domain notes, traps 9, 10 and 12.
[[nodiscard]] BYLAW_EXPORT Placement place(std::int64_t amount, std::vector<std::string> const& tenders, bool chosen, std::vector<Payment> payments);

}  // namespace bylaw::inline v0::returns
