#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <bylaw/values/integer.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::values {

/// An exact decimal number: coefficient / 10^scale.
///
/// At most 18 digits, 9 of them after the point. Kept in lowest terms, so that
/// 1.50 and 1.5 are one value. Never a double.
class Decimal {
 public:
  static constexpr int digits_max = 18;
  static constexpr int scale_max = 9;

  constexpr Decimal() noexcept = default;
  constexpr explicit Decimal(std::int64_t whole) noexcept : coefficient_(whole) {}

  /// coefficient / 10^scale with 0 <= scale <= 9.
  [[nodiscard]] static constexpr Decimal scaled(std::int64_t coefficient, int scale) noexcept {
    Decimal number;
    while (scale > 0 && coefficient % 10 == 0) {
      coefficient /= 10;
      --scale;
    }
    number.coefficient_ = coefficient;
    number.scale_ = scale;
    return number;
  }

  /// Reads `-12.340`. Errors: `not_a_number`, `number_too_long`.
  [[nodiscard]] static Result<Decimal> parse(std::string_view text) {
    std::size_t at = 0;
    bool const negative = !text.empty() && text[0] == '-';
    if (negative) at = 1;
    std::int64_t coefficient = 0;
    int scale = 0;
    int digits = 0;
    bool point = false;
    bool any_digit = false;
    for (; at < text.size(); ++at) {
      char const c = text[at];
      if (c == '.' && !point && any_digit) {
        point = true;
        continue;
      }
      if (c < '0' || c > '9') return not_a_number(text);
      any_digit = true;
      if (digits == 0 && c == '0' && !point) continue;
      if (++digits > digits_max || (point && ++scale > scale_max)) {
        return failure("number_too_long", "`" + std::string(text.substr(0, 40)) + "` has too many digits", {},
                       "use at most 18 digits, 9 of them after the point");
      }
      coefficient = coefficient * 10 + (c - '0');
    }
    if (!any_digit || text.back() == '.') return not_a_number(text);
    return scaled(negative ? -coefficient : coefficient, scale);
  }

  [[nodiscard]] constexpr std::int64_t coefficient() const noexcept { return coefficient_; }
  [[nodiscard]] constexpr int scale() const noexcept { return scale_; }

  /// The number as whole units of 10^-scale, rounded. Errors: `overflow`.
  [[nodiscard]] Result<std::int64_t> to_units(int scale, Rounding mode) const {
    Int128 units = coefficient_;
    if (scale >= scale_) {
      units *= power_of_ten(scale - scale_);
    } else {
      units = divide_rounded(units, power_of_ten(scale_ - scale), mode);
    }
    if (!fits_int64(units)) return failure("overflow", "a number is too large");
    return static_cast<std::int64_t>(units);
  }

  friend constexpr bool operator==(Decimal const&, Decimal const&) = default;
  friend constexpr std::strong_ordering operator<=>(Decimal const& a, Decimal const& b) noexcept {
    return Int128{a.coefficient_} * power_of_ten(b.scale_) <=> Int128{b.coefficient_} * power_of_ten(a.scale_);
  }

 private:
  static Unexpected<Error> not_a_number(std::string_view text) {
    return failure("not_a_number", "`" + std::string(text.substr(0, 40)) + "` is not a number", {}, "write digits with at most one point, such as 12.50");
  }

  std::int64_t coefficient_ = 0;
  int scale_ = 0;
};

/// "12.5"; always with a digit before the point.
[[nodiscard]] inline std::string to_string(Decimal number) {
  auto const negative = number.coefficient() < 0;
  auto const magnitude = negative ? 0 - static_cast<std::uint64_t>(number.coefficient()) : static_cast<std::uint64_t>(number.coefficient());
  auto text = std::to_string(magnitude);
  auto const scale = static_cast<std::size_t>(number.scale());
  if (scale > 0) {
    if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
    text.insert(text.size() - scale, ".");
  }
  return negative ? "-" + text : text;
}

}  // namespace bylaw::inline v0::values
