#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/policy/facts.hpp>
#include <bylaw/policy/rules.hpp>
#include <bylaw/values/money.hpp>
#include <bylaw/values/quantity.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::policy {

/// A fact that a decision looked at, as people write it; `missing` when there was none.
struct Read {
  std::string path;
  std::string value;
  friend bool operator==(Read const&, Read const&) = default;
};

/// Why a hold stands: its cause is there, a fact is awaited, or the rule could not be evaluated.
enum class HoldState : std::uint8_t { placed, waiting, failed };

/// One hold rule that applies to one order (or to one of its lines).
struct HoldHit {
  std::uint32_t rule = 0;  ///< index into Policy::holds()
  HoldState state = HoldState::placed;
  std::int32_t line = -1;  ///< index of the line for `scope line`
  Timestamp decide_by{};   ///< waiting only: when the `otherwise` value is used
  bool overdue = false;    ///< placed because an awaited fact did not come in time (`otherwise hold`)
  std::string error;       ///< failed only: what could not be computed
  std::vector<Read> reads;
};

/// What the hold rules say of one order. A set: the order of rules means nothing.
struct HoldDecision {
  std::vector<HoldHit> hits;
};

/// What one rule says of an order or line, and what it looked at.
struct HoldReading {
  bool applies = false;
  HoldHit hit;  ///< `reads` are filled in any case; the rest means something when it applies
};

/// What an open hold's own clauses say now: whether a recorded finding frees it, or its cause is gone.
struct HoldExit {
  bool released = false;  ///< a `release when` holds
  bool cleared = false;   ///< its `clears when` holds
  std::string error;
  std::vector<Read> reads;
};

/// One field that a validation filled in or corrected.
struct Repair {
  std::uint32_t rule = 0;  ///< index into Policy::validations()
  std::int32_t line = -1;
  std::string path;
  std::string before;  ///< as in Read
  std::string after;
};
/// A validation that stands after all repairs: its rule says whether it rejects or holds.
struct ValidationFinding {
  std::uint32_t rule = 0;
  std::int32_t line = -1;
  std::string error;  ///< what could not be computed
  std::vector<Read> reads;
};
struct ValidationDecision {
  std::vector<Repair> repairs;
  std::vector<ValidationFinding> findings;
  Frame repaired;  ///< the facts after the repairs
};

/// Candidates of one allocation rule, best first.
struct AllocationDecision {
  std::int32_t rule = -1;                 ///< index into Policy::allocations(); -1: none matched
  std::vector<std::uint32_t> candidates;  ///< indices into the candidates asked about
  std::vector<Quantity> keep;             ///< with `keep N`: held back at each of `candidates`
  std::vector<Read> reads;
  std::string error;
};

/// Stock that one rule keeps for its channel at one position, rounded up to a whole unit.
struct Protection {
  std::uint32_t rule = 0;  ///< index into Policy::protects()
  Quantity amount;
  std::string error;
  std::vector<Read> reads;
};
/// One protection per channel: the largest, because a unit is protected once.
struct ProtectDecision {
  std::vector<Protection> protections;
};

/// What one channel is told of one position, rounded down to a whole unit.
struct PublishDecision {
  std::int32_t rule = -1;  ///< index into Policy::publishes(); -1: none matched, nothing is published
  Quantity quantity;
  std::string error;
  std::vector<Read> reads;
};

struct Warning {
  Timestamp at;
  std::string to;  ///< role
};
/// The promise given to an order. A time of 0 is not promised.
struct ServiceDecision {
  std::int32_t rule = -1;  ///< index into Policy::services(); -1: nothing is promised
  Timestamp ship_by;
  Timestamp deliver_by;
  std::vector<Warning> warnings;
  std::string error;
  std::vector<Read> reads;
};

/// What is asked: the thing to change, the states the order has been in, and how often this thing was changed before.
struct ChangeQuestion {
  std::string thing;
  std::vector<std::string> reached;
  std::int64_t times_before = 0;
};
enum class ChangeVerdict : std::uint8_t { allow, intercept, review, refuse };
struct ChangeDecision {
  std::int32_t rule = -1;  ///< index into Policy::changes(); -1: none matched, so it is refused
  ChangeVerdict verdict = ChangeVerdict::refuse;
  std::string review_by;
  std::string until;  ///< state that ends the permission
  bool recheck_holds = false;
  std::string error;
  std::vector<Read> reads;
};

