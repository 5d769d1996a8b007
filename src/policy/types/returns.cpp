// The clauses of return rules.
#include <algorithm>

#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;

void RuleCompiler::compile_return(Cst const& cst, std::uint32_t node) {
  ReturnRule rule;
  ReturnProgram program;
  rule.info = begin(cst, node, Kind::return_rule,
                    {"require", "evidence", "approve", "review", "deny", "refund", "fee", "deduct", "restock", "refurbish", "return", "scrap", "quarantine"});
  rule.mandatory = Clause(cst, node).at("mandatory");
  enter(Kind::return_rule, {Subject::order, Subject::return_line});
  auto const common = compile_common(cst, node, rule.info);
  bool within = false;
  each_clause(cst, node, [&](Clause& in) {
    within = within || in.at("within");
    return_clause(in, program);
  });
  if (!within && !is_damaged(rule.info)) checker_.error("BY0418", rule.info.span, {{"rule", rule.info.name}});
  auto const is_fallback = [](VerdictClause const& v) { return v.otherwise || (v.guard.when < 0 && v.guard.unless < 0); };
  bool const decides = std::any_of(program.verdicts.begin(), program.verdicts.end(), is_fallback);
  if (!decides && !is_damaged(rule.info)) checker_.error("BY0419", rule.info.span, {{"rule", rule.info.name}});
  place(impl_.returns, impl_.return_programs, std::move(rule), std::move(program), common);
}

WindowClause RuleCompiler::compile_window(Cst const& cst, std::uint32_t node) {
  Clause in(cst, node);
  WindowClause clause;
  clause.span = in.span();
  auto const event = [&] {
    auto const& token = in.peek();
    clause.event = in.take_name();
    if (clause.event != "delivery" && clause.event != "shipment" && clause.event != "order") {
      checker_.error("BY0421", in.span_of(token), {{"event", clause.event}});
    }
  };
  if (!in.accept("until")) {
    auto const& token = in.peek();
    clause.length = duration(in);
    if (clause.length.amount == 0 && clause.length.months == 0) checker_.error("BY0420", in.span_of(token));
    in.accept("of");
    event();
  } else if (in.peek().kind == syntax::TokenKind::date) {
    clause.form = WindowClause::Form::until_date;
    auto const date = parse_date(in.peek().text);
    if (!date) checker_.error("BY0112", in.span_of(in.peek()), {{"problem", date.error().message}, {"help", date.error().remedy}});
    if (date) clause.until = *date;
    in.skip(1);
  } else {
    clause.form = WindowClause::Form::until_day;
    auto const& token = in.peek();
    clause.day = static_cast<std::int32_t>(whole_number(in, "a day of the month", 1, 31));
    clause.month = syntax::month_number(in.take().text);
    // 29 February is taken in leap years and is 28 February in others.
    if (clause.day > days_in_month(2024, clause.month)) {
      checker_.error("BY0112", in.span_of(token), {{"problem", "this month has no such day"}, {"help", "write a day that the month has"}});
    }
    in.accept("after");
    event();
  }
  clause.guard = guard(in);
  return clause;
}

void RuleCompiler::compile_windows(Clause& in, ReturnProgram& program) {
  if (in.accept("no")) {
    program.no_limit = true;
    return;
  }
  program.longest = in.accept("longest");
  in.accept("of");
  do {
    program.windows.push_back(compile_window(in.cst(), in.take_child()));
  } while (in.accept(","));
}

void RuleCompiler::compile_verdict(Clause& in, std::string const& word, ReturnProgram& program) {
  VerdictClause clause;
  clause.verdict = word == "approve" ? Verdict::approve : word == "review" ? Verdict::review : Verdict::deny;
  if (word == "review") {
    in.accept("by");
    check_role(in, in.peek());
    clause.by = in.take_name();
  } else if (word == "deny") {
    in.accept("reason");
    auto const why = reason(in, "return");
    clause.failure = {why.code, why.text};
  }
  clause.otherwise = in.accept("otherwise");
  if (!clause.otherwise) clause.guard = guard(in);
  program.verdicts.push_back(std::move(clause));
}

void RuleCompiler::compile_payments(Clause& in, ReturnProgram& program) {
  do {
    ChoiceClause clause;
    clause.otherwise = in.accept("otherwise");
    Clause payment(in.cst(), in.take_child());
    payment.accept("at");
    check_value(payment, payment.peek(), "payment_event", "event that a refund can wait for");
    clause.words.push_back(payment.take_name());
    if (payment.accept("within")) clause.within = duration(payment);
    if (payment.accept("up")) {
      payment.accept("to");
      clause.amount = checker_.amount(in.cst(), payment.take_child(), Base::money);
    }
    clause.guard = guard(payment);
    program.pay.push_back(std::move(clause));
  } while (in.accept(","));
}

void RuleCompiler::compile_labels(Clause& in, ReturnProgram& program) {
  do {
    ChoiceClause clause;
    clause.otherwise = in.accept("otherwise");
    Clause label(in.cst(), in.take_child());
    check_value(label, label.peek(), "label", "label");
    clause.words.push_back(label.take_name());
    clause.guard = guard(label);
    program.label.push_back(std::move(clause));
  } while (in.accept(","));
}

