#include "policy/index/predicate.hpp"

#include <algorithm>

#include "policy/program/constant.hpp"

namespace bylaw::inline v0::policy::index {

namespace {

/// Constants are far inside what can be multiplied; a larger one leaves its comparison to the reference evaluator.
constexpr Int128 numerator_max = Int128{1} << 62;
constexpr Int128 denominator_max = 1'000'000'000;
/// Quantities are compared in base units, a kilogram in 10^12 nanograms, so less is left for parts of them.
constexpr Int128 quantity_denominator_max = 1'000;
constexpr std::int64_t base_units_max = 1'000'000'000'000'000;

int order_of(Exact const& a, Exact const& b) {
  Int128 const left = a.numerator * b.denominator;
  Int128 const right = b.numerator * a.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

bool is_less(Exact const& a, Exact const& b) { return order_of(a, b) < 0; }

/// A date or a point in time that is computed can leave the calendar, and the rule then fails: not a constant.
bool is_constant(Policy::Impl const& impl, std::uint32_t expression) {
  Exact number;
  auto const& expr = impl.nodes[expression];
  if (expr.op != Op::literal && (expr.type.base == Base::date || expr.type.base == Base::timestamp)) return false;
  auto const denominator = expr.type.base == Base::quantity ? quantity_denominator_max : denominator_max;
  return constant_of(impl, expression, number) && number.denominator <= denominator && number.numerator < numerator_max && number.numerator > -numerator_max;
}

Truth opposite(Truth truth) { return truth == Truth::refer ? truth : truth == Truth::yes ? Truth::no : Truth::yes; }
Truth truth_of(bool holds) { return holds ? Truth::yes : Truth::no; }

bool holds(Op op, int order) {
  switch (op) {
    case Op::equal: return order == 0;
    case Op::not_equal: return order != 0;
    case Op::less: return order < 0;
    case Op::less_equal: return order <= 0;
    case Op::greater: return order > 0;
    default: return order >= 0;
  }
}

}  // namespace

bool operator<(Edge const& a, Edge const& b) {
  int const order = order_of(a.at, b.at);
  return order != 0 ? order < 0 : !a.after && b.after;
}
bool operator==(Edge const& a, Edge const& b) { return a.after == b.after && order_of(a.at, b.at) == 0; }

bool PredicateReader::is_indexable(Slot const& slot) const {
  if (slot.kind == FactKind::money) return !slot.detail.empty();
  if (slot.kind != FactKind::quantity) return true;
  auto const* unit = find_any_unit(impl_, slot.detail);
  return unit != nullptr && unit->base_units > 0 && unit->base_units <= base_units_max;
}

std::optional<Place> PredicateReader::place_of(std::uint32_t expression) const {
  std::optional<Place> place;
  if (!find_place(expression, place) || !place || place->slot >= layout_.slots.size() || !is_indexable(layout_.slots[place->slot])) return std::nullopt;
  return place;
}

/// Whether all of an expression speaks of one fact and constants; `place` is that fact once it was met.
bool PredicateReader::find_place(std::uint32_t expression, std::optional<Place>& place) const {
  auto const& expr = impl_.nodes[expression];
  switch (expr.op) {
    case Op::slot: return expr.type.base == Base::boolean && find_figure(expression, place);
    case Op::known: return find_figure(expr.args[0], place);
    case Op::otherwise: return expr.type.base == Base::boolean && find_figure(expression, place);
    case Op::logical_not:
    case Op::logical_and:
    case Op::logical_or: return std::all_of(expr.args.begin(), expr.args.end(), [&](std::uint32_t arg) { return find_place(arg, place); });
    default: break;
  }
  if (!is_comparison(expr.op)) return false;
  auto figure = expr.args.begin();
  if (expr.args.size() == 2 && is_constant(impl_, expr.args[0])) ++figure;
  for (auto arg = expr.args.begin(); arg != expr.args.end(); ++arg) {
    if (arg == figure ? !find_figure(*arg, place) : !is_constant(impl_, *arg)) return false;
  }
  return true;
}

/// A fact, or a fact with a constant that stands in for it.
bool PredicateReader::find_figure(std::uint32_t expression, std::optional<Place>& place) const {
  auto const& expr = impl_.nodes[expression];
  if (expr.op == Op::otherwise) return impl_.nodes[expr.args[0]].op == Op::slot && is_constant(impl_, expr.args[1]) && find_figure(expr.args[0], place);
  if (expr.op != Op::slot) return false;
  Place const here{expr.level, expr.slot};
  if (place && *place != here) return false;
  place = here;
  return true;
}

/// The constants that an expression compares its fact with.
void PredicateReader::collect(std::uint32_t expression, std::vector<Exact>& numbers, std::vector<std::string_view>& texts) const {
  auto const& expr = impl_.nodes[expression];
  if (expr.op == Op::slot || expr.op == Op::otherwise) {
    if (expr.type.base == Base::boolean) numbers.push_back({1, 1});
    return;
  }
  Exact number;
  if (constant_of(impl_, expression, number)) {
    if (expr.type.base == Base::text) texts.push_back(expr.text);
    else numbers.push_back(number);
    return;
  }
  for (auto const arg : expr.args) collect(arg, numbers, texts);
}

/// The truth of a condition at one value, as the reference evaluator finds it: from left to right, and no further than needed.
Truth PredicateReader::truth(std::uint32_t expression, Value const& value) const {
  auto const& expr = impl_.nodes[expression];
  switch (expr.op) {
    case Op::known: return truth_of(!value.missing);
    case Op::logical_not: return opposite(truth(expr.args[0], value));
    case Op::logical_and:
    case Op::logical_or: {
      auto const deciding = truth_of(expr.op == Op::logical_or);
      for (auto const arg : expr.args) {
        auto const part = truth(arg, value);
        if (part == deciding || part == Truth::refer) return part;
      }
      return opposite(deciding);
    }
    default: return compare(expr, value);
  }
}

/// The constants of a list, rising: a list may have a hundred thousand, each of which is asked about.
PredicateReader::Members const& PredicateReader::members_of(Expr const& list) const {
  auto const [at, fresh] = members_.try_emplace(&list);
  auto& out = at->second;
  if (!fresh) return out;
  for (std::size_t i = 1; i < list.args.size(); ++i) {
    auto const& entry = impl_.nodes[list.args[i]];
    Exact number;
    if (entry.type.base == Base::text) out.texts.push_back(entry.text);
    else if (constant_of(impl_, list.args[i], number)) out.numbers.push_back(number);
  }
  std::sort(out.texts.begin(), out.texts.end());
  std::sort(out.numbers.begin(), out.numbers.end(), is_less);
  return out;
}

Truth PredicateReader::compare(Expr const& expr, Value const& value) const {
  bool const alone = expr.op == Op::slot || expr.op == Op::otherwise;
  Exact number;
  std::size_t const figure_at = !alone && expr.args.size() == 2 && constant_of(impl_, expr.args[0], number) ? 1 : 0;
  auto const& figure = alone ? expr : impl_.nodes[expr.args[figure_at]];
  auto at = value;
  std::string_view instead;
  if (at.missing) {
    // A missing fact takes the value that stands in for it; without one the question is not ours.
    if (figure.op != Op::otherwise) return Truth::refer;
    (void)constant_of(impl_, figure.args[1], number);
    at.number = &number;
    instead = impl_.nodes[figure.args[1]].text;
    at.text = &instead;
    at.side = 0;
  }
  auto const order = [&](std::uint32_t constant) {
    if (figure.type.base == Base::text) return at.text != nullptr && *at.text == impl_.nodes[constant].text ? 0 : 1;
    Exact with;
    (void)constant_of(impl_, constant, with);
    int const sign = order_of(*at.number, with);
    return sign != 0 ? sign : at.side;
  };
  if (alone) {
    int const sign = order_of(*at.number, {1, 1});
    return truth_of(sign > 0 || (sign == 0 && at.side >= 0));
  }
  if (expr.op == Op::in_list) {
    auto const& members = members_of(expr);
    if (figure.type.base == Base::text) return truth_of(at.text != nullptr && std::binary_search(members.texts.begin(), members.texts.end(), *at.text));
    // What lies beside a constant is none.
    return truth_of(at.side == 0 && std::binary_search(members.numbers.begin(), members.numbers.end(), *at.number, is_less));
  }
  if (expr.op == Op::between) return truth_of(order(expr.args[1]) >= 0 && order(expr.args[2]) <= 0);
  return truth_of(holds(figure_at == 1 ? flipped(expr.op) : expr.op, order(expr.args[1 - figure_at])));
}

Truth PredicateReader::truth_of_all(std::vector<Literal> const& literals, Value const& value) const {
  for (auto const& literal : literals) {
    auto const part = literal.holds ? truth(literal.expression, value) : opposite(truth(literal.expression, value));
    if (part != Truth::yes) return part;
  }
  return Truth::yes;
}

/// Between two constants next to each other nothing changes, so one value beside each speaks for all.
void PredicateReader::read_numbers(std::vector<Literal> const& literals, std::vector<Exact> numbers, Predicate& out) const {
  std::sort(numbers.begin(), numbers.end(), is_less);
  numbers.erase(std::unique(numbers.begin(), numbers.end(), [](Exact const& a, Exact const& b) { return order_of(a, b) == 0; }), numbers.end());
  static Exact const nought;
  auto const at = [&](Exact const& number, int side) { return truth_of_all(literals, {false, &number, nullptr, side}) == Truth::yes; };
  bool last = out.base = numbers.empty() ? at(nought, 0) : at(numbers.front(), -1);
  for (auto const& number : numbers) {
    for (bool const after : {false, true}) {
      bool const now = at(number, after ? 1 : 0);
      if (now != last) out.edges.push_back({number, after});
      last = now;
    }
  }
}

void PredicateReader::read_texts(std::vector<Literal> const& literals, std::vector<std::string_view> texts, Predicate& out) const {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  out.base = truth_of_all(literals, {}) == Truth::yes;
  for (auto const text : texts) {
    if ((truth_of_all(literals, {false, nullptr, &text, 0}) == Truth::yes) != out.base) out.texts.push_back(text);
  }
}

Predicate PredicateReader::read(std::vector<Literal> const& literals, Place place, bool required) const {
  Predicate out;
  std::vector<Exact> numbers;
  std::vector<std::string_view> texts;
  for (auto const& literal : literals) collect(literal.expression, numbers, texts);
  if (layout_.slots[place.slot].kind == FactKind::text) read_texts(literals, std::move(texts), out);
  else read_numbers(literals, std::move(numbers), out);
  out.missing = required ? Truth::refer : truth_of_all(literals, {true, nullptr, nullptr, 0});
  return out;
}

}  // namespace bylaw::inline v0::policy::index