struct BackorderDecision {
  std::int32_t rule = -1;  ///< index into Policy::backorders(); -1: no backorder
  bool limited = false;
  Quantity at_most;
  bool asks = false;
  Duration ask_after;
  bool cancels = false;
  Duration cancel_after;
  bool promise_supply_date = false;
  std::string error;
  std::vector<Read> reads;
};

/// The sum of the same command already executed or pending, for one `per` and `in`.
struct EarlierSum {
  std::string per;  ///< order, customer or requester
  Duration in;      ///< amount 0: without limit of time
  Money sum;
};
struct ApprovalQuestion {
  std::string command;
  Money amount;
  std::vector<EarlierSum> earlier;  ///< sums that are not given count as zero
};
/// One approval that is needed. All of them are.
struct ApprovalNeed {
  std::uint32_t rule = 0;  ///< index into Policy::approvals()
  std::int32_t persons = 1;
  Money figure;  ///< what was compared: this amount and what came before it
  Money over;
  std::string per;
  std::string error;
  std::vector<Read> reads;
};
struct ApprovalDecision {
  std::vector<ApprovalNeed> needs;
};

/// One side of an entry that a posting makes.
struct PostingLeg {
  std::uint32_t rule = 0;  ///< index into Policy::postings()
  bool debit = false;
  std::string account;        ///< `assets:receivable`
  std::string company;        ///< empty: the only one
  Money amount;               ///< above zero
  std::int32_t element = -1;  ///< with `each line`: which one
};
struct PostingDecision {
  std::vector<PostingLeg> legs;     ///< debits equal credits per rule, company and element
  std::vector<std::string> errors;  ///< rule and reason; such a rule gives no legs
  std::vector<Read> reads;
};

enum class Verdict : std::uint8_t { approve, review, deny };
[[nodiscard]] BYLAW_EXPORT char const* to_string(Verdict verdict) noexcept;

struct Failure {
  std::string reason;
  std::string text;
  std::string clause = "verdict";  ///< `within`, `accept`, `require`, or `verdict` for a `deny`
};
struct Fee {
  std::string name;
  Money amount;
  std::string per = "line";  ///< `return`, `line` or `unit`
  bool deduction = false;    ///< a loss of value instead of a charge
  bool taxed = false;
};

/// What the return rules say of one line of one return.
struct ReturnDecision {
  std::int32_t rule = -1;            ///< index into Policy::returns()
  std::int32_t mandatory_rule = -1;  ///< a `mandatory return` that matched too; -1: none
  Verdict verdict = Verdict::deny;
  std::string review_by;          ///< role, for Verdict::review
  std::vector<Failure> failures;  ///< every clause that failed, not only the first; with `review`, what is not known
  std::string window_ends;        ///< last moment of the return window, local; empty without limit
  LocalTime window_end{};         ///< the same, to compare
  bool window_unlimited = false;  ///< `within no limit`
  std::vector<Fee> fees;
  std::vector<std::string> tenders;  ///< refund to these, in order
  bool tenders_by_choice = false;    ///< `or`: the customer chooses one of them
  Duration credit_valid;             ///< how long store credit is valid; 0: without end
  std::string pay_at;                ///< event that the refund waits for
  Duration pay_within;               ///< after that event; 0: at once
  bool pay_limited = false;
  Money pay_up_to;  ///< paid at this event up to this amount, the rest at acceptance
  std::vector<std::string> evidence;
  std::vector<std::string> receive_at;
  std::string label;
  std::string exchange;  ///< `item`, `product` or empty
  bool exchange_once = false;
  bool refund_shipping = false;
  bool shipping_limited = false;
  Money shipping_up_to;
  bool keep_item = false;
  bool condition_mismatch = false;  ///< the inspected condition is not an accepted one
  std::string on_mismatch;          ///< `accept`, `deny` or `review by ROLE`, with condition_mismatch
  std::string disposition;          ///< restock, refurbish, return_to_vendor, scrap or quarantine; empty before inspection
  std::vector<Read> reads;
  std::string error;
};

}  // namespace bylaw::inline v0::policy
