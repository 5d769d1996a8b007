#include <doctest/doctest.h>

#include <bylaw/allocation/plan.hpp>
#include <bylaw/returns/amounts.hpp>

using namespace bylaw;
using namespace bylaw::allocation;

TEST_CASE("one location that has everything wins; otherwise rank order within the limit") {
  std::vector<Demand> const demands = {{1, "A", 5}, {2, "B", 2}};
  auto const one = plan(demands, {{"near", {5, 0}}, {"far", {9, 9}}}, 0);
  CHECK(one.shipments == 1);
  CHECK(one.picks.size() == 2);
  CHECK(one.picks[0].location == "far");
  auto const two = plan(demands, {{"near", {5, 0}}, {"far", {0, 2}}}, 0);
  CHECK(two.shipments == 2);
  CHECK(two.short_units == 0);
  auto const never = plan(demands, {{"near", {5, 0}}, {"far", {0, 2}}}, 1);
  CHECK(never.short_units == 2);
  CHECK(plan(demands, {}, 0).short_units == 7);
}

TEST_CASE("two lines of one item share one stock") {
  auto const shared = plan({{1, "A", 3}, {2, "A", 3}}, {{"X", {4, 4}}}, 0);
  std::int64_t taken = 0;
  for (auto const& pick : shared.picks) taken += pick.quantity;
  CHECK(taken == 4);
  CHECK(shared.short_units == 2);
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
      sum += returns::share_of_line(net, sold, done, part).amount_minor();
      done += part;
    }
    CHECK(sum == net.amount_minor());
  }
  CHECK(returns::fees_of_line({{"a", Money(500, usd), "unit"}}, Money(800, usd), 3, true).amount_minor() == 800);
  CHECK(returns::fees_of_line({{"a", Money(500, usd), "return"}}, Money(800, usd), 3, false).amount_minor() == 0);
}
