#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <bylaw/values/result.hpp>
#include <bylaw/values/strong.hpp>

namespace bylaw::inline v0::values {

using Timestamp = Strong<struct TimestampTag>;                ///< milliseconds since 1970-01-01 00:00 UTC
using LocalTime = Strong<struct LocalTimeTag>;                ///< milliseconds since 1970-01-01 00:00 on a wall clock
using Date = Strong<struct DateTag, std::int32_t>;            ///< days since 1970-01-01
using TimeOfDay = Strong<struct TimeOfDayTag, std::int32_t>;  ///< minutes since midnight

inline constexpr std::int64_t second_ms = 1000;
inline constexpr std::int64_t minute_ms = 60 * second_ms;
inline constexpr std::int64_t hour_ms = 60 * minute_ms;
inline constexpr std::int64_t day_ms = 24 * hour_ms;

/// A length of time as the language writes it. Elapsed time (seconds to hours) and calendar
/// time (days and up) are different things: a day across a clock change has 23 or 25 hours.
struct Duration {
  enum class Kind : std::uint8_t { elapsed, calendar, business_time, business_days };
  Kind kind = Kind::elapsed;
  std::int64_t amount = 0;  ///< elapsed and business_time: milliseconds; calendar and business_days: days
  std::int32_t months = 0;  ///< calendar only

  friend constexpr bool operator==(Duration const&, Duration const&) = default;
};

struct YearMonthDay {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
};

[[nodiscard]] constexpr int days_in_month(int year, int month) noexcept {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[month - 1];
}

/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil).
[[nodiscard]] constexpr Date to_date(YearMonthDay civil) noexcept {
  int const y = civil.month <= 2 ? civil.year - 1 : civil.year;
  int const era = (y >= 0 ? y : y - 399) / 400;
  int const year_of_era = y - era * 400;
  int const day_of_year = (153 * (civil.month > 2 ? civil.month - 3 : civil.month + 9) + 2) / 5 + civil.day - 1;
  int const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return Date(era * 146097 + day_of_era - 719468);
}

/// The inverse (civil_from_days).
[[nodiscard]] constexpr YearMonthDay to_civil(Date date) noexcept {
  int const z = date.value + 719468;
  int const era = (z >= 0 ? z : z - 146096) / 146097;
  int const doe = z - era * 146097;
  int const yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int const doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int const mp = (5 * doy + 2) / 153;
  int const month = mp < 10 ? mp + 3 : mp - 9;
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1};
}

/// 0 is Monday, 6 is Sunday.
[[nodiscard]] constexpr int weekday(Date date) noexcept {
  int const day = (date.value + 3) % 7;
  return day < 0 ? day + 7 : day;
}

/// Months first, then days; the end of a month stays the end of a month
/// (31 January plus one month is 28 February).
[[nodiscard]] constexpr Date add_calendar(Date date, std::int32_t months, std::int64_t days) noexcept {
  auto civil = to_civil(date);
  int const month0 = civil.year * 12 + civil.month - 1 + months;
  civil.year = month0 >= 0 ? month0 / 12 : (month0 - 11) / 12;
  civil.month = month0 - civil.year * 12 + 1;
  if (civil.day > days_in_month(civil.year, civil.month)) civil.day = days_in_month(civil.year, civil.month);
  return Date(static_cast<std::int32_t>(to_date(civil).value + days));
}

[[nodiscard]] constexpr Date date_of(LocalTime local) noexcept {
  auto const days = local.value >= 0 ? local.value / day_ms : (local.value - (day_ms - 1)) / day_ms;
  return Date(static_cast<std::int32_t>(days));
}
[[nodiscard]] constexpr LocalTime at_midnight(Date date) noexcept { return LocalTime(date.value * day_ms); }

/// The years 1 to 9999: beyond them a calendar means nothing, and sums of milliseconds overflow.
inline constexpr Date first_date = to_date({1, 1, 1});
inline constexpr Date last_date = to_date({9999, 12, 31});
[[nodiscard]] constexpr bool is_in_calendar(Date date) noexcept { return date >= first_date && date <= last_date; }
[[nodiscard]] constexpr bool is_in_calendar(LocalTime local) noexcept {
  return local.value >= first_date.value * day_ms && local.value < (last_date.value + 1) * day_ms;
}

