#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::policy {

/// Texts by small numbers, for hosts that read the same codes again and again: an item, a city, a carrier.
/// A text keeps its number as long as the object lives, whichever policies come and go. Thread safe.
class BYLAW_EXPORT Symbols {
 public:
  Symbols();
  Symbols(Symbols&& other) noexcept : table_(std::exchange(other.table_, nullptr)) {}
  Symbols& operator=(Symbols&& other) noexcept {
    std::swap(table_, other.table_);
    return *this;
  }
  ~Symbols();

  /// The number of a text, from 0; a new one for a text that was not there. At most 2^31 - 1 texts.
  std::int32_t intern(std::string_view text);
  /// The text of a number; empty when there is none. It stays where it is.
  [[nodiscard]] std::string_view text(std::int32_t id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  struct Table;
  Table* table_ = nullptr;
};

}  // namespace bylaw::inline v0::policy
