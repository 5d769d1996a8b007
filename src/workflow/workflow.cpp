#include <algorithm>
#include <deque>

#include <bylaw/workflow/workflow.hpp>

namespace bylaw::inline v0::workflow {

namespace {

/// Breadth first from the start: for each state the state before it, -1 for the start, -2 when not reached.
std::vector<std::int32_t> shortest_paths(Definition const& definition) {
  std::vector<std::int32_t> before(definition.states.size(), -2);
  std::deque<std::int32_t> open{definition.start};
  before[static_cast<std::size_t>(definition.start)] = -1;
  while (!open.empty()) {
    auto const at = open.front();
    open.pop_front();
    for (auto const& transition : definition.states[static_cast<std::size_t>(at)].transitions) {
      if (transition.target < 0 || before[static_cast<std::size_t>(transition.target)] != -2) continue;
      before[static_cast<std::size_t>(transition.target)] = at;
      open.push_back(transition.target);
    }
  }
  return before;
}

std::string path_to(Definition const& definition, std::vector<std::int32_t> const& before, std::int32_t state) {
  std::string text;
  for (auto at = state; at >= 0; at = before[static_cast<std::size_t>(at)]) {
    text = definition.states[static_cast<std::size_t>(at)].name + (text.empty() ? "" : " -> " + text);
  }
  return text;
}

std::vector<bool> can_finish(Definition const& definition) {
  std::vector<bool> finishes(definition.states.size());
  for (std::size_t i = 0; i < finishes.size(); ++i) finishes[i] = definition.states[i].final;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < finishes.size(); ++i) {
      if (finishes[i]) continue;
      for (auto const& transition : definition.states[i].transitions) {
        if (transition.target >= 0 && finishes[static_cast<std::size_t>(transition.target)]) finishes[i] = changed = true;
      }
    }
  }
  return finishes;
}

void follow(Definition const& definition, State const& from, Transition const& transition, Step& out) {
  auto const append = [&](std::vector<std::string> const& actions) { out.actions.insert(out.actions.end(), actions.begin(), actions.end()); };
  if (transition.target < 0) return append(transition.actions);
  append(from.leave);
  append(transition.actions);
  auto const& to = definition.states[static_cast<std::size_t>(transition.target)];
  append(to.enter);
  out.state = transition.target;
  out.path.push_back(transition.target);
}

bool enabled(Transition const& transition, Guards guards, bool& failed) {
  return transition.guard < 0 || (guards.answer != nullptr && guards.answer(guards.context, transition.guard, failed));
}

/// Whether, beside an open transition with a guard, another guarded one for the same event is open too:
/// what happens would then depend on the order of the text. One without a guard is what remains.
bool tied(State const& state, Transition const& chosen, std::string_view role, Guards guards, bool& failed) {
  if (chosen.guard < 0) return false;
  for (auto const& other : state.transitions) {
    bool const rival =
        &other != &chosen && other.guard >= 0 && other.event == chosen.event && (other.target != chosen.target || other.actions != chosen.actions);
    bool const may = role.empty() || other.by.empty() || std::find(other.by.begin(), other.by.end(), role) != other.by.end();
    if (rival && may && enabled(other, guards, failed)) return true;
  }
  return false;
}

/// Takes transitions without event until none is enabled. Bounded by the number of states, so a
/// cycle of guards that all hold ends.
void settle_from(Definition const& definition, Guards guards, Step& out) {
  for (std::size_t round = 0; round < definition.states.size(); ++round) {
    auto const& state = definition.states[static_cast<std::size_t>(out.state)];
    bool failed = false;
    auto const next = std::find_if(state.transitions.begin(), state.transitions.end(),
                                   [&](Transition const& t) { return t.event.empty() && !failed && enabled(t, guards, failed); });
    if (failed) out.reaction = Reaction::guard_failed;
    if (failed || next == state.transitions.end()) return;
    if (tied(state, *next, {}, guards, failed)) {
      out.reaction = failed ? Reaction::guard_failed : Reaction::tied;
      return;
    }
    follow(definition, state, *next, out);
  }
}

}  // namespace

Result<void> check(Definition const& definition) {
  auto const& name = definition.name;
  if (definition.states.empty()) return failure("no_states", "the workflow `" + name + "` has no states", name);
  if (definition.start < 0 || static_cast<std::size_t>(definition.start) >= definition.states.size()) {
    return failure("no_start", "the workflow `" + name + "` starts in a state that it does not have", name, "add `start STATE;`");
  }
  auto const before = shortest_paths(definition);
  auto const finishes = can_finish(definition);
  for (std::size_t i = 0; i < definition.states.size(); ++i) {
    auto const& state = definition.states[i];
    if (before[i] == -2) {
      return failure("unreachable", "no transition leads to the state `" + state.name + "` of the workflow `" + name + "`", name,
                     "add a transition with `go " + state.name + "`, or remove the state");
    }
    if (!finishes[i]) {
      return failure("stuck",
                     "the workflow `" + name + "` cannot finish from `" + state.name + "`: " + path_to(definition, before, static_cast<std::int32_t>(i)), name,
                     "add a transition on the way to a final state");
    }
  }
  return {};
}

Step step(Definition const& definition, std::int32_t state, std::string_view event, std::string_view role, Guards guards) {
  Step out;
  out.state = state;
  auto const& from = definition.states[static_cast<std::size_t>(state)];
  bool forbidden = false;
  for (auto const& transition : from.transitions) {
    if (transition.event != event || transition.event.empty()) continue;
    bool const may = role.empty() || transition.by.empty() || std::find(transition.by.begin(), transition.by.end(), role) != transition.by.end();
    if (!may) {
      forbidden = true;
      continue;
    }
    bool failed = false;
    bool const open = enabled(transition, guards, failed);
    if (failed) {
      out.reaction = Reaction::guard_failed;
      return out;
    }
    if (!open) continue;
    if (tied(from, transition, role, guards, failed)) {
      out.reaction = failed ? Reaction::guard_failed : Reaction::tied;
      return out;
    }
    out.reaction = Reaction::moved;
    follow(definition, from, transition, out);
    settle_from(definition, guards, out);
    return out;
  }
  if (forbidden) {
    out.reaction = Reaction::forbidden;
    return out;
  }
  switch (from.others) {
    case Others::reject: out.reaction = Reaction::rejected; break;
    case Others::ignore: out.reaction = Reaction::ignored; break;
    case Others::dead_letter: out.reaction = Reaction::dead_lettered; break;
    case Others::park: out.reaction = Reaction::parked; break;
  }
  return out;
}

Step settle(Definition const& definition, std::int32_t state, Guards guards) {
  Step out;
  out.state = state;
  out.reaction = Reaction::ignored;
  settle_from(definition, guards, out);
  bool const stopped = out.reaction == Reaction::guard_failed || out.reaction == Reaction::tied;
  if (!out.path.empty() && !stopped) out.reaction = Reaction::moved;
  return out;
}

}  // namespace bylaw::inline v0::workflow
