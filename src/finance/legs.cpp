#include <bylaw/finance/legs.hpp>

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
std::vector<Leg> goods_received(Money cost) { return legs({{"assets:inventory", "liabilities:goods_received", cost}}); }
std::vector<Leg> goods_shipped(Money cost) { return legs({{"expenses:cogs", "assets:inventory", cost}}); }
std::vector<Leg> stock_found(Money cost) { return legs({{"assets:inventory", "expenses:shrinkage", cost}}); }
std::vector<Leg> stock_lost(Money cost) { return legs({{"expenses:shrinkage", "assets:inventory", cost}}); }
std::vector<Leg> invoiced(Money gross) { return legs({{"assets:receivable", "income:sales", gross}}); }
std::vector<Leg> paid(Money amount) { return legs({{"assets:cash", "assets:receivable", amount}}); }

std::vector<Leg> goods_returned(Money cost, bool scrapped) {
  if (scrapped) return legs({{"expenses:write_off", "expenses:cogs", cost}});
  return legs({{"assets:inventory", "expenses:cogs", cost}});
}

std::vector<Leg> refunded(Money gross, Money fee) {
  Money const cash(gross.amount_minor() - fee.amount_minor(), gross.currency());
  return legs({{"income:returns", "assets:cash", cash}, {"income:returns", "income:return_fees", fee}});
}

}  // namespace bylaw::inline v0::finance
