#pragma once
#include <string_view>

namespace bylaw::inline v0::config {

/// A file of `rules/`, compiled in so that the library works wherever it is linked.
struct ShippedFile {
  std::string_view name;
  std::string_view text;
};

/// nullptr when nothing of that name is shipped.
[[nodiscard]] ShippedFile const* find_shipped(std::string_view name) noexcept;

}  // namespace bylaw::inline v0::config
