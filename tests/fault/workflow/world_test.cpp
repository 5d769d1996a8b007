// A world that talks badly, and a second model of what should come of it.
//   BYLAW_WORLD_STEPS=100000   how much is said; without it 6,000
//   BYLAW_WORLD_SEED=7
#include <cstdlib>

#include <doctest/doctest.h>

#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>

#include "fault/ledger/work.hpp"
#include "fault/workflow/world.hpp"

using namespace bylaw;

namespace {

std::uint64_t setting(char const* name, std::uint64_t otherwise) {
  auto const* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::vector<std::string>> rows(store::Reader& reader, char const* sql) {
  auto table = reader.query(sql);
  REQUIRE(table.has_value());
  return std::move(table->rows);
}
std::int64_t figure(store::Reader& reader, char const* sql) { return std::atoll(rows(reader, sql)[0][0].c_str()); }

/// Everything that can be compared with the model, read from the store as a report would.
void compare(std::string const& path, Model const& model) {
  auto reader = store::Reader::open(path);
  REQUIRE(reader.has_value());
  std::map<std::string, std::string> states;
  for (auto const& row : rows(*reader, "SELECT subject, state FROM instance")) states[row[0]] = row[1];
  CHECK(states == model.states());
  std::set<std::string> held;
  for (auto const& row : rows(*reader, "SELECT order_id FROM hold_open")) held.insert(row[0]);
  CHECK(held == model.held());
  CHECK(figure(*reader, "SELECT count(*) FROM parked_now") == static_cast<std::int64_t>(model.parked()));
  CHECK(figure(*reader, "SELECT count(*) FROM dead_letter") == static_cast<std::int64_t>(model.dead_letters()));
  CHECK(figure(*reader, "SELECT coalesce(sum(posted),0) FROM balance_now WHERE kind=0 AND status='available'") == model.on_hand());
  CHECK(figure(*reader, "SELECT coalesce(sum(pending_out),0) FROM balance_now WHERE kind=0 AND status='available'") == model.reserved());
  for (auto const& [type, count] : model.messages()) {
    auto const sent = reader->query("SELECT count(*) FROM outbox WHERE type=?1", {type});
    CHECK_MESSAGE(std::atoll(sent->rows[0][0].c_str()) == static_cast<std::int64_t>(count), type);
  }
  CHECK(figure(*reader, "SELECT count(*) FROM timer_event WHERE action=4") == 0);
}

}  // namespace

TEST_CASE("whatever comes twice, late, out of order or never, nothing happens twice and nothing is lost") {
  auto const steps = setting("BYLAW_WORLD_STEPS", 6000);
  auto const seed = setting("BYLAW_WORLD_SEED", 7);
  TempStore temp;
  World world(seed);
  auto open = [&] {
    auto engine = engine::Engine::open({temp.path, true, simulated_rules(), {}});
    REQUIRE_MESSAGE(engine.has_value(), engine.error().message);
    return std::move(*engine);
  };
  auto engine = std::make_unique<engine::Engine>(open());
  for (auto const& command : world.opening()) REQUIRE(engine->submit(command)->status == trade::Status::accepted);
  std::map<std::string, Model::Answer> answers;
  for (std::uint64_t i = 0; i < steps; ++i) {
    auto const said = world.next();
    CAPTURE(i);
    CAPTURE(said.command.id);
    REQUIRE(let_time_pass(*engine, world.now()).has_value());
    auto const outcome = engine->submit(said.command);
    REQUIRE(outcome.has_value());
    auto const& answer = answers.emplace(said.command.id, said.answer).first->second;
    CHECK(outcome->code == answer.code);
    CHECK((outcome->status == trade::Status::accepted) == answer.accepted);
    if (!answer.state.empty()) CHECK(outcome->state == answer.state);
    if (i % 500 != 499) continue;
    compare(temp.path, world.model());
    // Now and then the host goes away and comes back.
    if (i % 1000 == 999) {
      engine.reset();
      auto const verified = store::verify(temp.path);
      REQUIRE(verified.has_value());
      CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
      engine = std::make_unique<engine::Engine>(open());
    }
  }
  compare(temp.path, world.model());
}
