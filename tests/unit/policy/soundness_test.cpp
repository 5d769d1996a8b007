// What an attack once got through: lints that claimed what is not so, arithmetic that wrapped, facts
// that were waited for in vain. Each row is a whole policy.
#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace bylaw;

namespace {

char const* const head = "policy s { currency USD; time zone \"America/New_York\"; }\n";
char const* const tail = " reason POLICY; blocks release; release by order_desk; }\n";

std::string holds(std::string const& text) { return codes(head + text); }

std::string decide(std::string const& text, std::string const& facts, char const* at = "2026-11-24T12:00:00Z") {
  auto const compiled = compile(head + text);
  INFO(render(compiled.diagnostics, compiled.sources));
  REQUIRE(!compiled.policy.empty());
  auto const decided = wire::decide_json(compiled.policy, facts, *parse_timestamp(at));
  return decided ? *decided : to_string(decided.error());
}
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lints do not claim what computed amounts, other calendars or other consequences refute") {
  struct Row {
    std::string text;
    std::string expected;
  };
  Row const rows[] = {
      {std::string("hold h { when order.total / 3 > 10.00 USD and order.total / 3 < 10.01 USD;") + tail, "ok"},
      {std::string("hold h { when order.total > 10.00 USD and order.total < 10.01 USD;") + tail, "BY0448"},
      {std::string("hold h { when 15 percent of order.total > 10.00 USD and 15 percent of order.total < 10.01 USD;") + tail, "ok"},
      {"change a { when order.total / 3 <= 10.00 USD; allow address until picked; }\nchange b { when order.total / 3 < 10.01 USD; allow address until shipped; "
       "}\n",
       "ok"},
      {"change a { when order.total <= 10.00 USD; allow address until picked; }\nchange b { when order.total < 10.01 USD; allow address until shipped; }\n",
       "BY0417"},
      {std::string("hold h { when order.total / 3 >= 10.01 USD or order.total / 3 <= 10.00 USD;") + tail, "ok"},
      {std::string("hold h { when order.total >= 10.01 USD or order.total <= 10.00 USD;") + tail, "BY0505"},
      {"posting p { on receipt.in; debit assets:a receipt.cost when receipt.cost / 3 > 10.00 USD; credit assets:b receipt.cost when receipt.cost / 3 >= 10.01 "
       "USD; }\n",
       "BY0440"},
      {std::string("hold h { when order.total > 2 * 250.00 USD and order.total < 499.00 USD;") + tail, "BY0448"},
      {std::string("hold h { when order.placed >= 2026-11-01 and order.placed < 2026-11-02;") + tail, "ok"},
      {std::string("hold slow { when order.total > 10.00 USD; queue q priority 1; escalate after 72 hours to fraud_lead;") + tail +
           "hold fast { when order.total > 100.00 USD; queue q priority 99; escalate after 1 hour to fraud_lead;" + tail,
       "ok"},
      {std::string("hold wide { when order.total > 10.00 USD;") + tail + "hold narrow { when order.total > 100.00 USD;" + tail, "BY0504"},
      {"return a { within 30 days of delivery, 60 days of delivery when customer.segment == member; approve otherwise; }\n", "BY0458"},
      {"return a { within longest of 30 days of delivery, 60 days of delivery when customer.segment == member; approve otherwise; }\n", "ok"},
      {"return a { within 365 days of order when claimed.condition == unopened; approve otherwise; }\n", "BY0511"},
      {"posting p { on shipment.exploded; debit a:b 1.00 USD; credit c:d 1.00 USD; }\n", "BY0456"},
      {"role loop_a includes loop_b;\nrole loop_b includes loop_a;\n", "BY0342 BY0342"},
  };
  for (auto const& row : rows) {
    CAPTURE(row.text);
    CHECK(holds(row.text) == row.expected);
  }
}

TEST_CASE("two files with different calendars do not say the same") {
  auto const with = [](char const* holidays) { return std::string("policy a { currency USD; time zone \"UTC\"; ") + holidays + " }\n"; };
  std::string const rule = "{ when order.due + 3 business days > order.due2; reason POLICY; blocks release; release by order_desk; }\n";
  auto const schema = "extend record order { due: date; due2: date; }\nlist us = [2026-11-26];\n";
  ZoneTable const zones({{"UTC", {{Timestamp(0), 0}}}});
  auto const text = *config::read_text(BYLAW_SOURCE_DIR "/rules/schema.bylaw");
  auto const load = [](void* context, std::string_view, std::string_view, policy::Source& found) {
    found = {"schema.bylaw", *static_cast<std::string const*>(context)};
    return true;
  };
  auto copy = text;
  auto const compiled = policy::Policy::compile({{"a.bylaw", with("holidays us;") + schema + "hold one " + rule}, {"b.bylaw", with("") + "hold two " + rule}},
                                                {load, &copy}, zones);
  INFO(render(compiled.diagnostics, compiled.sources));
  CHECK(compiled.diagnostics.empty());
}

