// The clauses of return rules.
#include <algorithm>

#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::Reader;
using syntax::Token;

void RuleCompiler::check_condition(Reader const& in, Token const& token) {
  auto const found = schema_.enumeration_index.find("condition");
  auto const name = syntax::name_of(token);
  if (found == schema_.enumeration_index.end()) return;
  std::vector<std::string> names;
  for (auto const id : impl_.enumerations[found->second].symbols) names.push_back(impl_.symbols[id]);
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  auto const near = did_you_mean(name, names);
  checker_.error("BY0307", in.span_of(token), "`" + name + "` is not a value of `condition`", near.empty() ? "" : near.substr(1));
}

void RuleCompiler::compile_return(Cst const& cst, std::uint32_t node) {
  check_once(cst, node, {"require", "evidence", "approve", "review", "deny", "refund", "fee", "deduct", "restock", "refurbish",
                         "return", "scrap", "quarantine"});
  ReturnRule rule;
  ReturnProgram program;
  rule.info = info(cst, node, "return");
  rule.mandatory = Reader(cst, node).at("mandatory");
  checker_.env = Environment{};
  checker_.env.header = header_;
  for (auto const* name : {"order", "return"}) {
    auto const found = schema_.record_index.find(name);
    if (found != schema_.record_index.end()) {
      checker_.env.scopes.push_back({name, found->second, name, Subject::return_line, {}, 0});
    }
  }
  if (checker_.env.scopes.size() == 2) {
    auto const& order = checker_.env.scopes[0];
    auto const& back = checker_.env.scopes[1];
    impl_.window_slots[0] = checker_.slot_of(back, {"delivered"});
    impl_.window_slots[1] = checker_.slot_of(back, {"shipped"});
    impl_.window_slots[2] = checker_.slot_of(order, {"placed"});
    impl_.requested_slot = checker_.slot_of(back, {"requested"});
    impl_.claimed_slot = checker_.slot_of(back, {"claimed", "condition"});
    impl_.inspected_slot = checker_.slot_of(back, {"inspected", "condition"});
  }
  auto const common = compile_common(cst, node);
  program.period = common.period;
  program.guard = common.guard;
  Reader in(cst, node);
  while (in.peek().text != "{") in.skip(1);
  in.skip(1);
  bool within = false;
  while (in.has_child()) {
    auto const child = in.take_child();
    within = within || Reader(cst, child).at("within");
    return_clause(cst, child, program);
  }
  if (!within) checker_.error("BY0418", rule.info.span, "the return `" + rule.info.name + "` has no window", "add `within 30 days of delivery;` or `within no limit;`");
  bool const fallback = std::any_of(program.verdicts.begin(), program.verdicts.end(), [](auto const& v) { return v.otherwise; });
  if (!fallback) {
    checker_.error("BY0419", rule.info.span, "the return `" + rule.info.name + "` leaves some requests without a verdict",
                   "end with `approve otherwise;`, `review by ROLE otherwise;` or `deny reason CODE otherwise;`");
  }
  place(impl_.returns, impl_.return_programs, std::move(rule), std::move(program), common);
}

void RuleCompiler::compile_windows(Reader& in, ReturnProgram& program) {
  if (in.accept("no")) {
    program.no_limit = true;
    return;
  }
  program.longest = in.accept("longest");
  while (!in.at(";")) {
    if (!in.at_child()) {
      in.skip(1);
      continue;
    }
    Reader window(in.cst(), in.take_child());
    WindowClause clause;
    if (window.accept("until")) {
      auto const date = parse_date(window.peek().text);
      if (!date) checker_.error("BY0112", window.span_of(window.peek()), date.error().message, date.error().remedy);
      if (date) clause.until = *date;
      window.skip(1);
    } else {
      auto const& token = window.take();
      bool ok = false;
      clause.length = parse_duration(token.text, ok);
      if (!ok) checker_.error("BY0111", window.span_of(token), "this duration is too long");
      if (clause.length.amount == 0 && clause.length.months == 0) checker_.error("BY0420", window.span_of(token), "a window of no length lets nothing back", "write at least 1 day, or deny all returns");
      if (clause.length.kind == Duration::Kind::business_days || clause.length.kind == Duration::Kind::business_time) {
        checker_.error("BY0303", window.span_of(token), "windows in business time are not part of this version", "write calendar days or hours");
      }
      window.skip(1);  // of
      auto const& event = window.peek();
      clause.event = window.take_name();
      if (clause.event != "delivery" && clause.event != "shipment" && clause.event != "order") {
        checker_.error("BY0421", window.span_of(event), "a window starts at delivery, shipment or order, not at `" + clause.event + "`");
      }
    }
    clause.guard = guard(window);
    program.windows.push_back(std::move(clause));
  }
}

