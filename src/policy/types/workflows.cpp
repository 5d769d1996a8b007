// Workflow declarations become plain data; guards become conditions of the program.
#include <algorithm>

#include <bylaw/values/word_list.hpp>

#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

void RuleCompiler::compile_workflow(Cst const& cst, std::uint32_t node) {
  WorkflowDeclaration workflow;
  workflow.info = begin(cst, node, Kind::workflow, {});
  Reader in(cst, node);
  in.skip(2);
  if (in.accept("extends")) {
    workflow.info.note.clear();
    workflow.extends = in.take_name();
  }
  // A workflow that is called like a record moves things of that kind: its guards see that record.
  workflow_subject_ = Subject::order;
  for (std::size_t i = 0; i < subject_count; ++i) {
    auto const name = record_of(static_cast<Subject>(i));
    if (workflow.info.name == name || workflow.extends == name) workflow_subject_ = static_cast<Subject>(i);
  }
  if (workflow_subject_ == Subject::order) enter(Kind::workflow, {Subject::order});
  else enter(Kind::workflow, {Subject::order, workflow_subject_});
  in.accept("{");
  while (in.has_child()) state_item(cst, in.take_child(), workflow, -1, "");
  if (workflow.start.empty() && workflow.extends.empty()) checker_.error("BY0424", workflow.info.span, {{"rule", workflow.info.name}});
  impl_.workflows.push_back(std::move(workflow));
}

void RuleCompiler::state_item(Cst const& cst, std::uint32_t node, WorkflowDeclaration& workflow, std::int32_t parent, std::string const& region) {
  Reader in(cst, node);
  switch (in.kind()) {
    case NodeKind::version:
      in.skip(1);
      workflow.version = static_cast<std::int32_t>(whole_number(in, "a version", 1, 1'000'000));
      return;
    case NodeKind::migrate: return compile_migration(in, workflow);
    case NodeKind::state: return compile_state(cst, node, workflow, parent, region);
    case NodeKind::region: {
      in.skip(1);
      auto const name = in.take_name();
      in.accept("{");
      // The start of a region is kept with its first state: `start` of the parent names one per region.
      while (in.has_child()) state_item(cst, in.take_child(), workflow, parent, name);
      return;
    }
    default: break;
  }
  if (in.accept("start")) {
    auto& start = parent < 0 ? workflow.start : workflow.states[static_cast<std::size_t>(parent)].start;
    start += (start.empty() ? "" : ",") + in.take_name();
  } else if (parent >= 0) {
    state_clause(in, workflow, parent);
  } else {
    checker_.error("BY0427", in.span(), {{"problem", "this clause stands in no state"}, {"help", "move it into `state NAME { ... }`"}});
  }
}

void RuleCompiler::compile_state(Cst const& cst, std::uint32_t node, WorkflowDeclaration& workflow, std::int32_t parent, std::string const& region) {
  Reader in(cst, node);
  State state;
  state.final = in.accept("final");
  in.skip(1);
  state.span = in.span_of(in.peek());
  state.name = in.take_name();
  state.parent = parent;
  state.region = region;
  for (auto const& other : workflow.states) {
    if (other.name == state.name) checker_.error("BY0301", state.span, {{"what", "state"}, {"name", state.name}, {"help", "join them, or rename one"}});
  }
  auto const index = static_cast<std::int32_t>(workflow.states.size());
  workflow.states.push_back(std::move(state));
  in.accept("{");
  while (in.has_child()) state_item(cst, in.take_child(), workflow, index, "");
}

std::vector<Action> RuleCompiler::actions(Clause& in) {
  std::vector<Action> out;
  do {
    Reader action(in.cst(), in.take_child());
    Action one;
    one.name = action.take_name();
    while (action.has_child()) {
      Reader argument(in.cst(), action.take_child());
      auto const span = argument.span();
      one.arguments.push_back(impl_.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset));
    }
    out.push_back(std::move(one));
  } while (in.accept(","));
  return out;
}

void RuleCompiler::state_clause(Clause& in, WorkflowDeclaration& workflow, std::int32_t index) {
  auto& state = workflow.states[static_cast<std::size_t>(index)];
  if (in.accept("enter")) {
    state.enter = actions(in);
  } else if (in.accept("leave")) {
    state.leave = actions(in);
  } else if (in.accept("others")) {
    state.others = in.at("ignore") ? OtherEvents::ignore : in.at("dead") ? OtherEvents::dead_letter : in.at("park") ? OtherEvents::park : OtherEvents::reject;
    if (state.others == OtherEvents::park) {
      in.skip(3);  // park up to
      state.park_for = duration(in);
    }
  } else {
    compile_transition(in, state);
  }
}

void RuleCompiler::compile_transition(Clause& in, State& state) {
  Transition transition;
  transition.span = in.span();
  checker_.env.known.clear();
  if (in.accept("on")) {
    transition.event = in.take_name();
    if (in.accept("by")) transition.by = roles(in);
  } else if (in.accept("after")) {
    transition.timed = true;
    transition.after = duration(in);
  }
  auto const condition = [&](char const* word) {
    if (!in.accept(word)) return ExprIndex{-1};
    auto const child = in.take_child();
    auto const span = Reader(in.cst(), child).span();
    transition.guard_text += (transition.guard_text.empty() ? "" : " ") + std::string(word) + " " +
                             impl_.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset);
    return checker_.condition(in.cst(), child);
  };
  auto when = condition("when");
  checker_.assume(when);
  auto const unless = condition("unless");
  if (unless >= 0) {
    Expr negated;
    negated.op = Op::logical_not;
    negated.type.base = Base::boolean;
    negated.span = checker_.node(unless).span;
    negated.args = {static_cast<std::uint32_t>(unless)};
    auto const inverse = checker_.push(std::move(negated));
    if (when < 0) {
      when = static_cast<ExprIndex>(inverse);
    } else {
      Expr both;
      both.op = Op::logical_and;
      both.type.base = Base::boolean;
      both.span = checker_.node(when).span;
      both.args = {static_cast<std::uint32_t>(when), inverse};
      when = static_cast<ExprIndex>(checker_.push(std::move(both)));
    }
  }
  if (when >= 0) transition.guard = guard_number(when, transition.guard_text);
  if (in.accept("do")) transition.actions = actions(in);
  if (in.accept("go")) transition.target = in.take_name();
  state.transitions.push_back(std::move(transition));
}

