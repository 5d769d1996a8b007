#include <bylaw/returns/refund.hpp>

#include <algorithm>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/values/integer.hpp>
#include <bylaw/values/split.hpp>

namespace bylaw::inline v0::returns {

namespace {

std::int64_t part_of(std::int64_t whole, std::int64_t numerator, std::int64_t denominator) noexcept {
  if (denominator == 0) return 0;
  return static_cast<std::int64_t>(divide_rounded(Int128{whole} * numerator, denominator, Rounding::half_up));
}

/// Never more than the line has left, and the tax with it.
void limit(Part& part, LineState const& line) noexcept {
  auto const left = std::max<std::int64_t>(line.amounts.gross.amount_minor() - line.refunded - line.given, 0);
  if (part.gross <= left) return;
  part.tax = part_of(part.tax, left, part.gross);
  part.gross = left;
}

}  // namespace

std::vector<Part> parts_keeping_shares(std::vector<LineState> const& lines) {
  std::vector<Part> out(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto const& line = lines[i];
    if (line.back == 0) continue;
    auto const until = share(line.amounts, line.back, line.sold);
    out[i].gross = std::max<std::int64_t>(until.gross.amount_minor() - line.refunded, 0);
    out[i].tax = std::clamp<std::int64_t>(until.tax.amount_minor() - line.tax_refunded, 0, out[i].gross);
    out[i].discount = until.discount.amount_minor();
    limit(out[i], line);
  }
  return out;
}

std::vector<Part> parts_recomputed(std::vector<LineState> const& lines, std::vector<trade::Discount> const& discounts) {
  auto out = parts_keeping_shares(lines);
  if (discounts.empty()) return out;
  // All in what the customer pays, with tax: lines without their discounts, and what the discounts took off them.
  std::int64_t full_goods = 0;
  std::int64_t paid_goods = 0;
  std::int64_t stated_kept = 0;
  std::int64_t kept = 0;
  std::int64_t kept_worth = 0;
  std::int64_t before = 0;
  std::vector<std::int64_t> worth(lines.size(), 0);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto const& line = lines[i];
    if (!line.goods) continue;
    auto const gross = line.amounts.gross.amount_minor();
    auto const discount = line.amounts.discount.amount_minor();
    // A discount takes its tax along in the proportion that is left after it.
    auto const full = discount == 0 ? gross : gross == 0 ? line.stated : part_of(gross, line.stated, line.stated - discount);
    auto const back = share(full, line.back, line.sold);
    full_goods += full;
    paid_goods += gross;
    kept += full - back;
    // What was given for units that stay makes them worth less.
    kept_worth += std::max<std::int64_t>(full - back - line.given, 0);
    stated_kept += line.stated - share(line.stated, line.back, line.sold);
    before += line.refunded + line.given;
    if (line.now > 0) worth[i] = std::max<std::int64_t>(back - line.refunded - line.given, 1);
  }
  std::int64_t given = 0;
  std::int64_t still = 0;
  for (auto const& discount : discounts) {
    given += discount.amount.amount_minor();
    if (!discount.min_spend || stated_kept >= discount.min_spend->amount_minor()) still += std::min(discount.amount.amount_minor(), stated_kept - still);
  }
  auto const off = full_goods - paid_goods;
  auto const off_kept = given == 0 ? 0 : std::min(part_of(off, still, given), kept);
  auto const most = std::max<std::int64_t>(paid_goods - before, 0);
  auto const now = std::clamp<std::int64_t>(paid_goods - (kept_worth - std::min(off_kept, kept_worth)) - before, 0, most);
  std::vector<std::int64_t> split(lines.size(), 0);
  bool const any = std::any_of(worth.begin(), worth.end(), [](std::int64_t w) { return w > 0; });
  if (auto const parts = split_largest_remainder(now, worth); any && parts) split = *parts;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].goods) continue;
    auto const tax = lines[i].amounts.tax.amount_minor();
    auto const left = std::max<std::int64_t>(tax - lines[i].tax_refunded, 0);
    out[i].gross = split[i];
    out[i].tax = std::clamp<std::int64_t>(part_of(tax, split[i], lines[i].amounts.gross.amount_minor()), 0, std::min(split[i], left));
  }
  return out;
}

Result<void> cap(std::vector<Part>& parts, std::int64_t most) {
  std::vector<std::int64_t> payable;
  std::int64_t sum = 0;
  for (auto const& part : parts) {
    payable.push_back(std::max<std::int64_t>(part.payable(), 0));
    if (add_overflows(sum, payable.back(), sum)) return failure("overflow", "the refund is too large");
  }
  if (sum <= most) return {};
  auto const cut = split_largest_remainder(most, payable);
  if (!cut) return Unexpected{cut.error()};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const gross = parts[i].gross - (payable[i] - (*cut)[i]);
    parts[i].tax = part_of(parts[i].tax, gross, parts[i].gross);
    parts[i].gross = gross;
  }
  return {};
}

Part goodwill(trade::LineAmounts const& line, std::int64_t amount, bool tax_included) noexcept {
  auto const tax = line.tax.amount_minor();
  auto const gross = line.gross.amount_minor();
  Part part;
  part.tax = part_of(tax, amount, tax_included ? gross : gross - tax);
  part.gross = tax_included ? amount : amount + part.tax;
  return part;
}

}  // namespace bylaw::inline v0::returns
