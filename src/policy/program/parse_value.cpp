#include <bylaw/policy/policy.hpp>
#include <bylaw/values/quantity.hpp>

namespace bylaw::inline v0::policy {

namespace {

Unexpected<Error> wrong(Slot const& slot, std::string_view text, std::string expected) {
  return failure("wrong_type", "`" + std::string(text.substr(0, 60)) + "` is not " + expected, slot.path,
                 "write " + expected);
}

Result<Value> parse_money_value(Slot const& slot, std::string_view text) {
  bool const with_currency = text.find(' ') != std::string_view::npos;
  auto const money = parse_money(with_currency ? std::string(text) : std::string(text) + " " + slot.detail);
  if (!money) return wrong(slot, text, "an amount such as 12.50 " + slot.detail);
  if (money->currency().code() != slot.detail) return wrong(slot, text, "an amount in " + slot.detail);
  return Value::of(money->amount_minor());
}

Result<Value> parse_time_value(Slot const& slot, std::string_view text) {
  if (auto const time = parse_timestamp(text)) return Value::of(*time);
  return wrong(slot, text, "a point in time such as 2026-11-01T14:00:00Z");
}

Result<Value> parse_quantity_value(Slot const& slot, std::string_view text) {
  if (text.find(' ') == std::string_view::npos) {
    if (auto const number = Decimal::parse(text)) return Value::of(*number);
  } else if (auto const quantity = parse_quantity(text)) {
    if (auto const converted = convert(*quantity, *find_unit(slot.detail))) return Value::of(converted->amount);
  }
  return wrong(slot, text, "a quantity such as 12 " + slot.detail);
}

}  // namespace

Result<Value> parse_value(Policy const& policy, Slot const& slot, std::string_view text) {
  switch (slot.kind) {
    case FactKind::text: return Value::of(std::string(text));
    case FactKind::boolean:
      if (text == "true" || text == "false") return Value::of(text == "true");
      return wrong(slot, text, "true or false");
    case FactKind::decimal:
      if (auto const number = Decimal::parse(text)) return Value::of(*number);
      return wrong(slot, text, "a number such as 12.5");
    case FactKind::money: return parse_money_value(slot, text);
    case FactKind::quantity: return parse_quantity_value(slot, text);
    case FactKind::timestamp: return parse_time_value(slot, text);
    case FactKind::date:
      if (auto const date = parse_date(text)) return Value::of(*date);
      return wrong(slot, text, "a date such as 2026-11-01");
    case FactKind::elapsed:
      if (auto const seconds = Decimal::parse(text)) {
        if (auto const ms = seconds->to_units(3, Rounding::half_even)) return Value::of(*ms);
      }
      return wrong(slot, text, "a number of seconds");
    case FactKind::time_of_day:
      if (text.size() == 5 && text[2] == ':' && detail::digits(text, 0, 2) >= 0 && detail::digits(text, 0, 2) < 24 &&
          detail::digits(text, 3, 2) >= 0 && detail::digits(text, 3, 2) < 60) {
        return Value::of(std::int64_t{detail::digits(text, 0, 2)} * 60 + detail::digits(text, 3, 2));
      }
      return wrong(slot, text, "a time of day such as 14:00");
    case FactKind::symbol: {
      if (policy.enumeration_has(slot.detail, text)) return Value::of(policy.symbol(text));
      std::string values;
      auto const known = policy.enumeration_values(slot.detail);
      for (std::size_t i = 0; i < known.size() && i < 12; ++i) values += (i == 0 ? "" : ", ") + known[i];
      if (known.size() > 12) values += " ...";
      return wrong(slot, text, "a value of `" + slot.detail + "` (" + values + ")");
    }
  }
  return wrong(slot, text, "a value");
}

}  // namespace bylaw::inline v0::policy
