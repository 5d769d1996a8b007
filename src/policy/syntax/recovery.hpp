#pragma once
#include "policy/syntax/token.hpp"

namespace bylaw::inline v0::policy::syntax {

/// Whether a declaration begins here, first on its line: reading may resume there. Looks at up
/// to two tokens behind it; every token list ends with one of TokenKind::end.
[[nodiscard]] bool starts_declaration(Token const* token);

}  // namespace bylaw::inline v0::policy::syntax
