#include "policy/explain/flip.hpp"

#include <algorithm>
#include <set>

namespace bylaw::inline v0::policy {

namespace {

/// One fact of one frame, by where it stands.
struct Site {
  bool of_order = true;
  std::int32_t element = -1;  ///< with `collection`: which one
  std::uint32_t collection = 0;
  std::uint32_t slot = 0;
};

class FlipSearch {
 public:
  FlipSearch(Session& session, Seat const& at, std::function<std::string(Seat const&)> const& outcome)
      : session_(session), impl_(session.impl), at_(at), outcome_(outcome), now_(outcome(at)) {}

  void collect(ExprIndex condition) {
    if (condition >= 0) visit(static_cast<std::uint32_t>(condition), {});
  }
  void add_instant(Timestamp instant) {
    for (auto const slot : {impl_.requested_slot}) {
      if (slot >= 0 && at_.other != nullptr) propose({false, -1, 0, static_cast<std::uint32_t>(slot)}, Value::of(instant));
    }
  }

  std::vector<Flip> best() { return best_; }

 private:
  struct Loop {
    std::uint32_t level = 0;
    std::uint32_t owner = 0;
    std::uint32_t collection = 0;
  };

  void visit(std::uint32_t index, std::vector<Loop> loops) {
    auto const& expr = impl_.nodes[index];
    switch (expr.op) {
      case Op::any:
      case Op::every:
      case Op::count:
      case Op::sum:
      case Op::min:
      case Op::max: loops.push_back({expr.level, expr.owner, expr.slot}); break;
      case Op::equal:
      case Op::not_equal:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
        compare(expr, expr.args[0], expr.args[1], loops);
        compare(expr, expr.args[1], expr.args[0], loops);
        break;
      case Op::between:
        compare(expr, expr.args[0], expr.args[1], loops);
        compare(expr, expr.args[0], expr.args[2], loops);
        break;
      case Op::in_list:
        for (std::size_t i = 1; i < expr.args.size() && i < 20; ++i) compare(expr, expr.args[0], expr.args[i], loops);
        break;
      case Op::slot:
        if (expr.type.base == Base::boolean)
          each_site(expr, loops, [&](Site site) {
            propose(site, Value::of(true));
            propose(site, Value::of(false));
          });
        break;
      case Op::known: each_site(impl_.nodes[expr.args[0]], loops, [&](Site site) { propose(site, Value{}); }); break;
      default: break;
    }
    for (auto const arg : expr.args) visit(arg, loops);
  }

  /// `x < c`: tries c and its neighbours for x; `a + x < c`: the value of x at which the sum meets c.
  void compare(Expr const& comparison, std::uint32_t side, std::uint32_t other, std::vector<Loop> const& loops) {
    (void)comparison;
    auto const* expr = &impl_.nodes[side];
    auto const& constant = impl_.nodes[other];
    if (expr->op == Op::otherwise) expr = &impl_.nodes[expr->args[0]];
    if (expr->op == Op::date_of || expr->op == Op::round_money) {
      if (expr->op == Op::date_of && constant.op == Op::literal) try_dates(impl_.nodes[expr->args[0]], constant, loops);
      expr = &impl_.nodes[expr->args[0]];
    }
    if (expr->op == Op::slot && constant.op == Op::literal) {
      each_site(*expr, loops, [&](Site site) { try_near(site, *expr, Datum{true, constant.number, constant.months, constant.text}); });
    } else if (expr->op != Op::literal) {
      try_solving(side, other, loops);
    }
  }

  template <class Use>
  void each_site(Expr const& slot, std::vector<Loop> const& loops, Use use) {
    if (slot.op != Op::slot) return;
    auto const subjects = 1u + (at_.other != nullptr ? 1u : 0u);
    if (slot.level < subjects) return use(Site{slot.level == 0 && at_.order != nullptr, -1, 0, slot.slot});
    bool const scoped_line = at_.line >= 0 && slot.level == subjects && impl_.lines_collection >= 0 &&
                             std::none_of(loops.begin(), loops.end(), [&](Loop const& l) { return l.level == slot.level; });
    if (scoped_line) return use(Site{true, at_.line, static_cast<std::uint32_t>(impl_.lines_collection), slot.slot});
    for (auto const& loop : loops) {
      if (loop.level != slot.level || loop.owner >= subjects) continue;  // one level of elements; deeper ones are left alone
      bool const of_order = loop.owner == 0 && at_.order != nullptr;
      auto const* frame = of_order ? at_.order : at_.other;
      if (frame == nullptr || loop.collection >= frame->collections.size()) continue;
      auto const count = std::min<std::size_t>(frame->collections[loop.collection].size(), 20);
      for (std::size_t i = 0; i < count; ++i) use(Site{of_order, static_cast<std::int32_t>(i), loop.collection, slot.slot});
    }
  }

