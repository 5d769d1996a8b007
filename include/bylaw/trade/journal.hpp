#pragma once
#include <string>
#include <vector>

#include <bylaw/ledger/ledger.hpp>
#include <bylaw/trade/actor.hpp>
#include <bylaw/trade/control_rows.hpp>
#include <bylaw/trade/outcome.hpp>
#include <bylaw/trade/records.hpp>
#include <bylaw/trade/refunds.hpp>

namespace bylaw::inline v0::trade {

/// A subject begins to move through a workflow. `definition` is what Store::keep_policy said of it: the instance keeps it.
struct StartRow {
  std::string subject;
  std::string workflow;  ///< kind: `order`, `return`, `shipment` ...
  std::int32_t version = 1;
  std::int64_t definition = 0;
  std::string parent;                 ///< subject that follows it; empty: none
  std::vector<Attribute> attributes;  ///< what is known of it beside the records of trade
};

/// A change of state of an order, a return or another instance. INVARIANT: the state of a subject is the `to` of its last transition.
struct TransitionRow {
  std::string subject;
  std::string event;  ///< empty: by itself; `after_1` and so on: a clock
  std::string from;   ///< empty for the first
  std::string to;
  bool closes = false;  ///< nothing more is expected of it
};

/// An instance goes on under another definition of its workflow. It stands before the transition that says so.
struct RepinRow {
  std::string subject;
  std::int32_t version = 1;
  std::int64_t definition = 0;
};

enum class TimerAction : std::uint8_t {
  set,
  stopped,
  fired,
  elapsed,  ///< its time is over, its guard does not hold yet
  failed    ///< what it was to do was refused; a person has to look
};
/// A clock of an instance. Names: `STATE/after_N` of a workflow, `hold/RULE/LINE/WHAT`, `parked/SEQ`, `recheck`.
struct TimerRow {
  std::string subject;
  std::string name;
  TimerAction action = TimerAction::set;
  Timestamp due;
};

enum class ParkedAction : std::uint8_t { parked, delivered, dead, redriven };
/// An event that did not fit and waits, or waited in vain.
struct ParkedRow {
  std::string subject;
  ParkedAction action = ParkedAction::parked;
  std::int64_t parked = 0;  ///< the row that it is about; 0: a new one
  std::string event;
  Timestamp deadline;
  Actor by;
  std::string reason;
};

/// A fact that became known, or changed, after the order was imported.
struct FactRow {
  std::string order;
  Attribute fact;
  std::string person{};  ///< whose personal value it is; empty: nobody's
};

/// A stop of a place, an item or a channel that a person has made, or has lifted.
struct StopRow {
  std::string name;
  bool lifted = false;
  std::string what;    ///< location, lot, item, carrier, supplier or channel
  std::string target;  ///< `DC2`
  std::string blocks;  ///< transitions, joined by commas
  std::string reason;
  std::string text;
  Timestamp from{INT64_MIN};
  Timestamp until{INT64_MAX};
  std::string lift_by;  ///< roles, joined by commas; empty: anyone
};

/// What an order adds to a measure.
struct MeasureRow {
  std::string measure;
  std::string key;
  std::string subject;
  std::int64_t amount = 0;
  std::int32_t scale = 0;
};

/// `escalated` and `expiring` leave a hold open: somebody else is responsible for it, or its end has been announced.
enum class HoldAction : std::uint8_t { placed, waiting, released, cleared, escalated, expiring, expired };
[[nodiscard]] BYLAW_EXPORT char const* to_string(HoldAction action) noexcept;
[[nodiscard]] constexpr bool is_open(HoldAction action) noexcept {
  return action == HoldAction::placed || action == HoldAction::waiting || action == HoldAction::escalated || action == HoldAction::expiring;
}

struct HoldRow {
  std::string order;
  std::string rule;
  std::int32_t line = -1;
  HoldAction action = HoldAction::placed;
  std::string reason;
  std::string text;
  std::string queue;
  std::string blocks;           ///< transitions, joined by commas
  std::string reads;            ///< JSON: the values the decision stood on
  std::string scope = "order";  ///< order, line, location, lot, item or channel
  std::string owner;            ///< role that is responsible now
  std::string late;             ///< what was done because it came after what it blocks: stop_ship, recall, flag
  Timestamp due;                ///< waiting: when it is decided; expiring: when it runs out; 0: never
  std::string release_by;       ///< roles, joined by commas; empty: anyone
  Timestamp at{};               ///< when that was; the store fills it in
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
  std::vector<StartRow> starts;
  std::vector<RepinRow> repins;
  std::vector<TransitionRow> transitions;
  std::vector<TimerRow> timers;
  std::vector<ParkedRow> parked;
  std::vector<FactRow> facts;
  std::vector<StopRow> stops;
  std::vector<MeasureRow> measures;
  std::vector<HoldRow> holds;
  std::vector<DecisionRow> decisions;
  std::vector<EventRow> events;
  std::vector<CatalogRow> catalog;
  std::vector<AnswerRow> answers;
  std::vector<SpendRow> spends;
  std::vector<DelegationRow> delegations;
  std::vector<DeliveryRow> deliveries;
  std::vector<ActivationRow> activations;
  std::vector<DifferenceRow> differences;
  std::vector<AlertRow> alerts;
  std::vector<SupplyRow> supplies;
  std::vector<FeedRow> feed;
  std::vector<PaymentRow> payments;
  std::vector<ReturnMoveRow> return_moves;
  std::vector<RefundRow> refunds;
  std::vector<ledger::CostEntry> costs;
  std::vector<ledger::Lot> lots;
  struct Bound {
    std::size_t after = 0;  ///< so many of `transfers` come before it
    ledger::BoundChange change;
  };
  std::vector<Bound> bounds;
  std::vector<std::string> erased;          ///< persons
  std::vector<std::string> personal_paths;  ///< facts of orders that the policy's schema calls personal
  std::int64_t policy = 0;                  ///< version that decided; 0: none decided
};

}  // namespace bylaw::inline v0::trade
