#include <bylaw/values/hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bylaw::inline v0::values {

std::uint64_t hash64(void const* bytes, std::size_t size, std::uint64_t seed) noexcept { return XXH3_64bits_withSeed(bytes, size, seed); }

}  // namespace bylaw::inline v0::values
