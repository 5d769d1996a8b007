#include <algorithm>

#include <bylaw/rulebook/rulebook.hpp>

namespace bylaw::inline v0::rulebook {

namespace {

workflow::Others to_others(policy::OtherEvents others) {
  switch (others) {
    case policy::OtherEvents::ignore: return workflow::Others::ignore;
    case policy::OtherEvents::dead_letter: return workflow::Others::dead_letter;
    case policy::OtherEvents::park: return workflow::Others::park;
    case policy::OtherEvents::reject: break;
  }
  return workflow::Others::reject;
}

/// Descriptors of the language turned into a definition: names become indices.
workflow::Definition to_definition(policy::WorkflowDeclaration const& declaration) {
  workflow::Definition definition;
  definition.name = declaration.info.name;
  definition.version = declaration.version;
  for (auto const& state : declaration.states) {
    definition.states.push_back({state.name, state.final, to_others(state.others), state.enter, state.leave, {}});
  }
  definition.start = definition.find(declaration.start);
  for (std::size_t i = 0; i < declaration.states.size(); ++i) {
    for (auto const& transition : declaration.states[i].transitions) {
      auto const target = transition.target.empty() ? -1 : definition.find(transition.target);
      definition.states[i].transitions.push_back({transition.event, transition.by, transition.guard, transition.actions, target});
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
    if (auto const* order = find(rulebook.policy_, "order")) rulebook.order_ = to_definition(*order);
    if (auto const* back = find(rulebook.policy_, "return")) rulebook.return_ = to_definition(*back);
  }
};

Loaded load(std::vector<policy::Source> roots, policy::Loader loader, ZoneTable const& zones) {
  Loaded out;
  auto compiled = policy::Policy::compile(roots, loader, zones);
  bool shipped = false;
  for (auto const* name : {"order", "return"}) {
    if (compiled.policy.empty() || find(compiled.policy, name) != nullptr) continue;
    policy::Source source;
    if (loader.load == nullptr || !loader.load(loader.context, "", std::string(name) + ".bylaw", source)) continue;
    roots.push_back(std::move(source));
    shipped = true;
  }
  if (shipped) compiled = policy::Policy::compile(std::move(roots), loader, zones);
  out.diagnostics = std::move(compiled.diagnostics);
  out.sources = std::move(compiled.sources);
  if (compiled.policy.empty()) return out;
  for (auto const& declaration : compiled.policy.workflows()) {
    auto const sound = workflow::check(to_definition(declaration));
    if (sound) continue;
    out.diagnostics.push_back({policy::Severity::error, "BY0427", sound.error().message, {{declaration.info.span, ""}}, sound.error().remedy});
  }
  for (auto const* name : {"order", "return"}) {
    if (find(compiled.policy, name) == nullptr) {
      out.diagnostics.push_back({policy::Severity::error, "BY0428", std::string("there is no workflow `") + name + "`", {{Span{}, ""}}, "add the shipped one: use \"" + std::string(name) + ".bylaw\";"});
    }
  }
  if (!policy::has_errors(out.diagnostics)) Loader::set(out.rulebook, std::move(compiled.policy));
  return out;
}

}  // namespace bylaw::inline v0::rulebook
