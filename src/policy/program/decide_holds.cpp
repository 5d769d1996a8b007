// Holds, validations and stops. Holds are a set; validations repair first and find second.
#include <algorithm>

#include "policy/index/frame_index.hpp"
#include "policy/program/decide.hpp"

namespace bylaw::inline v0::policy {

bool in_force(Policy::Impl const& impl, RuleInfo const& info, Timestamp at) { return info.period.contains(local_date(impl, info.header, at)); }

void seat(Evaluation& evaluation, Seat const& at) {
  std::uint32_t level = 0;
  if (at.order != nullptr) evaluation.enter(level, *at.order, Subject::order);
  ++level;
  if (at.other != nullptr) evaluation.enter(level++, *at.other, at.other_subject);
  auto const& impl = evaluation.session().impl;
  if (at.line >= 0 && impl.lines_collection >= 0) {
    (void)evaluation.enter_element(level, 0, static_cast<std::uint32_t>(impl.lines_collection), static_cast<std::size_t>(at.line));
  }
}

namespace {

/// Facts still awaited: fills in the agreed value once the patience is over.
struct Waiting {
  bool waits = false;
  bool overdue = false;  ///< `otherwise hold`: the patience is over and nothing came
  Timestamp decide_by;
};
Waiting wait_for(Policy::Impl const& impl, HoldProgram const& program, Evaluation& evaluation) {
  Waiting out;
  for (auto const& await : program.awaits) {
    if (evaluation.slot_value(await.level, await.slot).known) continue;
    auto since = evaluation.session().now.value;
    if (impl.imported_slot >= 0) {
      auto const imported = evaluation.slot_value(0, static_cast<std::uint32_t>(impl.imported_slot));
      if (imported.known) since = static_cast<std::int64_t>(imported.number.numerator);
    }
    Timestamp const deadline(since + await.patience_ms);
    if (evaluation.session().now < deadline) {
      if (!out.waits || deadline < out.decide_by) out.decide_by = deadline;
      out.waits = true;
    } else if (await.otherwise >= 0) {
      evaluation.assume(await.level, await.slot, evaluation.value(await.otherwise));
    } else {
      out.overdue = true;
    }
  }
  return out;
}

/// What can be said of a condition while some facts are awaited.
enum class Truth : std::uint8_t { no, yes, open };

class Awaiting {
 public:
  Awaiting(Policy::Impl const& impl, HoldProgram const& program, Evaluation& evaluation) : impl_(impl), evaluation_(evaluation) {
    for (auto const& await : program.awaits) {
      if (!evaluation.slot_value(await.level, await.slot).known) missing_.emplace_back(await.level, await.slot);
    }
  }

  Truth of(Guard const& guard) {
    auto const when = guard.when < 0 ? Truth::yes : of(static_cast<std::uint32_t>(guard.when));
    if (when == Truth::no || guard.unless < 0) return when;
    auto const unless = of(static_cast<std::uint32_t>(guard.unless));
    if (unless == Truth::yes) return Truth::no;
    return unless == Truth::open ? Truth::open : when;
  }

 private:
  /// Three-valued logic: a part that awaits nothing can decide, wherever it stands.
  Truth of(std::uint32_t index) {
    auto const& expr = impl_.nodes[index];
    if (expr.op == Op::logical_not) {
      auto const inner = of(expr.args[0]);
      return inner == Truth::open ? Truth::open : inner == Truth::yes ? Truth::no : Truth::yes;
    }
    if (expr.op == Op::logical_and || expr.op == Op::logical_or) {
      auto const deciding = expr.op == Op::logical_and ? Truth::no : Truth::yes;
      auto result = expr.op == Op::logical_and ? Truth::yes : Truth::no;
      for (auto const arg : expr.args) {
        auto const part = of(arg);
        if (part == deciding) return deciding;
        if (part == Truth::open) result = Truth::open;
      }
      return result;
    }
    if (reads_missing(index)) return Truth::open;
    return evaluation_.truth(static_cast<ExprIndex>(index)) ? Truth::yes : Truth::no;
  }

  bool reads_missing(std::uint32_t index) const {
    auto const& expr = impl_.nodes[index];
    if (expr.op == Op::slot) return std::find(missing_.begin(), missing_.end(), std::make_pair(expr.level, expr.slot)) != missing_.end();
    return std::any_of(expr.args.begin(), expr.args.end(), [&](std::uint32_t arg) { return reads_missing(arg); });
  }

