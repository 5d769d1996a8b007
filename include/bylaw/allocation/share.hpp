#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/export.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::allocation {

/// What one order wants of one scarce item.
struct Claim {
  std::string id;             ///< the last tie
  std::int64_t quantity = 0;  ///< base units, >= 0
  std::int64_t priority = 0;  ///< smaller comes first
  Timestamp promised;         ///< what was promised to it; 0: nothing, which comes last
  Timestamp placed;
  bool complete = false;  ///< all of it or nothing
};

/// How scarce stock is divided (`scarce by`). Values of ties: earlier promise, earlier order, smaller id.
enum class Fairness : std::uint8_t {
  priority,      ///< one after the other by priority
  promise_date,  ///< one after the other by what was promised
  fair_share     ///< in proportion to what each wants, whole units, the rest to the largest remainders
};

/// Units for each claim, in the order of the claims; their sum is what is there or what is wanted, whichever is less, but for what
/// claims of all or nothing leave over. With `fair_share` such a claim takes part with its share, and gets everything when its
/// share and what is left over afterwards suffice, nothing otherwise. Pure.
[[nodiscard]] BYLAW_EXPORT std::vector<std::int64_t> share(std::vector<Claim> const& claims, std::int64_t available, Fairness fairness);

/// The order in which claims come, without dividing anything: indices, first the one that comes first.
[[nodiscard]] BYLAW_EXPORT std::vector<std::size_t> in_turn(std::vector<Claim> const& claims, Fairness fairness);

}  // namespace bylaw::inline v0::allocation
