// Who may do what: permissions, approvals that add up, delegation, brakes.
#include "shop.hpp"

namespace {

constexpr char const* policy_text = R"(
role clerk includes order_desk;
role boss includes clerk;
permit clerk to import_order, order_event, return_event, request_return, release_hold, delegate;
permit clerk, boss to answer_request;
permit boss to activate_policy, define_entry;
permit system to everything;
approval cancels {
  for cancel over 100.00 USD per order or over 150.00 USD per requester in 1 day;
  by boss; not by requester; persons 2 over 500.00 USD; lapse after 4 hours;
}
approval vendors { for vendor_change; by boss; not by requester; }
brake robot_releases { for release; at most 2 per 1 hour; queue robots; by boss; }
brake robot_cancels { for cancel; at most 1 per 1 hour; queue robots; by boss; }
approval looks { for check_health; by boss; not by requester; }
brake all_events { for order_event; at most 1000 per 1 hour; queue robots; }
brake many_holds { for hold; at most 3 per 1 hour; queue strange; by boss; }
reasons hold { UNPAID "not paid"; }
hold unpaid {
  when order.payment.state == authorized; reason UNPAID "not paid"; blocks release; queue money; release by boss;
  expire after 2 hours then cancel, grace 1 hour;
}
)";

trade::Actor const ann{"ann", "clerk", ""};
trade::Actor const bob{"bob", "boss", ""};
trade::Actor const cid{"cid", "boss", ""};

struct Desk : Shop {
  Desk() {
    open(policy_text);
    item("TEA", 400);
    location("DC1");
  }
  trade::Outcome cancel(std::string const& id, trade::Actor by) { return send(trade::OrderEvent{id, "cancel", ""}, std::move(by)); }
  trade::Outcome answer(std::string const& request, trade::Actor by, trade::Answer answer = trade::Answer::approve) {
    return send(trade::AnswerRequest{request, answer, ""}, std::move(by));
  }
  std::string state(std::string const& id) { return rows(("SELECT state FROM instance WHERE subject='" + id + "'").c_str())[0][0]; }
};

/// The name of the request that an outcome speaks of.
std::string request_of(trade::Outcome const& outcome) {
  REQUIRE(outcome.code == "waits_for_approval");
  return "request:" + outcome.command_id;
}

}  // namespace

TEST_CASE("a role that no permit names is refused, and the refusal is kept") {
  Desk desk;
  desk.order("A-1", 5000);
  auto const refused = desk.send(trade::OrderEvent{"A-1", "cancel", ""}, trade::Actor{"eve", "warehouse", ""});
  CHECK(refused.code == "not_permitted");
  CHECK(desk.send(trade::ReceiveStock{"TEA", "DC1", 1, ""}, ann).code == "not_permitted");
  CHECK(desk.state("A-1") == "released");
  auto const kept = desk.rows("SELECT user, role, code FROM command WHERE status=1 ORDER BY seq");
  REQUIRE(kept.size() == 2);
  CHECK(kept[0] == std::vector<std::string>{"eve", "warehouse", "not_permitted"});
}

