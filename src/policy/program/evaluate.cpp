// The reference evaluator: slow, obvious, exact.
#include "policy/program/evaluate.hpp"

#include <algorithm>

#include "policy/types/schema.hpp"

namespace bylaw::inline v0::policy {

Datum Evaluation::fail(std::string message) {
  if (error.empty()) error = std::move(message);
  return {false, {}, 0, {}};
}

bool Evaluation::enter_element(std::uint32_t level, std::uint32_t owner, std::uint32_t collection, std::size_t index) {
  auto const& from = levels_[owner];
  if (from.frame == nullptr || collection >= from.frame->collections.size() || index >= from.frame->collections[collection].size()) return false;
  auto const& of = from.layout->collections[collection];
  levels_[level] = {&from.frame->collections[collection][index], &of.layout, static_cast<std::int32_t>(index), &of, owner};
  return true;
}

std::size_t Evaluation::element_count(std::uint32_t owner, std::uint32_t collection) const {
  auto const& from = levels_[owner];
  return from.frame == nullptr || collection >= from.frame->collections.size() ? 0 : from.frame->collections[collection].size();
}

void Evaluation::record(std::uint32_t level, std::uint32_t slot) {
  if (!recording) return;
  auto const& at = levels_[level];
  auto const& described = at.layout->slots[slot];
  std::string path = described.path;
  // The element, and what it is an element of, put their numbers behind the paths of their collections.
  for (auto const* i = &at; i->of != nullptr; i = &levels_[i->owner]) path = element_path(path, i->of->path, i->element);
  for (auto const& read : reads) {
    if (read.path == path) return;
  }
  reads.push_back({std::move(path), to_text(impl_, described, at.frame->values[slot])});
}

Datum Evaluation::slot_value(std::uint32_t level, std::uint32_t slot) {
  auto const& at = levels_[level];
  if (at.frame == nullptr || slot >= at.frame->values.size()) return {false, {}, 0, {}};
  record(level, slot);
  auto const& described = at.layout->slots[slot];
  auto const datum = to_datum(impl_, described, at.frame->values[slot]);
  if (datum.known) {
    auto const number = datum.number.numerator;
    bool const dated = described.kind == FactKind::date ? is_date(number) : described.kind != FactKind::timestamp || is_time(number);
    if (!dated) return fail("the fact `" + described.path + "` is outside the years 1 to 9999");
    bool const named = described.kind != FactKind::symbol || (number >= 0 && number < static_cast<Int128>(impl_.symbols.size()));
    if (!named) return fail("the fact `" + described.path + "` is no value of its enumeration");
    return datum;
  }
  for (auto const& assumed : assumed_) {
    if (assumed.level == level && assumed.slot == slot) return assumed.value;
  }
  return datum;
}

Datum Evaluation::eval_slot(Expr const& expr) {
  auto const datum = slot_value(expr.level, expr.slot);
  if (datum.known || expr.type.optional) return datum;
  auto const& at = levels_[expr.level];
  auto const* slot = at.layout != nullptr && expr.slot < at.layout->slots.size() ? &at.layout->slots[expr.slot] : nullptr;
  if (slot == nullptr) return fail("a fact is missing");
  // A fact that was proved to be there by `is known` cannot be missing; one that the schema requires can.
  bool const measure = slot->path.compare(0, 9, "measures.") == 0;
  return fail((measure ? "the measure `" + slot->path.substr(9) : "the fact `" + slot->path) + "` is missing");
}

Datum Evaluation::eval(std::uint32_t index) {
  auto const& expr = impl_.nodes[index];
  if (!error.empty()) return {false, {}, 0, {}};
  switch (expr.op) {
    case Op::literal: return {true, expr.number, expr.months, expr.text};
    case Op::slot: return eval_slot(expr);
    case Op::known: {
      auto const& fact = impl_.nodes[expr.args[0]];
      return boolean(slot_value(fact.level, fact.slot).known);
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
    case Op::equal:
    case Op::not_equal: {
      auto const left = eval(expr.args[0]);
      auto const right = eval(expr.args[1]);
      if (!error.empty()) return {};
      return boolean(equal(impl_.nodes[expr.args[0]].type, left, right) == (expr.op == Op::equal));
    }
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::between: return eval_order(expr);
    case Op::in_list: return eval_in(expr);
    case Op::add:
    case Op::subtract: return eval_add(expr);
    case Op::multiply:
    case Op::divide:
    case Op::negate:
    case Op::round_money: return eval_arithmetic(expr);
    case Op::any:
    case Op::every:
    case Op::count:
    case Op::sum:
    case Op::min:
    case Op::max: return eval_collection(expr);
    case Op::choose:
    case Op::score:
    case Op::highest: return eval_table(expr);
    case Op::least:
    case Op::greatest: return eval_least(expr);
    case Op::starts_with:
    case Op::ends_with:
    case Op::contains:
    case Op::matches:
    case Op::length:
    case Op::lower: return eval_text(expr);
    case Op::before_clock:
    case Op::after_clock: return eval_clock(expr);
    case Op::call: return eval_call(expr);
    case Op::now:
    case Op::today:
    case Op::date_of:
    case Op::time_of:
    case Op::weekday:
    case Op::day_of:
    case Op::month_of:
    case Op::year_of:
    case Op::business_day:
    case Op::business_days: return eval_time(expr);
  }
  return fail("an expression cannot be computed");
}

bool Evaluation::equal(Type const& type, Datum const& a, Datum const& b) {
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
  auto const& type = impl_.nodes[expr.args[0]].type;
  for (std::size_t i = 1; i < expr.args.size() && error.empty(); ++i) {
    if (equal(type, value, eval(expr.args[i]))) return boolean(true);
  }
  return boolean(false);
}

Datum Evaluation::eval_arithmetic(Expr const& expr) {
  auto left = eval(expr.args[0]);
  if (!error.empty()) return {};
  if (expr.op == Op::negate) {
    left.number = exact::negate(left.number);
    left.months = -left.months;
    return left;
  }
  if (expr.op == Op::round_money) {
    left.number = {divide_rounded(left.number.numerator, left.number.denominator, Rounding::half_even), 1};
    return left;
  }
  auto const right = eval(expr.args[1]);
  if (!error.empty()) return {};
  if (expr.op == Op::multiply) {
    if (!exact::multiply(left.number, right.number, left.number)) return fail("a product is too large");
    return left;
  }
  if (right.number.numerator == 0) return fail("a division by zero");
  if (!exact::divide(left.number, right.number, left.number)) return fail("a quotient is too large");
  return left;
}

Datum Evaluation::eval_text(Expr const& expr) {
  auto const value = eval(expr.args[0]);
  if (!error.empty()) return {};
  switch (expr.op) {
    case Op::starts_with: return boolean(value.text.substr(0, expr.text.size()) == expr.text);
    case Op::ends_with: return boolean(value.text.size() >= expr.text.size() && value.text.substr(value.text.size() - expr.text.size()) == expr.text);
    case Op::contains: {
      auto const part = eval(expr.args[1]);
      return boolean(error.empty() && value.text.find(part.text) != std::string_view::npos);
    }
    case Op::matches: return boolean(re2::RE2::FullMatch(re2::StringPiece(value.text.data(), value.text.size()), *impl_.patterns[expr.slot]));
    case Op::lower: {
      // ASCII letters only: case beyond that depends on the language a text is written in.
      auto& text = session_.texts.emplace_back(value.text);
      std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      return {true, {}, 0, text};
    }
    default: {
      std::int64_t characters = 0;
      for (char const c : value.text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
      return {true, {characters, 1}, 0, {}};
    }
  }
}

Datum Evaluation::eval_call(Expr const& expr) {
  auto const& declared = impl_.functions[expr.slot];
  auto const& program = impl_.function_programs[expr.slot];
  std::vector<FunctionArgument> arguments;
  std::string key = declared.name;
  std::size_t at = 0;
  for (auto const& parameter : program.parameters) {
    for (std::size_t i = 0; i < parameter.fields.size() && at < expr.args.size(); ++i, ++at) {
      auto const datum = eval(expr.args[at]);
      if (!error.empty()) return {};
      FunctionArgument argument{parameter.fields[i], parameter.kinds[i], detail_of(impl_.nodes[expr.args[at]].type, impl_), {}};
      if (!to_value(impl_, impl_.nodes[expr.args[at]].type, datum, argument.value)) return fail("an argument of `" + declared.name + "` is too large");
      key += '\x1f' + std::to_string(argument.value.known) + ' ' + std::to_string(argument.value.number) + ' ' + std::to_string(argument.value.scale) + ' ' +
             argument.value.text;
      arguments.push_back(std::move(argument));
    }
  }
  auto const [found, fresh] = session_.answers.emplace(std::move(key), Value{});
  if (fresh && session_.functions.call != nullptr) session_.functions.call(session_.functions.context, declared.name, arguments, found->second);
  if (!found->second.known) {
    return declared.optional ? Datum{false, {}, 0, {}} : fail("the function `" + declared.name + "` gave no answer");
  }
  Slot slot;
  slot.path = "functions." + declared.name;
  slot.kind = declared.result;
  slot.detail = declared.result == FactKind::money ? std::string(impl_.headers[expr.header].currency.code()) : declared.detail;
  Read const read{slot.path, to_text(impl_, slot, found->second)};
  if (recording && std::find(reads.begin(), reads.end(), read) == reads.end()) reads.push_back(read);
  return to_datum(impl_, slot, found->second);
}

}  // namespace bylaw::inline v0::policy
