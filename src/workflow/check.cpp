// The proofs on load: every state can be reached, and from everywhere there is a way to the end.
#include <algorithm>

#include "workflow/build.hpp"

namespace bylaw::inline v0::workflow {

namespace {

std::string label(Transition const& transition) {
  if (!transition.event.empty()) return transition.event;
  return transition.timed ? "time" : "by itself";
}

/// `imported -(validate)-> validated -(by itself)-> on_hold`: the shortest way, because it was found breadth first.
std::string way_to(Plan const& plan, Walk const& walk, std::size_t configuration) {
  auto const& configurations = plan.machine.configurations;
  auto text = configurations[configuration].name;
  for (auto i = configuration; walk.before[i] >= 0; i = static_cast<std::size_t>(walk.before[i])) {
    auto const& before = configurations[static_cast<std::size_t>(walk.before[i])].name;
    text = before + " -(" + label(*plan.moves[walk.by[i]].written) + ")-> " + text;
  }
  return text;
}

/// Backwards from the ends: which configurations have a way to one.
std::vector<bool> can_finish(Machine::Impl const& machine) {
  auto const count = machine.configurations.size();
  auto const columns = machine.events.size() + 1;
  std::vector<std::uint32_t> begin(count + 1, 0);
  for (auto const& choice : machine.choices) ++begin[choice.target + 1];
  for (std::size_t i = 0; i < count; ++i) begin[i + 1] += begin[i];
  std::vector<std::uint32_t> sources(machine.choices.size());
  auto next = begin;
  for (std::size_t from = 0; from < count; ++from) {
    for (std::size_t c = 0; c < columns; ++c) {
      auto const& cell = machine.cells[from * columns + c];
      for (std::size_t i = 0; i < cell.count; ++i) sources[next[machine.choices[cell.first + i].target]++] = static_cast<std::uint32_t>(from);
    }
  }
  std::vector<bool> finishes(count);
  std::vector<std::uint32_t> open;
  for (std::size_t i = 0; i < count; ++i) {
    if (!machine.configurations[i].finished) continue;
    finishes[i] = true;
    open.push_back(static_cast<std::uint32_t>(i));
  }
  while (!open.empty()) {
    auto const to = open.back();
    open.pop_back();
    for (auto i = begin[to]; i < begin[to + 1]; ++i) {
      if (finishes[sources[i]]) continue;
      finishes[sources[i]] = true;
      open.push_back(sources[i]);
    }
  }
  return finishes;
}

}  // namespace

Result<void> check(Plan const& plan, Walk const& walk) {
  auto const& machine = plan.machine;
  auto const& definition = machine.definition;
  auto const& name = definition.name;
  std::vector<bool> reached(definition.states.size());
  for (auto const leaf : machine.leaves) {
    for (std::int32_t state = leaf; state >= 0; state = definition.states[static_cast<std::size_t>(state)].parent)
      reached[static_cast<std::size_t>(state)] = true;
  }
  for (std::size_t i = 0; i < reached.size(); ++i) {
    if (reached[i]) continue;
    auto const& state = definition.states[i].name;
    return failure("unreachable", "no transition leads to the state `" + state + "` of the workflow `" + name + "`", name,
                   "add a transition with `go " + state + "`, or remove the state");
  }
  auto const finishes = can_finish(machine);
  for (std::size_t i = 0; i < finishes.size(); ++i) {
    if (finishes[i]) continue;
    return failure("stuck", "the workflow `" + name + "` cannot finish from `" + machine.configurations[i].name + "`: " + way_to(plan, walk, i), name,
                   "add a transition on the way to a final state");
  }
  return {};
}

}  // namespace bylaw::inline v0::workflow
