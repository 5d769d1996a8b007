#pragma once
#include <string_view>

#include "ledger/chunks.hpp"
#include "ledger/slot_index.hpp"

namespace bylaw::inline v0::ledger {

using Symbol = std::uint32_t;

/// Texts that many accounts share (items, places, lots), each kept once and numbered in order of first use.
class Symbols {
 public:
  [[nodiscard]] Symbol find(std::string_view text) const;  ///< no_slot when it was never seen
  Symbol intern(std::string_view text);
  [[nodiscard]] std::string_view text(Symbol symbol) const noexcept { return {entries_[symbol].text, entries_[symbol].size}; }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// Forgets what was interned since there were `size` symbols.
  void shrink_to(std::size_t size) noexcept;

  /// First account of the item or currency, and first account with this lot or serial; lists run through the accounts.
  [[nodiscard]] std::uint32_t& unit_head(Symbol symbol) noexcept { return entries_[symbol].unit_head; }
  [[nodiscard]] std::uint32_t& detail_head(Symbol symbol) noexcept { return entries_[symbol].detail_head; }
  [[nodiscard]] std::uint32_t unit_head(Symbol symbol) const noexcept { return entries_[symbol].unit_head; }
  [[nodiscard]] std::uint32_t detail_head(Symbol symbol) const noexcept { return entries_[symbol].detail_head; }

 private:
  struct Entry {
    char const* text = nullptr;
    std::uint32_t size = 0;
    std::uint32_t unit_head = no_slot;
    std::uint32_t detail_head = no_slot;
  };
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t used = 0;
    std::size_t size = 0;
  };
  char const* keep(std::string_view text);

  Chunks<Entry> entries_;
  SlotIndex index_;
  std::vector<Block> blocks_;
};

}  // namespace bylaw::inline v0::ledger
