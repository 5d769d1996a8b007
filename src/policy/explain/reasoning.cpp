#include "policy/explain/reasoning.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy {

bool Reasoner::truth(std::uint32_t condition) {
  bool const holds = evaluation_.truth(static_cast<ExprIndex>(condition));
  if (evaluation_.error.empty()) return holds;
  if (error.empty()) error = evaluation_.error;
  evaluation_.error.clear();
  return false;
}

/// The rows of a score card or table that counted, below the comparison that used it.
void Reasoner::add_table_rows(std::uint32_t expression, Reasoning& out) {
  auto const& expr = impl_.nodes[expression];
  if (expr.op == Op::choose || expr.op == Op::score || expr.op == Op::highest) {
    for (std::size_t row = 0; row + 1 < expr.args.size(); row += 2) {
      if (!truth(expr.args[row])) continue;
      Reasoning fired{source_text(impl_, impl_.nodes[expr.args[row]].span), true, {}, {}};
      auto const value = source_text(impl_, impl_.nodes[expr.args[row + 1]].span);
      fired.text = "row of `" + expr.text + "` gives " + value;
      out.parts.push_back(std::move(fired));
      if (expr.op == Op::choose) break;
    }
    return;
  }
  if (expr.op == Op::any || expr.op == Op::every) return;
  for (auto const arg : expr.args) add_table_rows(arg, out);
}

Reasoning Reasoner::leaf(std::uint32_t condition) {
  auto const& expr = impl_.nodes[condition];
  Reasoning out;
  out.text = source_text(impl_, expr.span);
  std::swap(evaluation_.reads, out.values);
  out.holds = truth(condition);
  std::swap(evaluation_.reads, out.values);
  add_table_rows(condition, out);
  return out;
}

Reasoning Reasoner::quantifier(std::uint32_t condition) {
  auto const& expr = impl_.nodes[condition];
  Reasoning out;
  out.text = source_text(impl_, expr.span);
  out.holds = truth(condition);
  auto const elements = evaluation_.element_count(expr.owner, expr.slot);
  bool const shows_one = out.holds == (expr.op == Op::any);
  if (!shows_one || expr.type.base != Base::boolean) {
    out.values.push_back({"number of elements", std::to_string(elements)});
    return out;
  }
  // One witness says it all: the element that holds, or the one that does not.
  auto const saved = evaluation_;
  for (std::size_t i = 0; i < elements; ++i) {
    if (!evaluation_.enter_element(expr.level, expr.owner, expr.slot, i)) break;
    if (truth(expr.args[0]) != out.holds) continue;
    out.parts.push_back(reason(expr.args[0]));
    break;
  }
  evaluation_.restore(saved);
  return out;
}

Reasoning Reasoner::reason(std::uint32_t condition) {
  auto const& expr = impl_.nodes[condition];
  switch (expr.op) {
    case Op::logical_and:
    case Op::logical_or: {
      Reasoning out;
      out.text = source_text(impl_, expr.span);
      std::vector<Reasoning> parts;
      bool const conjunction = expr.op == Op::logical_and;
      out.holds = conjunction;
      for (auto const arg : expr.args) {
        auto const before = error;
        auto part = reason(arg);
        // Behind a part that decided, `x is known and ...`, the rest may ask for facts that are not there.
        if (out.holds != conjunction && error != before) {
          error = before;
          continue;
        }
        out.holds = conjunction ? out.holds && part.holds : out.holds || part.holds;
        parts.push_back(std::move(part));
      }
      for (auto& part : parts) {
        if (part.holds == out.holds) out.parts.push_back(std::move(part));
      }
      return out;
    }
    case Op::logical_not: {
      auto inner = reason(expr.args[0]);
      inner.holds = !inner.holds;
      inner.text = source_text(impl_, expr.span);
      return inner;
    }
    case Op::any:
    case Op::every: return quantifier(condition);
    default: return leaf(condition);
  }
}

}  // namespace bylaw::inline v0::policy
