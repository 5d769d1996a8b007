#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include <bylaw/workflow/machine.hpp>

namespace bylaw::inline v0::workflow {

inline constexpr std::uint8_t none8 = 0xff;

/// Every caller has this bit beside that of his role; a transition that anyone may assert has no other.
inline constexpr RoleBits anyone = RoleBits{1} << 63;

/// One transition as it is taken from one configuration. It is open when it needs no bit that is not there: three
/// comparisons without a branch, because the processor cannot foresee them.
struct Choice {
  GuardBits guard = 0;  ///< needed: at most one bit
  TimerBits timer = 0;  ///< needed: at most one bit
  RoleBits roles = anyone;
  std::uint32_t target = 0;
  std::uint32_t effect = 0;
  std::uint16_t state = 0;       ///< that it belongs to
  std::uint16_t transition = 0;  ///< number within the machine
  bool rivals = false;           ///< others of the same state have guards that may hold at the same time
};

/// The choices of one configuration for one event, states from the inside out; per state the guarded ones first.
struct Cell {
  std::uint32_t first = 0;
  std::uint16_t count = 0;
  bool parallel = false;  ///< several states may take part
};

struct ConfigurationInfo {
  std::string name;
  Others others = Others::reject;
  bool finished = false;
  std::int32_t parks = -1;  ///< state whose `park_for` counts
};

struct Machine::Impl {
  mutable std::int64_t references = 1;  ///< counted atomically
  Definition definition;
  std::vector<std::string> events;
  std::vector<std::string> roles;
  std::vector<std::int32_t> guards;
  std::vector<std::string> actions;
  std::vector<Timer> timers;
  std::vector<Effect> effects;
  std::vector<ConfigurationInfo> configurations;
  std::vector<std::uint16_t> leaves;  ///< of all configurations, `leaf_begin` apart
  std::vector<std::uint32_t> leaf_begin;
  std::vector<std::uint32_t> entry;  ///< per state: configuration when it is entered by default; 0xffffffff: none
  std::vector<Cell> cells;           ///< configuration * (events + 1) + event; the last column is what is taken by itself
  std::vector<Choice> choices;
  std::unordered_map<std::string, std::uint32_t> by_name;
  Configuration start;
  Effect start_effect;

  [[nodiscard]] Cell const& cell(Configuration from, std::size_t event) const noexcept { return cells[from.value * (events.size() + 1) + event]; }
  [[nodiscard]] std::size_t by_itself() const noexcept { return events.size(); }
};

}  // namespace bylaw::inline v0::workflow
