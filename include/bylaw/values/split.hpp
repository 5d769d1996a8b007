#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <bylaw/values/integer.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::values {

/// Splits a whole number of units in proportion to weights, so that the parts sum to it exactly.
///
/// Each part is first rounded down, then the units left over go one each to the largest
/// remainders, ties to the earlier part (Hamilton's method; Hare quota). A negative total is
/// split like its opposite, so that a refund mirrors its sale. With all weights zero the
/// parts are as equal as can be.
/// Errors: `no_parts` (empty weights), `negative_weight`, `overflow`.
[[nodiscard]] inline Result<std::vector<std::int64_t>> split_largest_remainder(std::int64_t total, std::vector<std::int64_t> const& weights) {
  if (weights.empty()) return failure("no_parts", "a total cannot be split into no parts");
  std::int64_t sum = 0;
  for (auto const weight : weights) {
    if (weight < 0) return failure("negative_weight", "a part has a negative weight");
    if (add_overflows(sum, weight, sum)) return failure("overflow", "the weights are too large");
  }
  if (sum == 0) return split_largest_remainder(total, std::vector<std::int64_t>(weights.size(), 1));
  std::vector<std::int64_t> parts(weights.size(), 0);
  Int128 const magnitude = total < 0 ? -Int128{total} : Int128{total};
  std::vector<Int128> remainders(weights.size());
  Int128 left = magnitude;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    Int128 const share = magnitude * weights[i];
    parts[i] = static_cast<std::int64_t>(share / sum);
    remainders[i] = share % sum;
    left -= parts[i];
  }
  for (; left > 0; --left) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < weights.size(); ++i) {
      if (remainders[i] > remainders[best]) best = i;
    }
    ++parts[best];
    remainders[best] = -1;
  }
  if (total < 0) {
    for (auto& part : parts) part = -part;
  }
  return parts;
}

}  // namespace bylaw::inline v0::values
