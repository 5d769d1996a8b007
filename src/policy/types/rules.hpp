#pragma once
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

/// Compiles rules and workflows of all files, in order, into the program.
class RuleCompiler {
 public:
  RuleCompiler(Policy::Impl& impl, Schema& schema, Diagnostics& out) : impl_(impl), schema_(schema), out_(out), checker_(impl, schema, out) {}

  /// Measures and functions come first: rules of any file may use them.
  void declare_figures(std::vector<syntax::Cst> const& files);
  void compile_file(syntax::Cst const& cst, std::uint32_t header);
  /// What can only be said when all files are read: names that point at rules, workflows that extend others.
  void finish();

  Checker& checker() { return checker_; }

 private:
  struct Common {
    Guard guard;
    std::string before;
    Span before_span;
  };
  using Clause = syntax::Reader;

  // figures.cpp
  void declare_function(syntax::Cst const& cst, std::uint32_t node);
  FunctionProgram::Parameter parameter(syntax::Cst const& cst, std::uint32_t node);
  void declare_measure(syntax::Cst const& cst, std::uint32_t node);
  void measure_key(syntax::Reader path, Measure& measure);
  // rules.cpp: what all rules share
  RuleInfo begin(syntax::Cst const& cst, std::uint32_t node, Kind kind, std::vector<std::string> const& repeatable);
  void check_once(syntax::Cst const& cst, std::uint32_t node, std::vector<std::string> const& repeatable);
  std::string doc_comment(syntax::Cst const& cst, syntax::Token const& first) const;
  /// `when` and `unless` are compiled first, because what they prove holds for the other clauses.
  Common compile_common(syntax::Cst const& cst, std::uint32_t node, RuleInfo& info);
  Guard guard(Clause& in);
  void close_guard();
  void enter(Kind kind, std::initializer_list<Subject> subjects);
  /// The element of `order.lines`, for rules that look at one line.
  void enter_line();
  bool read_scope(syntax::Cst const& cst, std::uint32_t node);
  std::vector<std::string> roles(Clause& in);
  void check_role(Clause const& in, syntax::Token const& token);
  std::vector<std::string> values(Clause& in, char const* enumeration, char const* what);
  void check_value(Clause const& in, syntax::Token const& token, char const* enumeration, char const* what);
  Reason reason(Clause& in, char const* kind);
  Duration duration(Clause& in, bool business_allowed = true);
  std::int64_t whole_number(Clause& in, char const* what, std::int64_t low, std::int64_t high);
  Limits limits(Clause& in, Base base);
  Timestamp moment(Clause& in, bool end_of_day);
  [[nodiscard]] bool is_damaged(RuleInfo const& info) const;
  void need(bool there, RuleInfo const& info, char const* kind, char const* clause, char const* example);
  void hold_reference(Clause const& in, syntax::Token const& token);
  template <class Rule, class Program>
  void place(std::vector<Rule>& rules, std::vector<Program>& programs, Rule rule, Program program, Common const& common);

