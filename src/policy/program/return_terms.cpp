#include "policy/program/return_terms.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy {

namespace {

/// The end of a window: a local date to whose end it reaches, or an instant.
struct WindowEnd {
  bool found = false;
  bool elapsed = false;
  std::int64_t last = 0;  ///< calendar: the last date; elapsed: the last instant
};

class Terms {
 public:
  Terms(Policy::Impl const& impl, std::size_t rule, Evaluation& evaluation, Timestamp now)
      : impl_(impl), program_(impl.return_programs[rule]), header_(impl.headers[impl.returns[rule].info.header]),
        zone_(*impl.header_zones[impl.returns[rule].info.header]), evaluation_(evaluation), now_(now) {}

  ReturnDecision decide() {
    check_window();
    for (auto const& require : program_.require) {
      if (!evaluation_.truth(require.condition) && evaluation_.error.empty()) out_.failures.push_back(require.failure);
    }
    check_conditions();
    choose_verdict();
    choose_terms();
    return std::move(out_);
  }

 private:
  std::optional<Timestamp> instant(std::int32_t slot) {
    if (slot < 0) return std::nullopt;
    auto const fact = evaluation_.slot_value(0, static_cast<std::uint32_t>(slot));
    if (!fact.known) return std::nullopt;
    return Timestamp(static_cast<std::int64_t>(fact.number.numerator));
  }
  Date local_date(Timestamp time) const { return date_of(to_local(time, zone_)); }

  WindowEnd end_of(WindowClause const& window) {
    if (window.event.empty()) return {true, false, window.until.value};
    std::optional<Timestamp> start;
    std::int32_t late_days = 0;
    if (window.event == "order") start = instant(impl_.window_slots[2]);
    if (window.event == "shipment" || window.event == "delivery") start = instant(impl_.window_slots[1]);
    if (window.event == "delivery") {
      auto const delivered = instant(impl_.window_slots[0]);
      // Without a delivery scan the window starts a stated number of days after shipment.
      if (!delivered) late_days = header_.undelivered_days;
      if (delivered) start = delivered;
    }
    if (!start) return {};
    if (window.length.kind == Duration::Kind::elapsed) {
      return {true, true, start->value + late_days * day_ms + window.length.amount};
    }
    auto const first = Date(local_date(*start).value + late_days);
    return {true, false, add_calendar(first, window.length.months, window.length.amount).value};
  }

  bool inside(WindowEnd const& end, Timestamp requested) const {
    auto const at = end.elapsed ? requested.value : local_date(requested).value;
    return header_.window_inclusive ? at <= end.last : at < end.last;
  }

  std::string shown(WindowEnd const& end) const {
    if (!end.elapsed) return to_string(Date(static_cast<std::int32_t>(end.last)));
    return to_string(to_local(Timestamp(end.last), zone_));
  }

  void check_window() {
    if (program_.no_limit) return;
    auto const requested = instant(impl_.requested_slot).value_or(now_);
    bool inside_any = false;
    WindowEnd best;
    for (auto const& window : program_.windows) {
      if (!evaluation_.passes(window.guard)) continue;
      auto const end = end_of(window);
      if (end.found) {
        inside_any = inside_any || inside(end, requested);
        auto const comparable = [&](WindowEnd const& e) { return e.elapsed ? to_local(Timestamp(e.last), zone_).value : at_midnight(Date(static_cast<std::int32_t>(e.last))).value + day_ms - 1; };
        if (!best.found || comparable(end) > comparable(best)) best = end;
      }
      if (!program_.longest) break;
    }
    if (best.found) out_.window_ends = shown(best);
    if (inside_any || !evaluation_.error.empty()) return;
    if (best.found) out_.failures.push_back({"WINDOW", "the return window ended on " + out_.window_ends});
    else out_.failures.push_back({"WINDOW", "the event that starts the return window is not recorded"});
  }

  std::optional<std::string> condition(std::int32_t slot) {
    if (slot < 0) return std::nullopt;
    auto const fact = evaluation_.slot_value(0, static_cast<std::uint32_t>(slot));
    if (!fact.known || fact.number.numerator < 0) return std::nullopt;
    return impl_.symbols[static_cast<std::size_t>(fact.number.numerator)];
  }

