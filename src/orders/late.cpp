// Holds that come after what they block.
#include <algorithm>

#include <bylaw/orders/holds.hpp>
#include <bylaw/policy/decision.hpp>
#include <bylaw/policy/policy.hpp>
#include <bylaw/values/word_list.hpp>
#include <bylaw/workflow/machine.hpp>

namespace bylaw::inline v0::orders {

namespace {

/// What happens to an order in the order in which it happens, and the state that it leads to.
struct Stage {
  std::string_view transition;
  std::string_view state;
};
constexpr Stage stages[] = {{"release", "released"}, {"allocate", "allocated"}, {"pick", "picked"},     {"pack", "packed"},
                            {"ship", "shipped"},     {"deliver", "delivered"},  {"invoice", "invoiced"}};
constexpr int stage_count = static_cast<int>(std::size(stages));

int stage_of_transition(std::string_view word) {
  for (int i = 0; i < stage_count; ++i) {
    if (stages[i].transition == word) return i;
  }
  return -1;
}

/// The furthest stage that an active state stands for; -1: before all of them.
int stage_of(workflow::Machine const& machine, workflow::Configuration at) {
  if (machine.finished(at)) return stage_count - 1;
  int out = -1;
  for (auto const state : machine.active(at)) {
    auto const& name = machine.definition().states[state].name;
    for (int i = 0; i < stage_count; ++i) {
      if (stages[i].state == name) out = std::max(out, i);
    }
  }
  return out;
}

}  // namespace

Lateness lateness(policy::LatePolicy late, std::string const& blocked, workflow::Machine const& machine, workflow::Configuration at) {
  auto const now = stage_of(machine, at);
  int last = -1;
  for (auto const word : split_words(blocked)) {
    auto const stage = stage_of_transition(word);
    if (stage < 0) return {};  // cancel, refund: they have no place in that order
    last = std::max(last, stage);
  }
  if (last < 0 || last > now) return {};
  if (late == policy::LatePolicy::flag) return {true, "flag", ""};
  for (int stage = now + 1; stage < stage_count; ++stage) {
    auto const& word = stages[stage].transition;
    // What the carrier or the books say cannot be prevented.
    if (word == "deliver" || word == "invoice") break;
    if (machine.can_reach(at, machine.event(word))) return {true, "stop_ship", blocked + "," + std::string(word)};
  }
  return {true, late == policy::LatePolicy::recall ? "recall" : "flag", ""};
}

}  // namespace bylaw::inline v0::orders
