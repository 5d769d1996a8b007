#pragma once
#include <string>

#include <bylaw/policy/policy.hpp>

namespace bylaw::inline v0::policy {

/// The policy set as one Markdown page that an operations meeting can read: rules in words, queues,
/// roles, approvals, workflows as Mermaid diagrams.
[[nodiscard]] BYLAW_EXPORT std::string document(Policy const& policy);

/// One workflow as a Mermaid state diagram.
[[nodiscard]] BYLAW_EXPORT std::string to_mermaid(WorkflowDeclaration const& workflow);
/// The same for Graphviz.
[[nodiscard]] BYLAW_EXPORT std::string to_graphviz(WorkflowDeclaration const& workflow);

}  // namespace bylaw::inline v0::policy