  /// Claimed and inspected condition are two facts; neither overwrites the other.
  void check_conditions() {
    if (program_.accept.empty()) return;
    auto const accepted = [&](std::string const& word) {
      return std::find(program_.accept.begin(), program_.accept.end(), word) != program_.accept.end();
    };
    auto const claimed = condition(impl_.claimed_slot);
    if (!claimed) out_.failures.push_back({"CONDITION", "the condition of the item is not stated"});
    else if (!accepted(*claimed)) out_.failures.push_back({"CONDITION", "items that are " + *claimed + " are not taken back"});
    auto const inspected = condition(impl_.inspected_slot);
    if (inspected && !accepted(*inspected)) {
      out_.condition_mismatch = true;
      out_.on_mismatch = program_.on_mismatch;
    }
  }

  void choose_verdict() {
    if (!out_.failures.empty()) {
      out_.verdict = Verdict::deny;
      return;
    }
    VerdictClause const* chosen = nullptr;
    for (auto const& clause : program_.verdicts) {
      if (clause.otherwise) {
        if (chosen == nullptr) chosen = &clause;
        continue;
      }
      if (evaluation_.passes(clause.guard)) {
        chosen = &clause;
        break;
      }
    }
    if (chosen == nullptr) return;
    out_.verdict = chosen->verdict;
    out_.review_by = chosen->by;
    if (chosen->verdict == Verdict::deny) out_.failures.push_back(chosen->failure);
  }

  Money money(Datum const& datum) {
    std::int64_t minor = 0;
    if (!to_minor(datum, minor) && evaluation_.error.empty()) evaluation_.error = "an amount is too large";
    return {minor, header_.currency};
  }

  void add_fee(FeeClause const& clause) {
    if (!evaluation_.passes(clause.guard)) return;
    auto amount = money(evaluation_.value(clause.amount));
    if (clause.at_least >= 0) {
      auto const least = money(evaluation_.value(clause.at_least));
      if (amount.amount_minor() < least.amount_minor()) amount = least;
    }
    if (clause.at_most >= 0) {
      auto const most = money(evaluation_.value(clause.at_most));
      if (amount.amount_minor() > most.amount_minor()) amount = most;
    }
    if (amount.amount_minor() <= 0) return;  // a fee is never a gift
    out_.fees.push_back({clause.name, amount, clause.per, clause.deduction, clause.taxed});
  }

  ChoiceClause const* first_of(std::vector<ChoiceClause> const& clauses) {
    for (auto const& clause : clauses) {
      if (clause.otherwise || evaluation_.passes(clause.guard)) return &clause;
    }
    return nullptr;
  }

  void choose_terms() {
    for (auto const& fee : program_.fees) add_fee(fee);
    if (auto const* to = first_of(program_.refund_to)) out_.tenders = to->words;
    if (auto const* pay = first_of(program_.pay)) out_.pay_at = pay->words[0];
    if (auto const* label = first_of(program_.label)) out_.label = label->words[0];
    out_.keep_item = first_of(program_.keep_item) != nullptr;
    out_.refund_shipping = first_of(program_.shipping_refund) != nullptr;
    for (auto const& evidence : program_.evidence) {
      if (evaluation_.passes(evidence.guard)) out_.evidence.insert(out_.evidence.end(), evidence.words.begin(), evidence.words.end());
    }
    if (auto const inspected = condition(impl_.inspected_slot)) out_.disposition = disposition(*inspected);
  }

  /// The first clause that names the inspected condition; without one, and without a fallback, quarantine.
  std::string disposition(std::string const& inspected) {
    for (auto const& clause : program_.dispositions) {
      if (clause.otherwise) continue;
      bool const named = std::find(clause.words.begin() + 1, clause.words.end(), inspected) != clause.words.end();
      if (named && evaluation_.passes(clause.guard)) return clause.words[0];
    }
    for (auto const& clause : program_.dispositions) {
      if (clause.otherwise) return clause.words[0];
    }
    return "quarantine";
  }

  Policy::Impl const& impl_;
  ReturnProgram const& program_;
  Header const& header_;
  Zone const& zone_;
  Evaluation& evaluation_;
  Timestamp now_;
  ReturnDecision out_;
};

}  // namespace

ReturnDecision return_terms(Policy::Impl const& impl, std::size_t rule, Evaluation& evaluation, Timestamp now) {
  return Terms(impl, rule, evaluation, now).decide();
}

}  // namespace bylaw::inline v0::policy
