#pragma once
#include <bylaw/engine/health.hpp>
#include <bylaw/store/deliveries.hpp>
#include <bylaw/store/store.hpp>

namespace bylaw::inline v0::engine {

/// Reads everything anew, in the open transaction or beside it.
[[nodiscard]] Result<Health> read_health(store::Store& store, Timestamp now, HealthLimits const& limits);

}  // namespace bylaw::inline v0::engine
