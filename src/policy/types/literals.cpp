// Literals with their units: durations, times, numbers, money.
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

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

}  // namespace bylaw::inline v0::policy
