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

/// Rules that are decided when asked, and that the engine does not act on by itself yet.
std::vector<std::string> decided_only(policy::Policy const& policy) {
  std::vector<std::string> out;
  auto const add = [&](std::size_t count, char const* one, char const* many) {
    if (count > 0) out.push_back(std::to_string(count) + " " + (count == 1 ? one : many));
  };
  auto const& holds = policy.holds();
  auto const count_holds = [&](auto has) { return static_cast<std::size_t>(std::count_if(holds.begin(), holds.end(), has)); };
  add(policy.stops().size(), "stop", "stops");
  add(policy.validations().size(), "validation", "validations");
  add(policy.measures().size(), "measure", "measures");
  add(policy.protects().size(), "protect", "protects");
  add(policy.publishes().size(), "publish", "publishes");
  add(policy.services().size(), "service", "services");
  add(policy.changes().size(), "change", "changes");
  add(policy.backorders().size(), "backorder", "backorders");
  add(policy.approvals().size(), "approval", "approvals");
  add(policy.postings().size(), "posting", "postings");
  add(count_holds([](auto const& hold) { return !hold.escalations.empty() || !hold.expiries.empty(); }), "hold with `escalate` or `expire`",
      "holds with `escalate` or `expire`");
  add(count_holds([](auto const& hold) { return hold.releases_itself || hold.clears; }), "hold with `release when` or `clears when`",
      "holds with `release when` or `clears when`");
  return out;
}

/// Descriptors of the language turned into a definition: names become indices.
workflow::Definition to_definition(policy::Policy const& policy, policy::WorkflowDeclaration const& declaration) {
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
      std::vector<std::string> by;
      for (auto const& role : transition.by) {
        auto const acting = policy.roles_acting_as(role);
        by.insert(by.end(), acting.begin(), acting.end());
      }
      definition.states[i].transitions.push_back({transition.event, std::move(by), transition.guard, names_of(transition.actions), target});
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
    rulebook.decided_only_ = decided_only(rulebook.policy_);
    if (auto const* order = find(rulebook.policy_, "order")) rulebook.order_ = to_definition(rulebook.policy_, *order);
    if (auto const* back = find(rulebook.policy_, "return")) rulebook.return_ = to_definition(rulebook.policy_, *back);
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
    auto const sound = workflow::check(to_definition(compiled.policy, declaration));
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
