// Breadth first over all configurations: each gets a number and its row of the table.
#include <algorithm>
#include <cstring>

#include "workflow/build.hpp"

namespace bylaw::inline v0::workflow {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

struct LeavesHash {
  std::size_t operator()(Leaves const& leaves) const noexcept {
    std::uint64_t parts[2];
    std::memcpy(parts, leaves.at, sizeof parts);
    auto const mixed = (parts[0] ^ (parts[1] * 0x9E3779B97F4A7C15ull)) * 0xBF58476D1CE4E5B9ull;
    return mixed ^ (mixed >> 29);
  }
};
struct LeavesEqual {
  bool operator()(Leaves const& a, Leaves const& b) const noexcept { return std::memcmp(a.at, b.at, sizeof a.at) == 0; }
};

class Enumerator {
 public:
  explicit Enumerator(Plan& plan) : plan_(plan), machine_(plan.machine), tree_(plan.tree), effect_of_(plan.moves.size()) {}

  Result<Walk> run() {
    Leaves start;
    std::vector<std::int32_t> entered;
    for (auto const root : tree_.roots) tree_.enter(tree_.regions[at(root)].start, entered);
    if (!collect(entered, start)) return too_many_regions();
    machine_.start_effect = effect({}, entered, nullptr);
    if (!number(start, -1, 0)) return too_many();
    machine_.entry.assign(machine_.definition.states.size(), 0xffffffff);
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (auto const done = lay_out(static_cast<std::uint32_t>(i)); !done) return Unexpected{done.error()};
    }
    machine_.leaf_begin.push_back(static_cast<std::uint32_t>(machine_.leaves.size()));
    return std::move(walk_);
  }

 private:
  Unexpected<Error> too_many() {
    auto const& name = machine_.definition.name;
    return failure("too_many_configurations", "the workflow `" + name + "` can be in more than " + std::to_string(configurations_max) + " configurations", name,
                   "put parallel regions into workflows of their own");
  }
  Unexpected<Error> too_many_regions() {
    auto const& name = machine_.definition.name;
    return failure("too_many_regions", "more than " + std::to_string(regions_max) + " regions of the workflow `" + name + "` are active at once", name,
                   "put parallel regions into workflows of their own");
  }

  bool collect(std::vector<std::int32_t> const& entered, Leaves& out) const {
    for (auto const state : entered) {
      if (!tree_.is_leaf(state)) continue;
      if (out.count == regions_max) return false;
      out.push(tree_.position[at(state)]);
    }
    std::sort(out.at, out.at + out.count);
    return true;
  }

  /// The number of a configuration; a new one is put at the end of the queue. False when there are too many.
  bool number(Leaves const& leaves, std::int64_t before, std::uint16_t by) {
    auto const [place, is_new] = numbers_.try_emplace(leaves, static_cast<std::uint32_t>(found_.size()));
    last_ = place->second;
    if (!is_new) return true;
    if (found_.size() >= configurations_max) return false;
    found_.push_back(leaves);
    walk_.before.push_back(before);
    walk_.by.push_back(by);
    return true;
  }

  /// From the inside out; a state stands after everything that is active inside it.
  void find_active(Leaves const& leaves) {
    active_.clear();
    for (std::uint8_t i = 0; i < leaves.count; ++i) {
      for (auto state = tree_.state_at[leaves.at[i]]; state >= 0; state = machine_.definition.states[at(state)].parent) {
        if (i + 1 < leaves.count && leaves.at[i + 1] < tree_.end[at(state)]) break;
        active_.push_back(state);
      }
    }
  }

  Result<void> lay_out(std::uint32_t from) {
    auto const leaves = found_[from];
    find_active(leaves);
    describe(leaves);
    auto const columns = machine_.events.size() + 1;
    row_.resize(columns);
    for (auto& column : row_) column.clear();
    for (auto const state : active_) {
      for (auto const move : plan_.moves_of[at(state)]) row_[plan_.moves[move].column].push_back(move);
    }
    for (auto const& column : row_) {
      Cell cell;
      cell.first = static_cast<std::uint32_t>(machine_.choices.size());
      cell.count = static_cast<std::uint16_t>(column.size());
      for (auto const move : column) {
        cell.parallel = cell.parallel || (leaves.count > 1 && plan_.moves[move].state != plan_.moves[column[0]].state);
        if (auto const done = choose(from, leaves, move); !done) return done;
      }
      machine_.cells.push_back(cell);
    }
    return {};
  }

