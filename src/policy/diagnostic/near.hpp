#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace bylaw::inline v0::policy {

/// The one of `names` that was probably meant by `wrong`, or nothing when none is near.
[[nodiscard]] std::string nearest(std::string_view wrong, std::vector<std::string> const& names);

}  // namespace bylaw::inline v0::policy
