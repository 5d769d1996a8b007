#include "ledger/text_pool.hpp"

#include <cstring>

namespace bylaw::inline v0::ledger {

namespace {
std::size_t units_of(std::size_t text_bytes) { return text_bytes / 8 + 1; }  // a length byte, and the text
}  // namespace

TextPool::Place TextPool::add(std::string_view text) {
  auto const units = units_of(text.size());
  Place place = 0;
  if (!free_[units].empty()) {
    place = free_[units].back();
    free_[units].pop_back();
  } else {
    if (used_units_ + units > block_units) {
      blocks_.push_back(std::make_unique<unsigned char[]>(std::size_t{block_units} * 8));
      used_units_ = 0;
    }
    place = static_cast<Place>((blocks_.size() - 1) * block_units + used_units_);
    used_units_ += static_cast<std::uint32_t>(units);
  }
  auto* bytes = at(place);
  bytes[0] = static_cast<unsigned char>(text.size());
  if (!text.empty()) std::memcpy(bytes + 1, text.data(), text.size());
  return place;
}

void TextPool::remove(Place place) noexcept {
  try {
    free_[units_of(at(place)[0])].push_back(place);
  } catch (...) {
    // Without memory to remember the gap it stays unused.
  }
}

std::string_view TextPool::text(Place place) const noexcept {
  auto const* bytes = at(place);
  return {reinterpret_cast<char const*>(bytes + 1), bytes[0]};
}

}  // namespace bylaw::inline v0::ledger
