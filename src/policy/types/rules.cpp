// What all rules share, and the hold and allocation rules.
#include "policy/types/rules.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;
using syntax::Token;
using syntax::TokenKind;

namespace {

/// Moves past `KIND NAME {` (and `mandatory`).
void enter_block(Reader& in) {
  while (in.peek().text != "{") in.skip(1);
  in.skip(1);
}

}  // namespace

RuleInfo RuleCompiler::info(Cst const& cst, std::uint32_t node, char const* kind) {
  Reader in(cst, node);
  auto const first = in.peek();
  while (in.peek().text != kind) in.skip(1);
  in.skip(1);
  auto const& token = in.take();
  RuleInfo info;
  info.name = syntax::name_of(token);
  info.file = sources_[cst.source_index].name;
  info.span = in.span_of(token);
  info.header = header_;
  // A `##` comment belongs to the declaration when only blanks stand between.
  auto const& text = sources_[cst.source_index].text;
  for (auto const& comment : cst.doc_comments) {
    if (comment.end_offset > first.begin_offset) break;
    auto const between = std::string_view(text).substr(comment.end_offset, first.begin_offset - comment.end_offset);
    bool const joined = between.find_first_not_of(" \t\r\n") == std::string_view::npos ||
                        between.find_first_of("#") != std::string_view::npos;
    if (!joined || between.find("\n\n") != std::string_view::npos || between.find('}') != std::string_view::npos ||
        between.find(';') != std::string_view::npos) continue;
    auto line = std::string(comment.text);
    line.erase(0, line.find_first_not_of(" \t\r") == std::string::npos ? line.size() : line.find_first_not_of(" \t\r"));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    info.comment += (info.comment.empty() ? "" : " ") + line;
  }
  auto const [at, fresh] = names_.emplace(std::string(kind) + " " + info.name, info.span);
  if (!fresh) {
    out_.push_back({Severity::error, "BY0401", std::string(kind) + " `" + info.name + "` is declared twice",
                    {{info.span, ""}, {at->second, "first declared here"}}, "every rule has a name of its own"});
  }
  return info;
}

void RuleCompiler::check_once(Cst const& cst, std::uint32_t node, std::vector<std::string> const& repeatable) {
  Reader in(cst, node);
  std::map<std::string, Span> seen;
  enter_block(in);
  while (in.has_child()) {
    Reader clause(cst, in.take_child());
    auto word = std::string(clause.take().text);
    if (!clause.done() && (clause.at("when") || clause.at("by")) && (word == "release" || word == "clears")) {
      word += " " + std::string(clause.peek().text);
    }
    if (word == "keep" && clause.at("item")) word = "keep item";
    if (std::find(repeatable.begin(), repeatable.end(), word) != repeatable.end()) continue;
    auto const [at, fresh] = seen.emplace(word, clause.span());
    if (fresh) continue;
    out_.push_back({Severity::error, "BY0402", "`" + word + "` stands twice in this rule",
                    {{clause.span(), ""}, {at->second, "first here"}}, "join them into one clause"});
  }
}

RuleCompiler::Common RuleCompiler::compile_common(Cst const& cst, std::uint32_t node) {
  Common common;
  Reader in(cst, node);
  enter_block(in);
  while (in.has_child()) {
    Reader clause(cst, in.take_child());
    if (clause.accept("effective")) {
      clause.skip(1);
      auto const from = parse_date(clause.peek().text);
      if (!from) checker_.error("BY0112", clause.span_of(clause.peek()), from.error().message, from.error().remedy);
      clause.skip(1);
      if (from) common.period.from = *from;
      if (clause.accept("until")) {
        auto const until = parse_date(clause.peek().text);
        if (!until) checker_.error("BY0112", clause.span_of(clause.peek()), until.error().message, until.error().remedy);
        if (until) common.period.until = *until;
      }
      if (common.period.until < common.period.from) checker_.error("BY0403", clause.span(), "this period ends before it begins");
    } else if (clause.accept("before")) {
      common.before_span = clause.span_of(clause.peek());
      common.before = clause.take_name();
    } else if (clause.accept("when")) {
      common.guard.when = checker_.condition(cst, clause.take_child());
    }
  }
  checker_.assume(common.guard.when);
  Reader again(cst, node);
  enter_block(again);
  while (again.has_child()) {
    Reader clause(cst, again.take_child());
    if (clause.accept("unless")) common.guard.unless = checker_.condition(cst, clause.take_child());
  }
  return common;
}

