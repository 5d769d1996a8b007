#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <bylaw/trade/actor.hpp>
#include <bylaw/values/money.hpp>
#include <bylaw/values/time.hpp>

// Rows of the journal that are about who may do what, and what the outside was told.
namespace bylaw::inline v0::trade {

/// A version of an entry of the catalog. `body` is JSON.
struct CatalogRow {
  std::string kind;  ///< item, location, vendor, cross_reference, reason, carrier or calendar
  std::string id;
  Timestamp effective;
  bool removed = false;
  std::string body;
};

/// What was said to a request. `subject` is the request's id.
struct AnswerRow {
  std::string subject;
  std::string answer;  ///< asked, approve, deny, withdraw, lapse
  Actor by;
  std::string rule;  ///< asked: the rules that need it, joined by commas
  std::string note;
};

/// What counts against the limits of approvals and brakes: something was done, or asked for.
struct SpendRow {
  std::string command;  ///< `refund`
  std::string order;
  std::string customer;
  std::string requester;
  bool automatic = false;
  std::optional<Money> amount;
  std::string request;   ///< that it waits in; empty: done
  bool dropped = false;  ///< the request of this id came to nothing: what it counted counts no more
};

struct DelegationRow {
  std::string from;
  std::string to;
  std::string role;
  Timestamp begins;
  Timestamp ends;
  bool revoked = false;
};

enum class DeliveryAction : std::uint8_t { dead, redriven, skipped };
/// What became of a message that could not be delivered.
struct DeliveryRow {
  std::string consumer;
  std::int64_t message = 0;
  DeliveryAction action{};
  std::int64_t attempts = 0;
  std::string reason;
};

struct ActivationRow {
  std::string rollout;  ///< full, part, shadow or stop
  std::int64_t policy = 0;
  std::string channels;   ///< joined by commas
  std::string locations;  ///< joined by commas
  std::int64_t share_percent = 0;
};

/// Where a version in the shadow would have decided otherwise.
struct DifferenceRow {
  std::string subject;
  std::int64_t in_force = 0;  ///< policy version
  std::int64_t shadow = 0;
  std::string rule;
  std::string change;  ///< `would hold` or `would not hold`
  std::optional<Money> value;
};

/// A line of a supply as it is now: what was ordered, what of it came, when the rest is to come.
struct SupplyRow {
  std::string supply;
  std::string kind;  ///< purchase_order, transfer or production
  std::string item;
  std::string location;
  std::string from;  ///< transfers
  std::int64_t ordered = 0;
  std::int64_t received = 0;
  Timestamp due;
  std::int64_t tolerance_percent = 0;
  bool sent = false;    ///< transfers: it has left
  bool closed = false;  ///< nothing more of it comes
  std::string cause{};  ///< why it changed
};

/// What a channel was told of an item at a location, and what it stood on.
struct FeedRow {
  std::string channel;
  std::string item;
  std::string location;
  std::int64_t number = 0;    ///< gap-free per channel, from 1
  std::int64_t quantity = 0;  ///< base units
  std::int64_t total = 0;     ///< of the item, over the locations of the channel
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::string rule{};
  Timestamp at{};
};

struct AlertRow {
  std::string name;
  bool raised = true;
  std::int64_t value = 0;
  std::int64_t limit = 0;
};

}  // namespace bylaw::inline v0::trade
