#pragma once
#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// Tells the channels of the policy what has changed for them with the stock that this command moved: one row and one message per
/// position whose figure is another than the one told last, numbered per channel without gaps.
[[nodiscard]] Result<void> tell_channels(Context& context);

}  // namespace bylaw::inline v0::engine
