// A thousand orders of many lines over many locations: the plan against what an integer program says is the best (coinor-cbc).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include <bylaw/allocation/plan.hpp>

#include "bench/allocation/clock.hpp"
#include "bench/allocation/parts.hpp"

using namespace bylaw::allocation;

namespace {

constexpr std::int64_t parcel_weight = 100'000;  ///< one parcel less is worth more than any difference of costs

struct Instance {
  std::vector<Demand> demands;
  std::vector<Supply> supplies;
};

Instance make(std::uint64_t seed) {
  std::uint64_t state = seed * 2654435761u + 12345;
  auto const below = [&](std::int64_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state >> 33) % static_cast<std::uint64_t>(bound));
  };
  Instance out;
  auto const lines = 16 + below(15);
  auto const locations = 24 + below(17);
  for (std::int64_t i = 0; i < lines; ++i) out.demands.push_back({static_cast<std::int32_t>(i + 1), "I" + std::to_string(i), 2 + below(9)});
  for (std::int64_t l = 0; l < locations; ++l) {
    Supply supply{"L" + std::to_string(l), {}, 400 + below(1'200)};
    for (std::int64_t i = 0; i < lines; ++i) supply.available.push_back(below(100) < 45 ? below(9) : 0);
    out.supplies.push_back(std::move(supply));
  }
  return out;
}

/// The whole program as one file: what is short is made up at a price above that of any parcel.
void write_program(Instance const& instance, std::string const& path) {
  std::ofstream out(path);
  out << "Minimize\n obj:";
  for (std::size_t l = 0; l < instance.supplies.size(); ++l) out << " + " << parcel_weight + instance.supplies[l].shipment_cost << " y" << l;
  for (std::size_t i = 0; i < instance.demands.size(); ++i) out << " + " << parcel_weight * 100 << " s" << i;
  out << "\nSubject To\n";
  for (std::size_t i = 0; i < instance.demands.size(); ++i) {
    out << " c" << i << ":";
    for (std::size_t l = 0; l < instance.supplies.size(); ++l) {
      auto const units = std::min(instance.supplies[l].available[i], instance.demands[i].quantity);
      if (units > 0) out << " + " << units << " y" << l;
    }
    out << " + s" << i << " >= " << instance.demands[i].quantity << "\n";
  }
  out << "Bounds\n";
  for (std::size_t i = 0; i < instance.demands.size(); ++i) out << " 0 <= s" << i << " <= " << instance.demands[i].quantity << "\n";
  out << "Binary\n";
  for (std::size_t l = 0; l < instance.supplies.size(); ++l) out << " y" << l << "\n";
  out << "End\n";
}

/// The value of the best solution; below zero: there was none in time.
double solve(std::string const& folder) {
  auto const command = "cbc " + folder + "/p.lp ratioGap 0 seconds 60 solve solution " + folder + "/p.sol > /dev/null 2>&1";
  if (std::system(command.c_str()) != 0) return -1;
  std::ifstream in(folder + "/p.sol");
  std::string first;
  std::getline(in, first);
  auto const value = first.rfind(' ');
  return first.compare(0, 7, "Optimal") == 0 && value != std::string::npos ? std::atof(first.c_str() + value) : -1;
}

}  // namespace

bool oracle_part(std::string const& folder) {
  if (std::system("cbc quit > /dev/null 2>&1") != 0) {
    std::printf("plans against the optimum: cbc is not here (apt install coinor-cbc)\n");
    return true;
  }
  constexpr int count = 1'000;
  double gap_sum = 0;
  double gap_max = 0;
  int exact = 0;
  int best = 0;
  int solved = 0;
  double own_seconds = 0;
  double solver_seconds = 0;
  bool right = true;
  for (int n = 0; n < count; ++n) {
    auto const instance = make(static_cast<std::uint64_t>(n) + 1);
    auto const started = bench_seconds();
    auto const found = plan(instance.demands, instance.supplies, {});
    own_seconds += bench_seconds() - started;
    write_program(instance, folder + "/p.lp");
    auto const asked = bench_seconds();
    auto const optimum = solve(folder);
    solver_seconds += bench_seconds() - asked;
    if (optimum < 0) continue;
    ++solved;
    auto const own = static_cast<double>(found.shipments * parcel_weight + found.cost + found.short_units * parcel_weight * 100);
    auto const gap = (own - optimum) / optimum;
    right = right && gap > -1e-9;  // nothing is better than the best
    gap_sum += gap;
    gap_max = std::max(gap_max, gap);
    exact += found.search == Search::exact ? 1 : 0;
    best += gap < 1e-9 ? 1 : 0;
  }
  auto const mean = solved > 0 ? gap_sum / solved : 1;
  std::printf(
      "plans of 16 to 30 lines over 24 to 40 locations against the optimum of cbc: %d of %d solved, mean gap %.3f %% (target 1 %%), most %.2f %%, "
      "%d are the optimum, %d said so; %.2f ms a plan, %.2f ms for cbc\n",
      solved, count, mean * 100, gap_max * 100, best, exact, own_seconds * 1000 / count, solver_seconds * 1000 / count);
  if (!right) std::printf("A PLAN IS BETTER THAN THE OPTIMUM: one of them is wrong\n");
  return right;
}