/// `return.net` is the price of all units of the line.
bool RuleCompiler::reads_net(std::uint32_t index) const {
  auto const& expr = impl_.nodes[index];
  auto const& slots = impl_.layout(Subject::return_line).slots;
  if (expr.op == Op::slot) return expr.level == 1 && slots[expr.slot].path == "return.net";
  return std::any_of(expr.args.begin(), expr.args.end(), [&](std::uint32_t arg) { return reads_net(arg); });
}

void RuleCompiler::compile_fee(Clause& in, ReturnProgram& program, bool deduction) {
  FeeClause fee;
  fee.deduction = deduction;
  fee.amount = checker_.amount(in.cst(), in.take_child(), Base::money);
  fee.name = in.accept("as") ? in.take_name() : deduction ? "deduction" : "fee";
  if (in.accept("per")) {
    auto const& token = in.peek();
    fee.per = in.take_name();
    if (fee.per != "return" && fee.per != "line" && fee.per != "unit") checker_.error("BY0422", in.span_of(token), {{"word", fee.per}});
    if (fee.per == "unit" && reads_net(static_cast<std::uint32_t>(fee.amount))) checker_.error("BY0512", in.span_of(token));
  }
  auto const& amount = checker_.node(fee.amount);
  if (amount.op == Op::multiply) {
    for (auto const side : amount.args) {
      auto const& share = checker_.at(side);
      bool const above = share.op == Op::literal && share.type.base == Base::percent && share.number.numerator > share.number.denominator;
      if (above) checker_.error("BY0423", amount.span, {{"kind", deduction ? "deduction" : "fee"}});
    }
  }
  fee.limits = limits(in, Base::money);
  if (in.accept(",")) fee.taxed = in.accept("taxed");
  fee.guard = guard(in);
  program.fees.push_back(std::move(fee));
}

void RuleCompiler::compile_disposition(Clause& in, std::string const& word, ReturnProgram& program) {
  ChoiceClause clause;
  if (word == "return") in.skip(2);  // to vendor
  clause.words = {word == "return" ? "return_to_vendor" : word};
  clause.otherwise = in.accept("otherwise");
  if (!clause.otherwise) {
    for (auto& name : values(in, "condition", "condition of goods")) clause.words.push_back(std::move(name));
    clause.guard = guard(in);
  }
  program.dispositions.push_back(std::move(clause));
}

void RuleCompiler::return_clause(Clause& in, ReturnProgram& program) {
  auto const word = std::string(in.take().text);
  ChoiceClause choice;
  if (word == "within") {
    compile_windows(in, program);
  } else if (word == "require") {
    RequireClause clause;
    clause.condition = checker_.condition(in.cst(), in.take_child());
    in.accept("reason");
    auto const why = reason(in, "return");
    clause.failure = {why.code, why.text};
    program.require.push_back(std::move(clause));
  } else if (word == "accept") {
    program.accept = values(in, "condition", "condition of goods");
  } else if (word == "evidence") {
    choice.words = values(in, "evidence", "kind of evidence");
    choice.guard = guard(in);
    program.evidence.push_back(std::move(choice));
  } else if (word == "receive") {
    in.accept("at");
    program.receive_at = values(in, "return_place", "place that goods can be received at");
  } else if (word == "approve" || word == "review" || word == "deny") {
    compile_verdict(in, word, program);
  } else if (word == "refund") {
    in.accept("to");
    do {
      in.accept("then");
      check_value(in, in.peek(), "tender", "tender");
      choice.words.push_back(in.take_name());
      choice.by_choice = choice.by_choice || in.at("or");
    } while (in.accept(",") || in.accept("or"));
    choice.guard = guard(in);
    program.refund_to.push_back(std::move(choice));
  } else if (word == "pay") {
    compile_payments(in, program);
  } else if (word == "fee" || word == "deduct") {
    compile_fee(in, program, word == "deduct");
  } else if (word == "shipping") {
    in.accept("refund");
    if (in.accept("at")) {
      in.accept("most");
      choice.amount = checker_.amount(in.cst(), in.take_child(), Base::money);
    }
    choice.guard = guard(in);
    program.shipping_refund.push_back(std::move(choice));
  } else if (word == "label") {
    compile_labels(in, program);
  } else if (word == "exchange") {
    in.accept("same");
    choice.words.push_back(std::string(in.take().text));
    if (in.accept("once")) choice.words.emplace_back("once");
    choice.guard = guard(in);
    program.exchange.push_back(std::move(choice));
  } else if (word == "keep") {
    in.accept("item");
    choice.guard = guard(in);
    program.keep_item.push_back(std::move(choice));
  } else if (word == "credit") {
    in.skip(2);  // valid for
    program.credit_valid = duration(in);
  } else if (word == "mismatch") {
    program.on_mismatch = std::string(in.take().text);
    if (program.on_mismatch == "review") {
      in.accept("by");
      check_role(in, in.peek());
      program.on_mismatch += " by " + in.take_name();
    }
  } else {
    compile_disposition(in, word, program);
  }
}

}  // namespace bylaw::inline v0::policy
