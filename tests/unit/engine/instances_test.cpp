#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include <unistd.h>

#include <bylaw/engine/instances.hpp>
#include <bylaw/store/store.hpp>

using namespace bylaw;
using engine::AdvanceResult;
using workflow::Reaction;

namespace {

workflow::Machine parcel(std::int32_t version = 1, bool clock = false) {
  workflow::Definition d;
  d.name = "parcel";
  d.version = version;
  d.starts = {0};
  for (auto const* name : {"packed", "out", "done"}) d.states.push_back({name, -1, {}, false, workflow::Others::reject, {}, {}, {}, {}, {}});
  d.states[2].final = true;
  workflow::Transition ship{"ship", {"warehouse"}, false, {}, 5, {}, 1};
  workflow::Transition scan{"scan", {}, false, {}, -1, {}, -1};
  workflow::Transition finish{"finish", {}, false, {}, -1, {}, 2};
  workflow::Transition late{"", {}, true, {Duration::Kind::elapsed, 5, 0}, -1, {"x"}, -1};
  d.states[0].transitions = {ship, scan};
  d.states[1].transitions = {scan, finish};
  if (clock) d.states[1].transitions.push_back(late);
  return workflow::Machine::build(std::move(d)).value();
}

struct Place {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("bylaw_instances_" + std::to_string(getpid()));
  Place() { std::filesystem::create_directories(folder); }
  ~Place() { std::filesystem::remove_all(folder); }
  [[nodiscard]] std::string path() const { return (folder / "i.db").string(); }
};

engine::Advanced send(engine::Instances& instances, workflow::Machine const& machine, std::int64_t number, char const* event, std::int64_t last = 0,
                      workflow::GuardBits guards = ~0ull, workflow::RoleBits roles = workflow::every_role) {
  engine::Advance advance;
  advance.instance = number;
  advance.last = last;
  advance.event = machine.event(event);
  advance.guards = guards;
  advance.roles = roles;
  auto const done = instances.advance({&advance, 1});
  REQUIRE(done.has_value());
  return done->front();
}

}  // namespace

