#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <re2/re2.h>

#include <bylaw/policy/policy.hpp>
#include <bylaw/values/quantity.hpp>

#include "policy/program/exact.hpp"

namespace bylaw::inline v0::policy {

enum class Base : std::uint8_t {
  error, boolean, decimal, percent, money, quantity, elapsed, calendar, business, date, time_of_day, timestamp, text, symbol,
  names,  ///< bare names whose enumeration is decided by what they are compared with
  record, many, list
};

/// The type of an expression. `index` names the enumeration, record or currency.
struct Type {
  Base base = Base::error;
  bool optional = false;
  std::uint32_t index = 0;
  Base element = Base::error;      ///< list: type of its entries
  Unit const* unit = nullptr;      ///< quantity
};

enum class Op : std::uint8_t {
  literal, slot, known, logical_not, logical_and, logical_or, equal, not_equal, less, less_equal, greater, greater_equal,
  in_list, between, add, subtract, multiply, divide, negate, otherwise, any, every, count, sum, min, max, least, greatest,
  starts_with, ends_with, contains, matches, now, today, date_of, time_of, weekday, length, lower
};

/// A value while an expression is computed. Texts are views: they belong to the frame or the program.
struct Datum {
  bool known = true;
  Exact number;
  std::int32_t months = 0;  ///< calendar durations only
  std::string_view text;
};

/// One node of a typed expression; operands are indices into Program::nodes.
struct Expr {
  Op op = Op::literal;
  Type type;
  Span span;
  std::vector<std::uint32_t> args;
  std::uint32_t depth = 0;  ///< slot: 0 the subject, 1.. the elements of enclosing quantifiers
  std::uint32_t slot = 0;   ///< slot, collection or pattern index
  std::uint32_t header = 0; ///< whose zone dates are read in
  Exact number;             ///< literal
  std::int32_t months = 0;
  std::string text;
};

using ExprIndex = std::int32_t;  ///< -1: no expression

struct Guard {
  ExprIndex when = -1;
  ExprIndex unless = -1;
};

struct Await {
  ExprIndex fact = -1;
  std::int64_t patience_ms = 0;
  ExprIndex otherwise = -1;  ///< -1: the hold is placed
};

/// Dates between which a rule is in force; the header's period applies too.
struct Period {
  Date from{INT32_MIN};
  Date until{INT32_MAX};
};

struct HoldProgram {
  Period period;
  Guard guard;
  std::vector<Await> awaits;
  ExprIndex clears_when = -1;
};

struct Preference {
  bool highest = false;
  ExprIndex fact = -1;
};
struct AllocationProgram {
  Period period;
  Guard guard;
  ExprIndex from = -1;
  std::vector<ExprIndex> require;
  std::vector<Preference> prefer;
};

struct WindowClause {
  Duration length;
  std::string event;    ///< delivery, shipment or order; empty for `until DATE`
  Date until;
  Guard guard;
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
  ExprIndex at_least = -1;
  ExprIndex at_most = -1;
  std::string name;
  std::string per = "line";
  Guard guard;
};
/// Words that apply under a guard: tenders, payment, label, evidence, dispositions.
struct ChoiceClause {
  std::vector<std::string> words;
  bool otherwise = false;
  Guard guard;
};
struct ReturnProgram {
  Period period;
  Guard guard;
  bool no_limit = false;
  bool longest = false;
  std::vector<WindowClause> windows;
  std::vector<RequireClause> require;
  std::vector<std::string> accept;
  std::string on_mismatch = "deny";
  std::vector<VerdictClause> verdicts;
  std::vector<FeeClause> fees;
  std::vector<ChoiceClause> refund_to;
  std::vector<ChoiceClause> pay;
  std::vector<ChoiceClause> evidence;
  std::vector<ChoiceClause> label;
  std::vector<ChoiceClause> keep_item;
  std::vector<ChoiceClause> shipping_refund;
  std::vector<ChoiceClause> dispositions;  ///< words[0] is the disposition, the rest the conditions
};

struct Enumeration {
  std::string name;
  std::vector<std::uint32_t> symbols;
};

/// What a policy set compiles to. Built once, then never changed.
struct Policy::Impl {
  mutable std::int64_t references = 1;  ///< counted atomically
  std::string version_hash;
  ZoneTable zones;
  std::vector<Header> headers;
  std::vector<Zone const*> header_zones;
  std::vector<std::string> symbols;
  std::map<std::string, std::uint32_t, std::less<>> symbol_ids;
  std::vector<Enumeration> enumerations;
  std::vector<Expr> nodes;
  std::vector<std::unique_ptr<re2::RE2>> patterns;
  Layout layouts[3];

  std::vector<HoldRule> holds;
  std::vector<HoldProgram> hold_programs;
  std::vector<AllocationRule> allocations;
  std::vector<AllocationProgram> allocation_programs;
  std::vector<ReturnRule> returns;
  std::vector<ReturnProgram> return_programs;
  std::vector<WorkflowDeclaration> workflows;
  std::vector<ExprIndex> guards;

  // Slots that the return windows stand on, whether or not a rule reads them.
  std::int32_t window_slots[3] = {-1, -1, -1};  ///< return.delivered, return.shipped, order.placed
  std::int32_t requested_slot = -1;             ///< return.requested
  std::int32_t claimed_slot = -1;               ///< claimed.condition
  std::int32_t inspected_slot = -1;             ///< inspected.condition
  std::int32_t imported_slot = -1;              ///< order.imported, where awaits count from
  std::int32_t lines_collection = -1;           ///< order.lines, for `scope line`
};

[[nodiscard]] std::int64_t find_symbol(Policy::Impl const& impl, std::string_view name) noexcept;

}  // namespace bylaw::inline v0::policy
