#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/export.hpp>
#include <bylaw/values/strong.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::workflow {

/// Which states are active at once: a dense number within one Machine. What is stored is its name.
using Configuration = Strong<struct ConfigurationTag, std::uint32_t>;

/// What a state does with an event that none of its transitions takes. `inherit`: what the state around it does;
/// at the top that is `reject`.
enum class Others : std::uint8_t { inherit, reject, ignore, dead_letter, park };

/// One way out of a state, or one thing done inside it. Without an event it is taken by itself: as soon as its guard
/// holds or, with `timed`, when `after` has passed in the state and the guard holds.
struct Transition {
  std::string event;
  std::vector<std::string> by;  ///< roles that may assert it; empty: anyone
  bool timed = false;
  Duration after;
  std::int32_t guard = -1;           ///< number of a condition that the driver answers; -1: none
  std::vector<std::string> actions;  ///< `notify(customer)`, as written
  std::int32_t target = -1;          ///< index of a state; -1: stays
};

/// A state. One that has others nested in it is left and entered together with them; where those stand in several
/// regions, one state of every region is active at a time.
struct State {
  std::string name;
  std::int32_t parent = -1;  ///< index of the state around it; -1: at the top
  std::string region;        ///< the parallel region of the parent that it stands in; empty when there is one only
  bool final = false;        ///< at the top: the instance is finished; nested: its region has nothing more to do
  Others others = Others::inherit;
  Duration park_for;  ///< with `park`: how long an event waits before it is a dead letter
  std::vector<std::string> enter;
  std::vector<std::string> leave;
  std::vector<Transition> transitions;
  std::vector<std::int32_t> starts;  ///< of nested states: one per region
};

/// A state machine as it is written. Machine::build checks it.
struct Definition {
  std::string name;
  std::int32_t version = 1;
  std::vector<std::int32_t> starts;  ///< one per region at the top, where there is usually one
  std::vector<State> states;

  /// Index of a state, -1 when there is none of that name.
  [[nodiscard]] std::int32_t find(std::string_view state) const noexcept {
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].name == state) return static_cast<std::int32_t>(i);
    }
    return -1;
  }
};

/// A hash of everything that changes how instances move; guards count by their numbers.
[[nodiscard]] BYLAW_EXPORT std::string fingerprint(Definition const& definition);

}  // namespace bylaw::inline v0::workflow
