// Ports that time out, answer twice, answer late, answer wrong, or throw: nothing is lost, and nothing happens twice.
#include <bylaw/engine/ports.hpp>

#include <stdexcept>

#include "shop.hpp"

namespace {

constexpr char const* policy_text = R"(
reasons hold { RISK "risk" ; }
role desk includes order_desk;
hold risky {
  await payment.risk_score up to 2 hours, otherwise 100;
  when payment.risk_score >= 60; reason RISK; blocks release; queue desk; release by desk;
}
)";

struct World : Shop {
  engine::Port port;
  std::vector<engine::PortReply> answers;  ///< one per question, the last one for all that follow
  std::vector<std::string> keys;           ///< of the questions
  bool throws = false;
  std::int64_t takes_ms = 0;  ///< as long as an answer takes

  explicit World(engine::PortKind kind = engine::PortKind::fraud) {
    open(policy_text);
    item("TEA", 400);
    location("DC1");
    port.name = "score";
    port.kind = kind;
    port.ask = &World::ask;
    port.context = this;
    port.terms.types = {"order.imported", "order.validated", "order.on_hold", "order.released"};
    port.terms.attempts_max = 3;
    port.terms.lease_ms = 60'000;
  }
  static void ask(void* self, engine::PortRequest const& request, engine::PortReply& reply) {
    auto& world = *static_cast<World*>(self);
    world.keys.push_back(request.key);
    world.now += world.takes_ms;
    if (world.throws) throw std::runtime_error("broken");
    reply = world.answers.size() >= world.keys.size() ? world.answers[world.keys.size() - 1] : world.answers.back();
  }
  static engine::PortReply score(std::string value) {
    engine::PortReply out;
    out.answered = true;
    out.facts = {{"payment.risk_score", std::move(value)}};
    return out;
  }
  engine::PortRun run() {
    auto const done = engine::run_port(engine(), port, Timestamp(now));
    REQUIRE_MESSAGE(done.has_value(), to_string(done.error()));
    return *done;
  }
  std::string state() { return rows("SELECT state FROM instance WHERE subject='A-1'")[0][0]; }
};

}  // namespace

