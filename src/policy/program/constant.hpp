#pragma once
#include "policy/program/program.hpp"

namespace bylaw::inline v0::policy {

/// The value of an expression of literals, which does not depend on facts, calendars or the zone.
/// False when it is no such expression, or too large.
[[nodiscard]] bool constant_of(Policy::Impl const& impl, std::uint32_t index, Exact& out);
/// The comparison that says the same with its sides exchanged: `<` for `>`.
[[nodiscard]] Op flipped(Op op);

}  // namespace bylaw::inline v0::policy
