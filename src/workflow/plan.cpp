// Names become numbers, and every transition learns what it enters.
#include <algorithm>

#include "workflow/build.hpp"

namespace bylaw::inline v0::workflow {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

template <class T>
std::size_t number_of(std::vector<T>& known, T const& value) {
  auto const found = std::find(known.begin(), known.end(), value);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  known.push_back(value);
  return known.size() - 1;
}

class Planner {
 public:
  explicit Planner(Definition definition) { plan_.machine.definition = std::move(definition); }

  Result<Plan> run() {
    auto tree = grow(machine_.definition);
    if (!tree) return Unexpected{tree.error()};
    plan_.tree = std::move(*tree);
    auto const& states = machine_.definition.states;
    for (auto const& state : states) {
      for (auto const& transition : state.transitions) {
        if (!transition.event.empty()) (void)number_of(machine_.events, transition.event);
      }
    }
    if (machine_.events.size() >= 0xffff) return too_many("too_many_events", "events", 0xfffe);
    plan_.moves_of.resize(states.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
      std::size_t clocks = 0;
      for (auto const& transition : states[i].transitions) {
        if (auto const done = add(static_cast<std::int32_t>(i), transition, clocks); !done) return Unexpected{done.error()};
      }
    }
    if (machine_.guards.size() > bits_max) return too_many("too_many_guards", "different conditions in its guards", bits_max);
    if (machine_.roles.size() >= bits_max) return too_many("too_many_roles", "roles", bits_max - 1);
    if (machine_.timers.size() > bits_max) return too_many("too_many_timers", "timers", bits_max);
    if (plan_.moves.size() >= 0xffff) return too_many("too_many_transitions", "transitions", 0xfffe);
    for (auto& moves : plan_.moves_of) {
      std::stable_sort(moves.begin(), moves.end(), [&](auto a, auto b) { return turn(plan_.moves[a]) < turn(plan_.moves[b]); });
      if (auto const done = check_ties(moves); !done) return Unexpected{done.error()};
    }
    return std::move(plan_);
  }

 private:
  Unexpected<Error> too_many(char const* code, char const* what, std::size_t limit) {
    auto const& name = machine_.definition.name;
    return failure(code, "the workflow `" + name + "` has more than " + std::to_string(limit) + " " + what, name, "make several workflows of it");
  }

  /// Guards are asked first, then what has no guard, then clocks.
  static int turn(Move const& move) { return move.timer != none8 ? 2 : move.guard != none8 ? 0 : 1; }

  Result<void> add(std::int32_t state, Transition const& transition, std::size_t& clocks) {
    auto const& definition = machine_.definition;
    Move move;
    move.state = state;
    move.written = &transition;
    bool const by_itself = transition.event.empty();
    move.column = by_itself ? machine_.events.size() : number_of(machine_.events, transition.event);
    auto const& name = definition.states[at(state)].name;
    if (by_itself && !transition.timed && transition.target < 0) {
      return failure("no_way",
                     "in the state `" + name + "` of the workflow `" + definition.name + "` a `when` leads nowhere, so it would be done again and again",
                     definition.name, "add `go STATE`, or do it at an event or `after` a time");
    }
    for (auto const& role : transition.by) {
      auto const number = number_of(machine_.roles, role);
      if (number + 1 < bits_max) move.roles |= RoleBits{1} << number;
    }
    if (transition.guard >= 0) move.guard = static_cast<std::uint8_t>(std::min<std::size_t>(number_of(machine_.guards, transition.guard), 0xfe));
    if (transition.timed) {
      move.timer = static_cast<std::uint8_t>(std::min<std::size_t>(machine_.timers.size(), 0xfe));
      machine_.timers.push_back({name + "/after_" + std::to_string(++clocks), state, transition.after});
    }
    if (transition.target >= 0) {
      move.domain = plan_.tree.domain(state, transition.target);
      move.entered = plan_.tree.path(move.domain, transition.target, definition);
      for (auto const entered : move.entered) {
        if (plan_.tree.is_leaf(entered)) move.leaves.push_back(plan_.tree.position[at(entered)]);
      }
      std::sort(move.leaves.begin(), move.leaves.end());
    }
    plan_.moves_of[at(state)].push_back(static_cast<std::uint16_t>(plan_.moves.size()));
    plan_.moves.push_back(std::move(move));
    return {};
  }

  /// Two ways that are open at the same time, whatever the facts are. What only the facts can tell is looked at in `step`.
  Result<void> check_ties(std::vector<std::uint16_t> const& moves) {
    for (std::size_t i = 0; i < moves.size(); ++i) {
      for (std::size_t j = i + 1; j < moves.size(); ++j) {
        auto& a = plan_.moves[moves[i]];
        auto const& b = plan_.moves[moves[j]];
        bool const shared_role = a.roles == 0 || b.roles == 0 || (a.roles & b.roles) != 0;
        if (a.column != b.column || a.timer != none8 || b.timer != none8 || !shared_role) continue;
        bool const same = a.written->target == b.written->target && a.written->actions == b.written->actions;
        if (a.guard != b.guard) {
          a.rivals = a.rivals || (a.guard != none8 && b.guard != none8 && !same);
          continue;
        }
        auto const& definition = machine_.definition;
        auto const event = a.written->event.empty() ? "one guard" : "the event `" + a.written->event + "`";
        return failure("tied",
                       "in the state `" + definition.states[at(a.state)].name + "` of the workflow `" + definition.name + "` two transitions take " + event +
                           " at the same time",
                       definition.name, "keep one of them, or give them guards or roles that exclude each other");
      }
    }
    return {};
  }

  Plan plan_;
  Machine::Impl& machine_ = plan_.machine;
};

}  // namespace

Result<Plan> plan(Definition definition) { return Planner(std::move(definition)).run(); }

}  // namespace bylaw::inline v0::workflow
