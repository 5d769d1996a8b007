// Holds, stops and validations: what keeps an order, a place or an import back.
#include <algorithm>

#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::TokenKind;

void RuleCompiler::compile_hold(Cst const& cst, std::uint32_t node) {
  HoldRule rule;
  HoldProgram program;
  rule.info = begin(cst, node, Kind::hold, {"await", "release when", "release by", "escalate"});
  enter(Kind::hold, {Subject::order});
  rule.scope_line = read_scope(cst, node);
  if (rule.scope_line) enter_line();
  // An awaited fact is there by the time the other clauses are evaluated.
  each_clause(cst, node, [&](Clause& clause) {
    if (clause.accept("await")) compile_await(clause, program);
  });
  auto const common = compile_common(cst, node, rule.info);
  program.guard = common.guard;
  each_clause(cst, node, [&](Clause& clause) { hold_clause(clause, rule, program); });
  bool const way_out = rule.clears || rule.releases_itself || !rule.release_by.empty();
  if (!way_out && !is_damaged(rule.info)) checker_.error("BY0408", rule.info.span, {{"rule", rule.info.name}});
  if (rule.reason.code.empty() && !is_damaged(rule.info)) checker_.error("BY0409", rule.info.span, {{"kind", "hold"}, {"rule", rule.info.name}});
  impl_.holds.push_back(std::move(rule));
  impl_.hold_programs.push_back(std::move(program));
}

void RuleCompiler::compile_await(Clause& in, HoldProgram& program) {
  Await await;
  auto const fact = checker_.fact(in.cst(), in.take_child());
  in.skip(2);  // up to
  auto const& token = in.peek();
  auto const patience = duration(in);
  if (patience.kind != Duration::Kind::elapsed) checker_.error("BY0410", in.span_of(token), {{"what", "the patience for a fact"}});
  await.patience_ms = patience.amount;
  in.skip(2);  // , otherwise
  if (fact < 0) return;
  auto const& expr = checker_.node(fact);
  auto const type = expr.type;
  await.level = expr.level;
  await.slot = expr.slot;
  if (!type.optional) checker_.error("BY0411", expr.span);
  if (!in.accept("hold")) await.otherwise = checker_.same_type(in.cst(), in.take_child(), type);
  checker_.env.known.emplace_back(await.level, await.slot);
  program.awaits.push_back(await);
}

void RuleCompiler::compile_expiry(Clause& in, HoldRule& rule) {
  Expiry expiry;
  in.accept("after");
  expiry.after = duration(in);
  in.accept("then");
  expiry.action = in.take_name();
  while (in.accept(",")) {
    if (in.accept("grace")) {
      expiry.grace = duration(in);
    } else {
      in.skip(2);  // at most
      expiry.limit = whole_number(in, "this limit", 1, 1'000'000);
      in.accept("per");
      expiry.limit_per = duration(in);
    }
  }
  rule.expiries.push_back(std::move(expiry));
}

void RuleCompiler::hold_clause(Clause& in, HoldRule& rule, HoldProgram& program) {
  if (in.accept("reason")) {
    rule.reason = reason(in, "hold");
  } else if (in.accept("blocks")) {
    rule.blocks = values(in, "transition", "transition that a hold can block");
  } else if (in.accept("queue")) {
    rule.queue = in.take_name();
    if (in.accept("priority")) rule.priority = static_cast<std::int32_t>(whole_number(in, "a priority", 0, 1'000'000));
  } else if (in.accept("release")) {
    if (in.accept("by")) {
      for (auto& role : roles(in)) rule.release_by.push_back(std::move(role));
    } else {
      in.accept("when");
      rule.releases_itself = true;
      program.release_when.push_back(checker_.condition(in.cst(), in.take_child()));
    }
  } else if (in.accept("clears")) {
    in.accept("when");
    rule.clears = true;
    program.clears_when = checker_.condition(in.cst(), in.take_child());
  } else if (in.accept("escalate")) {
    Escalation escalation;
    in.accept("after");
    escalation.after = duration(in);
    in.accept("to");
    check_role(in, in.peek());
    escalation.to = in.take_name();
    rule.escalations.push_back(std::move(escalation));
  } else if (in.accept("expire")) {
    compile_expiry(in, rule);
  } else if (in.accept("late")) {
    rule.late = in.at("recall") ? LatePolicy::recall : in.at("flag") ? LatePolicy::flag : LatePolicy::stop_ship;
  }
}

