#pragma once
#include <cstdint>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::values {

/// A stretch of one source text: half-open, in bytes. Line and column are computed only when printing.
struct Span {
  std::uint32_t source_index = 0;
  std::uint32_t begin_offset = 0;
  std::uint32_t end_offset = 0;

  friend constexpr bool operator==(Span const&, Span const&) = default;
};

}  // namespace bylaw::inline v0::values
