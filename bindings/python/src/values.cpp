// Columns of texts and of floating point numbers as exact whole numbers, by the kind of the fact.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <charconv>
#include <cmath>
#include <optional>

#include <bylaw/values/money.hpp>

#include "bindings.hpp"

namespace bylaw_python {

using namespace bylaw;

namespace {

using Floats = py::array_t<double, py::array::c_style | py::array::forcecast>;

[[noreturn]] void refuse(std::string const& path, std::size_t row, std::string const& message, std::string const& remedy) {
  raise({"wrong_type", "row " + std::to_string(row) + ": " + path + ": " + message, path, remedy}, "FactError");
}

policy::Slot const& slot_of(LoadedPolicy const& policy, std::string const& path) {
  auto const* slot = find_slot(policy.policy().layout(policy::Subject::order), path);
  if (slot == nullptr) raise({"unknown_fact", "no rule reads `" + path + "`", path, ""}, "FactError");
  return *slot;
}

py::tuple columns_of(std::vector<std::int64_t> const& numbers, std::vector<bool> const& known, int scale) {
  py::array_t<std::int64_t> values(static_cast<py::ssize_t>(numbers.size()), numbers.data());
  py::array_t<std::uint8_t> bits(static_cast<py::ssize_t>((numbers.size() + 7) / 8));
  auto* to = bits.mutable_data();
  std::fill_n(to, bits.size(), std::uint8_t{0});
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i]) to[i / 8] = static_cast<std::uint8_t>(to[i / 8] | 1u << (i % 8));
  }
  return py::make_tuple(values, bits, scale);
}

/// Texts as policies and JSON have them: `12.50 USD`, `2026-11-01`, `3 kg`. None is a missing value.
py::tuple parse_texts(LoadedPolicy const& policy, std::string const& path, std::vector<std::optional<std::string>> const& texts) {
  auto const& slot = slot_of(policy, path);
  std::vector<policy::Value> values(texts.size());
  int scale = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i]) continue;
    auto value = policy::parse_value(policy.policy(), slot, *texts[i]);
    if (!value) refuse(path, i, value.error().message, value.error().remedy);
    if (slot.kind == policy::FactKind::decimal || slot.kind == policy::FactKind::quantity) scale = std::max(scale, value->scale);
    values[i] = std::move(*value);
  }
  std::vector<std::int64_t> numbers(texts.size());
  std::vector<bool> known(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    known[i] = texts[i].has_value();
    if (!known[i]) continue;
    numbers[i] = values[i].number;
    if (scale == 0) continue;
    auto const units = Decimal::scaled(values[i].number, values[i].scale).to_units(scale, Rounding::half_even);
    if (!units) refuse(path, i, "too many digits beside the other values of the column", "use at most 18 digits");
    numbers[i] = *units;
  }
  return columns_of(numbers, known, scale);
}

Rounding rounding_of(std::string const& name) {
  char const* const names[] = {"half_even", "half_up", "toward_zero", "away_from_zero", "floor", "ceiling"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (name == names[i]) return static_cast<Rounding>(i);
  }
  raise({"wrong_type", "`" + name + "` is no rounding", "rounding", "half_even, half_up, toward_zero, away_from_zero, floor or ceiling"}, "FactError");
}

/// A float as the shortest decimal that is read back as the same float: what a person sees printed, and so what is rounded.
template <class Float>
Result<Decimal> decimal_of(Float number, int scale, Rounding mode) {
  char text[400];
  auto const end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
  std::string_view digits(text, static_cast<std::size_t>(end - text));
  if (auto const exact = Decimal::parse(digits)) {
    auto const units = exact->to_units(scale, mode);
    return units ? Result<Decimal>(Decimal::scaled(*units, scale)) : Result<Decimal>(Unexpected{units.error()});
  }
  // More than nine places: the rest decides only whether it is above, below or at the half, which one more digit says as well.
  auto const point = digits.find('.');
  if (point == std::string_view::npos || digits.size() - point < 11) return failure("overflow", "too many digits");
  std::string shorter(digits.substr(0, point + 9));
  bool const more = digits.find_first_not_of('0', point + 9) != std::string_view::npos;
  shorter += more && digits[point + 9] == '0' ? '1' : more && digits[point + 9] == '5' ? '6' : digits[point + 9];
  auto const near = Decimal::parse(shorter);
  if (!near || scale > 8) return failure("overflow", "too many digits");
  auto const units = near->to_units(scale, mode);
  if (!units) return Unexpected{units.error()};
  return Decimal::scaled(*units, scale);
}

