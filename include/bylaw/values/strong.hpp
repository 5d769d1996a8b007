#pragma once
#include <compare>
#include <cstdint>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::values {

/// A number that cannot be taken for another kind of number.
template <class Tag, class Rep = std::int64_t>
struct Strong {
  Rep value{};

  constexpr Strong() noexcept = default;
  constexpr explicit Strong(Rep v) noexcept : value(v) {}
  friend constexpr auto operator<=>(Strong const&, Strong const&) = default;
};

}  // namespace bylaw::inline v0::values
