#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/trade/amounts.hpp>
#include <bylaw/trade/records.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::returns {

/// A line of an order as a refund sees it.
struct LineState {
  trade::LineAmounts amounts;
  std::int64_t stated = 0;    ///< minor units; what the line says, before discounts
  std::int64_t sold = 0;      ///< units
  std::int64_t back = 0;      ///< units that are no longer sold, with those of this refund
  std::int64_t now = 0;       ///< of them, in this refund
  std::int64_t refunded = 0;  ///< minor units paid for units before, with tax
  std::int64_t tax_refunded = 0;
  std::int64_t given = 0;  ///< minor units given beside units before: goodwill
  bool goods = true;       ///< neither service nor shipping
};

/// What one line brings back now, in minor units.
struct Part {
  std::int64_t gross = 0;
  std::int64_t tax = 0;
  std::int64_t discount = 0;  ///< that goes with it
  std::int64_t fee = 0;
  std::int64_t fee_tax = 0;

  [[nodiscard]] std::int64_t payable() const noexcept { return gross - fee - fee_tax; }
};

/// What the units that came back so far are worth, less what was paid for them before; never more than the line has left.
/// With `keep shares` a unit takes its share of the discounts along.
[[nodiscard]] BYLAW_EXPORT std::vector<Part> parts_keeping_shares(std::vector<LineState> const& lines);

/// With `recompute promotion` the order is reckoned again with what stays: a discount whose least spend is no longer reached is lost, and
/// what it was worth is taken off what is paid back. Never below zero: what is short then is taken off the next refund.
/// Source: domain notes, trap 4.
[[nodiscard]] BYLAW_EXPORT std::vector<Part> parts_recomputed(std::vector<LineState> const& lines, std::vector<trade::Discount> const& discounts);

/// Cuts the parts down so that together they pay no more than `most`, in proportion, to the cent.
/// Source: domain notes, trap 2.
[[nodiscard]] BYLAW_EXPORT Result<void> cap(std::vector<Part>& parts, std::int64_t most);

/// An amount of a line without tax on top, or with the tax inside: what comes back with it, and how much of that is tax.
[[nodiscard]] BYLAW_EXPORT Part goodwill(trade::LineAmounts const& line, std::int64_t amount, bool tax_included) noexcept;

}  // namespace bylaw::inline v0::returns
