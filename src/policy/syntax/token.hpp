#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include <bylaw/policy/diagnostic.hpp>

namespace bylaw::inline v0::policy::syntax {

enum class TokenKind : std::uint8_t { word, quoted_word, text, number, date, time, timestamp, duration, symbol, end };

/// One token of a policy file. `text` is its source text (a view into the Source).
struct Token {
  TokenKind kind = TokenKind::end;
  bool reserved = false;     ///< a word of the closed set that is never a name
  bool starts_line = false;  ///< error recovery resumes only at such a token
  std::uint32_t begin_offset = 0;
  std::uint32_t end_offset = 0;
  std::string_view text;
};

/// A comment from `#` to the end of its line. `##` comments belong to the declaration below.
struct Comment {
  std::uint32_t begin_offset = 0;
  std::uint32_t end_offset = 0;
  std::string_view text;

  [[nodiscard]] bool is_doc() const { return text.substr(0, 2) == "##"; }
};

struct TokenList {
  std::vector<Token> tokens;  ///< always ends with TokenKind::end
  std::vector<Comment> comments;
  bool usable = true;  ///< false when the text is beyond a limit and must not be parsed
};

/// Cuts a source into tokens; what cannot be a token is reported and skipped.
[[nodiscard]] TokenList tokenize(Source const& source, std::uint32_t source_index, Diagnostics& out);

/// 1 for `january` to 12 for `december`; 0 for any other word.
[[nodiscard]] constexpr int month_number(std::string_view word) noexcept {
  constexpr std::string_view months[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};
  for (int i = 0; i < 12; ++i) {
    if (months[i] == word) return i + 1;
  }
  return 0;
}

inline constexpr std::size_t source_bytes_max = 4u << 20;
inline constexpr std::size_t token_bytes_max = 1u << 20;
inline constexpr int nesting_depth_max = 200;

}  // namespace bylaw::inline v0::policy::syntax