  Result<void> choose(std::uint32_t from, Leaves const& leaves, std::uint16_t index) {
    auto const& move = plan_.moves[index];
    Choice choice;
    choice.roles = move.roles == 0 ? anyone : move.roles;
    choice.state = static_cast<std::uint16_t>(move.state);
    choice.transition = index;
    if (move.guard != none8) choice.guard = GuardBits{1} << move.guard;
    if (move.timer != none8) choice.timer = TimerBits{1} << move.timer;
    choice.rivals = move.rivals;
    choice.target = from;
    Leaves left;
    if (move.domain >= 0) {
      auto const& region = tree_.regions[at(move.domain)];
      Leaves to;
      std::size_t next = 0;
      bool fits = true;
      auto const put = [&](std::int32_t position) { to.count < regions_max ? to.push(position) : void(fits = false); };
      for (std::uint8_t i = 0; i < leaves.count; ++i) {
        if (leaves.at[i] >= region.begin && leaves.at[i] < region.end) {
          left.push(leaves.at[i]);
          continue;
        }
        if (leaves.at[i] >= region.end) {
          for (; next < move.leaves.size(); ++next) put(move.leaves[next]);
        }
        put(leaves.at[i]);
      }
      for (; next < move.leaves.size(); ++next) put(move.leaves[next]);
      if (!fits) return too_many_regions();
      if (!number(to, from, index)) return too_many();
      choice.target = last_;
      auto& entry = machine_.entry[at(move.written->target)];
      if (entry == 0xffffffff) entry = last_;
    }
    choice.effect = effect_number(index, left);
    machine_.choices.push_back(choice);
    return {};
  }

  /// What a move does depends only on what it leaves.
  std::uint32_t effect_number(std::uint16_t index, Leaves const& left) {
    auto& known = effect_of_[index];
    auto const [place, is_new] = known.try_emplace(left, static_cast<std::uint32_t>(machine_.effects.size()));
    if (!is_new) return place->second;
    auto const& move = plan_.moves[index];
    std::vector<std::int32_t> leaving;
    if (move.domain >= 0) {
      auto const& region = tree_.regions[at(move.domain)];
      for (auto const state : active_) {
        auto const p = tree_.position[at(state)];
        if (p >= region.begin && p < region.end) leaving.push_back(state);
      }
    }
    machine_.effects.push_back(effect(leaving, move.entered, move.written));
    return place->second;
  }

  Effect effect(std::vector<std::int32_t> const& leaving, std::vector<std::int32_t> const& entered, Transition const* transition) {
    Effect out;
    auto const& states = machine_.definition.states;
    auto const add = [&](std::vector<std::string> const& actions) {
      for (auto const& action : actions) {
        auto const known = std::find(machine_.actions.begin(), machine_.actions.end(), action);
        out.actions.push_back(static_cast<std::uint16_t>(known - machine_.actions.begin()));
        if (known == machine_.actions.end()) machine_.actions.push_back(action);
      }
    };
    for (auto const state : leaving) {
      out.left.push_back(static_cast<std::uint16_t>(state));
      add(states[at(state)].leave);
    }
    if (transition != nullptr) add(transition->actions);
    for (auto const state : entered) {
      out.entered.push_back(static_cast<std::uint16_t>(state));
      add(states[at(state)].enter);
    }
    for (std::size_t i = 0; i < machine_.timers.size(); ++i) {
      auto const state = static_cast<std::uint16_t>(machine_.timers[i].state);
      if (std::find(out.left.begin(), out.left.end(), state) != out.left.end()) out.timers_stopped |= TimerBits{1} << i;
      if (std::find(out.entered.begin(), out.entered.end(), state) != out.entered.end()) out.timers_started.push_back(static_cast<std::uint8_t>(i));
    }
    return out;
  }

  /// Name, end, and what happens to events that do not fit.
  void describe(Leaves const& leaves) {
    ConfigurationInfo info;
    auto const& states = machine_.definition.states;
    info.finished = true;
    std::int32_t top_before = -1;
    for (std::uint8_t i = 0; i < leaves.count; ++i) {
      auto const leaf = tree_.state_at[leaves.at[i]];
      auto top = leaf;
      while (states[at(top)].parent >= 0) top = states[at(top)].parent;
      if (top != top_before) info.name += (info.name.empty() ? "" : "+") + states[at(top)].name;
      if (top != leaf) info.name += (top != top_before ? "." : "+") + states[at(leaf)].name;
      top_before = top;
      info.finished = info.finished && states[at(top)].final;
      machine_.leaves.push_back(static_cast<std::uint16_t>(leaf));
    }
    machine_.leaf_begin.push_back(static_cast<std::uint32_t>(machine_.leaves.size() - leaves.count));
    // The innermost state that says something counts; of several regions the first.
    for (auto const state : active_) {
      if (info.others != Others::reject || states[at(state)].others == Others::inherit || info.parks >= 0) continue;
      info.others = states[at(state)].others;
      info.parks = state;
    }
    machine_.configurations.push_back(std::move(info));
  }

  Plan& plan_;
  Machine::Impl& machine_;
  Tree const& tree_;
  Walk walk_;
  std::vector<Leaves> found_;
  std::unordered_map<Leaves, std::uint32_t, LeavesHash, LeavesEqual> numbers_;
  std::vector<std::unordered_map<Leaves, std::uint32_t, LeavesHash, LeavesEqual>> effect_of_;
  std::uint32_t last_ = 0;
  std::vector<std::int32_t> active_;
  std::vector<std::vector<std::uint16_t>> row_;
};

}  // namespace

Result<Walk> enumerate(Plan& plan) { return Enumerator(plan).run(); }

}  // namespace bylaw::inline v0::workflow
