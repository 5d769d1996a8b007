#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/trade/actor.hpp>
#include <bylaw/trade/command_body.hpp>
#include <bylaw/trade/records.hpp>

// Commands that govern: master data, approvals, delegation, messages, persons, policy versions.
namespace bylaw::inline v0::trade {

/// An entry of the catalog that is neither item nor location: a vendor, a channel's SKU, a reason, a carrier, a calendar.
struct DefineEntry {
  static constexpr CommandKind command_kind = CommandKind::define_entry;
  std::string kind;  ///< vendor, cross_reference, reason, carrier or calendar
  std::string id;    ///< cross references: `CHANNEL/SKU`, reasons: `KIND/CODE`
  std::vector<Attribute> values;
  Timestamp effective{INT64_MIN};  ///< when it takes effect; INT64_MIN: at once
  bool removed = false;            ///< from then on there is no such entry
  std::string note;
};

enum class Observation : std::uint8_t { counted, damaged, shipped };
[[nodiscard]] BYLAW_EXPORT std::string_view to_string(Observation what) noexcept;
[[nodiscard]] BYLAW_EXPORT bool parse(std::string_view text, Observation& out) noexcept;

/// What somebody has seen: so many lie there, so many are broken, so many have left. Never refused for lack of stock.
struct ObserveStock {
  static constexpr CommandKind command_kind = CommandKind::observe_stock;
  Observation what{};
  std::string item;
  std::string location;
  std::int64_t quantity = 0;   ///< base units; counted: what lies there, from 0
  std::string order;           ///< shipped: for which order; may be empty
  std::int64_t expected = -1;  ///< counted: what the books said when it was counted; -1: what they say now
  std::string reason;
  std::string note;
  std::string lot{};  ///< empty: what lies there without one
};

enum class Answer : std::uint8_t { approve, deny, withdraw };
[[nodiscard]] BYLAW_EXPORT std::string_view to_string(Answer answer) noexcept;
[[nodiscard]] BYLAW_EXPORT bool parse(std::string_view text, Answer& out) noexcept;

/// What a person says to a request that waits for an approval or behind a brake.
struct AnswerRequest {
  static constexpr CommandKind command_kind = CommandKind::answer_request;
  std::string request;
  Answer answer{};
  std::string note;
};

/// Somebody else may act for the sender for a while, in one of his roles or in all.
struct Delegate {
  static constexpr CommandKind command_kind = CommandKind::delegate;
  std::string to;
  std::string role;  ///< empty: every role that the sender has
  Timestamp from{INT64_MIN};
  Timestamp until;  ///< the first moment it is over; required
  bool revoked = false;
  std::string note;
};

/// Messages that nobody could deliver are tried again, or given up.
struct RedriveMessages {
  static constexpr CommandKind command_kind = CommandKind::redrive_messages;
  std::string consumer;
  std::int64_t message = 0;  ///< its number; 0: all of the consumer's dead letters
  bool skip = false;         ///< give it up: what waits behind it goes on
  std::string note;
};

/// Personal values of a person go; that there were some, and everything else, stays.
struct ErasePerson {
  static constexpr CommandKind command_kind = CommandKind::erase_person;
  std::string person;  ///< a customer's id, or `order:ID` of a guest
  std::string note;
};

/// One file of a policy set, as it was read.
struct PolicyFile {
  std::string name;
  std::string text;
  bool root = true;  ///< named by the person; otherwise brought in by `use`
};

enum class Rollout : std::uint8_t {
  full,    ///< decides everything
  part,    ///< decides for the channels, locations or the share that are named; the version in force decides the rest
  shadow,  ///< decides nothing; where it would have decided otherwise is written down
  stop     ///< ends the rollout or the shadow of this version
};
[[nodiscard]] BYLAW_EXPORT std::string_view to_string(Rollout rollout) noexcept;
[[nodiscard]] BYLAW_EXPORT bool parse(std::string_view text, Rollout& out) noexcept;

/// A policy version takes force, wholly or for a part, is tried in the shadow, or is taken back.
struct ActivatePolicy {
  static constexpr CommandKind command_kind = CommandKind::activate_policy;
  std::vector<PolicyFile> files;  ///< empty: a version that the store has, by `version`
  std::string version;            ///< its hash or the first 8 characters or more of it
  Rollout rollout{};
  std::vector<std::string> channels;
  std::vector<std::string> locations;  ///< regions of ship-to addresses, or locations that an order is bound to
  std::int64_t share_percent = 0;      ///< of all orders, by their ids; 0: by channels and locations only
  std::string instead_of;              ///< hash of the version in force as the sender knows it; empty: whatever it is
  std::string note;
};

/// Looks at queues, messages and data, and raises or clears alerts.
struct CheckHealth {
  static constexpr CommandKind command_kind = CommandKind::check_health;
};

}  // namespace bylaw::inline v0::trade
