#pragma once
#include <vector>

#include <bylaw/trade/records.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::trade {

/// What a line comes to, for all its units.
struct LineAmounts {
  Money discount;  ///< its share of the discounts of the order, as stated: with or without tax as the lines are
  Money tax;
  Money gross;  ///< what the customer pays for it, with tax, after discounts

  /// Without tax.
  [[nodiscard]] Money net() const noexcept { return {gross.amount_minor() - tax.amount_minor(), gross.currency()}; }
};

/// Lines with their shares of the discounts: in proportion to what they are worth, the cents left over to the largest remainders.
/// Services have none. A discount is never more than the goods. Errors: `overflow`. Source: domain notes, traps 1 to 4.
[[nodiscard]] BYLAW_EXPORT Result<std::vector<LineAmounts>> amounts_of(Order const& order);

/// Sum of what the lines come to. Errors: `overflow`.
[[nodiscard]] BYLAW_EXPORT Result<Money> total_of(Order const& order);

}  // namespace bylaw::inline v0::trade
