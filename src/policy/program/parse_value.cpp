#include <bylaw/policy/policy.hpp>
#include <bylaw/values/quantity.hpp>

#include "policy/syntax/token.hpp"
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

namespace {

Unexpected<Error> wrong(Slot const& slot, std::string_view text, std::string const& expected) {
  return failure("wrong_type", "`" + std::string(text.substr(0, 60)) + "` is not " + expected, slot.path, "write " + expected);
}

/// Money in any currency names its currency; the code travels in `text`.
Result<Value> parse_any_money(Slot const& slot, std::string_view text) {
  auto const money = parse_money(std::string(text));
  if (!money) return wrong(slot, text, "an amount with its currency, such as 12.50 EUR");
  auto value = Value::of(money->amount_minor());
  value.text = std::string(money->currency().code());
  return value;
}

Result<Value> parse_money_value(Slot const& slot, std::string_view text) {
  if (slot.detail.empty()) return parse_any_money(slot, text);
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

Result<Value> parse_quantity_value(Policy const& policy, Slot const& slot, std::string_view text) {
  auto const space = text.find(' ');
  auto const number = Decimal::parse(text.substr(0, space));
  auto const* own = policy.unit(slot.detail);
  auto const* given = space == std::string_view::npos ? own : policy.unit(text.substr(space + 1));
  if (number && own != nullptr && given != nullptr) {
    if (given == own) return Value::of(*number);
    if (auto const converted = convert(Quantity{*number, given}, *own)) return Value::of(converted->amount);
  }
  return wrong(slot, text, "a quantity such as 12 " + slot.detail);
}

/// Seconds, or words: `90`, `36 hours`.
Result<Value> parse_elapsed(Slot const& slot, std::string_view text) {
  auto const space = text.find(' ');
  auto const number = Decimal::parse(text.substr(0, space));
  auto const word = space == std::string_view::npos ? std::string_view("seconds") : text.substr(space + 1);
  std::int64_t const unit_ms = word == "seconds" || word == "second"   ? second_ms
                               : word == "minutes" || word == "minute" ? minute_ms
                               : word == "hours" || word == "hour"     ? hour_ms
                                                                       : 0;
  std::int64_t ms = 0;
  if (number && unit_ms > 0) {
    auto const milli = number->to_units(3, Rounding::half_even);
    if (milli && !multiply_overflows(*milli, unit_ms / 1000, ms)) return Value::of(ms);
  }
  return wrong(slot, text, "a number of seconds, or a time such as 36 hours");
}

Result<Value> parse_days(Slot const& slot, std::string_view text) {
  auto const space = text.find(' ');
  auto const number = Decimal::parse(text.substr(0, space));
  bool const word = space == std::string_view::npos || text.substr(space + 1) == "days" || text.substr(space + 1) == "day";
  if (number && number->scale() == 0 && word) return Value::of(*number);
  return wrong(slot, text, "a whole number of days such as 30 days");
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  Diagnostics findings;
  Source const source{"", std::string(text)};
  auto const tokens = syntax::tokenize(source, 0, findings);
  bool ok = tokens.tokens.size() == 2 && tokens.tokens[0].kind == syntax::TokenKind::duration && findings.empty();
  auto const duration = ok ? parse_duration(tokens.tokens[0].text, ok) : Duration{};
  if (ok) return duration;
  return failure("wrong_type", "`" + std::string(text.substr(0, 60)) + "` is not a duration", {},
                 "write a number and a unit such as 30 days or 4 business hours");
}

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
    case FactKind::quantity: return parse_quantity_value(policy, slot, text);
    case FactKind::timestamp: return parse_time_value(slot, text);
    case FactKind::date:
      if (auto const date = parse_date(text)) return Value::of(*date);
      return wrong(slot, text, "a date such as 2026-11-01");
    case FactKind::elapsed: return parse_elapsed(slot, text);
    case FactKind::days: return parse_days(slot, text);
    case FactKind::time_of_day:
      if (text.size() == 5 && text[2] == ':' && detail::digits(text, 0, 2) >= 0 && detail::digits(text, 0, 2) < 24 && detail::digits(text, 3, 2) >= 0 &&
          detail::digits(text, 3, 2) < 60) {
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
