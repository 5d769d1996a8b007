#pragma once
#include <cstdint>
#include <string>

#include <bylaw/values/currency.hpp>
#include <bylaw/values/decimal.hpp>
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::values {

/// An amount of one currency.
///
/// Unit: minor units (cents for USD, yen for JPY). Range: +/- 9.2e18 minor units.
/// There is no operator+: `add` and `subtract` return Result, because the other
/// amount may be of another currency and the sum may not fit. Amounts of two
/// currencies have no order, so there is no operator< either.
/// Source: ISO 4217 for codes and exponents.
class Money {
 public:
  constexpr Money() noexcept = default;
  constexpr Money(std::int64_t amount_minor, Currency currency) noexcept : amount_minor_(amount_minor), currency_(currency) {}

  [[nodiscard]] constexpr std::int64_t amount_minor() const noexcept { return amount_minor_; }
  [[nodiscard]] constexpr Currency currency() const noexcept { return currency_; }
  friend constexpr bool operator==(Money const&, Money const&) = default;

 private:
  std::int64_t amount_minor_ = 0;
  Currency currency_;
};

/// "-12.30 USD".
[[nodiscard]] inline std::string to_string(Money money) {
  auto const exponent = static_cast<std::size_t>(money.currency().exponent());
  auto const negative = money.amount_minor() < 0;
  auto text = std::to_string(negative ? 0 - static_cast<std::uint64_t>(money.amount_minor()) : static_cast<std::uint64_t>(money.amount_minor()));
  if (exponent > 0) {
    if (text.size() <= exponent) text.insert(0, exponent + 1 - text.size(), '0');
    text.insert(text.size() - exponent, ".");
  }
  return (negative ? "-" : "") + text + " " + std::string(money.currency().code());
}

/// Errors of both: `currency_mismatch`, `overflow`.
[[nodiscard]] inline Result<Money> add(Money a, Money b) {
  if (a.currency() != b.currency()) {
    return failure("currency_mismatch", to_string(a) + " and " + to_string(b) + " are of two currencies", {}, "convert one of them first");
  }
  std::int64_t sum = 0;
  if (add_overflows(a.amount_minor(), b.amount_minor(), sum)) return failure("overflow", "the sum is too large");
  return Money(sum, a.currency());
}
[[nodiscard]] inline Result<Money> subtract(Money a, Money b) {
  if (b.amount_minor() == INT64_MIN) return failure("overflow", "the difference is too large");
  return add(a, Money(-b.amount_minor(), b.currency()));
}

/// `money * factor`, rounded once to the minor unit. Errors: `overflow`.
[[nodiscard]] inline Result<Money> multiply(Money money, Decimal factor, Rounding mode) {
  auto const product = Int128{money.amount_minor()} * factor.coefficient();
  auto const rounded = divide_rounded(product, power_of_ten(factor.scale()), mode);
  if (!fits_int64(rounded)) return failure("overflow", "the product is too large");
  return Money(static_cast<std::int64_t>(rounded), money.currency());
}

/// An exact decimal amount as money. With `Rounding::half_even` 0.005 USD becomes 0.00 USD.
/// Errors: `overflow`.
[[nodiscard]] inline Result<Money> money_from(Decimal amount, Currency currency, Rounding mode) {
  auto const minor = amount.to_units(currency.exponent(), mode);
  if (!minor) return Unexpected{minor.error()};
  return Money(*minor, currency);
}

/// Reads "12.30 USD". More decimals than the currency has are refused, never rounded.
/// Errors: `not_money`, `unknown_currency`, `not_a_number`, `number_too_long`, `too_many_decimals`, `overflow`.
[[nodiscard]] inline Result<Money> parse_money(std::string_view text) {
  auto const space = text.find(' ');
  if (space == std::string_view::npos) {
    return failure("not_money", "`" + std::string(text.substr(0, 40)) + "` is not an amount of money", {},
                   "write the amount and the currency, such as 12.50 USD");
  }
  auto const currency = Currency::parse(text.substr(space + 1));
  if (!currency) return Unexpected{currency.error()};
  auto const amount = Decimal::parse(text.substr(0, space));
  if (!amount) return Unexpected{amount.error()};
  if (amount->scale() > currency->exponent()) {
    return failure("too_many_decimals", "`" + std::string(text) + "` has more decimals than " + std::string(currency->code()) + " has", {},
                   "write at most " + std::to_string(currency->exponent()) + " decimals");
  }
  return money_from(*amount, *currency, Rounding::half_even);
}

}  // namespace bylaw::inline v0::values
