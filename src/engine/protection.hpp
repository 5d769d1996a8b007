#pragma once
#include "engine/stockroom.hpp"

namespace bylaw::inline v0::engine {

/// What makes reserves of channels be set: stock that came in, or a command that says so.
enum class Occasion : std::uint8_t { receipt, command };

/// Sets what is kept at a location for each channel, as the policy's `protect` rules say. Units move between what is kept for nobody and
/// what is kept for a channel; what is promised already stays where it is promised.
[[nodiscard]] Result<void> set_reserves(Context& context, trade::Item const& item, std::string const& location, Occasion occasion);

}  // namespace bylaw::inline v0::engine
