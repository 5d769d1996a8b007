#pragma once
#include <chrono>

#include <bylaw/engine/clock.hpp>

namespace bylaw::inline v0::engine {

[[nodiscard]] inline Timestamp read_clock(Clock const& clock) {
  if (clock.now != nullptr) return clock.now(clock.context);
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace bylaw::inline v0::engine
