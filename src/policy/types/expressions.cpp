// Logic and comparisons: what fits with what, and what to write when it does not.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

namespace {

bool has_order(Base base) {
  switch (base) {
    case Base::decimal:
    case Base::percent:
    case Base::money:
    case Base::quantity:
    case Base::elapsed:
    case Base::calendar:
    case Base::date:
    case Base::time_of_day:
    case Base::timestamp: return true;
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

std::uint32_t Checker::check_logical(Cst const& cst, std::uint32_t node, Op op) {
  Reader in(cst, node);
  std::vector<std::uint32_t> args;
  auto const known = env.known.size();
  while (in.has_child()) {
    auto const arg = static_cast<std::uint32_t>(condition(cst, in.take_child()));
    args.push_back(arg);
    // `x is known and ...` proves x for what follows; `x is not known or ...` likewise.
    assume(static_cast<ExprIndex>(arg), op == Op::logical_and);
    in.accept(op == Op::logical_and ? "and" : "or");
  }
  env.known.resize(known);
  return boolean(op, in.span(), std::move(args));
}

std::uint32_t Checker::check_negation(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  in.skip(1);
  auto const inner = static_cast<std::uint32_t>(condition(cst, in.take_child()));
  if (at(inner).op == Op::not_equal) error("BY0509", in.span());
  return boolean(Op::logical_not, in.span(), {inner});
}

std::uint32_t Checker::check_comparison(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const left_node = in.take_child();
  for (auto const* symbol : {"==", "!=", "<=", ">=", "<", ">"}) {
    if (in.accept(symbol)) return check_pair(in, left_node, symbol, span);
  }
  bool const negated = !in.at("is") && in.accept("not");
  std::uint32_t result = 0;
  if (in.accept("in")) {
    result = check_in(in, left_node, span);
  } else {
    auto const left = check(cst, left_node);
    if (in.accept("is")) return check_known(in, left, span);
    require_present(left);
    if (in.accept("between")) result = check_between(in, left, span);
    else if (in.at("before") || in.at("after")) result = check_clock(in, left, span);
    else result = check_text_test(in, left, span);
  }
  return negated ? boolean(Op::logical_not, span, {result}) : result;
}

std::uint32_t Checker::check_known(Reader& in, std::uint32_t left, Span span) {
  bool const negated = in.accept("not");
  auto const& fact = at(left);
  if (fact.op != Op::slot) {
    if (fact.type.base != Base::error) error("BY0313", fact.span);
    return failed(span);
  }
  Layout const* layout = nullptr;
  for (auto const& scope : env.scopes) {
    if (scope.level == fact.level) layout = &layout_of(scope);
  }
  if (layout != nullptr && fact.slot < layout->slots.size() && !layout->slots[fact.slot].optional) error("BY0506", span);
  auto const known = boolean(Op::known, span, {left});
  return negated ? boolean(Op::logical_not, span, {known}) : known;
}

std::uint32_t Checker::check_pair(Reader& in, std::uint32_t left_node, std::string_view symbol, Span span) {
  auto const right_node = in.take_child();
  auto const& cst = in.cst();
  // A bare name gets its meaning from the other side, whichever side that is.
  auto left = check(cst, left_node);
  bool const left_is_name = at(left).type.base == Base::names;
  auto const left_type = at(left).type;
  auto const right = check(cst, right_node, left_is_name ? nullptr : &left_type);
  if (left_is_name) {
    auto const right_type = at(right).type;
    left = check(cst, left_node, &right_type);
  }
  return compare(left, right, symbol, span);
}

std::uint32_t Checker::local_date_of(std::uint32_t instant) {
  Expr local;
  local.op = Op::date_of;
  local.type.base = Base::date;
  local.span = at(instant).span;
  local.args = {instant};
  return push(std::move(local));
}

std::uint32_t Checker::compare(std::uint32_t left, std::uint32_t right, std::string_view symbol, Span span) {
  require_present(left);
  require_present(right);
  auto const a = at(left).type;
  auto const b = at(right).type;
  auto const op = comparison_op(symbol);
  // A date against a point in time compares on the local date of the policy's zone.
  if ((a.base == Base::date && b.base == Base::timestamp) || (a.base == Base::timestamp && b.base == Base::date)) {
    bool const left_is_instant = a.base == Base::timestamp;
    auto const date = local_date_of(left_is_instant ? left : right);
    return boolean(op, span, {left_is_instant ? date : left, left_is_instant ? right : date});
  }
  if (!same_kind(a, b)) {
    mismatch(span, a, b);
    return failed(span);
  }
  bool const ordered = op != Op::equal && op != Op::not_equal;
  if (ordered && a.base != Base::error && !has_order(a.base)) {
    error("BY0314", span, {{"type", describe(a)}});
    return failed(span);
  }
  if (a.base == Base::names || a.base == Base::record || a.base == Base::many || a.base == Base::list || a.base == Base::business) {
    error("BY0315", span, {{"operator", std::string(symbol)}});
    return failed(span);
  }
  if (ordered && (at(left).months != 0 || at(right).months != 0)) {
    error("BY0336", span);
    return failed(span);
  }
  return boolean(op, span, {left, right});
}

std::uint32_t Checker::check_in(Reader& in, std::uint32_t left_node, Span span) {
  auto const& cst = in.cst();
  auto left = check(cst, left_node);
  auto const type = at(left).type;
  bool const left_is_name = type.base == Base::names;
  auto const right = check(cst, in.take_child(), left_is_name || type.base == Base::timestamp ? nullptr : &type);
  auto const list = at(right).type;
  if (list.base == Base::error || type.base == Base::error) return failed(span);
  if (list.base != Base::list) {
    error("BY0316", at(right).span);
    return failed(span);
  }
  if (left_is_name) {
    Type element = list;
    element.base = list.element;
    left = check(cst, left_node, &element);
  }
  require_present(left);
  if (type.base == Base::timestamp && list.element == Base::date) left = local_date_of(left);
  if (at(right).op == Op::any) return check_in_field(left, right, span);
  std::vector<std::uint32_t> args{left};
  auto const entries = at(right).args;
  for (auto const entry : entries) {
    if (!same_kind(at(left).type, at(entry).type)) {
      mismatch(at(entry).span, at(left).type, at(entry).type);
      return failed(span);
    }
    args.push_back(entry);
  }
  if (entries.empty()) error("BY0508", at(right).span);
  return boolean(Op::in_list, span, std::move(args));
}

/// `x in line.item.tags`: some entry of the field equals x. The list node carries the entry's slot.
std::uint32_t Checker::check_in_field(std::uint32_t left, std::uint32_t right, Span span) {
  auto any = at(right);
  auto const entry = any.args[0];
  if (!same_kind(at(left).type, at(entry).type)) {
    mismatch(span, at(left).type, at(entry).type);
    return failed(span);
  }
  any.args = {boolean(Op::equal, span, {left, entry})};
  any.type = {};
  any.type.base = Base::boolean;
  any.span = span;
  return push(std::move(any));
}

std::uint32_t Checker::check_between(Reader& in, std::uint32_t left, Span span) {
  auto type = at(left).type;
  auto const low = check(in.cst(), in.take_child(), &type);
  require_present(low);
  if (type.base == Base::timestamp && at(low).type.base == Base::date) {
    left = local_date_of(left);
    type = at(left).type;
  }
  if (!same_kind(at(low).type, type)) {
    mismatch(at(low).span, type, at(low).type);
    return failed(span);
  }
  in.accept("and");
  auto const high = static_cast<std::uint32_t>(same_type(in.cst(), in.take_child(), type));
  if (type.base == Base::error || at(low).type.base == Base::error || at(high).type.base == Base::error) return failed(span);
  if (!has_order(type.base)) {
    error("BY0314", span, {{"type", describe(type)}});
    return failed(span);
  }
  if (at(low).months != 0 || at(high).months != 0) {
    error("BY0336", span);
    return failed(span);
  }
  int order = 0;
  if (at(low).op == Op::literal && at(high).op == Op::literal && exact::compare(at(low).number, at(high).number, order) && order > 0) {
    error("BY0449", span);
  }
  return boolean(Op::between, span, {left, low, high});
}

std::uint32_t Checker::check_clock(Reader& in, std::uint32_t left, Span span) {
  if (!require_base(left, Base::timestamp)) return failed(span);
  bool const before = in.take().text == "before";
  auto const& time = in.take();
  int const minutes = detail::digits(time.text, 0, 2) * 60 + detail::digits(time.text, 3, 2);
  if (minutes >= 24 * 60 || detail::digits(time.text, 3, 2) > 59) {
    error("BY0112", in.span_of(time), {{"problem", "`" + std::string(time.text) + "` is not a time of day"}, {"help", "write 00:00 to 23:59"}});
  }
  in.accept("of");
  auto const where = place(in.cst(), in.take_child());
  if (!where) return failed(span);
  Expr expr;
  expr.op = before ? Op::before_clock : Op::after_clock;
  expr.type.base = Base::boolean;
  expr.span = span;
  expr.args = {left, static_cast<std::uint32_t>(where->zone)};
  expr.number = {minutes, 1};
  expr.owner = where->owner;
  expr.slot = where->holidays;
  return push(std::move(expr));
}

std::uint32_t Checker::check_text_test(Reader& in, std::uint32_t left, Span span) {
  auto const type = at(left).type;
  if (type.base != Base::text) {
    if (type.base != Base::error) error("BY0344", at(left).span, {{"found", describe(type)}});
    return failed(span);
  }
  Expr expr;
  expr.type.base = Base::boolean;
  expr.span = span;
  expr.args = {left};
  if (in.accept("contains")) {
    expr.op = Op::contains;
    auto const part = check(in.cst(), in.take_child());
    require_present(part);
    require_base(part, Base::text);
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
    options.set_max_mem(1 << 20);
    auto pattern = std::make_unique<re2::RE2>(expr.text, options);
    if (!pattern->ok()) {
      error("BY0317", in.span_of(token), {{"problem", pattern->error()}});
      return failed(span);
    }
    expr.slot = static_cast<std::uint32_t>(impl_.patterns.size());
    impl_.patterns.push_back(std::move(pattern));
  }
  return push(std::move(expr));
}

}  // namespace bylaw::inline v0::policy
