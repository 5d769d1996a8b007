#include <bylaw/values/integer.hpp>
#include <bylaw/workflow/instance_table.hpp>

namespace bylaw::inline v0::workflow {

namespace {

/// Numbers rise one by one: a multiplication spreads them, and a product with the size takes the place from the high bits, so
/// that the table may have any size and grow by a quarter instead of doubling.
std::size_t first_place(std::int64_t number, std::size_t places) noexcept {
  auto const spread = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15ull;
  return static_cast<std::size_t>((Int128{spread} * static_cast<Int128>(places)) >> 64);
}

constexpr std::size_t full_percent = 80;

}  // namespace

std::size_t InstanceTable::place_of(std::int64_t number) const noexcept {
  auto place = first_place(number, places_.size());
  while (places_[place].number != 0 && places_[place].number != number) place = place + 1 == places_.size() ? 0 : place + 1;
  return place;
}

InstanceState const* InstanceTable::find(std::int64_t number) const noexcept {
  if (places_.empty() || number <= 0) return nullptr;
  auto const& state = places_[place_of(number)];
  return state.number == number ? &state : nullptr;
}

void InstanceTable::grow(std::size_t places) {
  std::vector<InstanceState> old(places);
  old.swap(places_);
  for (auto const& state : old) {
    if (state.number != 0) places_[place_of(state.number)] = state;
  }
}

void InstanceTable::reserve(std::size_t count) {
  auto const places = count * 100 / full_percent + 16;
  if (places > places_.size()) grow(places);
}

void InstanceTable::put(InstanceState const& state) {
  if (places_.empty() || (size_ + 1) * 100 > places_.size() * full_percent) grow(places_.size() + places_.size() / 2 + 16);
  auto& place = places_[place_of(state.number)];
  if (place.number == 0) ++size_;
  place = state;
}

void InstanceTable::erase(std::int64_t number) noexcept {
  if (places_.empty()) return;
  auto hole = place_of(number);
  if (places_[hole].number == 0) return;
  --size_;
  // Whoever stands behind and may stand here moves up, until a place is empty.
  for (auto next = hole;;) {
    next = next + 1 == places_.size() ? 0 : next + 1;
    if (places_[next].number == 0) break;
    auto const wants = first_place(places_[next].number, places_.size());
    bool const between = hole <= next ? hole < wants && wants <= next : hole < wants || wants <= next;
    if (between) continue;
    places_[hole] = places_[next];
    hole = next;
  }
  places_[hole] = {};
}

}  // namespace bylaw::inline v0::workflow
