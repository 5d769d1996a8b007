#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace bylaw;

namespace {

std::string decide(std::string const& policy, std::string const& facts, char const* now = "2026-11-24T12:00:00Z") {
  auto const compiled = compile(policy);
  REQUIRE_MESSAGE(!compiled.policy.empty(), render(compiled.diagnostics, compiled.sources));
  auto const decision = wire::decide_json(compiled.policy, facts, *parse_timestamp(now));
  return decision ? *decision : decision.error().code + " " + decision.error().place;
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

constexpr char const* large = R"(policy p { currency USD; time zone "America/New_York"; }
## Looks at large orders.
hold large { when order.total > 1000.00 USD; unless customer.trusted; reason HIGH_VALUE "large"; blocks release; release by order_desk; }
hold heavy { scope line; when line.quantity >= 10 each; reason SHORTAGE "many"; blocks allocate; release by order_desk; }
)";

}  // namespace

TEST_CASE("holds are a set, with the values they read") {
  auto const both = decide(large, R"({"order":{"id":"A","total":"1000.01 USD","lines":[{"quantity":"1"},{"quantity":12}]},"customer":{"trusted":false}})");
  CHECK(has(both, R"("rule":"large")"));
  CHECK(has(both, R"("reads":{"order.total":"1000.01 USD","order.customer.trusted":"false"})"));
  CHECK(has(both, R"("line":1)"));
  CHECK(has(both, R"("reads":{"order.lines[1].quantity":"12 each"})"));
  auto const edge = decide(large, R"({"order":{"total":"1000.00 USD","customer":{"trusted":false}}})");
  CHECK(has(edge, R"("holds":[])"));
  CHECK(has(decide(large, R"({"order":{"total":"5000.00 USD","customer":{"trusted":true}}})"), R"("holds":[])"));
}

TEST_CASE("a rule that cannot be evaluated holds the order by name") {
  auto const missing = decide(large, R"({"order":{"total":"2000.00 USD"}})");
  CHECK(has(missing, R"("state":"failed")"));
  CHECK(has(missing, "`order.customer.trusted` is missing"));
}

TEST_CASE("facts of the wrong type name the fact") {
  CHECK(decide(large, R"({"order":{"total":"5.00 EUR"}})") == "wrong_type order.total");
  CHECK(decide(large, R"({"order":{"total":true}})") == "wrong_type order.total");
  CHECK(decide(large, R"({"order":{"total":"5.00 USD","lines":[{"quantity":"x"}]}})") == "wrong_type order.lines[0].quantity");
  CHECK(decide(large, "[]") == "wrong_type ");
  CHECK(decide(large, "{") == "bad_json ");
  CHECK(has(decide(large, R"({"order":{"total":0.10,"customer":{"trusted":false}}})"), R"("holds":[])"));
}

TEST_CASE("an awaited fact waits, then takes its agreed value") {
  auto const policy = R"(policy p { currency USD; }
hold fraud { await payment.risk_score up to 15 minutes, otherwise 100; when payment.risk_score >= 80; reason FRAUD_SCORE; blocks release; release by fraud_analyst; })";
  auto const facts = R"({"order":{"imported":"2026-11-24T12:00:00Z"}})";
  auto const waiting = decide(policy, facts, "2026-11-24T12:14:59Z");
  CHECK(has(waiting, R"("state":"waiting")"));
  CHECK(has(waiting, R"("decide_by":"2026-11-24T12:15:00Z")"));
  CHECK(has(decide(policy, facts, "2026-11-24T12:15:00Z"), R"("state":"placed")"));
  CHECK(has(decide(policy, R"({"order":{"imported":"2026-11-24T12:00:00Z","payment":{"risk_score":12}}})"), R"("holds":[])"));
}

TEST_CASE("money is exact: a third of a third, a share against a threshold") {
  auto const policy = [](char const* when) {
    return std::string("policy p { currency USD; }\nhold h { when ") + when + "; reason HIGH_VALUE; blocks release; release by order_desk; }";
  };
  auto const facts = R"({"order":{"total":"100.00 USD","lines":[{"net":"33.33 USD"},{"net":"33.33 USD"},{"net":"33.34 USD"}]}})";
  CHECK(has(decide(policy("order.total / 3 * 3 == 100.00 USD"), facts), R"("rule":"h")"));
  CHECK(has(decide(policy("12.5 percent of order.total == 12.50 USD"), facts), R"("rule":"h")"));
  CHECK(has(decide(policy("sum(line.net for line) == order.total"), facts), R"("rule":"h")"));
  CHECK(has(decide(policy("max(line.net for line) else 0.00 USD == 33.34 USD"), facts), R"("rule":"h")"));
  CHECK(has(decide(policy("order.total * 0.333333333 > 33.33 USD"), facts), R"("rule":"h")"));
  CHECK(has(decide(policy("order.total * 999999999 * 999999999 * 999999999 * 999999999 > 1.00 USD"), facts), "too large"));
}

namespace {

constexpr char const* returns = R"(policy p { currency USD; time zone "America/New_York"; undelivered shipment plus 7 days; }
return r {
  within longest of 30 days of delivery, 60 days of delivery when customer.segment == member;
  require not line.item.final_sale reason FINAL_SALE "sold as final sale";
  accept unopened, opened;
  approve when return.net < 200.00 USD; review by returns_lead otherwise;
  refund to original_tender;
  fee 15 percent of return.net as restocking, at least 1.00 USD, at most 20.00 USD when claimed.condition else unopened == opened;
  restock unopened; refurbish opened; quarantine otherwise;
}
)";

