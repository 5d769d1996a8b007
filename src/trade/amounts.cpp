#include <bylaw/trade/amounts.hpp>

#include <algorithm>

#include <bylaw/values/split.hpp>

namespace bylaw::inline v0::trade {

namespace {

/// What is taken off each line; empty: nothing is off any.
Result<std::vector<std::int64_t>> discount_shares(Order const& order) {
  if (order.discounts.empty()) return std::vector<std::int64_t>{};
  std::vector<std::int64_t> worth(order.lines.size(), 0);
  std::int64_t goods = 0;
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    if (!order.lines[i].service) worth[i] = order.lines[i].net.amount_minor();
    if (add_overflows(goods, worth[i], goods)) return failure("overflow", "the lines are worth too much");
  }
  std::int64_t off = 0;
  for (auto const& discount : order.discounts) off += std::min(discount.amount.amount_minor(), goods - off);
  if (off == 0) return std::vector<std::int64_t>{};
  return split_largest_remainder(off, worth);
}

}  // namespace

Result<std::vector<LineAmounts>> amounts_of(Order const& order) {
  std::vector<LineAmounts> out(order.lines.size());
  auto const shares = discount_shares(order);
  if (!shares) return Unexpected{shares.error()};
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    auto const& line = order.lines[i];
    auto const off = shares->empty() ? 0 : (*shares)[i];
    std::int64_t gross = line.net.amount_minor() - off;
    if (!order.tax_included && add_overflows(gross, line.tax.amount_minor(), gross)) return failure("overflow", "the lines are worth too much");
    out[i] = {Money(off, order.currency), Money(line.tax.amount_minor(), order.currency), Money(gross, order.currency)};
  }
  return out;
}

Result<Money> total_of(Order const& order) {
  auto const amounts = amounts_of(order);
  if (!amounts) return Unexpected{amounts.error()};
  std::int64_t total = 0;
  for (auto const& line : *amounts) {
    if (add_overflows(total, line.gross.amount_minor(), total)) return failure("overflow", "the lines are worth too much");
  }
  return Money(total, order.currency);
}

}  // namespace bylaw::inline v0::trade