namespace detail {
/// Reads `count` digits at `at`; -1 when they are not digits.
[[nodiscard]] constexpr int digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}
inline void pad(std::string& out, int value, std::size_t width) {
  auto const text = std::to_string(value);
  if (text.size() < width) out.append(width - text.size(), '0');
  out += text;
}
}  // namespace detail

/// Reads 2026-11-01. Errors: `not_a_date` (also for days that do not exist).
[[nodiscard]] inline Result<Date> parse_date(std::string_view text) {
  int const y = detail::digits(text, 0, 4);
  int const m = detail::digits(text, 5, 2);
  int const d = detail::digits(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || y < 0 || m < 1 || m > 12 || d < 1 || d > days_in_month(y, m)) {
    return failure("not_a_date", "`" + std::string(text.substr(0, 40)) + "` is not a date that exists", {}, "write year-month-day, such as 2026-11-01");
  }
  return to_date({y, m, d});
}

/// Reads 2026-11-01 14:05 with optional seconds and milliseconds, `T` or a blank between.
/// Errors: `not_a_time`, `not_a_date`.
[[nodiscard]] inline Result<LocalTime> parse_local_time(std::string_view text) {
  auto const bad = [&] {
    return failure("not_a_time", "`" + std::string(text.substr(0, 40)) + "` is not a point in time", {}, "write 2026-11-01 14:05 or 2026-11-01T14:05:00");
  };
  if (text.size() < 16 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':') return bad();
  auto const date = parse_date(text.substr(0, 10));
  if (!date) return Unexpected{date.error()};
  int const h = detail::digits(text, 11, 2);
  int const m = detail::digits(text, 14, 2);
  int s = 0;
  int ms = 0;
  if (text.size() > 16) {
    s = text[16] == ':' ? detail::digits(text, 17, 2) : -1;
    if (text.size() > 19) ms = text[19] == '.' && text.size() == 23 ? detail::digits(text, 20, 3) : -1;
  }
  if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 || ms < 0) return bad();
  return LocalTime(at_midnight(*date).value + h * hour_ms + m * minute_ms + s * second_ms + ms);
}

/// Reads the UTC form 2026-11-01T14:05:00Z. Errors: `not_a_time`, `not_a_date`.
[[nodiscard]] inline Result<Timestamp> parse_timestamp(std::string_view text) {
  if (text.empty() || text.back() != 'Z') {
    return failure("not_a_time", "`" + std::string(text.substr(0, 40)) + "` is not a point in time in UTC", {}, "write 2026-11-01T14:05:00Z");
  }
  auto const local = parse_local_time(text.substr(0, text.size() - 1));
  if (!local) return Unexpected{local.error()};
  return Timestamp(local->value);
}

/// 2026-11-01; `day 99999999` outside the calendar.
[[nodiscard]] inline std::string to_string(Date date) {
  if (!is_in_calendar(date)) return "day " + std::to_string(date.value);
  auto const civil = to_civil(date);
  std::string text;
  detail::pad(text, civil.year, 4);
  text += '-';
  detail::pad(text, civil.month, 2);
  text += '-';
  detail::pad(text, civil.day, 2);
  return text;
}

/// 2026-11-01T14:05:00; milliseconds only when there are some. `ms 999999999999999999` outside the calendar.
[[nodiscard]] inline std::string to_string(LocalTime local) {
  if (!is_in_calendar(local)) return "ms " + std::to_string(local.value);
  auto const date = date_of(local);
  auto const in_day = static_cast<int>(local.value - at_midnight(date).value);
  auto text = to_string(date) + "T";
  detail::pad(text, static_cast<int>(in_day / hour_ms), 2);
  text += ':';
  detail::pad(text, static_cast<int>(in_day / minute_ms % 60), 2);
  text += ':';
  detail::pad(text, static_cast<int>(in_day / second_ms % 60), 2);
  if (in_day % second_ms != 0) {
    text += '.';
    detail::pad(text, static_cast<int>(in_day % second_ms), 3);
  }
  return text;
}
[[nodiscard]] inline std::string to_string(Timestamp time) { return to_string(LocalTime(time.value)) + "Z"; }

[[nodiscard]] inline std::string to_string(TimeOfDay time) {
  std::string text;
  detail::pad(text, time.value / 60, 2);
  text += ':';
  detail::pad(text, time.value % 60, 2);
  return text;
}

}  // namespace bylaw::inline v0::values
