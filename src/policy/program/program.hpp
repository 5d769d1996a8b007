#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <re2/re2.h>

#include <bylaw/policy/policy.hpp>
#include <bylaw/values/quantity.hpp>

#include "policy/program/exact.hpp"

namespace bylaw::inline v0::policy {

enum class Base : std::uint8_t {
  error,
  boolean,
  decimal,
  percent,
  money,
  quantity,
  elapsed,
  calendar,
  business,
  date,
  time_of_day,
  timestamp,
  text,
  symbol,
  names,  ///< bare names whose enumeration is decided by what they are compared with
  record,
  many,
  list
};

/// The type of an expression. `index` names the enumeration, the record, or the currency (0: any).
struct Type {
  Base base = Base::error;
  bool optional = false;
  std::uint32_t index = 0;
  Base element = Base::error;  ///< list: type of its entries
  Unit const* unit = nullptr;  ///< quantity
};

enum class Op : std::uint8_t {
  literal,
  slot,
  known,
  logical_not,
  logical_and,
  logical_or,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in_list,
  between,
  add,
  subtract,
  multiply,
  divide,
  negate,
  otherwise,
  any,
  every,
  count,
  sum,
  min,
  max,
  least,
  greatest,
  starts_with,
  ends_with,
  contains,
  matches,
  now,
  today,
  date_of,
  time_of,
  weekday,
  day_of,
  month_of,
  year_of,
  business_day,
  business_days,
  length,
  lower,
  before_clock,
  after_clock,
  call,
  round_money,
  choose,  ///< pairs of condition and value, then perhaps a fallback: the first that holds
  score,   ///< the same: the sum of all that hold
  highest  ///< the same: the largest of all that hold
};

/// A value while an expression is computed. Texts are views: they belong to the frame or the program.
struct Datum {
  bool known = true;
  Exact number;
  std::int32_t months = 0;  ///< calendar durations only
  std::string_view text;
};

/// One node of a typed expression; operands are indices into Impl::nodes.
struct Expr {
  Op op = Op::literal;
  std::uint16_t depth = 0;  ///< of the tree below; bounded, because evaluation recurses
  Type type;
  Span span;
  std::vector<std::uint32_t> args;
  std::uint32_t level = 0;   ///< slot: 0 and 1 the subjects, above them the elements of enclosing quantifiers
  std::uint32_t owner = 0;   ///< any, every ...: level of the frame that has the collection
  std::uint32_t slot = 0;    ///< slot, collection, pattern or function index
  std::uint32_t header = 0;  ///< whose zone and calendar dates are read in
  Exact number;              ///< literal
  std::int32_t months = 0;
  std::string text;
};

using ExprIndex = std::int32_t;  ///< -1: no expression
inline constexpr std::uint32_t no_collection = 0xFFFF'FFFF;

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

struct Field {
  std::string name;
  Type type;
  bool personal = false;
};
struct Record {
  std::string name;
  std::vector<Field> fields;
  std::unordered_map<std::string, std::uint32_t> index;

  [[nodiscard]] Field const* find(std::string const& field) const {
    auto const found = index.find(field);
    return found == index.end() ? nullptr : &fields[found->second];
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (auto const& field : fields) out.push_back(field.name);
    return out;
  }
};

struct Enumeration {
  std::string name;
  std::vector<std::uint32_t> symbols;
};

struct FunctionProgram {
  struct Parameter {
    std::string name;
    Type type;
    std::vector<std::string> fields;  ///< of a record: `a.country` ...; one entry for a plain value
    std::vector<FactKind> kinds;
  };
  std::vector<Parameter> parameters;
  Type result;
};

namespace index {
struct Indexes;
}

/// What a policy set compiles to. Built once, then never changed.
struct Policy::Impl {
  Impl();
  Impl(Impl const&) = delete;
  Impl& operator=(Impl const&) = delete;
  ~Impl();
  mutable std::int64_t references = 1;  ///< counted atomically
  std::string version_hash;
  std::vector<Source> sources;  ///< what spans point into
  ZoneTable zones;
  std::vector<Header> headers;
  std::vector<Zone const*> header_zones;
  std::vector<std::string> symbols;
  std::map<std::string, std::uint32_t, std::less<>> symbol_ids;
  std::vector<Record> records;
  std::vector<Enumeration> enumerations;
  std::deque<std::string> unit_names;
  std::deque<Unit> units;  ///< of the schema; Type::unit points here
  std::vector<Expr> nodes;
  std::vector<std::unique_ptr<re2::RE2>> patterns;
  Layout layouts[subject_count + 1];
  std::vector<std::pair<std::string, Span>> definitions;            ///< lists, defines, tables, measures and functions: what and where
  std::map<std::string, std::set<std::string>, std::less<>> roles;  ///< role -> all roles that it includes
  std::vector<Measure> measures;
  std::vector<MeasureProgram> measure_programs;
  std::vector<HostFunction> functions;
  std::vector<FunctionProgram> function_programs;

  std::vector<HoldRule> holds;
  std::vector<HoldProgram> hold_programs;
  std::vector<StopRule> stops;
  std::vector<ValidationRule> validations;
  std::vector<ValidationProgram> validation_programs;
  std::vector<AllocationRule> allocations;
  std::vector<AllocationProgram> allocation_programs;
  std::vector<ProtectRule> protects;
  std::vector<ProtectProgram> protect_programs;
  std::vector<PublishRule> publishes;
  std::vector<PublishProgram> publish_programs;
  std::vector<ServiceRule> services;
  std::vector<ServiceProgram> service_programs;
  std::vector<ChangeRule> changes;
  std::vector<ChangeProgram> change_programs;
  std::vector<BackorderRule> backorders;
  std::vector<BackorderProgram> backorder_programs;
  std::vector<ReturnRule> returns;
  std::vector<ReturnProgram> return_programs;
  std::vector<ApprovalRule> approvals;
  std::vector<ApprovalProgram> approval_programs;
  std::vector<PostingRule> postings;
  std::vector<PostingProgram> posting_programs;
  std::vector<WorkflowDeclaration> workflows;
  std::vector<GuardProgram> guards;

  // Slots that decisions stand on, whether or not a rule reads them; -1 when the schema lacks the field.
  std::int32_t placed_slot = -1;       ///< order.placed
  std::int32_t imported_slot = -1;     ///< order.imported, where awaits count from
  std::int32_t delivered_slot = -1;    ///< return.delivered
  std::int32_t shipped_slot = -1;      ///< return.shipped
  std::int32_t requested_slot = -1;    ///< return.requested
  std::int32_t claimed_slot = -1;      ///< return.claimed.condition
  std::int32_t inspected_slot = -1;    ///< return.inspected.condition
  std::int32_t lines_collection = -1;  ///< order.lines, for `scope line`

  std::unique_ptr<index::Indexes> indexes;  ///< which rules a set of facts can concern

  [[nodiscard]] Layout const& layout(Subject subject) const { return layouts[static_cast<std::size_t>(subject)]; }
  [[nodiscard]] Expr const& node(ExprIndex index) const { return nodes[static_cast<std::size_t>(index)]; }
};

/// The word that declares a rule of this kind: `hold`, `return` ...
[[nodiscard]] char const* word_of(Kind kind);
[[nodiscard]] std::int64_t find_symbol(Policy::Impl const& impl, std::string_view name) noexcept;
[[nodiscard]] Unit const* find_any_unit(Policy::Impl const& impl, std::string_view name) noexcept;

}  // namespace bylaw::inline v0::policy
