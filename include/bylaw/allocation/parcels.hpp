#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::allocation {

/// Units of one item that leave one location.
struct Content {
  std::string item;
  std::string location;
  std::int64_t quantity = 0;       ///< base units, > 0
  std::int64_t unit_weight_g = 0;  ///< 0: not known, counts nothing
};

struct Parcel {
  std::string location;
  std::vector<Content> contents;
  std::int64_t weight_g = 0;
};

/// Parcels per location, each at most `weight_g_max` heavy (0: no limit) and filled in the order of the contents. A unit that is
/// heavier than the limit by itself travels alone. Pure.
[[nodiscard]] BYLAW_EXPORT std::vector<Parcel> pack(std::vector<Content> const& contents, std::int64_t weight_g_max);

}  // namespace bylaw::inline v0::allocation
