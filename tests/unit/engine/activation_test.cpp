// Policy versions that take force: what they would change, for whom, who has to agree, and how they are taken back.
#include <bylaw/engine/activation.hpp>

#include "shop.hpp"

namespace {

constexpr char const* first = R"(
role owner;
reasons hold { BIG "a large order"; }
hold big { when order.total > 100.00 USD; reason BIG; blocks release; queue desk; release by owner; }
approval big_change { for activate over 200.00 USD; by owner; not by requester; }
)";
constexpr char const* second = R"(
role owner;
reasons hold { BIG "a large order"; }
measure orders_of_customer = count order by customer.id over 30 days;
hold big { when order.total > 50.00 USD or orders_of_customer > 5; reason BIG; blocks release; queue desk; release by owner; }
approval big_change { for activate over 200.00 USD; by owner; not by requester; }
)";

struct Lab : Shop {
  Lab() {
    open(first);
    item("TEA", 400);
    location("DC1");
  }
  trade::ActivatePolicy files(char const* text, trade::Rollout rollout = trade::Rollout::full) {
    trade::ActivatePolicy out;
    auto const book = rules(text);
    for (auto const& source : book.policy().sources()) {
      bool root = false;
      for (auto const& name : book.policy().roots()) root = root || name == source.name;
      out.files.push_back({source.name, source.text, root});
    }
    out.rollout = rollout;
    return out;
  }
  engine::ActivationPlan plan_of(trade::ActivatePolicy const& activation) {
    auto plan = engine().plan_activation(activation, Timestamp(now));
    REQUIRE_MESSAGE(plan.has_value(), to_string(plan.error()));
    return std::move(*plan);
  }
  std::string holds() { return rows("SELECT count(*) FROM hold_open")[0][0]; }
};

trade::Actor const ann{"ann", "owner", ""};
trade::Actor const bob{"bob", "owner", ""};

}  // namespace

