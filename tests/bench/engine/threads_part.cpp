// Many callers, one writer: what group commit brings over one caller.
#include <algorithm>
#include <cstdio>
#include <thread>

#include "bench/engine/parts.hpp"
#include "bench/workflow/workload.hpp"

using namespace bylaw;

namespace {

/// Events a second of so many threads that each send one after the other.
double run(std::string const& path, int threads, int events_a_thread) {
  auto engine = open_fresh(path, BYLAW_BENCH_ENGINE "/policy.bylaw");
  std::vector<trade::Command> starts;
  for (int t = 0; t < threads; ++t) {
    starts.push_back({"s" + std::to_string(t),
                      Timestamp(1700000000000),
                      {"shop", "system"},
                      trade::StartInstance{
                          "refund", "O-" + std::to_string(t), "", {{"refund.address_ok", "true"}, {"refund.suspicious", "false"}, {"refund.short", "false"}}},
                      {}});
  }
  (void)send(engine, starts);
  auto const started = seconds_now();
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back([&engine, t, events_a_thread] {
      for (int i = 0; i < events_a_thread; ++i) {
        trade::Command const command{"e" + std::to_string(t) + "-" + std::to_string(i),
                                     Timestamp(1700000000000 + i),
                                     {"shop", "system"},
                                     trade::InstanceEvent{"O-" + std::to_string(t), "amend", ""},
                                     {}};
        if (send(engine, {command})[0].status != trade::Status::accepted) std::exit(2);
      }
    });
  }
  for (auto& thread : all) thread.join();
  auto const took = seconds_now() - started;
  (void)engine.close();
  remove_store(path);
  return threads * events_a_thread / took;
}

}  // namespace

bool threads_part(std::string const& folder) {
  std::vector<double> eight;
  std::vector<double> sixteen;
  for (int round = 0; round < 5; ++round) {
    auto const one = run(folder + "/threads.db", 1, 1'500);
    eight.push_back(run(folder + "/threads.db", 8, 1'000) / one);
    sixteen.push_back(run(folder + "/threads.db", 16, 1'000) / one);
  }
  std::sort(eight.begin(), eight.end());
  std::sort(sixteen.begin(), sixteen.end());
  std::printf("threads: 8 are %.1f x one (at least 3), 16 are %.1f x one (at least 5)\n", eight[2], sixteen[2]);
  return eight[2] >= 3 && sixteen[2] >= 5;
}
