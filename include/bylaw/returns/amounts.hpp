#pragma once
#include <cstdint>
#include <vector>

#include <bylaw/policy/decision.hpp>
#include <bylaw/trade/amounts.hpp>
#include <bylaw/values/money.hpp>

namespace bylaw::inline v0::returns {

/// What so many of the units of a line come to, rounded half up once for all of them: what is paid back for more of them later is the
/// difference, so that any split into parts sums to the whole. `units` is 0 to `sold`; `sold` is above zero.
/// Source: domain notes, trap 1.
[[nodiscard]] BYLAW_EXPORT std::int64_t share(std::int64_t total_minor, std::int64_t units, std::int64_t sold) noexcept;
/// Of all parts of a line.
[[nodiscard]] BYLAW_EXPORT trade::LineAmounts share(trade::LineAmounts const& line, std::int64_t units, std::int64_t sold) noexcept;
/// What the units after the first `before` ones come to.
[[nodiscard]] BYLAW_EXPORT trade::LineAmounts share_after(trade::LineAmounts const& line, std::int64_t sold, std::int64_t before, std::int64_t units) noexcept;

/// Sum of the fees of one line of `quantity` units, never more than `gross`. Fees per return are charged with its first line only.
struct Fees {
  std::int64_t fee = 0;    ///< minor units
  std::int64_t taxed = 0;  ///< the part of it that is a taxed supply of its own
};
[[nodiscard]] BYLAW_EXPORT Fees fees_of_line(std::vector<policy::Fee> const& fees, std::int64_t gross, std::int64_t quantity, bool first_line) noexcept;

}  // namespace bylaw::inline v0::returns
