#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace bylaw::inline v0::policy {

/// `migrate from N { OLD becomes NEW; }`
struct Migration {
  std::int32_t from = 0;
  std::vector<std::string> old_states;
  std::vector<std::string> new_states;
};

}  // namespace bylaw::inline v0::policy
