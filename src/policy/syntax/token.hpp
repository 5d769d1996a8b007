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
  bool reserved = false;      ///< a word of the closed set that is never a name
  bool starts_line = false;   ///< error recovery resumes only at such a token
  std::uint32_t begin_offset = 0;
  std::uint32_t end_offset = 0;
  std::string_view text;
};

/// A `##` comment, kept for the declaration below it.
struct DocComment {
  std::uint32_t end_offset = 0;
  std::string_view text;
};

struct TokenList {
  std::vector<Token> tokens;  ///< always ends with TokenKind::end
  std::vector<DocComment> doc_comments;
  bool usable = true;         ///< false when the text is beyond a limit and must not be parsed
};

/// Cuts a source into tokens; what cannot be a token is reported and skipped.
[[nodiscard]] TokenList tokenize(Source const& source, std::uint32_t source_index, Diagnostics& out);

inline constexpr std::size_t source_bytes_max = 4u << 20;
inline constexpr std::size_t token_bytes_max = 1u << 20;
inline constexpr int nesting_depth_max = 200;

}  // namespace bylaw::inline v0::policy::syntax
