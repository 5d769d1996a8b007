#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::values {

/// One time zone: the offsets from UTC and when each begins.
struct Zone {
  struct Offset {
    Timestamp from;          ///< the first instant it holds; the first row holds before it too
    std::int64_t offset_ms;  ///< local = UTC + offset
  };
  std::string name;             ///< IANA name, such as Europe/London
  std::vector<Offset> offsets;  ///< rising in `from`; never empty
};

/// The zones that a program may speak of, handed in by the host and never changed.
///
/// Building one reads the time zone database and so belongs to the edge
/// (<bylaw/config/zones.hpp>); the core only looks up. Thread safe once built.
class ZoneTable {
 public:
  ZoneTable() { zones_.push_back({"UTC", {{Timestamp(0), 0}}}); }
  explicit ZoneTable(std::vector<Zone> zones) : zones_(std::move(zones)) {}

  /// nullptr when the table has no such zone.
  [[nodiscard]] Zone const* find(std::string_view name) const noexcept {
    for (auto const& zone : zones_) {
      if (zone.name == name) return &zone;
    }
    return nullptr;
  }
  [[nodiscard]] std::vector<Zone> const& zones() const noexcept { return zones_; }

 private:
  std::vector<Zone> zones_;
};

[[nodiscard]] inline LocalTime to_local(Timestamp time, Zone const& zone) noexcept {
  auto offset = zone.offsets.front().offset_ms;
  std::size_t low = 0;
  std::size_t high = zone.offsets.size();
  while (low < high) {
    auto const middle = (low + high) / 2;
    if (zone.offsets[middle].from <= time) {
      offset = zone.offsets[middle].offset_ms;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return LocalTime(time.value + offset);
}

/// The instant of a wall clock time. When a clock change skips it, the instant of the change;
/// when it comes twice, the first. `unique` says whether neither was the case.
struct LocalInstant {
  Timestamp time;
  bool unique = true;
};
[[nodiscard]] inline LocalInstant from_local(LocalTime local, Zone const& zone) noexcept {
  Timestamp best{};
  int found = 0;
  for (std::size_t i = 0; i < zone.offsets.size(); ++i) {
    Timestamp const candidate(local.value - zone.offsets[i].offset_ms);
    bool const after_start = i == 0 || candidate >= zone.offsets[i].from;
    bool const before_end = i + 1 == zone.offsets.size() || candidate < zone.offsets[i + 1].from;
    if (after_start && before_end && found++ == 0) best = candidate;
  }
  if (found > 0) return {best, found == 1};
  for (std::size_t i = 1; i < zone.offsets.size(); ++i) {
    auto const from = zone.offsets[i].from;
    if (local.value < from.value + zone.offsets[i].offset_ms && local.value >= from.value + zone.offsets[i - 1].offset_ms) {
      return {from, false};
    }
  }
  return {Timestamp(local.value), false};
}

}  // namespace bylaw::inline v0::values