TEST_CASE("table cells are constants, whatever way they are written, and may be half open") {
  struct Row {
    std::string cells;
    std::string expected;
  };
  Row const rows[] = {
      {"hit unique; row <= lim gives 1; row > lim gives 2;", "ok"},
      {"hit unique; row 5.00 USD gives 1; row >= 1.00 USD + 1.00 USD gives 2; otherwise gives 3;", "BY0444"},
      {"hit unique; row <= 1.00 USD gives 1; row > 1.00 USD and <= lim gives 2; row > lim gives 3;", "ok"},
      {"hit unique; row <= 1.00 USD gives 1; row >= 1.00 USD and <= lim gives 2; row > lim gives 3;", "BY0444"},
      {"hit unique; row < 1.00 USD gives 1; row > 1.00 USD and <= lim gives 2; row > lim gives 3;", "BY0443"},
  };
  for (auto const& row : rows) {
    CAPTURE(row.cells);
    CHECK(holds("define lim = 2 * 250.00 USD;\ntable t(x: money) gives decimal { " + row.cells + " }\nhold h { when t(order.total) > 1 and order.total < lim;" +
                tail) == row.expected);
  }
}

TEST_CASE("what leaves the calendar is an error of the rule, never another value") {
  std::string const policy = std::string("extend record order { due: date; days2: days; wait: duration; }\n") +
                             "hold h1 { when order.due + order.days2 > 2027-01-01;" + tail + "hold h2 { when date(order.placed + order.wait) > 2027-01-01;" +
                             tail + "hold h3 { when order.placed + order.wait > 2027-01-01;" + tail;
  auto const decided = decide(policy, R"({"order":{"id":"4","due":"2026-01-01","days2":4294967297,"wait":185543900000000,"placed":"2026-01-01T00:00:00Z"}})");
  for (auto const* rule : {"h1", "h2", "h3"}) CHECK(has(decided, std::string("\"rule\":\"") + rule));
  CHECK(!has(decided, "\"state\":\"placed\""));
}

