#pragma once
#include <functional>

#include <bylaw/policy/explain.hpp>

#include "policy/explain/rule_view.hpp"

namespace bylaw::inline v0::policy {

/// The smallest change of one fact after which `outcome` is another than now. Candidates are the
/// constants that the conditions compare facts with, and for sums the value at which the comparison
/// turns; each is tried. Nothing when no single fact turns it round.
[[nodiscard]] std::vector<Flip> smallest_flip(Session& session, Seat const& at, std::vector<ExprIndex> const& conditions,
                                              std::function<std::string(Seat const&)> const& outcome, std::vector<Timestamp> const& instants);

}  // namespace bylaw::inline v0::policy
