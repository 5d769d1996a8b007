#pragma once
#include <optional>

#include "policy/program/evaluate.hpp"

namespace bylaw::inline v0::policy {

/// What one return rule, which matched, says: window, failures, verdict, fees, disposition.
[[nodiscard]] ReturnDecision return_terms(Policy::Impl const& impl, std::size_t rule, Evaluation& evaluation, Timestamp now);

}  // namespace bylaw::inline v0::policy
