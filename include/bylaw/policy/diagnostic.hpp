#pragma once
#include <string>
#include <vector>

#include <bylaw/values/span.hpp>

namespace bylaw::inline v0::policy {

/// One policy file: its name as people know it, and its text.
struct Source {
  std::string name;
  std::string text;
};

enum class Severity : std::uint8_t { error, warning };

struct Label {
  Span span;
  std::string text;
};

/// One finding in a policy file.
///
/// `code` (`BY0302`) is stable and never reused. `message` is one line, lower case,
/// without a final period. `labels[0]` is where to look first; `help` says what to
/// write instead and may be empty.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;
  std::string message;
  std::vector<Label> labels;
  std::string help;
};

using Diagnostics = std::vector<Diagnostic>;

[[nodiscard]] BYLAW_EXPORT bool has_errors(Diagnostics const& diagnostics) noexcept;

/// Line and column, both from 1; the column counts characters, not bytes.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};
[[nodiscard]] BYLAW_EXPORT Position position_of(Source const& source, std::uint32_t offset) noexcept;

/// The finding as people read it: source line, underline, label and help.
[[nodiscard]] BYLAW_EXPORT std::string render(Diagnostic const& diagnostic, std::vector<Source> const& sources);
[[nodiscard]] BYLAW_EXPORT std::string render(Diagnostics const& diagnostics, std::vector<Source> const& sources);

}  // namespace bylaw::inline v0::policy
