#pragma once
#include <cstdint>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::values {

__extension__ using Int128 = __int128;  ///< wide enough for the product of any two int64

/// How a figure that falls between two units is brought to one.
/// `half_even` (the default of the policy language) rounds a tie to the even unit.
enum class Rounding : std::uint8_t { half_even, half_up, toward_zero, away_from_zero, floor, ceiling };

/// `a + b`, `a - b`, `a * b` that report overflow instead of wrapping.
template <class Integer>
[[nodiscard]] constexpr bool add_overflows(Integer a, Integer b, Integer& out) noexcept {
  return __builtin_add_overflow(a, b, &out);
}
template <class Integer>
[[nodiscard]] constexpr bool subtract_overflows(Integer a, Integer b, Integer& out) noexcept {
  return __builtin_sub_overflow(a, b, &out);
}
template <class Integer>
[[nodiscard]] constexpr bool multiply_overflows(Integer a, Integer b, Integer& out) noexcept {
  return __builtin_mul_overflow(a, b, &out);
}

[[nodiscard]] constexpr bool fits_int64(Int128 value) noexcept { return value >= INT64_MIN && value <= INT64_MAX; }

/// 10^exponent for 0 <= exponent <= 18.
[[nodiscard]] constexpr std::int64_t power_of_ten(int exponent) noexcept {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// numerator / denominator brought to a whole number. `denominator` is positive.
[[nodiscard]] constexpr Int128 divide_rounded(Int128 numerator, Int128 denominator, Rounding mode) noexcept {
  Int128 quotient = numerator / denominator;
  Int128 const remainder = numerator % denominator;
  if (remainder == 0) return quotient;
  bool const negative = numerator < 0;
  Int128 const magnitude = negative ? -remainder : remainder;
  Int128 const rest = denominator - magnitude;
  bool away = false;
  switch (mode) {
    case Rounding::half_even: away = magnitude > rest || (magnitude == rest && quotient % 2 != 0); break;
    case Rounding::half_up: away = magnitude >= rest; break;
    case Rounding::toward_zero: break;
    case Rounding::away_from_zero: away = true; break;
    case Rounding::floor: away = negative; break;
    case Rounding::ceiling: away = !negative; break;
  }
  if (away) quotient += negative ? -1 : 1;
  return quotient;
}

}  // namespace bylaw::inline v0::values
