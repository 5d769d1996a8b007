#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::allocation {

/// What is still to be reserved of one line.
struct Demand {
  std::int32_t line = 0;
  std::string item;
  std::int64_t quantity = 0;
};

/// A location in the order of the policy, with what may be promised from it per demand
/// (available less safety stock, never negative).
struct Supply {
  std::string location;
  std::vector<std::int64_t> available;  ///< per demand; demands of one item share one figure
};

struct Pick {
  std::int32_t line = 0;
  std::string item;
  std::string location;
  std::int64_t quantity = 0;
};

struct Plan {
  std::vector<Pick> picks;
  std::int64_t short_units = 0;  ///< units for which nothing was found
  std::int32_t shipments = 0;    ///< locations used
};

/// Promises only what is there. The best ranked location that has everything wins; without one
/// the stock is taken in rank order from at most `shipments_max` locations (0: no limit).
/// Two lines of one item draw from the same stock. Pure.
[[nodiscard]] BYLAW_EXPORT Plan plan(std::vector<Demand> const& demands, std::vector<Supply> const& supplies, std::int32_t shipments_max);

}  // namespace bylaw::inline v0::allocation
