#pragma once
#include <bylaw/wire/mapping.hpp>

namespace bylaw::inline v0::config {

/// Reads a mapping for `bylaw import`. Errors: `bad_mapping` with file, line and remedy.
[[nodiscard]] BYLAW_EXPORT Result<wire::Mapping> load_mapping(std::string const& path, ZoneTable const& zones);

}  // namespace bylaw::inline v0::config