/// One float as whole units of 10^-out_scale, rounded at `scale` before.
template <class Float>
Result<std::int64_t> units_of(Float number, int scale, int out_scale, Rounding mode) {
  if (std::isinf(number)) return failure("overflow", "it is infinite");
  auto const decimal = decimal_of(number, scale, mode);
  if (!decimal) return Unexpected{decimal.error()};
  return decimal->to_units(out_scale, Rounding::half_even);
}

/// Money that no rule reads, for sums: texts in minor units.
py::array_t<std::int64_t> parse_money_column(std::vector<std::string> const& texts, std::string const& currency) {
  std::vector<std::int64_t> minor;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto const money = parse_money(texts[i].find(' ') == std::string::npos ? texts[i] + " " + currency : texts[i]);
    if (!money) refuse("value", i, money.error().message, money.error().remedy);
    if (std::string(money->currency().code()) != currency) refuse("value", i, "it is not in " + currency, "sum up one currency at a time");
    minor.push_back(money->amount_minor());
  }
  return py::array_t<std::int64_t>(static_cast<py::ssize_t>(minor.size()), minor.data());
}

/// The same of floats.
py::array_t<std::int64_t> round_money(Floats const& floats, std::string const& currency, int scale, std::string const& rounding) {
  auto const mode = rounding_of(rounding);
  auto const places = Currency::find(currency).exponent();
  std::vector<std::int64_t> minor(static_cast<std::size_t>(floats.size()));
  for (std::size_t i = 0; i < minor.size(); ++i) {
    auto const units = scale < 0 || scale > places
                           ? Result<std::int64_t>(failure("wrong_type", "a scale of " + std::to_string(scale) + " is not one of " + currency))
                           : units_of(floats.data()[i], scale, places, mode);
    if (!units) refuse("value", i, units.error().message, "use numbers of at most 18 digits");
    minor[i] = *units;
  }
  return py::array_t<std::int64_t>(static_cast<py::ssize_t>(minor.size()), minor.data());
}

/// Floats, rounded to so many places in the named way. NaN is a missing value.
template <class Float>
py::tuple round_floats(LoadedPolicy const& policy, std::string const& path, py::array_t<Float, py::array::c_style> const& floats, int scale,
                       std::string const& rounding) {
  auto const& slot = slot_of(policy, path);
  auto const mode = rounding_of(rounding);
  auto out_scale = scale;
  if (slot.kind == policy::FactKind::money) out_scale = Currency::find(slot.detail).exponent();
  if (scale < 0 || scale > 8 || scale > out_scale)
    raise({"wrong_type", "a scale of " + std::to_string(scale) + " is not one of `" + path + "`", path, "use 0 to " + std::to_string(std::min(out_scale, 8))},
          "FactError");
  auto const count = static_cast<std::size_t>(floats.size());
  std::vector<std::int64_t> numbers(count);
  std::vector<bool> known(count);
  auto const* values = floats.data();
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isnan(values[i])) continue;
    auto const units = units_of(values[i], scale, out_scale, mode);
    if (!units) refuse(path, i, units.error().message, "use numbers of at most 18 digits");
    known[i] = true;
    numbers[i] = *units;
  }
  return columns_of(numbers, known, slot.kind == policy::FactKind::money ? 0 : out_scale);
}

}  // namespace

void bind_values(py::module_& module) {
  module.def("parse_texts", &parse_texts, py::arg("policy"), py::arg("path"), py::arg("texts"));
  module.def("parse_money", &parse_money_column, py::arg("texts"), py::arg("currency"));
  module.def("round_money", &round_money, py::arg("floats"), py::arg("currency"), py::arg("scale"), py::arg("rounding"));
  module.def("round_floats", &round_floats<float>, py::arg("policy"), py::arg("path"), py::arg("floats").noconvert(), py::arg("scale"), py::arg("rounding"));
  module.def("round_floats", &round_floats<double>, py::arg("policy"), py::arg("path"), py::arg("floats"), py::arg("scale"), py::arg("rounding"));
  module.def(
      "exponent_of",
      [](std::string const& code) {
        auto const currency = Currency::find(code);
        if (!currency.known())
          raise({"unknown_currency", "there is no currency `" + code + "`", "currency", "use a code of ISO 4217, such as USD"}, "FactError");
        return currency.exponent();
      },
      py::arg("currency"));
}

}  // namespace bylaw_python
