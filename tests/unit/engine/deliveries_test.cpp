// The outbox as its consumers see it: at least once, in order per subject, whatever fails.
#include "shop.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <bylaw/engine/messages.hpp>
#include <bylaw/store/deliveries.hpp>

namespace {

constexpr char const* policy_text = "\nrole clerk includes order_desk;\n";

struct Post : Shop {
  engine::DeliveryTerms terms;
  Post() {
    open(policy_text);
    terms.consumer = "shop";
    terms.types = {"order.*"};
    terms.lease_ms = 10'000;
    terms.attempts_max = 3;
    item("TEA");
    location("DC1");
  }
  std::vector<engine::Message> lease(std::size_t count = 100) {
    auto messages = engine().lease(terms, count);
    REQUIRE_MESSAGE(messages.has_value(), to_string(messages.error()));
    return std::move(*messages);
  }
  engine::Settled ack(engine::Message const& message) {
    auto const settled = engine().ack(terms.consumer, {message});
    REQUIRE(settled.has_value());
    return settled->front();
  }
  engine::Settled nack(engine::Message const& message, std::string const& why = "down") {
    auto const settled = engine().nack(terms, message, why);
    REQUIRE(settled.has_value());
    return *settled;
  }
};

}  // namespace

TEST_CASE("messages come in order per subject, one of each at a time, and only those of the types") {
  Post post;
  post.order("A-1", 1000);
  post.order("A-2", 1000);
  (void)post.event("A-1", "cancel", "clerk");
  auto const first = post.lease();
  REQUIRE(first.size() == 2);
  CHECK(first[0].subject == "A-1");
  CHECK(first[0].type == "order.released");
  CHECK(first[1].subject == "A-2");
  CHECK(post.lease().empty());  // A-1 is on its way
  CHECK(post.ack(first[0]) == engine::Settled::done);
  auto const second = post.lease();
  REQUIRE(second.size() == 1);
  CHECK(second[0].type == "order.cancelled");
  CHECK(post.ack(first[0]) == engine::Settled::stale);
  CHECK(post.ack(second[0]) == engine::Settled::done);
  CHECK(post.ack(first[1]) == engine::Settled::done);
  CHECK(post.lease().empty());
  CHECK(post.findings().empty());
}

TEST_CASE("a lease runs out and the message comes again; who is late is told") {
  Post post;
  post.order("A-1", 1000);
  auto const first = post.lease();
  REQUIRE(first.size() == 1);
  post.now += 10'000;
  auto const again = post.lease();
  REQUIRE(again.size() == 1);
  CHECK(again[0].attempts == 2);
  CHECK(post.ack(first[0]) == engine::Settled::stale);
  CHECK(post.ack(again[0]) == engine::Settled::done);
}

TEST_CASE("what fails comes later and later, becomes a dead letter, keeps back what follows, and is redriven or skipped") {
  Post post;
  post.order("A-1", 1000);
  (void)post.event("A-1", "cancel", "clerk");
  for (int i = 0; i < 3; ++i) {
    auto const messages = post.lease();
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].attempts == i + 1);
    CHECK(post.nack(messages[0]) == (i == 2 ? engine::Settled::dead : engine::Settled::done));
    CHECK(post.lease().empty());
    post.now += 3'600'000;
  }
  CHECK(post.lease().empty());  // the cancellation waits behind it
  auto const dead = post.rows("SELECT message, type, attempts, reason FROM delivery_dead");
  REQUIRE(dead.size() == 1);
  CHECK(dead[0][1] == "order.released");
  CHECK(dead[0][3] == "down");
  CHECK(post.send(trade::RedriveMessages{"nobody", 0, false, ""}).code == "no_such_letter");
  CHECK(post.send(trade::RedriveMessages{"shop", 0, false, "server is back"}).code == "ok");
  auto const again = post.lease();
  REQUIRE(again.size() == 1);
  CHECK(again[0].attempts == 1);
  for (int i = 0; i < 3; ++i) {
    auto const messages = i == 0 ? again : post.lease();
    (void)post.nack(messages[0]);
    post.now += 3'600'000;
  }
  CHECK(post.send(trade::RedriveMessages{"shop", 0, true, ""}).code == "name_the_message");
  CHECK(post.send(trade::RedriveMessages{"shop", std::stoll(dead[0][0]), true, "sent by hand"}).code == "ok");
  auto const next = post.lease();
  REQUIRE(next.size() == 1);
  CHECK(next[0].type == "order.cancelled");
  CHECK(post.rows("SELECT action FROM delivery_event ORDER BY seq").size() == 4);  // dead, redriven, dead, skipped
  CHECK(post.findings().empty());
}

