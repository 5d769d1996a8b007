// Dates, points in time and calendars: sums that move them, their parts, clocks of places.
#include <algorithm>

#include "policy/program/evaluate.hpp"

namespace bylaw::inline v0::policy {

namespace {

/// What may be added to a date: more leaves the range from anywhere.
constexpr std::int64_t shift_days_max = 4'000'000;
bool is_shift(Datum const& by) {
  return by.number.numerator <= shift_days_max && by.number.numerator >= -shift_days_max && by.months <= 120'000 && by.months >= -120'000;
}

}  // namespace

Datum Evaluation::eval_add(Expr const& expr) {
  auto left = eval(expr.args[0]);
  auto right = eval(expr.args[1]);
  if (!error.empty()) return {};
  if (expr.op == Op::subtract) {
    right.number = exact::negate(right.number);
    right.months = -right.months;
  }
  auto const whole = static_cast<std::int64_t>(right.number.numerator);
  auto const& by = impl_.nodes[expr.args[1]].type;
  auto const& calendar = impl_.headers[expr.header].calendar;
  auto const& zone = *impl_.header_zones[expr.header];
  // Points in time move by months, days, or the business calendar; everything else is a sum of numbers.
  if (expr.type.base == Base::date && by.base != Base::date) {
    if (!is_date(left.number.numerator) || !is_shift(right)) return fail("a date is outside the years 1 to 9999");
    auto const date = Date(static_cast<std::int32_t>(left.number.numerator));
    auto const moved = by.base == Base::business ? add_business_days(date, whole, calendar) : add_calendar(date, right.months, whole);
    if (!is_date(moved.value)) return fail("a date is outside the years 1 to 9999");
    return {true, {moved.value, 1}, 0, {}};
  }
  if (expr.type.base == Base::timestamp && by.base == Base::business) {
    if (!is_time(left.number.numerator)) return fail("a point in time is outside the years 1 to 9999");
    auto const at = Timestamp(static_cast<std::int64_t>(left.number.numerator));
    Duration const duration{by.element == Base::calendar ? Duration::Kind::business_days : Duration::Kind::business_time, whole, 0};
    if (whole >= 0 || duration.kind == Duration::Kind::business_days) {
      auto const local = to_local(at, zone);
      if (duration.kind == Duration::Kind::business_time) return {true, {from_local(add_business_time(local, whole, calendar), zone).time.value, 1}, 0, {}};
      auto const date = add_business_days(date_of(local), whole, calendar);
      auto const clock = local.value - at_midnight(date_of(local)).value;
      return {true, {from_local(LocalTime(at_midnight(date).value + clock), zone).time.value, 1}, 0, {}};
    }
    return fail("business hours cannot be taken from a point in time");
  }
  left.months += right.months;
  if (!exact::add(left.number, right.number, left.number)) return fail("a sum is too large");
  if (expr.type.base == Base::timestamp && !is_time(left.number.numerator)) return fail("a point in time is outside the years 1 to 9999");
  return left;
}

Datum Evaluation::eval_time(Expr const& expr) {
  auto const& zone = *impl_.header_zones[expr.header];
  auto const& calendar = impl_.headers[expr.header].calendar;
  auto const number = [](std::int64_t value) { return Datum{true, {value, 1}, 0, {}}; };
  if (expr.op == Op::now) return number(session_.now.value);
  if (expr.op == Op::today) return number(date_of(to_local(session_.now, zone)).value);
  auto const value = eval(expr.args[0]);
  if (!error.empty()) return {};
  bool const instant = expr.op == Op::date_of || expr.op == Op::time_of;
  if (instant ? !is_time(value.number.numerator) : !is_date(value.number.numerator)) return fail("a date is outside the years 1 to 9999");
  auto const whole = static_cast<std::int64_t>(value.number.numerator);
  auto const date = Date(static_cast<std::int32_t>(whole));
  switch (expr.op) {
    case Op::weekday: return number(weekday(date) + 1);
    case Op::day_of: return number(to_civil(date).day);
    case Op::month_of: return number(to_civil(date).month);
    case Op::year_of: return number(to_civil(date).year);
    case Op::business_day: return boolean(calendar.is_business_day(date));
    case Op::business_days: {
      auto const to = eval(expr.args[1]);
      if (!error.empty()) return {};
      if (!is_date(to.number.numerator)) return fail("a date is outside the years 1 to 9999");
      return number(business_days_between(date, Date(static_cast<std::int32_t>(to.number.numerator)), calendar));
    }
    default: break;
  }
  auto const local = to_local(Timestamp(whole), zone);
  if (expr.op == Op::date_of) return number(date_of(local).value);
  return number((local.value - at_midnight(date_of(local)).value) / minute_ms);
}

/// Holidays of the policy and, where the place has some, of the place.
std::vector<Date> Evaluation::holidays(std::uint32_t header, std::uint32_t owner, std::uint32_t collection) {
  auto out = impl_.headers[header].calendar.holidays;
  if (collection == no_collection) return out;
  auto const& from = levels_[owner];
  if (from.frame == nullptr || collection >= from.frame->collections.size()) return out;
  for (auto const& entry : from.frame->collections[collection]) {
    if (!entry.values.empty() && entry.values[0].known) out.emplace_back(static_cast<std::int32_t>(entry.values[0].number));
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// `t before 14:00 of place`: earlier by the place's own clock, on a day when the place works.
Datum Evaluation::eval_clock(Expr const& expr) {
  auto const instant = eval(expr.args[0]);
  auto const named = eval(expr.args[1]);
  if (!error.empty()) return {};
  auto const* zone = named.known ? impl_.zones.find(named.text) : impl_.header_zones[expr.header];
  if (zone == nullptr) return fail("there is no time zone `" + std::string(named.text.substr(0, 60)) + "`");
  if (!is_time(instant.number.numerator)) return fail("a point in time is outside the years 1 to 9999");
  auto const local = to_local(Timestamp(static_cast<std::int64_t>(instant.number.numerator)), *zone);
  auto calendar = impl_.headers[expr.header].calendar;
  calendar.holidays = holidays(expr.header, expr.owner, expr.slot);
  auto const minutes = (local.value - at_midnight(date_of(local)).value) / minute_ms;
  bool const early = minutes < static_cast<std::int64_t>(expr.number.numerator) && calendar.is_business_day(date_of(local));
  return boolean(early == (expr.op == Op::before_clock));
}

}  // namespace bylaw::inline v0::policy
