// Laws of plans and shares: the optimum against trying every choice, and nothing out of nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include <bylaw/allocation/plan.hpp>
#include <bylaw/allocation/share.hpp>

using namespace bylaw;
using namespace bylaw::allocation;

namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::int64_t below(std::int64_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

struct Case {
  std::vector<Demand> demands;
  std::vector<Supply> supplies;
  PlanOptions options;
};

Case make(Random& random, std::int64_t lines_max, std::int64_t locations_max) {
  Case out;
  auto const items = 1 + random.below(lines_max);
  auto const lines = 1 + random.below(lines_max);
  for (std::int64_t line = 1; line <= lines; ++line) {
    out.demands.push_back({static_cast<std::int32_t>(line), std::string(1, static_cast<char>('A' + random.below(items))), 1 + random.below(6)});
  }
  auto const locations = random.below(locations_max + 1);
  bool const costs = random.below(2) == 0;
  for (std::int64_t l = 0; l < locations; ++l) {
    Supply supply{"L" + std::to_string(l), {}, costs ? random.below(20) : 0};
    std::map<std::string, std::int64_t> stock;
    for (auto const& demand : out.demands) {
      auto const [known, fresh] = stock.emplace(demand.item, 0);
      if (fresh) known->second = random.below(3) == 0 ? 0 : random.below(9);
      supply.available.push_back(known->second);
    }
    out.supplies.push_back(std::move(supply));
  }
  out.options.shipments_max = static_cast<std::int32_t>(random.below(4));
  return out;
}

struct Best {
  std::int64_t units = 0;
  std::int64_t shipments = 0;
  std::int64_t cost = 0;
  std::vector<std::size_t> chosen;
};

/// Every set of locations, in the order of the policy: the first of the best ones counts.
Best try_everything(Case const& c) {
  std::map<std::string, std::int64_t> needs;
  std::map<std::string, std::size_t> first;
  for (std::size_t d = 0; d < c.demands.size(); ++d) {
    needs[c.demands[d].item] += c.demands[d].quantity;
    first.emplace(c.demands[d].item, d);
  }
  Best best;
  for (std::uint32_t set = 0; set < 1u << c.supplies.size(); ++set) {
    Best now;
    auto left = needs;
    bool idle = false;
    for (std::size_t l = 0; l < c.supplies.size(); ++l) {
      if ((set >> l & 1u) == 0) continue;
      std::int64_t given = 0;
      for (auto& [item, need] : left) {
        auto const units = std::min(need, c.supplies[l].available[first[item]]);
        need -= units;
        given += units;
      }
      idle = idle || given == 0;
      now.units += given;
      ++now.shipments;
      now.cost += c.supplies[l].shipment_cost;
      now.chosen.push_back(l);
    }
    if (idle || (c.options.shipments_max > 0 && now.shipments > c.options.shipments_max)) continue;
    auto const key = [](Best const& b) { return std::make_tuple(-b.units, b.shipments, b.cost, b.chosen); };
    if (key(now) < key(best)) best = now;
  }
  return best;
}

}  // namespace

TEST_CASE("the plan is the best of all plans: most units, fewest parcels, least cost, best ranked") {
  Random random(8);
  for (int round = 0; round < 10'000; ++round) {
    auto const c = make(random, 4, 7);
    auto const found = plan(c.demands, c.supplies, c.options);
    auto const best = try_everything(c);
    std::int64_t wanted = 0;
    for (auto const& demand : c.demands) wanted += demand.quantity;
    std::string shown;
    for (auto const& d : c.demands) shown += d.item + "*" + std::to_string(d.quantity) + " ";
    for (auto const& s : c.supplies) {
      shown += "| " + s.location + " ";
      for (auto a : s.available) shown += std::to_string(a) + " ";
    }
    for (auto const& p : found.picks) shown += "-> " + p.location + p.item + std::to_string(p.quantity) + " ";
    CAPTURE(shown);
    REQUIRE(found.search == Search::exact);
    REQUIRE(wanted - found.short_units == best.units);
    REQUIRE(found.shipments == best.shipments);
    REQUIRE(found.cost == best.cost);
    std::vector<std::string> used;
    for (auto const& pick : found.picks) {
      if (used.empty() || used.back() != pick.location) used.push_back(pick.location);
    }
    std::vector<std::string> expected;
    for (auto const l : best.chosen) expected.push_back(c.supplies[l].location);
    REQUIRE(used == expected);
  }
}

TEST_CASE("no plan takes more than is there, or more than was ordered") {
  Random random(9);
  for (int round = 0; round < 4'000; ++round) {
    auto c = make(random, 20, 30);
    c.options.in_rank_order = random.below(3) == 0;
    c.options.complete = random.below(4) == 0;
    c.options.choices_max = 2'000;
    auto const found = plan(c.demands, c.supplies, c.options);
    std::map<std::pair<std::string, std::string>, std::int64_t> taken;
    std::map<std::int32_t, std::int64_t> given;
    for (auto const& pick : found.picks) {
      REQUIRE(pick.quantity > 0);
      taken[{pick.location, pick.item}] += pick.quantity;
      given[pick.line] += pick.quantity;
    }
    std::int64_t open = 0;
    for (auto const& demand : c.demands) {
      REQUIRE(given[demand.line] <= demand.quantity);
      open += demand.quantity - given[demand.line];
    }
    REQUIRE(open == found.short_units);
    REQUIRE((!c.options.complete || found.short_units == 0 || found.picks.empty()));
    for (std::size_t d = 0; d < c.demands.size(); ++d) {
      for (auto const& supply : c.supplies) REQUIRE((taken[{supply.location, c.demands[d].item}] <= supply.available[d]));
    }
  }
}

TEST_CASE("shares sum to what is there or wanted, never above a claim, and all or nothing is kept") {
  Random random(10);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Claim> claims;
    auto const count = random.below(8);
    for (std::int64_t i = 0; i < count; ++i) {
      claims.push_back(
          {"o" + std::to_string(i), random.below(10), random.below(3), Timestamp(random.below(3)), Timestamp(random.below(4)), random.below(4) == 0});
    }
    auto const available = random.below(40);
    auto const fairness = static_cast<Fairness>(random.below(3));
    auto const shares = share(claims, available, fairness);
    REQUIRE(shares.size() == claims.size());
    std::int64_t given = 0;
    std::int64_t wanted = 0;
    bool any_complete = false;
    for (std::size_t i = 0; i < claims.size(); ++i) {
      REQUIRE(shares[i] >= 0);
      REQUIRE(shares[i] <= claims[i].quantity);
      REQUIRE((!claims[i].complete || shares[i] == 0 || shares[i] == claims[i].quantity));
      given += shares[i];
      wanted += claims[i].quantity;
      any_complete = any_complete || claims[i].complete;
    }
    REQUIRE(given <= available);
    if (!any_complete) REQUIRE(given == std::min(available, wanted));
    // Without all or nothing nobody is further from his exact share than one unit.
    if (any_complete || fairness != Fairness::fair_share || wanted <= available) continue;
    for (std::size_t i = 0; i < claims.size(); ++i) {
      REQUIRE(shares[i] * wanted <= available * claims[i].quantity + wanted - 1);
      REQUIRE(shares[i] * wanted >= available * claims[i].quantity - wanted + 1);
    }
  }
}
