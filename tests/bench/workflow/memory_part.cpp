// In memory: the hand-written switch and Bylaw's step over the same interleaved orders, in turns.
#include <algorithm>
#include <cstdio>

#include "bench/workflow/parts.hpp"
#include "bench/workflow/workload.hpp"

using namespace bylaw;

namespace {

std::vector<Ctx> contexts(std::uint64_t count) {
  std::vector<Ctx> out(count);
  for (std::uint64_t i = 0; i < count; ++i) init_ctx(out[i], i);
  return out;
}

double run_switch(std::uint64_t count, Sums& sums) {
  auto c = contexts(count);
  std::vector<St> s(count, imported);
  auto const started = seconds_now();
  for (int k = 0; k < 8; ++k) {
    for (std::uint64_t i = 0; i < count; ++i) {
      bool const accepted = step(s[i], c[i], ev_of(c[i], k), payload_of(c[i], k));
      sums.accepted += accepted;
      sums.rejected += !accepted;
    }
  }
  auto const took = seconds_now() - started;
  for (std::uint64_t i = 0; i < count; ++i) {
    ++sums.in_state[s[i]];
    sums.paid += c[i].paid;
  }
  return took;
}

double run_machine(workflow::Machine const& machine, Host const& host, std::uint64_t count, Sums& sums) {
  auto c = contexts(count);
  std::vector<workflow::Configuration> s(count, machine.start());
  auto const started = seconds_now();
  for (int k = 0; k < 8; ++k) {
    for (std::uint64_t i = 0; i < count; ++i) {
      auto const done = workflow::step(machine, s[i], host.event[ev_of(c[i], k)], workflow::every_role, host.guards(c[i]));
      bool const accepted = done.reaction == workflow::Reaction::moved;
      sums.accepted += accepted;
      sums.rejected += !accepted;
      if (!accepted) continue;
      host.act(done.effects[0], c[i], payload_of(c[i], k));
      s[i] = done.to;
    }
  }
  auto const took = seconds_now() - started;
  for (std::uint64_t i = 0; i < count; ++i) {
    for (int state = 0; state < N_ST; ++state) sums.in_state[state] += machine.name(s[i]) == state_names[state];
    sums.paid += c[i].paid;
  }
  return took;
}

}  // namespace

bool expected(Sums const& sums, std::uint64_t orders) {
  if (orders != 1'000'000) return true;
  return sums.accepted == 7'688'896 && sums.rejected == 311'104 && sums.paid == 15'601'512'948 && sums.in_state[shipped] == 169'935 &&
         sums.in_state[invoiced] == 120'740 && sums.in_state[settled] == 599'275 && sums.in_state[cancelled] == 110'050;
}

bool memory_part(std::uint64_t orders, double& events_per_second) {
  auto const machine = order_machine();
  Host const host(machine);
  std::vector<double> ratios;
  double best = 0;
  double best_twin = 0;
  bool right = true;
  for (int round = 0; round < 7; ++round) {
    Sums twin;
    Sums own;
    auto const twin_s = run_switch(orders, twin);
    auto const own_s = run_machine(machine, host, orders, own);
    right = right && twin == own && expected(own, orders);
    ratios.push_back(twin_s / own_s);
    auto const events = 8.0 * static_cast<double>(orders);
    best = std::max(best, events / own_s);
    best_twin = std::max(best_twin, events / twin_s);
  }
  std::sort(ratios.begin(), ratios.end());
  auto const ratio = ratios[ratios.size() / 2];
  std::printf("in memory: %s; step %.1f, switch by hand %.1f million events/s; ratio %.2f (at least 0.4)\n", right ? "answers agree" : "ANSWERS DIFFER",
              best / 1e6, best_twin / 1e6, ratio);
  events_per_second = best;
  return right && ratio >= 0.4;
}

bool configurations_part() {
  // Three regions of thirty states each, in a ring with a way back: 27,000 inside, and the way in and out.
  workflow::Definition d;
  d.name = "wide";
  d.starts = {0};
  auto const add = [&](std::string name, std::int32_t parent, std::string region) {
    d.states.push_back({std::move(name), parent, std::move(region), false, workflow::Others::reject, {}, {}, {}, {}, {}});
  };
  auto const go = [&](std::size_t from, std::string event, std::int32_t to) {
    workflow::Transition t;
    t.event = std::move(event);
    t.target = to;
    d.states[from].transitions.push_back(std::move(t));
  };
  add("new", -1, "");
  add("wide", -1, "");
  add("done", -1, "");
  d.states[2].final = true;
  go(0, "go", 1);
  go(1, "stop", 2);
  for (std::int32_t r = 0; r < 3; ++r) {
    auto const first = static_cast<std::int32_t>(d.states.size());
    auto const name = std::to_string(r);
    d.states[1].starts.push_back(first);
    for (std::int32_t s = 0; s < 30; ++s) {
      add("s" + name + "_" + std::to_string(s), 1, "r" + name);
      go(d.states.size() - 1, "next" + name, first + (s + 1) % 30);
      go(d.states.size() - 1, "back" + name, first);
    }
  }
  double best_ms = 1e9;
  std::uint32_t count = 0;
  for (int round = 0; round < 7; ++round) {
    auto const started = seconds_now();
    auto const machine = workflow::Machine::build(d);
    best_ms = std::min(best_ms, (seconds_now() - started) * 1e3);
    count = machine ? machine->configuration_count() : 0;
  }
  std::printf("%u configurations numbered and checked in %.1f ms (25,000 in at most 50)\n", count, best_ms);
  return count == 27'002 && best_ms <= 50;
}
