#include "reference.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

using namespace bylaw;
using namespace bylaw::policy;

namespace {

struct Failed {};

Int128 gcd(Int128 a, Int128 b) {
  if (a < 0) a = -a;
  while (b != 0) {
    auto const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// An exact fraction in lowest terms.
struct Fraction {
  Int128 top = 0;
  Int128 bottom = 1;
};
Fraction fraction(Int128 top, Int128 bottom) {
  if (bottom == 0) throw Failed{};
  if (bottom < 0) {
    top = -top;
    bottom = -bottom;
  }
  auto const divisor = top == 0 ? bottom : gcd(top, bottom);
  return {top / divisor, bottom / divisor};
}
Int128 product(Int128 a, Int128 b) {
  Int128 out = 0;
  if (__builtin_mul_overflow(a, b, &out)) throw Failed{};
  return out;
}
Fraction operator+(Fraction a, Fraction b) {
  Int128 top = 0;
  if (__builtin_add_overflow(product(a.top, b.bottom), product(b.top, a.bottom), &top)) throw Failed{};
  return fraction(top, product(a.bottom, b.bottom));
}
Fraction operator-(Fraction a) { return {-a.top, a.bottom}; }
Fraction operator*(Fraction a, Fraction b) {
  auto const x = fraction(a.top, b.bottom);
  auto const y = fraction(b.top, a.bottom);
  return fraction(product(x.top, y.top), product(x.bottom, y.bottom));
}
int sign(Fraction a, Fraction b) {
  auto const left = product(a.top, b.bottom);
  auto const right = product(b.top, a.bottom);
  return left < right ? -1 : left > right ? 1 : 0;
}

struct Result {
  bool known = true;
  Fraction number;
  std::string text;
};
Result truth(bool holds) { return {true, {holds ? 1 : 0, 1}, {}}; }

std::int64_t power(int exponent) { return exponent == 0 ? 1 : 10 * power(exponent - 1); }

constexpr std::int64_t day_millis = 86'400'000;
std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

class Walker {
 public:
  explicit Walker(Policy const& policy) : policy_(policy), impl_(policy.impl()) {}

  struct Level {
    Frame const* frame = nullptr;
    Layout const* layout = nullptr;
    std::string collection;  ///< of an element: the path of its collection
    std::size_t element = 0;
  };
  Level levels[8];
  std::vector<Read> reads;

  bool holds(std::uint32_t index) { return value(index).number.top != 0; }

  Result value(std::uint32_t index) {
    auto const& expr = impl_.nodes[index];
    auto const arg = [&](std::size_t i) { return value(expr.args[i]); };
    switch (expr.op) {
      case Op::literal: return {true, {expr.number.numerator, expr.number.denominator}, expr.text};
      case Op::slot: return slot(expr);
      case Op::known: {
        auto const& fact = impl_.nodes[expr.args[0]];
        return truth(look(fact.level, fact.slot).has_value());
      }
      case Op::logical_not: return truth(!holds(expr.args[0]));
      case Op::logical_and: return truth(std::all_of(expr.args.begin(), expr.args.end(), [&](std::uint32_t a) { return holds(a); }));
      case Op::logical_or: return truth(std::any_of(expr.args.begin(), expr.args.end(), [&](std::uint32_t a) { return holds(a); }));
      case Op::otherwise: {
        auto const first = arg(0);
        return first.known ? first : arg(1);
      }
      case Op::equal: {
        auto const left = arg(0);
        return truth(same(expr.args[0], left, arg(1)));
      }
      case Op::not_equal: {
        auto const left = arg(0);
        return truth(!same(expr.args[0], left, arg(1)));
      }
      case Op::less: return ordered(expr, [](int s) { return s < 0; });
      case Op::less_equal: return ordered(expr, [](int s) { return s <= 0; });
      case Op::greater: return ordered(expr, [](int s) { return s > 0; });
      case Op::greater_equal: return ordered(expr, [](int s) { return s >= 0; });
      case Op::between: {
        auto const x = arg(0);
        auto const low = arg(1);
        return truth(sign(x.number, low.number) >= 0 && sign(x.number, arg(2).number) <= 0);
      }
      case Op::in_list: {
        auto const x = arg(0);
        for (std::size_t i = 1; i < expr.args.size(); ++i) {
          if (same(expr.args[0], x, arg(i))) return truth(true);
        }
        return truth(false);
      }
      case Op::add: {
        auto const left = arg(0);
        return {true, left.number + arg(1).number, {}};
      }
      case Op::subtract: {
        auto const left = arg(0);
        return {true, left.number + -arg(1).number, {}};
      }
      case Op::multiply: {
        auto const left = arg(0);
        return {true, left.number * arg(1).number, {}};
      }
      case Op::divide: {
        auto const left = arg(0);
        auto const right = arg(1);
        if (right.number.top == 0) throw Failed{};
        return {true, left.number * fraction(right.number.bottom, right.number.top), {}};
      }
      case Op::negate: return {true, -arg(0).number, {}};
      case Op::any: return truth(!each(expr, [&] { return !holds(expr.args[0]); }));
      case Op::every: return truth(each(expr, [&] { return holds(expr.args[0]); }));
      case Op::count: {
        std::int64_t count = 0;
        each(expr, [&] {
          if (expr.args.empty() || holds(expr.args[0])) ++count;
          return true;
        });
        return {true, {count, 1}, {}};
      }
      case Op::sum: {
        Fraction total;
        each(expr, [&] {
          if (expr.args.size() < 2 || holds(expr.args[1])) total = total + value(expr.args[0]).number;
          return true;
        });
        return {true, total, {}};
      }
      case Op::starts_with: return truth(arg(0).text.starts_with(expr.text));
      case Op::ends_with: return truth(arg(0).text.ends_with(expr.text));
      case Op::contains: {
        auto const text = arg(0).text;
        return truth(text.find(arg(1).text) != std::string::npos);
      }
      case Op::length: {
        auto const text = arg(0).text;
        return {true, {std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }), 1}, {}};
      }
      case Op::date_of: return {true, {floor_div(static_cast<std::int64_t>(arg(0).number.top), day_millis), 1}, {}};
      case Op::weekday: return {true, {static_cast<int>(std::chrono::weekday(day(arg(0))).iso_encoding()), 1}, {}};
      case Op::month_of: return {true, {static_cast<unsigned>(std::chrono::year_month_day(day(arg(0))).month()), 1}, {}};
      default: throw std::string("the reference does not know this operator");
    }
  }

 private:
  static std::chrono::sys_days day(Result const& date) { return std::chrono::sys_days(std::chrono::days(static_cast<int>(date.number.top))); }

  template <class Test>
  Result ordered(Expr const& expr, Test test) {
    auto const left = value(expr.args[0]);
    return truth(test(sign(left.number, value(expr.args[1]).number)));
  }

  bool same(std::uint32_t typed_by, Result const& a, Result const& b) {
    return impl_.nodes[typed_by].type.base == Base::text ? a.text == b.text : sign(a.number, b.number) == 0;
  }

  /// Calls `use` for each element until it says no; whether it never did.
  template <class Use>
  bool each(Expr const& expr, Use use) {
    auto const owner = levels[expr.owner];
    auto const saved = levels[expr.level];
    bool all = true;
    if (owner.frame != nullptr && expr.slot < owner.frame->collections.size()) {
      auto const& elements = owner.frame->collections[expr.slot];
      for (std::size_t i = 0; i < elements.size() && all; ++i) {
        levels[expr.level] = {&elements[i], &owner.layout->collections[expr.slot].layout, owner.layout->collections[expr.slot].path, i};
        all = use();
      }
    }
    levels[expr.level] = saved;
    return all;
  }

  Result slot(Expr const& expr) {
    auto const found = look(expr.level, expr.slot);
    if (found) return *found;
    if (!expr.type.optional) throw Failed{};
    return {false, {}, {}};
  }

  /// A fact, noted; nothing when it is missing.
  std::optional<Result> look(std::uint32_t level, std::uint32_t slot) {
    auto const& at = levels[level];
    if (at.frame == nullptr || slot >= at.frame->values.size()) return std::nullopt;
    auto const& described = at.layout->slots[slot];
    auto const& fact = at.frame->values[slot];
    note(level, described, fact);
    if (!fact.known) return std::nullopt;
    auto const limit = [&](std::int64_t first, std::int64_t last) {
      if (fact.number < first || fact.number > last) throw Failed{};
    };
    constexpr std::int64_t first_day = -719'162;
    constexpr std::int64_t last_day = 2'932'896;
    if (described.kind == FactKind::date) limit(first_day, last_day);
    if (described.kind == FactKind::timestamp) limit(first_day * day_millis, (last_day + 1) * day_millis - 1);
    if (described.kind == FactKind::symbol) limit(0, static_cast<std::int64_t>(impl_.symbols.size()) - 1);
    Int128 const unit = described.kind == FactKind::quantity ? policy_.unit(described.detail)->base_units : 1;
    return Result{true, fraction(product(fact.number, unit), power(fact.scale)), fact.text};
  }

  void note(std::uint32_t level, Slot const& described, Value const& fact) {
    auto path = described.path;
    auto const& at = levels[level];
    if (!at.collection.empty()) path = at.collection + "[" + std::to_string(at.element) + "]" + path.substr(at.collection.size());
    if (std::none_of(reads.begin(), reads.end(), [&](Read const& read) { return read.path == path; }))
      reads.push_back({path, to_text(policy_, described, fact)});
  }

  Policy const& policy_;
  Policy::Impl const& impl_;
};

}  // namespace

Answer ask_reference(Policy const& policy, Guard const& guard, ExprIndex clears, Frame const& order, std::int32_t line) {
  Walker walker(policy);
  auto const& layout = policy.layout(Subject::order);
  walker.levels[0] = {&order, &layout, {}, 0};
  if (line >= 0) {
    auto const lines = static_cast<std::size_t>(policy.impl().lines_collection);
    walker.levels[1] = {&order.collections[lines][static_cast<std::size_t>(line)], &layout.collections[lines].layout, layout.collections[lines].path,
                        static_cast<std::size_t>(line)};
  }
  Answer out;
  try {
    out.holds = guard.when < 0 || walker.holds(static_cast<std::uint32_t>(guard.when));
    out.holds = out.holds && (guard.unless < 0 || !walker.holds(static_cast<std::uint32_t>(guard.unless)));
    if (out.holds && clears >= 0 && walker.holds(static_cast<std::uint32_t>(clears))) out.holds = false;
  } catch (Failed const&) {
    out.failed = true;
  }
  out.reads = std::move(walker.reads);
  return out;
}