  Layout const& layout_of(Site const& site) const {
    auto const& layout = impl_.layout(site.of_order ? Subject::order : at_.other_subject);
    return site.element < 0 ? layout : layout.collections[site.collection].layout;
  }
  static Value* find(Frame& frame, Site const& site) {
    auto* at = &frame;
    if (site.element >= 0) {
      if (site.collection >= frame.collections.size() || static_cast<std::size_t>(site.element) >= frame.collections[site.collection].size()) return nullptr;
      at = &frame.collections[site.collection][static_cast<std::size_t>(site.element)];
    }
    return site.slot < at->values.size() ? &at->values[site.slot] : nullptr;
  }

  /// The constant itself and the nearest values on both sides of it, in the kind's smallest usual step.
  void try_near(Site const& site, Expr const& slot, Datum const& constant) {
    Value value;
    if (slot.type.base == Base::symbol) {
      for (auto const id : impl_.enumerations[slot.type.index].symbols) propose(site, Value::of(std::int64_t{id}));
      return;
    }
    if (!to_value(impl_, slot.type, constant, value)) return;
    propose(site, value);
    if (slot.type.base == Base::text) return propose(site, Value::of(std::string(constant.text) + "-other"));
    for (auto const step : {-1, 1}) {
      auto near = value;
      if (!add_overflows(near.number, step * step_of(slot.type), near.number)) propose(site, near);
    }
  }
  static std::int64_t step_of(Type const& type) {
    if (type.base == Base::elapsed) return second_ms;
    return type.base == Base::timestamp ? minute_ms : 1;
  }

  void try_dates(Expr const& slot, Expr const& constant, std::vector<Loop> const& loops) {
    each_site(slot, loops, [&](Site site) {
      for (auto const day : {-1, 0, 1}) {
        auto const date = Date(static_cast<std::int32_t>(constant.number.numerator) + day);
        for (auto const offset : {std::int64_t{0}, day_ms - second_ms}) {
          propose(site, Value::of(from_local(LocalTime(at_midnight(date).value + offset), *impl_.header_zones[slot.header]).time));
        }
      }
    });
  }

  /// Both sides are computed: how far apart they are now, and how much that changes when a fact
  /// changes by one step, says where they meet.
  void try_solving(std::uint32_t side, std::uint32_t other, std::vector<Loop> const& loops) {
    std::vector<std::uint32_t> slots;
    gather(side, slots);
    for (auto const index : slots) {
      auto const& slot = impl_.nodes[index];
      bool const numeric = slot.type.base == Base::decimal || slot.type.base == Base::money || slot.type.base == Base::quantity;
      if (!numeric || slot.level > 1) continue;
      each_site(slot, loops, [&](Site site) { solve(site, slot, side, other); });
    }
  }
  void gather(std::uint32_t index, std::vector<std::uint32_t>& out) {
    auto const& expr = impl_.nodes[index];
    if (expr.op == Op::slot) out.push_back(index);
    for (auto const arg : expr.args) {
      if (out.size() < 10) gather(arg, out);
    }
  }

  bool difference(Seat const& seat_at, std::uint32_t side, std::uint32_t other, Exact& out) {
    Evaluation evaluation(session_);
    evaluation.recording = false;
    seat(evaluation, seat_at);
    auto const a = evaluation.value(static_cast<ExprIndex>(side));
    auto const b = evaluation.value(static_cast<ExprIndex>(other));
    return evaluation.error.empty() && a.known && b.known && exact::add(b.number, exact::negate(a.number), out);
  }

