#pragma once
#include <string>
#include <vector>

#include <bylaw/values/money.hpp>

namespace bylaw::inline v0::finance {

/// One money movement: `debit` and `credit` are accounts of the books, `amount` is above zero.
struct Leg {
  std::string debit;
  std::string credit;
  Money amount;
};

/// What each event of the trade means for the books. Amounts of zero leave no leg. Pure.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> goods_received(Money cost);
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> goods_shipped(Money cost);
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> invoiced(Money gross);
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> paid(Money amount);
/// Goods back in stock, at the cost they left with; scrapped ones are written off.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> goods_returned(Money cost, bool scrapped);
/// Stock that was counted and is not in the books, or is in the books and not there.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> stock_found(Money cost);
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> stock_lost(Money cost);
/// `gross` is what the customer had paid for the units, `fee` what is kept of it.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> refunded(Money gross, Money fee);

}  // namespace bylaw::inline v0::finance
