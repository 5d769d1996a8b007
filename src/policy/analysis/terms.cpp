#include "policy/analysis/terms.hpp"

#include <algorithm>

#include "policy/program/constant.hpp"

namespace bylaw::inline v0::policy::analysis {

namespace {

/// Adds a constraint; false when it leaves the term empty.
bool add(Term& term, Constraint const& constraint) {
  auto at =
      std::lower_bound(term.constraints.begin(), term.constraints.end(), constraint.variable, [](Constraint const& c, Variable v) { return c.variable < v; });
  if (at != term.constraints.end() && at->variable == constraint.variable) {
    at->domain = intersect(at->domain, constraint.domain);
    return !at->domain.empty();
  }
  term.signature |= std::uint64_t{1} << (constraint.variable % 64);
  term.constraints.insert(at, constraint);
  return !constraint.domain.empty();
}

bool merge(Term& into, Term const& more) {
  return std::all_of(more.constraints.begin(), more.constraints.end(), [&](Constraint const& c) { return add(into, c); });
}

/// Whether two types lie on one line of numbers; a date against a point in time depends on the zone.
bool comparable(Type const& figure, Type const& constant) {
  auto const number = [](Base base) { return base == Base::decimal || base == Base::percent; };
  return figure.base == constant.base || (number(figure.base) && number(constant.base));
}

void append_number(std::string& key, Int128 value) { key.append(reinterpret_cast<char const*>(&value), sizeof value); }

}  // namespace

std::uint32_t Terms::identity(std::uint32_t index) {
  if (identity_of_.size() < impl_.nodes.size()) identity_of_.resize(impl_.nodes.size());
  if (identity_of_[index] != 0) return identity_of_[index];
  auto const& expr = impl_.nodes[index];
  std::string key;
  key += static_cast<char>(expr.op);
  key += static_cast<char>(expr.type.base);
  for (auto const part : {expr.level, expr.owner, expr.slot, expr.type.index}) key.append(reinterpret_cast<char const*>(&part), sizeof part);
  if (expr.op == Op::literal || expr.op == Op::before_clock || expr.op == Op::after_clock) {
    append_number(key, expr.number.numerator);
    append_number(key, expr.number.denominator);
    key += std::to_string(expr.months);
  }
  // Dates, clocks and calendars depend on the settings of the file; so does what is added to them.
  bool const dated = expr.type.base == Base::date || expr.type.base == Base::timestamp;
  bool const clocked = expr.op == Op::before_clock || expr.op == Op::after_clock;
  if ((expr.op >= Op::now && expr.op <= Op::business_days) || clocked || (dated && expr.op != Op::slot && expr.op != Op::literal)) {
    key += "h" + std::to_string(expr.header);
  }
  key += expr.op == Op::choose || expr.op == Op::score || expr.op == Op::highest ? "" : expr.text;
  for (auto const arg : expr.args) {
    auto const child = identity(arg);
    key.append(reinterpret_cast<char const*>(&child), sizeof child);
  }
  auto const [at, fresh] = identities_.emplace(std::move(key), static_cast<std::uint32_t>(identities_.size() + 1));
  (void)fresh;
  return identity_of_[index] = at->second;
}

Variable Terms::variable(std::uint32_t expression) {
  auto const [at, fresh] = variable_of_.emplace(identity(expression), static_cast<Variable>(variables_.size()));
  if (fresh) {
    auto type = impl_.nodes[expression].type;
    bool const fact = impl_.nodes[expression].op == Op::slot || impl_.nodes[expression].op == Op::round_money;
    // A fact that was proved to be there in one place may still be missing elsewhere.
    if (fact) type.optional = true;
    variables_.push_back({expression, line_of(impl_, type, fact)});
  }
  return at->second;
}

std::string Terms::text(Variable variable) const {
  auto const& span = impl_.nodes[variables_[variable].expression].span;
  if (span.source_index >= impl_.sources.size()) return "it";
  return impl_.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset);
}

bool Terms::constant_point(Variable variable, std::uint32_t constant, Point& out) {
  auto const& line = variables_[variable].line;
  if (line.type.base == Base::text) {
    out = texts_.emplace(impl_.nodes[constant].text, static_cast<Point>(texts_.size())).first->second;
    return true;
  }
  Exact number;
  return comparable(line.type, impl_.nodes[constant].type) && constant_of(impl_, constant, number) && point_of(line, number, out);
}

