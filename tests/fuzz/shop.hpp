#pragma once
#include <string>

#include <bylaw/engine/engine.hpp>

namespace fuzz {

/// An engine over a store of that name, with an item, a place, stock and an order that is held, and a policy with permissions, approvals and
/// brakes. Ends the program when that fails.
[[nodiscard]] bylaw::engine::Engine open_shop(std::string const& path);

}  // namespace fuzz
