#pragma once
#include <vector>

#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::values {

/// When work is done: Monday to Friday but holidays, between two times of day.
///
/// Business days count whole days; business time (minutes and hours) counts only between
/// `opens` and `closes`. A plain value; thread safe when not changed.
struct BusinessCalendar {
  std::vector<Date> holidays;  ///< rising
  TimeOfDay opens{0};
  TimeOfDay closes{24 * 60};  ///< later than `opens`; 24:00 is the end of the day

  /// How many holidays are not later than `date`.
  [[nodiscard]] std::size_t holidays_up_to(Date date) const noexcept {
    std::size_t low = 0;
    std::size_t high = holidays.size();
    while (low < high) {
      auto const middle = (low + high) / 2;
      if (holidays[middle] <= date) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  [[nodiscard]] bool is_business_day(Date date) const noexcept {
    auto const count = holidays_up_to(date);
    return weekday(date) < 5 && (count == 0 || holidays[count - 1] != date);
  }
};

/// Holidays and weekends never make up ten years in a row, so that a search may end.
inline constexpr int days_without_work_max = 3'660;

/// The date `days` business days after `date` (before it when negative). `date` itself does not
/// count, whether or not work is done on it; with 0 days it is returned as it is. Stops after
/// ten years without a business day.
[[nodiscard]] inline Date add_business_days(Date date, std::int64_t days, BusinessCalendar const& calendar) noexcept {
  std::int32_t const step = days < 0 ? -1 : 1;
  std::int64_t left = days < 0 ? -days : days;
  for (int idle = 0; left > 0 && idle < days_without_work_max; ++idle) {
    date = Date(date.value + step);
    if (!calendar.is_business_day(date)) continue;
    --left;
    idle = 0;
  }
  return date;
}

/// Business days after `from` up to and including `to`; negative when `to` is earlier. Weeks are
/// counted at once, so that centuries cost no more than days.
[[nodiscard]] inline std::int64_t business_days_between(Date from, Date to, BusinessCalendar const& calendar) noexcept {
  if (to < from) return -business_days_between(to, from, calendar);
  std::int64_t const span = std::int64_t{to.value} - from.value;
  std::int64_t count = span / 7 * 5;
  for (auto date = Date(static_cast<std::int32_t>(from.value + span / 7 * 7)); date < to;) {
    date = Date(date.value + 1);
    count += weekday(date) < 5 ? 1 : 0;
  }
  auto const last = calendar.holidays_up_to(to);
  for (auto i = calendar.holidays_up_to(from); i < last; ++i) count -= weekday(calendar.holidays[i]) < 5 ? 1 : 0;
  return count;
}

/// The wall clock time at which `amount_ms` of business time have passed since `start`.
[[nodiscard]] inline LocalTime add_business_time(LocalTime start, std::int64_t amount_ms, BusinessCalendar const& calendar) noexcept {
  auto date = date_of(start);
  auto at = start.value;
  for (int idle = 0; idle < days_without_work_max; date = Date(date.value + 1), ++idle) {
    if (!calendar.is_business_day(date)) continue;
    auto const opens = at_midnight(date).value + calendar.opens.value * minute_ms;
    auto const closes = at_midnight(date).value + calendar.closes.value * minute_ms;
    auto const from = at > opens ? at : opens;
    if (from >= closes) continue;
    if (from + amount_ms <= closes) return LocalTime(from + amount_ms);
    amount_ms -= closes - from;
    idle = 0;
  }
  return LocalTime(at_midnight(date).value);
}

/// Business time between two wall clock times, in milliseconds; 0 when `to` is not later. Weeks are counted at once.
[[nodiscard]] inline std::int64_t business_time_between(LocalTime from, LocalTime to, BusinessCalendar const& calendar) noexcept {
  if (to <= from) return 0;
  // What of a day's work is done by that time; a day without work has none.
  auto const done = [&](LocalTime at) {
    auto const date = date_of(at);
    if (!calendar.is_business_day(date)) return std::int64_t{0};
    auto const opens = calendar.opens.value * minute_ms;
    auto const closes = calendar.closes.value * minute_ms;
    auto const clock = at.value - at_midnight(date).value;
    return clock <= opens ? 0 : clock >= closes ? closes - opens : clock - opens;
  };
  auto const day = (calendar.closes.value - calendar.opens.value) * minute_ms;
  // Full days from the first up to the day before the last, then what the last has, less what the first had before.
  auto const first = date_of(from);
  auto const last = date_of(to);
  return business_days_between(Date(first.value - 1), Date(last.value - 1), calendar) * day + done(to) - done(from);
}

}  // namespace bylaw::inline v0::values
