// Which return rules speak, and how a statutory floor and a shop's own terms are joined.
#include <algorithm>
#include <numeric>

#include "policy/index/frame_index.hpp"
#include "policy/program/decide.hpp"

namespace bylaw::inline v0::policy {

char const* to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::approve: return "approve";
    case Verdict::review: return "review";
    case Verdict::deny: break;
  }
  return "deny";
}

namespace {

/// Lower is better for the customer.
int severity(ReturnDecision const& decision) { return decision.verdict == Verdict::approve ? 0 : decision.verdict == Verdict::review ? 1 : 2; }
std::int64_t fee_total(ReturnDecision const& decision) {
  return std::accumulate(decision.fees.begin(), decision.fees.end(), std::int64_t{0},
                         [](std::int64_t sum, Fee const& fee) { return sum + fee.amount.amount_minor(); });
}
bool better_label(std::string const& a, std::string const& b) { return a == "prepaid" && b != "prepaid"; }

/// Which of two capped shipping refunds gives more.
void take_better_shipping(ReturnDecision& result, ReturnDecision const& other) {
  if (!other.refund_shipping) return;
  bool const more = !result.refund_shipping || (result.shipping_limited && !other.shipping_limited) ||
                    (result.shipping_limited && other.shipping_limited && other.shipping_up_to.amount_minor() > result.shipping_up_to.amount_minor());
  if (!more) return;
  result.refund_shipping = true;
  result.shipping_limited = other.shipping_limited;
  result.shipping_up_to = other.shipping_up_to;
}

void take_later_window(ReturnDecision& result, ReturnDecision const& other) {
  if (result.window_unlimited || (!other.window_unlimited && other.window_end <= result.window_end)) return;
  result.window_unlimited = other.window_unlimited;
  result.window_end = other.window_end;
  result.window_ends = other.window_ends;
}

/// A statutory rule is a floor. The better verdict decides; where both give the same one, each term
/// of the shop's own rule is taken only if it is not worse for the customer: fees and deductions as
/// one sum, the shipping refund, the label, keeping the item. Tender and payment are the statute's
/// where it names them. What does not touch the customer, such as the disposition, is the shop's.
/// Source: Directive 2011/83/EU, articles 13 and 14, for the kinds of terms a statute fixes.
ReturnDecision improve(ReturnDecision floor, ReturnDecision shop) {
  auto const mandatory = floor.rule;
  auto const shop_rule = shop.rule;
  ReturnDecision result;
  if (shop_rule < 0 || severity(floor) < severity(shop)) {
    result = std::move(floor);
    if (!shop.disposition.empty()) result.disposition = shop.disposition;
  } else if (severity(shop) < severity(floor)) {
    result = std::move(shop);
  } else {
    result = shop;
    if (severity(floor) == 2) result.failures = floor.failures.size() < shop.failures.size() ? floor.failures : shop.failures;
    if (fee_total(floor) < fee_total(shop)) result.fees = floor.fees;
    take_better_shipping(result, floor);
    if (better_label(floor.label, result.label) || result.label.empty()) result.label = floor.label;
    result.keep_item = result.keep_item || floor.keep_item;
    if (!floor.tenders.empty()) {
      result.tenders = floor.tenders;
      result.tenders_by_choice = floor.tenders_by_choice;
    }
    if (!floor.pay_at.empty()) {
      result.pay_at = floor.pay_at;
      result.pay_within = floor.pay_within;
      result.pay_limited = floor.pay_limited;
      result.pay_up_to = floor.pay_up_to;
    }
    if (floor.evidence.size() < result.evidence.size()) result.evidence = floor.evidence;
    if (result.exchange.empty()) result.exchange = floor.exchange;
    take_later_window(result, floor);
    for (auto& read : floor.reads) {
      if (std::find(result.reads.begin(), result.reads.end(), read) == result.reads.end()) result.reads.push_back(std::move(read));
    }
  }
  result.rule = shop_rule >= 0 ? shop_rule : mandatory;
  result.mandatory_rule = mandatory;
  return result;
}

}  // namespace

ReturnDecision Policy::decide_return(Frame const& order, Frame const& return_line, Timestamp now, Functions functions) const {
  Session session{*impl_, now, functions, {}, {}};
  ReturnDecision floor;
  ReturnDecision chosen;
  // Return terms are those of the order's date, not of today.
  auto placed = now;
  if (impl_->placed_slot >= 0 && static_cast<std::size_t>(impl_->placed_slot) < order.values.size()) {
    auto const& fact = order.values[static_cast<std::size_t>(impl_->placed_slot)];
    if (fact.known) placed = Timestamp(fact.number);
  }
  Frame const* const frames[] = {&order, &return_line};
  for (auto const i : impl_->indexes->returns.candidates(frames)) {
    auto const& rule = impl_->returns[i];
    if ((!rule.mandatory && chosen.rule >= 0) || !in_force(*impl_, rule.info, placed)) continue;
    Evaluation evaluation(session);
    seat(evaluation, {&order, &return_line, Subject::return_line, -1});
    bool const matches = evaluation.passes(impl_->return_programs[i].guard);
    if (!matches && evaluation.error.empty()) continue;
    auto decision = return_terms(i, evaluation);
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
    } else if (floor.rule < 0) {
      floor = std::move(decision);
    } else {
      // Several statutes: of each term the one that is better for the customer.
      auto const first = floor.rule;
      floor = improve(std::move(decision), std::move(floor));
      floor.rule = first;
      floor.mandatory_rule = -1;
    }
  }
  if (floor.rule >= 0) return improve(std::move(floor), std::move(chosen));
  if (chosen.rule < 0) chosen.failures.push_back({"NO_RULE", "no return rule was in force when the order was placed"});
  return chosen;
}

}  // namespace bylaw::inline v0::policy
