#pragma once
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::engine {

/// Where recorded time comes from. Without one the system clock is read. Called on the thread that commits; may not throw.
struct Clock {
  Timestamp (*now)(void* context) = nullptr;
  void* context = nullptr;
};

}  // namespace bylaw::inline v0::engine
