#pragma once
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

/// Compiles rules and workflows of all files, in order, into the program.
class RuleCompiler {
 public:
  RuleCompiler(Policy::Impl& impl, Schema& schema, std::vector<Source> const& sources, Diagnostics& out)
      : impl_(impl), schema_(schema), sources_(sources), out_(out), checker_(impl, schema, out) {}

  void compile_file(syntax::Cst const& cst, std::uint32_t header);
  /// Checks that look at the set as a whole: fallbacks, the order of first-match rules.
  void check_set();

 private:
  struct Common {
    Period period;
    Guard guard;
    std::string before;
    Span before_span;
  };

  void compile_hold(syntax::Cst const& cst, std::uint32_t node);
  void hold_clause(syntax::Cst const& cst, std::uint32_t node, HoldRule& rule, HoldProgram& program);
  void compile_await(syntax::Reader& in, HoldProgram& program);
  void compile_allocation(syntax::Cst const& cst, std::uint32_t node);
  void allocation_clause(syntax::Cst const& cst, std::uint32_t node, AllocationRule& rule, AllocationProgram& program);
  void compile_return(syntax::Cst const& cst, std::uint32_t node);
  void return_clause(syntax::Cst const& cst, std::uint32_t node, ReturnProgram& program);
  void compile_windows(syntax::Reader& in, ReturnProgram& program);
  void compile_fee(syntax::Reader& in, ReturnProgram& program, bool deduction);
  void compile_workflow(syntax::Cst const& cst, std::uint32_t node);
  void state_item(syntax::Cst const& cst, std::uint32_t node, WorkflowDeclaration& workflow);
  void state_clause(syntax::Cst const& cst, std::uint32_t node, State& state);
  std::vector<std::string> actions(syntax::Reader& in);

  /// `when` and `unless` are compiled first, because what they prove holds for the other clauses.
  Common compile_common(syntax::Cst const& cst, std::uint32_t node);
  /// Clauses that stand at most once.
  void check_once(syntax::Cst const& cst, std::uint32_t node, std::vector<std::string> const& repeatable);
  Guard guard(syntax::Reader& in);
  Guard verdict_guard(syntax::Reader& in, bool& otherwise);
  RuleInfo info(syntax::Cst const& cst, std::uint32_t node, char const* kind);
  void check_role(syntax::Reader const& in, syntax::Token const& token);
  Failure reason(syntax::Reader& in, char const* kind);
  void check_condition(syntax::Reader const& in, syntax::Token const& token);
  void enter_order_scope();
  template <class Rule, class Program>
  void place(std::vector<Rule>& rules, std::vector<Program>& programs, Rule rule, Program program, Common const& common);

  Policy::Impl& impl_;
  Schema& schema_;
  std::vector<Source> const& sources_;
  Diagnostics& out_;
  Checker checker_;
  std::uint32_t header_ = 0;
  std::map<std::string, Span> names_;  ///< "kind name" -> where it was declared
};

/// First-match rules keep the order of the text, except where `before` says otherwise.
template <class Rule, class Program>
void RuleCompiler::place(std::vector<Rule>& rules, std::vector<Program>& programs, Rule rule, Program program,
                         Common const& common) {
  auto at = rules.size();
  if (!common.before.empty()) {
    for (at = 0; at < rules.size() && rules[at].info.name != common.before;) ++at;
    if (at == rules.size()) {
      checker_.error("BY0406", common.before_span, "there is no earlier rule `" + common.before + "` to stand before",
                     "`before` names a rule of the same kind that is declared above or in a used file");
    }
  }
  rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(at), std::move(rule));
  programs.insert(programs.begin() + static_cast<std::ptrdiff_t>(at), std::move(program));
}

}  // namespace bylaw::inline v0::policy
