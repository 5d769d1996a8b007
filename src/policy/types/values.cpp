// Literals, lists, facts by name and calls.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
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
  if (business) out.kind = out.kind == Duration::Kind::calendar ? Duration::Kind::business_days : Duration::Kind::business_time;
  return out;
}

std::uint32_t Checker::check_duration(Reader& in) {
  auto const& token = in.take();
  bool ok = false;
  auto const duration = parse_duration(token.text, ok);
  if (!ok) {
    error("BY0111", in.span_of(token), "this duration is too long");
    return failed(in.span_of(token));
  }
  Type type;
  type.base = duration.kind == Duration::Kind::elapsed    ? Base::elapsed
              : duration.kind == Duration::Kind::calendar ? Base::calendar
                                                          : Base::business;
  return literal(type, in.span_of(token), {duration.amount, 1}, duration.months);
}

std::uint32_t Checker::check_timestamp(Reader& in) {
  auto const& token = in.take();
  auto const span = in.span_of(token);
  auto const local = parse_local_time(token.text);
  if (!local) {
    error("BY0112", span, local.error().message, local.error().remedy);
    return failed(span);
  }
  auto const instant = from_local(*local, *impl_.header_zones[env.header]);
  if (!instant.unique) {
    error("BY0113", span, "a clock change skips or repeats this time in " + impl_.headers[env.header].zone,
          "write a time one hour earlier or later");
  }
  return literal({Base::timestamp, false, 0, Base::error, nullptr}, span, {instant.time.value, 1});
}

std::uint32_t Checker::check_number(Reader& in, Type const* expected) {
  (void)expected;
  auto const& token = in.take();
  auto span = in.span_of(token);
  auto const number = Decimal::parse(token.text);
  if (!number) {
    error("BY0110", span, number.error().message, number.error().remedy);
    return failed(span);
  }
  Exact value{number->coefficient(), power_of_ten(number->scale())};
  exact::reduce(value);
  if (in.accept("percent")) {
    exact::multiply(value, {1, 100}, value);
    if (!in.accept("of")) return literal({Base::percent, false, 0, Base::error, nullptr}, span, value);
    auto const share = literal({Base::percent, false, 0, Base::error, nullptr}, span, value);
    auto const whole = check(in.cst(), in.take_child());
    require_present(whole);
    Expr expr;
    expr.op = Op::multiply;
    expr.type = at(whole).type;
    expr.span = in.span();
    expr.args = {whole, share};
    return push(std::move(expr));
  }
  if (in.done() || in.peek().kind != TokenKind::word) {
    return literal({Base::decimal, false, 0, Base::error, nullptr}, span, value);
  }
  auto const& unit_token = in.take();
  span = in.span_of(token, unit_token);
  if (unit_token.text == "unit") {
    error("BY0303", span, "units of the host are not part of this version", "use one of the built-in units");
    return failed(span);
  }
  if (auto const* unit = find_unit(unit_token.text); unit != nullptr) {
    Type type{Base::quantity, false, 0, Base::error, unit};
    exact::multiply(value, {unit->base_units, 1}, value);
    return literal(type, span, value);
  }
  auto const currency = Currency::find(unit_token.text);
  if (!currency.known()) {
    error("BY0321", in.span_of(unit_token), "`" + std::string(unit_token.text) + "` is not an ISO 4217 currency",
          "write a code such as USD, EUR or GBP");
    return failed(span);
  }
  auto const point = token.text.find('.');
  auto const decimals = point == std::string_view::npos ? 0 : token.text.size() - point - 1;
  if (decimals > static_cast<std::size_t>(currency.exponent())) {
    error("BY0322", span, "this has more decimals than " + std::string(currency.code()) + " has",
          "write at most " + std::to_string(currency.exponent()) + " decimals");
  }
  Type type{Base::money, false, 0, Base::error, nullptr};
  for (char const c : currency.code()) type.index = type.index << 8 | static_cast<unsigned char>(c);
  exact::multiply(value, {power_of_ten(currency.exponent()), 1}, value);
  return literal(type, span, value);
}

