#pragma once
#include <string>
#include <variant>
#include <vector>

#include <bylaw/trade/outcome.hpp>
#include <bylaw/trade/records.hpp>

namespace bylaw::inline v0::trade {

/// Who asks. Everything that is done is done by somebody in a role.
struct Actor {
  std::string user = "system";
  std::string role = "system";
};

struct DefineItem {
  Item item;
};
struct DefineLocation {
  Location location;
};
/// Stock that has come in: a fact, never refused for lack of anything.
struct ReceiveStock {
  std::string item;
  std::string location;
  std::int64_t quantity = 0;
  std::string reference;
};
struct ImportOrder {
  Order order;
};
/// Something that happened to an order, or that is asked of it: allocate, ship, cancel ...
struct OrderEvent {
  std::string order;
  std::string event;
  std::string note;
};
struct ReleaseHold {
  std::string order;
  std::string rule;
  std::string note;
};
struct RequestReturn {
  Return request;
};
/// Something that happened to a return: receive, inspect, refund, close ...
struct ReturnEvent {
  std::string id;
  std::string event;
  std::string inspected_condition;  ///< for `inspect`
  std::string note;
};

using CommandBody = std::variant<DefineItem, DefineLocation, ReceiveStock, ImportOrder, OrderEvent, ReleaseHold, RequestReturn, ReturnEvent>;

/// One request to the engine. `id` is checked against all history: the same id with the
/// same body returns the first outcome, with another body it is refused.
struct Command {
  std::string id;
  Timestamp at;  ///< business time, from the caller
  Actor by;
  CommandBody body;
};

/// Short name of a command's kind, as in its JSON form (`import_order`).
[[nodiscard]] BYLAW_EXPORT char const* kind_of(CommandBody const& body) noexcept;

}  // namespace bylaw::inline v0::trade
