// The ground every expression stands on: pushing nodes, naming types, demanding a base or a present
// fact, and dispatching a syntax node to the check that knows it.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;

std::string Checker::describe(Type const& type) const {
  switch (type.base) {
    case Base::error: return "an unknown value";
    case Base::boolean: return "a condition";
    case Base::decimal: return "a number";
    case Base::percent: return "a percentage";
    case Base::money: return type.index == 0 ? "money in any currency" : "money in " + currency_code(type.index);
    case Base::quantity: return std::string("a quantity in ") + type.unit->name;
    case Base::elapsed: return "an elapsed time";
    case Base::calendar: return "a number of calendar days";
    case Base::business: return "a business time";
    case Base::date: return "a date";
    case Base::time_of_day: return "a time of day";
    case Base::timestamp: return "a point in time";
    case Base::text: return "a text";
    case Base::symbol: return "a value of `" + impl_.enumerations[type.index].name + "`";
    case Base::names: return "a bare name";
    case Base::record: return "the record `" + schema_.records[type.index].name + "`";
    case Base::many: return "a collection of `" + schema_.records[type.index].name + "`";
    case Base::list: return "a list";
  }
  return "";
}

std::uint32_t Checker::push(Expr expr) {
  if (!unfolding_.empty() && ++unfolded_ > unfolded_nodes_max) {
    if (!node_limit_reported_) error("BY0405", expr.span);
    node_limit_reported_ = true;
    return 0;
  }
  for (auto const arg : expr.args) expr.depth = std::max<std::uint16_t>(expr.depth, static_cast<std::uint16_t>(at(arg).depth + 1));
  if (expr.depth > depth_max) {
    error("BY0103", expr.span);
    return 0;
  }
  expr.header = env.header;
  impl_.nodes.push_back(std::move(expr));
  return static_cast<std::uint32_t>(impl_.nodes.size() - 1);
}

std::uint32_t Checker::failed(Span span) {
  Expr expr;
  expr.span = span;
  return push(std::move(expr));
}

std::uint32_t Checker::boolean(Op op, Span span, std::vector<std::uint32_t> args) {
  Expr expr;
  expr.op = op;
  expr.type.base = Base::boolean;
  expr.span = span;
  expr.args = std::move(args);
  return push(std::move(expr));
}

std::uint32_t Checker::literal(Type type, Span span, Exact number, std::int32_t months, std::string text) {
  Expr expr;
  expr.type = type;
  expr.span = span;
  expr.number = number;
  expr.months = months;
  expr.text = std::move(text);
  return push(std::move(expr));
}

Type Checker::money_type() const {
  Type type;
  type.base = Base::money;
  type.index = currency_index(impl_.headers[env.header].currency);
  return type;
}

bool Checker::is_constant(std::uint32_t index) const {
  auto const& expr = at(index);
  switch (expr.op) {
    case Op::literal: return true;
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::negate:
    case Op::least:
    case Op::greatest: return std::all_of(expr.args.begin(), expr.args.end(), [&](std::uint32_t arg) { return is_constant(arg); });
    default: return false;
  }
}

void Checker::require_present(std::uint32_t index) {
  if (!at(index).type.optional) return;
  impl_.nodes[index].type.optional = false;
  error("BY0310", at(index).span);
}

bool Checker::require_base(std::uint32_t index, Base base) {
  auto const found = at(index).type;
  if (found.base == Base::error) return false;
  if (found.base == base) return true;
  Type wanted;
  wanted.base = base;
  if (base == Base::money) wanted = money_type();
  if (base == Base::quantity) wanted.unit = find_unit("each");
  std::string help;
  if (base == Base::money && found.base == Base::decimal) help = "write the currency after the number, such as 5.00 " + currency_code(wanted.index);
  if (base == Base::quantity && found.base == Base::decimal) help = "write the unit after the number, such as 5 each";
  error("BY0311", at(index).span, {{"expected", base == Base::quantity ? "a quantity" : describe(wanted)}, {"found", describe(found)}, {"help", help}});
  return false;
}

bool Checker::same_kind(Type const& left, Type const& right) const {
  if (left.base != right.base) return false;
  switch (left.base) {
    case Base::money: return left.index == right.index && left.index != 0;
    case Base::symbol: return left.index == right.index;
    case Base::quantity: return convertible(*left.unit, *right.unit);
    default: return true;
  }
}

