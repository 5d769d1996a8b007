#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/trade/journal.hpp>
#include <bylaw/workflow/definition.hpp>

namespace bylaw::inline v0::policy {
class Policy;  // <bylaw/policy/policy.hpp>
struct HoldDecision;
struct HoldHit;
struct HoldRule;
enum class LatePolicy : std::uint8_t;
}  // namespace bylaw::inline v0::policy
namespace bylaw::inline v0::workflow {
class Machine;  // <bylaw/workflow/machine.hpp>
}

namespace bylaw::inline v0::orders {

/// Which holds are to be placed on an order, given what the rules say and what stands already.
///
/// Holds are sticky: one that was released comes back only when a value it was released on has
/// changed; one that stands is not placed twice. Pure.
[[nodiscard]] BYLAW_EXPORT std::vector<trade::HoldRow> place_holds(policy::Policy const& policy, std::string const& order, policy::HoldDecision const& decision,
                                                                   std::vector<trade::HoldRow> const& open, std::vector<trade::HoldRow> const& closed);

/// What one rule that applies places.
[[nodiscard]] BYLAW_EXPORT trade::HoldRow hold_row(policy::HoldRule const& rule, std::string const& order, policy::HoldHit const& hit);

/// Whether an open hold prevents this transition.
[[nodiscard]] BYLAW_EXPORT bool blocks(trade::HoldRow const& hold, std::string_view transition);

/// What becomes of a hold that comes after everything that it blocks. `blocks` is what it blocks from now on.
struct Lateness {
  bool late = false;
  std::string action;  ///< stop_ship, recall or flag; a stop that nothing can obey any more is a flag
  std::string blocks;
};
/// The order of things is release, allocate, pick, pack, ship, deliver, invoice. A hold is late when the order is at or
/// beyond the last of those that the hold blocks. `stop ship` (the default) blocks the earliest that can still be
/// prevented: one that the workflow can reach from here. Source: LANGUAGE section 5, late holds.
[[nodiscard]] BYLAW_EXPORT Lateness lateness(policy::LatePolicy late, std::string const& blocked, workflow::Machine const& machine, workflow::Configuration at);

}  // namespace bylaw::inline v0::orders