TEST_CASE("long chains and long times end in a diagnostic") {
  auto const chain = [](char const* joint, int n) {
    std::string text = "hold h { when order.line_count";
    for (int i = 0; i < n; ++i) text += std::string(" ") + joint + " 2";
    return holds(text + " > 1;" + tail);
  };
  CHECK(chain("+", 500) == "ok");
  CHECK(has(chain("+", 50'000), "BY0103"));
  CHECK(has(chain("*", 50'000), "BY0103"));
  std::string choice = "hold h { when order.payment.risk_score";
  for (int i = 0; i < 50'000; ++i) choice += " else order.payment.risk_score";
  CHECK(has(holds(choice + " else 0 > 1;" + tail), "BY0103"));
  // Defines within defines, each as long as one may be.
  std::string nested = "define d0 = order.line_count;\n";
  for (int d = 1; d < 30; ++d) {
    nested += "define d" + std::to_string(d) + " = d" + std::to_string(d - 1);
    for (int i = 0; i < 100; ++i) nested += " + 1";
    nested += ";\n";
  }
  CHECK(has(holds(nested + "hold h { when d29 > 1;" + tail), "BY0103"));
  CHECK(has(codes("policy s { currency USD; business hours 08:00 to 08:01; }\nhold h { when order.placed + 1000000000 business hours > order.imported;" +
                  std::string(tail)),
            "BY0111"));
}

TEST_CASE("several statutes and the shop give, of each term, what is better for the customer") {
  std::string const policy =
      "mandatory return m1 { within 14 days of delivery; accept opened; approve otherwise; refund to original_tender; fee 10.00 USD as wear; }\n"
      "mandatory return m2 { within 20 days of delivery; accept opened; approve otherwise; refund to original_tender; label prepaid; shipping refund; }\n"
      "return otherwise_shop { within no limit; accept opened; approve otherwise; refund to gift_card; fee 12.00 USD as wear; }\n";
  auto const decided = decide(
      policy,
      R"({"order":{"id":"1","placed":"2026-01-01T00:00:00Z"},"return":{"requested":"2026-01-10T00:00:00Z","delivered":"2026-01-03T00:00:00Z","reason":"CHANGED_MIND","claimed":{"condition":"opened"}}})");
  CHECK(has(decided, R"("fees":[])"));
  CHECK(has(decided, R"("label":"prepaid")"));
  CHECK(has(decided, R"("refund_shipping":true)"));
  CHECK(!has(decided, "window_ends"));
  CHECK(has(decided, R"("refund_to":["original_tender"])"));
}

TEST_CASE("a window whose start is not known is for a person; one that does not apply says so") {
  std::string const policy = "return r { within 30 days of delivery; approve otherwise; }\n";
  auto const unknown = decide(policy, R"({"order":{"placed":"2026-01-01T00:00:00Z"},"return":{"requested":"2026-01-10T00:00:00Z","reason":"CHANGED_MIND"}})");
  CHECK(has(unknown, R"("verdict":"review")"));
  CHECK(has(unknown, "is not recorded"));
  auto const none = decide(
      "return r { within 365 days of order when claimed.condition == unopened; approve otherwise; }\n",
      R"({"order":{"placed":"2026-01-01T00:00:00Z"},"return":{"requested":"2026-01-10T00:00:00Z","reason":"CHANGED_MIND","claimed":{"condition":"opened"}}})");
  CHECK(has(none, R"("verdict":"deny")"));
  CHECK(has(none, "no return window of the rule applies"));
}

TEST_CASE("an awaited fact holds up only what it can still decide") {
  std::string const policy = std::string(
                                 "hold large { await payment.risk_score up to 30 minutes, otherwise hold;\n"
                                 "  when payment.risk_score >= 40 and order.total >= 1000.00 USD; unless customer.trusted;") +
                             tail;
  auto const ask = [&](char const* total, bool trusted, char const* score, char const* at) {
    return decide(policy,
                  std::string(R"({"order":{"total":")") + total + R"(","imported":"2026-11-24T12:00:00Z","payment":{"risk_score":)" + score +
                      R"(}},"customer":{"trusted":)" + (trusted ? "true" : "false") + "}}",
                  at);
  };
  struct Row {
    char const* total;
    bool trusted;
    char const* score;
    char const* at;
    char const* expected;
  };
  Row const rows[] = {
      {"5.00 USD", false, "null", "2026-11-24T12:10:00Z", R"("holds":[])"},
      {"5000.00 USD", true, "null", "2026-11-24T12:10:00Z", R"("holds":[])"},
      {"5000.00 USD", false, "null", "2026-11-24T12:10:00Z", R"("state":"waiting")"},
      {"5000.00 USD", false, "null", "2026-11-24T12:30:00Z", R"("state":"placed")"},
      {"5.00 USD", false, "null", "2026-11-24T12:30:00Z", R"("holds":[])"},
      {"5000.00 USD", false, "40", "2026-11-24T12:10:00Z", R"("state":"placed")"},
      {"5000.00 USD", false, "39", "2026-11-24T12:10:00Z", R"("holds":[])"},
  };
  for (auto const& row : rows) {
    CAPTURE(row.total);
    CAPTURE(row.at);
    CHECK(has(ask(row.total, row.trusted, row.score, row.at), row.expected));
  }
}

TEST_CASE("a state counts as passed once a later one of the life cycle was reached") {
  std::string const policy = "change c { allow address until picked, otherwise refuse; }\n";
  auto const ask = [&](char const* reached) {
    return decide(policy, std::string(R"({"order":{"id":"A"},"change":{"thing":"address","reason":"OTHER","reached":)") + reached + "}}");
  };
  CHECK(has(ask(R"(["imported","allocated"])"), R"("verdict":"allow")"));
  CHECK(has(ask(R"(["imported","on_hold"])"), R"("verdict":"allow")"));
  CHECK(has(ask(R"(["picked"])"), R"("verdict":"refuse")"));
  CHECK(has(ask(R"(["imported","shipped"])"), R"("verdict":"refuse")"));
  CHECK(has(ask(R"(["cancelled"])"), R"("verdict":"refuse")"));
}

TEST_CASE("the holidays of the policy count for the clocks of places") {
  std::string const text =
      "policy p { currency USD; time zone \"America/New_York\"; holidays hols; business hours 08:00 to 18:00; }\nlist hols = [2026-11-26];\n"
      "allocation otherwise_any { from location.active; short backorder; }\n"
      "service s { ship by 18:00 of location when now before 14:00 of location, otherwise next business day by 18:00 of location; }\n";
  auto const compiled = compile(text);
  REQUIRE(!compiled.policy.empty());
  auto const ask = [&](char const* at) {
    return *wire::decide_json(
        compiled.policy,
        R"({"order":{"id":"A","placed":"2026-11-25T15:00:00Z"},"candidates":[{"location":{"id":"DC","active":true,"time_zone":"America/New_York"}}]})",
        *parse_timestamp(at));
  };
  CHECK(has(ask("2026-11-25T15:00:00Z"), "2026-11-25T23:00:00Z"));
  CHECK(has(ask("2026-11-25T20:00:00Z"), "2026-11-27T23:00:00Z"));
  CHECK(has(ask("2026-11-26T15:00:00Z"), "2026-11-27T23:00:00Z"));
}
