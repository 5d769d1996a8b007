// Logs of events that were kept: every later version has to come to the same answers and the same states.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/wire/commands.hpp>

using namespace bylaw;

namespace {

std::string folder() { return BYLAW_SOURCE_DIR "/tests/golden/events/"; }

void fire_until(engine::Engine& engine, Timestamp until) {
  for (;;) {
    auto const next = engine.next_due();
    REQUIRE(next.has_value());
    if (!*next || **next > until) return;
    auto const done = engine.run_due(**next, 100);
    REQUIRE(done.has_value());
    for (auto const& outcome : done->outcomes) CHECK(outcome.status == trade::Status::accepted);
  }
}

void list(store::Reader& reader, std::ostringstream& out, char const* title, char const* sql) {
  auto const table = reader.query(sql);
  REQUIRE(table.has_value());
  out << "-- " << title << "\n";
  for (auto const& row : table->rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out << (i == 0 ? "" : " | ") << row[i];
    out << "\n";
  }
}

/// Answers, then everything that stands at the end, by business key.
std::string replay(std::string const& name) {
  auto const zones = config::load_zones();
  auto const rules = config::load_policy({folder() + "policy.bylaw"}, *zones);
  REQUIRE_MESSAGE(rules->ok(), render(rules->diagnostics, rules->sources));
  std::string const path = "memory:golden-" + name;
  auto engine = engine::Engine::open({path, true, rules->rulebook, {[](void*) { return Timestamp(0); }, nullptr}});
  REQUIRE(engine.has_value());
  auto reader = store::Reader::open(path);
  std::ostringstream out;
  std::ifstream log(folder() + name + ".jsonl");
  for (std::string line; std::getline(log, line);) {
    auto const command = wire::parse_command(line);
    REQUIRE_MESSAGE(command.has_value(), command.error().place << ": " << command.error().message);
    fire_until(*engine, command->at);
    auto const outcome = engine->submit(*command);
    REQUIRE(outcome.has_value());
    out << outcome->command_id << " " << outcome->code << " " << outcome->subject << " " << outcome->state << (outcome->duplicate ? " again" : "") << "\n";
  }
  list(*reader, out, "states", "SELECT subject, workflow, state, closed FROM instance ORDER BY subject");
  list(*reader, out, "life", "SELECT subject, event, from_state, to_state, at FROM transition_log ORDER BY seq");
  list(*reader, out, "holds", "SELECT order_id, rule, action, at, owner, blocks, late FROM hold_event ORDER BY seq");
  list(*reader, out, "clocks", "SELECT i.subject, t.name, t.due, t.elapsed FROM timer t JOIN instance i ON i.seq=t.instance ORDER BY 1, 2");
  list(*reader, out, "put aside", "SELECT i.subject, p.action, p.event, p.reason FROM parked_event p JOIN instance i ON i.seq=p.instance ORDER BY p.seq");
  list(*reader, out, "stock", "SELECT unit, place, status, posted, pending_out FROM balance_now ORDER BY 1, 2, 3");
  return out.str();
}

}  // namespace

TEST_CASE("kept logs of events come to the same states") {
  for (std::string const name : {"holds", "events", "children"}) {
    CAPTURE(name);
    auto const got = replay(name);
    auto const path = folder() + name + ".expected";
    if (std::getenv("BYLAW_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << got;
    std::ifstream file(path);
    std::string const expected((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    CHECK(got == expected);
  }
}
