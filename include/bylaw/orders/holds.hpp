#pragma once
#include <string>
#include <vector>

#include <bylaw/policy/policy.hpp>
#include <bylaw/trade/journal.hpp>

namespace bylaw::inline v0::orders {

/// Which holds are to be placed on an order, given what the rules say and what stands already.
///
/// Holds are sticky: one that was released comes back only when a value it was released on has
/// changed; one that stands is not placed twice. Pure.
[[nodiscard]] BYLAW_EXPORT std::vector<trade::HoldRow> place_holds(policy::Policy const& policy, std::string const& order, policy::HoldDecision const& decision,
                                                                   std::vector<trade::HoldRow> const& open, std::vector<trade::HoldRow> const& closed);

/// Whether an open hold prevents this transition.
[[nodiscard]] BYLAW_EXPORT bool blocks(trade::HoldRow const& hold, std::string_view transition);

}  // namespace bylaw::inline v0::orders
