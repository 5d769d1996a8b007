#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/result.hpp>
#include <bylaw/workflow/definition.hpp>

namespace bylaw::inline v0::workflow {

/// States that exclude each other: those at the top, or those nested in one state and region.
struct Region {
  std::int32_t parent = -1;
  std::string name;
  std::int32_t start = -1;
  std::vector<std::int32_t> states;
  std::int32_t begin = 0;  ///< positions of all states inside, of any depth
  std::int32_t end = 0;
};

/// How the states of a definition are nested. A position is the place of a state in depth-first order, so that whatever
/// is inside a state or region lies between two positions.
struct Tree {
  std::vector<Region> regions;
  std::vector<std::vector<std::int32_t>> inside;  ///< per state: regions in it
  std::vector<std::int32_t> roots;                ///< regions at the top
  std::vector<std::int32_t> region_of;            ///< per state
  std::vector<std::int32_t> position;             ///< per state
  std::vector<std::int32_t> end;                  ///< per state: the position after its last inner state
  std::vector<std::int32_t> state_at;             ///< by position

  [[nodiscard]] bool is_leaf(std::int32_t state) const { return inside[static_cast<std::size_t>(state)].empty(); }
  [[nodiscard]] bool contains(std::int32_t outer, std::int32_t inner) const {
    auto const p = position[static_cast<std::size_t>(inner)];
    return position[static_cast<std::size_t>(outer)] <= p && p < end[static_cast<std::size_t>(outer)];
  }
  /// The smallest region that both states are in: what a transition between them leaves and enters again.
  [[nodiscard]] std::int32_t domain(std::int32_t source, std::int32_t target) const;
  /// States entered on the way to `target` from the edge of `region`, from the outside in.
  [[nodiscard]] std::vector<std::int32_t> path(std::int32_t region, std::int32_t target, Definition const& definition) const;
  /// States entered with `state` when nothing more is said, itself first.
  void enter(std::int32_t state, std::vector<std::int32_t>& out) const;
};

/// Errors: `no_states`, `no_start`, `two_starts`, `final_with_more`, `too_many_states`.
[[nodiscard]] Result<Tree> grow(Definition const& definition);

}  // namespace bylaw::inline v0::workflow