TEST_CASE("a plan lists what a version would decide otherwise, with its value, and changes nothing") {
  Lab lab;
  lab.order("A-1", 7'000);
  lab.order("A-2", 20'000);
  lab.order("A-3", 1'000);
  auto const before = store::verify(lab.path())->state_hash;
  auto const plan = lab.plan_of(lab.files(second));
  CHECK(plan.orders == 3);
  REQUIRE(plan.changes.size() == 1);
  CHECK(plan.changes[0].subject == "A-1");
  CHECK(plan.changes[0].rule == "big");
  CHECK(plan.changes[0].change == "would hold");
  REQUIRE(plan.values.size() == 1);
  CHECK(to_string(plan.values[0]) == "70.00 USD");
  CHECK(store::verify(lab.path())->state_hash == before);
  CHECK(lab.rows("SELECT count(*) FROM policy_version")[0][0] == "1");
  lab.order("A-4", 7'000);
  CHECK(lab.holds() == "1");
}

TEST_CASE("a version takes force at once, and stays when the engine is opened again") {
  Lab lab;
  CHECK(lab.send(lab.files(second), ann).code == "ok");
  lab.order("A-1", 7'000);
  CHECK(lab.holds() == "1");
  CHECK(lab.send(lab.files(second), ann).code == "already_in_force");
  auto const refused = lab.try_open(first);
  REQUIRE(!refused);
  CHECK(refused.error().code == "policy_not_in_force");
  REQUIRE(lab.try_open_as_it_is().has_value());
  lab.order("A-2", 7'000);
  CHECK(lab.holds() == "2");
  REQUIRE(lab.try_open(second).has_value());
  CHECK(lab.findings().empty());
}

TEST_CASE("a large change needs another person; one that does not compile, or that another overtook, is refused") {
  Lab lab;
  for (int i = 0; i < 4; ++i) lab.order("A-" + std::to_string(i), 7'000);
  auto const asked = lab.send(lab.files(second), ann);
  REQUIRE(asked.code == "waits_for_approval");
  CHECK(asked.message.find("280.00 USD") != std::string::npos);
  lab.order("B-1", 7'000);
  CHECK(lab.holds() == "0");
  auto const request = "request:" + asked.command_id;
  CHECK(lab.send(trade::AnswerRequest{request, trade::Answer::approve, ""}, ann).code == "own_approval");
  CHECK(lab.send(trade::AnswerRequest{request, trade::Answer::approve, ""}, bob).code == "ok");
  lab.order("B-2", 7'000);
  CHECK(lab.holds() == "1");
  trade::ActivatePolicy broken;
  broken.files = {{"x.bylaw", "hold x { when order.totl > 5; }", true}};
  auto const refused = lab.send(broken, ann);
  CHECK(refused.code == "policy_invalid");
  CHECK(refused.message.find("totl") != std::string::npos);
  auto stale = lab.files(first);
  stale.instead_of = "0000000000";
  CHECK(lab.send(stale, ann).code == "policy_moved_on");
  trade::ActivatePolicy unknown;
  unknown.version = "ffffffff";
  CHECK(lab.send(unknown, ann).code == "unknown_version");
}

TEST_CASE("a part decides for its channels, its regions or its share, and the rest stays as it was") {
  Lab lab;
  auto part = lab.files(second, trade::Rollout::part);
  part.channels = {"store"};
  CHECK(lab.send(part, ann).code == "ok");
  lab.order("A-1", 7'000);
  CHECK(lab.holds() == "0");
  trade::Order order;
  order.id = "S-1";
  order.channel = "store";
  order.placed = Timestamp(lab.now);
  order.currency = Currency::find("USD");
  order.total = Money(7'000, order.currency);
  order.lines = {{1, "TEA", "", 1, Decimal(1), order.total, false}};
  CHECK(lab.send(trade::ImportOrder{order}).code == "ok");
  CHECK(lab.holds() == "1");
  // Each decision says which version it was.
  CHECK(lab.rows("SELECT count(DISTINCT policy) FROM command WHERE kind='import_order'")[0][0] == "2");
  part.channels.clear();
  part.share_percent = 30;
  CHECK(lab.send(part, ann).code == "ok");
  int held = 0;
  for (int i = 0; i < 200; ++i) held += lab.order("P-" + std::to_string(i), 7'000).state == "on_hold" ? 1 : 0;
  CHECK(held > 35);
  CHECK(held < 90);
  CHECK(lab.send(lab.files(second, trade::Rollout::stop), ann).code == "ok");
  CHECK(lab.order("Q-1", 7'000).state == "released");
  CHECK(lab.send(lab.files(second, trade::Rollout::stop), ann).code == "not_rolled_out");
  CHECK(lab.findings().empty());
}

TEST_CASE("a version in the shadow decides nothing, and where it differs is written down") {
  Lab lab;
  CHECK(lab.send(lab.files(second, trade::Rollout::shadow), ann).code == "ok");
  CHECK(lab.order("A-1", 7'000).state == "released");
  CHECK(lab.order("A-2", 1'000).state == "released");
  CHECK(lab.order("A-3", 20'000).state == "on_hold");
  CHECK(lab.rows("SELECT subject, rule, change, value FROM shadow_difference") == std::vector<std::vector<std::string>>{{"A-1", "big", "would hold", "7000"}});
  // Its measures are kept while it is tried, so that it knows what it will know: the seventh order of a customer.
  for (int i = 0; i < 5; ++i) lab.order("C-" + std::to_string(i), 100);
  CHECK(lab.rows("SELECT subject FROM shadow_difference ORDER BY seq").size() > 1);
  REQUIRE(lab.try_open_as_it_is().has_value());
  CHECK(lab.order("A-4", 7'000).state == "released");
  CHECK(lab.findings().empty());
}

TEST_CASE("going back to a version says what cannot be taken back") {
  Lab lab;
  auto const before = lab.rules(first).policy().version_hash();
  lab.order("A-0", 1'000);
  CHECK(lab.send(lab.files(second), ann).code == "ok");
  lab.order("A-1", 1'000);
  CHECK(lab.send(trade::OrderEvent{"A-1", "cancel", ""}, {"x", "order_desk", ""}).code == "ok");
  trade::ActivatePolicy back;
  back.version = before.substr(0, 10);
  auto const plan = lab.plan_of(back);
  CHECK(plan.irreversible == std::vector<std::string>{"1 orders cancelled"});
  auto const done = lab.send(back, ann);
  CHECK(done.code == "ok");
  CHECK(done.message.find("1 orders cancelled") != std::string::npos);
  CHECK(lab.order("A-2", 7'000).state == "released");
  CHECK(lab.rows("SELECT rollout, substr(hash, 1, 10) FROM activation_now") == std::vector<std::vector<std::string>>{{"full", before.substr(0, 10)}});
}
