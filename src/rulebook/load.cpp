#include <algorithm>

#include <bylaw/rulebook/rulebook.hpp>

namespace bylaw::inline v0::rulebook {

namespace {

workflow::Others to_others(policy::OtherEvents others) {
  switch (others) {
    case policy::OtherEvents::ignore: return workflow::Others::ignore;
    case policy::OtherEvents::dead_letter: return workflow::Others::dead_letter;
    case policy::OtherEvents::park: return workflow::Others::park;
    case policy::OtherEvents::inherit:
    case policy::OtherEvents::reject: break;
  }
  return workflow::Others::reject;
}

std::vector<std::string> names_of(std::vector<policy::Action> const& actions) {
  std::vector<std::string> names;
  for (auto const& action : actions) names.push_back(action.name);
  return names;
}

/// What of a workflow this version of the engine does not run yet; empty when it runs all of it.
std::string not_run(policy::WorkflowDeclaration const& declaration) {
  for (auto const& state : declaration.states) {
    if (state.parent >= 0) return "the nested state `" + state.name + "`";
    for (auto const& transition : state.transitions) {
      if (transition.timed) return "the timer in the state `" + state.name + "`";
    }
  }
  return {};
}

/// Descriptors of the language turned into a definition: names become indices.
workflow::Definition to_definition(policy::WorkflowDeclaration const& declaration) {
  workflow::Definition definition;
  definition.name = declaration.info.name;
  definition.version = declaration.version;
  for (auto const& state : declaration.states) {
    definition.states.push_back({state.name, state.final, to_others(state.others), names_of(state.enter), names_of(state.leave), {}});
  }
  definition.start = definition.find(declaration.start);
  for (std::size_t i = 0; i < declaration.states.size(); ++i) {
    for (auto const& transition : declaration.states[i].transitions) {
      auto const target = transition.target.empty() ? -1 : definition.find(transition.target);
      definition.states[i].transitions.push_back({transition.event, transition.by, transition.guard, names_of(transition.actions), target});
    }
  }
  return definition;
}

policy::WorkflowDeclaration const* find(policy::Policy const& policy, std::string_view name) {
  if (policy.empty()) return nullptr;
  for (auto const& workflow : policy.workflows()) {
    if (workflow.info.name == name) return &workflow;
  }
  return nullptr;
}

}  // namespace

struct Loader {
  static void set(Rulebook& rulebook, policy::Policy policy) {
    rulebook.policy_ = std::move(policy);
    for (auto const* name : {"order", "return"}) {
      auto const* workflow = find(rulebook.policy_, name);
      auto const missing = workflow == nullptr ? std::string{} : not_run(*workflow);
      if (!missing.empty() && rulebook.not_run_.empty()) rulebook.not_run_ = missing + " of the workflow `" + name + "`";
    }
    if (auto const* order = find(rulebook.policy_, "order")) rulebook.order_ = to_definition(*order);
    if (auto const* back = find(rulebook.policy_, "return")) rulebook.return_ = to_definition(*back);
  }
};

Loaded load(std::vector<policy::Source> roots, policy::Loader loader, ZoneTable const& zones, Date today) {
  Loaded out;
  auto compiled = policy::Policy::compile(roots, loader, zones, today);
  bool shipped = false;
  for (auto const* name : {"order", "return"}) {
    if (compiled.policy.empty() || find(compiled.policy, name) != nullptr) continue;
    policy::Source source;
    if (loader.load == nullptr || !loader.load(loader.context, "", std::string(name) + ".bylaw", source)) continue;
    roots.push_back(std::move(source));
    shipped = true;
  }
  if (shipped) compiled = policy::Policy::compile(std::move(roots), loader, zones, today);
  out.diagnostics = std::move(compiled.diagnostics);
  out.sources = std::move(compiled.sources);
  if (compiled.policy.empty()) return out;
  for (auto const& declaration : compiled.policy.workflows()) {
    if (!not_run(declaration).empty()) continue;  // reachability of nested states comes with the engine that runs them
    auto const sound = workflow::check(to_definition(declaration));
    if (sound) continue;
    out.diagnostics.push_back(policy::finding("BY0427", declaration.info.span, {{"problem", sound.error().message}, {"help", sound.error().remedy}}));
  }
  for (auto const* name : {"order", "return"}) {
    if (find(compiled.policy, name) == nullptr) {
      out.diagnostics.push_back(policy::finding("BY0428", Span{}, {{"rule", name}}));
    }
  }
  if (!policy::has_errors(out.diagnostics)) Loader::set(out.rulebook, std::move(compiled.policy));
  return out;
}

}  // namespace bylaw::inline v0::rulebook
