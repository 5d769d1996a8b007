#pragma once
#include <string>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::values {

/// What went wrong, where, and what to do about it.
///
/// `code` is stable and never reused (`unknown_order`, `store_locked`); programs
/// branch on it. `message` is one plain sentence in lower case without a final
/// period. `place` says where (`orders.csv:17`, `lines[2].quantity`), `remedy`
/// what to write or do instead; both may be empty.
struct Error {
  std::string code;
  std::string message;
  std::string place;
  std::string remedy;

  friend bool operator==(Error const&, Error const&) = default;
};

/// Text of an error for people: "place: message (remedy)".
[[nodiscard]] inline std::string to_string(Error const& error) {
  std::string text;
  if (!error.place.empty()) text += error.place + ": ";
  text += error.message;
  if (!error.remedy.empty()) text += " (" + error.remedy + ")";
  return text;
}

}  // namespace bylaw::inline v0::values
