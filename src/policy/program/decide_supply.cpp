// Allocation, protection, publication, backorders, service promises and changes.
#include <algorithm>

#include "policy/index/frame_index.hpp"
#include "policy/program/decide.hpp"

namespace bylaw::inline v0::policy {

Quantity to_quantity(Datum const& datum, Unit const& unit, Rounding rounding) {
  Int128 const divisor = datum.number.denominator * unit.base_units;
  auto const whole = divide_rounded(datum.number.numerator, divisor, rounding);
  return {Decimal(fits_int64(whole) ? static_cast<std::int64_t>(whole) : 0), &unit};
}

namespace {

/// The first rule in force of `asked` whose guard passes on these facts; -1 when none does. A rule
/// that fails is taken, so that its error is seen.
template <class Rules, class Programs>
std::int32_t first_match(Session& session, std::vector<std::uint32_t> const& asked, Rules const& rules, Programs const& programs, Seat const& at,
                         std::string& error, std::vector<Read>& reads) {
  for (auto const i : asked) {
    if (!in_force(session.impl, rules[i].info, session.now)) continue;
    Evaluation match(session);
    seat(match, at);
    bool const matches = match.passes(programs[i].guard);
    if (!matches && match.error.empty()) continue;
    error = match.error;
    reads = std::move(match.reads);
    return static_cast<std::int32_t>(i);
  }
  return -1;
}

Unit const& unit_of(Policy::Impl const& impl, ExprIndex amount) {
  auto const* unit = impl.node(amount).type.unit;
  return unit != nullptr ? *unit : *find_unit("each");
}

void append(std::vector<Read>& reads, std::vector<Read> more) {
  for (auto& read : more) {
    if (std::find(reads.begin(), reads.end(), read) == reads.end()) reads.push_back(std::move(read));
  }
}

/// Candidates of a rule, ranked: ties carry on to the next preference and end with the order of the candidates.
class Ranking {
 public:
  Ranking(Session& session, AllocationProgram const& program, AllocationDecision& out) : session_(session), program_(program), out_(out) {}

  void look_at(Frame const& order, std::vector<Frame> const& candidates) {
    ranks_.resize(candidates.size());
    std::vector<Quantity> keep(candidates.size());
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      Evaluation evaluation(session_);
      seat(evaluation, {&order, &candidates[c], Subject::candidate, -1});
      bool fits = evaluation.truth(program_.from);
      for (auto const require : program_.require) fits = fits && evaluation.error.empty() && evaluation.truth(require);
      for (auto const& preference : program_.prefer) {
        if (fits && evaluation.error.empty()) ranks_[c].push_back(evaluation.value(preference.fact));
      }
      if (fits && evaluation.error.empty() && program_.keep >= 0) {
        keep[c] = to_quantity(evaluation.value(program_.keep), unit_of(session_.impl, program_.keep), Rounding::ceiling);
      }
      if (!evaluation.error.empty()) out_.error = evaluation.error;
      if (fits && evaluation.error.empty()) out_.candidates.push_back(static_cast<std::uint32_t>(c));
    }
    std::stable_sort(out_.candidates.begin(), out_.candidates.end(), [&](std::uint32_t a, std::uint32_t b) { return before(a, b); });
    if (program_.keep < 0) return;
    for (auto const c : out_.candidates) out_.keep.push_back(keep[c]);
  }

 private:
  /// Unknown figures come last.
  bool before(std::uint32_t a, std::uint32_t b) const {
    for (std::size_t p = 0; p < program_.prefer.size(); ++p) {
      auto const& x = ranks_[a][p];
      auto const& y = ranks_[b][p];
      if (x.known != y.known) return x.known;
      int order = 0;
      if (!x.known || !exact::compare(x.number, y.number, order) || order == 0) continue;
      return program_.prefer[p].highest ? order > 0 : order < 0;
    }
    return false;
  }

  Session& session_;
  AllocationProgram const& program_;
  AllocationDecision& out_;
  std::vector<std::vector<Datum>> ranks_;
};

}  // namespace

AllocationDecision Policy::decide_allocation(Frame const& order, std::vector<Frame> const& candidates, Timestamp now, Functions functions) const {
  AllocationDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  Frame const* const frames[] = {&order};
  auto const asked = impl_->indexes->allocations.candidates(frames);
  Seat const at{&order, nullptr, Subject::order, -1};
  decision.rule = first_match(session, asked, impl_->allocations, impl_->allocation_programs, at, decision.error, decision.reads);
  if (decision.rule < 0 || !decision.error.empty()) return decision;
  Ranking(session, impl_->allocation_programs[static_cast<std::size_t>(decision.rule)], decision).look_at(order, candidates);
  return decision;
}