  // holds.cpp
  void compile_hold(syntax::Cst const& cst, std::uint32_t node);
  void hold_clause(Clause& in, HoldRule& rule, HoldProgram& program);
  void compile_await(Clause& in, HoldProgram& program);
  void compile_expiry(Clause& in, HoldRule& rule);
  void compile_stop(syntax::Cst const& cst, std::uint32_t node);
  void compile_validation(syntax::Cst const& cst, std::uint32_t node);
  void compile_repair(Clause& in, ValidationProgram& program);
  // supply.cpp
  void compile_allocation(syntax::Cst const& cst, std::uint32_t node);
  void allocation_clause(Clause& in, AllocationRule& rule, AllocationProgram& program);
  void compile_protect(syntax::Cst const& cst, std::uint32_t node);
  void compile_publish(syntax::Cst const& cst, std::uint32_t node);
  void compile_backorder(syntax::Cst const& cst, std::uint32_t node);
  // promises.cpp
  void compile_service(syntax::Cst const& cst, std::uint32_t node);
  Deadline compile_deadline(syntax::Cst const& cst, std::uint32_t node);
  void read_place(Clause& in, Deadline& deadline);
  void compile_change(syntax::Cst const& cst, std::uint32_t node);
  // returns.cpp
  void compile_return(syntax::Cst const& cst, std::uint32_t node);
  void return_clause(Clause& in, ReturnProgram& program);
  void compile_windows(Clause& in, ReturnProgram& program);
  WindowClause compile_window(syntax::Cst const& cst, std::uint32_t node);
  void compile_verdict(Clause& in, std::string const& word, ReturnProgram& program);
  void compile_payments(Clause& in, ReturnProgram& program);
  void compile_labels(Clause& in, ReturnProgram& program);
  void compile_fee(Clause& in, ReturnProgram& program, bool deduction);
  [[nodiscard]] bool reads_net(std::uint32_t index) const;
  void compile_disposition(Clause& in, std::string const& word, ReturnProgram& program);
  // money.cpp
  void compile_approval(syntax::Cst const& cst, std::uint32_t node);
  OverClause compile_over(syntax::Cst const& cst, std::uint32_t node);
  void compile_brake(syntax::Cst const& cst, std::uint32_t node);
  void read_brake_limit(Clause& in, BrakeRule& rule);
  void compile_permit(syntax::Cst const& cst, std::uint32_t node);
  void compile_posting(syntax::Cst const& cst, std::uint32_t node);
  std::optional<Subject> posting_subject(Clause& in, PostingRule& rule);
  // workflows.cpp
  void compile_workflow(syntax::Cst const& cst, std::uint32_t node);
  void state_item(syntax::Cst const& cst, std::uint32_t node, WorkflowDeclaration& workflow, std::int32_t parent, std::string const& region);
  void compile_state(syntax::Cst const& cst, std::uint32_t node, WorkflowDeclaration& workflow, std::int32_t parent, std::string const& region);
  void state_clause(Clause& in, WorkflowDeclaration& workflow, std::int32_t state);
  void compile_transition(Clause& in, State& state);
  std::vector<Action> actions(Clause& in);
  void compile_migration(Clause& in, WorkflowDeclaration& workflow);
  std::int32_t guard_number(ExprIndex condition, std::string const& text);
  void extend_workflows();
  void check_states(WorkflowDeclaration const& workflow);

  /// Calls `use` with each clause of a rule's block but the common ones.
  template <class Use>
  void each_clause(syntax::Cst const& cst, std::uint32_t node, Use use);

  struct Reference {
    std::string name;
    Span span;
  };

  Policy::Impl& impl_;
  Schema& schema_;
  Diagnostics& out_;
  Checker checker_;
  std::uint32_t header_ = 0;
  std::map<std::string, Span> names_;       ///< "kind name" -> where it was declared
  std::vector<Reference> hold_references_;  ///< holds named by other rules
  Subject workflow_subject_ = Subject::order;
  std::map<std::string, std::int32_t> guard_numbers_;
};

/// First-match rules keep the order of the text, except where `before` says otherwise.
template <class Rule, class Program>
void RuleCompiler::place(std::vector<Rule>& rules, std::vector<Program>& programs, Rule rule, Program program, Common const& common) {
  program.guard = common.guard;
  auto at = rules.size();
  if (!common.before.empty()) {
    for (at = 0; at < rules.size() && rules[at].info.name != common.before;) ++at;
    if (at == rules.size()) checker_.error("BY0406", common.before_span, {{"rule", common.before}});
  }
  rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(at), std::move(rule));
  programs.insert(programs.begin() + static_cast<std::ptrdiff_t>(at), std::move(program));
}

template <class Use>
void RuleCompiler::each_clause(syntax::Cst const& cst, std::uint32_t node, Use use) {
  syntax::Reader in(cst, node);
  while (in.peek().text != "{") in.skip(1);
  while (in.has_child()) {
    auto const child = in.take_child();
    Clause clause(cst, child);
    auto const word = clause.peek().text;
    if (word == "when" || word == "unless" || word == "effective" || word == "before" || word == "note") continue;
    use(clause);
  }
}

}  // namespace bylaw::inline v0::policy
