// Approvals and postings: who must agree to an amount, and where it is booked.
#include <algorithm>

#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;

OverClause RuleCompiler::compile_over(Cst const& cst, std::uint32_t node) {
  Clause in(cst, node);
  OverClause clause;
  in.accept("over");
  clause.limit = checker_.amount(cst, in.take_child(), Base::money);
  if (in.accept("per")) {
    auto const& token = in.take();
    clause.per = syntax::name_of(token);
    if (clause.per != "order" && clause.per != "customer" && clause.per != "requester") {
      checker_.error("BY0437", in.span_of(token), {{"word", clause.per}});
    }
  }
  if (in.accept("in")) clause.in = duration(in);
  return clause;
}

void RuleCompiler::compile_approval(Cst const& cst, std::uint32_t node) {
  ApprovalRule rule;
  ApprovalProgram program;
  rule.info = begin(cst, node, Kind::approval, {"persons"});
  enter(Kind::approval, {Subject::order, Subject::request});
  auto const common = compile_common(cst, node, rule.info);
  program.guard = common.guard;
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("for")) {
      check_value(in, in.peek(), "command", "command that can need an approval");
      rule.command = in.take_name();
      // Without a limit every one of them needs it.
      while (in.has_child()) {
        program.over.push_back(compile_over(cst, in.take_child()));
        in.accept("or");
      }
    } else if (in.accept("by")) {
      rule.by = roles(in);
    } else if (in.accept("not")) {
      rule.not_requester = true;
    } else if (in.accept("persons")) {
      auto const count = static_cast<std::int32_t>(whole_number(in, "the number of persons", 1, 10));
      program.persons.push_back(compile_over(cst, in.take_child()));
      program.persons.back().persons = count;
    } else if (in.accept("lapse")) {
      in.accept("after");
      rule.lapse = duration(in);
    }
  });
  need(!rule.command.empty(), rule.info, "approval", "for", "for refund over 500.00 USD;");
  need(!rule.by.empty(), rule.info, "approval", "by", "by finance_manager;");
  impl_.approvals.push_back(std::move(rule));
  impl_.approval_programs.push_back(std::move(program));
}

void RuleCompiler::compile_brake(Cst const& cst, std::uint32_t node) {
  BrakeRule rule;
  BrakeProgram program;
  rule.info = begin(cst, node, Kind::brake, {});
  enter(Kind::brake, {Subject::order});
  auto const common = compile_common(cst, node, rule.info);
  program.guard = common.guard;
  bool limited = false;
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("for")) {
      check_value(in, in.peek(), "command", "command that can have a brake");
      rule.command = in.take_name();
    } else if (in.accept("at")) {
      in.accept("most");
      limited = true;
      read_brake_limit(in, rule);
      in.accept("per");
      rule.per = duration(in);
    } else if (in.accept("queue")) {
      rule.queue = in.take_name();
    } else if (in.accept("by")) {
      rule.by = roles(in);
    } else if (in.accept("reason")) {
      rule.reason = reason(in, "hold");
    }
  });
  need(!rule.command.empty(), rule.info, "brake", "for", "for refund;");
  need(limited, rule.info, "brake", "at most", "at most 50 per 1 hour;");
  need(!rule.queue.empty(), rule.info, "brake", "queue", "queue finance;");
  impl_.brakes.push_back(std::move(rule));
  impl_.brake_programs.push_back(std::move(program));
}

/// A whole number of times, or an amount of the policy's currency. It is the same for every order, so that a person can say when it is reached.
void RuleCompiler::read_brake_limit(Clause& in, BrakeRule& rule) {
  auto const span = in.span();
  auto const index = static_cast<ExprIndex>(checker_.check(in.cst(), in.take_child()));
  auto const& limit = checker_.node(index);
  if (limit.type.base == Base::error) return;
  bool const money = limit.type.base == Base::money;
  bool const constant = limit.op == Op::literal && (money || limit.type.base == Base::decimal);
  bool const fits = constant && limit.number.denominator == 1 && limit.number.numerator > 0 && fits_int64(limit.number.numerator);
  if (!fits) return checker_.error("BY0462", span);
  auto const number = static_cast<std::int64_t>(limit.number.numerator);
  if (!money) rule.count_max = number;
  else if (impl_.headers[header_].currency.known()) rule.sum_max = Money(number, impl_.headers[header_].currency);
}

void RuleCompiler::compile_permit(Cst const& cst, std::uint32_t node) {
  Clause in(cst, node);
  Permit permit;
  permit.span = in.span();
  in.accept("permit");
  permit.roles = roles(in);
  in.accept("to");
  if (!in.at("everything")) permit.commands = values(in, "command", "command");
  impl_.permits.push_back(std::move(permit));
}

