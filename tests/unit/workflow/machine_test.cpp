#include <doctest/doctest.h>

#include <chrono>

#include <bylaw/workflow/machine.hpp>

using namespace bylaw;
using namespace bylaw::workflow;

namespace {

Transition on(std::string event, std::int32_t target, std::int32_t guard = -1, std::vector<std::string> actions = {}) {
  Transition t;
  t.event = std::move(event);
  t.target = target;
  t.guard = guard;
  t.actions = std::move(actions);
  return t;
}
Transition when(std::int32_t guard, std::int32_t target) { return on("", target, guard); }
Transition after(std::int64_t hours, std::int32_t target, std::int32_t guard = -1, std::vector<std::string> actions = {}) {
  auto t = on("", target, guard, std::move(actions));
  t.timed = true;
  t.after = {Duration::Kind::elapsed, hours * hour_ms, 0};
  return t;
}
State state(std::string name, std::vector<Transition> transitions, std::int32_t parent = -1, std::string region = {}) {
  State s;
  s.name = std::move(name);
  s.transitions = std::move(transitions);
  s.parent = parent;
  s.region = std::move(region);
  return s;
}
State end(std::string name, std::int32_t parent = -1, std::string region = {}) {
  auto s = state(std::move(name), {}, parent, std::move(region));
  s.final = true;
  return s;
}
Definition definition(std::vector<State> states) {
  Definition d;
  d.name = "order";
  d.starts = {0};
  d.states = std::move(states);
  return d;
}
Machine build(Definition d) {
  auto machine = Machine::build(std::move(d));
  if (!machine) FAIL(machine.error().message);
  return *machine;
}
std::string error_of(Definition d) {
  auto const machine = Machine::build(std::move(d));
  return machine ? "none" : machine.error().code;
}

/// A machine with where it is: reads like the table of a test.
struct Walker {
  Machine machine;
  Configuration at = machine.start();
  std::string done{};  ///< actions of the last step

  std::string operator()(std::string_view event, GuardBits guards = 0, RoleBits roles = every_role) {
    return follow(step(machine, at, machine.event(event), roles, guards));
  }
  std::string settle(GuardBits guards, TimerBits elapsed = 0) { return follow(workflow::settle(machine, at, guards, elapsed)); }
  std::string follow(Step const& s) {
    done.clear();
    for (std::size_t i = 0; i < s.effect_count; ++i) {
      for (auto const action : machine.effect(s.effects[i]).actions) done += (done.empty() ? "" : " ") + machine.actions()[action];
    }
    at = s.to;
    switch (s.reaction) {
      case Reaction::moved: return machine.name(at);
      case Reaction::rejected: return "rejected";
      case Reaction::ignored: return "ignored";
      case Reaction::parked: return "parked";
      case Reaction::dead_lettered: return "dead letter";
      case Reaction::forbidden: return "forbidden";
      case Reaction::tied: return "tied";
    }
    return "?";
  }
};

/// allocated{ packing -> packed }, then shipped; with enter and leave actions at both levels.
Definition nested() {
  auto d =
      definition({state("new", {on("allocate", 1)}), state("allocated", {on("cancel", 4, -1, {"release"}), on("ship", 5)}),
                  state("packing", {on("pack", 3, -1, {"label"})}, 1), state("packed", {on("ship", 5, -1, {"load"})}, 1), end("cancelled"), end("shipped")});
  d.states[1].starts = {2};
  d.states[1].enter = {"open"};
  d.states[1].leave = {"close"};
  d.states[2].leave = {"stop packing"};
  d.states[3].enter = {"weigh"};
  return d;
}

/// invoiced with two regions: money (open -> paid) and goods (moving -> arrived).
Definition parallel() {
  auto d = definition({state("shipped", {on("invoice", 1)}), state("invoiced", {on("settle", 6, 0)}),
                       state("open", {on("pay", 3), on("lose", 3, -1, {"claim"})}, 1, "money"), end("paid", 1, "money"),
                       state("moving", {on("deliver", 5), on("lose", 5, -1, {"search"})}, 1, "goods"), end("arrived", 1, "goods"), end("settled")});
  d.states[1].starts = {2, 4};
  return d;
}

}  // namespace

TEST_CASE("an event goes to the innermost state that takes it, and actions run from the inside out and back in") {
  Walker order{build(nested())};
  CHECK(order("allocate") == "allocated.packing");
  CHECK(order.done == "open");
  CHECK(order("pack") == "allocated.packed");
  CHECK(order.done == "stop packing label weigh");
  SUBCASE("the inner state answers first") {
    CHECK(order("ship") == "shipped");
    CHECK(order.done == "close load");
  }
  SUBCASE("what it does not take goes to the state around it") {
    CHECK(order("cancel") == "cancelled");
    CHECK(order.done == "close release");
  }
}