TEST_CASE("instances move, answer what is finished, and come back after closing") {
  Place place;
  auto const machine = parcel();
  {
    auto instances = engine::Instances::open({place.path(), true, {machine}, {}});
    REQUIRE(instances.has_value());
    auto const numbers = instances->start({{"P-1", 0, Timestamp(1), "me", "a"}, {"P-2", 0, Timestamp(1), "me", ""}});
    REQUIRE(numbers.has_value());
    CHECK(*numbers == std::vector<std::int64_t>{1, 2});
    CHECK(instances->start({{"P-1", 0, Timestamp(1), "me", ""}}).error().code == "id_taken");
    CHECK(instances->start({{"P-3", 0, Timestamp(1), "me", ""}, {"P-3", 0, Timestamp(1), "me", ""}}).error().code == "id_taken");
    CHECK(instances->start({{"P-3", 9, Timestamp(1), "me", ""}}).error().code == "unknown_machine");
    CHECK(instances->start({{"P-3", 0, Timestamp(1), "me", std::string(70'000, 'x')}}).error().code == "too_large");
    CHECK(instances->open_count() == 2);
    CHECK(send(*instances, machine, 1, "ship", 0, 0).step.reaction == Reaction::rejected);  // its guard does not hold
    CHECK(send(*instances, machine, 1, "ship", 0, ~0ull, machine.role("customer")).step.reaction == Reaction::forbidden);
    auto const shipped = send(*instances, machine, 1, "ship", 0, ~0ull, machine.role("warehouse"));
    CHECK(shipped.step.reaction == Reaction::moved);
    CHECK(send(*instances, machine, 1, "finish", shipped.last - 1).result == AdvanceResult::stale);
    auto const finished = send(*instances, machine, 1, "finish", shipped.last);
    CHECK(finished.step.reaction == Reaction::moved);
    CHECK(send(*instances, machine, 1, "finish", shipped.last).result == AdvanceResult::stale);  // sent twice, done once
    CHECK(instances->open_count() == 1);
    CHECK(send(*instances, machine, 1, "scan").step.reaction == Reaction::rejected);
    CHECK(send(*instances, machine, 7, "scan").result == AdvanceResult::unknown);
    CHECK(instances->close().has_value());
    CHECK(instances->start({{"P-4", 0, Timestamp(1), "me", ""}}).error().code == "engine_failed");
  }
  auto instances = engine::Instances::open({place.path(), false, {machine}, {}});
  REQUIRE(instances.has_value());
  auto const open = instances->open_after(0, 10);
  REQUIRE(open.has_value());
  REQUIRE(open->size() == 1);
  CHECK(open->front().subject == "P-2");
  CHECK(machine.name(open->front().at) == "packed");
  CHECK(send(*instances, machine, 1, "scan").step.reaction == Reaction::rejected);
  auto const verified = store::verify(place.path());
  REQUIRE(verified.has_value());
  CHECK(verified->findings.empty());
}

TEST_CASE("several events of one instance in one commit follow each other, also past its end") {
  auto const machine = parcel();
  auto instances = engine::Instances::open({"memory:instances-batch", true, {machine}, {}});
  REQUIRE(instances.has_value());
  REQUIRE(instances->start({{"P-1", 0, Timestamp(1), "me", ""}}).has_value());
  std::vector<engine::Advance> events;
  for (auto const* name : {"scan", "ship", "scan", "finish", "scan", "finish"}) {
    engine::Advance event;
    event.instance = 1;
    event.event = machine.event(name);
    event.guards = 1;
    events.push_back(event);
  }
  auto const done = instances->advance(events);
  REQUIRE(done.has_value());
  std::string reactions;
  for (auto const& one : *done) reactions += one.step.reaction == Reaction::moved ? 'm' : 'r';
  CHECK(reactions == "mmmmrr");
  for (std::size_t i = 1; i < done->size(); ++i) CHECK((*done)[i].last == (*done)[i - 1].last + 1);
  CHECK(instances->open_count() == 0);
  CHECK(send(*instances, machine, 1, "scan", done->back().last).result == AdvanceResult::done);
}

TEST_CASE("machines that do not fit the store are refused") {
  Place place;
  {
    auto instances = engine::Instances::open({place.path(), true, {parcel()}, {}});
    REQUIRE(instances.has_value());
    REQUIRE(instances->start({{"P-1", 0, Timestamp(1), "me", ""}}).has_value());
  }
  CHECK(engine::Instances::open({place.path(), true, {parcel(2)}, {}}).error().code == "machine_missing");
  CHECK(engine::Instances::open({place.path(), true, {parcel(), parcel()}, {}}).error().code == "two_machines");
  CHECK(engine::Instances::open({place.path(), true, {parcel(1, true)}, {}}).error().code == "timers_not_kept");
  CHECK(engine::Instances::open({place.path(), true, {parcel(), parcel(2)}, {}}).has_value());
}

TEST_CASE("many threads move the same instances; with `last` every step is taken once") {
  auto const machine = parcel();
  auto instances = engine::Instances::open({"memory:instances-threads", true, {machine}, {}});
  REQUIRE(instances.has_value());
  REQUIRE(instances->start({{"P-1", 0, Timestamp(1), "me", ""}}).has_value());
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      engine::Advance event;
      event.instance = 1;
      event.event = machine.event("scan");
      event.last = 1;
      for (int i = 0; i < 200; ++i) {
        auto const done = instances->advance({&event, 1});
        if (!done) return;
        taken += done->front().result == AdvanceResult::done ? 1 : 0;
        event.last = done->front().last;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto const open = instances->open_after(0, 10);
  REQUIRE(open.has_value());
  CHECK(open->front().last == taken + 1);
}
