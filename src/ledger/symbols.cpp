#include "ledger/symbols.hpp"

#include <cstring>

#include <bylaw/values/hash.hpp>

namespace bylaw::inline v0::ledger {

namespace {
constexpr std::size_t block_bytes = std::size_t{1} << 16;
}

Symbol Symbols::find(std::string_view text) const {
  return index_.find(hash64(text), [&](std::uint32_t slot) { return this->text(slot) == text; });
}

Symbol Symbols::intern(std::string_view text) {
  auto const hash = hash64(text);
  auto const known = index_.find(hash, [&](std::uint32_t slot) { return this->text(slot) == text; });
  if (known != no_slot) return known;
  auto const symbol = static_cast<Symbol>(entries_.size());
  Entry entry;
  entry.text = keep(text);
  entry.size = static_cast<std::uint32_t>(text.size());
  entries_.push_back(entry);
  index_.insert(hash, symbol, [this](std::uint32_t slot) { return hash64(this->text(slot)); });
  return symbol;
}

void Symbols::shrink_to(std::size_t size) noexcept {
  while (entries_.size() > size) {
    auto const symbol = static_cast<Symbol>(entries_.size() - 1);
    index_.erase(hash64(text(symbol)), symbol, [this](std::uint32_t slot) { return hash64(this->text(slot)); });
    while (!blocks_.empty() && blocks_.back().used == 0) blocks_.pop_back();
    if (entries_[symbol].size > 0) blocks_.back().used -= entries_[symbol].size;
    entries_.pop_back();
  }
}

/// Texts lie side by side in order of interning; one that does not fit begins a new block.
char const* Symbols::keep(std::string_view text) {
  if (text.empty()) return "";
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < text.size()) {
    auto const size = std::max(block_bytes, text.size());
    blocks_.push_back({std::make_unique<char[]>(size), 0, size});
  }
  auto& block = blocks_.back();
  auto* at = block.bytes.get() + block.used;
  std::memcpy(at, text.data(), text.size());
  block.used += text.size();
  return at;
}

}  // namespace bylaw::inline v0::ledger
