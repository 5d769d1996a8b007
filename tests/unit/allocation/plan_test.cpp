#include <doctest/doctest.h>

#include <bylaw/allocation/parcels.hpp>
#include <bylaw/allocation/plan.hpp>
#include <bylaw/allocation/share.hpp>
#include <bylaw/returns/amounts.hpp>

using namespace bylaw;
using namespace bylaw::allocation;

namespace {
PlanOptions at_most(std::int32_t shipments) {
  PlanOptions out;
  out.shipments_max = shipments;
  return out;
}
std::string words(Plan const& plan) {
  std::string out;
  for (auto const& pick : plan.picks) out += pick.location + ":" + pick.item + "*" + std::to_string(pick.quantity) + " ";
  return out + "short " + std::to_string(plan.short_units) + ", " + to_string(plan.search);
}
}  // namespace

TEST_CASE("one location that has everything wins; otherwise rank order within the limit") {
  std::vector<Demand> const demands = {{1, "A", 5}, {2, "B", 2}};
  CHECK(words(plan(demands, {{"near", {5, 0}}, {"far", {9, 9}}}, {})) == "far:A*5 far:B*2 short 0, exact");
  CHECK(words(plan(demands, {{"near", {5, 0}}, {"far", {0, 2}}}, {})) == "near:A*5 far:B*2 short 0, exact");
  CHECK(words(plan(demands, {{"near", {5, 0}}, {"far", {0, 2}}}, at_most(1))) == "near:A*5 short 2, exact");
  CHECK(words(plan(demands, {{"near", {2, 0}}, {"far", {5, 0}}}, at_most(1))) == "far:A*5 short 2, exact");
  CHECK(words(plan(demands, {}, {})) == "short 7, exact");
  CHECK(words(plan({}, {{"near", {}}}, {})) == "short 0, exact");
}

TEST_CASE("two lines of one item share one stock") { CHECK(words(plan({{1, "A", 3}, {2, "A", 3}}, {{"X", {4, 4}}}, {})) == "X:A*3 X:A*1 short 2, exact"); }

TEST_CASE("in rank order every location gives what it has, however many parcels that makes") {
  PlanOptions freely;
  freely.in_rank_order = true;
  CHECK(words(plan({{1, "A", 5}}, {{"L1", {2}}, {"L2", {5}}}, freely)) == "L1:A*2 L2:A*3 short 0, ranked");
  CHECK(words(plan({{1, "A", 5}}, {{"L1", {2}}, {"L2", {5}}}, {})) == "L2:A*5 short 0, exact");
}

TEST_CASE("all or nothing takes nothing when something is missing") {
  PlanOptions complete;
  complete.complete = true;
  CHECK(words(plan({{1, "A", 5}}, {{"L1", {4}}}, complete)) == "short 5, exact");
  CHECK(words(plan({{1, "A", 4}}, {{"L1", {4}}}, complete)) == "L1:A*4 short 0, exact");
}

TEST_CASE("of as many parcels the cheaper ones, of as cheap ones the better ranked") {
  CHECK(words(plan({{1, "A", 1}}, {{"L1", {1}, 900}, {"L2", {1}, 500}}, {})) == "L2:A*1 short 0, exact");
  CHECK(words(plan({{1, "A", 4}}, {{"L1", {2}}, {"L2", {2}}, {"L3", {2}}}, {})) == "L1:A*2 L2:A*2 short 0, exact");
  CHECK(words(plan({{1, "A", 4}}, {{"L1", {3}, 1}, {"L2", {3}, 1}, {"L3", {3}, 1}}, {})) == "L1:A*3 L2:A*1 short 0, exact");
}

TEST_CASE("hostile figures neither loop nor overflow") {
  auto const much = std::int64_t{1} << 60;
  CHECK(plan({{1, "A", much}}, {{"L1", {much}, much}, {"L2", {much}, much}}, {}).short_units == 0);
  CHECK(plan({{1, "A", 0}}, {{"L1", {5}}}, {}).picks.empty());
  CHECK(plan({{1, "A", 5}}, {{"L1", {-5}}}, {}).short_units == 5);
}

TEST_CASE("scarce stock is divided by turn, or in proportion with the largest remainders") {
  Timestamp const early(1000);
  std::vector<Claim> claims = {{"a", 5, 2, {}, Timestamp(1)}, {"b", 5, 1, {}, Timestamp(2)}, {"c", 5, 3, early, Timestamp(3)}};
  CHECK(share(claims, 7, Fairness::priority) == std::vector<std::int64_t>{2, 5, 0});
  CHECK(share(claims, 7, Fairness::promise_date) == std::vector<std::int64_t>{2, 0, 5});
  CHECK(share(claims, 7, Fairness::fair_share) == std::vector<std::int64_t>{2, 2, 3});
  claims[0].complete = true;
  CHECK(share(claims, 7, Fairness::priority) == std::vector<std::int64_t>{0, 5, 2});
  CHECK(share(claims, 7, Fairness::fair_share) == std::vector<std::int64_t>{0, 3, 4});
  claims[0].quantity = 2;
  CHECK(share(claims, 7, Fairness::fair_share) == std::vector<std::int64_t>{0, 3, 4});
  CHECK(share(claims, 0, Fairness::fair_share) == std::vector<std::int64_t>{0, 0, 0});
  CHECK(share({}, 5, Fairness::fair_share).empty());
}

TEST_CASE("parcels keep their weight, their place, and every unit") {
  auto const four = pack({{"A", "L1", 4, 100}}, 150);
  CHECK(four.size() == 4);
  CHECK(pack({{"A", "L1", 4, 100}}, 200).size() == 2);
  CHECK(pack({{"A", "L1", 4, 100}}, 0).size() == 1);
  CHECK(pack({{"A", "L1", 2, 100}, {"B", "L2", 1, 0}}, 0).size() == 2);
  auto const heavy = pack({{"A", "L1", 2, 500}, {"B", "L1", 3, 50}}, 150);
  CHECK(heavy.size() == 3);
  CHECK(heavy[0].weight_g == 500);
  CHECK(heavy[2].weight_g == 150);
}

TEST_CASE("any split of a refund sums to what was paid") {
  auto const usd = Currency::find("USD");
  std::uint64_t seed = 11;
  auto const next = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 33) % static_cast<std::uint64_t>(bound));
  };
  for (int round = 0; round < 2000; ++round) {
    auto const sold = 1 + next(40);
    Money const net(next(1'000'000), usd);
    std::int64_t sum = 0;
    for (std::int64_t done = 0; done < sold;) {
      auto const part = 1 + next(sold - done);
      sum += returns::share(net.amount_minor(), done + part, sold) - returns::share(net.amount_minor(), done, sold);
      done += part;
    }
    CHECK(sum == net.amount_minor());
  }
  CHECK(returns::fees_of_line({{"a", Money(500, usd), "unit"}}, 800, 3, true).fee == 800);
  CHECK(returns::fees_of_line({{"a", Money(500, usd), "return"}}, 800, 3, false).fee == 0);
}
