// Workflow declarations of the language become checked machines.
#include "rulebook/build_workflows.hpp"

#include <algorithm>
#include <set>
#include <bylaw/policy/rules.hpp>

#include <bylaw/values/digest.hpp>
#include <bylaw/values/word_list.hpp>

namespace bylaw::inline v0::rulebook {

namespace {

workflow::Others to_others(policy::OtherEvents others) {
  switch (others) {
    case policy::OtherEvents::inherit: return workflow::Others::inherit;
    case policy::OtherEvents::ignore: return workflow::Others::ignore;
    case policy::OtherEvents::dead_letter: return workflow::Others::dead_letter;
    case policy::OtherEvents::park: return workflow::Others::park;
    case policy::OtherEvents::reject: break;
  }
  return workflow::Others::reject;
}

std::vector<std::string> names_of(std::vector<policy::Action> const& actions) {
  std::vector<std::string> names;
  for (auto const& action : actions) {
    auto text = action.name;
    for (std::size_t i = 0; i < action.arguments.size(); ++i) text += (i == 0 ? "(" : ", ") + action.arguments[i];
    names.push_back(text + (action.arguments.empty() ? "" : ")"));
  }
  return names;
}

std::vector<std::int32_t> indices_of(workflow::Definition const& definition, std::string_view list) {
  std::vector<std::int32_t> out;
  for (auto const name : split_words(list)) out.push_back(definition.find(name));
  return out;
}

workflow::Definition to_definition(policy::Policy const& policy, policy::WorkflowDeclaration const& declaration) {
  workflow::Definition out;
  out.name = declaration.info.name;
  out.version = declaration.version;
  for (auto const& state : declaration.states) {
    out.states.push_back(
        {state.name, state.parent, state.region, state.final, to_others(state.others), state.park_for, names_of(state.enter), names_of(state.leave), {}, {}});
  }
  out.starts = indices_of(out, declaration.start);
  for (std::size_t i = 0; i < declaration.states.size(); ++i) {
    out.states[i].starts = indices_of(out, declaration.states[i].start);
    for (auto const& transition : declaration.states[i].transitions) {
      std::vector<std::string> by;
      for (auto const& role : transition.by) {
        auto const acting = policy.roles_acting_as(role);
        by.insert(by.end(), acting.begin(), acting.end());
      }
      out.states[i].transitions.push_back({transition.event, std::move(by), transition.timed, transition.after, transition.guard, names_of(transition.actions),
                                           transition.target.empty() ? -1 : out.find(transition.target)});
    }
  }
  return out;
}

/// Everything that changes how instances move, with the words of the guards and of what they name; not comments or migrations.
std::string hash_of(policy::Policy const& policy, workflow::Definition definition, policy::WorkflowDeclaration const& declaration) {
  Digest digest;
  for (std::size_t i = 0; i < declaration.states.size(); ++i) {
    for (std::size_t j = 0; j < declaration.states[i].transitions.size(); ++j) {
      auto const& text = declaration.states[i].transitions[j].guard_text;
      digest.add(text.empty() ? std::string() : policy.unfolded(text, declaration.info.header));
      // Numbers of guards depend on what else the policy says.
      auto& guard = definition.states[i].transitions[j].guard;
      guard = guard < 0 ? -1 : 0;
    }
  }
  digest.add(workflow::fingerprint(definition));
  return to_hex(digest.finish()).substr(0, 32);
}

std::string kind_of(policy::Policy const& policy, policy::WorkflowDeclaration const& declaration) {
  auto const* at = &declaration;
  // As many rounds as there are workflows: a circle is a finding of its own.
  for (std::size_t round = 0; round < policy.workflows().size() && !at->extends.empty(); ++round) {
    for (auto const& other : policy.workflows()) {
      if (other.info.name == at->extends) at = &other;
    }
  }
  return at->info.name;
}

/// An action that nobody does would only seem to be done.
void check_actions(Workflow const& workflow, Span span, policy::Diagnostics& out) {
  std::vector<std::string_view> known;
  if (workflow.kind == "order") known.assign(std::begin(order_actions), std::end(order_actions));
  if (workflow.kind == "return") known.assign(std::begin(return_actions), std::end(return_actions));
  for (auto const& action : workflow.machine.actions()) {
    if (is_outside_action(action) || std::find(known.begin(), known.end(), action) != known.end()) continue;
    std::string list;
    for (auto const name : known) list += std::string(name) + ", ";
    for (auto const name : outside_actions) list += std::string(name) + (name == outside_actions[std::size(outside_actions) - 1] ? "" : ", ");
    out.push_back(policy::finding("BY0461", span, {{"rule", workflow.name}, {"action", action}, {"list", list}}));
  }
}

}  // namespace

bool is_outside_action(std::string_view action) noexcept {
  auto const name = action.substr(0, action.find('('));
  return std::find(std::begin(outside_actions), std::end(outside_actions), name) != std::end(outside_actions);
}

std::vector<Workflow> build_workflows(policy::Policy const& policy, policy::Diagnostics& out) {
  std::vector<Workflow> workflows;
  for (auto const& declaration : policy.workflows()) {
    auto const definition = to_definition(policy, declaration);
    auto machine = workflow::Machine::build(definition);
    if (!machine) {
      out.push_back(policy::finding("BY0427", declaration.info.span, {{"problem", machine.error().message}, {"help", machine.error().remedy}}));
      continue;
    }
    workflows.push_back({declaration.info.name, kind_of(policy, declaration), declaration.version, hash_of(policy, definition, declaration),
                         declaration.info.header, std::move(*machine), declaration.migrations});
    check_actions(workflows.back(), declaration.info.span, out);
  }
  return workflows;
}

namespace {

std::vector<std::string> words_of(std::string_view state) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= state.size();) {
    auto const end = std::min(state.find_first_of(".+", at), state.size());
    out.emplace_back(state.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// The innermost active states: all words, or those after the point.
std::set<std::string> leaves_of(std::string_view state) {
  auto const point = state.find('.');
  auto const words = words_of(point == std::string_view::npos ? state : state.substr(point + 1));
  return {words.begin(), words.end()};
}

}  // namespace

MigrationPlan plan_migration(Workflow const& to, std::int32_t from_version, std::string_view state) {
  auto const renamed = [&](std::string const& name) {
    for (auto const& migration : to.migrations) {
      if (migration.from != from_version) continue;
      for (std::size_t i = 0; i < migration.old_states.size(); ++i) {
        if (migration.old_states[i] == name) return migration.new_states[i];
      }
    }
    return name;
  };
  if (from_version > to.version)
    return {{}, "version " + std::to_string(from_version) + " is newer than version " + std::to_string(to.version) + " of this policy"};
  // What is active innermost decides: it must be active innermost in the new version too.
  std::set<std::string> leaves;
  for (auto const& leaf : leaves_of(state)) leaves.insert(renamed(leaf));
  for (std::uint32_t i = 0; i < to.machine.configuration_count(); ++i) {
    auto const& name = to.machine.name(workflow::Configuration(i));
    if (leaves_of(name) == leaves) return {name, {}};
  }
  // A state that got others inside it is entered anew.
  workflow::Configuration found;
  if (leaves.size() == 1 && to.machine.find_entry(*leaves.begin(), found)) return {to.machine.name(found), {}};
  std::string list;
  for (auto const& leaf : leaves) list += (list.empty() ? "" : "+") + leaf;
  return {{},
          "version " + std::to_string(to.version) + " has no state `" + list + "`; write `migrate from " + std::to_string(from_version) + " { " +
              *leaves.begin() + " becomes STATE; }`"};
}

}  // namespace bylaw::inline v0::rulebook
