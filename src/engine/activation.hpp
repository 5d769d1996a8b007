#pragma once
#include <bylaw/engine/activation.hpp>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// The version that an activation is about: its texts, or one that the store has. Errors: `unknown_version`, `policy_invalid`.
[[nodiscard]] Result<Version const*> target_of(Context& context, trade::ActivatePolicy const& body);

/// Everything open that a version would decide otherwise, among the orders that the activation is about. The transaction has to
/// be given up afterwards, or the version put in force: measures are made for it.
[[nodiscard]] Result<ActivationPlan> plan(Context& context, Version const& target, trade::ActivatePolicy const& body);

}  // namespace bylaw::inline v0::engine
