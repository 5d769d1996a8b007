// Operators: what fits with what, and what to write when it does not.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

namespace {

bool is_number(Base base) {
  switch (base) {
    case Base::decimal: case Base::percent: case Base::money: case Base::quantity: case Base::elapsed: case Base::calendar:
    case Base::date: case Base::time_of_day: case Base::timestamp: return true;
    default: return false;
  }
}

Op comparison_op(std::string_view symbol) {
  if (symbol == "==") return Op::equal;
  if (symbol == "!=") return Op::not_equal;
  if (symbol == "<") return Op::less;
  if (symbol == "<=") return Op::less_equal;
  return symbol == ">" ? Op::greater : Op::greater_equal;
}

}  // namespace

std::string Checker::describe(Type type) const {
  switch (type.base) {
    case Base::error: return "an unknown value";
    case Base::boolean: return "a condition";
    case Base::decimal: return "a number";
    case Base::percent: return "a percentage";
    case Base::money:
      return "money in " + std::string{static_cast<char>(type.index >> 16), static_cast<char>(type.index >> 8 & 0xff),
                                       static_cast<char>(type.index & 0xff)};
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
  if (impl_.nodes.size() >= node_count_max) {
    if (!node_limit_reported_) error("BY0405", expr.span, "the policy unfolds to more than 200,000 nodes", "use fewer nested defines");
    node_limit_reported_ = true;
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
  auto const code = impl_.headers[env.header].currency.code();
  Type type{Base::money, false, 0, Base::error, nullptr};
  for (char const c : code) type.index = type.index << 8 | static_cast<unsigned char>(c);
  return type;
}

void Checker::require_present(std::uint32_t index) {
  if (!at(index).type.optional) return;
  impl_.nodes[index].type.optional = false;
  error("BY0310", at(index).span, "this fact may be missing", "write `... else VALUE`, or test `... is known and` before it");
}

bool Checker::require_base(std::uint32_t index, Base base, std::string const& what) {
  if (at(index).type.base == Base::error) return false;
  if (at(index).type.base == base) return true;
  error("BY0311", at(index).span, "expected " + what + ", found " + describe(at(index).type));
  return false;
}

bool Checker::same_kind(Type left, Type right) const {
  if (left.base != right.base) return false;
  switch (left.base) {
    case Base::money: case Base::symbol: return left.index == right.index;
    case Base::quantity: return convertible(*left.unit, *right.unit);
    default: return true;
  }
}

void Checker::mismatch(Span span, Type left, Type right) {
  if (left.base == Base::error || right.base == Base::error) return;
  std::string help;
  bool const money = left.base == Base::money || right.base == Base::money;
  if (money && (left.base == Base::decimal || right.base == Base::decimal)) {
    help = "write the currency after the number, such as 5.00 " + std::string(impl_.headers[env.header].currency.code());
  } else if (left.base == Base::money && right.base == Base::money) {
    help = "amounts of two currencies cannot be compared";
  } else if (left.base == Base::quantity && right.base == Base::decimal) {
    help = std::string("write the unit after the number, such as 5 ") + left.unit->name;
  } else if (left.base == Base::elapsed && right.base == Base::calendar) {
    help = "write hours for an elapsed time; days count the calendar";
  }
  error("BY0312", span, describe(left) + " does not compare with " + describe(right), help);
}

ExprIndex Checker::condition(Cst const& cst, std::uint32_t node) {
  auto const index = check(cst, node);
  require_present(index);
  require_base(index, Base::boolean, "a condition");
  return static_cast<ExprIndex>(index);
}

ExprIndex Checker::amount(Cst const& cst, std::uint32_t node, Base wanted) {
  auto const index = check(cst, node);
  require_present(index);
  require_base(index, wanted, wanted == Base::money ? "an amount of money" : "a quantity");
  return static_cast<ExprIndex>(index);
}

ExprIndex Checker::same_type(Cst const& cst, std::uint32_t node, Type like) {
  like.optional = false;
  auto const index = check(cst, node, &like);
  require_present(index);
  if (!same_kind(at(index).type, like)) mismatch(at(index).span, like, at(index).type);
  return static_cast<ExprIndex>(index);
}

void Checker::assume(ExprIndex condition) {
  if (condition < 0) return;
  auto const& expr = at(static_cast<std::uint32_t>(condition));
  if (expr.op == Op::logical_and) {
    auto const args = expr.args;
    for (auto const arg : args) assume(static_cast<ExprIndex>(arg));
  } else if (expr.op == Op::known) {
    auto const& fact = at(expr.args[0]);
    env.known.emplace_back(fact.depth, fact.slot);
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

std::uint32_t Checker::check_logical(Cst const& cst, std::uint32_t node, Op op) {
  Reader in(cst, node);
  Expr expr;
  expr.op = op;
  expr.type.base = Base::boolean;
  expr.span = in.span();
  auto const known = env.known.size();
  while (in.has_child()) {
    auto const arg = static_cast<std::uint32_t>(condition(cst, in.take_child()));
    expr.args.push_back(arg);
    // `x is known and ...` proves x for what follows; `x is not known or ...` likewise.
    if (op == Op::logical_and) assume(static_cast<ExprIndex>(arg));
    if (op == Op::logical_or && at(arg).op == Op::logical_not) assume(static_cast<ExprIndex>(at(arg).args[0]));
    in.accept(op == Op::logical_and ? "and" : "or");
  }
  env.known.resize(known);
  return push(std::move(expr));
}

std::uint32_t Checker::check_negation(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  Expr expr;
  expr.op = Op::logical_not;
  expr.type.base = Base::boolean;
  expr.span = in.span();
  in.skip(1);
  expr.args.push_back(static_cast<std::uint32_t>(condition(cst, in.take_child())));
  return push(std::move(expr));
}

std::uint32_t Checker::check_comparison(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const left_node = in.take_child();
  for (auto const* symbol : {"==", "!=", "<=", ">=", "<", ">"}) {
    if (in.accept(symbol)) return check_pair(in, left_node, symbol, span);
  }
  auto const left = check(cst, left_node);
  if (in.accept("is")) {
    bool const negated = in.accept("not");
    if (at(left).op != Op::slot) {
      if (at(left).type.base != Base::error) error("BY0313", at(left).span, "`is known` asks for a fact, not for a computed value");
      return failed(span);
    }
    Expr expr;
    expr.op = Op::known;
    expr.type.base = Base::boolean;
    expr.span = span;
    expr.args = {left};
    auto known = push(std::move(expr));
    if (!negated) return known;
    Expr flipped;
    flipped.op = Op::logical_not;
    flipped.type.base = Base::boolean;
    flipped.span = span;
    flipped.args = {known};
    return push(std::move(flipped));
  }
  require_present(left);
  bool const negated = in.accept("not");
  std::uint32_t result = 0;
  if (in.accept("in")) {
    result = check_in(in, left, span);
  } else if (in.accept("between")) {
    result = check_between(in, left, span);
  } else if (in.at("before") || in.at("after")) {
    error("BY0303", span, "cut-off times of a location are not part of this version", "compare with a time of day: time(t) < 14:00");
    return failed(span);
  } else {
    result = check_text_test(in, left, span);
  }
  if (!negated) return result;
  Expr expr;
  expr.op = Op::logical_not;
  expr.type.base = Base::boolean;
  expr.span = span;
  expr.args = {result};
  return push(std::move(expr));
}

std::uint32_t Checker::check_pair(Reader& in, std::uint32_t left_node, std::string_view symbol, Span span) {
  auto const right_node = in.take_child();
  auto const& cst = in.cst();
  // A bare name gets its meaning from the other side, whichever side that is.
  auto left = check(cst, left_node);
  bool const left_is_name = at(left).type.base == Base::names;
  auto left_type = at(left).type;
  auto const right = check(cst, right_node, left_is_name ? nullptr : &left_type);
  if (left_is_name) {
    auto const right_type = at(right).type;
    left = check(cst, left_node, &right_type);
  }
  require_present(left);
  require_present(right);
  Type a = at(left).type;
  Type b = at(right).type;
  Expr expr;
  expr.op = comparison_op(symbol);
  expr.type.base = Base::boolean;
  expr.span = span;
  expr.args = {left, right};
  // A date against a point in time compares on the local date of the policy's zone.
  if ((a.base == Base::date && b.base == Base::timestamp) || (a.base == Base::timestamp && b.base == Base::date)) {
    auto const which = a.base == Base::timestamp ? 0u : 1u;
    Expr local;
    local.op = Op::date_of;
    local.type.base = Base::date;
    local.span = at(expr.args[which]).span;
    local.args = {expr.args[which]};
    expr.args[which] = push(std::move(local));
    return push(std::move(expr));
  }
  bool const ordered = symbol != "==" && symbol != "!=";
  if (!same_kind(a, b)) {
    mismatch(span, a, b);
    return failed(span);
  }
  if (ordered && a.base != Base::error && !is_number(a.base)) {
    error("BY0314", span, describe(a) + " has no order", "use == or !=");
  }
  if (a.base == Base::names || a.base == Base::record || a.base == Base::many || a.base == Base::list) {
    error("BY0315", span, "nothing here says what `" + std::string(symbol) + "` compares", "one side must be a fact");
  }
  return push(std::move(expr));
}

std::uint32_t Checker::check_in(Reader& in, std::uint32_t left, Span span) {
  Type const type = at(left).type;
  auto const right = check(in.cst(), in.take_child(), &type);
  if (at(right).type.base == Base::error || type.base == Base::error) return failed(span);
  if (at(right).type.base != Base::list) {
    error("BY0316", at(right).span, "`in` needs a list", "write [a, b] or the name of a list");
    return failed(span);
  }
  Expr expr;
  expr.op = Op::in_list;
  expr.type.base = Base::boolean;
  expr.span = span;
  expr.args = {left};
  auto const entries = at(right).args;
  for (auto const entry : entries) {
    if (!same_kind(type, at(entry).type)) {
      mismatch(at(entry).span, type, at(entry).type);
      return failed(span);
    }
    expr.args.push_back(entry);
  }
  return push(std::move(expr));
}

std::uint32_t Checker::check_between(Reader& in, std::uint32_t left, Span span) {
  Type const type = at(left).type;
  Expr expr;
  expr.op = Op::between;
  expr.type.base = Base::boolean;
  expr.span = span;
  auto const low = same_type(in.cst(), in.take_child(), type);
  in.accept("and");
  auto const high = same_type(in.cst(), in.take_child(), type);
  if (type.base != Base::error && !is_number(type.base)) error("BY0314", span, describe(type) + " has no order", "use `in [...]`");
  expr.args = {left, static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(high)};
  return push(std::move(expr));
}

std::uint32_t Checker::check_text_test(Reader& in, std::uint32_t left, Span span) {
  require_base(left, Base::text, "a text");
  Expr expr;
  expr.type.base = Base::boolean;
  expr.span = span;
  expr.args = {left};
  if (in.accept("contains")) {
    expr.op = Op::contains;
    auto const part = check(in.cst(), in.take_child());
    require_present(part);
    require_base(part, Base::text, "a text");
    expr.args.push_back(part);
    return push(std::move(expr));
  }
  bool const starts = in.accept("starts");
  bool const ends = !starts && in.accept("ends");
  in.skip(1);  // with | matches
  auto const& token = in.take();
  expr.text = syntax::text_of(token);
  expr.op = starts ? Op::starts_with : ends ? Op::ends_with : Op::matches;
  if (expr.op == Op::matches) {
    // RE2 is linear in the text: no back-references, no look-around, no hostile input that hangs.
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto pattern = std::make_unique<re2::RE2>(expr.text, options);
    if (!pattern->ok()) {
      error("BY0317", in.span_of(token), "this pattern is not valid: " + pattern->error(),
            "use letters, classes [a-z], repeats and groups; no back-references and no look-around");
      return failed(span);
    }
    expr.slot = static_cast<std::uint32_t>(impl_.patterns.size());
    impl_.patterns.push_back(std::move(pattern));
  }
  return push(std::move(expr));
}

std::uint32_t Checker::check_sum(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  auto const span = in.span();
  auto left = check(cst, in.take_child(), expected);
  require_present(left);
  while (in.has_child()) {
    bool const plus = in.take().text == "+";
    auto const right = check(cst, in.take_child());
    require_present(right);
    Type const a = at(left).type;
    Type const b = at(right).type;
    Expr expr;
    expr.op = plus ? Op::add : Op::subtract;
    expr.span = span;
    expr.args = {left, right};
    expr.type = a;
    if (a.base == Base::error || b.base == Base::error) return failed(span);
    bool const point = a.base == Base::timestamp || a.base == Base::date;
    if (!plus && point && same_kind(a, b)) {
      expr.type.base = a.base == Base::timestamp ? Base::elapsed : Base::calendar;
    } else if ((a.base == Base::timestamp && b.base == Base::elapsed) || (a.base == Base::date && b.base == Base::calendar)) {
      // The type of the point stays.
    } else if (point || !is_number(a.base) || a.base == Base::time_of_day || !same_kind(a, b)) {
      error("BY0318", span, describe(a) + (plus ? " and " : " less ") + describe(b) + " make no sum",
            a.base == Base::money && b.base == Base::money ? "convert one of the currencies" : "");
      return failed(span);
    }
    left = push(std::move(expr));
  }
  return left;
}

std::uint32_t Checker::check_product(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  auto const span = in.span();
  auto left = check(cst, in.take_child(), expected);
  require_present(left);
  while (in.has_child()) {
    bool const times = in.take().text == "*";
    auto const right = check(cst, in.take_child());
    require_present(right);
    Type const a = at(left).type;
    Type const b = at(right).type;
    Expr expr;
    expr.op = times ? Op::multiply : Op::divide;
    expr.span = span;
    expr.args = {left, right};
    auto const amount = [](Base base) { return base == Base::money || base == Base::quantity || base == Base::elapsed; };
    auto const plain = [](Base base) { return base == Base::decimal || base == Base::percent; };
    if (a.base == Base::error || b.base == Base::error) return failed(span);
    if (plain(b.base) && (amount(a.base) || plain(a.base))) {
      expr.type = a;
    } else if (times && plain(a.base) && amount(b.base)) {
      expr.type = b;
    } else if (!times && amount(a.base) && same_kind(a, b)) {
      expr.type.base = Base::decimal;
    } else {
      error("BY0318", span, describe(a) + (times ? " times " : " divided by ") + describe(b) + " means nothing");
      return failed(span);
    }
    if (!times && at(right).op == Op::literal && at(right).number.numerator == 0) {
      error("BY0319", at(right).span, "this divides by zero");
    }
    left = push(std::move(expr));
  }
  return left;
}

std::uint32_t Checker::check_operand(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const signed_value = [&](Type const* wanted) {
    bool const minus = in.accept("-");
    auto const value = check(cst, in.take_child(), wanted);
    if (!minus || at(value).type.base == Base::error) return value;
    Expr expr;
    expr.op = Op::negate;
    expr.type = at(value).type;
    expr.span = at(value).span;
    expr.args = {value};
    bool const fits = expr.type.base == Base::decimal || expr.type.base == Base::percent || expr.type.base == Base::money ||
                      expr.type.base == Base::quantity || expr.type.base == Base::elapsed;
    if (!fits) error("BY0318", span, describe(expr.type) + " has no opposite");
    return push(std::move(expr));
  };
  auto value = signed_value(expected);
  while (in.accept("else")) {
    if (at(value).type.base != Base::error && !at(value).type.optional) {
      error("BY0320", at(value).span, "this fact is never missing, so `else` does nothing", "remove the `else`");
    }
    Type const type = at(value).type;
    auto const fallback = signed_value(&type);
    Type const other = at(fallback).type;
    if (type.base == Base::error || other.base == Base::error) return failed(span);
    if (!same_kind(type, other)) {
      mismatch(span, type, other);
      return failed(span);
    }
    Expr expr;
    expr.op = Op::otherwise;
    expr.type = type;
    expr.type.optional = other.optional;
    expr.span = span;
    expr.args = {value, fallback};
    value = push(std::move(expr));
  }
  return value;
}

}  // namespace bylaw::inline v0::policy
