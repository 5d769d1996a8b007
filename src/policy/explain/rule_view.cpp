#include "policy/explain/rule_view.hpp"

namespace bylaw::inline v0::policy {

bool is_first_match(Kind kind) {
  return kind == Kind::allocation || kind == Kind::publish || kind == Kind::service || kind == Kind::change || kind == Kind::backorder ||
         kind == Kind::return_rule;
}

std::string source_text(Policy::Impl const& impl, Span const& span) {
  std::string out;
  if (span.source_index >= impl.sources.size()) return out;
  bool blank = false;
  bool comment = false;
  for (char const c : impl.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset)) {
    if (c == '#') comment = true;
    if (c == '\n') comment = false;
    if (comment || c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    out += c;
  }
  return out;
}

namespace {

template <class Rules, class Programs, class More>
std::vector<RuleView> view(Rules const& rules, Programs const& programs, More more) {
  std::vector<RuleView> out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RuleView one{&rules[i].info, programs[i].guard, false, {}};
    more(rules[i], programs[i], one);
    out.push_back(std::move(one));
  }
  return out;
}

auto const nothing = [](auto const&, auto const&, RuleView&) {};

void return_clauses(ReturnProgram const& program, RuleView& out) {
  auto const add = [&](std::string label, Guard const& guard) {
    if (guard.when >= 0 || guard.unless >= 0) out.clauses.push_back({std::move(label), guard});
  };
  for (auto const& window : program.windows) add("within", window.guard);
  for (auto const& require : program.require) add("require", {require.condition, -1});
  for (auto const& verdict : program.verdicts) {
    add(verdict.verdict == Verdict::approve ? "approve" : verdict.verdict == Verdict::review ? "review by " + verdict.by : "deny", verdict.guard);
  }
  for (auto const& fee : program.fees) add((fee.deduction ? "deduct " : "fee ") + fee.name, fee.guard);
  for (auto const& clause : program.refund_to) add("refund to " + clause.words[0], clause.guard);
  for (auto const& clause : program.pay) add("pay at " + clause.words[0], clause.guard);
  for (auto const& clause : program.evidence) add("evidence " + clause.words[0], clause.guard);
  for (auto const& clause : program.label) add("label " + clause.words[0], clause.guard);
  for (auto const& clause : program.exchange) add("exchange same " + clause.words[0], clause.guard);
  for (auto const& clause : program.keep_item) add("keep item", clause.guard);
  for (auto const& clause : program.shipping_refund) add("shipping refund", clause.guard);
  for (auto const& clause : program.dispositions) add(clause.words[0], clause.guard);
}

}  // namespace

std::vector<RuleView> rules_of(Policy::Impl const& impl, Kind kind) {
  switch (kind) {
    case Kind::hold:
      return view(impl.holds, impl.hold_programs, [](auto const& rule, auto const& program, RuleView& out) {
        out.scope_line = rule.scope_line;
        for (auto const when : program.release_when) out.clauses.push_back({"release when", {when, -1}});
        if (program.clears_when >= 0) out.clauses.push_back({"clears when", {program.clears_when, -1}});
      });
    case Kind::validation:
      return view(impl.validations, impl.validation_programs, [](auto const& rule, auto const&, RuleView& out) { out.scope_line = rule.scope_line; });
    case Kind::allocation:
      return view(impl.allocations, impl.allocation_programs, [](auto const&, auto const& program, RuleView& out) {
        if (program.from >= 0) out.clauses.push_back({"from", {program.from, -1}});
        for (auto const require : program.require) out.clauses.push_back({"require", {require, -1}});
      });
    case Kind::protect: return view(impl.protects, impl.protect_programs, nothing);
    case Kind::publish: return view(impl.publishes, impl.publish_programs, nothing);
    case Kind::service:
      return view(impl.services, impl.service_programs, [](auto const&, auto const& program, RuleView& out) {
        for (auto const& deadline : program.ship) {
          if (deadline.guard.when >= 0 || deadline.guard.unless >= 0) out.clauses.push_back({"ship", deadline.guard});
        }
        for (auto const& deadline : program.deliver) {
          if (deadline.guard.when >= 0 || deadline.guard.unless >= 0) out.clauses.push_back({"deliver", deadline.guard});
        }
      });
    case Kind::change:
      return view(impl.changes, impl.change_programs, [](auto const&, auto const& program, RuleView& out) {
        for (auto const& clause : program.allow) {
          if (clause.guard.when >= 0 || clause.guard.unless >= 0) out.clauses.push_back({"allow " + clause.things[0], clause.guard});
        }
      });
    case Kind::backorder:
      return view(impl.backorders, impl.backorder_programs, [](auto const&, auto const& program, RuleView& out) {
        if (program.cancel_guard.when >= 0 || program.cancel_guard.unless >= 0) out.clauses.push_back({"cancel", program.cancel_guard});
      });
    case Kind::return_rule:
      return view(impl.returns, impl.return_programs, [](auto const&, auto const& program, RuleView& out) { return_clauses(program, out); });
    case Kind::approval: return view(impl.approvals, impl.approval_programs, nothing);
    case Kind::brake: return view(impl.brakes, impl.brake_programs, nothing);
    case Kind::posting:
      return view(impl.postings, impl.posting_programs, [](auto const& rule, auto const& program, RuleView& out) {
        out.scope_line = !rule.each.empty();
        for (auto const& leg : program.legs) {
          if (leg.guard.when >= 0 || leg.guard.unless >= 0) out.clauses.push_back({(leg.debit ? "debit " : "credit ") + leg.account, leg.guard});
        }
      });
    case Kind::stop:
    case Kind::workflow: break;
  }
  return {};
}

Subject second_subject(Policy::Impl const& impl, Kind kind, std::size_t rule) {
  switch (kind) {
    case Kind::allocation:
    case Kind::service: return Subject::candidate;
    case Kind::change: return Subject::change;
    case Kind::return_rule: return Subject::return_line;
    case Kind::approval: return Subject::request;
    case Kind::posting: return impl.postings[rule].subject;
    default: return Subject::order;
  }
}

Seat seat_of(Policy::Impl const& impl, Kind kind, std::size_t rule, Frame const* order, Frame const* other, std::int32_t line) {
  auto const second = second_subject(impl, kind, rule);
  return {order, second == Subject::order ? nullptr : other, second, line};
}

}  // namespace bylaw::inline v0::policy
