// Versions of workflows, clocks that are refused, measures that come later: what scenarios cannot show because it takes two policies.
#include "shop.hpp"

namespace {

constexpr char const* first = R"(
workflow order {
  version 1; start imported;
  state imported { on validate go held; }
  state held { on check when order.total > 100.00 USD go large; on check when order.total <= 100.00 USD go small; others park up to 2 days; }
  state large { on finish go done; after 5 hours do notify(desk); }
  state small { on finish go done; }
  final state done;
}
)";
constexpr char const* second = R"(
workflow order {
  version 2; start imported; migrate from 1 { held becomes waiting; large becomes big; }
  state imported { on validate go waiting; }
  state waiting { on look when order.total > 50.00 USD go big; on look when order.total <= 50.00 USD go done; }
  state big { on finish go done; after 2 hours go done; }
  final state done;
}
)";

}  // namespace

TEST_CASE("an instance ends under the words it started under, also after the host came back twice") {
  Shop shop;
  shop.open(first);
  CHECK(shop.order("A-1", 7000).state == "held");
  shop.open(second);
  CHECK(shop.order("A-2", 7000).state == "waiting");
  CHECK(shop.event("A-1", "look").code == "parked");  // version 1 does not know it
  CHECK(shop.event("A-2", "look").state == "big");    // 70 is above 50
  shop.open(second);
  CHECK(shop.event("A-1", "check").state == "small");  // and not above 100
  CHECK(shop.event("A-1", "finish").state == "done");
  CHECK(shop.findings().empty());
}

TEST_CASE("a workflow that changes without a new version is refused when the engine opens") {
  Shop shop;
  shop.open(first);
  (void)shop.order("A-1", 7000);
  std::string changed = first;
  for (std::size_t at; (at = changed.find("100.00")) != std::string::npos;) changed.replace(at, 6, "90.00");
  auto const opened = shop.try_open(changed);
  REQUIRE(!opened.has_value());
  CHECK(opened.error().code == "workflow_changed");
  CHECK(opened.error().remedy.find("raise its `version`") != std::string::npos);
  shop.open(std::string("# another comment\n") + first);  // words that change nothing are no change
  CHECK(shop.event("A-1", "check").state == "small");
}

TEST_CASE("a migration lists everything, moves what it can in one command, and says what is left") {
  Shop shop;
  shop.open(first);
  for (auto const* id : {"A-1", "A-2", "A-3", "A-4"}) (void)shop.order(id, id[2] == '3' ? 7000 : 20000);
  CHECK(shop.event("A-2", "check").state == "large");
  CHECK(shop.event("A-3", "check").state == "small");
  CHECK(shop.event("A-4", "nonsense").code == "parked");
  auto const plan = shop.plan(second);
  REQUIRE(plan.size() == 4);
  CHECK(plan[0] == std::vector<std::string>{"A-1", "order", "1", "held", "moves", "waiting", ""});
  CHECK(plan[1] == std::vector<std::string>{"A-2", "order", "1", "large", "moves", "big", ""});
  CHECK(plan[2][4] == "unmapped");
  CHECK(plan[2][6].find("migrate from 1 { small becomes STATE; }") != std::string::npos);
  CHECK(plan[3] == std::vector<std::string>{"A-4", "order", "1", "held", "blocked", "waiting", "1 events wait for it"});
  shop.open(second);
  auto const outcome = shop.send(trade::Migrate{"order", 1, 1000, "new desk"});
  CHECK(outcome.code == "ok");
  CHECK(outcome.message == "2 moved, 2 left");
  CHECK(shop.rows("SELECT subject, version, state FROM instance ORDER BY subject") ==
        std::vector<std::vector<std::string>>{{"A-1", "2", "waiting"}, {"A-2", "2", "big"}, {"A-3", "1", "small"}, {"A-4", "1", "held"}});
  // The clock of the old state is gone, that of the new one runs from when the state was entered.
  CHECK(shop.rows("SELECT i.subject, t.name FROM timer t JOIN instance i ON i.seq=t.instance WHERE t.name LIKE '%after%'") ==
        std::vector<std::vector<std::string>>{{"A-2", "big/after_1"}});
  CHECK(shop.event("A-1", "look").state == "big");
  CHECK(shop.send(trade::Migrate{"order", 1, 1000, ""}).code == "nothing_moves");
  CHECK(shop.send(trade::Migrate{"order", 2, 1000, ""}).code == "same_version");
  CHECK(shop.send(trade::Migrate{"order", 7, 1000, ""}).code == "newer_version");
  CHECK(shop.send(trade::Migrate{"nothing", 1, 1000, ""}).code == "unknown_workflow");
  CHECK(shop.findings().empty());
}

