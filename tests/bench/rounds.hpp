#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

/// Orders of a durable part; BYLAW_BENCH_ORDERS changes it.
inline std::uint64_t bench_orders() {
  auto const* size = std::getenv("BYLAW_BENCH_ORDERS");
  return size == nullptr ? 100'000u : static_cast<unsigned>(std::atoi(size));
}

/// One run of the twin and one of our own, and whether their answers agree.
struct Round {
  double twin_s = 0;
  double own_s = 0;
  bool right = true;
};

/// Both in turns, because these machines are noisy. Prints the best of each and the middle of the ratios.
/// @param part  of the benchmark, `engine`; `own` what is measured, `instances`; `name` how it is said to it
/// @return whether all answers agree and the target is met
inline bool compare_rounds(char const* part, char const* own, char const* name, std::uint64_t events, int rounds, double target,
                           std::function<Round()> const& run) {
  std::vector<double> ratios;
  double best = 0;
  double best_twin = 0;
  bool right = true;
  for (int i = 0; i < rounds; ++i) {
    auto const round = run();
    right = right && round.right;
    ratios.push_back(round.twin_s / round.own_s);
    best = std::max(best, static_cast<double>(events) / round.own_s);
    best_twin = std::max(best_twin, static_cast<double>(events) / round.twin_s);
  }
  std::sort(ratios.begin(), ratios.end());
  auto const ratio = ratios[ratios.size() / 2];
  std::printf("%s, %s: %s; %s %.0f, SQLite by hand %.0f events/s; ratio %.2f (at least %.1f)\n", part, name, right ? "answers agree" : "ANSWERS DIFFER", own,
              best, best_twin, ratio, target);
  return right && ratio >= target;
}