/// `on shipment.shipped`: the first word names the record that the amounts are of.
std::optional<Subject> RuleCompiler::posting_subject(Clause& in, PostingRule& rule) {
  auto const path_node = in.take_child();
  Clause path(in.cst(), path_node);
  auto const span = path.span();
  auto const record = path.take_name();
  rule.event = record;
  while (path.accept(".")) rule.event += "." + path.take_name();
  std::vector<std::string> names;
  for (auto i = static_cast<std::size_t>(Subject::shipment); i < subject_count; ++i) names.emplace_back(record_of(static_cast<Subject>(i)));
  names.emplace_back("return");
  std::optional<Subject> subject;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != record) continue;
    subject = i + 1 == names.size() ? Subject::return_line : static_cast<Subject>(static_cast<std::size_t>(Subject::shipment) + i);
  }
  // A file may bring a schema of its own, which lacks the record.
  auto const* held = subject ? schema_.record(record) : nullptr;
  bool const whole = held != nullptr && rule.event.size() > record.size();
  if (!whole) checker_.error("BY0439", span, {{"event", rule.event}, {"near", subject ? "" : nearest(record, names)}});
  // Records with states have the events that lead to them.
  auto const* states = held != nullptr ? held->find("state") : nullptr;
  if (whole && states != nullptr && states->type.base == Base::symbol) {
    auto const event = rule.event.substr(record.size() + 1);
    std::vector<std::string> known;
    for (auto const id : impl_.enumerations[states->type.index].symbols) known.push_back(impl_.symbols[id]);
    if (std::find(known.begin(), known.end(), event) == known.end()) {
      checker_.error("BY0456", span, {{"word", rule.event}, {"what", "event of a " + record}, {"near", nearest(event, known)}, {"values", joined(known)}});
    }
  }
  return held != nullptr ? subject : std::nullopt;
}

void RuleCompiler::compile_posting(Cst const& cst, std::uint32_t node) {
  PostingRule rule;
  PostingProgram program;
  rule.info = begin(cst, node, Kind::posting, {"debit", "credit"});
  std::optional<Subject> subject;
  bool on = false;
  each_clause(cst, node, [&](Clause& in) {
    if (!in.accept("on")) return;
    on = true;
    subject = posting_subject(in, rule);
  });
  need(on, rule.info, "posting", "on", "on shipment.shipped;");
  rule.subject = subject.value_or(Subject::shipment);
  enter(Kind::posting, {Subject::order, rule.subject});
  // Guards and amounts of `each line` look at one element of the event's collection.
  each_clause(cst, node, [&](Clause& in) {
    if (!in.accept("each") || checker_.env.scopes.size() != 2) return;
    auto const& token = in.take();
    rule.each = syntax::name_of(token);
    auto const event = Scope(checker_.env.scopes[1]);
    for (auto const& field : schema_.records[event.record].fields) {
      if (field.type.base != Base::many || schema_.records[field.type.index].name != rule.each) continue;
      auto element = checker_.element_scope(event, field.name, rule.each);
      program.collection = element->collections.back();
      checker_.env.level = element->level;
      checker_.env.scopes.push_back(std::move(*element));
      return;
    }
    checker_.error("BY0331", in.span_of(token), {{"record", rule.each}, {"near", ""}});
  });
  auto const common = compile_common(cst, node, rule.info);
  program.guard = common.guard;
  auto const account = [&](Clause& in) {
    Clause path(cst, in.take_child());
    auto name = path.take_name();
    while (path.accept(":")) name += ":" + path.take_name();
    return name;
  };
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("company")) {
      program.company = static_cast<ExprIndex>(checker_.check(cst, in.take_child()));
      auto const& type = checker_.node(program.company).type;
      if (type.base != Base::text && type.base != Base::symbol && type.base != Base::error) {
        checker_.error("BY0311", in.span(), {{"expected", "a text or a value of an enum"}, {"found", checker_.describe(type)}, {"help", ""}});
      }
    } else if (in.at("debit") || in.at("credit")) {
      LegClause leg;
      leg.span = in.span();
      leg.debit = in.take().text == "debit";
      leg.account = account(in);
      leg.amount = checker_.amount(cst, in.take_child(), Base::money);
      leg.guard = guard(in);
      rule.accounts.push_back(leg.account);
      program.legs.push_back(std::move(leg));
    } else if (in.accept("rounding")) {
      in.accept("to");
      program.rounding_to = account(in);
    }
  });
  need(program.legs.size() >= 2, rule.info, "posting", "debit and credit", "debit assets:receivable shipment.gross; credit income:sales shipment.gross;");
  impl_.postings.push_back(std::move(rule));
  impl_.posting_programs.push_back(std::move(program));
}

}  // namespace bylaw::inline v0::policy
