// Approvals add up what was asked before; postings turn an event into legs that balance.
#include <algorithm>
#include <map>

#include "policy/index/frame_index.hpp"
#include "policy/program/decide.hpp"

namespace bylaw::inline v0::policy {

namespace {

bool same_length(Duration const& a, Duration const& b) { return a.kind == b.kind && a.amount == b.amount && a.months == b.months; }

/// The figure that one `over` is compared with, or nothing when a sum overflows.
std::optional<Money> figure(ApprovalQuestion const& question, OverClause const& clause) {
  auto total = question.amount;
  for (auto const& earlier : question.earlier) {
    bool const counts = earlier.per == clause.per && (same_length(earlier.in, clause.in) ||
                                                      (earlier.in.amount == 0 && earlier.in.months == 0 && clause.in.amount == 0 && clause.in.months == 0));
    if (!counts) continue;
    auto const sum = add(total, earlier.sum);
    if (!sum) return std::nullopt;
    total = *sum;
  }
  return total;
}

struct Exceeded {
  bool yes = false;
  Money figure;
  Money over;
};
Exceeded exceeded(Evaluation& evaluation, ApprovalQuestion const& question, OverClause const& clause, Currency currency) {
  Exceeded out;
  std::int64_t minor = 0;
  auto const limit = evaluation.value(clause.limit);
  if (!evaluation.error.empty()) return out;
  auto const compared = figure(question, clause);
  if (question.amount.currency() != currency || !compared || !to_minor(limit, minor)) {
    evaluation.error = question.amount.currency() != currency
                           ? "the amount is in " + std::string(question.amount.currency().code()) + ", the rule in " + std::string(currency.code())
                           : "an amount is too large";
    return out;
  }
  out.figure = *compared;
  out.over = Money(minor, currency);
  out.yes = out.figure.amount_minor() > minor;
  return out;
}

}  // namespace

ApprovalDecision Policy::decide_approval(ApprovalQuestion const& question, Frame const& order, Frame const& request, Timestamp now, Functions functions) const {
  ApprovalDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  Frame const* const frames[] = {&order, &request};
  for (auto const i : impl_->indexes->approvals.candidates(frames)) {
    auto const& rule = impl_->approvals[i];
    auto const& program = impl_->approval_programs[i];
    if (rule.command != question.command || !in_force(*impl_, rule.info, now)) continue;
    Evaluation evaluation(session);
    seat(evaluation, {&order, &request, Subject::request, -1});
    ApprovalNeed need;
    need.rule = i;
    bool needed = program.over.empty();
    auto const currency = impl_->headers[rule.info.header].currency;
    bool const applies = evaluation.passes(program.guard);
    for (auto const& clause : program.over) {
      if (!applies || needed || !evaluation.error.empty()) break;
      auto const over = exceeded(evaluation, question, clause, currency);
      needed = over.yes;
      need.figure = over.figure;
      need.over = over.over;
      need.per = clause.per;
    }
    for (auto const& clause : program.persons) {
      if (needed && evaluation.error.empty() && exceeded(evaluation, question, clause, currency).yes) need.persons = std::max(need.persons, clause.persons);
    }
    // A rule that cannot be computed asks for its approval: it is never passed over.
    if (!needed && evaluation.error.empty()) continue;
    if (program.over.empty() && !applies && evaluation.error.empty()) continue;
    need.error = evaluation.error;
    need.reads = std::move(evaluation.reads);
    decision.needs.push_back(std::move(need));
  }
  return decision;
}

std::vector<EarlierSum> Policy::approval_limits(std::string_view command) const {
  std::vector<EarlierSum> out;
  for (std::size_t i = 0; i < impl_->approvals.size(); ++i) {
    if (impl_->approvals[i].command != command) continue;
    for (auto const* clauses : {&impl_->approval_programs[i].over, &impl_->approval_programs[i].persons}) {
      for (auto const& clause : *clauses) out.push_back({clause.per, clause.in, {}});
    }
  }
  return out;
}

std::vector<std::uint32_t> Policy::decide_brakes(std::string_view command, Frame const& order, Timestamp now, Functions functions) const {
  std::vector<std::uint32_t> out;
  Session session{*impl_, now, functions, {}, {}};
  for (std::uint32_t i = 0; i < impl_->brakes.size(); ++i) {
    if (impl_->brakes[i].command != command || !in_force(*impl_, impl_->brakes[i].info, now)) continue;
    Evaluation evaluation(session);
    seat(evaluation, {&order, nullptr, Subject::order, -1});
    bool const applies = evaluation.passes(impl_->brake_programs[i].guard);
    if (applies || !evaluation.error.empty()) out.push_back(i);
  }
  return out;
}

bool Policy::acts_as(std::string_view role, std::string_view wanted) const noexcept {
  if (role == wanted) return true;
  auto const found = impl_->roles.find(role);
  return found != impl_->roles.end() && found->second.count(std::string(wanted)) != 0;
}

bool Policy::permits(std::string_view role, std::vector<std::string> const& names) const {
  if (impl_->permits.empty()) return true;
  for (auto const& permit : impl_->permits) {
    bool const has_role = std::any_of(permit.roles.begin(), permit.roles.end(), [&](std::string const& wanted) { return acts_as(role, wanted); });
    bool const names_it = std::any_of(names.begin(), names.end(), [&](std::string const& name) {
      return std::find(permit.commands.begin(), permit.commands.end(), name) != permit.commands.end();
    });
    if (has_role && (permit.commands.empty() || names_it)) return true;
  }
  return false;
}

namespace {

class Poster {
 public:
  Poster(Session& session, std::uint32_t rule, Seat const& at, PostingDecision& out)
      : impl_(session.impl), rule_(session.impl.postings[rule]), program_(session.impl.posting_programs[rule]), index_(rule), evaluation_(session), out_(out) {
    seat(evaluation_, at);
  }