TEST_CASE("a measure that comes later counts what was there before") {
  Shop shop;
  constexpr char const* measure = R"(
measure recent = count order by customer.id over 2 days;
hold many { when recent >= 2; reason VELOCITY "many"; blocks release; release by fraud_analyst; })";
  shop.open("");
  CHECK(shop.order("A-1", 100).state == "released");
  CHECK(shop.order("A-2", 100).state == "released");
  shop.open(measure);
  CHECK(shop.order("A-3", 100).state == "on_hold");
  CHECK(shop.order("B-1", 100, "C2").state == "released");
  // Another text of the measure makes other entries; the old ones do not linger.
  std::string wider = measure;
  wider.replace(wider.find("count order"), 11, "count order where order.total > 500.00 USD");
  shop.open(wider);
  CHECK(shop.order("A-4", 100).state == "released");
  CHECK(shop.rows("SELECT count(*) FROM measure_entry")[0][0] == "0");
}

TEST_CASE("a clock whose work is refused is given up and told, not fired again and again") {
  Shop shop;
  shop.open(R"(
extend record order { weight: decimal; }
workflow order {
  version 1; start imported;
  state imported { on validate go waiting; }
  state waiting { on finish go done; after 1 hour when order.weight > 5 go done; }
  final state done;
})");
  CHECK(shop.order("A-1", 100).state == "waiting");
  auto const fired = shop.wait(2 * hour_ms);
  REQUIRE(fired.size() == 1);
  CHECK(fired[0].status == trade::Status::refused);
  CHECK(fired[0].code == "policy_error");
  CHECK(shop.wait(10 * hour_ms).empty());
  CHECK(shop.rows("SELECT name FROM timer_event WHERE action=4")[0][0] == "waiting/after_1");
  CHECK(shop.findings().empty());
}

TEST_CASE("nobody fires a clock that is not due, is not there, or was fired already") {
  Shop shop;
  shop.open(second);
  CHECK(shop.order("A-1", 7000).state == "waiting");
  CHECK(shop.event("A-1", "look").state == "big");
  auto const due = Timestamp(shop.now + 2 * hour_ms);
  CHECK(shop.send(trade::FireTimer{"A-1", "big/after_1", due}).code == "no_such_timer");
  CHECK(shop.send(trade::FireTimer{"A-1", "big/after_2", due}).code == "no_such_timer");
  CHECK(shop.send(trade::FireTimer{"A-9", "big/after_1", due}).code == "no_such_timer");
  CHECK(shop.send_as("timer:1", trade::OrderEvent{"A-1", "finish", ""}).code == "reserved_id");
  CHECK(shop.wait(3 * hour_ms).size() == 1);
  CHECK(shop.rows("SELECT state FROM instance")[0][0] == "done");
  CHECK(shop.send(trade::FireTimer{"A-1", "big/after_1", due}).code == "no_such_timer");
}

TEST_CASE("guards that hold at once, or lead round in a circle, refuse the command and change nothing") {
  Shop shop;
  shop.open(R"(
workflow order {
  version 1; start imported;
  state imported { on validate go open; }
  state open {
    on tie when order.total > 1.00 USD go a; on tie when any line where line.net > 0.00 USD go b;
    on spin go round; on finish go done;
  }
  state a { on finish go done; } state b { on finish go done; }
  state round { when order.total > 1.00 USD go about; on finish go done; }
  state about { when order.line_count > 0 go round; on finish go done; }
  final state done;
})");
  CHECK(shop.order("A-1", 7000).state == "open");
  CHECK(shop.event("A-1", "tie").code == "tied_guards");
  CHECK(shop.event("A-1", "spin").code == "endless");
  CHECK(shop.rows("SELECT state FROM instance")[0][0] == "open");
  CHECK(shop.event("A-1", "finish").state == "done");
}

TEST_CASE("verify finds a clock that was taken away, one that was forged, and an instance that was pinned elsewhere") {
  struct Row {
    char const* sql;
    char const* finding;
  };
  for (auto const& row : {Row{"DELETE FROM timer", "the clock `big/after_1`"}, Row{"UPDATE timer SET due=due+1", "the clock `big/after_1`"},
                          Row{"INSERT INTO timer VALUES(1,'x',5,0,1)", "the clock `x`"}, Row{"UPDATE instance SET version=7", "state of `A-1`"},
                          Row{"UPDATE instance SET last=last-1", "state of `A-1`"}, Row{"UPDATE transition SET previous=0 WHERE seq=3", "has a gap"},
                          Row{"UPDATE policy_source SET text=''", "hash of commit"}, Row{"DELETE FROM instance", "state of `A-1`"}}) {
    CAPTURE(row.sql);
    Shop shop;
    shop.open(second);
    (void)shop.order("A-1", 7000);
    (void)shop.event("A-1", "look");
    shop.close();
    REQUIRE(std::system(("sqlite3 " + shop.path() + " \"" + row.sql + "\"").c_str()) == 0);
    std::string all;
    for (auto const& finding : shop.findings()) all += finding + "\n";
    CHECK_MESSAGE(all.find(row.finding) != std::string::npos, all);
  }
}

