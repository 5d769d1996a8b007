#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::workflow {

/// What a state does with an event that none of its transitions takes.
enum class Others : std::uint8_t { reject, ignore, dead_letter, park };

struct Transition {
  std::string event;            ///< empty: taken as soon as the guard holds
  std::vector<std::string> by;  ///< roles that may assert it; empty: any
  std::int32_t guard = -1;      ///< number of a guard that the driver answers; -1: none
  std::vector<std::string> actions;
  std::int32_t target = -1;  ///< index of a state; -1: stays
};

struct State {
  std::string name;
  bool final = false;
  Others others = Others::reject;
  std::vector<std::string> enter;
  std::vector<std::string> leave;
  std::vector<Transition> transitions;
};

/// A checked state machine. Immutable; shared between threads freely.
struct Definition {
  std::string name;
  std::int32_t version = 1;
  std::int32_t start = 0;
  std::vector<State> states;

  /// Index of a state, -1 when there is none of that name.
  [[nodiscard]] std::int32_t find(std::string_view state) const noexcept {
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].name == state) return static_cast<std::int32_t>(i);
    }
    return -1;
  }
};

/// Checks that every state is reached and can finish. Errors: `no_states`, `no_start`,
/// `unreachable`, `stuck` (names the state and the shortest way into it).
[[nodiscard]] BYLAW_EXPORT Result<void> check(Definition const& definition);

/// Answers a guard by its number. `failed` may be set to stop the step.
struct Guards {
  bool (*answer)(void* context, std::int32_t guard, bool& failed) = nullptr;
  void* context = nullptr;
};

enum class Reaction : std::uint8_t {
  moved,
  ignored,
  rejected,
  parked,
  dead_lettered,
  forbidden,
  guard_failed,
  tied
};  ///< two guards of one event hold at once

/// What one event did: the states passed through, and what is to be done on the way.
struct Step {
  Reaction reaction = Reaction::rejected;
  std::int32_t state = 0;            ///< where the instance is now
  std::vector<std::int32_t> path;    ///< states entered, in order
  std::vector<std::string> actions;  ///< leave, transition and enter actions, in order
};

/// Moves an instance by one event and then by every transition without event whose guard
/// holds. Pure: the caller stores the new state and does the actions. `role` may be empty
/// for the system itself, which may assert everything.
[[nodiscard]] BYLAW_EXPORT Step step(Definition const& definition, std::int32_t state, std::string_view event, std::string_view role, Guards guards);
/// Only the transitions without event, after facts have changed.
[[nodiscard]] BYLAW_EXPORT Step settle(Definition const& definition, std::int32_t state, Guards guards);

}  // namespace bylaw::inline v0::workflow
