#pragma once
#include <cstdint>
#include <vector>

namespace bylaw::inline v0::allocation {

/// Lines of one item put together, and what each location has of it: all that a choice of locations depends on.
struct Problem {
  std::vector<std::int64_t> needs;               ///< per item
  std::vector<std::vector<std::int64_t>> stock;  ///< per location, per item; at most what is needed
  std::vector<std::int64_t> costs;               ///< per location
};

/// A choice of locations with what it comes to.
struct Choice {
  std::vector<std::uint32_t> locations;  ///< rising, which is the policy's order
  std::int64_t units = 0;
  std::int64_t cost = 0;
};

/// Whether `a` is to be preferred: more units, then fewer locations, then less cost; otherwise whichever was there first.
[[nodiscard]] bool better(Choice const& a, Choice const& b) noexcept;

/// The best choice of at most `count_max` locations. False in `complete`: more than `looks_max` choices would have had to be looked at.
[[nodiscard]] Choice choose(Problem const& problem, std::size_t count_max, std::int64_t looks_max, bool& complete);

}  // namespace bylaw::inline v0::allocation
