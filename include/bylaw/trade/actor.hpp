#pragma once
#include <string>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::trade {

/// Who asks. Everything that is done is done by somebody in a role.
struct Actor {
  std::string user = "system";
  std::string role = "system";
  std::string on_behalf_of{};  ///< user whose delegate this is; empty: himself
};

}  // namespace bylaw::inline v0::trade
