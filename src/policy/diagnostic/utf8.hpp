#pragma once
#include <string_view>

namespace bylaw::inline v0::policy {

/// Length of the well-formed UTF-8 character at `at`, 0 when it is not one.
/// Source: Unicode 15, table 3-7.
inline std::size_t utf8_length(std::string_view text, std::size_t at) {
  auto const byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto const tail = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  auto const lead = byte(at);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(at + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    auto const second = byte(at + 1);
    bool const ok = tail(at + 1) && !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F);
    return ok && tail(at + 2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    auto const second = byte(at + 1);
    bool const ok = tail(at + 1) && !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F);
    return ok && tail(at + 2) && tail(at + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace bylaw::inline v0::policy
