#include "policy/program/evaluate.hpp"

namespace bylaw::inline v0::policy {

Datum to_datum(Slot const& slot, Value const& value) {
  Datum datum;
  datum.known = value.known;
  if (!value.known) return datum;
  datum.number = {value.number, value.scale > 0 ? power_of_ten(value.scale) : 1};
  if (slot.kind == FactKind::quantity) exact::multiply(datum.number, {find_unit(slot.detail)->base_units, 1}, datum.number);
  exact::reduce(datum.number);
  datum.text = value.text;
  return datum;
}

bool to_minor(Datum const& datum, std::int64_t& out) {
  auto const rounded = divide_rounded(datum.number.numerator, datum.number.denominator, Rounding::half_even);
  if (!fits_int64(rounded)) return false;
  out = static_cast<std::int64_t>(rounded);
  return true;
}

Datum Evaluation::fail(std::string message) {
  if (error.empty()) error = std::move(message);
  return {false, {}, 0, {}};
}

void Evaluation::record(Level const& level, std::uint32_t slot) {
  auto const& described = level.layout->slots[slot];
  std::string path = described.path;
  if (level.element >= 0) {
    // `order.lines.item.hazard` of the third element reads `order.lines[2].item.hazard`.
    auto const& parent = levels_[&level - levels_ - 1];
    if (parent.layout != nullptr) {
      for (auto const& collection : parent.layout->collections) {
        if (path.compare(0, collection.path.size(), collection.path) == 0) {
          path = collection.path + "[" + std::to_string(level.element) + "]" + path.substr(collection.path.size());
          break;
        }
      }
    }
  }
  for (auto const& read : reads) {
    if (read.path == path) return;
  }
  auto const& value = level.frame->values[slot];
  std::string text = "missing";
  if (value.known) {
    text = described.personal ? "personal" : value.text;
    if (!described.personal && described.kind == FactKind::symbol) {
      text = value.number >= 0 ? impl_.symbols[static_cast<std::size_t>(value.number)] : value.text;
    }
  }
  if (value.known && !described.personal) {
    switch (described.kind) {
      case FactKind::boolean: text = value.number != 0 ? "true" : "false"; break;
      case FactKind::decimal: text = to_string(Decimal::scaled(value.number, value.scale)); break;
      case FactKind::money: text = to_string(Money(value.number, Currency::find(described.detail))); break;
      case FactKind::quantity: text = to_string(Decimal::scaled(value.number, value.scale)) + " " + described.detail; break;
      case FactKind::elapsed: text = std::to_string(value.number / second_ms) + " seconds"; break;
      case FactKind::date: text = to_string(Date(static_cast<std::int32_t>(value.number))); break;
      case FactKind::time_of_day: text = to_string(TimeOfDay(static_cast<std::int32_t>(value.number))); break;
      case FactKind::timestamp: text = to_string(Timestamp(value.number)); break;
      case FactKind::text: case FactKind::symbol: break;
    }
  }
  reads.push_back({std::move(path), std::move(text)});
}

Datum Evaluation::slot_value(std::uint32_t depth, std::uint32_t slot) {
  auto const& level = levels_[depth];
  if (slot >= level.frame->values.size()) return {false, {}, 0, {}};
  record(level, slot);
  auto datum = to_datum(level.layout->slots[slot], level.frame->values[slot]);
  if (datum.known) return datum;
  for (auto const& [assumed, value] : assumed_) {
    if (depth == 0 && assumed == slot) return value;
  }
  return datum;
}

Datum Evaluation::eval_slot(Expr const& expr) {
  auto datum = slot_value(expr.depth, expr.slot);
  if (!datum.known && !expr.type.optional) {
    return fail("the fact `" + levels_[expr.depth].layout->slots[expr.slot].path + "` is missing");
  }
  return datum;
}

Datum Evaluation::eval(std::uint32_t index) {
  auto const& expr = impl_.nodes[index];
  if (!error.empty()) return {false, {}, 0, {}};
  switch (expr.op) {
    case Op::literal: return {true, expr.number, expr.months, expr.text};
    case Op::slot: return eval_slot(expr);
    case Op::known: {
      auto const& fact = impl_.nodes[expr.args[0]];
      return boolean(slot_value(fact.depth, fact.slot).known);
    }
    case Op::logical_not: return boolean(eval(expr.args[0]).number.numerator == 0);
    case Op::logical_and:
      for (auto const arg : expr.args) {
        if (eval(arg).number.numerator == 0 || !error.empty()) return boolean(false);
      }
      return boolean(true);
    case Op::logical_or:
      for (auto const arg : expr.args) {
        if (eval(arg).number.numerator != 0 && error.empty()) return boolean(true);
      }
      return boolean(false);
    case Op::otherwise: {
      auto const value = eval(expr.args[0]);
      return value.known || !error.empty() ? value : eval(expr.args[1]);
    }
    case Op::equal: case Op::not_equal: {
      auto const left = eval(expr.args[0]);
      auto const right = eval(expr.args[1]);
      return boolean(equal(impl_.nodes[expr.args[0]].type, left, right) == (expr.op == Op::equal));
    }
    case Op::less: case Op::less_equal: case Op::greater: case Op::greater_equal: case Op::between: return eval_order(expr);
    case Op::in_list: return eval_in(expr);
    case Op::add: case Op::subtract: return eval_add(expr);
    case Op::multiply: case Op::divide: case Op::negate: return eval_arithmetic(expr);
    case Op::any: case Op::every: case Op::count: case Op::sum: case Op::min: case Op::max: return eval_collection(expr);
    case Op::least: case Op::greatest: return eval_least(expr);
    case Op::starts_with: case Op::ends_with: case Op::contains: case Op::matches: case Op::length: case Op::lower:
      return eval_text(expr);
    case Op::now: case Op::today: case Op::date_of: case Op::time_of: case Op::weekday: return eval_time(expr);
  }
  return fail("an expression cannot be computed");
}

bool Evaluation::equal(Type type, Datum const& a, Datum const& b) {
  if (type.base == Base::text) return a.text == b.text;
  return a.months == b.months && compare(a, b) == 0;
}

int Evaluation::compare(Datum const& a, Datum const& b) {
  int order = 0;
  if (!exact::compare(a.number, b.number, order)) fail("a number is too large to compare");
  return order;
}

Datum Evaluation::eval_order(Expr const& expr) {
  auto const left = eval(expr.args[0]);
  auto const right = eval(expr.args[1]);
  if (!error.empty()) return {};
  if (left.months != 0 || right.months != 0) return fail("months and days have no order");
  int const order = compare(left, right);
  switch (expr.op) {
    case Op::less: return boolean(order < 0);
    case Op::less_equal: return boolean(order <= 0);
    case Op::greater: return boolean(order > 0);
    case Op::greater_equal: return boolean(order >= 0);
    default: return boolean(order >= 0 && compare(left, eval(expr.args[2])) <= 0);
  }
}

Datum Evaluation::eval_in(Expr const& expr) {
  auto const value = eval(expr.args[0]);
  auto const type = impl_.nodes[expr.args[0]].type;
  for (std::size_t i = 1; i < expr.args.size() && error.empty(); ++i) {
    if (equal(type, value, eval(expr.args[i]))) return boolean(true);
  }
  return boolean(false);
}

Datum Evaluation::eval_add(Expr const& expr) {
  auto left = eval(expr.args[0]);
  auto right = eval(expr.args[1]);
  if (!error.empty()) return {};
  if (expr.op == Op::subtract) {
    right.number = exact::negate(right.number);
    right.months = -right.months;
  }
  if (expr.type.base == Base::date) {
    auto const date = Date(static_cast<std::int32_t>(left.number.numerator));
    left.number = {add_calendar(date, right.months, static_cast<std::int64_t>(right.number.numerator)).value, 1};
    return left;
  }
  left.months += right.months;
  if (!exact::add(left.number, right.number, left.number)) return fail("a sum is too large");
  return left;
}

Datum Evaluation::eval_arithmetic(Expr const& expr) {
  auto left = eval(expr.args[0]);
  if (expr.op == Op::negate) {
    left.number = exact::negate(left.number);
    return left;
  }
  auto const right = eval(expr.args[1]);
  if (!error.empty()) return {};
  bool const ok = expr.op == Op::multiply ? exact::multiply(left.number, right.number, left.number)
                                          : exact::divide(left.number, right.number, left.number);
  if (!ok) return fail(expr.op == Op::multiply ? "a product is too large" : "a division has no result");
  return left;
}

Datum Evaluation::eval_collection(Expr const& expr) {
  bool const from_element = (expr.slot & 0x8000'0000u) != 0;
  auto const number = expr.slot & 0x7fff'ffffu;
  auto const parent = from_element ? levels_[expr.depth - 1] : levels_[0];
  auto const& layout = parent.layout->collections[number].layout;
  auto const& elements = parent.frame->collections[number];
  Datum result = boolean(expr.op == Op::every);
  std::int64_t count = 0;
  bool const quantifier = expr.op == Op::any || expr.op == Op::every;
  std::size_t const value_args = expr.op == Op::count || quantifier ? 0 : 1;
  auto const saved = levels_[expr.depth];
  for (std::size_t i = 0; i < elements.size() && error.empty(); ++i) {
    enter(expr.depth, elements[i], layout, static_cast<std::int32_t>(i));
    if (quantifier) {
      bool const holds = eval(expr.args[0]).number.numerator != 0;
      if (holds == (expr.op == Op::any)) {
        result = boolean(holds);
        break;
      }
      continue;
    }
    if (expr.args.size() > value_args && eval(expr.args[value_args]).number.numerator == 0) continue;
    ++count;
    if (value_args == 0) continue;
    auto const value = eval(expr.args[0]);
    if (expr.op == Op::sum) {
      if (!exact::add(result.number, value.number, result.number)) fail("a sum is too large");
    } else if (count == 1 || (compare(value, result) < 0) == (expr.op == Op::min)) {
      result = value;
    }
  }
  levels_[expr.depth] = saved;
  if (expr.op == Op::count) return {true, {count, 1}, 0, {}};
  if (!quantifier && expr.op != Op::sum && count == 0) return {false, {}, 0, {}};
  return result;
}

Datum Evaluation::eval_least(Expr const& expr) {
  auto best = eval(expr.args[0]);
  for (std::size_t i = 1; i < expr.args.size() && error.empty(); ++i) {
    auto const value = eval(expr.args[i]);
    if ((compare(value, best) < 0) == (expr.op == Op::least)) best = value;
  }
  return best;
}

Datum Evaluation::eval_text(Expr const& expr) {
  auto const value = eval(expr.args[0]);
  if (!error.empty()) return {};
  switch (expr.op) {
    case Op::starts_with: return boolean(value.text.substr(0, expr.text.size()) == expr.text);
    case Op::ends_with:
      return boolean(value.text.size() >= expr.text.size() && value.text.substr(value.text.size() - expr.text.size()) == expr.text);
    case Op::contains: return boolean(value.text.find(eval(expr.args[1]).text) != std::string_view::npos);
    case Op::matches:
      return boolean(re2::RE2::FullMatch(re2::StringPiece(value.text.data(), value.text.size()), *impl_.patterns[expr.slot]));
    default: {
      std::int64_t characters = 0;
      for (char const c : value.text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
      return {true, {characters, 1}, 0, {}};
    }
  }
}

Datum Evaluation::eval_time(Expr const& expr) {
  auto const& zone = *impl_.header_zones[expr.header];
  if (expr.op == Op::now) return {true, {now_.value, 1}, 0, {}};
  if (expr.op == Op::today) return {true, {date_of(to_local(now_, zone)).value, 1}, 0, {}};
  auto const value = eval(expr.args[0]);
  if (!error.empty()) return {};
  auto const whole = static_cast<std::int64_t>(value.number.numerator);
  if (expr.op == Op::weekday) return {true, {weekday(Date(static_cast<std::int32_t>(whole))) + 1, 1}, 0, {}};
  auto const local = to_local(Timestamp(whole), zone);
  auto const date = date_of(local);
  if (expr.op == Op::date_of) return {true, {date.value, 1}, 0, {}};
  return {true, {(local.value - at_midnight(date).value) / minute_ms, 1}, 0, {}};
}

}  // namespace bylaw::inline v0::policy
