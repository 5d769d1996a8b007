// The hot path: one look into the table, and what parallel regions add to it.
#include "workflow/machine_impl.hpp"

namespace bylaw::inline v0::workflow {

namespace {

bool may(Choice const& choice, RoleBits roles) noexcept { return (choice.roles & roles) != 0; }
bool holds(Choice const& choice, GuardBits guards, TimerBits elapsed) noexcept { return ((choice.guard & ~guards) | (choice.timer & ~elapsed)) == 0; }

/// Whether another guard of the same state holds for the same event: what happens would depend on the order of the text.
bool is_tied(Choice const* chosen, Choice const* end, RoleBits roles, GuardBits guards) noexcept {
  for (auto const* other = chosen + 1; other != end && other->state == chosen->state; ++other) {
    if (other->guard == 0 || other->timer != 0 || !may(*other, roles)) continue;
    if (holds(*other, guards, 0) && (other->target != chosen->target || other->effect != chosen->effect)) return true;
  }
  return false;
}

Step refused(Machine::Impl const& machine, Configuration from, Reaction reaction) noexcept {
  Step out;
  out.to = from;
  out.reaction = reaction;
  if (reaction == Reaction::forbidden || reaction == Reaction::tied) return out;
  switch (machine.configurations[from.value].others) {
    case Others::ignore: out.reaction = Reaction::ignored; break;
    case Others::dead_letter: out.reaction = Reaction::dead_lettered; break;
    case Others::park: out.reaction = Reaction::parked; break;
    case Others::inherit:
    case Others::reject: out.reaction = Reaction::rejected; break;
  }
  return out;
}

void take(Choice const& choice, Step& out) noexcept {
  out.reaction = Reaction::moved;
  out.to = Configuration(choice.target);
  out.effects[out.effect_count++] = choice.effect;
  out.timers_used |= choice.timer;
}

bool is_around(Machine::Impl const& machine, std::int32_t outer, std::int32_t inner) noexcept {
  while (inner >= 0 && inner != outer) inner = machine.definition.states[static_cast<std::size_t>(inner)].parent;
  return inner == outer;
}

/// The same transition seen from where the regions before have led; nullptr when its state is not active any more.
Choice const* seen_from(Machine::Impl const& machine, Configuration at, std::size_t column, std::uint16_t transition) noexcept {
  auto const& cell = machine.cell(at, column);
  for (std::size_t i = 0; i < cell.count; ++i) {
    if (machine.choices[cell.first + i].transition == transition) return &machine.choices[cell.first + i];
  }
  return nullptr;
}

/// Regions take the event one after the other, inner states before those around them.
Step step_regions(Machine::Impl const& machine, Configuration from, std::size_t column, RoleBits roles, GuardBits guards, TimerBits elapsed) noexcept {
  auto out = refused(machine, from, Reaction::rejected);
  auto const& cell = machine.cell(from, column);
  auto const* const begin = machine.choices.data() + cell.first;
  auto const* const end = begin + cell.count;
  std::uint16_t taken[regions_max];
  bool forbidden = false;
  for (auto const* choice = begin; choice != end && out.effect_count < regions_max; ++choice) {
    bool done = false;
    for (std::size_t i = 0; i < out.effect_count; ++i) done = done || is_around(machine, choice->state, taken[i]);
    if (done) continue;
    if (!may(*choice, roles)) {
      forbidden = true;
      continue;
    }
    if (!holds(*choice, guards, elapsed)) continue;
    if (choice->rivals && is_tied(choice, end, roles, guards)) return refused(machine, from, Reaction::tied);
    auto const* now = out.to == from ? choice : seen_from(machine, out.to, column, choice->transition);
    if (now == nullptr) continue;
    taken[out.effect_count] = choice->state;
    take(*now, out);
  }
  if (out.effect_count == 0 && forbidden) out.reaction = Reaction::forbidden;
  return out;
}

Step step_cell(Machine::Impl const& machine, Configuration from, std::size_t column, RoleBits roles, GuardBits guards, TimerBits elapsed) noexcept {
  auto const& cell = machine.cell(from, column);
  if (cell.parallel) return step_regions(machine, from, column, roles, guards, elapsed);
  auto const* const begin = machine.choices.data() + cell.first;
  auto const* const end = begin + cell.count;
  bool forbidden = false;
  for (auto const* choice = begin; choice != end; ++choice) {
    if ((static_cast<unsigned>(holds(*choice, guards, elapsed)) & static_cast<unsigned>(may(*choice, roles))) == 0) {
      forbidden = forbidden || !may(*choice, roles);
      continue;
    }
    if (choice->rivals && is_tied(choice, end, roles, guards)) return refused(machine, from, Reaction::tied);
    Step out;
    take(*choice, out);
    return out;
  }
  return refused(machine, from, forbidden ? Reaction::forbidden : Reaction::rejected);
}

}  // namespace

Step step(Machine const& machine, Configuration from, EventNumber event, RoleBits roles, GuardBits guards) noexcept {
  auto const& impl = machine.impl();
  if (event.value >= impl.events.size()) return refused(impl, from, Reaction::rejected);
  return step_cell(impl, from, event.value, roles | anyone, guards, 0);
}

Step settle(Machine const& machine, Configuration from, GuardBits guards, TimerBits elapsed) noexcept {
  auto const& impl = machine.impl();
  auto out = step_cell(impl, from, impl.by_itself(), every_role, guards, elapsed);
  if (out.reaction != Reaction::moved && out.reaction != Reaction::tied) out.reaction = Reaction::ignored;
  return out;
}

}  // namespace bylaw::inline v0::workflow
