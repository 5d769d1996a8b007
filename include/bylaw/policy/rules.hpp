#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <bylaw/policy/diagnostic.hpp>
#include <bylaw/policy/facts.hpp>
#include <bylaw/policy/migration.hpp>
#include <bylaw/values/calendar.hpp>
#include <bylaw/values/currency.hpp>
#include <bylaw/values/money.hpp>
#include <bylaw/values/quantity.hpp>

namespace bylaw::inline v0::policy {

/// Days between which something is in force; the last day is included.
struct Period {
  Date from{INT32_MIN};
  Date until{INT32_MAX};
  [[nodiscard]] bool contains(Date date) const noexcept { return from <= date && date <= until; }
};

/// What every rule has in common, as audit and explanations need it.
struct RuleInfo {
  Kind kind{};
  std::string name;
  std::string file;
  std::string comment;  ///< its `##` comment
  std::string note;
  Span span;                 ///< its name
  Span whole;                ///< the declaration from first to last word
  std::uint32_t header = 0;  ///< index into Policy::headers()
  Period period;
};

/// The `policy` header of one file: the settings its rules are read with.
struct Header {
  std::string name;
  Currency currency;
  std::string zone = "UTC";
  Period effective;
  BusinessCalendar calendar;
  bool business_hours = false;  ///< `business hours` was written
  bool window_inclusive = true;
  std::int32_t undelivered_days = 7;  ///< window start without a delivery scan: shipment plus this
  bool refund_cap = false;            ///< refund above what is left: refuse, or cap to it
  bool recompute_discount = false;    ///< discount of a returned unit: keep its share, or recompute the promotion
  bool all_or_nothing = false;        ///< short network: ship what is available, or nothing
  bool rank_before_reservations = false;
};

/// A reason code with the words a customer's agent reads aloud.
struct Reason {
  std::string code;
  std::string text;
};

enum class LatePolicy : std::uint8_t { stop_ship, recall, flag };

struct Escalation {
  Duration after;
  std::string to;  ///< role
};
/// `expire after D then ACTION, grace D, at most N per D`. `limit` 0: no limit.
struct Expiry {
  Duration after;
  std::string action;
  Duration grace;
  std::int64_t limit = 0;
  Duration limit_per;
};

struct HoldRule {
  RuleInfo info;
  bool scope_line = false;
  Reason reason;
  std::string queue = "default";
  std::int32_t priority = 100;          ///< smaller is looked at first
  std::vector<std::string> blocks;      ///< transitions it prevents
  std::vector<std::string> release_by;  ///< roles
  bool releases_itself = false;         ///< has `release when`
  bool clears = false;                  ///< lifts itself when its cause is gone
  std::vector<Escalation> escalations;
  std::vector<Expiry> expiries;  ///< at most one
  LatePolicy late = LatePolicy::stop_ship;
};

/// A manual or planned stop of a location, lot, item, carrier, supplier or channel.
struct StopRule {
  RuleInfo info;
  std::string what;  ///< `location`
  std::string name;  ///< `DC2`
  std::vector<std::string> blocks;
  Timestamp from{INT64_MIN};
  Timestamp until{INT64_MAX};   ///< the first moment it is over
  std::vector<std::string> by;  ///< roles that may lift it
  Reason reason;
};

struct ValidationRule {
  RuleInfo info;
  bool scope_line = false;
  Reason reason;
  bool rejects = false;
  std::string hold;  ///< hold rule to place; empty: none
  bool repairs = false;
};

enum class Scarcity : std::uint8_t { unstated, priority, promise_date, fair_share };

struct AllocationRule {
  RuleInfo info;
  std::int32_t shipments_max = 0;  ///< 0: no limit; 1: never split
  bool split_freely = false;       ///< take what each location has in the order of preference, however many parcels that makes
  bool keep_safety_stock = false;
  std::vector<std::string> short_steps;  ///< `substitute`, `backorder`, `split`, `ask`, `cancel`, `hold:NAME`, in order
  bool reserves = false;
  Duration reserve_for;
  Scarcity scarce = Scarcity::unstated;
};

/// Stock kept for one channel. `until` as in StopRule.
struct ProtectRule {
  RuleInfo info;
  std::string channel;
  bool daily = false;  ///< set every day at `at` instead of at receipt
  TimeOfDay at;
  Timestamp until{INT64_MAX};
};

struct PublishRule {
  RuleInfo info;
  std::string channel;
};

struct ServiceRule {
  RuleInfo info;
  Reason miss;  ///< empty code: a miss needs no reason
};

struct ChangeRule {
  RuleInfo info;
  bool recheck_holds = false;
  std::vector<std::string> things;  ///< that any of its clauses speaks of
};

struct BackorderRule {
  RuleInfo info;
};

struct ReturnRule {
  RuleInfo info;
  bool mandatory = false;
};

struct ApprovalRule {
  RuleInfo info;
  std::string command;
  std::vector<std::string> by;  ///< roles
  bool not_requester = false;
  Duration lapse;  ///< 0: does not lapse
};

/// So often, or so much, a thing may happen by itself; what is beyond it waits in a queue until a person has looked.
struct BrakeRule {
  RuleInfo info;
  std::string command;           ///< `refund`, `cancel` ...; `hold`: holds that rules place
  std::int64_t count_max = -1;   ///< so many in `per`; -1: not counted
  std::optional<Money> sum_max;  ///< so much in `per`
  Duration per;
  std::string queue;
  std::vector<std::string> by;  ///< roles that let one through; empty: anyone
  Reason reason;
};

/// Who may send which commands: `permit order_desk to import_order, cancel;`.
struct Permit {
  std::vector<std::string> roles;
  std::vector<std::string> commands;  ///< empty: everything
  Span span;
};

struct PostingRule {
  RuleInfo info;
  Subject subject = Subject::shipment;
  std::string event;                  ///< `shipment.shipped`
  std::string each;                   ///< `line`, or empty
  std::vector<std::string> accounts;  ///< that any of its clauses names
};

/// An action with its arguments as they were written: `notify(customer)`.
struct Action {
  std::string name;
  std::vector<std::string> arguments;
};

/// One outgoing transition of a state. `event` is empty for one taken as soon as its guard holds
/// or, with `timed`, after a time in the state.
struct Transition {
  std::string event;
  std::vector<std::string> by;  ///< roles that may assert it; empty: any
  bool timed = false;
  Duration after;
  std::int32_t guard = -1;  ///< index for Policy::guard; -1: none. Guards that are written alike in one file are one
  std::string guard_text;   ///< as written, for diagrams and to tell versions apart
  std::vector<Action> actions;
  std::string target;  ///< empty: stays
  Span span;
};

enum class OtherEvents : std::uint8_t { inherit, reject, ignore, dead_letter, park };

/// A state. Nested states and regions come after their parent; `parent` is the index of the state
/// it is nested in, -1 at the top, and `region` names the parallel region of the parent.
struct State {
  std::string name;
  std::int32_t parent = -1;
  std::string region;
  bool final = false;
  std::string start;  ///< nested states: where it begins
  OtherEvents others = OtherEvents::inherit;
  Duration park_for;
  std::vector<Action> enter;
  std::vector<Action> leave;
  std::vector<Transition> transitions;
  Span span;
};

/// A `workflow` declaration as data, with what it extends filled in, before anyone checks that it can finish.
struct WorkflowDeclaration {
  RuleInfo info;
  std::string extends;
  std::int32_t version = 1;
  std::string start;
  std::vector<State> states;
  std::vector<Migration> migrations;
};

/// A rolling figure that the engine keeps: how rules see it, and how it is kept.
struct Measure {
  std::string name;
  FactKind kind{};
  std::string function;  ///< count, sum, min or max
  std::string record;
  std::vector<std::string> keys;    ///< paths from the record on, without its name: `customer.id`
  std::vector<FactKind> key_kinds;  ///< per key
  std::vector<bool> key_may_miss;   ///< per key: one field of a record that is the key as a whole
  Duration over;
  Span span;
};

/// A function that the host answers.
struct HostFunction {
  std::string name;
  FactKind result{};
  std::string detail;  ///< as Slot::detail
  bool optional = false;
};

}  // namespace bylaw::inline v0::policy