TEST_CASE("what is over the limit waits, is approved by another person, and is done in the name of who asked") {
  Desk desk;
  desk.order("A-1", 12'000);
  auto const asked = desk.cancel("A-1", ann);
  CHECK(asked.status == trade::Status::accepted);
  auto const request = request_of(asked);
  CHECK(desk.state("A-1") == "released");
  CHECK(desk.answer(request, {"eve", "system", ""}).code == "wrong_role");
  CHECK(desk.answer(request, {"ann", "boss", ""}).code == "own_approval");
  auto const done = desk.answer(request, bob);
  CHECK(done.code == "ok");
  CHECK(desk.state("A-1") == "cancelled");
  CHECK(desk.state(request) == "approved");
  CHECK(desk.answer(request, cid).code == "request_closed");
  CHECK(desk.findings().empty());
}

TEST_CASE("splitting below the limit does not help: what was done and what waits adds up per requester and day") {
  Desk desk;
  for (auto const* id : {"A-1", "A-2", "A-3", "A-4"}) desk.order(id, 4'500);
  for (auto const* id : {"A-1", "A-2", "A-3"}) CHECK(desk.cancel(id, ann).code == "ok");  // 135 of 150
  auto const request = request_of(desk.cancel("A-4", ann));                               // 180
  CHECK(desk.cancel("A-4", {"dan", "clerk", ""}).code == "ok");  // another requester has a limit of his own, and 90 is not over that of the order
  CHECK(desk.answer(request, bob).code == "wrong_state");        // and so there is nothing left to do
  CHECK(desk.state(request) == "requested");                     // a refused answer changes nothing
  CHECK(desk.answer(request, ann, trade::Answer::withdraw).code == "ok");
  CHECK(desk.state(request) == "withdrawn");
  // What was withdrawn counts no more; a day later nothing does.
  desk.order("A-5", 1'500);
  CHECK(desk.cancel("A-5", ann).code == "ok");
  desk.order("A-6", 100);
  CHECK(desk.cancel("A-6", ann).code == "waits_for_approval");
  desk.now += 25 * 3'600'000;
  desk.order("A-7", 6'000);
  CHECK(desk.cancel("A-7", ann).code == "ok");
}

TEST_CASE("two persons above a limit, and nobody counts twice") {
  Desk desk;
  desk.order("A-1", 60'000);
  auto const request = request_of(desk.cancel("A-1", ann));
  CHECK(desk.answer(request, bob).code == "approved_in_part");
  CHECK(desk.answer(request, bob).code == "already_approved");
  // A delegate of one who has approved is the same person.
  CHECK(desk.send(trade::Delegate{"dan", "", Timestamp{INT64_MIN}, Timestamp(desk.now + 3'600'000), false, ""}, bob).code == "ok");
  CHECK(desk.answer(request, {"dan", "boss", "bob"}).code == "already_approved");
  CHECK(desk.answer(request, cid).code == "ok");
  CHECK(desk.state("A-1") == "cancelled");
}

TEST_CASE("who asks does not approve through a delegate either, and a delegation ends") {
  Desk desk;
  desk.order("A-1", 12'000);
  trade::Actor const boss_ann{"ann", "boss", ""};
  CHECK(desk.send(trade::Delegate{"dan", "", Timestamp{INT64_MIN}, Timestamp(desk.now + 3'600'000), false, "holiday"}, boss_ann).code == "ok");
  auto const request = request_of(desk.cancel("A-1", ann));
  CHECK(desk.answer(request, {"dan", "boss", "ann"}).code == "own_approval");
  CHECK(desk.answer(request, {"eve", "boss", "ann"}).code == "no_delegation");
  CHECK(desk.send(trade::Delegate{"eve", "boss", Timestamp{INT64_MIN}, Timestamp(desk.now + 3'600'000), false, ""}, ann).code == "bad_delegation");
  CHECK(desk.send(trade::Delegate{"dan", "", Timestamp{INT64_MIN}, Timestamp(desk.now + 60'000), false, ""}, bob).code == "ok");
  desk.now += 60'000;
  CHECK(desk.answer(request, {"dan", "boss", "bob"}).code == "delegation_expired");
  CHECK(desk.send(trade::Delegate{"dan", "", Timestamp{INT64_MIN}, Timestamp{}, true, ""}, boss_ann).code == "ok");
  CHECK(desk.answer(request, {"dan", "boss", "ann"}).code == "no_delegation");
}

TEST_CASE("a request lapses, and is denied, and neither counts afterwards") {
  Desk desk;
  desk.order("A-1", 12'000);
  auto const request = request_of(desk.cancel("A-1", ann));
  (void)desk.wait(4 * 3'600'000);
  CHECK(desk.state(request) == "lapsed");
  auto const again = request_of(desk.cancel("A-1", ann));
  CHECK(desk.answer(again, bob, trade::Answer::deny).code == "ok");
  CHECK(desk.state(again) == "denied");
  desk.order("A-2", 9'000);
  CHECK(desk.cancel("A-2", ann).code == "ok");
  CHECK(desk.rows("SELECT count(*) FROM spend WHERE dropped=1")[0][0] == "2");
  CHECK(desk.findings().empty());
}

TEST_CASE("a change of a vendor needs a second person; what could not be done is not asked about") {
  Desk desk;
  trade::DefineEntry vendor{"vendor", "ACME", {{"name", "Acme"}, {"bank_account", "DE00 1"}}, Timestamp{INT64_MIN}, false, ""};
  auto const request = request_of(desk.send(vendor, bob));
  CHECK(desk.rows("SELECT count(*) FROM catalog_entry WHERE kind='vendor'")[0][0] == "0");
  CHECK(desk.answer(request, bob).code == "own_approval");
  CHECK(desk.answer(request, cid).code == "ok");
  CHECK(desk.rows("SELECT count(*) FROM catalog_entry WHERE kind='vendor'")[0][0] == "1");
  vendor.values = {{"country", "US"}};
  CHECK(desk.send(vendor, bob).code == "bad_entry");
  CHECK(desk.cancel("A-9", ann).code == "unknown_order");
  // An instance that is a request is answered, not pushed.
  vendor.values = {{"name", "Acme"}};
  auto const other = request_of(desk.send(vendor, bob));
  CHECK(desk.send(trade::InstanceEvent{other, "approve", ""}).code == "wrong_command");
  CHECK(desk.answer("nothing", bob).code == "unknown_request");
}

TEST_CASE("a brake stops what programs do too often, and a person lets it through") {
  Desk desk;
  for (auto const* id : {"A-1", "A-2", "A-3"}) {
    desk.order(id, 1'000);
    CHECK(desk.send(trade::PlaceHold{id, "odd", "", "", "", {}, {}, ""}).code == "ok");
  }
  CHECK(desk.send(trade::ReleaseHold{"A-1", "odd", ""}).code == "ok");
  CHECK(desk.send(trade::ReleaseHold{"A-2", "odd", ""}).code == "ok");
  auto const third = desk.send(trade::ReleaseHold{"A-3", "odd", ""});
  auto const request = request_of(third);
  CHECK(third.message.find("robot_releases") != std::string::npos);
  CHECK(desk.rows("SELECT json_extract(attributes, '$.\"approval.queue\"') FROM request_open")[0][0] == "robots");
  CHECK(desk.answer(request, ann).code == "wrong_role");
  CHECK(desk.answer(request, bob).code == "ok");
  CHECK(desk.state("A-3") == "released");
  // Persons are not stopped, and an hour later programs are not either.
  CHECK(desk.send(trade::PlaceHold{"A-1", "again", "", "", "", {}, {}, ""}).code == "ok");
  CHECK(desk.send(trade::ReleaseHold{"A-1", "again", ""}, ann).code == "ok");
  desk.now += 2 * 3'600'000;
  CHECK(desk.send(trade::PlaceHold{"A-2", "again", "", "", "", {}, {}, ""}).code == "ok");
  CHECK(desk.send(trade::ReleaseHold{"A-2", "again", ""}).code == "ok");
}

TEST_CASE("clocks that cancel are stopped by a brake too, and holds beyond their brake wait in its queue") {
  Desk desk;
  for (int i = 1; i <= 4; ++i) {
    auto const id = "A-" + std::to_string(i);
    trade::Order order;
    order.id = id;
    order.placed = Timestamp(desk.now);
    order.currency = Currency::find("USD");
    order.payment.state = trade::PaymentState::authorized;
    order.total = Money(500, order.currency);
    order.lines = {{1, "TEA", "", 1, Decimal(1), order.total, false}};
    CHECK(desk.send(trade::ImportOrder{order}).code == "ok");
  }
  // The fourth is held all the same, but in the queue of the brake, and no clock does anything to it.
  CHECK(desk.rows("SELECT order_id, queue FROM hold_open ORDER BY order_id") ==
        std::vector<std::vector<std::string>>{{"A-1", "money"}, {"A-2", "money"}, {"A-3", "money"}, {"A-4", "strange"}});
  (void)desk.wait(3 * 3'600'000);
  CHECK(desk.state("A-1") == "cancelled");
  CHECK(desk.state("A-2") == "on_hold");
  CHECK(desk.state("A-3") == "on_hold");
  auto const open = desk.rows("SELECT request FROM request_open ORDER BY request");
  REQUIRE(open.size() == 2);
  CHECK(desk.answer(open[0][0], bob).code == "ok");
  CHECK(desk.state("A-2") == "cancelled");
  CHECK(desk.findings().empty());
}

TEST_CASE("an order's life shows who asked, who answered and under which rule") {
  Desk desk;
  desk.order("A-1", 12'000);
  auto const request = request_of(desk.cancel("A-1", ann));
  (void)desk.answer(request, bob);
  auto reader = store::Reader::open(desk.path());
  auto const audit = report::audit(*reader, "A-1");
  REQUIRE(audit.has_value());
  bool asked = false;
  bool approved = false;
  for (auto const& row : audit->rows) {
    asked = asked || (row[1] == "ann (clerk)" && row[2] == "request asked" && row[4] == "cancels/1");
    approved = approved || (row[1] == "bob (boss)" && row[2] == "request approve");
  }
  CHECK(asked);
  CHECK(approved);
}

TEST_CASE("an order that has grown since it was asked about needs what it needs now") {
  Desk desk;
  trade::Order order;
  order.id = "A-1";
  order.source = "shop";
  order.placed = Timestamp(desk.now);
  order.currency = Currency::find("USD");
  order.customer.id = "C1";
  auto const worth = [&](std::int64_t cents, std::int64_t revision) {
    order.revision = revision;
    order.total = Money(cents, order.currency);
    order.lines = {{1, "TEA", "", 1, Decimal(1), order.total, false}};
    return trade::ImportOrder{order};
  };
  CHECK(desk.send(worth(12'000, 1)).code == "ok");
  auto const request = request_of(desk.cancel("A-1", ann));
  CHECK(desk.send(worth(90'000, 2)).code == "amended");
  CHECK(desk.answer(request, bob).code == "approved_in_part");  // two persons above 500
  CHECK(desk.answer(request, cid).code == "ok");
  CHECK(desk.state("A-1") == "cancelled");
}

TEST_CASE("a request whose time is over is not approved, even before its clock is fired; what waits is answered whatever it is") {
  Desk desk;
  desk.order("A-1", 12'000);
  auto const request = request_of(desk.cancel("A-1", ann));
  desk.now += 5 * 3'600'000;
  CHECK(desk.answer(request, bob).code == "request_closed");
  auto const look = desk.send(trade::CheckHealth{}, trade::Actor{"sam", "system", ""});
  CHECK(desk.answer(request_of(look), bob).code == "ok");
  CHECK(desk.findings().empty());
}
