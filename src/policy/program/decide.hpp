#pragma once
#include <optional>

#include "policy/program/evaluate.hpp"

namespace bylaw::inline v0::policy {

/// Whether a rule is in force at an instant, read as a date in its own zone.
[[nodiscard]] bool in_force(Policy::Impl const& impl, RuleInfo const& info, Timestamp at);

/// How a decision looks at one rule: which frames stand at which level. The explanations use the same.
struct Seat {
  Frame const* order = nullptr;
  Frame const* other = nullptr;  ///< candidate, return, request ...: level 1
  Subject other_subject = Subject::candidate;
  std::int32_t line = -1;  ///< element of order.lines at the level after the subjects
};
void seat(Evaluation& evaluation, Seat const& seat);

/// What a hold rule says of one order or line, with what it read in any case.
[[nodiscard]] HoldReading read_hold(Session& session, std::uint32_t rule, Seat const& at);
/// The same; nothing when it does not apply.
[[nodiscard]] std::optional<HoldHit> decide_hold(Session& session, std::uint32_t rule, Seat const& at);

/// What return rule number `rule` says, its `when` having held.
[[nodiscard]] ReturnDecision return_terms(std::size_t rule, Evaluation& evaluation);

[[nodiscard]] Quantity to_quantity(Datum const& datum, Unit const& unit, Rounding rounding);

}  // namespace bylaw::inline v0::policy
