// Holds are a set, allocation and returns are first match: how the answers of the
// single expressions become decisions.
#include <algorithm>
#include <numeric>

#include "policy/program/evaluate.hpp"
#include "policy/program/return_terms.hpp"

namespace bylaw::inline v0::policy {

bool in_force(Policy::Impl const& impl, std::uint32_t header, Period const& period, Timestamp at) {
  auto const date = date_of(to_local(at, *impl.header_zones[header]));
  auto const& file = impl.headers[header];
  return date >= file.effective_from && date <= file.effective_until && date >= period.from && date <= period.until;
}

namespace {

/// Facts still awaited: fills in the agreed value once the patience is over.
/// Returns whether the hold has to wait, and until when.
bool waits(Policy::Impl const& impl, HoldProgram const& program, Evaluation& evaluation, Timestamp now, HoldHit& hit) {
  bool waiting = false;
  for (auto const& await : program.awaits) {
    auto const& fact = impl.nodes[static_cast<std::uint32_t>(await.fact)];
    if (evaluation.slot_value(fact.depth, fact.slot).known) continue;
    auto since = now.value;
    if (impl.imported_slot >= 0) {
      auto const imported = evaluation.slot_value(0, static_cast<std::uint32_t>(impl.imported_slot));
      if (imported.known) since = static_cast<std::int64_t>(imported.number.numerator);
    }
    Timestamp const deadline(since + await.patience_ms);
    if (now < deadline) {
      waiting = true;
      if (hit.decide_by.value == 0 || deadline < hit.decide_by) hit.decide_by = deadline;
    } else if (await.otherwise >= 0) {
      evaluation.assume(fact.slot, evaluation.value(await.otherwise));
    } else {
      return false;
    }
  }
  hit.state = waiting ? HoldState::waiting : HoldState::placed;
  return waiting;
}

/// `otherwise hold`: the deadline is over and nothing came, so the hold is placed as it is.
bool overdue_holds(Policy::Impl const& impl, HoldProgram const& program, Evaluation& evaluation) {
  return std::any_of(program.awaits.begin(), program.awaits.end(), [&](Await const& await) {
    auto const& fact = impl.nodes[static_cast<std::uint32_t>(await.fact)];
    return await.otherwise < 0 && !evaluation.slot_value(fact.depth, fact.slot).known;
  });
}

void decide_hold(Policy::Impl const& impl, std::size_t index, Frame const& order, Timestamp now, std::int32_t line,
                 HoldDecision& out) {
  auto const& program = impl.hold_programs[index];
  auto const& layout = impl.layouts[static_cast<std::size_t>(Subject::order)];
  Evaluation evaluation(impl, now);
  evaluation.enter(0, order, layout);
  if (line >= 0) {
    auto const collection = static_cast<std::size_t>(impl.lines_collection);
    evaluation.enter(1, order.collections[collection][static_cast<std::size_t>(line)], layout.collections[collection].layout, line);
  }
  HoldHit hit;
  hit.rule = static_cast<std::uint32_t>(index);
  hit.line = line;
  bool applies = waits(impl, program, evaluation, now, hit);
  if (!applies) {
    applies = evaluation.error.empty() && (overdue_holds(impl, program, evaluation) || evaluation.passes(program.guard));
    // A hold whose own clearing condition is already true has no cause left.
    if (applies && program.clears_when >= 0 && evaluation.truth(program.clears_when)) applies = false;
  }
  if (!evaluation.error.empty()) {
    hit.state = HoldState::failed;
    hit.error = evaluation.error;
    applies = true;
  }
  if (!applies) return;
  hit.reads = std::move(evaluation.reads);
  out.hits.push_back(std::move(hit));
}

}  // namespace

HoldDecision Policy::decide_holds(Frame const& order, Timestamp now) const {
  HoldDecision decision;
  for (std::size_t i = 0; i < impl_->holds.size(); ++i) {
    auto const& rule = impl_->holds[i];
    if (!in_force(*impl_, rule.info.header, impl_->hold_programs[i].period, now)) continue;
    if (!rule.scope_line) {
      decide_hold(*impl_, i, order, now, -1, decision);
      continue;
    }
    if (impl_->lines_collection < 0) continue;
    auto const lines = order.collections[static_cast<std::size_t>(impl_->lines_collection)].size();
    for (std::size_t line = 0; line < lines; ++line) decide_hold(*impl_, i, order, now, static_cast<std::int32_t>(line), decision);
  }
  return decision;
}

void Policy::decide_holds(std::vector<Frame> const& orders, Timestamp now, std::vector<HoldDecision>& out) const {
  out.clear();
  out.reserve(orders.size());
  for (auto const& order : orders) out.push_back(decide_holds(order, now));
}

AllocationDecision Policy::decide_allocation(Frame const& order, std::vector<Frame> const& candidates, Timestamp now) const {
  AllocationDecision decision;
  auto const& order_layout = impl_->layouts[static_cast<std::size_t>(Subject::order)];
  auto const& candidate_layout = impl_->layouts[static_cast<std::size_t>(Subject::candidate)];
  for (std::size_t i = 0; i < impl_->allocations.size(); ++i) {
    auto const& program = impl_->allocation_programs[i];
    if (!in_force(*impl_, impl_->allocations[i].info.header, program.period, now)) continue;
    Evaluation match(*impl_, now);
    match.enter(0, order, order_layout);
    bool const matches = match.passes(program.guard);
    decision.error = match.error;
    if (!matches && match.error.empty()) continue;
    decision.rule = static_cast<std::int32_t>(i);
    decision.reads = std::move(match.reads);
    if (!decision.error.empty()) return decision;

    std::vector<std::vector<Datum>> ranks(candidates.size());
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      Evaluation evaluation(*impl_, now);
      evaluation.enter(0, order, order_layout);
      evaluation.enter(1, candidates[c], candidate_layout);
      bool fits = evaluation.truth(program.from);
      for (auto const require : program.require) fits = fits && evaluation.error.empty() && evaluation.truth(require);
      for (auto const& preference : program.prefer) ranks[c].push_back(evaluation.value(preference.fact));
      if (!evaluation.error.empty()) decision.error = evaluation.error;
      if (fits && evaluation.error.empty()) decision.candidates.push_back(static_cast<std::uint32_t>(c));
    }
    // Ties carry on to the next preference and end with the order of the candidates; unknown figures come last.
    std::stable_sort(decision.candidates.begin(), decision.candidates.end(), [&](std::uint32_t a, std::uint32_t b) {
      for (std::size_t p = 0; p < program.prefer.size(); ++p) {
        auto const& x = ranks[a][p];
        auto const& y = ranks[b][p];
        if (x.known != y.known) return x.known;
        int order_of = 0;
        if (!x.known || !exact::compare(x.number, y.number, order_of) || order_of == 0) continue;
        return program.prefer[p].highest ? order_of > 0 : order_of < 0;
      }
      return false;
    });
    return decision;
  }
  return decision;
}

