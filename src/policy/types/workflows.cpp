// Workflow declarations become plain data; guards become conditions of the program.
#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

void RuleCompiler::compile_workflow(Cst const& cst, std::uint32_t node) {
  WorkflowDeclaration workflow;
  workflow.info = info(cst, node, "workflow");
  enter_order_scope();
  Reader in(cst, node);
  in.skip(2);
  if (in.at("extends")) {
    checker_.error("BY0303", in.span_of(in.peek()), "`extends` is not part of this version", "write the states out");
    in.skip(2);
  }
  in.accept("{");
  while (in.has_child()) state_item(cst, in.take_child(), workflow);
  if (workflow.start.empty() && !workflow.states.empty()) {
    checker_.error("BY0424", workflow.info.span, "the workflow `" + workflow.info.name + "` does not say where it starts", "add `start STATE;`");
  }
  auto const has_state = [&](std::string const& name) {
    for (auto const& state : workflow.states) {
      if (state.name == name) return true;
    }
    return false;
  };
  std::vector<std::string> names;
  for (auto const& state : workflow.states) names.push_back(state.name);
  auto const unknown = [&](std::string const& name, Span span) {
    auto const near = did_you_mean(name, names);
    checker_.error("BY0425", span, "there is no state `" + name + "` in the workflow `" + workflow.info.name + "`",
                   near.empty() ? "" : near.substr(1));
  };
  if (!workflow.start.empty() && !has_state(workflow.start)) unknown(workflow.start, workflow.info.span);
  for (auto const& state : workflow.states) {
    for (auto const& transition : state.transitions) {
      if (!transition.target.empty() && !has_state(transition.target)) unknown(transition.target, state.span);
    }
  }
  impl_.workflows.push_back(std::move(workflow));
}

void RuleCompiler::state_item(Cst const& cst, std::uint32_t node, WorkflowDeclaration& workflow) {
  Reader in(cst, node);
  if (in.kind() == NodeKind::version) {
    in.skip(1);
    auto const number = Decimal::parse(in.take().text);
    workflow.version = number && number->scale() == 0 ? static_cast<std::int32_t>(number->coefficient() % 1'000'000) : 0;
    if (workflow.version < 1) checker_.error("BY0426", in.span(), "a version is a whole number from 1 on");
  } else if (in.kind() == NodeKind::clause && in.accept("start")) {
    workflow.start = in.take_name();
  } else if (in.kind() == NodeKind::state) {
    State state;
    state.span = in.span();
    state.final = in.accept("final");
    in.skip(1);
    state.name = in.take_name();
    for (auto const& other : workflow.states) {
      if (other.name == state.name) checker_.error("BY0301", state.span, "state `" + state.name + "` is declared twice", "join them");
    }
    in.accept("{");
    while (in.has_child()) state_clause(cst, in.take_child(), state);
    workflow.states.push_back(std::move(state));
  } else {
    checker_.error("BY0303", in.span(), "this clause of a workflow is not part of this version",
                   "this version knows version, start, state and final state");
  }
}

std::vector<std::string> RuleCompiler::actions(Reader& in) {
  std::vector<std::string> names;
  while (in.at_child()) {
    Reader action(in.cst(), in.take_child());
    names.push_back(action.take_name());
    if (!action.done()) checker_.error("BY0303", action.span(), "arguments of actions are not part of this version", "write the action alone");
    in.accept(",");
  }
  return names;
}

void RuleCompiler::state_clause(Cst const& cst, std::uint32_t node, State& state) {
  Reader in(cst, node);
  if (in.kind() != NodeKind::clause || in.at("after") || in.at("start")) {
    return checker_.error("BY0303", in.span(), "nested states, regions and timers are not part of this version",
                          "this version knows on, when, enter, leave and others");
  }
  if (in.accept("enter")) {
    state.enter = actions(in);
  } else if (in.accept("leave")) {
    state.leave = actions(in);
  } else if (in.accept("others")) {
    state.others = in.at("ignore") ? OtherEvents::ignore : in.at("dead") ? OtherEvents::dead_letter
                   : in.at("park")                      ? OtherEvents::park : OtherEvents::reject;
  } else {
    Transition transition;
    checker_.env.known.clear();
    if (in.accept("on")) transition.event = in.take_name();
    if (in.accept("by")) {
      while (!in.at("when") && !in.at("unless") && !in.at("do") && !in.at("go") && !in.at(";")) {
        check_role(in, in.peek());
        transition.by.push_back(in.take_name());
        in.accept(",");
      }
    }
    if (in.accept("when")) {
      transition.guard = static_cast<std::int32_t>(impl_.guards.size());
      impl_.guards.push_back(checker_.condition(cst, in.take_child()));
    }
    if (in.at("unless")) return checker_.error("BY0303", in.span(), "`unless` of a transition is not part of this version", "write `when not ...`");
    if (in.accept("do")) transition.actions = actions(in);
    if (in.accept("go")) transition.target = in.take_name();
    state.transitions.push_back(std::move(transition));
  }
}

}  // namespace bylaw::inline v0::policy
