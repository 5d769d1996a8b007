#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/policy/diagnostic.hpp>
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

/// Whether it compares its operands and has no other effect.
[[nodiscard]] constexpr bool is_comparison(Op op) noexcept { return op >= Op::equal && op <= Op::between; }

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

}  // namespace bylaw::inline v0::policy
