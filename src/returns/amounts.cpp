#include <algorithm>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::returns {

Money share_of_line(Money net, std::int64_t sold, std::int64_t claimed_before, std::int64_t quantity) {
  auto const share = [&](std::int64_t units) {
    return static_cast<std::int64_t>(divide_rounded(Int128{net.amount_minor()} * units, sold, Rounding::half_even));
  };
  return {share(claimed_before + quantity) - share(claimed_before), net.currency()};
}

Money fees_of_line(std::vector<policy::Fee> const& fees, Money gross, std::int64_t quantity, bool first_line) {
  Int128 sum = 0;
  for (auto const& fee : fees) {
    if (fee.per == "return" && !first_line) continue;
    sum += Int128{fee.amount.amount_minor()} * (fee.per == "unit" ? quantity : 1);
  }
  sum = std::min<Int128>(sum, std::max<std::int64_t>(gross.amount_minor(), 0));
  return {static_cast<std::int64_t>(sum), gross.currency()};
}

}  // namespace bylaw::inline v0::returns