void Checker::mismatch(Span span, Type const& left, Type const& right) {
  if (left.base == Base::error || right.base == Base::error) return;
  auto const pair = [&](Base a, Base b) { return (left.base == a && right.base == b) || (left.base == b && right.base == a); };
  std::string help;
  if (pair(Base::money, Base::decimal)) {
    auto const& money = left.base == Base::money ? left : right;
    help = "write the currency after the number, such as 5.00 " + currency_code(money.index);
  } else if (pair(Base::money, Base::money)) {
    help = left.index == 0 || right.index == 0 ? "convert it first: converted(...)" : "amounts of two currencies cannot be compared";
  } else if (pair(Base::quantity, Base::decimal)) {
    auto const& quantity = left.base == Base::quantity ? left : right;
    help = std::string("write the unit after the number, such as 5 ") + quantity.unit->name;
  } else if (pair(Base::quantity, Base::quantity)) {
    help = "units convert only inside one dimension";
  } else if (pair(Base::elapsed, Base::calendar)) {
    help = "write hours for an elapsed time; days count the calendar";
  } else if (pair(Base::percent, Base::decimal)) {
    help = "write `percent` after the number";
  } else if (pair(Base::text, Base::names)) {
    help = "write a text in double quotes";
  } else if (pair(Base::text, Base::symbol)) {
    help = "write the value of `" + impl_.enumerations[left.base == Base::symbol ? left.index : right.index].name + "` without quotes";
  } else if (pair(Base::date, Base::timestamp)) {
    help = "take the date of the point in time: date(...)";
  } else if (pair(Base::text, Base::decimal)) {
    help = "write a number in double quotes to compare it as a text";
  }
  error("BY0312", span, {{"left", describe(left)}, {"right", describe(right)}, {"help", help}});
}

ExprIndex Checker::condition(Cst const& cst, std::uint32_t node) {
  auto const linear = std::exchange(env.linear, true);
  auto const index = check(cst, node);
  env.linear = linear;
  require_present(index);
  require_base(index, Base::boolean);
  return static_cast<ExprIndex>(index);
}

ExprIndex Checker::amount(Cst const& cst, std::uint32_t node, Base wanted) {
  auto const linear = std::exchange(env.linear, false);
  auto const index = check(cst, node);
  env.linear = linear;
  require_present(index);
  require_base(index, wanted);
  return static_cast<ExprIndex>(index);
}

ExprIndex Checker::same_type(Cst const& cst, std::uint32_t node, Type like) {
  like.optional = false;
  auto const index = check(cst, node, &like);
  require_present(index);
  if (!same_kind(at(index).type, like)) mismatch(at(index).span, like, at(index).type);
  return static_cast<ExprIndex>(index);
}

void Checker::assume(ExprIndex condition, bool holds) {
  if (condition < 0) return;
  auto const& expr = node(condition);
  if (expr.op == Op::logical_not) return assume(static_cast<ExprIndex>(expr.args[0]), !holds);
  // A conjunction that holds proves each part; a disjunction that does not hold refutes each part.
  if (expr.op == (holds ? Op::logical_and : Op::logical_or)) {
    auto const args = expr.args;
    for (auto const arg : args) assume(static_cast<ExprIndex>(arg), holds);
  } else if (expr.op == Op::known && holds) {
    auto const& fact = at(expr.args[0]);
    env.known.emplace_back(fact.level, fact.slot);
  }
}

std::uint32_t Checker::check(Cst const& cst, std::uint32_t node, Type const* expected) {
  // Past the limit nothing more is unfolded: a define of defines of defines doubles at each step.
  if (node_limit_reported_) return 0;
  switch (cst.nodes[node].kind) {
    case NodeKind::disjunction: return check_logical(cst, node, Op::logical_or);
    case NodeKind::conjunction: return check_logical(cst, node, Op::logical_and);
    case NodeKind::negation: return check_negation(cst, node);
    case NodeKind::quantifier: return check_quantifier(cst, node);
    case NodeKind::comparison: return check_comparison(cst, node);
    case NodeKind::sum: return check_sum(cst, node, expected);
    case NodeKind::product: return check_product(cst, node, expected);
    case NodeKind::operand: return check_operand(cst, node, expected);
    case NodeKind::primary: return check_primary(cst, node, expected);
    case NodeKind::list_value: return check_list(cst, node, expected);
    case NodeKind::aggregate: return check_aggregate(cst, node, expected);
    default: return check_reference(cst, node, expected);
  }
}

}  // namespace bylaw::inline v0::policy
