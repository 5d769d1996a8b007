#pragma once
#include <cstdint>
#include <string>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::trade {

struct Command;

enum class Status : std::uint8_t { accepted, refused };

/// What became of a command. `code` is stable: `ok`, `backordered`, `unknown_order`, `bound` ...
struct Outcome {
  std::string command_id;
  Status status = Status::accepted;
  bool duplicate = false;  ///< answered from the stored first outcome
  std::string code = "ok";
  std::string message;
  std::string remedy;
  std::string subject;  ///< order, return, item or location it was about
  std::string state;    ///< where the order or return is now
};

}  // namespace bylaw::inline v0::trade