  void post() {
    auto const before = out_.legs.size();
    if (program_.collection == no_collection) {
      post_element(-1);
    } else {
      auto const elements = evaluation_.element_count(1, program_.collection);
      for (std::size_t i = 0; i < elements && evaluation_.error.empty(); ++i) {
        (void)evaluation_.enter_element(2, 1, program_.collection, i);
        post_element(static_cast<std::int32_t>(i));
      }
    }
    if (!evaluation_.error.empty()) {
      out_.errors.push_back("posting `" + rule_.info.name + "`: " + evaluation_.error);
      out_.legs.resize(before);
    }
    out_.reads.insert(out_.reads.end(), evaluation_.reads.begin(), evaluation_.reads.end());
  }

 private:
  void post_element(std::int32_t element) {
    if (!evaluation_.passes(program_.guard)) return;
    auto const currency = impl_.headers[rule_.info.header].currency;
    std::string company;
    if (program_.company >= 0) {
      auto const datum = evaluation_.value(program_.company);
      bool const symbol = impl_.node(program_.company).type.base == Base::symbol;
      company = symbol && datum.number.numerator >= 0 ? impl_.symbols[static_cast<std::size_t>(datum.number.numerator)] : std::string(datum.text);
    }
    std::int64_t balance = 0;
    for (auto const& leg : program_.legs) {
      if (!evaluation_.passes(leg.guard)) continue;
      std::int64_t minor = 0;
      auto const amount = evaluation_.value(leg.amount);
      if (!evaluation_.error.empty()) return;
      if (!to_minor(amount, minor) || minor == INT64_MIN) {
        evaluation_.error = "an amount is too large";
        return;
      }
      add_leg(leg.debit, leg.account, company, Money(minor, currency), element, balance);
    }
    if (balance == 0) return;
    if (program_.rounding_to.empty()) {
      evaluation_.error = "the legs differ by " + to_string(Money(balance, currency));
      return;
    }
    add_leg(balance < 0, program_.rounding_to, company, Money(balance < 0 ? -balance : balance, currency), element, balance);
  }

  /// A negative amount is the other side of the entry; an amount of zero is none.
  void add_leg(bool debit, std::string const& account, std::string const& company, Money amount, std::int32_t element, std::int64_t& balance) {
    auto const minor = amount.amount_minor();
    if (minor == 0) return;
    if (add_overflows(balance, debit ? minor : -minor, balance)) evaluation_.error = "an amount is too large";
    bool const flipped = minor < 0;
    out_.legs.push_back({index_, debit != flipped, account, company, Money(flipped ? -minor : minor, amount.currency()), element});
  }

  Policy::Impl const& impl_;
  PostingRule const& rule_;
  PostingProgram const& program_;
  std::uint32_t index_;
  Evaluation evaluation_;
  PostingDecision& out_;
};

}  // namespace

PostingDecision Policy::decide_posting(std::string_view event, Frame const& order, Frame const& frame, Timestamp now, Functions functions) const {
  PostingDecision decision;
  Session session{*impl_, now, functions, {}, {}};
  for (std::uint32_t i = 0; i < impl_->postings.size(); ++i) {
    auto const& rule = impl_->postings[i];
    if (rule.event != event || !in_force(*impl_, rule.info, now)) continue;
    Poster(session, i, {&order, &frame, rule.subject, -1}, decision).post();
  }
  return decision;
}

}  // namespace bylaw::inline v0::policy
