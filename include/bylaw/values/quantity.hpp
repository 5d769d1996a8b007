#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <bylaw/values/decimal.hpp>

namespace bylaw::inline v0::values {

/// What a unit measures. Units convert only inside one dimension; each packaging
/// unit is a dimension of its own, because a case of 12 and a case of 24 exist.
enum class Dimension : std::uint8_t { count, mass, volume, length, package };

/// One of the language's closed set of units, with its exact size in the base unit of its dimension.
struct Unit {
  char const* name;
  Dimension dimension;
  std::int64_t base_units;  ///< mass in nanograms, volume in nanolitres, length in micrometres, count in eaches
};

/// Source for lb and oz: international avoirdupois pound, 0.45359237 kg exactly.
inline constexpr Unit units[] = {
    {"each", Dimension::count, 1},
    {"pair", Dimension::count, 2},
    {"pack", Dimension::package, 1},
    {"box", Dimension::package, 1},
    {"case", Dimension::package, 1},
    {"pallet", Dimension::package, 1},
    {"g", Dimension::mass, 1'000'000'000},
    {"kg", Dimension::mass, 1'000'000'000'000},
    {"lb", Dimension::mass, 453'592'370'000},
    {"oz", Dimension::mass, 28'349'523'125},
    {"ml", Dimension::volume, 1'000'000},
    {"l", Dimension::volume, 1'000'000'000},
    {"mm", Dimension::length, 1'000},
    {"cm", Dimension::length, 10'000},
    {"m", Dimension::length, 1'000'000},
    {"km", Dimension::length, 1'000'000'000},
};

/// nullptr when there is no such unit.
[[nodiscard]] constexpr Unit const* find_unit(std::string_view name) noexcept {
  for (auto const& unit : units) {
    if (name == unit.name) return &unit;
  }
  return nullptr;
}

[[nodiscard]] constexpr bool convertible(Unit const& a, Unit const& b) noexcept {
  return &a == &b || (a.dimension == b.dimension && a.dimension != Dimension::package);
}

/// An exact number of one unit: "2.5 kg".
struct Quantity {
  Decimal amount;
  Unit const* unit = &units[0];

  friend constexpr bool operator==(Quantity const&, Quantity const&) = default;
};

[[nodiscard]] inline std::string to_string(Quantity const& quantity) { return to_string(quantity.amount) + " " + quantity.unit->name; }

/// The same quantity in another unit, exactly.
/// Errors: `unit_mismatch` (other dimension), `not_exact` (more than 9 decimals needed), `overflow`.
[[nodiscard]] inline Result<Quantity> convert(Quantity const& quantity, Unit const& to) {
  if (!convertible(*quantity.unit, to)) {
    return failure("unit_mismatch", to_string(quantity) + " cannot be counted in " + to.name, {}, "use the item's own conversion");
  }
  if (quantity.unit == &to) return quantity;
  Int128 base = 0;
  Int128 scaled = 0;
  if (multiply_overflows<Int128>(quantity.amount.coefficient(), quantity.unit->base_units, base) ||
      multiply_overflows<Int128>(base, power_of_ten(Decimal::scale_max - quantity.amount.scale()), scaled)) {
    return failure("overflow", to_string(quantity) + " is too large to convert");
  }
  if (scaled % to.base_units != 0) {
    return failure("not_exact", to_string(quantity) + " is not an exact number of " + to.name);
  }
  Int128 coefficient = scaled / to.base_units;
  int scale = Decimal::scale_max;
  for (; scale > 0 && coefficient % 10 == 0; --scale) coefficient /= 10;
  if (!fits_int64(coefficient)) return failure("overflow", to_string(quantity) + " is too large to convert");
  return Quantity{Decimal::scaled(static_cast<std::int64_t>(coefficient), scale), &to};
}

/// Reads "12 each". Errors: `not_a_quantity`, `not_a_number`, `number_too_long`.
[[nodiscard]] inline Result<Quantity> parse_quantity(std::string_view text) {
  auto const space = text.find(' ');
  auto const* unit = space == std::string_view::npos ? nullptr : find_unit(text.substr(space + 1));
  if (unit == nullptr) {
    return failure("not_a_quantity", "`" + std::string(text.substr(0, 40)) + "` is not a quantity", {}, "write a number and a unit, such as 12 each");
  }
  auto const amount = Decimal::parse(text.substr(0, space));
  if (!amount) return Unexpected{amount.error()};
  return Quantity{*amount, unit};
}

}  // namespace bylaw::inline v0::values
