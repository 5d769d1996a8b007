#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace bylaw::inline v0::store {

/// Whether a consumer that wants these types takes a message of that one: all when it names none, `order.*` all that begin so.
inline bool takes_type(std::vector<std::string> const& types, std::string_view type) {
  if (types.empty()) return true;
  return std::any_of(types.begin(), types.end(), [&](std::string const& wanted) {
    bool const prefix = wanted.size() > 1 && wanted.compare(wanted.size() - 2, 2, ".*") == 0;
    return prefix ? type.substr(0, wanted.size() - 1) == std::string_view(wanted).substr(0, wanted.size() - 1) : type == wanted;
  });
}

}  // namespace bylaw::inline v0::store
