#pragma once
#include <cstdint>
#include <vector>

#include <bylaw/policy/decision.hpp>
#include <bylaw/values/money.hpp>

namespace bylaw::inline v0::returns {

/// What these units brought in, of a line sold for `net`: the rounded share of all units claimed so
/// far less what earlier claims had, so that any split into parts sums to the whole
/// (domain.md trap 1). `claimed_before` + `quantity` is at most `sold`; `sold` is above zero.
[[nodiscard]] BYLAW_EXPORT Money share_of_line(Money net, std::int64_t sold, std::int64_t claimed_before, std::int64_t quantity);

/// Sum of the fees of one line of `quantity` units, never more than `gross`. Fees per return are
/// charged with its first line only.
[[nodiscard]] BYLAW_EXPORT Money fees_of_line(std::vector<policy::Fee> const& fees, Money gross, std::int64_t quantity, bool first_line);

}  // namespace bylaw::inline v0::returns
