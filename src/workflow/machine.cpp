// What a machine can be asked.
#include <algorithm>
#include <utility>

#include "workflow/build.hpp"

namespace bylaw::inline v0::workflow {

Result<Machine> Machine::build(Definition definition) {
  auto planned = plan(std::move(definition));
  if (!planned) return Unexpected{planned.error()};
  auto const walk = enumerate(*planned);
  if (!walk) return Unexpected{walk.error()};
  if (auto const sound = check(*planned, *walk); !sound) return Unexpected{sound.error()};
  auto& machine = planned->machine;
  for (std::size_t i = 0; i < machine.configurations.size(); ++i) machine.by_name.emplace(machine.configurations[i].name, static_cast<std::uint32_t>(i));
  std::vector<bool> named;
  for (auto const entry : machine.entry) named.push_back(entry != 0xffffffff);
  // A state that no transition names is entered with another one: it stands for the first configuration that has it.
  for (std::size_t c = machine.configurations.size(); c-- > 0;) {
    for (auto i = machine.leaf_begin[c]; i < machine.leaf_begin[c + 1]; ++i) {
      for (std::int32_t state = machine.leaves[i]; state >= 0; state = machine.definition.states[static_cast<std::size_t>(state)].parent) {
        if (!named[static_cast<std::size_t>(state)]) machine.entry[static_cast<std::size_t>(state)] = static_cast<std::uint32_t>(c);
      }
    }
  }
  return Machine(new Impl(std::move(machine)));
}

Machine::Machine(Machine const& other) noexcept : impl_(other.impl_) {
  if (impl_ != nullptr) __atomic_add_fetch(&impl_->references, 1, __ATOMIC_RELAXED);
}
Machine::Machine(Machine&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Machine& Machine::operator=(Machine other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Machine::~Machine() {
  if (impl_ != nullptr && __atomic_sub_fetch(&impl_->references, 1, __ATOMIC_ACQ_REL) == 0) delete impl_;
}

Definition const& Machine::definition() const noexcept { return impl_->definition; }
Configuration Machine::start() const noexcept { return impl_->start; }
Effect const& Machine::start_effect() const noexcept { return impl_->start_effect; }
std::uint32_t Machine::configuration_count() const noexcept { return static_cast<std::uint32_t>(impl_->configurations.size()); }
std::string const& Machine::name(Configuration configuration) const noexcept { return impl_->configurations[configuration.value].name; }
bool Machine::finished(Configuration configuration) const noexcept { return impl_->configurations[configuration.value].finished; }
std::vector<std::string> const& Machine::events() const noexcept { return impl_->events; }
std::vector<std::string> const& Machine::actions() const noexcept { return impl_->actions; }
std::vector<Timer> const& Machine::timers() const noexcept { return impl_->timers; }
std::uint32_t Machine::effect_count() const noexcept { return static_cast<std::uint32_t>(impl_->effects.size()); }
Effect const& Machine::effect(std::uint32_t number) const noexcept { return impl_->effects[number]; }
std::vector<std::int32_t> const& Machine::guards() const noexcept { return impl_->guards; }
std::size_t Machine::settle_max() const noexcept { return impl_->definition.states.size() + 1; }

bool Machine::find(std::string_view name, Configuration& out) const noexcept {
  auto const found = impl_->by_name.find(std::string(name));
  if (found == impl_->by_name.end()) return false;
  out = Configuration(found->second);
  return true;
}

bool Machine::find_entry(std::string_view state, Configuration& out) const noexcept {
  auto const index = impl_->definition.find(state);
  if (index < 0 || impl_->entry[static_cast<std::size_t>(index)] == 0xffffffff) return false;
  out = Configuration(impl_->entry[static_cast<std::size_t>(index)]);
  return true;
}

std::vector<std::uint16_t> Machine::active(Configuration configuration) const {
  std::vector<std::uint16_t> out;
  auto const& states = impl_->definition.states;
  for (auto i = impl_->leaf_begin[configuration.value]; i < impl_->leaf_begin[configuration.value + 1]; ++i) {
    std::vector<std::uint16_t> chain;
    for (std::int32_t state = impl_->leaves[i]; state >= 0; state = states[static_cast<std::size_t>(state)].parent) {
      auto const number = static_cast<std::uint16_t>(state);
      std::erase(out, number);  // what is around several regions comes last
      chain.push_back(number);
    }
    out.insert(out.end(), chain.begin(), chain.end());
  }
  return out;
}

Duration const& Machine::park_for(Configuration configuration) const noexcept {
  static constexpr Duration none{};
  auto const parks = impl_->configurations[configuration.value].parks;
  return parks < 0 ? none : impl_->definition.states[static_cast<std::size_t>(parks)].park_for;
}

EventNumber Machine::event(std::string_view name) const noexcept {
  auto const found = std::find(impl_->events.begin(), impl_->events.end(), name);
  return found == impl_->events.end() ? unknown_event : EventNumber(static_cast<std::uint16_t>(found - impl_->events.begin()));
}

std::vector<std::string> Machine::possible(Configuration configuration) const {
  std::vector<std::string> out;
  for (std::size_t e = 0; e < impl_->events.size(); ++e) {
    if (impl_->cell(configuration, e).count > 0) out.push_back(impl_->events[e]);
  }
  return out;
}

bool Machine::can_reach(Configuration configuration, EventNumber event) const {
  if (event.value >= impl_->events.size()) return false;
  std::vector<bool> seen(impl_->configurations.size());
  std::vector<std::uint32_t> open{configuration.value};
  seen[configuration.value] = true;
  while (!open.empty()) {
    Configuration const at(open.back());
    open.pop_back();
    if (impl_->cell(at, event.value).count > 0) return true;
    for (std::size_t c = 0; c <= impl_->events.size(); ++c) {
      auto const& cell = impl_->cell(at, c);
      for (std::size_t i = 0; i < cell.count; ++i) {
        auto const to = impl_->choices[cell.first + i].target;
        if (!seen[to]) open.push_back(to);
        seen[to] = true;
      }
    }
  }
  return false;
}

RoleBits Machine::role(std::string_view name) const noexcept {
  auto const found = std::find(impl_->roles.begin(), impl_->roles.end(), name);
  return found == impl_->roles.end() ? 0 : RoleBits{1} << (found - impl_->roles.begin());
}

GuardBits Machine::guards_of_settling(Configuration configuration, TimerBits elapsed) const noexcept {
  GuardBits out = 0;
  auto const& cell = impl_->cell(configuration, impl_->by_itself());
  for (std::size_t i = 0; i < cell.count; ++i) {
    auto const& choice = impl_->choices[cell.first + i];
    if ((choice.timer & ~elapsed) == 0) out |= choice.guard;
  }
  return out;
}

GuardBits Machine::guards_of(Configuration configuration, EventNumber event) const noexcept {
  GuardBits out = 0;
  if (event.value >= impl_->events.size()) return out;
  auto const& cell = impl_->cell(configuration, event.value);
  for (std::size_t i = 0; i < cell.count; ++i) out |= impl_->choices[cell.first + i].guard;
  return out;
}

}  // namespace bylaw::inline v0::workflow
