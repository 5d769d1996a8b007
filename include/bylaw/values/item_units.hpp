#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/quantity.hpp>

namespace bylaw::inline v0::values {

/// One packaging of an item: a case of 12, a pallet of 480.
struct Pack {
  std::string name;
  std::int64_t base_units = 1;  ///< > 0
};

/// How an item is counted. Stock is whole numbers of base units; one base unit is `step` of `unit`, so that an item
/// weighed to 0.1 kg has the step 0.1 kg, and seventy times 0.1 kg empty exactly 7 kg.
struct ItemUnits {
  Unit const* unit = &units[0];
  Decimal step = Decimal(1);  ///< > 0
  std::vector<Pack> packs;
};

/// `value / step` as a whole number, if it is one. Errors: `not_exact`, `overflow`.
[[nodiscard]] inline Result<std::int64_t> whole_steps(Decimal value, Decimal step) {
  if (step.coefficient() <= 0) return failure("not_positive", "the step of an item is above zero");
  Int128 numerator = 0;
  Int128 denominator = 0;
  if (multiply_overflows<Int128>(value.coefficient(), power_of_ten(step.scale()), numerator) ||
      multiply_overflows<Int128>(step.coefficient(), power_of_ten(value.scale()), denominator)) {
    return failure("overflow", "the quantity is too large");
  }
  if (numerator % denominator != 0)
    return failure("not_exact", to_string(value) + " is not a whole number of steps of " + to_string(step), {}, "round it to the item's step");
  auto const steps = numerator / denominator;
  if (!fits_int64(steps)) return failure("overflow", "the quantity is too large");
  return static_cast<std::int64_t>(steps);
}

/// A quantity in base units, exactly: in the item's unit, one that converts to it, or one of its packs.
/// Errors: `unit_mismatch`, `not_exact`, `overflow`.
[[nodiscard]] inline Result<std::int64_t> to_base_units(Quantity const& quantity, ItemUnits const& item) {
  for (auto const& pack : item.packs) {
    if (pack.name != quantity.unit->name) continue;
    auto const packs = whole_steps(quantity.amount, Decimal(1));
    if (!packs) return packs;
    std::int64_t base = 0;
    if (multiply_overflows(*packs, pack.base_units, base)) return failure("overflow", to_string(quantity) + " is too large to convert");
    return base;
  }
  auto const same = convert(quantity, *item.unit);
  if (!same) return Unexpected{same.error()};
  return whole_steps(same->amount, item.step);
}

/// Base units in the item's own unit. Errors: `overflow`.
[[nodiscard]] inline Result<Quantity> from_base_units(std::int64_t base_units, ItemUnits const& item) {
  std::int64_t coefficient = 0;
  if (multiply_overflows(base_units, item.step.coefficient(), coefficient)) return failure("overflow", "the quantity is too large");
  return Quantity{Decimal::scaled(coefficient, item.step.scale()), item.unit};
}

/// How many whole packs: rounded up for buying, down for selling. `pack.base_units` > 0.
/// Source: domain notes, trap 21.
[[nodiscard]] constexpr std::int64_t packs_to_buy(std::int64_t base_units, std::int64_t pack_base_units) noexcept {
  return base_units <= 0 ? 0 : (base_units - 1) / pack_base_units + 1;
}
[[nodiscard]] constexpr std::int64_t packs_to_sell(std::int64_t base_units, std::int64_t pack_base_units) noexcept {
  return base_units <= 0 ? 0 : base_units / pack_base_units;
}

}  // namespace bylaw::inline v0::values
