#pragma once
#include <string>
#include <vector>

#include <bylaw/ledger/ledger.hpp>
#include <bylaw/trade/outcome.hpp>
#include <bylaw/trade/records.hpp>

namespace bylaw::inline v0::trade {

/// A change of state of an order or return. INVARIANT: the state of a subject is the
/// `to` of its last transition.
struct TransitionRow {
  std::string subject;   ///< order or return id
  std::string workflow;  ///< `order` or `return`
  std::int32_t version = 1;
  std::string event;
  std::string from;  ///< empty for the first
  std::string to;
};

enum class HoldAction : std::uint8_t { placed, waiting, released, cleared };
[[nodiscard]] BYLAW_EXPORT char const* to_string(HoldAction action) noexcept;

struct HoldRow {
  std::string order;
  std::string rule;
  std::int32_t line = -1;
  HoldAction action = HoldAction::placed;
  std::string reason;
  std::string text;
  std::string queue;
  std::string blocks;  ///< transitions, joined by commas
  std::string reads;   ///< JSON: the values the decision stood on
};

/// A decision that was acted on: which rule, what it said, which values it read.
struct DecisionRow {
  std::string subject;
  std::string kind;  ///< `allocation`, `return`
  std::string rule;
  std::string verdict;
  std::string reads;  ///< JSON
};

/// One message for the outside, to be delivered at least once and in order per subject.
struct EventRow {
  std::string type;  ///< `order.released`
  std::string subject;
  std::string data;  ///< JSON
};

struct OrderRow {
  Order order;
  Timestamp imported;
};

/// A line of a return with what was decided of it. Money in minor units of the return's currency.
struct ReturnLineRow {
  std::string return_id;
  ReturnLine line;
  std::string verdict;  ///< approve, review or deny
  std::string reasons;  ///< failed clauses, joined by commas
  std::int64_t refund_minor = 0;
  std::int64_t fee_minor = 0;
  Timestamp sold;  ///< when the matched order was placed; 0: not matched
  std::string rule;
};
struct ReturnRow {
  Return request;
};

/// Everything one accepted command writes. Nothing of it is visible before the commit.
struct Changes {
  std::vector<ledger::Entry> transfers;
  std::vector<OrderRow> orders;
  std::vector<ReturnRow> returns;
  std::vector<ReturnLineRow> return_lines;
  std::vector<ReturnLineRow> dropped_claims;  ///< of a cancelled return: its units may be claimed again
  std::vector<TransitionRow> transitions;
  std::vector<HoldRow> holds;
  std::vector<DecisionRow> decisions;
  std::vector<EventRow> events;
  std::vector<Item> items;
  std::vector<Location> locations;
};

}  // namespace bylaw::inline v0::trade
