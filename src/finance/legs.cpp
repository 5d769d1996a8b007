#include <bylaw/finance/legs.hpp>

#include <utility>

namespace bylaw::inline v0::finance {

namespace {

std::vector<Leg> legs(std::initializer_list<Leg> wanted) {
  std::vector<Leg> out;
  for (auto const& leg : wanted) {
    if (leg.amount.amount_minor() > 0) out.push_back(leg);
  }
  return out;
}

}  // namespace

// Source: the table of events and their legs in docs/ledger.md.
std::vector<Leg> moved(char const* debit, char const* credit, Money amount) {
  if (amount.amount_minor() < 0) return legs({{credit, debit, Money(-amount.amount_minor(), amount.currency())}});
  return legs({{debit, credit, amount}});
}
std::vector<Leg> reversed(std::vector<Leg> legs) {
  for (auto& leg : legs) std::swap(leg.debit, leg.credit);
  return legs;
}

std::vector<Leg> invoiced(Money goods, Money discount, Money shipping, Money tax) {
  return legs({{"assets:receivable", "income:sales", goods},
               {"income:discounts", "income:sales", discount},
               {"assets:receivable", "income:shipping", shipping},
               {"assets:receivable", "liabilities:tax", tax}});
}

namespace {
/// What a tender is in the books: money at hand, or a debt to whoever holds it.
std::string account_of(std::string const& tender) {
  if (tender == "gift_card") return "liabilities:gift_cards";
  if (tender == "store_credit") return "liabilities:store_credit";
  if (tender == "exchange") return "liabilities:exchanges";
  return "assets:cash";
}
}  // namespace

std::vector<Leg> paid(std::string const& tender, Money amount) { return legs({{account_of(tender), "assets:receivable", amount}}); }
std::vector<Leg> paid_back(std::string const& tender, Money amount) { return legs({{"liabilities:refunds", account_of(tender), amount}}); }

std::vector<Leg> goods_returned(Money cost) { return legs({{"assets:returns", "expenses:cogs", cost}}); }

std::vector<Leg> credited(bool shipping, Money net, Money tax, Money fee, Money fee_tax) {
  return legs({{shipping ? "income:shipping" : "income:returns", "liabilities:refunds", net},
               {"liabilities:tax", "liabilities:refunds", tax},
               {"liabilities:refunds", "income:return_fees", fee},
               {"liabilities:refunds", "liabilities:tax", fee_tax}});
}

std::vector<Leg> accrued(Money more) { return moved("income:returns", "liabilities:refunds", more); }

std::vector<Leg> charged_back(std::string const& tender, Money amount, bool won) {
  if (won) return legs({{account_of(tender), "expenses:chargebacks", amount}});
  return legs({{"expenses:chargebacks", account_of(tender), amount}});
}

}  // namespace bylaw::inline v0::finance
