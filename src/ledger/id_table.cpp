#include <bylaw/ledger/id_table.hpp>

#include "ledger/slot_index.hpp"

namespace bylaw::inline v0::ledger {

std::size_t IdTable::home(Id const& id) const noexcept { return static_cast<std::size_t>(mix(id.high, id.low)) & (slots_.size() - 1); }

namespace {
constexpr std::int64_t count_limit = std::int64_t{1} << 20;
}

bool IdTable::find(Id const& id, Known& out) const noexcept {
  if (slots_.empty()) return false;
  for (auto at = home(id); !slots_[at].id.none(); at = (at + 1) & (slots_.size() - 1)) {
    auto const& slot = slots_[at];
    if (slot.id != id) continue;
    out.body = slot.body;
    out.first = slot.first_and_count >> 20;
    out.count = static_cast<std::int32_t>(slot.first_and_count & (count_limit - 1));
    return true;
  }
  return false;
}

void IdTable::add(Id const& id, Known const& known) {
  if ((count_ + 1) * 3 > slots_.size() * 2) reserve(std::max<std::size_t>(count_ * 2, 64));
  auto at = home(id);
  while (!slots_[at].id.none()) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {id, known.body, known.first * count_limit + known.count};
  raise_highest(id);
  ++count_;
}

void IdTable::prefetch(Id const& id) const noexcept {
  if (!slots_.empty()) __builtin_prefetch(&slots_[home(id)]);
}

void IdTable::reserve(std::size_t count) {
  std::size_t size = 64;
  while (size * 2 < count * 3) size *= 2;
  if (size <= slots_.size()) return;
  std::vector<Slot> old(size);
  slots_.swap(old);
  for (auto const& slot : old) {
    if (slot.id.none()) continue;
    auto at = home(slot.id);
    while (!slots_[at].id.none()) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

void IdTable::remove(Id const& id) noexcept {
  if (slots_.empty()) return;
  auto const mask = slots_.size() - 1;
  auto hole = home(id);
  while (!(slots_[hole].id == id)) {
    if (slots_[hole].id.none()) return;
    hole = (hole + 1) & mask;
  }
  for (auto at = (hole + 1) & mask; !slots_[at].id.none(); at = (at + 1) & mask) {
    if (((at - home(slots_[at].id)) & mask) >= ((at - hole) & mask)) {
      slots_[hole] = slots_[at];
      hole = at;
    }
  }
  slots_[hole] = Slot{};
  --count_;
}

void IdTable::clear() noexcept {
  if (count_ == 0) return;
  for (auto& slot : slots_) slot = Slot{};
  count_ = 0;
}

}  // namespace bylaw::inline v0::ledger