void RuleCompiler::compile_fee(Reader& in, ReturnProgram& program, bool deduction) {
  FeeClause fee;
  fee.deduction = deduction;
  auto const span = in.span();
  fee.amount = checker_.amount(in.cst(), in.take_child(), Base::money);
  fee.name = in.accept("as") ? in.take_name() : deduction ? "deduction" : "fee";
  if (in.accept("per")) {
    auto const& token = in.peek();
    fee.per = in.take_name();
    if (fee.per != "return" && fee.per != "line" && fee.per != "unit") {
      checker_.error("BY0422", in.span_of(token), "a fee is per return, line or unit, not per `" + fee.per + "`");
    }
  }
  auto const& amount = checker_.at(static_cast<std::uint32_t>(fee.amount));
  if (amount.op == Op::multiply && checker_.at(amount.args[1]).op == Op::literal) {
    auto const& share = checker_.at(amount.args[1]).number;
    if (share.numerator > share.denominator) checker_.error("BY0423", amount.span, "a fee above 100 percent takes more than was paid");
  }
  while (in.accept(",")) {
    if (in.accept("taxed")) {
      fee.taxed = true;
      continue;
    }
    in.skip(1);  // at
    bool const least = in.take().text == "least";
    (least ? fee.at_least : fee.at_most) = checker_.amount(in.cst(), in.take_child(), Base::money);
  }
  (void)span;
  fee.guard = guard(in);
  program.fees.push_back(std::move(fee));
}

void RuleCompiler::return_clause(Cst const& cst, std::uint32_t node, ReturnProgram& program) {
  Reader in(cst, node);
  auto const word = std::string(in.peek().text);
  auto const names_until = [&](auto&& check) {
    std::vector<std::string> names;
    while (!in.at(";") && !in.at("when") && !in.at("unless")) {
      check(in.peek());
      names.push_back(in.take_name());
      if (in.accept(",")) in.accept("then");
      in.accept("or");
    }
    return names;
  };
  auto const any_name = [](Token const&) {};
  auto const condition_name = [&](Token const& token) { check_condition(in, token); };
  if (word == "when" || word == "unless" || word == "effective" || word == "before" || word == "note") return;
  in.skip(1);
  if (word == "within") {
    compile_windows(in, program);
  } else if (word == "require") {
    RequireClause clause;
    clause.condition = checker_.condition(cst, in.take_child());
    checker_.assume(clause.condition);
    in.skip(1);
    clause.failure = reason(in, "return");
    program.require.push_back(std::move(clause));
  } else if (word == "accept") {
    program.accept = names_until(condition_name);
  } else if (word == "evidence") {
    ChoiceClause clause{names_until(any_name), false, {}};
    clause.guard = guard(in);
    program.evidence.push_back(std::move(clause));
  } else if (word == "receive") {
    checker_.error("BY0303", in.span(), "`receive at` is not part of this version", "remove the clause");
  } else if (word == "approve" || word == "review" || word == "deny") {
    VerdictClause clause;
    clause.verdict = word == "approve" ? Verdict::approve : word == "review" ? Verdict::review : Verdict::deny;
    if (word == "review") {
      in.skip(1);
      check_role(in, in.peek());
      clause.by = in.take_name();
    } else if (word == "deny") {
      in.skip(1);
      clause.failure = reason(in, "return");
    }
    clause.guard = verdict_guard(in, clause.otherwise);
    program.verdicts.push_back(std::move(clause));
  } else if (word == "refund") {
    in.skip(1);
    ChoiceClause clause{names_until(any_name), false, {}};
    clause.guard = guard(in);
    program.refund_to.push_back(std::move(clause));
  } else if (word == "pay") {
    while (!in.at(";")) {
      ChoiceClause clause;
      clause.otherwise = in.accept("otherwise");
      Reader payment(cst, in.take_child());
      payment.skip(1);
      clause.words.push_back(payment.take_name());
      if (payment.at("within") || payment.at("up")) {
        checker_.error("BY0303", payment.span(), "`within` and `up to` of a payment are not part of this version", "write `pay at EVENT`");
      } else {
        clause.guard = guard(payment);
      }
      program.pay.push_back(std::move(clause));
      in.accept(",");
      if (in.at("otherwise") && !in.at_child()) continue;
    }
  } else if (word == "fee" || word == "deduct") {
    compile_fee(in, program, word == "deduct");
  } else if (word == "shipping") {
    in.skip(1);
    if (in.at("at")) {
      checker_.error("BY0303", in.span(), "a cap on the shipping refund is not part of this version", "write `shipping refund`");
      return;
    }
    ChoiceClause clause;
    clause.guard = guard(in);
    program.shipping_refund.push_back(std::move(clause));
  } else if (word == "label") {
    while (!in.at(";")) {
      ChoiceClause clause;
      clause.otherwise = in.accept("otherwise");
      clause.words.push_back(in.take_name());
      clause.guard = guard(in);
      program.label.push_back(std::move(clause));
      in.accept(",");
    }
  } else if (word == "exchange") {
    checker_.error("BY0303", in.span(), "exchanges are not part of this version", "remove the clause");
  } else if (word == "keep") {
    in.skip(1);
    ChoiceClause clause;
    clause.guard = guard(in);
    program.keep_item.push_back(std::move(clause));
  } else if (word == "mismatch") {
    program.on_mismatch = std::string(in.take().text);
    if (program.on_mismatch == "review") {
      in.skip(1);
      check_role(in, in.peek());
      program.on_mismatch += " by " + in.take_name();
    }
  } else {
    ChoiceClause clause;
    if (word == "return") in.skip(2);  // to vendor
    clause.words = {word == "return" ? "return_to_vendor" : word};
    clause.otherwise = in.accept("otherwise");
    if (!clause.otherwise) {
      for (auto& name : names_until(condition_name)) clause.words.push_back(std::move(name));
      clause.guard = guard(in);
    }
    program.dispositions.push_back(std::move(clause));
  }
}

}  // namespace bylaw::inline v0::policy
