// Postings balance for every input: debits less credits are a linear form of the amounts, and it
// must be zero under every combination of the guards that can occur.
#include <algorithm>
#include <map>

#include "policy/analysis/lints.hpp"
#include "policy/analysis/terms.hpp"

namespace bylaw::inline v0::policy {

namespace {

/// A sum of figures with exact factors; the constant stands under figure 0.
using Form = std::map<std::uint32_t, Exact>;

class Balance {
 public:
  Balance(Policy::Impl const& impl, Diagnostics& out) : impl_(impl), out_(out), terms_(impl) {}

  void check(PostingRule const& rule, PostingProgram const& program) {
    std::vector<std::uint32_t> guards;  // conditions, told apart by what they say
    auto const note = [&](ExprIndex condition) {
      if (condition < 0) return;
      auto const at = static_cast<std::uint32_t>(condition);
      bool const known = std::any_of(guards.begin(), guards.end(), [&](std::uint32_t g) { return terms_.identity(g) == terms_.identity(at); });
      if (!known) guards.push_back(at);
    };
    for (auto const& leg : program.legs) {
      note(leg.guard.when);
      note(leg.guard.unless);
    }
    constexpr std::size_t guards_max = 10;
    if (guards.size() > guards_max) return report(out_, "BY0442", rule.info.span, {{"rule", rule.info.name}});
    for (std::uint32_t chosen = 0; chosen < (1u << guards.size()); ++chosen) {
      if (!possible(program, guards, chosen)) continue;
      if (!check_combination(rule, program, guards, chosen)) return;
    }
  }

 private:
  bool holds(ExprIndex condition, std::vector<std::uint32_t> const& guards, std::uint32_t chosen) {
    for (std::size_t g = 0; g < guards.size(); ++g) {
      if (terms_.identity(guards[g]) == terms_.identity(static_cast<std::uint32_t>(condition))) return (chosen >> g & 1u) != 0;
    }
    return true;
  }

  /// Whether the guards can be as chosen at the same time, as far as single comparisons tell.
  bool possible(PostingProgram const& program, std::vector<std::uint32_t> const& guards, std::uint32_t chosen) {
    auto left = terms_.of(program.guard).terms;
    for (std::size_t g = 0; g < guards.size(); ++g) {
      auto const part = terms_.of(guards[g], (chosen >> g & 1u) != 0);
      if (!part.complete) continue;
      std::vector<analysis::Term> next;
      for (auto const& a : left) {
        for (auto const& b : part.terms) {
          bool fits = true;
          auto both = a;
          for (auto const& constraint : b.constraints) {
            auto const same = std::find_if(both.constraints.begin(), both.constraints.end(), [&](auto const& c) { return c.variable == constraint.variable; });
            if (same == both.constraints.end()) both.constraints.push_back(constraint);
            else fits = fits && !(same->domain = intersect(same->domain, constraint.domain)).empty();
          }
          if (fits && next.size() < 64) next.push_back(std::move(both));
        }
      }
      left = std::move(next);
      if (left.empty()) return false;
    }
    return true;
  }

  bool check_combination(PostingRule const& rule, PostingProgram const& program, std::vector<std::uint32_t> const& guards, std::uint32_t chosen) {
    Form difference;
    Form rounded;  // only the parts that are not whole cents, to see whether they cancel leg by leg
    bool fraction = false;
    for (auto const& leg : program.legs) {
      bool const applies = (leg.guard.when < 0 || holds(leg.guard.when, guards, chosen)) && (leg.guard.unless < 0 || !holds(leg.guard.unless, guards, chosen));
      if (!applies) continue;
      auto const form = linear(static_cast<std::uint32_t>(leg.amount));
      accumulate(difference, form, leg.debit);
      bool const whole = std::all_of(form.begin(), form.end(), [](auto const& part) { return part.second.denominator == 1; });
      if (whole) continue;
      // One figure per rounded amount: equal forms round alike.
      Form one;
      one[terms_.identity(static_cast<std::uint32_t>(leg.amount))] = {1, 1};
      accumulate(rounded, one, leg.debit);
      fraction = true;
    }
    std::string situation;
    for (std::size_t g = 0; g < guards.size(); ++g) {
      situation +=
          std::string(situation.empty() ? " when " : " and ") + ((chosen >> g & 1u) != 0 ? "" : "not ") + "`" + text(impl_.nodes[guards[g]].span) + "`";
    }
    if (!difference.empty()) {
      report(out_, "BY0440", rule.info.span, {{"rule", rule.info.name}, {"situation", situation}, {"difference", describe(rule, difference)}});
      return false;
    }
    if (fraction && !rounded.empty() && program.rounding_to.empty()) {
      report(out_, "BY0441", rule.info.span, {{"rule", rule.info.name}});
      return false;
    }
    return true;
  }