Guard RuleCompiler::guard(Reader& in) {
  Guard guard;
  if (in.accept("when")) guard.when = checker_.condition(in.cst(), in.take_child());
  if (in.accept("unless")) guard.unless = checker_.condition(in.cst(), in.take_child());
  return guard;
}

Guard RuleCompiler::verdict_guard(Reader& in, bool& otherwise) {
  otherwise = in.accept("otherwise");
  return otherwise ? Guard{} : guard(in);
}

void RuleCompiler::check_role(Reader const& in, Token const& token) {
  auto const name = syntax::name_of(token);
  if (schema_.roles.count(name) > 0) return;
  std::vector<std::string> names;
  for (auto const& [role, includes] : schema_.roles) names.push_back(role);
  auto const near = did_you_mean(name, names);
  checker_.error("BY0306", in.span_of(token), "there is no role `" + name + "`",
                 near.empty() ? "declare it with `role " + name + ";`" : near.substr(1));
}

Failure RuleCompiler::reason(Reader& in, char const* kind) {
  auto const& token = in.take();
  Failure failure{syntax::name_of(token), ""};
  auto const& known = schema_.reasons[kind];
  auto const found = known.find(failure.reason);
  if (found != known.end()) failure.text = found->second;
  if (!in.done() && in.peek().kind == TokenKind::text) failure.text = syntax::text_of(in.take());
  if (found == known.end()) {
    std::vector<std::string> names;
    for (auto const& [code, text] : known) names.push_back(code);
    auto const near = did_you_mean(failure.reason, names);
    checker_.error("BY0309", in.span_of(token), "`" + failure.reason + "` is not in the list of " + kind + " reasons",
                   near.empty() ? std::string("add it: reasons ") + kind + " { " + failure.reason + " \"...\"; }" : near.substr(1));
  }
  return failure;
}

void RuleCompiler::enter_order_scope() {
  checker_.env = Environment{};
  checker_.env.header = header_;
  auto const* order = schema_.record("order");
  if (order == nullptr) return;
  checker_.env.scopes.push_back({"order", schema_.record_index.find("order")->second, "order", Subject::order, {}, 0});
}

void RuleCompiler::compile_file(Cst const& cst, std::uint32_t header) {
  header_ = header;
  for (auto const node : cst.declarations) {
    switch (cst.nodes[node].kind) {
      case NodeKind::hold: compile_hold(cst, node); break;
      case NodeKind::allocation: compile_allocation(cst, node); break;
      case NodeKind::return_rule: compile_return(cst, node); break;
      case NodeKind::workflow: compile_workflow(cst, node); break;
      default: break;
    }
  }
}

void RuleCompiler::compile_hold(Cst const& cst, std::uint32_t node) {
  check_once(cst, node, {"await", "release when", "release by", "escalate"});
  HoldRule rule;
  HoldProgram program;
  rule.info = info(cst, node, "hold");
  enter_order_scope();
  Reader scan(cst, node);
  enter_block(scan);
  std::vector<std::uint32_t> awaits;
  while (scan.has_child()) {
    auto const child = scan.take_child();
    Reader clause(cst, child);
    if (clause.accept("scope")) {
      auto const& word = clause.take();
      rule.scope_line = word.text == "line";
      if (word.text != "line" && word.text != "order") {
        checker_.error("BY0407", clause.span_of(word), "a hold stands on an order or on a line", "write `scope order` or `scope line`");
      }
    } else if (clause.at("await")) {
      awaits.push_back(child);
    }
  }
  if (rule.scope_line && !checker_.env.scopes.empty()) {
    if (auto scope = checker_.element_scope(checker_.env.scopes[0], "lines", "line")) {
      checker_.env.depth = 1;
      checker_.env.scopes.push_back(*scope);
    }
  }
  // An awaited fact is there by the time the other clauses are evaluated.
  for (auto const child : awaits) {
    Reader clause(cst, child);
    compile_await(clause, program);
  }
  auto const common = compile_common(cst, node);
  program.period = common.period;
  program.guard = common.guard;
  Reader in(cst, node);
  enter_block(in);
  while (in.has_child()) hold_clause(cst, in.take_child(), rule, program);
  bool const way_out = rule.clears || !rule.release_by.empty();
  if (!way_out) {
    checker_.error("BY0408", rule.info.span, "nothing can lift the hold `" + rule.info.name + "`",
                   "add `release by ROLE;` or `clears when CONDITION;`");
  }
  if (rule.reason.empty()) {
    checker_.error("BY0409", rule.info.span, "the hold `" + rule.info.name + "` gives no reason", "add `reason CODE \"text\";`");
  }
  impl_.holds.push_back(std::move(rule));
  impl_.hold_programs.push_back(std::move(program));
}

