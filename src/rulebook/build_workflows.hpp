#pragma once
#include <bylaw/rulebook/rulebook.hpp>

namespace bylaw::inline v0::rulebook {

/// The declared workflows as checked machines. What does not hold up is a finding `BY0427` with the way into the trap.
[[nodiscard]] std::vector<Workflow> build_workflows(policy::Policy const& policy, policy::Diagnostics& out);

}  // namespace bylaw::inline v0::rulebook