std::uint32_t Checker::check_primary(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  auto const& token = in.peek();
  auto const span = in.span();
  Type type;
  switch (token.kind) {
    case TokenKind::number: return check_number(in, expected);
    case TokenKind::duration: return check_duration(in);
    case TokenKind::timestamp: return check_timestamp(in);
    case TokenKind::text: type.base = Base::text; return literal(type, span, {}, 0, syntax::text_of(token));
    case TokenKind::date: {
      auto const date = parse_date(token.text);
      if (!date) error("BY0112", span, date.error().message, date.error().remedy);
      type.base = Base::date;
      return literal(type, span, {date ? date->value : 0, 1});
    }
    case TokenKind::time: {
      int const minutes = detail::digits(token.text, 0, 2) * 60 + detail::digits(token.text, 3, 2);
      if (minutes >= 24 * 60 || detail::digits(token.text, 3, 2) > 59) {
        error("BY0112", span, "`" + std::string(token.text) + "` is not a time of day", "write 00:00 to 23:59");
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

std::uint32_t Checker::check_list(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  Expr expr;
  expr.type.base = Base::list;
  expr.span = in.span();
  in.skip(1);
  Type element = expected != nullptr ? *expected : Type{};
  element.optional = false;
  while (in.has_child()) {
    bool const decided = element.base != Base::error && element.base != Base::names;
    auto const entry = check(cst, in.take_child(), decided ? &element : nullptr);
    in.accept(",");
    auto const entry_type = at(entry).type;
    if (at(entry).op != Op::literal && at(entry).op != Op::negate && entry_type.base != Base::error &&
        entry_type.base != Base::names) {
      error("BY0323", at(entry).span, "a list has constants only", "write `x == a or x == b`");
    }
    if (element.base == Base::error) element = entry_type;
    if (!same_kind(element, entry_type) && entry_type.base != Base::error && element.base != Base::error) {
      error("BY0324", at(entry).span, "this list has entries of two types: " + describe(element) + " and " + describe(entry_type));
    }
    expr.args.push_back(entry);
  }
  expr.type.element = element.base;
  expr.type.index = element.index;
  if (expr.args.size() > 100'000) error("BY0404", expr.span, "this list has more than 100,000 entries", "use a field of the host instead");
  return push(std::move(expr));
}

bool Checker::symbol_fits(std::string const& name, Type const& expected) const {
  if (expected.base != Base::symbol) return false;
  auto const id = find_symbol(impl_, name);
  auto const& values = impl_.enumerations[expected.index].symbols;
  return id >= 0 && std::find(values.begin(), values.end(), static_cast<std::uint32_t>(id)) != values.end();
}

Layout& Checker::layout_of(Scope const& scope) {
  auto* layout = &impl_.layouts[static_cast<std::size_t>(scope.subject)];
  for (auto const index : scope.collections) layout = &layout->collections[index].layout;
  return *layout;
}

namespace {

std::optional<FactKind> fact_kind(Base base) {
  switch (base) {
    case Base::boolean: return FactKind::boolean;
    case Base::decimal: return FactKind::decimal;
    case Base::money: return FactKind::money;
    case Base::quantity: return FactKind::quantity;
    case Base::elapsed: return FactKind::elapsed;
    case Base::date: return FactKind::date;
    case Base::time_of_day: return FactKind::time_of_day;
    case Base::timestamp: return FactKind::timestamp;
    case Base::text: return FactKind::text;
    case Base::symbol: return FactKind::symbol;
    default: return std::nullopt;
  }
}

std::int32_t find_or_add_slot(Layout& layout, Slot slot) {
  for (std::size_t i = 0; i < layout.slots.size(); ++i) {
    if (layout.slots[i].path == slot.path) return static_cast<std::int32_t>(i);
  }
  layout.slots.push_back(std::move(slot));
  return static_cast<std::int32_t>(layout.slots.size() - 1);
}

}  // namespace

std::int32_t Checker::slot_of(Scope const& scope, std::vector<std::string> const& path) {
  auto const* record = &schema_.records[scope.record];
  Slot slot;
  slot.path = scope.path;
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto const* field = record->find(path[i]);
    if (field == nullptr) return -1;
    slot.path += "." + path[i];
    slot.optional = slot.optional || field->type.optional;
    slot.personal = slot.personal || field->personal;
    if (field->type.base == Base::record && i + 1 < path.size()) {
      record = &schema_.records[field->type.index];
      continue;
    }
    auto const kind = fact_kind(field->type.base);
    if (!kind || i + 1 != path.size()) return -1;
    slot.kind = *kind;
    if (field->type.base == Base::symbol) slot.detail = impl_.enumerations[field->type.index].name;
    if (field->type.base == Base::quantity) slot.detail = field->type.unit->name;
    if (field->type.base == Base::money) slot.detail = std::string(impl_.headers[env.header].currency.code());
  }
  return find_or_add_slot(layout_of(scope), std::move(slot));
}

std::uint32_t Checker::check_path(Scope const& scope, std::vector<std::string> const& path, Span span) {
  auto const* record = &schema_.records[scope.record];
  Type type;
  bool optional = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto const* field = record->find(path[i]);
    if (field == nullptr) {
      std::vector<std::string> names;
      for (auto const& f : record->fields) names.push_back(f.name);
      auto const near = did_you_mean(path[i], names);
      error("BY0305", span, "`" + path[i] + "` is not a field of `" + record->name + "`",
            near.empty() ? "add it with `extend record " + record->name + " { " + path[i] + ": TYPE; }`" : near.substr(1),
            "unknown field");
      return failed(span);
    }
    type = field->type;
    optional = optional || type.optional;
    if (i + 1 < path.size() && type.base != Base::record) {
      error("BY0305", span, "`" + path[i] + "` has no fields", "it is " + describe(type));
      return failed(span);
    }
    if (type.base == Base::record) record = &schema_.records[type.index];
  }
  type.optional = optional;
  if (type.base == Base::money) {
    if (!impl_.headers[env.header].currency.known()) {
      error("BY0325", span, "this file compares money but names no currency", "add `currency USD;` to its `policy`");
      return failed(span);
    }
    auto const money = money_type();
    type.index = money.index;
  }
  Expr expr;
  expr.op = Op::slot;
  expr.span = span;
  expr.type = type;
  expr.depth = scope.depth;
  if (fact_kind(type.base)) {
    expr.slot = static_cast<std::uint32_t>(slot_of(scope, path));
    auto const here = std::make_pair(expr.depth, expr.slot);
    if (std::find(env.known.begin(), env.known.end(), here) != env.known.end()) expr.type.optional = false;
    return push(std::move(expr));
  }
  error("BY0326", span, "this is " + describe(type) + ", not a value",
        type.base == Base::many ? "use `any`, `every`, `count`, `sum`, `min` or `max`" : "name one of its fields");
  return failed(span);
}

std::uint32_t Checker::check_reference(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const& token = in.take();
  auto const name = syntax::name_of(token);
  if (in.at("(")) return check_call(in, name, span);
  std::vector<std::string> path;
  while (in.accept(".")) path.push_back(in.take_name());

  if (auto const found = env.params.find(name); found != env.params.end() && path.empty()) return found->second;
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend(); ++scope) {
    if (scope->name == name) return check_path(*scope, path, span);
  }
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend(); ++scope) {
    if (schema_.records[scope->record].find(name) == nullptr) continue;
    path.insert(path.begin(), name);
    return check_path(Scope(*scope), path, span);
  }
  if (path.empty()) {
    if (auto const found = schema_.lists.find(name); found != schema_.lists.end()) {
      found->second.used = true;
      Reader list(*found->second.cst, found->second.node);
      list.skip(3);
      return check_list(*found->second.cst, list.take_child(), expected);
    }
    if (schema_.defines.count(name) > 0) return check_define(name, {}, span, expected);
    if (expected != nullptr && expected->base == Base::symbol) {
      if (symbol_fits(name, *expected)) {
        Type type{Base::symbol, false, expected->index, Base::error, nullptr};
        return literal(type, span, {find_symbol(impl_, name), 1});
      }
      std::vector<std::string> names;
      for (auto const id : impl_.enumerations[expected->index].symbols) names.push_back(impl_.symbols[id]);
      auto const near = did_you_mean(name, names);
      error("BY0307", span, "`" + name + "` is not a value of `" + impl_.enumerations[expected->index].name + "`",
            near.empty() ? "" : near.substr(1));
      return failed(span);
    }
    // Nothing is expected yet: the other side of a comparison may say what the name means.
    if (expected == nullptr && find_symbol(impl_, name) >= 0) return literal({Base::names, false, 0, Base::error, nullptr}, span, {}, 0, name);
  }
  std::vector<std::string> names;
  for (auto const& scope : env.scopes) {
    names.push_back(scope.name);
    for (auto const& field : schema_.records[scope.record].fields) names.push_back(field.name);
  }
  for (auto const& [known, ignored] : schema_.defines) names.push_back(known);
  for (auto const& [known, ignored] : schema_.lists) names.push_back(known);
  auto const near = did_you_mean(name, names);
  error("BY0308", span, "`" + name + "` is not known here",
        near.empty() ? "name a fact, a list, a define or a value of an enum" : near.substr(1));
  return failed(span);
}

std::uint32_t Checker::check_call(Reader& in, std::string const& name, Span span) {
  std::vector<std::uint32_t> arguments;
  in.accept("(");
  while (in.has_child()) {
    arguments.push_back(check(in.cst(), in.take_child()));
    require_present(arguments.back());
    in.accept(",");
  }
  struct Builtin {
    char const* name;
    Op op;
    Base argument;
    Base result;
  };
  static constexpr Builtin builtins[] = {{"date", Op::date_of, Base::timestamp, Base::date},
                                         {"time", Op::time_of, Base::timestamp, Base::time_of_day},
                                         {"weekday", Op::weekday, Base::date, Base::decimal},
                                         {"length", Op::length, Base::text, Base::decimal}};
  for (auto const& builtin : builtins) {
    if (name != builtin.name) continue;
    if (arguments.size() != 1) {
      error("BY0327", span, "`" + name + "` takes one argument");
      return failed(span);
    }
    Type wanted;
    wanted.base = builtin.argument;
    if (!require_base(arguments[0], builtin.argument, describe(wanted))) return failed(span);
    Expr expr;
    expr.op = builtin.op;
    expr.type.base = builtin.result;
    expr.span = span;
    expr.args = arguments;
    return push(std::move(expr));
  }
  if (schema_.defines.count(name) > 0) return check_define(name, arguments, span, nullptr);
  error("BY0308", span, "there is no function `" + name + "`", "built in are date, time, weekday and length; or declare a `define`");
  return failed(span);
}

std::uint32_t Checker::check_define(std::string const& name, std::vector<std::uint32_t> arguments, Span span, Type const* expected) {
  auto& define = schema_.defines.find(name)->second;
  define.used = true;
  if (std::find(unfolding_.begin(), unfolding_.end(), name) != unfolding_.end()) {
    error("BY0328", span, "`" + name + "` is defined by itself", "a define may not be recursive");
    return failed(span);
  }
  Reader in(*define.cst, define.node);
  in.skip(2);
  auto outer = std::move(env.params);
  env.params.clear();
  std::size_t count = 0;
  if (in.accept("(")) {
    while (in.has_child() && in.child().kind == NodeKind::param) {
      Reader param(*define.cst, in.take_child());
      auto const param_name = param.take_name();
      if (count < arguments.size()) env.params[param_name] = arguments[count];
      ++count;
      in.accept(",");
    }
    in.accept(")");
  }
  in.accept("=");
  std::uint32_t result = 0;
  if (count != arguments.size()) {
    error("BY0327", span, "`" + name + "` takes " + std::to_string(count) + " arguments, found " + std::to_string(arguments.size()));
    result = failed(span);
  } else {
    unfolding_.push_back(name);
    result = check(*define.cst, in.take_child(), expected);
    unfolding_.pop_back();
  }
  env.params = std::move(outer);
  return result;
}

ExprIndex Checker::fact(Cst const& cst, std::uint32_t node) {
  auto const index = check_reference(cst, node, nullptr);
  if (at(index).type.base == Base::error) return -1;
  if (at(index).op != Op::slot) {
    error("BY0313", at(index).span, "this names no fact", "name a field such as order.total");
    return -1;
  }
  return static_cast<ExprIndex>(index);
}

}  // namespace bylaw::inline v0::policy
