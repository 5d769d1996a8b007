// What one return rule says of one line of a return: window, conditions, verdict, terms.
#include <algorithm>

#include "policy/program/decide.hpp"

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
  Terms(std::size_t rule, Evaluation& evaluation)
      : impl_(evaluation.session().impl),
        program_(impl_.return_programs[rule]),
        header_index_(impl_.returns[rule].info.header),
        header_(impl_.headers[header_index_]),
        zone_(*impl_.header_zones[header_index_]),
        evaluation_(evaluation) {}

  ReturnDecision decide() {
    check_window();
    for (auto const& require : program_.require) {
      if (evaluation_.truth(require.condition) || !evaluation_.error.empty()) continue;
      out_.failures.push_back(require.failure);
      out_.failures.back().clause = "require";
    }
    check_conditions();
    choose_verdict();
    choose_terms();
    return std::move(out_);
  }

 private:
  std::optional<Timestamp> instant(std::uint32_t level, std::int32_t slot) {
    if (slot < 0) return std::nullopt;
    auto const fact = evaluation_.slot_value(level, static_cast<std::uint32_t>(slot));
    if (!fact.known) return std::nullopt;
    return Timestamp(static_cast<std::int64_t>(fact.number.numerator));
  }
  Date local(Timestamp time) const { return date_of(to_local(time, zone_)); }

  WindowEnd end_of(WindowClause const& window) {
    if (window.form == WindowClause::Form::until_date) return {true, false, window.until.value};
    std::optional<Timestamp> start;
    std::int32_t late_days = 0;
    if (window.event == "order") start = instant(0, impl_.placed_slot);
    if (window.event == "shipment" || window.event == "delivery") start = instant(1, impl_.shipped_slot);
    if (window.event == "delivery") {
      auto const delivered = instant(1, impl_.delivered_slot);
      // Without a delivery scan the window starts a stated number of days after shipment.
      if (!delivered) late_days = header_.undelivered_days;
      if (delivered) start = delivered;
    }
    if (!start) return {};
    auto const first = Date(local(*start).value + late_days);
    if (window.form == WindowClause::Form::until_day) return {true, false, next_day_of_year(first, window.month, window.day).value};
    switch (window.length.kind) {
      case Duration::Kind::elapsed: return {true, true, start->value + late_days * day_ms + window.length.amount};
      case Duration::Kind::business_days: return {true, false, add_business_days(first, window.length.amount, header_.calendar).value};
      case Duration::Kind::business_time: {
        auto const from = LocalTime(to_local(*start, zone_).value + late_days * day_ms);
        return {true, true, from_local(add_business_time(from, window.length.amount, header_.calendar), zone_).time.value};
      }
      case Duration::Kind::calendar: break;
    }
    return {true, false, add_calendar(first, window.length.months, window.length.amount).value};
  }

  /// 31 January after 24 November is in the next year; on the day itself it is that day.
  static Date next_day_of_year(Date from, int month, int day) {
    auto const in_year = [&](int year) {
      int const last = days_in_month(year, month);
      return to_date({year, month, day < last ? day : last});
    };
    auto const year = to_civil(from).year;
    auto const same = in_year(year);
    return same < from ? in_year(year + 1) : same;
  }

  bool inside(WindowEnd const& end, Timestamp requested) const {
    auto const at = end.elapsed ? requested.value : local(requested).value;
    return header_.window_inclusive ? at <= end.last : at < end.last;
  }

  std::string shown(WindowEnd const& end) const {
    if (!end.elapsed) return to_string(Date(static_cast<std::int32_t>(end.last)));
    return to_string(to_local(Timestamp(end.last), zone_));
  }
  std::int64_t comparable(WindowEnd const& end) const {
    return end.elapsed ? to_local(Timestamp(end.last), zone_).value : at_midnight(Date(static_cast<std::int32_t>(end.last))).value + day_ms - 1;
  }

  /// A window whose start is not on record has not begun, so it cannot be over either: a person
  /// looks, unless something else has failed.
  void check_window() {
    out_.window_unlimited = program_.no_limit;
    if (program_.no_limit) return;
    auto const requested = instant(1, impl_.requested_slot).value_or(evaluation_.session().now);
    bool inside_any = false;
    WindowEnd best;
    for (auto const& window : program_.windows) {
      if (!evaluation_.passes(window.guard)) continue;
      auto const end = end_of(window);
      if (!end.found) start_unknown_ = true;
      if (end.found) {
        inside_any = inside_any || inside(end, requested);
        if (!best.found || comparable(end) > comparable(best)) best = end;
      }
      if (!program_.longest) break;
    }
    if (best.found) {
      out_.window_ends = shown(best);
      out_.window_end = LocalTime(comparable(best));
    }
    if (inside_any) start_unknown_ = false;
    if (inside_any || !evaluation_.error.empty()) return;
    if (start_unknown_) out_.failures.push_back({"WINDOW", "the event that starts the return window is not recorded", "within"});
    else if (best.found) out_.failures.push_back({"WINDOW", ended(best), "within"});
    else out_.failures.push_back({"WINDOW", "no return window of the rule applies", "within"});
  }

  std::string ended(WindowEnd const& end) const {
    if (header_.window_inclusive || end.elapsed) return "the return window ended on " + shown(end);
    return "the return window ended at the start of " + shown(end);
  }

  std::optional<std::string> condition(std::int32_t slot) {
    if (slot < 0) return std::nullopt;
    auto const fact = evaluation_.slot_value(1, static_cast<std::uint32_t>(slot));
    if (!fact.known || fact.number.numerator < 0) return std::nullopt;
    return impl_.symbols[static_cast<std::size_t>(fact.number.numerator)];
  }

  /// Claimed and inspected condition are two facts; neither overwrites the other.
  void check_conditions() {
    if (program_.accept.empty()) return;
    auto const accepted = [&](std::string const& word) { return std::find(program_.accept.begin(), program_.accept.end(), word) != program_.accept.end(); };
    auto const claimed = condition(impl_.claimed_slot);
    if (!claimed) out_.failures.push_back({"CONDITION", "the condition of the item is not stated", "accept"});
    else if (!accepted(*claimed)) out_.failures.push_back({"CONDITION", "items that are " + *claimed + " are not taken back", "accept"});
    auto const inspected = condition(impl_.inspected_slot);
    if (inspected && !accepted(*inspected)) {
      out_.condition_mismatch = true;
      out_.on_mismatch = program_.on_mismatch;
    }
  }

  void choose_verdict() {
    if (!out_.failures.empty()) {
      out_.verdict = out_.failures.size() == 1 && start_unknown_ ? Verdict::review : Verdict::deny;
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

  Money money(ExprIndex amount) {
    std::int64_t minor = 0;
    if (!to_minor(evaluation_.value(amount), minor) && evaluation_.error.empty()) evaluation_.error = "an amount is too large";
    return {minor, header_.currency};
  }

  void add_fee(FeeClause const& clause) {
    if (!evaluation_.passes(clause.guard)) return;
    auto amount = money(clause.amount);
    if (clause.limits.at_least >= 0) {
      auto const least = money(clause.limits.at_least);
      if (amount.amount_minor() < least.amount_minor()) amount = least;
    }
    if (clause.limits.at_most >= 0) {
      auto const most = money(clause.limits.at_most);
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

  void choose_payment() {
    auto const* pay = first_of(program_.pay);
    if (pay == nullptr) return;
    out_.pay_at = pay->words[0];
    out_.pay_within = pay->within;
    out_.pay_limited = pay->amount >= 0;
    if (out_.pay_limited) out_.pay_up_to = money(pay->amount);
  }

  /// The customer may have the first tender that applies, or any that a further clause adds by choice.
  void choose_tenders() {
    auto const* to = first_of(program_.refund_to);
    if (to == nullptr) return;
    out_.tenders = to->words;
    out_.tenders_by_choice = to->by_choice;
  }

  void choose_terms() {
    for (auto const& fee : program_.fees) add_fee(fee);
    choose_tenders();
    choose_payment();
    out_.credit_valid = program_.credit_valid;
    out_.receive_at = program_.receive_at;
    if (auto const* label = first_of(program_.label)) out_.label = label->words[0];
    if (auto const* exchange = first_of(program_.exchange)) {
      out_.exchange = exchange->words[0];
      out_.exchange_once = exchange->words.size() > 1;
    }
    out_.keep_item = first_of(program_.keep_item) != nullptr;
    if (auto const* shipping = first_of(program_.shipping_refund)) {
      out_.refund_shipping = true;
      out_.shipping_limited = shipping->amount >= 0;
      if (out_.shipping_limited) out_.shipping_up_to = money(shipping->amount);
    }
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
  std::uint32_t header_index_;
  Header const& header_;
  Zone const& zone_;
  Evaluation& evaluation_;
  ReturnDecision out_;
  bool start_unknown_ = false;  ///< a window applies whose start is not on record
};

}  // namespace

ReturnDecision return_terms(std::size_t rule, Evaluation& evaluation) { return Terms(rule, evaluation).decide(); }

}  // namespace bylaw::inline v0::policy