  static void accumulate(Form& into, Form const& form, bool debit) {
    for (auto const& [figure, factor] : form) {
      auto& sum = into[figure];
      if (!exact::add(sum, debit ? factor : exact::negate(factor), sum)) continue;
      if (sum.numerator == 0) into.erase(figure);
    }
  }

  Form linear(std::uint32_t index) {
    auto const& expr = impl_.nodes[index];
    switch (expr.op) {
      case Op::literal: {
        Form form;
        if (expr.number.numerator != 0) form[0] = expr.number;
        return form;
      }
      case Op::add:
      case Op::subtract: {
        auto form = linear(expr.args[0]);
        accumulate(form, linear(expr.args[1]), expr.op == Op::add);
        return form;
      }
      case Op::negate: {
        Form form;
        accumulate(form, linear(expr.args[0]), false);
        return form;
      }
      case Op::multiply:
      case Op::divide: {
        auto const& left = impl_.nodes[expr.args[0]];
        auto const& right = impl_.nodes[expr.args[1]];
        bool const by_right = right.op == Op::literal;
        if (!by_right && (left.op != Op::literal || expr.op == Op::divide)) break;
        auto form = linear(expr.args[by_right ? 0 : 1]);
        bool fits = true;
        for (auto& [figure, factor] : form) {
          auto const by = by_right ? right.number : left.number;
          fits = fits && (expr.op == Op::multiply ? exact::multiply(factor, by, factor) : exact::divide(factor, by, factor));
        }
        if (fits) return form;
        break;
      }
      default: break;
    }
    // Anything else is one figure: equal expressions are equal figures.
    Form form;
    auto const id = terms_.identity(index);
    spans_[id] = expr.span;
    form[id] = {1, 1};
    return form;
  }

  std::string text(Span span) const { return impl_.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset); }

  std::string describe(PostingRule const& rule, Form const& form) const {
    auto const currency = impl_.headers[rule.info.header].currency;
    std::string out;
    for (auto const& [figure, factor] : form) {
      bool const negative = factor.numerator < 0;
      Exact const size = negative ? exact::negate(factor) : factor;
      out += out.empty() ? (negative ? "-" : "") : (negative ? " - " : " + ");
      auto const number =
          to_string(Decimal::scaled(static_cast<std::int64_t>(divide_rounded(size.numerator * 10'000, size.denominator, Rounding::half_even)), 4));
      if (figure == 0) out += to_string(Money(static_cast<std::int64_t>(divide_rounded(size.numerator, size.denominator, Rounding::half_even)), currency));
      else out += (size.numerator == size.denominator ? "" : number + " * ") + text(spans_.at(figure));
    }
    return out;
  }

  Policy::Impl const& impl_;
  Diagnostics& out_;
  analysis::Terms terms_;
  std::map<std::uint32_t, Span> spans_;
};

}  // namespace

void check_balance(Policy::Impl const& impl, Diagnostics& out) {
  Balance balance(impl, out);
  for (std::size_t i = 0; i < impl.postings.size(); ++i) {
    auto const& program = impl.posting_programs[i];
    bool const typed =
        std::all_of(program.legs.begin(), program.legs.end(), [&](LegClause const& leg) { return impl.node(leg.amount).type.base == Base::money; });
    if (typed && program.legs.size() >= 2) balance.check(impl.postings[i], program);
  }
}

}  // namespace bylaw::inline v0::policy