  Policy::Impl const& impl_;
  Evaluation& evaluation_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> missing_;
};

std::size_t line_count(Policy::Impl const& impl, Frame const& order) {
  if (impl.lines_collection < 0 || static_cast<std::size_t>(impl.lines_collection) >= order.collections.size()) return 0;
  return order.collections[static_cast<std::size_t>(impl.lines_collection)].size();
}

/// Calls `use` once for the order, or once for each of its lines.
template <class Use>
void each_scope(Policy::Impl const& impl, Frame const& order, bool scope_line, Use use) {
  if (!scope_line) return use(-1);
  auto const lines = line_count(impl, order);
  for (std::size_t line = 0; line < lines; ++line) use(static_cast<std::int32_t>(line));
}

/// The hold rules that an order can concern, each with -1 or the line in question; rising.
std::vector<std::pair<std::uint32_t, std::int32_t>> holds_to_ask(Policy::Impl const& impl, Frame const& order) {
  std::vector<std::pair<std::uint32_t, std::int32_t>> out;
  Frame const* frames[] = {&order, nullptr};
  for (auto const rule : impl.indexes->order_holds.candidates(frames)) out.emplace_back(rule, -1);
  if (impl.indexes->line_holds.rules.empty()) return out;
  auto const lines = line_count(impl, order);
  for (std::size_t line = 0; line < lines; ++line) {
    frames[1] = &order.collections[static_cast<std::size_t>(impl.lines_collection)][line];
    for (auto const rule : impl.indexes->line_holds.candidates(frames)) out.emplace_back(rule, static_cast<std::int32_t>(line));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

HoldReading read_hold(Session& session, std::uint32_t rule, Seat const& at) {
  auto const& program = session.impl.hold_programs[rule];
  Evaluation evaluation(session);
  seat(evaluation, at);
  HoldHit hit;
  hit.rule = rule;
  hit.line = at.line;
  auto waiting = wait_for(session.impl, program, evaluation);
  // What the awaited facts cannot change any more is decided at once.
  auto const known = waiting.waits || waiting.overdue ? Awaiting(session.impl, program, evaluation).of(program.guard) : Truth::open;
  if (known != Truth::open || !evaluation.error.empty()) waiting = {};
  bool applies = waiting.waits;
  if (known != Truth::open && evaluation.error.empty()) {
    applies = known == Truth::yes;
  } else if (waiting.waits) {
    hit.state = HoldState::waiting;
    hit.decide_by = waiting.decide_by;
  } else {
    applies = evaluation.error.empty() && (waiting.overdue || evaluation.passes(program.guard));
    // A hold whose own clearing condition is already true has no cause left.
    if (applies && program.clears_when >= 0 && evaluation.truth(program.clears_when)) applies = false;
  }
  if (!evaluation.error.empty()) {
    hit.state = HoldState::failed;
    hit.error = evaluation.error;
    applies = true;
  }
  hit.overdue = hit.state == HoldState::placed && waiting.overdue;
  hit.reads = std::move(evaluation.reads);
  return {applies, std::move(hit)};
}

std::optional<HoldHit> decide_hold(Session& session, std::uint32_t rule, Seat const& at) {
  auto reading = read_hold(session, rule, at);
  if (!reading.applies) return std::nullopt;
  return std::move(reading.hit);
}

HoldReading Policy::read_hold(std::uint32_t rule, std::int32_t line, Frame const& order, Timestamp now, Functions functions) const {
  Session session{*impl_, now, functions, {}, {}};
  if (!in_force(*impl_, impl_->holds[rule].info, now)) return {};
  return policy::read_hold(session, rule, {&order, nullptr, Subject::order, line});
}

HoldDecision Policy::decide_holds(Frame const& order, Timestamp now, Functions functions) const {
  HoldDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  for (auto const& [rule, line] : holds_to_ask(*impl_, order)) {
    if (!in_force(*impl_, impl_->holds[rule].info, now)) continue;
    if (auto hit = decide_hold(session, rule, {&order, nullptr, Subject::order, line})) decision.hits.push_back(std::move(*hit));
  }
  return decision;
}

void Policy::decide_holds(std::vector<Frame> const& orders, Timestamp now, std::vector<HoldDecision>& out) const {
  out.clear();
  out.reserve(orders.size());
  for (auto const& order : orders) out.push_back(decide_holds(order, now));
}

HoldExit Policy::decide_hold_exit(std::uint32_t rule, std::int32_t line, Frame const& order, Timestamp now, Functions functions) const {
  Session session{*impl_, now, functions, {}, {}};
  Evaluation evaluation(session);
  seat(evaluation, {&order, nullptr, Subject::order, line});
  auto const& program = impl_->hold_programs[rule];
  (void)wait_for(*impl_, program, evaluation);
  HoldExit out;
  for (auto const when : program.release_when) out.released = out.released || evaluation.truth(when);
  out.cleared = program.clears_when >= 0 && evaluation.truth(program.clears_when);
  out.error = evaluation.error;
  if (!out.error.empty()) out.released = out.cleared = false;
  out.reads = std::move(evaluation.reads);
  return out;
}

namespace {

class Validator {
 public:
  Validator(Session& session, Frame const& order) : session_(session), impl_(session.impl) { out_.repaired = order; }

  ValidationDecision decide() {
    for (std::uint32_t i = 0; i < impl_.validations.size(); ++i) {
      if (impl_.validations[i].repairs) each(i, [&](std::int32_t line) { repair(i, line); });
    }
    for (std::uint32_t i = 0; i < impl_.validations.size(); ++i) {
      if (impl_.validations[i].rejects || !impl_.validations[i].hold.empty()) each(i, [&](std::int32_t line) { find(i, line); });
    }
    return std::move(out_);
  }

 private:
  template <class Use>
  void each(std::uint32_t rule, Use use) {
    if (!in_force(impl_, impl_.validations[rule].info, session_.now)) return;
    each_scope(impl_, out_.repaired, impl_.validations[rule].scope_line, use);
  }

  void repair(std::uint32_t rule, std::int32_t line) {
    auto const& program = impl_.validation_programs[rule];
    Evaluation evaluation(session_);
    seat(evaluation, {&out_.repaired, nullptr, Subject::order, line});
    if (!evaluation.passes(program.guard)) return failed(rule, line, evaluation);
    for (auto const& clause : program.repairs) {
      auto const datum = evaluation.value(clause.value);
      Value value;
      if (evaluation.error.empty() && !to_value(impl_, impl_.node(clause.value).type, datum, value)) evaluation.error = "a value is too large";
      if (!evaluation.error.empty()) return failed(rule, line, evaluation);
      auto const lines = static_cast<std::size_t>(impl_.lines_collection);
      bool const of_line = clause.level > 0;
      auto& frame = of_line ? out_.repaired.collections[lines][static_cast<std::size_t>(line)] : out_.repaired;
      auto const& layout = of_line ? impl_.layout(Subject::order).collections[lines].layout : impl_.layout(Subject::order);
      auto const& slot = layout.slots[clause.slot];
      // What a quantity is counted in, and what a share is a share of, is the field's own business.
      if (slot.kind == FactKind::quantity && impl_.node(clause.value).type.unit != nullptr && slot.detail != impl_.node(clause.value).type.unit->name) {
        auto type = impl_.node(clause.value).type;
        type.unit = find_any_unit(impl_, slot.detail);
        (void)to_value(impl_, type, datum, value);
      }
      if (frame.values[clause.slot] == value) continue;
      auto const path = of_line ? element_path(slot.path, impl_.layout(Subject::order).collections[lines].path, line) : slot.path;
      out_.repairs.push_back({rule, line, path, to_text(impl_, slot, frame.values[clause.slot]), to_text(impl_, slot, value)});
      frame.values[clause.slot] = std::move(value);
    }
  }

  void find(std::uint32_t rule, std::int32_t line) {
    Evaluation evaluation(session_);
    seat(evaluation, {&out_.repaired, nullptr, Subject::order, line});
    if (!evaluation.passes(impl_.validation_programs[rule].guard)) return failed(rule, line, evaluation);
    out_.findings.push_back({rule, line, {}, std::move(evaluation.reads)});
  }

  /// A validation that cannot be computed is a finding: it is never passed over.
  void failed(std::uint32_t rule, std::int32_t line, Evaluation& evaluation) {
    if (!evaluation.error.empty()) out_.findings.push_back({rule, line, evaluation.error, std::move(evaluation.reads)});
  }

  Session& session_;
  Policy::Impl const& impl_;
  ValidationDecision out_;
};

}  // namespace

ValidationDecision Policy::decide_validation(Frame const& order, Timestamp now, Functions functions) const {
  Session session{*impl_, now, functions, {}, {}};
  return Validator(session, order).decide();
}

std::vector<std::uint32_t> Policy::decide_stops(Timestamp now) const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < impl_->stops.size(); ++i) {
    auto const& stop = impl_->stops[i];
    if (in_force(*impl_, stop.info, now) && stop.from <= now && now < stop.until) out.push_back(i);
  }
  return out;
}

}  // namespace bylaw::inline v0::policy
