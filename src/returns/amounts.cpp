#include <algorithm>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::returns {

std::int64_t share(std::int64_t total_minor, std::int64_t units, std::int64_t sold) noexcept {
  if (units >= sold) return total_minor;
  return static_cast<std::int64_t>(divide_rounded(Int128{total_minor} * units, sold, Rounding::half_up));
}

trade::LineAmounts share(trade::LineAmounts const& line, std::int64_t units, std::int64_t sold) noexcept {
  auto const of = [&](Money const& whole) { return Money(share(whole.amount_minor(), units, sold), whole.currency()); };
  return {of(line.discount), of(line.tax), of(line.gross)};
}

trade::LineAmounts share_after(trade::LineAmounts const& line, std::int64_t sold, std::int64_t before, std::int64_t units) noexcept {
  auto const until = share(line, before + units, sold);
  auto const from = share(line, before, sold);
  auto const less = [](Money const& a, Money const& b) { return Money(a.amount_minor() - b.amount_minor(), a.currency()); };
  return {less(until.discount, from.discount), less(until.tax, from.tax), less(until.gross, from.gross)};
}

Fees fees_of_line(std::vector<policy::Fee> const& fees, std::int64_t gross, std::int64_t quantity, bool first_line) noexcept {
  Int128 sum = 0;
  Int128 taxed = 0;
  for (auto const& fee : fees) {
    if (fee.per == "return" && !first_line) continue;
    auto const amount = Int128{fee.amount.amount_minor()} * (fee.per == "unit" ? quantity : 1);
    sum += amount;
    if (fee.taxed) taxed += amount;
  }
  auto const most = Int128{std::max<std::int64_t>(gross, 0)};
  return {static_cast<std::int64_t>(std::min(sum, most)), static_cast<std::int64_t>(std::min(taxed, most))};
}

}  // namespace bylaw::inline v0::returns
