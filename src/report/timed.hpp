#pragma once
#include <bylaw/report/report.hpp>
#include <bylaw/values/zone.hpp>

namespace bylaw::inline v0::report {

/// A report that has to count business time, which SQL cannot.
struct TimedReport {
  char const* name;
  char const* about;
  Result<store::Table> (*run)(store::Reader& reader, ZoneTable const& zones);
};

/// Open holds by queue, and by rule in it.
[[nodiscard]] Result<store::Table> queues(store::Reader& reader, ZoneTable const& zones);
/// Open instances by workflow and state.
[[nodiscard]] Result<store::Table> states(store::Reader& reader, ZoneTable const& zones);
/// What cannot move by itself: what it waits for, from whom, since when.
[[nodiscard]] Result<store::Table> waiting(store::Reader& reader, ZoneTable const& zones);

inline constexpr TimedReport timed_reports[] = {
    {"queues", "open holds by queue and rule: how many, the oldest, median and 95th percentile of their age in hours of work, in and out in 24 hours", queues},
    {"states", "open instances by workflow and state, with the same figures", states},
    {"waiting", "what cannot move by itself: what for, from whom, since when; the oldest thousand", waiting},
};

}  // namespace bylaw::inline v0::report