bool Terms::is_constant(std::uint32_t index) const {
  Exact ignored;
  return constant_of(impl_, index, ignored);
}

Domain Terms::compared(Variable variable, Op op, std::uint32_t constant) {
  auto const& line = variables_[variable].line;
  Domain out;
  Point p = 0;
  if (!constant_point(variable, constant, p)) return line.universe;
  switch (op) {
    case Op::equal: out.values = {{p, p}}; break;
    case Op::not_equal: out.values = {{lowest, p - 1}, {p + 1, highest}}; break;
    case Op::less: out.values = {{lowest, p - 1}}; break;
    case Op::less_equal: out.values = {{lowest, p}}; break;
    case Op::greater: out.values = {{p + 1, highest}}; break;
    default: out.values = {{p, highest}}; break;
  }
  return intersect(line.universe, out);
}

Constraint Terms::constraint(std::uint32_t index, bool holds) {
  auto const& expr = impl_.nodes[index];
  Constraint out;
  out.span = expr.span;
  std::uint32_t figure = index;
  std::uint32_t fallback = 0;
  bool as_truth = false;
  Domain domain;
  // `x else d` speaks of x, and of d where x is missing.
  auto const look_through_else = [&](std::uint32_t side) {
    auto const& node = impl_.nodes[side];
    if (node.op != Op::otherwise || !is_constant(node.args[1])) return side;
    fallback = node.args[1];
    return node.args[0];
  };
  switch (expr.op) {
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: {
      bool const right_constant = is_constant(expr.args[1]);
      if (right_constant == is_constant(expr.args[0])) {
        as_truth = true;
        break;
      }
      auto const constant = expr.args[right_constant ? 1 : 0];
      figure = look_through_else(expr.args[right_constant ? 0 : 1]);
      out.variable = variable(figure);
      Point p = 0;
      if (!constant_point(out.variable, constant, p)) {
        as_truth = true;
        break;
      }
      domain = compared(out.variable, right_constant ? expr.op : flipped(expr.op), constant);
      break;
    }
    case Op::in_list: {
      bool const all = std::all_of(expr.args.begin() + 1, expr.args.end(), [&](std::uint32_t a) { return is_constant(a); });
      figure = look_through_else(expr.args[0]);
      if (!all || is_constant(figure)) {
        as_truth = true;
        break;
      }
      out.variable = variable(figure);
      Point p = 0;
      as_truth = !std::all_of(expr.args.begin() + 1, expr.args.end(), [&](std::uint32_t a) { return constant_point(out.variable, a, p); });
      for (std::size_t i = 1; i < expr.args.size() && !as_truth; ++i) {
        (void)constant_point(out.variable, expr.args[i], p);
        domain.values.push_back({p, p});
      }
      domain = unite(domain, {});
      break;
    }
    case Op::between: {
      if (!is_constant(expr.args[1]) || !is_constant(expr.args[2]) || is_constant(expr.args[0])) {
        as_truth = true;
        break;
      }
      figure = look_through_else(expr.args[0]);
      out.variable = variable(figure);
      Point p = 0;
      if (!constant_point(out.variable, expr.args[1], p) || !constant_point(out.variable, expr.args[2], p)) {
        as_truth = true;
        break;
      }
      domain = intersect(compared(out.variable, Op::greater_equal, expr.args[1]), compared(out.variable, Op::less_equal, expr.args[2]));
      break;
    }
    case Op::known:
      out.variable = variable(expr.args[0]);
      domain = variables_[out.variable].line.universe;
      break;
    default: as_truth = true; break;
  }
  if (as_truth) {
    fallback = 0;
    out.truth = true;
    out.variable = variable(index);
    domain = {};
    domain.values = {{1, 1}};
    if (variables_[out.variable].line.type.base != Base::boolean) domain = variables_[out.variable].line.universe;
  }
  domain.missing = false;
  if (fallback != 0) {
    Point p = 0;
    Domain single;
    if (constant_point(out.variable, fallback, p)) single.values = {{p, p}};
    domain.missing = !intersect(domain, single).values.empty();
  }
  if (!holds) {
    bool const missing_stays = fallback != 0 || expr.op == Op::known;
    domain = subtract(variables_[out.variable].line.universe, domain);
    // A comparison that does not hold says of a required fact that it is there all the same.
    if (!missing_stays) domain.missing = false;
  }
  out.domain = std::move(domain);
  return out;
}