namespace {

/// Lower is better for the customer.
int severity(ReturnDecision const& decision) {
  return decision.verdict == Verdict::approve ? 0 : decision.verdict == Verdict::review ? 1 : 2;
}
std::int64_t fee_total(ReturnDecision const& decision) {
  return std::accumulate(decision.fees.begin(), decision.fees.end(), std::int64_t{0},
                         [](std::int64_t sum, Fee const& fee) { return sum + fee.amount.amount_minor(); });
}

/// A statutory rule is a floor: each term of the other rule is taken only if it is not worse.
ReturnDecision improve(ReturnDecision floor, ReturnDecision other) {
  auto const mandatory = floor.rule;
  auto const other_rule = other.rule;
  bool const floor_wins = other_rule < 0 || severity(floor) < severity(other);
  ReturnDecision result = floor_wins ? floor : other;
  auto const& rest = floor_wins ? other : floor;
  if (rest.rule >= 0 && severity(rest) == severity(result) && fee_total(rest) < fee_total(result)) result.fees = rest.fees;
  result.refund_shipping = floor.refund_shipping || other.refund_shipping;
  result.rule = other_rule >= 0 ? other_rule : mandatory;
  result.mandatory_rule = mandatory;
  return result;
}

}  // namespace

ReturnDecision Policy::decide_return(Frame const& facts, Timestamp now) const {
  auto const& layout = impl_->layouts[static_cast<std::size_t>(Subject::return_line)];
  ReturnDecision floor;
  ReturnDecision chosen;
  for (std::size_t i = 0; i < impl_->returns.size(); ++i) {
    auto const& rule = impl_->returns[i];
    if (!rule.mandatory && chosen.rule >= 0) continue;
    Evaluation evaluation(*impl_, now);
    evaluation.enter(0, facts, layout);
    // Return terms are those of the order's date, not of today.
    auto placed = now;
    if (impl_->window_slots[2] >= 0) {
      auto const fact = evaluation.slot_value(0, static_cast<std::uint32_t>(impl_->window_slots[2]));
      if (fact.known) placed = Timestamp(static_cast<std::int64_t>(fact.number.numerator));
    }
    auto const& program = impl_->return_programs[i];
    if (!in_force(*impl_, rule.info.header, program.period, placed)) continue;
    bool const matches = evaluation.passes(program.guard);
    if (!matches && evaluation.error.empty()) continue;
    auto decision = return_terms(*impl_, i, evaluation, now);
    decision.rule = static_cast<std::int32_t>(i);
    decision.error = evaluation.error;
    decision.reads = std::move(evaluation.reads);
    if (!decision.error.empty()) {
      decision.verdict = Verdict::review;
      decision.review_by.clear();
      return decision;
    }
    if (!rule.mandatory) {
      chosen = std::move(decision);
    } else if (floor.rule < 0 || severity(decision) < severity(floor)) {
      floor = std::move(decision);
    }
  }
  if (floor.rule >= 0) return improve(std::move(floor), std::move(chosen));
  if (chosen.rule < 0) chosen.failures.push_back({"NO_RULE", "no return rule was in force when the order was placed"});
  return chosen;
}

Result<bool> Policy::guard(std::int32_t index, Frame const& order, Timestamp now) const {
  Evaluation evaluation(*impl_, now);
  evaluation.enter(0, order, impl_->layouts[static_cast<std::size_t>(Subject::order)]);
  bool const holds = evaluation.truth(impl_->guards[static_cast<std::size_t>(index)]);
  if (!evaluation.error.empty()) return failure("policy_error", evaluation.error);
  return holds;
}

}  // namespace bylaw::inline v0::policy
