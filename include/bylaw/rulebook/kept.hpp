#pragma once
#include <string>
#include <vector>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::rulebook {

/// One file of a policy set as a store keeps it.
struct KeptFile {
  std::string name;
  std::string text;
  bool root = false;  ///< was given, not `use`d
};

}  // namespace bylaw::inline v0::rulebook
