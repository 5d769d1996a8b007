#pragma once
#include "policy/syntax/token.hpp"

namespace bylaw::inline v0::policy::syntax {

/// A word that begins a declaration, first on its line: reading may resume there.
[[nodiscard]] bool starts_declaration(Token const& token);

}  // namespace bylaw::inline v0::policy::syntax
