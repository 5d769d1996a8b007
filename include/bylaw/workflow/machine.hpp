#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/result.hpp>
#include <bylaw/values/strong.hpp>
#include <bylaw/workflow/definition.hpp>

namespace bylaw::inline v0::workflow {

using EventNumber = Strong<struct EventNumberTag, std::uint16_t>;
inline constexpr EventNumber unknown_event{0xffff};

/// Bits by the machine's own numbers: guards that hold, roles of the caller, timers that have run out.
using GuardBits = std::uint64_t;
using RoleBits = std::uint64_t;
using TimerBits = std::uint64_t;
inline constexpr RoleBits every_role = ~RoleBits{0};

inline constexpr std::size_t regions_max = 8;               ///< active at once
inline constexpr std::size_t bits_max = 64;                 ///< guards, timers and, but for one, roles of one workflow
inline constexpr std::size_t configurations_max = 100'000;  ///< of one workflow

enum class Reaction : std::uint8_t {
  moved,  ///< a transition was taken, be it one that stays
  rejected,
  ignored,
  parked,
  dead_lettered,
  forbidden,  ///< there is such a transition, but not for this role
  tied        ///< two guards of one event hold at once: the text does not say which way to go
};

/// What is to be done on one move. Actions stand in order: leave from the inside out, the transition's own, enter from
/// the outside in.
struct Effect {
  std::vector<std::uint16_t> actions;  ///< numbers into Machine::actions
  std::vector<std::uint16_t> entered;  ///< indices of states
  std::vector<std::uint16_t> left;
  std::vector<std::uint8_t> timers_started;  ///< numbers into Machine::timers
  TimerBits timers_stopped = 0;              ///< before `timers_started`
};

/// What one event did. Only the first `effect_count` of `effects` mean something: there is one per region that took part.
struct Step {
  Reaction reaction = Reaction::rejected;
  std::uint8_t effect_count = 0;
  TimerBits timers_used = 0;  ///< timers that ran out and were followed: they are over
  Configuration to;
  std::uint32_t effects[regions_max];
};

/// A clock that starts when its state is entered and stops when it is left.
struct Timer {
  std::string name;  ///< `released/after_1`: the state, and which of its clocks
  std::int32_t state = -1;
  Duration after;
};

/// A checked workflow, laid out so that a step is one look into a table: all configurations that can be reached are
/// numbered when it is built, nested states and parallel regions are gone from then on.
///
/// Immutable and cheap to copy; shared between threads freely.
class BYLAW_EXPORT Machine {
 public:
  Machine() noexcept = default;
  Machine(Machine const& other) noexcept;
  Machine(Machine&& other) noexcept;
  Machine& operator=(Machine other) noexcept;
  ~Machine();
  /// Errors: `no_states`, `no_start`, `two_starts`, `final_with_more`, `no_way`, `tied`, `unreachable`, `stuck` (with the
  /// shortest way into it), `too_many_guards`, `too_many_roles`, `too_many_timers`, `too_many_regions`,
  /// `too_many_configurations`, `too_many_states`.
  [[nodiscard]] static Result<Machine> build(Definition definition);

  [[nodiscard]] bool empty() const noexcept { return impl_ == nullptr; }
  [[nodiscard]] Definition const& definition() const noexcept;
  [[nodiscard]] Configuration start() const noexcept;
  /// What is to be done when an instance starts.
  [[nodiscard]] Effect const& start_effect() const noexcept;
  [[nodiscard]] std::uint32_t configuration_count() const noexcept;

  /// `allocated`, `allocated.packing`, `invoiced.paid+moving`: the state at the top, then what is active inside it.
  [[nodiscard]] std::string const& name(Configuration configuration) const noexcept;
  /// The configuration of that name. False when there is none that can be reached.
  [[nodiscard]] bool find(std::string_view name, Configuration& out) const noexcept;
  /// The configuration in which an instance is when it has just entered this state. False when there is no such state.
  [[nodiscard]] bool find_entry(std::string_view state, Configuration& out) const noexcept;
  /// Whether nothing more can be expected of an instance.
  [[nodiscard]] bool finished(Configuration configuration) const noexcept;
  /// Indices of active states, from the inside out.
  [[nodiscard]] std::vector<std::uint16_t> active(Configuration configuration) const;
  [[nodiscard]] Duration const& park_for(Configuration configuration) const noexcept;

  [[nodiscard]] EventNumber event(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<std::string> const& events() const noexcept;
  /// Events that some transition takes in this configuration, by name.
  [[nodiscard]] std::vector<std::string> possible(Configuration configuration) const;
  /// Whether a way of transitions leads from here to one that takes the event.
  [[nodiscard]] bool can_reach(Configuration configuration, EventNumber event) const;
  /// The bit of a role; 0 when no transition names it.
  [[nodiscard]] RoleBits role(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<std::string> const& actions() const noexcept;
  [[nodiscard]] std::vector<Timer> const& timers() const noexcept;
  [[nodiscard]] std::uint32_t effect_count() const noexcept;
  [[nodiscard]] Effect const& effect(std::uint32_t number) const noexcept;

  /// The driver's numbers of the guards, by bit.
  [[nodiscard]] std::vector<std::int32_t> const& guards() const noexcept;
  /// Guards that `step` may ask for; the others need not be computed.
  [[nodiscard]] GuardBits guards_of(Configuration configuration, EventNumber event) const noexcept;
  /// The same for `settle`; guards of clocks that have not run out are not asked.
  [[nodiscard]] GuardBits guards_of_settling(Configuration configuration, TimerBits elapsed) const noexcept;
  /// How often `settle` may move in a row before the guards are going round in a circle.
  [[nodiscard]] std::size_t settle_max() const noexcept;

  struct Impl;
  [[nodiscard]] Impl const& impl() const noexcept { return *impl_; }

 private:
  explicit Machine(Impl const* impl) noexcept : impl_(impl) {}
  Impl const* impl_ = nullptr;
};

/// Moves by one event. Pure: the caller stores the configuration and does the effects. In parallel regions each may take
/// the event; a state's transition is not looked at when one inside it was taken. `unknown_event` is what no transition takes.
[[nodiscard]] BYLAW_EXPORT Step step(Machine const& machine, Configuration from, EventNumber event, RoleBits roles, GuardBits guards) noexcept;
/// Takes what is taken by itself: guards that hold, then timers that have run out. `ignored` when there is nothing. The
/// caller goes on while it moves, with guards asked anew, at most `settle_max` times.
[[nodiscard]] BYLAW_EXPORT Step settle(Machine const& machine, Configuration from, GuardBits guards, TimerBits elapsed) noexcept;

}  // namespace bylaw::inline v0::workflow
