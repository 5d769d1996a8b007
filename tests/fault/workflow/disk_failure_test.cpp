// A badly talking world, and instances alone, on a disk that fails at the n-th operation.
//   BYLAW_FAULT_STRIDE=1   every n; without it every twenty-ninth, begun at another one for each kind
#include <unistd.h>

#include <memory>

#include <doctest/doctest.h>

#include <bylaw/engine/instances.hpp>
#include <bylaw/store/store.hpp>

#include "fault/ledger/failures.hpp"
#include "fault/workflow/world.hpp"

using namespace bylaw;

namespace {

constexpr std::int64_t stride = 29;
/// On the disk of the test; only the lock is a real file, of this process alone.
std::string const path = "/tmp/bylaw_world_fault_" + std::to_string(::getpid()) + ".db";

/// Says everything from the beginning until something fails. True: all of it was said.
bool say_all(std::unique_ptr<engine::Engine>& engine) {
  auto opened = engine::Engine::open({path, true, simulated_rules(), {[](void*) { return Timestamp(1); }, nullptr}});
  if (!opened) return false;
  engine = std::make_unique<engine::Engine>(std::move(*opened));
  World world(5);
  for (auto const& command : world.opening()) {
    if (!engine->submit(command)) return false;
  }
  for (int i = 0; i < 60; ++i) {
    auto const said = world.next();
    if (!let_time_pass(*engine, world.now()) || !engine->submit(said.command)) return false;
  }
  return true;
}

std::string end_of_world() {
  auto const verified = store::verify(path);
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
  return verified->state_hash;
}

workflow::Machine ring() {
  workflow::Definition d;
  d.name = "ring";
  d.starts = {0};
  for (auto const* name : {"a", "b", "c", "end"}) d.states.push_back({name, -1, {}, false, workflow::Others::reject, {}, {}, {}, {}, {}});
  d.states[3].final = true;
  for (std::int32_t i = 0; i < 3; ++i) {
    workflow::Transition next;
    next.event = "next";
    next.target = i + 1;
    d.states[static_cast<std::size_t>(i)].transitions = {next};
  }
  return workflow::Machine::build(std::move(d)).value();
}

/// What a host knows: where each of its instances was when it was last told so.
using Known = std::map<std::int64_t, engine::Advanced>;

/// Moves eight instances three times, in commits of four. What was answered is in `known`.
bool move_all(std::unique_ptr<engine::Instances>& instances, Known& known) {
  auto const machine = ring();
  auto opened = engine::Instances::open({path, true, {machine}, {[](void*) { return Timestamp(1); }, nullptr}});
  if (!opened) return false;
  instances = std::make_unique<engine::Instances>(std::move(*opened));
  std::vector<engine::NewInstance> fresh;
  for (int i = 0; i < 8; ++i) fresh.push_back({"I-" + std::to_string(i), 0, Timestamp(1), "me", "data"});
  if (instances->open_count() == 0 && known.empty() && !instances->start(fresh)) return false;
  for (int round = 0; round < 3; ++round) {
    for (std::int64_t from = 1; from <= 8; from += 4) {
      std::vector<engine::Advance> events;
      for (auto i = from; i < from + 4; ++i) {
        engine::Advance event;
        event.instance = i;
        event.last = known.count(i) > 0 ? known[i].last : 0;
        event.event = machine.event("next");
        event.at = Timestamp(1);
        event.data = "moved";
        events.push_back(event);
      }
      auto const done = instances->advance(events);
      if (!done) return false;
      for (std::size_t i = 0; i < events.size(); ++i) {
        if ((*done)[i].result == engine::AdvanceResult::unknown) return false;
        known[events[i].instance] = (*done)[i];
      }
    }
  }
  return true;
}

}  // namespace

TEST_CASE("whatever fails, whenever: said again from the beginning, the world comes to the same end") {
  auto& disk = Disk::instance();
  disk.clear();
  std::unique_ptr<engine::Engine> engine;
  REQUIRE(say_all(engine));
  auto const operations = disk.operations();
  engine.reset();
  auto const expected = end_of_world();
  auto const check = [&](std::int64_t) {
    REQUIRE(say_all(engine));
    engine.reset();
    CHECK(end_of_world() == expected);
  };
  auto const tried = fail_everywhere(operations, fault_stride(stride), {[&] { (void)say_all(engine); }, [&] { engine.reset(); }, check});
  MESSAGE(operations, " operations, failed ", tried, " times");
}

TEST_CASE("instances alone: a step that was answered stays, one that was not is taken once") {
  auto& disk = Disk::instance();
  disk.clear();
  std::unique_ptr<engine::Instances> instances;
  Known known;
  REQUIRE(move_all(instances, known));
  auto const operations = disk.operations();
  instances.reset();
  auto const run = [&] {
    known.clear();
    (void)move_all(instances, known);
  };
  auto const check = [&](std::int64_t) {
    auto const machine = ring();
    auto opened = engine::Instances::open({path, true, {machine}, {}});
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    // What is there is at least as far as what was answered, and at most one step further.
    for (auto const& [number, answered] : known) {
      engine::Advance ask;
      ask.instance = number;
      ask.last = answered.last;
      ask.event = workflow::unknown_event;
      auto const told = opened->advance({&ask, 1});
      REQUIRE(told.has_value());
      REQUIRE(told->front().result != engine::AdvanceResult::unknown);
      CHECK(told->front().last >= answered.last);
    }
    opened = engine::Instances::open({"memory:other", true, {machine}, {}});
    auto const verified = store::verify(path);
    if (!known.empty()) {
      REQUIRE(verified.has_value());
      CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
    }
  };
  (void)fail_everywhere(operations, std::max<std::int64_t>(fault_stride(stride) / 4, 1), {run, [&] { instances.reset(); }, check});
}
