#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "ledger/chunks.hpp"

namespace bylaw::inline v0::ledger {

/// Short texts (up to 255 bytes) that come and go, in pieces of eight bytes that are used again.
class TextPool {
 public:
  using Place = std::uint32_t;  ///< in units of eight bytes

  [[nodiscard]] Place add(std::string_view text);
  void remove(Place place) noexcept;
  [[nodiscard]] std::string_view text(Place place) const noexcept;

 private:
  static constexpr std::uint32_t block_units = 8192;
  [[nodiscard]] unsigned char* at(Place place) noexcept { return blocks_[place / block_units].get() + std::size_t{place % block_units} * 8; }
  [[nodiscard]] unsigned char const* at(Place place) const noexcept { return blocks_[place / block_units].get() + std::size_t{place % block_units} * 8; }

  std::vector<std::unique_ptr<unsigned char[]>> blocks_;
  std::uint32_t used_units_ = block_units;                                      ///< of the last block
  std::vector<std::vector<Place>> free_ = std::vector<std::vector<Place>>(33);  ///< by size in units
};

}  // namespace bylaw::inline v0::ledger