std::string facts(std::string const& requested, std::string const& delivered, std::string const& extra = R"(,"claimed":{"condition":"unopened"})",
                  std::string const& segment = "retail", std::string const& net = "50.00 USD", bool final_sale = false) {
  return R"({"order":{"placed":"2026-10-01T12:00:00Z","customer":{"segment":")" + segment + R"("}},"return":{"requested":")" + requested + "\"," + delivered +
         R"("net":")" + net + R"(","line":{"item":{"final_sale":)" + (final_sale ? "true" : "false") + "}}" + extra + "}}";
}

}  // namespace

TEST_CASE("return windows: calendar days in the policy's zone, inclusive, to the end of the day") {
  // Delivered on 2 October 03:30 UTC, which is 1 October in New York (UTC-5 in this table).
  std::string const delivered = R"("delivered":"2026-10-02T03:30:00Z",)";
  CHECK(has(decide(returns, facts("2026-11-01T04:59:59Z", delivered)), R"("verdict":"approve")"));
  CHECK(has(decide(returns, facts("2026-11-01T05:00:00Z", delivered)), R"("verdict":"deny")"));
  CHECK(has(decide(returns, facts("2026-11-01T05:00:00Z", delivered)), "2026-10-31"));
  CHECK(has(decide(returns, facts("2026-11-29T12:00:00Z", delivered, R"(,"claimed":{"condition":"unopened"})", "member")), R"("verdict":"approve")"));
  // Without a scan the window starts seven days after shipment; without shipment it cannot start.
  CHECK(has(decide(returns, facts("2026-11-07T12:00:00Z", R"("shipped":"2026-10-01T12:00:00Z",)")), R"("verdict":"approve")"));
  CHECK(has(decide(returns, facts("2026-11-08T12:00:00Z", R"("shipped":"2026-10-01T12:00:00Z",)")), R"("verdict":"deny")"));
  CHECK(has(decide(returns, facts("2026-10-05T12:00:00Z", "")), "is not recorded"));
}

TEST_CASE("elapsed windows count hours, to the millisecond") {
  auto const policy = R"(policy p { currency USD; } return r { within 720 hours of order; approve otherwise; })";
  CHECK(has(decide(policy, facts("2026-10-31T12:00:00Z", "")), R"("verdict":"approve")"));
  CHECK(has(decide(policy, facts("2026-10-31T12:00:00.001Z", "")), R"("verdict":"deny")"));
  auto const exclusive = R"(policy p { currency USD; window edge exclusive; } return r { within 720 hours of order; approve otherwise; })";
  CHECK(has(decide(exclusive, facts("2026-10-31T12:00:00Z", "")), R"("verdict":"deny")"));
}

TEST_CASE("every failed clause is reported, fees have limits, the fallback is quarantine") {
  std::string const delivered = R"("delivered":"2026-10-02T12:00:00Z",)";
  auto const bad = decide(returns, facts("2027-01-01T12:00:00Z", delivered, R"(,"claimed":{"condition":"damaged"})", "retail", "50.00 USD", true));
  CHECK(has(bad, "WINDOW"));
  CHECK(has(bad, "FINAL_SALE"));
  CHECK(has(bad, "CONDITION"));
  auto const opened = [&](char const* net) {
    return decide(returns, facts("2026-10-10T12:00:00Z", delivered, R"(,"claimed":{"condition":"opened"})", "retail", net));
  };
  CHECK(has(opened("50.00 USD"), R"("amount":"7.50 USD")"));
  CHECK(has(opened("0.10 USD"), R"("amount":"1.00 USD")"));
  CHECK(has(opened("199.99 USD"), R"("amount":"20.00 USD")"));
  CHECK(has(opened("200.00 USD"), R"("review_by":"returns_lead")"));
  auto const inspected = [&](char const* condition) {
    return decide(returns, facts("2026-10-10T12:00:00Z", delivered,
                                 std::string(R"(,"claimed":{"condition":"unopened"},"inspected":{"condition":")") + condition + "\"}"));
  };
  CHECK(has(inspected("unopened"), R"("disposition":"restock")"));
  CHECK(has(inspected("opened"), R"("disposition":"refurbish")"));
  CHECK(has(inspected("damaged"), R"("disposition":"quarantine")"));
  CHECK(has(inspected("damaged"), R"("condition_mismatch":"deny")"));
}

TEST_CASE("a mandatory return is a floor") {
  auto const policy = R"(policy p { currency USD; }
mandatory return law { within 14 days of delivery; approve otherwise; }
return shop { within 7 days of delivery; approve otherwise; fee 5.00 USD; })";
  std::string const delivered = R"("delivered":"2026-10-02T12:00:00Z",)";
  auto const tenth = decide(policy, facts("2026-10-12T12:00:00Z", delivered));
  CHECK(has(tenth, R"("verdict":"approve")"));
  CHECK(has(tenth, R"("mandatory_rule":"law")"));
  auto const third = decide(policy, facts("2026-10-05T12:00:00Z", delivered));
  CHECK(has(third, R"("fees":[])"));
  CHECK(has(decide(policy, facts("2026-10-30T12:00:00Z", delivered)), R"("verdict":"deny")"));
}
