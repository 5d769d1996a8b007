// Conditions: logic, comparisons, membership, ranges and text tests; what fits with what, and what to
// write when it does not.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
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
