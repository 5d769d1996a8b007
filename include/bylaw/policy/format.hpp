#pragma once
#include <string>

#include <bylaw/policy/diagnostic.hpp>

namespace bylaw::inline v0::policy {

/// A policy file in canonical layout, or why there is none.
struct Formatted {
  std::string text;         ///< empty when `diagnostics` has errors
  Diagnostics diagnostics;  ///< of reading the file; types are not looked at
};

/// Lays a policy file out: two blanks a level, one clause a line unless the author put several on
/// one line and they fit 120 columns, `or` and `and` first on a continuation line, parentheses where
/// they change the meaning or stand around `and` under `or`. Comments and the order of everything
/// stay. Formatting twice gives the same as once, and the result means what the source means.
[[nodiscard]] BYLAW_EXPORT Formatted format(Source const& source);

/// A text that two files share exactly when they parse to the same tree, whatever their layout,
/// comments and needless parentheses. For tests and for telling whether a change is one of layout only.
[[nodiscard]] BYLAW_EXPORT std::string syntax_tree(Source const& source);

}  // namespace bylaw::inline v0::policy