ProtectDecision Policy::decide_protect(Frame const& position, Timestamp now, Functions functions) const {
  ProtectDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  for (std::uint32_t i = 0; i < impl_->protects.size(); ++i) {
    auto const& rule = impl_->protects[i];
    auto const& program = impl_->protect_programs[i];
    if (!in_force(*impl_, rule.info, now) || now >= rule.until) continue;
    Evaluation evaluation(session);
    evaluation.enter(0, position, Subject::position);
    bool const applies = evaluation.passes(program.guard);
    if (!applies && evaluation.error.empty()) continue;
    auto amount = applies ? evaluation.value(program.keep) : Datum{};
    int order = 0;
    if (applies && program.limits.at_least >= 0) {
      auto const least = evaluation.value(program.limits.at_least);
      if (exact::compare(amount.number, least.number, order) && order < 0) amount = least;
    }
    if (applies && program.limits.at_most >= 0) {
      auto const most = evaluation.value(program.limits.at_most);
      if (exact::compare(amount.number, most.number, order) && order > 0) amount = most;
    }
    if (amount.number.numerator < 0) amount.number = {0, 1};
    Protection protection{i, to_quantity(amount, unit_of(*impl_, program.keep), Rounding::ceiling), evaluation.error, std::move(evaluation.reads)};
    // A unit is protected once: of two rules for a channel the larger amount counts.
    auto const same = std::find_if(decision.protections.begin(), decision.protections.end(),
                                   [&](Protection const& p) { return impl_->protects[p.rule].channel == rule.channel; });
    if (same == decision.protections.end()) decision.protections.push_back(std::move(protection));
    else if (!protection.error.empty() || (same->error.empty() && same->amount.amount < protection.amount.amount)) *same = std::move(protection);
  }
  return decision;
}

PublishDecision Policy::decide_publish(std::string_view channel, Frame const& position, Timestamp now, Functions functions) const {
  PublishDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  for (std::size_t i = 0; i < impl_->publishes.size(); ++i) {
    auto const& rule = impl_->publishes[i];
    auto const& program = impl_->publish_programs[i];
    if (rule.channel != channel || !in_force(*impl_, rule.info, now)) continue;
    Evaluation evaluation(session);
    evaluation.enter(0, position, Subject::position);
    bool const applies = evaluation.passes(program.guard);
    if (!applies && evaluation.error.empty()) continue;
    decision.rule = static_cast<std::int32_t>(i);
    auto offer = evaluation.value(program.offer);
    int order = 0;
    if (program.at_most >= 0) {
      auto const most = evaluation.value(program.at_most);
      if (exact::compare(offer.number, most.number, order) && order > 0) offer = most;
    }
    if (program.zero_below >= 0) {
      auto const floor = evaluation.value(program.zero_below);
      if (exact::compare(offer.number, floor.number, order) && order < 0) offer.number = {0, 1};
    }
    if (offer.number.numerator < 0) offer.number = {0, 1};
    decision.error = evaluation.error;
    if (decision.error.empty()) decision.quantity = to_quantity(offer, unit_of(*impl_, program.offer), Rounding::floor);
    decision.reads = std::move(evaluation.reads);
    return decision;
  }
  return decision;
}

BackorderDecision Policy::decide_backorder(Frame const& order, std::int32_t line, Timestamp now, Functions functions) const {
  BackorderDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  Seat const at{&order, nullptr, Subject::order, line};
  Frame const none;
  auto const lines = static_cast<std::size_t>(impl_->lines_collection);
  bool const there = impl_->lines_collection >= 0 && lines < order.collections.size() && static_cast<std::size_t>(line) < order.collections[lines].size();
  Frame const* const frames[] = {&order, there ? &order.collections[lines][static_cast<std::size_t>(line)] : &none};
  auto const asked = impl_->indexes->backorders.candidates(frames);
  decision.rule = first_match(session, asked, impl_->backorders, impl_->backorder_programs, at, decision.error, decision.reads);
  if (decision.rule < 0 || !decision.error.empty()) return decision;
  auto const& program = impl_->backorder_programs[static_cast<std::size_t>(decision.rule)];
  Evaluation evaluation(session);
  seat(evaluation, at);
  if (program.at_most >= 0) {
    decision.limited = true;
    decision.at_most = to_quantity(evaluation.value(program.at_most), unit_of(*impl_, program.at_most), Rounding::floor);
  }
  decision.asks = program.asks;
  decision.ask_after = program.ask_after;
  decision.cancels = program.cancels && evaluation.passes(program.cancel_guard);
  if (decision.cancels) decision.cancel_after = program.cancel_after;
  decision.promise_supply_date = program.promise_supply_date;
  decision.error = evaluation.error;
  append(decision.reads, std::move(evaluation.reads));
  return decision;
}