Alternatives Terms::of(std::uint32_t index, bool holds) {
  auto const& expr = impl_.nodes[index];
  Alternatives out;
  if (expr.type.base == Base::error) {
    out.complete = false;
    out.terms.emplace_back();
    return out;
  }
  if (expr.op == Op::logical_not) return of(expr.args[0], !holds);
  if (expr.op == Op::literal && expr.type.base == Base::boolean) {
    if ((expr.number.numerator != 0) == holds) out.terms.emplace_back();
    return out;
  }
  bool const conjunction = expr.op == (holds ? Op::logical_and : Op::logical_or);
  bool const disjunction = expr.op == (holds ? Op::logical_or : Op::logical_and);
  if (disjunction) {
    for (auto const arg : expr.args) {
      auto part = of(arg, holds);
      out.complete = out.complete && part.complete;
      out.terms.insert(out.terms.end(), std::make_move_iterator(part.terms.begin()), std::make_move_iterator(part.terms.end()));
    }
  } else if (conjunction) {
    out.terms.emplace_back();
    for (auto const arg : expr.args) {
      auto const part = of(arg, holds);
      out.complete = out.complete && part.complete;
      std::vector<Term> next;
      for (auto const& left : out.terms) {
        for (auto const& right : part.terms) {
          auto both = left;
          if (merge(both, right)) next.push_back(std::move(both));
        }
      }
      out.terms = std::move(next);
      if (out.terms.size() > terms_max) break;
    }
  } else {
    Term term;
    if (add(term, constraint(index, holds))) out.terms.push_back(std::move(term));
  }
  if (out.terms.size() > terms_max) {
    out.complete = false;
    out.terms.resize(1);
  }
  return out;
}

Alternatives Terms::of(Guard const& guard) {
  Alternatives out;
  out.terms.emplace_back();
  if (guard.when >= 0) out = of(static_cast<std::uint32_t>(guard.when), true);
  if (guard.unless < 0) return out;
  auto const unless = of(static_cast<std::uint32_t>(guard.unless), false);
  Alternatives both;
  both.complete = out.complete && unless.complete;
  for (auto const& left : out.terms) {
    for (auto const& right : unless.terms) {
      auto joined = left;
      if (merge(joined, right)) both.terms.push_back(std::move(joined));
    }
  }
  if (both.terms.size() > terms_max) both.complete = false;
  return both;
}

Clash Terms::find_clash(std::uint32_t conjunction) {
  Term term;
  for (auto const arg : impl_.nodes[conjunction].args) {
    auto const* expr = &impl_.nodes[arg];
    bool holds = true;
    auto at = arg;
    while (expr->op == Op::logical_not) {
      holds = !holds;
      at = expr->args[0];
      expr = &impl_.nodes[at];
    }
    if (expr->op == Op::logical_and || expr->op == Op::logical_or || expr->op == Op::literal) continue;
    auto const next = constraint(at, holds);
    auto const before = std::find_if(term.constraints.begin(), term.constraints.end(), [&](Constraint const& c) { return c.variable == next.variable; });
    auto const first = before == term.constraints.end() ? Span{} : before->span;
    if (!add(term, next)) return {true, next.variable, first, next.span};
  }
  return {};
}

bool is_subset(Term const& a, Term const& b) {
  if ((b.signature & ~a.signature) != 0) return false;
  auto at = a.constraints.begin();
  for (auto const& outer : b.constraints) {
    while (at != a.constraints.end() && at->variable < outer.variable) ++at;
    if (at == a.constraints.end() || at->variable != outer.variable || !is_subset(at->domain, outer.domain)) return false;
  }
  return true;
}

bool is_subset(Alternatives const& a, Alternatives const& b) {
  if (!a.complete || !b.complete) return false;
  return std::all_of(a.terms.begin(), a.terms.end(), [&](Term const& inner) {
    return std::any_of(b.terms.begin(), b.terms.end(), [&](Term const& outer) { return is_subset(inner, outer); });
  });
}

}  // namespace bylaw::inline v0::policy::analysis
