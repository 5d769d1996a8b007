#pragma once
#include <cstring>
#include <string>

#include <bylaw/ledger/transfer.hpp>

namespace bylaw::inline v0::store {

/// A Bloom filter in blocks of one cache line, sixteen bits an id: an id that was added is always held, one that was
/// not is held about once in five hundred times.
inline constexpr std::size_t filter_block_bytes = 64;

[[nodiscard]] inline std::string empty_filter(std::size_t entries) { return std::string((entries * 16 / 512 + 1) * filter_block_bytes, '\0'); }

/// Seven bits of one block, all from one hash of the id.
struct FilterPlace {
  std::size_t block;
  std::uint64_t bits;
};
[[nodiscard]] inline FilterPlace filter_place(std::string const& filter, ledger::Id const& id) noexcept {
  __extension__ using Wide = unsigned __int128;
  auto const a = (id.high ^ 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
  auto const b = ((a ^ a >> 32) + id.low) * 0xC2B2AE3D27D4EB4Fu;
  auto const hash = b ^ b >> 29;
  auto const blocks = filter.size() / filter_block_bytes;
  auto const block = static_cast<std::size_t>(Wide{hash} * blocks >> 64);
  return {block * filter_block_bytes, (hash ^ hash >> 31) * 0x9E3779B97F4A7C15u};
}

inline void add_to_filter(std::string& filter, ledger::Id const& id) noexcept {
  auto const place = filter_place(filter, id);
  for (int i = 0; i < 7; ++i) {
    auto const bit = place.bits >> (9 * i) & 511;
    auto& byte = filter[place.block + bit / 8];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | 1u << (bit % 8));
  }
}

[[nodiscard]] inline bool filter_may_hold(std::string const& filter, ledger::Id const& id) noexcept {
  if (filter.size() < filter_block_bytes) return true;
  auto const place = filter_place(filter, id);
  for (int i = 0; i < 7; ++i) {
    auto const bit = place.bits >> (9 * i) & 511;
    if ((static_cast<unsigned char>(filter[place.block + bit / 8]) >> (bit % 8) & 1u) == 0) return false;
  }
  return true;
}

}  // namespace bylaw::inline v0::store