TEST_CASE("every region takes an event of its own, and a state around them what nobody inside took") {
  Walker order{build(parallel())};
  CHECK(order.machine.configuration_count() == 6);
  CHECK(order("invoice") == "invoiced.open+moving");
  CHECK(order("settle", 0) == "rejected");
  CHECK(order("deliver") == "invoiced.open+arrived");
  CHECK(order("pay") == "invoiced.paid+arrived");
  CHECK(order("settle", 1) == "settled");
  CHECK(order.machine.finished(order.at));
}

TEST_CASE("one event may move several regions at once") {
  Walker order{build(parallel())};
  (void)order("invoice");
  CHECK(order("lose") == "invoiced.paid+arrived");
  CHECK(order.done == "claim search");
}

TEST_CASE("a region that leaves everything ends the turn of the others") {
  auto d = parallel();
  d.states[2].transitions.push_back(on("burn", 6, -1, {"write off"}));
  d.states[4].transitions.push_back(on("burn", 5, -1, {"never done"}));
  Walker order{build(d)};
  (void)order("invoice");
  CHECK(order("burn") == "settled");
  CHECK(order.done == "write off");
}

TEST_CASE("what does not fit is answered as the innermost state says that says something") {
  auto d = nested();
  auto const answer = [&](Others inner, Others outer) {
    d.states[2].others = inner;
    d.states[1].others = outer;
    d.states[1].park_for = {Duration::Kind::elapsed, 5, 0};
    Walker order{build(d)};
    (void)order("allocate");
    return order("nonsense");
  };
  CHECK(answer(Others::inherit, Others::inherit) == "rejected");
  CHECK(answer(Others::inherit, Others::ignore) == "ignored");
  CHECK(answer(Others::dead_letter, Others::ignore) == "dead letter");
  CHECK(answer(Others::inherit, Others::park) == "parked");
  CHECK(answer(Others::reject, Others::park) == "rejected");
}

TEST_CASE("a role that may not is told so, unless another way is open to it") {
  auto d = definition({state("new", {on("ship", 1), on("check", 0)}), end("done")});
  d.states[0].transitions[0].by = {"warehouse", "lead"};
  Walker order{build(d)};
  CHECK(order("ship", 0, order.machine.role("customer")) == "forbidden");
  CHECK(order("ship", 0, order.machine.role("lead")) == "done");
}

TEST_CASE("guards of one event decide in order, and one without a guard is what remains") {
  Walker order{build(definition({state("new", {on("go", 1), on("go", 2, 7), on("go", 3, 9)}), end("rest"), end("seven"), end("nine")}))};
  CHECK(order.machine.guards() == std::vector<std::int32_t>{7, 9});
  CHECK(order.machine.guards_of(order.at, order.machine.event("go")) == 3);
  auto const from = order.at;
  auto const answer = [&](GuardBits guards) {
    order.at = from;
    return order("go", guards);
  };
  CHECK(answer(0) == "rest");
  CHECK(answer(1) == "seven");
  CHECK(answer(2) == "nine");
  CHECK(answer(3) == "tied");
}

TEST_CASE("transitions by themselves are taken while their guards hold, and clocks when they have run out") {
  Walker order{build(definition({state("a", {when(0, 1), after(4, 2, 1), after(1, -1, -1, {"remind"})}), state("b", {when(2, 0), on("x", 2)}), end("c")}))};
  CHECK(order.machine.timers().size() == 2);
  CHECK(order.machine.timers()[1].name == "a/after_2");
  CHECK(order.settle(0) == "ignored");
  CHECK(order.settle(1) == "b");
  CHECK(order.settle(4) == "a");
  CHECK(order.settle(0, 1) == "ignored");  // the clock has run out, its guard does not hold yet
  CHECK(order.settle(0, 2) == "a");
  CHECK(order.done == "remind");
  CHECK(order.settle(2, 1) == "c");
}

TEST_CASE("clocks start and stop with their states, those of outer states go on while inner ones change") {
  auto d = nested();
  d.states[1].transitions.push_back(after(8, 4));
  d.states[2].transitions.push_back(after(1, -1, -1, {"hurry"}));
  auto const machine = build(d);
  auto const effect_of = [&](Configuration from, char const* event) {
    auto const s = step(machine, from, machine.event(event), every_role, 0);
    return std::make_pair(machine.effect(s.effects[0]), s.to);
  };
  auto const [in, packing] = effect_of(machine.start(), "allocate");
  CHECK(in.timers_started == std::vector<std::uint8_t>{0, 1});
  auto const [inner, packed] = effect_of(packing, "pack");
  CHECK(inner.timers_stopped == 2);
  CHECK(inner.timers_started.empty());
  CHECK(effect_of(packed, "cancel").first.timers_stopped == 1);
}

