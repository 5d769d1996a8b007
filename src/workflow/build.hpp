#pragma once
#include "workflow/machine_impl.hpp"
#include "workflow/tree.hpp"

namespace bylaw::inline v0::workflow {

/// Leaves of a configuration by position, rising. What is not used is 0xffff, so that it compares and hashes as a whole.
struct Leaves {
  std::uint16_t at[regions_max] = {0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff};
  std::uint8_t count = 0;

  void push(std::int32_t position) { at[count++] = static_cast<std::uint16_t>(position); }
};
static_assert(regions_max == 8);

/// A transition with what can be said of it before any configuration is known.
struct Move {
  std::int32_t state = 0;
  Transition const* written = nullptr;
  std::size_t column = 0;  ///< event number, or `by_itself`
  RoleBits roles = 0;
  std::uint8_t guard = none8;
  std::uint8_t timer = none8;
  std::int32_t domain = -1;           ///< region that it moves in; -1: stays
  std::vector<std::int32_t> entered;  ///< states
  std::vector<std::int32_t> leaves;   ///< of those, positions, rising
  bool rivals = false;
};

/// Numbers for the names of a definition, and its transitions sorted by state and event.
struct Plan {
  Machine::Impl machine;
  Tree tree;
  std::vector<Move> moves;
  std::vector<std::vector<std::uint16_t>> moves_of;  ///< per state, in the order in which they are tried
};

/// Errors: those of `grow`, `tied`, `no_way`, `too_many_guards`, `too_many_roles`, `too_many_timers`.
[[nodiscard]] Result<Plan> plan(Definition definition);

/// Numbers every configuration that can be reached, with the way it was first reached by.
struct Walk {
  std::vector<std::int64_t> before;  ///< configuration; -1: the start
  std::vector<std::uint16_t> by;     ///< move
};
/// Errors: `too_many_configurations`, `too_many_regions`.
[[nodiscard]] Result<Walk> enumerate(Plan& plan);

/// Errors: `unreachable`, `stuck`.
[[nodiscard]] Result<void> check(Plan const& plan, Walk const& walk);

}  // namespace bylaw::inline v0::workflow