TEST_CASE("an answer becomes facts, and the order goes on") {
  World world;
  world.order("A-1", 1'000);
  world.answers = {World::score("12")};
  auto const run = world.run();
  CHECK(run.asked == 1);
  CHECK(run.answered == 1);
  CHECK(world.state() == "released");
  auto const sent = world.rows("SELECT id, user, cause FROM command WHERE kind='record_facts'");
  REQUIRE(sent.size() == 1);
  CHECK(sent[0][0] == world.keys[0] + ":facts");
  CHECK(sent[0][1] == "port:score");
  CHECK(sent[0][2].compare(0, 8, "message:") == 0);
  CHECK(world.findings().empty());
}

TEST_CASE("a port that has no answer is asked again with the same key, and its questions end as dead letters") {
  World world;
  world.order("A-1", 1'000);
  world.answers = {{}};
  for (int i = 0; i < 3; ++i) {
    auto const run = world.run();
    CHECK(run.later == 1);
    CHECK(run.dead == (i == 2 ? 1 : 0));
    world.now += 3'600'000 / 2;
  }
  CHECK(world.keys.size() == 3);
  CHECK(world.keys[0] == world.keys[2]);
  CHECK(world.run().asked == 0);
  CHECK(world.rows("SELECT reason FROM delivery_dead")[0][0] == "not now");
  world.answers = {{}, {}, {}, World::score("5")};
  CHECK(world.send(trade::RedriveMessages{"port:score", 0, false, "it is back"}).code == "ok");
  CHECK(world.run().answered == 1);
  CHECK(world.findings().empty());
}

TEST_CASE("an adapter that throws is asked again later") {
  World world;
  world.order("A-1", 1'000);
  world.throws = true;
  CHECK(world.run().later == 1);
  CHECK(world.rows("SELECT reason FROM delivery")[0][0] == "the adapter threw an exception");
}

TEST_CASE("an answer that comes after the lease changes nothing when another has answered") {
  World world;
  world.order("A-1", 1'000);
  // The first runner takes so long that a second one gets the message and answers something else.
  struct Late {
    World* world;
    bool first = true;
  } late{&world};
  auto port = world.port;
  port.context = &late;
  port.ask = [](void* self, engine::PortRequest const&, engine::PortReply& reply) {
    auto& l = *static_cast<Late*>(self);
    if (std::exchange(l.first, false)) {
      l.world->now += 61'000;
      auto other = l.world->port;
      l.world->answers = {World::score("80")};
      auto const run = engine::run_port(l.world->engine(), other, Timestamp(l.world->now));
      REQUIRE(run.has_value());
      CHECK(run->answered == 1);
    }
    reply = World::score("10");
  };
  auto const run = engine::run_port(world.engine(), port, Timestamp(world.now));
  REQUIRE(run.has_value());
  CHECK(run->again == 1);
  CHECK(world.state() == "on_hold");  // the first answer that came counts
  CHECK(world.rows("SELECT count(*) FROM order_fact")[0][0] == "1");
  CHECK(world.findings().empty());
}

TEST_CASE("an answer that was sent, but not acknowledged, is known when it comes again") {
  World world;
  world.order("A-1", 1'000);
  world.answers = {World::score("12")};
  // The program ended between the answer and the acknowledgement: the command is there, the message comes again.
  auto const leased = world.engine().lease(
      [&] {
        auto t = world.port.terms;
        t.consumer = "port:score";
        return t;
      }(),
      10);
  REQUIRE(leased->size() == 1);
  auto const key = "port:score:" + std::to_string(leased->front().number) + ":facts";
  CHECK(world.send_as(key, trade::RecordFacts{"A-1", {{"payment.risk_score", "12"}}, ""}).code == "ok");
  world.now += 61'000;
  auto const run = world.run();
  CHECK(run.again == 1);
  CHECK(world.rows("SELECT count(*) FROM order_fact")[0][0] == "1");
}

TEST_CASE("wrong answers are not taken") {
  struct {
    engine::PortKind kind;
    trade::Attribute fact;
    char const* event;
    bool good;
  } const cases[] = {
      {engine::PortKind::fraud, {"payment.risk_score", "101"}, "", false},
      {engine::PortKind::fraud, {"payment.risk_score", "-1"}, "", false},
      {engine::PortKind::fraud, {"payment.risk_score", "many"}, "", false},
      {engine::PortKind::fraud, {"payment.amount", "1.00 USD"}, "", false},
      {engine::PortKind::fraud, {"ship_to.city", "X"}, "", false},
      {engine::PortKind::fraud, {"payment.risk_score", "1"}, "cancel", false},
      {engine::PortKind::payment, {"payment.amount", "10.01 USD"}, "", false},
      {engine::PortKind::payment, {"payment.amount", "10.00 EUR"}, "", false},
      {engine::PortKind::payment, {"payment.amount", "10.00 USD"}, "", true},
      {engine::PortKind::address, {"ship_to.city", "Boston"}, "", true},
      {engine::PortKind::address, {"payment.risk_score", "1"}, "", false},
      {engine::PortKind::message, {"ship_to.city", "Boston"}, "", false},
      {engine::PortKind::tax, {"payment.method", "card"}, "", false},
      {engine::PortKind::carrier_rates, {"tracking.code", "1"}, "", false},
  };
  for (auto const& one : cases) {
    CAPTURE(one.fact.path);
    CAPTURE(one.fact.value);
    World world(one.kind);
    world.order("A-1", 1'000);
    engine::PortReply reply;
    reply.answered = true;
    reply.facts = {one.fact};
    reply.event = one.event;
    world.answers = {reply};
    auto const run = world.run();
    CHECK(run.answered == (one.good ? 1 : 0));
    CHECK(run.wrong == (one.good ? 0 : 1));
    CHECK(world.rows("SELECT count(*) FROM order_fact")[0][0] == (one.good ? "1" : "0"));
  }
}

TEST_CASE("what the engine refuses is in the journal, and is not asked for ever") {
  World world(engine::PortKind::payment);
  world.order("A-1", 1'000);
  engine::PortReply reply;
  reply.answered = true;
  reply.event = "settle";
  world.answers = {reply};
  auto const run = world.run();
  CHECK(run.refused == 1);
  CHECK(world.rows("SELECT code FROM command WHERE user='port:score'")[0][0] == "wrong_state");
  CHECK(world.run().asked == 0);
  world.port.name.clear();
  CHECK(engine::run_port(world.engine(), world.port, Timestamp(world.now)).error().code == "unnamed_port");
}
