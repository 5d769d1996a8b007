#include "policy/index/normal_form.hpp"

#include <algorithm>
#include <iterator>

namespace bylaw::inline v0::policy::index {

namespace {

void add(std::map<Place, FactCondition>& into, Place place, FactCondition const& more) {
  auto& at = into[place];
  at.literals.insert(at.literals.end(), more.literals.begin(), more.literals.end());
  at.required = at.required || more.required;
}

/// Both conjunctions. What comes after a condition that may fail is not for the index to say.
Term joined(Term first, Term const& second) {
  if (first.blocked) {
    first.exact = false;
    return first;
  }
  for (auto const& [place, condition] : second.scalars) add(first.scalars, place, condition);
  first.quantified.insert(first.quantified.end(), second.quantified.begin(), second.quantified.end());
  first.exact = first.exact && second.exact;
  first.blocked = second.blocked;
  return first;
}

/// Everything that the index cannot say: the reference evaluator must.
Term unsaid() {
  Term out;
  out.exact = false;
  out.blocked = true;
  return out;
}

/// Every first with every second; where that is too many, what comes second is left unsaid.
std::vector<Term> product(std::vector<Term> const& firsts, std::vector<Term> const& seconds) {
  std::vector<Term> out;
  bool const too_many = firsts.size() * seconds.size() > NormalForm::terms_max;
  for (auto const& first : firsts) {
    if (too_many) out.push_back(joined(first, unsaid()));
    else
      for (auto const& second : seconds) out.push_back(joined(first, second));
  }
  return out;
}

/// Sums and comparisons of whole numbers stay far inside what is computed with.
bool stays_whole(Slot const& slot) {
  switch (slot.kind) {
    case FactKind::boolean:
    case FactKind::symbol:
    case FactKind::elapsed:
    case FactKind::days: return true;
    case FactKind::money: return !slot.detail.empty();
    default: return false;
  }
}

}  // namespace

std::vector<Term> NormalForm::terms_of(Guard const& guard) const {
  std::vector<Term> out{Term{}};
  if (guard.when >= 0) out = product(out, terms(static_cast<std::uint32_t>(guard.when), true));
  if (guard.unless >= 0) out = product(out, terms(static_cast<std::uint32_t>(guard.unless), false));
  return out;
}

std::vector<Term> NormalForm::terms(std::uint32_t expression, bool holds) const {
  auto const& expr = impl_.nodes[expression];
  if (expr.op == Op::logical_not) return terms(expr.args[0], !holds);
  bool const conjunction = expr.op == (holds ? Op::logical_and : Op::logical_or);
  bool const disjunction = expr.op == (holds ? Op::logical_or : Op::logical_and);
  std::vector<Term> out;
  if (conjunction) {
    out.emplace_back();
    for (auto const arg : expr.args) out = product(out, terms(arg, holds));
    return out;
  }
  // Alternatives on one fact are one predicate; others become terms of their own.
  auto const single = leaf({expression, holds});
  if (!disjunction || !single.blocked) return {single};
  for (auto const arg : expr.args) {
    auto more = terms(arg, holds);
    out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    if (out.size() > terms_max) return {unsaid()};
  }
  return out;
}

/// One condition that is not taken apart any further.
Term NormalForm::leaf(Literal literal) const {
  auto const& expr = impl_.nodes[literal.expression];
  if (expr.op == Op::any || expr.op == Op::every) {
    if (auto term = quantified(expr, literal.holds)) return *term;
  }
  for (auto const* layout : frames_) {
    auto const place = layout == nullptr ? std::nullopt : PredicateReader(impl_, *layout).place_of(literal.expression);
    // A place means something only in the layout of its own level.
    if (!place || layout_at(place->level) != layout) continue;
    Term out;
    out.scalars[*place].literals.push_back(literal);
    return out;
  }
  if (auto term = presence(literal.expression)) return *term;
  return unsaid();
}

/// `any e where A and B`: A and B of one element. `not any e where A` is `every e where not A`.
std::optional<Term> NormalForm::quantified(Expr const& expr, bool holds) const {
  auto const* owner = layout_at(expr.owner);
  if (owner == nullptr || expr.slot >= owner->collections.size()) return std::nullopt;
  auto const& element = owner->collections[expr.slot].layout;
  Quantified out;
  out.every = (expr.op == Op::every) == holds;
  out.owner = expr.owner;
  out.collection = expr.slot;
  auto const& body = impl_.nodes[expr.args[0]];
  // Under `every`, the parts of a conjunction are each asked of every element, so they may stand together too.
  bool const parts = body.op == Op::logical_and && holds;
  PredicateReader const reader(impl_, element);
  auto const add_part = [&](std::uint32_t part) {
    auto const place = reader.place_of(part);
    if (!place || place->level != expr.level) return false;
    out.facts[*place].literals.push_back({part, holds});
    return true;
  };
  if (!parts && !add_part(expr.args[0])) return std::nullopt;
  if (parts && !std::all_of(body.args.begin(), body.args.end(), add_part)) return std::nullopt;
  Term term;
  term.quantified.push_back(std::move(out));
  return term;
}

/// For a condition that can fail only because a fact is missing: that its facts must be there.
std::optional<Term> NormalForm::presence(std::uint32_t expression) const {
  Term out;
  if (!add_presence(expression, out)) return std::nullopt;
  out.exact = false;
  return out;
}

bool NormalForm::add_presence(std::uint32_t expression, Term& out) const {
  auto const& expr = impl_.nodes[expression];
  auto const all = [&] { return std::all_of(expr.args.begin(), expr.args.end(), [&](std::uint32_t arg) { return add_presence(arg, out); }); };
  switch (expr.op) {
    case Op::literal: return expr.months == 0 && expr.type.base != Base::business && expr.number.denominator == 1 && fits_int64(expr.number.numerator);
    case Op::known: {
      // It may be missing, but not be no date of the calendar: values that are none refer the term.
      auto const& fact = impl_.nodes[expr.args[0]];
      auto const* layout = layout_at(fact.level);
      if (layout == nullptr || fact.slot >= layout->slots.size()) return false;
      (void)out.scalars[{fact.level, fact.slot}];
      return true;
    }
    case Op::slot: {
      auto const* layout = layout_at(expr.level);
      if (layout == nullptr || expr.slot >= layout->slots.size() || !stays_whole(layout->slots[expr.slot])) return false;
      out.scalars[{expr.level, expr.slot}].required = true;
      return true;
    }
    case Op::add:
    case Op::subtract: return expr.type.base != Base::date && expr.type.base != Base::timestamp && expr.depth < 30 && all();
    case Op::negate:
    case Op::logical_not:
    case Op::logical_and:
    case Op::logical_or: return expr.depth < 30 && expr.args.size() < 10'000 && all();
    default: return is_comparison(expr.op) && expr.depth < 30 && expr.args.size() < 10'000 && all();
  }
}

}  // namespace bylaw::inline v0::policy::index
