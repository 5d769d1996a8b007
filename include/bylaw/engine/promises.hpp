#pragma once
#include <optional>
#include <string>

#include <bylaw/trade/control_rows.hpp>

namespace bylaw::inline v0::engine {

/// A promise that stands on a supply.
struct AtRisk {
  std::string reference;  ///< order or reservation
  std::string item;
  std::string location;
  std::int64_t quantity = 0;   ///< base units
  Timestamp due;               ///< what was promised
  std::optional<Money> value;  ///< share of the order's net that the units are; nothing: no order, or no such line
};

}  // namespace bylaw::inline v0::engine
