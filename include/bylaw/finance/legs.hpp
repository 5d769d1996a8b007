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
/// From one account to another; an amount below zero goes the other way.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> moved(char const* debit, char const* credit, Money amount);
/// The same taken back.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> reversed(std::vector<Leg> legs);
/// `goods` and `shipping` without tax, after discounts; `discount` is what was taken off the goods.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> invoiced(Money goods, Money discount, Money shipping, Money tax);
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> paid(std::string const& tender, Money amount);
/// Goods that came back, at the cost they left with, before anybody has looked at them.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> goods_returned(Money cost);
/// What a refund takes off: `net` and `tax` of goods, or of shipping, less what is kept of it. It is owed to the customer then.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> credited(bool shipping, Money net, Money tax, Money fee, Money fee_tax);
/// What was owed leaves: as cash, or as a new debt to whoever holds the gift card or the store credit.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> paid_back(std::string const& tender, Money amount);
/// A refund is expected (`more` above zero), or less of it is.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> accrued(Money more);
/// The customer's bank, or whoever gave the card, takes a payment back, or gives it again.
[[nodiscard]] BYLAW_EXPORT std::vector<Leg> charged_back(std::string const& tender, Money amount, bool won);

}  // namespace bylaw::inline v0::finance