void RuleCompiler::compile_await(Reader& in, HoldProgram& program) {
  in.skip(1);
  Await await;
  await.fact = checker_.fact(in.cst(), in.take_child());
  in.skip(2);  // up to
  auto const& token = in.take();
  bool ok = false;
  auto const patience = parse_duration(token.text, ok);
  if (patience.kind != Duration::Kind::elapsed) {
    checker_.error("BY0410", in.span_of(token), "a fact is awaited for seconds, minutes or hours", "write hours instead of days");
  }
  await.patience_ms = patience.amount;
  in.skip(2);  // , otherwise
  if (await.fact < 0) return;
  auto const& fact = checker_.at(static_cast<std::uint32_t>(await.fact));
  Type const type = fact.type;
  auto const slot = std::make_pair(fact.depth, fact.slot);
  if (!type.optional) {
    checker_.error("BY0411", fact.span, "this fact is never missing, so there is nothing to await", "declare it `optional` in the schema");
  }
  if (!in.accept("hold")) await.otherwise = checker_.same_type(in.cst(), in.take_child(), type);
  checker_.env.known.push_back(slot);
  program.awaits.push_back(await);
}

void RuleCompiler::hold_clause(Cst const& cst, std::uint32_t node, HoldRule& rule, HoldProgram& program) {
  Reader in(cst, node);
  if (in.accept("reason")) {
    auto const failure = reason(in, "hold");
    rule.reason = failure.reason;
    rule.reason_text = failure.text;
  } else if (in.accept("blocks")) {
    while (!in.at(";")) {
      rule.blocks.push_back(in.take_name());
      in.accept(",");
    }
  } else if (in.accept("queue")) {
    rule.queue = in.take_name();
    if (in.accept("priority")) {
      auto const& token = in.take();
      auto const number = Decimal::parse(token.text);
      if (!number || number->scale() != 0 || number->coefficient() > 1'000'000) {
        checker_.error("BY0412", in.span_of(token), "a priority is a whole number up to 1000000");
      } else {
        rule.priority = static_cast<std::int32_t>(number->coefficient());
      }
    }
  } else if (in.accept("release")) {
    if (in.accept("by")) {
      while (!in.at(";")) {
        check_role(in, in.peek());
        rule.release_by.push_back(in.take_name());
        in.accept(",");
      }
    } else {
      in.skip(1);
      checker_.error("BY0303", in.span(), "`release when` is not part of this version", "use `clears when` or `release by`");
    }
  } else if (in.accept("clears")) {
    in.skip(1);
    rule.clears = true;
    program.clears_when = checker_.condition(cst, in.take_child());
  } else if (in.at("escalate") || in.at("expire")) {
    checker_.error("BY0303", in.span(), "`" + std::string(in.peek().text) + "` is not part of this version",
                   "timers of holds come with a later version; remove the clause");
  } else if (in.accept("late")) {
    rule.late = in.at("recall") ? LatePolicy::recall : in.at("flag") ? LatePolicy::flag : LatePolicy::stop_ship;
  }
}

void RuleCompiler::compile_allocation(Cst const& cst, std::uint32_t node) {
  check_once(cst, node, {"require"});
  AllocationRule rule;
  AllocationProgram program;
  rule.info = info(cst, node, "allocation");
  enter_order_scope();
  auto const common = compile_common(cst, node);
  program.period = common.period;
  program.guard = common.guard;
  if (auto const found = schema_.record_index.find("candidate"); found != schema_.record_index.end()) {
    checker_.env.scopes.push_back({"candidate", found->second, "candidate", Subject::candidate, {}, 1});
    checker_.env.depth = 1;
  }
  Reader in(cst, node);
  enter_block(in);
  while (in.has_child()) allocation_clause(cst, in.take_child(), rule, program);
  if (program.from < 0) {
    checker_.error("BY0413", rule.info.span, "the allocation `" + rule.info.name + "` names no locations",
                   "add `from location.active;` or another condition");
  }
  place(impl_.allocations, impl_.allocation_programs, std::move(rule), std::move(program), common);
}

