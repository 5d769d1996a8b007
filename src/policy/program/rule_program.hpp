#pragma once
#include <bylaw/policy/decision.hpp>

#include "policy/program/expression.hpp"

namespace bylaw::inline v0::policy {

struct Guard {
  ExprIndex when = -1;
  ExprIndex unless = -1;
};

/// What every rule's program has.
struct RuleProgram {
  Guard guard;
};

struct Await {
  std::uint32_t level = 0;
  std::uint32_t slot = 0;
  std::int64_t patience_ms = 0;
  ExprIndex otherwise = -1;  ///< -1: the hold is placed
};
struct HoldProgram : RuleProgram {
  std::vector<Await> awaits;
  std::vector<ExprIndex> release_when;
  ExprIndex clears_when = -1;
};

struct RepairClause {
  std::uint32_t level = 0;
  std::uint32_t slot = 0;
  ExprIndex value = -1;
  Span span;
};
struct ValidationProgram : RuleProgram {
  std::vector<RepairClause> repairs;
};

struct Preference {
  bool highest = false;
  ExprIndex fact = -1;
};
struct AllocationProgram : RuleProgram {
  ExprIndex from = -1;
  std::vector<ExprIndex> require;
  std::vector<Preference> prefer;
  ExprIndex keep = -1;
};

struct Limits {
  ExprIndex at_least = -1;
  ExprIndex at_most = -1;
};
struct ProtectProgram : RuleProgram {
  ExprIndex keep = -1;
  Limits limits;
};
struct PublishProgram : RuleProgram {
  ExprIndex offer = -1;
  ExprIndex zero_below = -1;
  ExprIndex at_most = -1;
};

/// `by T of PLACE`, `within D`, `next business day by T of PLACE`.
struct Deadline {
  enum class Form : std::uint8_t { by, within, next_business_day } form = Form::by;
  bool otherwise = false;
  bool has_time = false;
  TimeOfDay time;
  Duration within;
  ExprIndex zone = -1;  ///< text: the place's time zone
  std::uint32_t owner = 0;
  std::uint32_t holidays = no_collection;  ///< the place's own holidays
  Guard guard;
};
struct WarnClause {
  Duration before;
  std::string to;
};
struct ServiceProgram : RuleProgram {
  std::vector<Deadline> ship;
  std::vector<Deadline> deliver;
  std::vector<WarnClause> warnings;
};

struct AllowClause {
  std::vector<std::string> things;
  std::string until;
  bool once = false;
  Guard guard;
  ChangeVerdict otherwise = ChangeVerdict::refuse;
  std::string review_by;
};
struct ChangeProgram : RuleProgram {
  std::vector<AllowClause> allow;
};

struct BackorderProgram : RuleProgram {
  ExprIndex at_most = -1;
  bool asks = false;
  Duration ask_after;
  bool cancels = false;
  Duration cancel_after;
  Guard cancel_guard;
  bool promise_supply_date = false;
};

struct WindowClause {
  enum class Form : std::uint8_t { after_event, until_date, until_day } form = Form::after_event;
  Duration length;
  std::string event;  ///< delivery, shipment or order
  Date until;
  std::int32_t day = 0;  ///< until_day: the next such day of the year after the event
  std::int32_t month = 0;
  Guard guard;
  Span span;
};
struct RequireClause {
  ExprIndex condition = -1;
  Failure failure;
};
struct VerdictClause {
  Verdict verdict = Verdict::deny;
  bool otherwise = false;
  Guard guard;
  std::string by;
  Failure failure;
};
struct FeeClause {
  bool deduction = false;
  bool taxed = false;
  ExprIndex amount = -1;
  Limits limits;
  std::string name;
  std::string per = "line";
  Guard guard;
};
/// Words that apply under a guard: tenders, evidence, labels, dispositions ...
struct ChoiceClause {
  std::vector<std::string> words;
  bool otherwise = false;
  bool by_choice = false;  ///< tenders joined by `or`
  Guard guard;
  ExprIndex amount = -1;  ///< pay: up to; shipping refund: at most
  Duration within;        ///< pay
};
struct ReturnProgram : RuleProgram {
  bool no_limit = false;
  bool longest = false;
  std::vector<WindowClause> windows;
  std::vector<RequireClause> require;
  std::vector<std::string> accept;
  std::vector<std::string> receive_at;
  std::string on_mismatch = "deny";
  Duration credit_valid;
  std::vector<VerdictClause> verdicts;
  std::vector<FeeClause> fees;
  std::vector<ChoiceClause> refund_to;
  std::vector<ChoiceClause> pay;
  std::vector<ChoiceClause> evidence;
  std::vector<ChoiceClause> label;
  std::vector<ChoiceClause> keep_item;
  std::vector<ChoiceClause> exchange;  ///< words: item|product, then perhaps `once`
  std::vector<ChoiceClause> shipping_refund;
  std::vector<ChoiceClause> dispositions;  ///< words[0] is the disposition, the rest the conditions
};

struct OverClause {
  ExprIndex limit = -1;
  std::string per = "order";
  Duration in;
  std::int32_t persons = 1;  ///< `persons N over X`
};
struct ApprovalProgram : RuleProgram {
  std::vector<OverClause> over;
  std::vector<OverClause> persons;
};

struct BrakeProgram : RuleProgram {};

struct LegClause {
  bool debit = false;
  std::string account;
  ExprIndex amount = -1;
  Guard guard;
  Span span;
};
struct PostingProgram : RuleProgram {
  std::uint32_t collection = no_collection;  ///< with `each`
  ExprIndex company = -1;
  std::vector<LegClause> legs;
  std::string rounding_to;
};

/// Guards of workflows see the order and, for another workflow, its own record.
struct GuardProgram {
  ExprIndex condition = -1;
  Subject subject = Subject::order;
};

/// How a measure is computed from one of its records. The slots are those of `measure_subject`.
struct MeasureProgram {
  ExprIndex value = -1;  ///< -1: counts
  ExprIndex where = -1;
};
/// A layout beside those of the subjects: the facts that measures read of their records.
inline constexpr auto measure_subject = static_cast<Subject>(subject_count);

}  // namespace bylaw::inline v0::policy
