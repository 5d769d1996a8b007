#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::values {

/// XXH3 of any bytes: fast and the same on every machine, for tables, for telling one body from another
/// and against flipped bits. Not against an adversary: that is what `Digest` is for.
[[nodiscard]] BYLAW_EXPORT std::uint64_t hash64(void const* bytes, std::size_t size, std::uint64_t seed = 0) noexcept;
[[nodiscard]] inline std::uint64_t hash64(std::string_view text) noexcept { return hash64(text.data(), text.size()); }

}  // namespace bylaw::inline v0::values