namespace {

/// Whether an order that has been in these states is at `until` or beyond it. Not every life cycle
/// has every state: an order that was shipped is past `picked`, whether or not it was ever seen there.
bool is_past(std::vector<std::string> const& reached, std::string const& until) {
  constexpr std::string_view ways[] = {"imported", "validated", "released", "allocated", "picked", "packed", "shipped", "delivered", "invoiced", "settled"};
  auto const place = [&](std::string_view state) { return std::find(std::begin(ways), std::end(ways), state) - std::begin(ways); };
  auto const end = std::end(ways) - std::begin(ways);
  auto const limit = place(until);
  return std::any_of(reached.begin(), reached.end(), [&](std::string const& state) {
    auto const at = place(state);
    bool const over = state == "cancelled" || state == "rejected";
    return state == until || over || (limit < end && at < end && at >= limit);
  });
}

/// When a chosen deadline falls due, counted from now; 0 when it cannot be said.
Timestamp deadline_time(Session& session, Evaluation& evaluation, std::uint32_t header, Deadline const& deadline) {
  auto const& impl = session.impl;
  if (deadline.form == Deadline::Form::within) return after(impl, header, session.now, deadline.within);
  Zone const* zone = impl.header_zones[header];
  auto calendar = impl.headers[header].calendar;
  if (deadline.zone >= 0) {
    auto const named = evaluation.value(deadline.zone);
    if (named.known) zone = impl.zones.find(named.text);
    if (zone == nullptr) {
      evaluation.error = "there is no time zone `" + std::string(named.text.substr(0, 60)) + "`";
      return {};
    }
    calendar.holidays = evaluation.holidays(header, deadline.owner, deadline.holidays);
  }
  auto date = date_of(to_local(session.now, *zone));
  if (deadline.form == Deadline::Form::next_business_day) date = add_business_days(date, 1, calendar);
  auto const local = deadline.has_time ? at_midnight(date).value + deadline.time.value * minute_ms : at_midnight(date).value + day_ms - 1;
  return from_local(LocalTime(local), *zone).time;
}

}  // namespace

ServiceDecision Policy::decide_service(Frame const& order, Frame const& candidate, Timestamp now, Functions functions) const {
  ServiceDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  Seat const at{&order, &candidate, Subject::candidate, -1};
  Frame const* const frames[] = {&order, &candidate};
  decision.rule =
      first_match(session, impl_->indexes->services.candidates(frames), impl_->services, impl_->service_programs, at, decision.error, decision.reads);
  if (decision.rule < 0 || !decision.error.empty()) return decision;
  auto const& program = impl_->service_programs[static_cast<std::size_t>(decision.rule)];
  auto const header = impl_->services[static_cast<std::size_t>(decision.rule)].info.header;
  Evaluation evaluation(session);
  seat(evaluation, at);
  auto const promise = [&](std::vector<Deadline> const& deadlines) {
    for (auto const& deadline : deadlines) {
      if (deadline.otherwise || evaluation.passes(deadline.guard)) return deadline_time(session, evaluation, header, deadline);
      if (!evaluation.error.empty()) break;
    }
    return Timestamp{};
  };
  decision.ship_by = promise(program.ship);
  decision.deliver_by = promise(program.deliver);
  auto const first = decision.ship_by.value != 0 ? decision.ship_by : decision.deliver_by;
  for (auto const& warn : program.warnings) {
    if (first.value == 0) break;
    decision.warnings.push_back({Timestamp(first.value - warn.before.amount), warn.to});
  }
  decision.error = evaluation.error;
  append(decision.reads, std::move(evaluation.reads));
  return decision;
}

ChangeDecision Policy::decide_change(ChangeQuestion const& question, Frame const& order, Frame const& change, Timestamp now, Functions functions) const {
  ChangeDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  Seat const at{&order, &change, Subject::change, -1};
  Frame const* const frames[] = {&order, &change};
  decision.rule = first_match(session, impl_->indexes->changes.candidates(frames), impl_->changes, impl_->change_programs, at, decision.error, decision.reads);
  if (decision.rule < 0 || !decision.error.empty()) return decision;
  auto const index = static_cast<std::size_t>(decision.rule);
  decision.recheck_holds = impl_->changes[index].recheck_holds;
  Evaluation evaluation(session);
  seat(evaluation, at);
  for (auto const& clause : impl_->change_programs[index].allow) {
    if (std::find(clause.things.begin(), clause.things.end(), question.thing) == clause.things.end()) continue;
    bool const too_late = is_past(question.reached, clause.until);
    bool const used_up = clause.once && question.times_before > 0;
    bool const allowed = !too_late && !used_up && evaluation.passes(clause.guard);
    decision.until = clause.until;
    decision.verdict = allowed ? ChangeVerdict::allow : clause.otherwise;
    decision.review_by = decision.verdict == ChangeVerdict::review ? clause.review_by : "";
    if (allowed || !evaluation.error.empty()) break;
  }
  decision.error = evaluation.error;
  if (!decision.error.empty()) decision.verdict = ChangeVerdict::refuse;
  append(decision.reads, std::move(evaluation.reads));
  return decision;
}

Result<bool> Policy::guard(std::int32_t index, Frame const& order, Timestamp now, Frame const* instance, Functions functions) const {
  auto const& program = impl_->guards[static_cast<std::size_t>(index)];
  Session session{*impl_, now, functions, {}, {}};
  Evaluation evaluation(session);
  seat(evaluation, {&order, program.subject == Subject::order ? nullptr : instance, program.subject, -1});
  bool const holds = evaluation.truth(program.condition);
  if (!evaluation.error.empty()) return failure("policy_error", evaluation.error);
  return holds;
}

}  // namespace bylaw::inline v0::policy