void RuleCompiler::compile_stop(Cst const& cst, std::uint32_t node) {
  StopRule rule;
  rule.info = begin(cst, node, Kind::stop, {});
  enter(Kind::stop, {Subject::order});
  each_clause(cst, node, [&](Clause& in) {
    auto const span = in.span();
    if (in.accept("for")) {
      auto const& word = in.take();
      static constexpr std::string_view kinds[] = {"location", "lot", "item", "carrier", "supplier", "channel"};
      if (std::find(std::begin(kinds), std::end(kinds), word.text) == std::end(kinds)) {
        checker_.error("BY0431", in.span_of(word), {{"word", std::string(word.text)}, {"kinds", "location, lot, item, carrier, supplier or channel"}});
      }
      rule.what = std::string(word.text);
      if (rule.what == "channel" && in.peek().kind != TokenKind::text) check_value(in, in.peek(), "channel", "channel");
      rule.name = in.peek().kind == TokenKind::text ? syntax::text_of(in.take()) : in.take_name();
    } else if (in.accept("blocks")) {
      rule.blocks = values(in, "transition", "transition that a stop can block");
    } else if (in.accept("by")) {
      rule.by = roles(in);
    } else if (in.accept("from")) {
      rule.from = moment(in, false);
    } else if (in.accept("until")) {
      rule.until = moment(in, true);
    } else if (in.accept("reason")) {
      rule.reason = reason(in, "hold");
    }
    if (rule.until <= rule.from) checker_.error("BY0432", span, {{"what", "stop"}});
  });
  need(!rule.what.empty(), rule.info, "stop", "for", "for location DC2;");
  need(!rule.blocks.empty(), rule.info, "stop", "blocks", "blocks pick, ship;");
  impl_.stops.push_back(std::move(rule));
}

void RuleCompiler::compile_validation(Cst const& cst, std::uint32_t node) {
  ValidationRule rule;
  ValidationProgram program;
  rule.info = begin(cst, node, Kind::validation, {"repair"});
  enter(Kind::validation, {Subject::order});
  rule.scope_line = read_scope(cst, node);
  if (rule.scope_line) enter_line();
  auto const common = compile_common(cst, node, rule.info);
  program.guard = common.guard;
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("reason")) {
      rule.reason = reason(in, "validation");
    } else if (in.accept("reject")) {
      rule.rejects = true;
    } else if (in.accept("hold")) {
      hold_reference(in, in.peek());
      rule.hold = in.take_name();
    } else if (in.accept("repair")) {
      rule.repairs = true;
      compile_repair(in, program);
    }
  });
  int const effects = (rule.rejects ? 1 : 0) + (rule.hold.empty() ? 0 : 1) + (rule.repairs ? 1 : 0);
  if (effects == 0 && !is_damaged(rule.info)) checker_.error("BY0433", rule.info.span, {{"rule", rule.info.name}});
  if (rule.reason.code.empty() && !is_damaged(rule.info)) checker_.error("BY0409", rule.info.span, {{"kind", "validation"}, {"rule", rule.info.name}});
  impl_.validations.push_back(std::move(rule));
  impl_.validation_programs.push_back(std::move(program));
}

void RuleCompiler::compile_repair(Clause& in, ValidationProgram& program) {
  auto const path_node = in.take_child();
  auto const span = Clause(in.cst(), path_node).span();
  auto const target = checker_.check(in.cst(), path_node);
  in.accept("to");
  auto const value_node = in.take_child();
  auto const expr = checker_.at(target);
  if (expr.type.base == Base::error) return;
  auto const path = impl_.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset);
  // What the engine counts, and lists, are not for a rule to set.
  bool const measure = schema_.find(path, NamedNode::What::measure) != nullptr;
  if (expr.op != Op::slot || measure) return checker_.error("BY0434", span, {{"path", path}});
  auto const linear = std::exchange(checker_.env.linear, false);
  RepairClause clause{expr.level, expr.slot, checker_.same_type(in.cst(), value_node, expr.type), span};
  checker_.env.linear = linear;
  for (auto const& other : program.repairs) {
    if (other.level == clause.level && other.slot == clause.slot) {
      checker_.error("BY0450", span, {{"path", path}});
    }
  }
  program.repairs.push_back(clause);
}

}  // namespace bylaw::inline v0::policy
