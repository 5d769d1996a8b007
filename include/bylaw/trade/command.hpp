#pragma once
#include <optional>
#include <string>
#include <vector>

#include <bylaw/trade/actor.hpp>
#include <bylaw/trade/command_body.hpp>
#include <bylaw/trade/control.hpp>
#include <bylaw/trade/outcome.hpp>
#include <bylaw/trade/records.hpp>
#include <bylaw/trade/refunds.hpp>
#include <bylaw/trade/supply.hpp>

namespace bylaw::inline v0::trade {

struct DefineItem {
  static constexpr CommandKind command_kind = CommandKind::define_item;
  Item item;
  Timestamp effective{INT64_MIN};  ///< when it takes effect; INT64_MIN: at once
};
struct DefineLocation {
  static constexpr CommandKind command_kind = CommandKind::define_location;
  Location location;
  Timestamp effective{INT64_MIN};  ///< as of DefineItem
};
/// Stock that has come in: a fact, never refused for lack of anything.
struct ReceiveStock {
  static constexpr CommandKind command_kind = CommandKind::receive_stock;
  std::string item;
  std::string location;
  std::int64_t quantity = 0;
  std::string reference;
  std::string lot{};                 ///< or serial number; empty: neither
  Timestamp removal{};               ///< of the lot: it is to be gone before this; 0: never
  Timestamp expires{};               ///< of the lot; 0: never
  std::optional<Money> unit_cost{};  ///< what one unit was bought at; none: the item's
};
struct ImportOrder {
  static constexpr CommandKind command_kind = CommandKind::import_order;
  Order order;
};
/// Something that happened to an order, or that is asked of it: allocate, ship, cancel ...
struct OrderEvent {
  static constexpr CommandKind command_kind = CommandKind::order_event;
  std::string order;
  std::string event;
  std::string note;
};
struct ReleaseHold {
  static constexpr CommandKind command_kind = CommandKind::release_hold;
  std::string order;
  std::string rule;
  std::string note;
};
struct RequestReturn {
  static constexpr CommandKind command_kind = CommandKind::request_return;
  Return request;
};
/// Something that happened to a return: receive, inspect, refund, close ...
struct ReturnEvent {
  static constexpr CommandKind command_kind = CommandKind::return_event;
  std::string id;
  std::string event;
  std::string inspected_condition;  ///< for `inspect`
  std::string note;
};

/// What became known of an order after it was imported: a score, a review, a corrected address. By the paths of the schema.
struct RecordFacts {
  static constexpr CommandKind command_kind = CommandKind::record_facts;
  std::string order;
  std::vector<Attribute> facts;
  std::string note;
};
/// A person holds an order. A rule of the policy gives its own settings; any other name is a hold of its own.
struct PlaceHold {
  static constexpr CommandKind command_kind = CommandKind::place_hold;
  std::string order;
  std::string rule;
  std::string reason;
  std::string text;
  std::string queue;
  std::vector<std::string> blocks;      ///< empty: release
  std::vector<std::string> release_by;  ///< roles; empty: anyone
  std::string note;
};
/// A person stops a place, a lot, an item, a carrier, a supplier or a channel.
struct PlaceStop {
  static constexpr CommandKind command_kind = CommandKind::place_stop;
  std::string name;
  std::string what;
  std::string target;
  std::vector<std::string> blocks;
  std::string reason;
  std::string text;
  Timestamp from{INT64_MIN};
  Timestamp until{INT64_MAX};        ///< the first moment it is over
  std::vector<std::string> lift_by;  ///< roles; empty: anyone
};
/// Ends a stop, be it a person's or one of the policy.
struct LiftStop {
  static constexpr CommandKind command_kind = CommandKind::lift_stop;
  std::string name;
  std::string note;
};
/// Something begins to move through a workflow: a shipment of an order, a refund of a return, a purchase order, a count.
struct StartInstance {
  static constexpr CommandKind command_kind = CommandKind::start_instance;
  std::string workflow;
  std::string id;
  std::string parent;  ///< order, return or other instance that follows it; empty: none
  std::vector<Attribute> attributes;
};
/// Something that happened to an instance that is neither order nor return.
struct InstanceEvent {
  static constexpr CommandKind command_kind = CommandKind::instance_event;
  std::string id;
  std::string event;
  std::string note;
};
/// A clock that has run out. Engine::run_due makes these.
struct FireTimer {
  static constexpr CommandKind command_kind = CommandKind::fire_timer;
  std::string subject;
  std::string name;
  Timestamp due;
};
/// Moves open instances of an earlier version of a workflow to the one in force, by its `migrate from`.
struct Migrate {
  static constexpr CommandKind command_kind = CommandKind::migrate;
  std::string workflow;
  std::int32_t from = 0;  ///< version
  std::int64_t count_max = 1000;
  std::string note;
};
/// An event that waited in vain is tried again.
struct Redrive {
  static constexpr CommandKind command_kind = CommandKind::redrive;
  std::string subject;
  std::int64_t letter = 0;  ///< its number in `bylaw report dead_letters`
  std::string note;
};

/// One request to the engine. `id` is checked against all history: the same id with the
/// same body returns the first outcome, with another body it is refused.
struct Command {
  std::string id;
  Timestamp at;  ///< business time, from the caller
  Actor by;
  CommandBody body;
  std::string cause{};  ///< what led to it: the id of a command or message; for the audit
};

}  // namespace bylaw::inline v0::trade
