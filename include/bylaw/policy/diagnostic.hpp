#pragma once
#include <string>
#include <string_view>
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

/// A value that a message speaks of: the `field` that is unknown, the `record` it was looked up in.
struct Argument {
  std::string name;
  std::string value;
};

/// One finding in a policy file.
///
/// `code` (`BY0302`) is stable and never reused; docs/diagnostics has a page for each. `message`
/// is one line, lower case, without a final period. `labels[0]` is where to look first; `help`
/// says what to write instead and may be empty. Message and help are the English wording of
/// `code` with `arguments` filled in; a host words them anew with `translate`.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;
  std::vector<Argument> arguments;
  std::string message;
  std::vector<Label> labels;
  std::string help;
};

using Diagnostics = std::vector<Diagnostic>;

[[nodiscard]] BYLAW_EXPORT bool has_errors(Diagnostics const& diagnostics) noexcept;

/// How one code is said in one language. `{name}` stands for the argument of that name. `help`
/// is used when every argument it names is there and not empty, else `other_help`.
struct Wording {
  char const* code;
  Severity severity;
  char const* message;
  char const* help;
  char const* other_help;
};

/// The English wordings, one per code, rising by code. Every code that Bylaw reports is in it.
[[nodiscard]] BYLAW_EXPORT std::vector<Wording> const& english_wordings();
/// Message and help of a diagnostic in the words of another table; unchanged when the table lacks its code.
BYLAW_EXPORT void translate(Diagnostic& diagnostic, std::vector<Wording> const& wordings);

/// A diagnostic in English. Every finding is made here, so that a code has one wording.
[[nodiscard]] BYLAW_EXPORT Diagnostic finding(char const* code, Span span, std::vector<Argument> arguments = {}, std::string label = {});

/// Line and column, both from 1; the column counts characters, not bytes.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};
[[nodiscard]] BYLAW_EXPORT Position position_of(Source const& source, std::uint32_t offset) noexcept;

/// The finding as people read it: source line, underline, label and help.
[[nodiscard]] BYLAW_EXPORT std::string render(Diagnostic const& diagnostic, std::vector<Source> const& sources);
[[nodiscard]] BYLAW_EXPORT std::string render(Diagnostics const& diagnostics, std::vector<Source> const& sources);

/// The one of `names` that was probably meant by `wrong`; empty when none is near.
[[nodiscard]] BYLAW_EXPORT std::string nearest(std::string_view wrong, std::vector<std::string> const& names);

}  // namespace bylaw::inline v0::policy
