#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::allocation {

/// What is still to be promised of one line.
struct Demand {
  std::int32_t line = 0;
  std::string item;
  std::int64_t quantity = 0;  ///< base units, > 0
};

/// A location in the order of the policy, with what may be promised from it per demand.
struct Supply {
  std::string location;
  std::vector<std::int64_t> available;  ///< per demand, never negative; demands of one item share one figure
  std::int64_t shipment_cost = 0;       ///< of a parcel from here, in any one unit, >= 0
};

struct Pick {
  std::int32_t line = 0;
  std::string item;
  std::string location;
  std::int64_t quantity = 0;
};

/// How a plan came about, so that nobody takes a good one for the best one.
enum class Search : std::uint8_t {
  ranked,  ///< location after location in the policy's order; nothing was compared
  exact,   ///< the best there is: most units, then fewest shipments, then least cost, then best ranked
  bounded  ///< too many lines and locations to look at every choice: the best of those that were looked at
};
[[nodiscard]] BYLAW_EXPORT char const* to_string(Search search) noexcept;

struct PlanOptions {
  std::int32_t shipments_max = 0;      ///< 0: no limit
  bool in_rank_order = false;          ///< take what each location has, best ranked first, however many parcels that makes
  bool complete = false;               ///< everything or nothing
  std::int64_t choices_max = 400'000;  ///< sets of locations that a bounded search looks at
};

struct Plan {
  std::vector<Pick> picks;
  std::int64_t short_units = 0;  ///< units for which nothing was found
  std::int32_t shipments = 0;    ///< locations used
  std::int64_t cost = 0;         ///< sum of their shipment costs
  Search search = Search::exact;
};

inline constexpr std::size_t exact_lines_max = 12;
inline constexpr std::size_t exact_locations_max = 20;

/// Promises only what is there, and two lines of one item draw from the same stock. Up to `exact_lines_max` different items and
/// `exact_locations_max` locations that have something the plan is the best there is; beyond, a search of bounded length, which
/// still says `exact` when it came to its end. Pure.
[[nodiscard]] BYLAW_EXPORT Plan plan(std::vector<Demand> const& demands, std::vector<Supply> const& supplies, PlanOptions const& options);

}  // namespace bylaw::inline v0::allocation
