// Sums, products, `else`, and literals with their units.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::Reader;
using syntax::TokenKind;

Duration parse_duration(std::string_view text, bool& ok) {
  std::int64_t count = 0;
  std::size_t at = 0;
  ok = true;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    if (count > 1'000'000'000) ok = false;
    count = ok ? count * 10 + (text[at] - '0') : 0;
  }
  auto const word_at = [&](std::string_view word) { return text.find(word, at) != std::string_view::npos; };
  bool const business = word_at("business");
  Duration out;
  if (word_at("second")) out = {Duration::Kind::elapsed, count * second_ms, 0};
  else if (word_at("minute")) out = {Duration::Kind::elapsed, count * minute_ms, 0};
  else if (word_at("hour")) out = {Duration::Kind::elapsed, count * hour_ms, 0};
  else if (word_at("day")) out = {Duration::Kind::calendar, count, 0};
  else if (word_at("week")) out = {Duration::Kind::calendar, count * 7, 0};
  else if (count > 12'000) ok = false;
  else if (word_at("month")) out = {Duration::Kind::calendar, 0, static_cast<std::int32_t>(count)};
  else out = {Duration::Kind::calendar, 0, static_cast<std::int32_t>(count * 12)};
  // More than about 270 years of days is a mistake, and dates would leave their range.
  if (out.kind == Duration::Kind::calendar && out.amount > 100'000) ok = false;
  constexpr std::int64_t business_hours_max = 100'000;
  if (business && out.kind == Duration::Kind::elapsed && out.amount > business_hours_max * hour_ms) ok = false;
  if (business) out.kind = out.kind == Duration::Kind::calendar ? Duration::Kind::business_days : Duration::Kind::business_time;
  return out;
}

std::uint32_t Checker::check_duration(Reader& in) {
  auto const& token = in.take();
  bool ok = false;
  auto const duration = parse_duration(token.text, ok);
  if (!ok) {
    error("BY0111", in.span_of(token));
    return failed(in.span_of(token));
  }
  Type type;
  type.base = duration.kind == Duration::Kind::elapsed ? Base::elapsed : duration.kind == Duration::Kind::calendar ? Base::calendar : Base::business;
  if (type.base == Base::business) type.element = duration.kind == Duration::Kind::business_days ? Base::calendar : Base::elapsed;
  return literal(type, in.span_of(token), {duration.amount, 1}, duration.months);
}

std::uint32_t Checker::check_timestamp(Reader& in) {
  auto const& token = in.take();
  auto const span = in.span_of(token);
  auto const local = parse_local_time(token.text);
  if (!local) {
    error("BY0112", span, {{"problem", local.error().message}, {"help", local.error().remedy}});
    return failed(span);
  }
  auto const instant = from_local(*local, *impl_.header_zones[env.header]);
  if (!instant.unique) error("BY0113", span, {{"zone", impl_.headers[env.header].zone}});
  Type type;
  type.base = Base::timestamp;
  return literal(type, span, {instant.time.value, 1});
}

std::uint32_t Checker::check_number(Reader& in) {
  auto const& token = in.take();
  auto const span = in.span_of(token);
  auto const number = Decimal::parse(token.text);
  Type type;
  if (!number) {
    error("BY0110", span, {{"problem", number.error().message}, {"help", number.error().remedy}});
    return failed(span);
  }
  Exact value{number->coefficient(), power_of_ten(number->scale())};
  exact::reduce(value);
  if (in.accept("percent")) {
    exact::multiply(value, {1, 100}, value);
    type.base = Base::percent;
    auto const share = literal(type, in.span(), value);
    if (!in.accept("of")) return share;
    auto const whole = check(in.cst(), in.take_child());
    require_present(whole);
    auto const base = at(whole).type.base;
    if (base == Base::error) return failed(in.span());
    if (base != Base::money && base != Base::quantity && base != Base::decimal && base != Base::percent && base != Base::elapsed) {
      error("BY0318", in.span(), {{"left", "a percentage"}, {"operator", "of"}, {"right", describe(at(whole).type)}, {"help", ""}});
      return failed(in.span());
    }
    Expr expr;
    expr.op = Op::multiply;
    expr.type = at(whole).type;
    expr.span = in.span();
    expr.args = {whole, share};
    return push(std::move(expr));
  }
  if (in.done() || in.peek().kind != TokenKind::word) {
    type.base = Base::decimal;
    return literal(type, span, value);
  }
  return check_unit(in, value, token);
}

std::uint32_t Checker::check_unit(Reader& in, Exact value, syntax::Token const& number) {
  bool const of_host = in.accept("unit");
  auto const& word = in.take();
  auto const span = in.span_of(number, word);
  auto const name = syntax::name_of(word);
  Type type;
  if (auto const* unit = of_host ? find_any_unit(impl_, name) : find_unit(name); unit != nullptr) {
    type.base = Base::quantity;
    type.unit = unit;
    exact::multiply(value, {unit->base_units, 1}, value);
    return literal(type, span, value);
  }
  if (of_host) {
    std::vector<std::string> names(impl_.unit_names.begin(), impl_.unit_names.end());
    error("BY0339", in.span_of(word), {{"unit", name}, {"near", nearest(name, names)}});
    return failed(span);
  }
  auto const currency = Currency::find(word.text);
  if (!currency.known()) {
    error("BY0321", in.span_of(word), {{"currency", name}});
    return failed(span);
  }
  auto const point = number.text.find('.');
  auto const decimals = point == std::string_view::npos ? 0 : number.text.size() - point - 1;
  if (decimals > static_cast<std::size_t>(currency.exponent())) {
    error("BY0322", span, {{"currency", std::string(currency.code())}, {"decimals", std::to_string(currency.exponent())}});
  }
  type.base = Base::money;
  type.index = currency_index(currency);
  exact::multiply(value, {power_of_ten(currency.exponent()), 1}, value);
  return literal(type, span, value);
}

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
