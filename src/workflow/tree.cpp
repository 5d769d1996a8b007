// How states are nested: regions, depth-first positions, what is entered with what.
#include "workflow/tree.hpp"

#include <algorithm>

namespace bylaw::inline v0::workflow {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

class Grower {
 public:
  explicit Grower(Definition const& definition) : definition_(definition) {}

  Result<Tree> run() {
    auto const count = definition_.states.size();
    auto const& name = definition_.name;
    if (count == 0) return failure("no_states", "the workflow `" + name + "` has no states", name, "add `state NAME { ... }`");
    if (count >= 0xffff) return failure("too_many_states", "the workflow `" + name + "` has more than 65,534 states", name, "make several workflows of it");
    if (auto const sound = check_indices(); !sound) return Unexpected{sound.error()};
    tree_.inside.resize(count);
    tree_.region_of.assign(count, -1);
    tree_.position.assign(count, -1);
    tree_.end.assign(count, -1);
    for (std::size_t i = 0; i < count; ++i) sort_in(static_cast<std::int32_t>(i));
    if (auto const done = set_starts(-1, definition_.starts); !done) return Unexpected{done.error()};
    for (std::size_t i = 0; i < count; ++i) {
      auto const& state = definition_.states[i];
      if (state.final && (!state.transitions.empty() || !tree_.inside[i].empty())) {
        return failure("final_with_more", "the final state `" + state.name + "` of the workflow `" + name + "` has transitions or states inside", name,
                       "a final state has neither; remove them, or the word `final`");
      }
      if (auto const done = set_starts(static_cast<std::int32_t>(i), state.starts); !done) return Unexpected{done.error()};
    }
    for (auto const root : tree_.roots) walk(root);
    return std::move(tree_);
  }

 private:
  /// What a host has put together by hand may point anywhere.
  Result<void> check_indices() const {
    auto const count = static_cast<std::int32_t>(definition_.states.size());
    auto const& name = definition_.name;
    for (std::int32_t i = 0; i < count; ++i) {
      auto const& state = definition_.states[at(i)];
      // A parent stands before what is inside it, so that nothing is inside itself.
      bool good = state.parent >= -1 && state.parent < i;
      for (auto const& transition : state.transitions) good = good && transition.target >= -1 && transition.target < count;
      if (!good) {
        return failure("bad_index", "the state `" + state.name + "` of the workflow `" + name + "` names a state by a number that does not fit", name,
                       "targets are indices of states, parents of states before their own");
      }
      if (definition_.find(state.name) != i)
        return failure("two_states", "the workflow `" + name + "` has two states `" + state.name + "`", name, "rename one");
    }
    return {};
  }

  std::vector<std::int32_t>& regions_in(std::int32_t parent) { return parent < 0 ? tree_.roots : tree_.inside[at(parent)]; }

  void sort_in(std::int32_t index) {
    auto const& state = definition_.states[at(index)];
    auto& regions = regions_in(state.parent);
    auto const known = std::find_if(regions.begin(), regions.end(), [&](std::int32_t r) { return tree_.regions[at(r)].name == state.region; });
    auto region = known == regions.end() ? static_cast<std::int32_t>(tree_.regions.size()) : *known;
    if (known == regions.end()) {
      regions.push_back(region);
      tree_.regions.push_back({state.parent, state.region, -1, {}, 0, 0});
    }
    tree_.regions[at(region)].states.push_back(index);
    tree_.region_of[at(index)] = region;
  }

  /// Every region begins somewhere, and in one place.
  Result<void> set_starts(std::int32_t parent, std::vector<std::int32_t> const& starts) {
    auto const& name = definition_.name;
    auto const where = parent < 0 ? "the workflow `" + name + "`" : "the state `" + definition_.states[at(parent)].name + "` of the workflow `" + name + "`";
    for (auto const start : starts) {
      bool const there = start >= 0 && at(start) < definition_.states.size() && definition_.states[at(start)].parent == parent;
      if (!there) return failure("no_start", where + " starts in a state that it does not have", name, "name a state that stands directly in it");
      auto& region = tree_.regions[at(tree_.region_of[at(start)])];
      if (region.start >= 0) return failure("two_starts", where + " starts twice", name, "keep one `start`, or put the states into regions of their own");
      region.start = start;
    }
    for (auto const index : regions_in(parent)) {
      auto const& region = tree_.regions[at(index)];
      if (region.start >= 0) continue;
      auto const in = region.name.empty() ? where : "the region `" + region.name + "` of " + where;
      return failure("no_start", in + " does not say where it starts", name, "add `start " + definition_.states[at(region.states[0])].name + ";`");
    }
    return {};
  }

  void walk(std::int32_t index) {
    auto& region = tree_.regions[at(index)];
    region.begin = static_cast<std::int32_t>(tree_.state_at.size());
    for (auto const state : region.states) {
      tree_.position[at(state)] = static_cast<std::int32_t>(tree_.state_at.size());
      tree_.state_at.push_back(state);
      for (auto const inner : tree_.inside[at(state)]) walk(inner);
      tree_.end[at(state)] = static_cast<std::int32_t>(tree_.state_at.size());
    }
    region.end = static_cast<std::int32_t>(tree_.state_at.size());
  }

  Definition const& definition_;
  Tree tree_;
};

}  // namespace

Result<Tree> grow(Definition const& definition) { return Grower(definition).run(); }

std::int32_t Tree::domain(std::int32_t source, std::int32_t target) const {
  auto index = region_of[at(target)];
  auto const p = position[at(source)];
  while (regions[at(index)].begin > p || p >= regions[at(index)].end) {
    auto const parent = regions[at(index)].parent;
    if (parent < 0) break;  // regions at the top: the target's alone is moved
    index = region_of[at(parent)];
  }
  return index;
}

void Tree::enter(std::int32_t state, std::vector<std::int32_t>& out) const {
  out.push_back(state);
  for (auto const region : inside[at(state)]) enter(regions[at(region)].start, out);
}

std::vector<std::int32_t> Tree::path(std::int32_t region, std::int32_t target, Definition const& definition) const {
  std::vector<std::int32_t> chain;
  for (auto state = target; state >= 0; state = definition.states[at(state)].parent) {
    chain.insert(chain.begin(), state);
    if (region_of[at(state)] == region) break;
  }
  std::vector<std::int32_t> out;
  // Beside the way to the target, other regions are entered at their starts.
  auto const down = [&](auto const& self, std::size_t i) -> void {
    if (i + 1 == chain.size()) return enter(chain[i], out);
    out.push_back(chain[i]);
    for (auto const inner : inside[at(chain[i])]) {
      if (region_of[at(chain[i + 1])] == inner) self(self, i + 1);
      else enter(regions[at(inner)].start, out);
    }
  };
  down(down, 0);
  return out;
}

}  // namespace bylaw::inline v0::workflow