/// The same words in the same file and about the same record are the same guard: a machine asks it once.
std::int32_t RuleCompiler::guard_number(ExprIndex condition, std::string const& text) {
  auto const key = std::to_string(header_) + " " + std::to_string(static_cast<int>(workflow_subject_)) + " " + text;
  auto const [at, fresh] = guard_numbers_.emplace(key, static_cast<std::int32_t>(impl_.guards.size()));
  if (fresh) impl_.guards.push_back({condition, workflow_subject_});
  return at->second;
}

void RuleCompiler::compile_migration(Clause& in, WorkflowDeclaration& workflow) {
  Migration migration;
  in.skip(2);  // migrate from
  migration.from = static_cast<std::int32_t>(whole_number(in, "a version", 1, 1'000'000));
  in.accept("{");
  while (in.has_child()) {
    Reader row(in.cst(), in.take_child());
    migration.old_states.push_back(row.take_name());
    row.accept("becomes");
    migration.new_states.push_back(row.take_name());
  }
  workflow.migrations.push_back(std::move(migration));
}

/// A variant has all states of what it extends; a state it repeats has its transitions before the inherited ones, and for
/// an event that it speaks of instead of them.
void RuleCompiler::extend_workflows() {
  std::vector<std::string> names;
  for (auto const& workflow : impl_.workflows) names.push_back(workflow.info.name);
  std::vector<bool> done(impl_.workflows.size());
  for (std::size_t round = 0; round < impl_.workflows.size(); ++round) {
    for (std::size_t i = 0; i < impl_.workflows.size(); ++i) {
      auto& workflow = impl_.workflows[i];
      if (done[i]) continue;
      if (workflow.extends.empty()) {
        done[i] = true;
        continue;
      }
      auto const base = std::find(names.begin(), names.end(), workflow.extends);
      if (base == names.end()) continue;
      auto const base_index = static_cast<std::size_t>(base - names.begin());
      if (!done[base_index]) continue;
      auto states = impl_.workflows[base_index].states;
      std::vector<std::int32_t> place(workflow.states.size());
      for (std::size_t s = 0; s < workflow.states.size(); ++s) {
        auto& own = workflow.states[s];
        auto const known = std::find_if(states.begin(), states.end(), [&](State const& other) { return other.name == own.name; });
        place[s] = static_cast<std::int32_t>(known - states.begin());
        if (own.parent >= 0) own.parent = place[static_cast<std::size_t>(own.parent)];
        if (known == states.end()) {
          states.push_back(own);
          continue;
        }
        if (own.final != known->final) checker_.error("BY0459", own.span, {{"state", own.name}});
        // What a variant says of an event, it says instead of what it extends.
        std::erase_if(known->transitions, [&](Transition const& old) {
          return !old.event.empty() && std::any_of(own.transitions.begin(), own.transitions.end(), [&](Transition const& t) { return t.event == old.event; });
        });
        known->transitions.insert(known->transitions.begin(), own.transitions.begin(), own.transitions.end());
        if (own.others != OtherEvents::inherit) {
          known->others = own.others;
          known->park_for = own.park_for;
        }
        if (!own.enter.empty()) known->enter = own.enter;
        if (!own.leave.empty()) known->leave = own.leave;
        if (!own.start.empty()) known->start = own.start;
      }
      workflow.states = std::move(states);
      if (workflow.start.empty()) workflow.start = impl_.workflows[base_index].start;
      done[i] = true;
    }
  }
  for (std::size_t i = 0; i < impl_.workflows.size(); ++i) {
    if (done[i]) continue;
    auto const& workflow = impl_.workflows[i];
    bool const shipped = workflow.extends == "order" || workflow.extends == "return";
    checker_.error("BY0451", workflow.info.span,
                   {{"name", workflow.extends},
                    {"rule", workflow.info.name},
                    {"near", nearest(workflow.extends, names)},
                    {"help", shipped ? "add `use \"" + workflow.extends + ".bylaw\";`" : ""}});
  }
}

void RuleCompiler::check_states(WorkflowDeclaration const& workflow) {
  std::vector<std::string> names;
  for (auto const& state : workflow.states) names.push_back(state.name);
  auto const check = [&](std::string const& name, Span span) {
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
    checker_.error("BY0425", span, {{"state", name}, {"rule", workflow.info.name}, {"near", nearest(name, names)}});
  };
  auto const check_all = [&](std::string_view list, Span span) {
    for (auto const name : split_words(list)) check(std::string(name), span);
  };
  check_all(workflow.start, workflow.info.span);
  for (auto const& state : workflow.states) {
    check_all(state.start, state.span);
    for (auto const& transition : state.transitions) check(transition.target, transition.span);
  }
  for (auto const& migration : workflow.migrations) {
    for (auto const& state : migration.new_states) check(state, workflow.info.span);
  }
}

}  // namespace bylaw::inline v0::policy