TEST_CASE("a workflow that does not hold up is refused with the shortest way into the trap") {
  auto const ok = [] { return definition({state("new", {on("check", 1)}), state("checked", {on("ship", 2)}), end("done")}); };
  CHECK(error_of(ok()) == "none");
  CHECK(error_of(Definition{}) == "no_states");
  auto d = ok();
  d.starts = {};
  CHECK(error_of(d) == "no_start");
  d = ok();
  d.starts = {0, 1};
  CHECK(error_of(d) == "two_starts");
  d = ok();
  d.states.push_back(state("trap", {}));
  CHECK(error_of(d) == "unreachable");
  d.states[1].transitions.push_back(on("fall", 3));
  auto const stuck = Machine::build(d);
  CHECK(stuck.error().code == "stuck");
  CHECK(stuck.error().message.find("new -(check)-> checked -(fall)-> trap") != std::string::npos);
  d = ok();
  d.states[2].transitions = {on("x", 0)};
  CHECK(error_of(d) == "final_with_more");
  d = ok();
  d.states[0].transitions.push_back(on("check", 2));
  CHECK(error_of(d) == "tied");
  d = ok();
  d.states[0].transitions = {on("check", 1, 4), on("check", 2, 4)};
  CHECK(error_of(d) == "tied");
  d = ok();
  d.states[0].transitions.push_back(when(3, -1));
  CHECK(error_of(d) == "no_way");
  d = ok();
  d.states[1].starts = {2};
  CHECK(error_of(d) == "no_start");
}

TEST_CASE("what a host has put together by hand may point anywhere, and is refused") {
  auto const ok = [] { return definition({state("new", {on("go", 1)}), end("done")}); };
  auto d = ok();
  d.states[0].transitions[0].target = 7;
  CHECK(error_of(d) == "bad_index");
  d.states[0].transitions[0].target = -5;
  CHECK(error_of(d) == "bad_index");
  d = ok();
  d.states[1].parent = 9;
  CHECK(error_of(d) == "bad_index");
  d.states[1].parent = 1;
  CHECK(error_of(d) == "bad_index");
  d = ok();
  d.starts = {5};
  CHECK(error_of(d) == "no_start");
  d = ok();
  d.states[1].name = "new";
  CHECK(error_of(d) == "two_states");
}

TEST_CASE("regions that together cannot end are found, though each of them can") {
  // Both regions wait for the other one's last state to be left by an event that nobody takes there.
  auto d = parallel();
  d.states[1].transitions.clear();
  d.states[2].transitions.push_back(on("settle", 6));
  CHECK(error_of(d) == "stuck");
}

TEST_CASE("limits have names") {
  auto d = definition({state("new", {on("go", 1)}), end("done")});
  for (std::int32_t i = 0; i < 65; ++i) d.states[0].transitions.push_back(on("e" + std::to_string(i), 1, i));
  CHECK(error_of(d) == "too_many_guards");
  d = definition({state("new", {on("go", 1)}), end("done")});
  for (int i = 0; i < 65; ++i) d.states[0].transitions.push_back(after(i + 1, -1, -1, {"x"}));
  CHECK(error_of(d) == "too_many_timers");
  d = definition({state("new", {on("go", 1)}), end("done")});
  d.states[0].transitions[0].by.resize(65);
  for (std::size_t i = 0; i < 65; ++i) d.states[0].transitions[0].by[i] = std::to_string(i);
  CHECK(error_of(d) == "too_many_roles");
  // Nine regions at once, and eight that have too many combinations.
  for (std::size_t const regions : {9u, 8u}) {
    d = definition({state("new", {on("go", 1), on("stop", 2)}), state("wide", {on("stop", 2)}), end("done")});
    for (std::size_t r = 0; r < regions; ++r) {
      auto const first = static_cast<std::int32_t>(d.states.size());
      d.states[1].starts.push_back(first);
      for (std::int32_t s = 0; s < 5; ++s) {
        auto const name = "s" + std::to_string(r) + "_" + std::to_string(s);
        d.states.push_back(state(name, {on("next" + std::to_string(r), first + (s + 1) % 5)}, 1, "r" + std::to_string(r)));
      }
    }
    CHECK(error_of(d) == (regions == 9 ? "too_many_regions" : "too_many_configurations"));
  }
}

TEST_CASE("twenty-five thousand configurations are numbered and checked in less than 50 ms") {
  // Three regions of 29 states each, in a ring: 24,389 inside, and the way in and out.
  auto d = definition({state("new", {on("go", 1)}), state("wide", {on("stop", 2)}), end("done")});
  for (std::int32_t r = 0; r < 3; ++r) {
    auto const first = static_cast<std::int32_t>(d.states.size());
    d.states[1].starts.push_back(first);
    for (std::int32_t s = 0; s < 30; ++s) {
      d.states.push_back(state("s" + std::to_string(r) + "_" + std::to_string(s),
                               {on("next" + std::to_string(r), first + (s + 1) % 30), on("back" + std::to_string(r), first)}, 1, "r" + std::to_string(r)));
    }
  }
  double best_ms = 1e9;
  for (int round = 0; round < 5; ++round) {
    auto const started = std::chrono::steady_clock::now();
    auto const machine = build(d);
    best_ms = std::min(best_ms, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count());
    CHECK(machine.configuration_count() == 27'002);
  }
  MESSAGE("27,002 configurations in ", best_ms, " ms");
  // A sanitizer, or a machine that is busy with something else, may take longer: `make bench` holds it to 50 ms.
  CHECK(best_ms < 5000);
}
