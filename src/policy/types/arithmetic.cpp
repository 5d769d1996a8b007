// Sums, products, `else`, and lists.
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::Reader;
using syntax::TokenKind;

std::uint32_t Checker::check_primary(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  auto const& token = in.peek();
  auto const span = in.span();
  Type type;
  switch (token.kind) {
    case TokenKind::number: return check_number(in);
    case TokenKind::duration: return check_duration(in);
    case TokenKind::timestamp: return check_timestamp(in);
    case TokenKind::text: type.base = Base::text; return literal(type, span, {}, 0, syntax::text_of(token));
    case TokenKind::date: {
      auto const date = parse_date(token.text);
      if (!date) {
        error("BY0112", span, {{"problem", date.error().message}, {"help", date.error().remedy}});
        return failed(span);
      }
      type.base = Base::date;
      return literal(type, span, {date->value, 1});
    }
    case TokenKind::time: {
      int const minutes = detail::digits(token.text, 0, 2) * 60 + detail::digits(token.text, 3, 2);
      if (minutes >= 24 * 60 || detail::digits(token.text, 3, 2) > 59) {
        error("BY0112", span, {{"problem", "`" + std::string(token.text) + "` is not a time of day"}, {"help", "write 00:00 to 23:59"}});
      }
      type.base = Base::time_of_day;
      return literal(type, span, {minutes, 1});
    }
    default: break;
  }
  if (in.accept("(")) return check(cst, in.take_child(), expected);
  if (token.text == "true" || token.text == "false") {
    type.base = Base::boolean;
    return literal(type, span, {token.text == "true" ? 1 : 0, 1});
  }
  Expr expr;
  expr.op = token.text == "now" ? Op::now : Op::today;
  expr.type.base = token.text == "now" ? Base::timestamp : Base::date;
  expr.span = span;
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
    auto const a = at(left).type;
    auto const b = at(right).type;
    Expr expr;
    expr.op = plus ? Op::add : Op::subtract;
    expr.span = span;
    expr.args = {left, right};
    expr.type = a;
    if (a.base == Base::error || b.base == Base::error) return failed(span);
    bool const point = a.base == Base::timestamp || a.base == Base::date;
    bool const shifts = (a.base == Base::timestamp && b.base == Base::elapsed) || (a.base == Base::date && b.base == Base::calendar) ||
                        (point && b.base == Base::business && (a.base == Base::timestamp || b.element == Base::calendar));
    bool const amounts = !point && a.base != Base::time_of_day && a.base != Base::business && same_kind(a, b) &&
                         (a.base == Base::decimal || a.base == Base::percent || a.base == Base::money || a.base == Base::quantity || a.base == Base::elapsed ||
                          a.base == Base::calendar);
    if (!plus && point && same_kind(a, b)) {
      expr.type.base = a.base == Base::timestamp ? Base::elapsed : Base::calendar;
    } else if (!shifts && !amounts) {
      std::string help;
      if (a.base == Base::money && b.base == Base::money) help = "convert one of the currencies: converted(...)";
      if (a.base == Base::money && b.base == Base::decimal) help = "write the currency after the number, such as 5.00 " + currency_code(a.index);
      if (a.base == Base::timestamp && b.base == Base::calendar) help = "days count dates: write date(...) + 30 days, or hours for an elapsed time";
      if (a.base == Base::date && b.base == Base::elapsed) help = "write days instead of hours";
      if (a.base == Base::quantity && b.base == Base::decimal) help = std::string("write the unit after the number, such as 2 ") + a.unit->name;
      error("BY0318", span, {{"left", describe(a)}, {"operator", plus ? "plus" : "less"}, {"right", describe(b)}, {"help", help}});
      return failed(span);
    }
    if (b.base == Base::business && b.element == Base::elapsed && !impl_.headers[env.header].business_hours) error("BY0337", span);
    if (at(left).op == Op::literal && at(right).op == Op::literal) expr.months = at(left).months + (plus ? at(right).months : -at(right).months);
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
    auto const a = at(left).type;
    auto const b = at(right).type;
    Expr expr;
    expr.op = times ? Op::multiply : Op::divide;
    expr.span = span;
    expr.args = {left, right};
    auto const amount = [](Base base) { return base == Base::money || base == Base::quantity || base == Base::elapsed; };
    auto const plain = [](Base base) { return base == Base::decimal || base == Base::percent; };
    if (a.base == Base::error || b.base == Base::error) return failed(span);
    if (plain(b.base) && (amount(a.base) || plain(a.base))) {
      expr.type = a;
      if (a.base == Base::percent && b.base == Base::decimal) expr.type.base = Base::percent;
      if (a.base == Base::decimal && b.base == Base::percent) expr.type.base = Base::decimal;
    } else if (times && plain(a.base) && amount(b.base)) {
      expr.type = b;
    } else if (!times && amount(a.base) && same_kind(a, b)) {
      expr.type = {};
      expr.type.base = Base::decimal;
    } else {
      error("BY0318", span, {{"left", describe(a)}, {"operator", times ? "times" : "divided by"}, {"right", describe(b)}, {"help", ""}});
      return failed(span);
    }
    bool const constant_right = is_constant(right);
    if (!times && constant_right && at(right).op == Op::literal && at(right).number.numerator == 0) {
      error("BY0319", at(right).span);
    } else if (env.linear && !constant_right && !(times && is_constant(left))) {
      error(times ? "BY0333" : "BY0334", span);
      return failed(span);
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
    auto const type = at(value).type;
    if (!minus || type.base == Base::error) return value;
    require_present(value);
    bool const fits = type.base == Base::decimal || type.base == Base::percent || type.base == Base::money || type.base == Base::quantity ||
                      type.base == Base::elapsed || type.base == Base::calendar;
    if (!fits) {
      error("BY0318", at(value).span, {{"left", "the opposite"}, {"operator", "of"}, {"right", describe(type)}, {"help", ""}});
      return failed(span);
    }
    if (at(value).op == Op::literal) return literal(type, at(value).span, exact::negate(at(value).number), -at(value).months);
    Expr expr;
    expr.op = Op::negate;
    expr.type = type;
    expr.type.optional = false;
    expr.span = at(value).span;
    expr.args = {value};
    return push(std::move(expr));
  };
  auto const reported = out_.size();
  auto value = signed_value(expected);
  while (in.accept("else")) {
    auto type = at(value).type;
    // Where a fact inside has just been called missing, the `else` is meant for it.
    if (type.base != Base::error && !type.optional && out_.size() == reported) error("BY0320", at(value).span);
    type.optional = false;
    auto const fallback = signed_value(&type);
    auto const other = at(fallback).type;
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

std::uint32_t Checker::check_list(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  Expr expr;
  expr.type.base = Base::list;
  expr.span = in.span();
  in.skip(1);
  Type element = expected != nullptr && expected->base != Base::list ? *expected : Type{};
  element.optional = false;
  while (in.has_child()) {
    bool const decided = element.base != Base::error && element.base != Base::names;
    auto const entry = check(cst, in.take_child(), decided ? &element : nullptr);
    in.accept(",");
    auto const type = at(entry).type;
    if (type.base == Base::error) continue;
    if (!is_constant(entry)) error("BY0323", at(entry).span, {{"what", "a list"}, {"help", "write `x == a or x == b`"}});
    if (element.base == Base::error) element = type;
    bool const asked = expected != nullptr && expected->base != Base::list && decided;
    if (!same_kind(element, type) && asked) mismatch(at(entry).span, element, type);
    else if (!same_kind(element, type)) error("BY0324", at(entry).span, {{"left", describe(element)}, {"right", describe(type)}});
    expr.args.push_back(entry);
  }
  expr.type.element = element.base;
  expr.type.index = element.index;
  expr.type.unit = element.unit;
  constexpr std::size_t entries_max = 100'000;
  if (expr.args.size() > entries_max) error("BY0404", expr.span);
  return push(std::move(expr));
}

}  // namespace bylaw::inline v0::policy