  void solve(Site const& site, Expr const& slot, std::uint32_t side, std::uint32_t other) {
    Exact here;
    if (!difference(at_, side, other, here)) return;
    with(site, [&](Value& value, Seat const& changed) {
      if (!value.known || value.number == INT64_MAX) return;
      auto const before = value;
      Exact there;
      value.number += 1;
      bool const ok = difference(changed, side, other, there);
      value = before;
      Exact slope;
      Exact steps;
      if (!ok || !exact::add(here, exact::negate(there), slope) || !exact::divide(here, slope, steps)) return;
      for (auto const rounding : {Rounding::floor, Rounding::ceiling}) {
        auto const count = divide_rounded(steps.numerator, steps.denominator, rounding);
        if (!fits_int64(count)) continue;
        for (Int128 near = count - 1; near <= count + 1; ++near) {
          auto moved = before;
          Int128 const number = Int128{before.number} + near;
          if (!fits_int64(number)) continue;
          moved.number = static_cast<std::int64_t>(number);
          propose(site, moved);
        }
      }
    });
    (void)slot;
  }

  template <class Use>
  void with(Site const& site, Use use) {
    auto const* original = site.of_order ? at_.order : at_.other;
    if (original == nullptr) return;
    auto copy = *original;
    auto* value = find(copy, site);
    if (value == nullptr) return;
    auto changed = at_;
    (site.of_order ? changed.order : changed.other) = &copy;
    use(*value, changed);
  }

  void propose(Site const& site, Value candidate) {
    if (++tried_ > tries_max) return;
    auto const& slot = layout_of(site).slots.at(site.slot);
    if (!candidate.known && !slot.optional) return;
    with(site, [&](Value& value, Seat const& changed) {
      if (value == candidate) return;
      auto const cost = cost_of(slot, value, candidate);
      if (!best_.empty() && cost >= best_cost_) return;
      auto const before = value;
      value = candidate;
      auto const turned = outcome_(changed);
      if (turned == now_ || turned.compare(0, 6, "error:") == 0) return;
      auto path = slot.path;
      if (site.element >= 0) {
        auto const& collection = impl_.layout(site.of_order ? Subject::order : at_.other_subject).collections[site.collection];
        path = element_path(path, collection.path, site.element);
      }
      best_ = {{path, to_text(impl_, slot, before), to_text(impl_, slot, candidate)}};
      best_cost_ = cost;
    });
  }

  /// Change in millionths of the larger of the two values; a change of kind costs as much as doubling.
  static std::int64_t cost_of(Slot const& slot, Value const& from, Value const& to) {
    constexpr std::int64_t whole = 1'000'000;
    bool const numeric = slot.kind != FactKind::boolean && slot.kind != FactKind::symbol && slot.kind != FactKind::text;
    if (!numeric || !from.known || !to.known) return whole;
    auto const magnitude = [](Int128 x) { return x < 0 ? -x : x; };
    int const scale = std::max(from.scale, to.scale);
    Int128 const a = Int128{from.number} * power_of_ten(scale - from.scale);
    Int128 const b = Int128{to.number} * power_of_ten(scale - to.scale);
    // Points in time are compared by distance in years, not from 1970.
    bool const point = slot.kind == FactKind::date || slot.kind == FactKind::timestamp;
    Int128 const size = point ? Int128{slot.kind == FactKind::date ? 365 : 365 * day_ms} : std::max<Int128>({magnitude(a), magnitude(b), 1});
    auto const ratio = magnitude(a - b) * whole / size;
    return ratio < 10 * whole ? static_cast<std::int64_t>(ratio) : 10 * whole;
  }

  Session& session_;
  Policy::Impl const& impl_;
  Seat at_;
  std::function<std::string(Seat const&)> const& outcome_;
  std::string now_;
  std::vector<Flip> best_;
  std::int64_t best_cost_ = 0;
  int tried_ = 0;
  static constexpr int tries_max = 2'000;
};

}  // namespace

std::vector<Flip> smallest_flip(Session& session, Seat const& at, std::vector<ExprIndex> const& conditions,
                                std::function<std::string(Seat const&)> const& outcome, std::vector<Timestamp> const& instants) {
  FlipSearch search(session, at, outcome);
  for (auto const condition : conditions) search.collect(condition);
  for (auto const instant : instants) search.add_instant(instant);
  return search.best();
}

}  // namespace bylaw::inline v0::policy