TEST_CASE("waiting doubles, is never above its limit, and is spread by the seed") {
  engine::DeliveryTerms terms;
  terms.backoff_ms_first = 1000;
  terms.backoff_ms_max = 60'000;
  std::set<std::int64_t> seen;
  for (std::int64_t message = 1; message <= 50; ++message) {
    std::int64_t full = 1000;
    for (std::int64_t attempt = 1; attempt <= 12; ++attempt) {
      auto const wait = store::backoff_ms(terms, message, attempt);
      CHECK(wait >= full - full / 2);
      CHECK(wait <= full);
      if (attempt == 1) seen.insert(wait);
      full = std::min<std::int64_t>(full * 2, 60'000);
    }
  }
  CHECK(seen.size() > 30);
  CHECK(store::backoff_ms(terms, 7, 3) == store::backoff_ms(terms, 7, 3));
}

TEST_CASE("nothing is lost, doubled in effect or out of order, whatever acks, nacks and late answers do") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Post post;
    post.terms.attempts_max = 1'000;
    std::mt19937 random(seed);
    int orders = 0;
    std::map<std::string, std::vector<std::int64_t>> done;
    std::vector<engine::Message> held;
    for (int step = 0; step < 300; ++step) {
      auto const dice = random() % 10;
      if (dice < 2 && orders < 20) post.order("A-" + std::to_string(++orders), 1000);
      else if (dice < 3 && orders > 0) (void)post.event("A-" + std::to_string(random() % static_cast<unsigned>(orders) + 1), "cancel", "clerk");
      else if (dice < 6) {
        for (auto& message : post.lease(random() % 4 + 1)) held.push_back(std::move(message));
      } else if (!held.empty()) {
        auto const at = random() % held.size();
        auto const message = held[at];
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
        if (dice < 8) {
          if (post.ack(message) == engine::Settled::done) done[message.subject].push_back(message.number);
        } else {
          (void)post.nack(message);
        }
      }
      post.now += static_cast<std::int64_t>(random() % 8'000);
    }
    for (int round = 0; round < 500; ++round) {
      post.now += 3'600'000;
      auto const rest = post.lease();
      if (rest.empty()) break;
      for (auto const& message : rest) {
        if (post.ack(message) == engine::Settled::done) done[message.subject].push_back(message.number);
      }
    }
    std::size_t count = 0;
    for (auto const& [subject, numbers] : done) {
      CHECK(std::is_sorted(numbers.begin(), numbers.end()));
      CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
      count += numbers.size();
    }
    CHECK(std::to_string(count) == post.rows("SELECT count(*) FROM outbox WHERE type LIKE 'order.%'")[0][0]);
    CHECK(post.findings().empty());
  }
}

TEST_CASE("the envelope is CloudEvents 1.0, and the view has the columns of Debezium's outbox") {
  Post post;
  post.order("A-1", 1000);
  auto const message = post.lease().front();
  auto const event = wire::parse_json(engine::cloud_event(message, "bylaw:shop"));
  REQUIRE(event.has_value());
  CHECK(event->find("specversion")->text == "1.0");
  CHECK(event->find("id")->text == std::to_string(message.number));
  CHECK(event->find("source")->text == "bylaw:shop");
  CHECK(event->find("type")->text == "order.released");
  CHECK(event->find("partitionkey")->text == "A-1");
  CHECK(event->find("sequence")->text.size() == 20);
  CHECK(event->find("data")->find("state")->text == "released");
  auto const row = post.rows("SELECT id, aggregatetype, aggregateid, type, payload FROM outbox_debezium WHERE aggregateid='A-1' ORDER BY id");
  REQUIRE(!row.empty());
  CHECK(row[0][1] == "order");
  CHECK(row[0][3] == "order.released");
}

TEST_CASE("health counts what waits, fails and is late, and alerts are raised and cleared once") {
  Post post;
  for (int i = 0; i < 3; ++i) post.order("A-" + std::to_string(i), 1000);
  auto const held = post.lease(1);
  post.now += 1'000;
  CHECK(post.ack(held[0]) == engine::Settled::done);
  auto const health = post.engine().health();
  REQUIRE(health.has_value());
  REQUIRE(health->deliveries.size() == 1);
  CHECK(health->deliveries[0].depth == 2);
  CHECK(health->deliveries[0].acked == 1);
  CHECK(health->deliveries[0].latency_ms_p99 >= 1'000);
  CHECK(health->deliveries[0].age_ms >= 1'000);
  CHECK(health->alerts.empty());
  post.now += 3'600'000;
  CHECK(post.send(trade::CheckHealth{}).message == "1 alerts");
  CHECK(post.send(trade::CheckHealth{}).message == "1 alerts");
  CHECK(post.rows("SELECT name, raised FROM alert_event") == std::vector<std::vector<std::string>>{{"delivery.age/shop", "1"}});
  for (auto const& message : post.lease()) (void)post.ack(message);
  CHECK(post.send(trade::CheckHealth{}).message == "0 alerts");
  CHECK(post.rows("SELECT type, subject FROM outbox WHERE type LIKE 'alert.%' ORDER BY seq") ==
        std::vector<std::vector<std::string>>{{"alert.raised", "delivery.age/shop"}, {"alert.cleared", "delivery.age/shop"}});
}

TEST_CASE("a clock that goes back is clamped and reported") {
  Post post;
  post.order("A-1", 1000);
  auto const before = post.rows("SELECT max(recorded_at) FROM commit_log")[0][0];
  post.now -= 60'000;
  post.order("A-2", 1000);
  CHECK(post.rows("SELECT max(recorded_at) FROM commit_log")[0][0] == before);
  auto const health = post.engine().health();
  REQUIRE(health.has_value());
  CHECK(health->clock_back_ms == 60'000);
  CHECK(post.findings().empty());
}