void RuleCompiler::allocation_clause(Cst const& cst, std::uint32_t node, AllocationRule& rule, AllocationProgram& program) {
  Reader in(cst, node);
  if (in.accept("from")) {
    program.from = checker_.condition(cst, in.take_child());
  } else if (in.accept("require")) {
    program.require.push_back(checker_.condition(cst, in.take_child()));
  } else if (in.accept("prefer")) {
    while (!in.at(";")) {
      Preference preference;
      preference.highest = in.take().text == "highest";
      preference.fact = checker_.fact(cst, in.take_child());
      program.prefer.push_back(preference);
      in.accept(",");
    }
  } else if (in.accept("keep")) {
    rule.keep_safety_stock = in.accept("safety");
    if (!rule.keep_safety_stock) checker_.error("BY0303", in.span(), "`keep` of an amount is not part of this version", "write `keep safety stock`");
  } else if (in.accept("split")) {
    if (in.accept("never")) {
      rule.shipments_max = 1;
    } else {
      in.skip(2);
      auto const& token = in.take();
      auto const number = Decimal::parse(token.text);
      if (!number || number->scale() != 0 || number->coefficient() < 1 || number->coefficient() > 1000) {
        checker_.error("BY0414", in.span_of(token), "a split is into 1 to 1000 shipments");
      } else {
        rule.shipments_max = static_cast<std::int32_t>(number->coefficient());
      }
    }
  } else if (in.accept("short")) {
    while (!in.at(";")) {
      auto step = std::string(in.take().text);
      if (step == "hold") {
        auto const& token = in.take();
        step += ":" + syntax::name_of(token);
        bool known = false;
        for (auto const& hold : impl_.holds) known = known || hold.info.name == syntax::name_of(token);
        if (!known) {
          checker_.error("BY0415", in.span_of(token), "there is no hold `" + syntax::name_of(token) + "` above this rule",
                         "declare the hold first: it says reason, queue and who releases");
        }
      }
      rule.short_steps.push_back(std::move(step));
      if (in.accept(",")) in.accept("then");
    }
  } else if (in.at("reserve") || in.at("scarce")) {
    checker_.error("BY0303", in.span(), "`" + std::string(in.peek().text) + "` is not part of this version", "remove the clause");
  }
}

void RuleCompiler::check_set() {
  auto const needs_fallback = [&](auto const& rules, auto const& programs, char const* kind) {
    if (rules.empty()) return;
    auto const& last = programs.back();
    if (last.guard.when >= 0 || last.guard.unless >= 0) {
      checker_.error("BY0416", rules.back().info.span, std::string("the last ") + kind + " rule has a condition, so some orders match none",
                     std::string("add a last rule without `when` and `unless`, such as `") + kind + " otherwise_nearest { ... }`");
    }
    for (std::size_t i = 0; i + 1 < programs.size(); ++i) {
      bool const always = programs[i].guard.when < 0 && programs[i].guard.unless < 0;
      bool const mandatory = [&] {
        if constexpr (requires { rules[i].mandatory; }) return rules[i].mandatory;
        else return false;
      }();
      bool const timed = programs[i].period.until.value != INT32_MAX || programs[i].period.from.value != INT32_MIN ||
                         impl_.headers[rules[i].info.header].effective_until.value != INT32_MAX ||
                         impl_.headers[rules[i].info.header].effective_from.value != INT32_MIN;
      if (always && !mandatory && !timed) {
        checker_.error("BY0417", rules[i + 1].info.span, std::string("this ") + kind + " rule can never be reached",
                       "`" + rules[i].info.name + "` above it always matches; give that one a `when` or move it last");
      }
    }
  };
  needs_fallback(impl_.allocations, impl_.allocation_programs, "allocation");
  needs_fallback(impl_.returns, impl_.return_programs, "return");
  for (auto const& [name, named] : schema_.lists) {
    if (!named.used) out_.push_back({Severity::warning, "BY0501", "list `" + name + "` is never used", {{named.name_span, ""}}, "remove it"});
  }
  for (auto const& [name, named] : schema_.defines) {
    if (!named.used) out_.push_back({Severity::warning, "BY0501", "define `" + name + "` is never used", {{named.name_span, ""}}, "remove it"});
  }
}

}  // namespace bylaw::inline v0::policy