TEST_CASE("a define that a guard names is part of what the workflow says") {
  Shop shop;
  std::string const words = R"(
workflow order {
  version 1; start imported;
  state imported { on validate go open; }
  state open { on check when big go large; on check go small; }
  state large { on finish go done; } state small { on finish go done; }
  final state done;
})";
  shop.open("define limit = 100.00 USD; define big = order.total > limit;" + words);
  (void)shop.order("A-1", 7000);
  auto const opened = shop.try_open("define limit = 50.00 USD; define big = order.total > limit;" + words);
  REQUIRE(!opened.has_value());
  CHECK(opened.error().code == "workflow_changed");
  shop.open("define limit =\n  100.00 USD;   # as ever\ndefine big = order.total > limit;" + words);
  CHECK(shop.event("A-1", "check").state == "small");
}

TEST_CASE("a migration keeps what is nested, or says that it cannot, and never goes back") {
  Shop shop;
  constexpr char const* old = R"(
workflow order {
  version 1; start imported;
  state imported { on validate go box; }
  state box {
    region left { start l1; state l1 { on left go l2; } final state l2; }
    region right { start r1; state r1 { on right go r2; } final state r2; }
    on finish go done; after 1 hour do notify(desk);
  }
  final state done;
})";
  auto const next = [](std::string const& left, std::string const& migrate) {
    return "workflow order { version 2; start imported; " + migrate +
           " state imported { on validate go box; } state box { region left { start l1; state l1 { on left go " + left + "; } final state " + left +
           "; } region right { start r1; state r1 { on right go r2; } final state r2; } on finish go done; after 1 hour do notify(desk); } "
           "final state done; }";
  };
  shop.open(old);
  (void)shop.order("A-1", 100);
  CHECK(shop.event("A-1", "left").state == "box.l2+r1");
  CHECK(shop.event("A-1", "right").state == "box.l2+r2");
  CHECK(shop.wait(2 * hour_ms).size() == 1);
  CHECK(shop.plan(next("lx", ""))[0][4] == "unmapped");
  CHECK(shop.plan(next("lx", "migrate from 1 { l2 becomes l1; }"))[0][5] == "box.l1+r2");
  CHECK(shop.plan(next("lx", "migrate from 1 { l2 becomes lx; }"))[0][5] == "box.lx+r2");
  shop.open(next("lx", "migrate from 1 { l2 becomes lx; }"));
  CHECK(shop.send(trade::Migrate{"order", 1, 1000, ""}).code == "ok");
  // The clock has done its work under the old version, and is not set again.
  CHECK(shop.wait(10 * hour_ms).empty());
  CHECK(shop.rows("SELECT count(*) FROM outbox WHERE type='order.notify(desk)'")[0][0] == "1");
  CHECK(shop.plan(old)[0][4] == "newer");
  shop.open(old);
  CHECK(shop.send(trade::Migrate{"order", 2, 1000, ""}).code == "newer_version");
  CHECK(shop.event("A-1", "finish").state == "done");
  CHECK(shop.findings().empty());
}

TEST_CASE("an event that waited and is refused when its turn comes leaves nothing behind, and goes on waiting") {
  Shop shop;
  shop.open(R"(
extend record order { odd: optional bool; }
workflow order {
  version 1; start imported;
  state imported { on validate go open; others park up to 9 days; }
  state open { on next go ready; others park up to 9 days; }
  state ready { on pay do post_payment go spin; on settle when order.paid_in_full go done; on finish go done; others park up to 9 days; }
  state spin { when order.total > 0.00 USD go about; on finish go done; }
  state about { when order.line_count > 0 go spin; on finish go done; }
  final state done;
})");
  CHECK(shop.order("A-1", 100).state == "open");
  CHECK(shop.event("A-1", "pay").code == "parked");
  CHECK(shop.event("A-1", "settle").code == "parked");
  auto const outcome = shop.event("A-1", "next");
  CHECK(outcome.code == "ok");
  CHECK(outcome.state == "ready");  // the payment went round in a circle, so nothing is paid and nothing settled
  CHECK(shop.rows("SELECT count(*) FROM transfer")[0][0] == "0");
  CHECK(shop.rows("SELECT event FROM parked_now") == std::vector<std::vector<std::string>>{{"pay"}, {"settle"}});
  CHECK(shop.rows("SELECT state FROM instance")[0][0] == "ready");
  CHECK(shop.findings().empty());
}

TEST_CASE("no more than a hundred events wait for one order") {
  Shop shop;
  shop.open(R"(
workflow order {
  version 1; start imported;
  state imported { on validate go open; }
  state open { on next go ready; others park up to 9 days; }
  state ready { on step; on finish go done; }
  final state done;
})");
  (void)shop.order("A-1", 100);
  for (int i = 0; i < 100; ++i) REQUIRE(shop.event("A-1", "step").code == "parked");
  CHECK(shop.event("A-1", "step").code == "too_many_parked");
  CHECK(shop.event("A-1", "next").state == "ready");
  CHECK(shop.rows("SELECT count(*) FROM parked_now")[0][0] == "0");
  CHECK(shop.findings().empty());
}
