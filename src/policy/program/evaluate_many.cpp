// What looks at many: quantifiers and figures over collections, decision tables, least and greatest.
#include "policy/program/evaluate.hpp"

namespace bylaw::inline v0::policy {

Datum Evaluation::eval_collection(Expr const& expr) {
  bool const quantifier = expr.op == Op::any || expr.op == Op::every;
  Datum result = boolean(expr.op == Op::every);
  if (!quantifier) result = {true, {0, 1}, 0, {}};
  std::int64_t count = 0;
  auto const saved = levels_[expr.level];
  std::size_t const value_args = expr.op == Op::count || quantifier ? 0 : 1;
  auto const elements = element_count(expr.owner, expr.slot);
  for (std::size_t i = 0; i < elements && error.empty(); ++i) {
    if (!enter_element(expr.level, expr.owner, expr.slot, i)) break;
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
    if (!error.empty()) break;
    if (expr.op == Op::sum) {
      if (!exact::add(result.number, value.number, result.number)) fail("a sum is too large");
    } else if (count == 1 || (compare(value, result) < 0) == (expr.op == Op::min)) {
      result = value;
    }
  }
  levels_[expr.level] = saved;
  if (expr.op == Op::count) return {true, {count, 1}, 0, {}};
  if (!quantifier && expr.op != Op::sum && count == 0) return {false, {}, 0, {}};
  return result;
}

Datum Evaluation::eval_table(Expr const& expr) {
  bool const fallback = expr.args.size() % 2 == 1;
  auto const rows = expr.args.size() / 2;
  Datum best;
  bool any = false;
  for (std::size_t row = 0; row < rows && error.empty(); ++row) {
    if (eval(expr.args[2 * row]).number.numerator == 0 || !error.empty()) continue;
    auto const value = eval(expr.args[2 * row + 1]);
    if (expr.op == Op::choose) return value;
    if (expr.op == Op::score && any) {
      if (!exact::add(best.number, value.number, best.number)) return fail("a sum is too large");
    } else if (!any || compare(value, best) > 0) {
      best = value;
    }
    any = true;
  }
  if (any || !error.empty()) return best;
  return fallback ? eval(expr.args.back()) : fail("no row of the table `" + expr.text + "` holds");
}

Datum Evaluation::eval_least(Expr const& expr) {
  auto best = eval(expr.args[0]);
  for (std::size_t i = 1; i < expr.args.size() && error.empty(); ++i) {
    auto const value = eval(expr.args[i]);
    if ((compare(value, best) < 0) == (expr.op == Op::least)) best = value;
  }
  return best;
}

}  // namespace bylaw::inline v0::policy
