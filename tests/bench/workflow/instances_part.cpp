// What a million open orders cost in memory, in a process of their own so that nothing else is counted.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <filesystem>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bylaw/engine/instances.hpp>

#include "bench/workflow/parts.hpp"
#include "bench/workflow/workload.hpp"

using namespace bylaw;

namespace {

constexpr std::int64_t count = 1'000'000;

/// Starts a million, moves each twice, and says what the table takes. Exit code 0: all of it was done.
int run_million(std::string const& path, workflow::Machine const& machine) {
  auto instances = engine::Instances::open({path, true, {machine}, {}});
  if (!instances) return 1;
  constexpr std::int64_t batch = 5000;
  for (std::int64_t i = 0; i < count; i += batch) {
    std::vector<engine::NewInstance> fresh;
    for (std::int64_t j = i; j < i + batch; ++j) fresh.push_back({"O-" + std::to_string(j), 0, Timestamp(1), "api:shop", {}});
    if (!instances->start(fresh)) return 1;
  }
  for (auto const* name : {"hold", "unhold"}) {
    for (std::int64_t i = 1; i <= count; i += batch) {
      std::vector<engine::Advance> events;
      for (std::int64_t j = i; j < i + batch; ++j) events.push_back({j, 0, machine.event(name), workflow::every_role, ~0ull, 0, Timestamp(2), "api:shop", {}});
      auto const done = instances->advance(events);
      if (!done || done->front().step.reaction != workflow::Reaction::moved) return 1;
    }
  }
  if (instances->open_count() != count) return 1;
  std::ofstream(path + ".bytes") << instances->memory_bytes();
  return instances->close() ? 0 : 1;
}

int come_back(std::string const& path, workflow::Machine const& machine) {
  auto const again = engine::Instances::open({path, false, {machine}, {}});
  return again && again->open_count() == count ? 0 : 1;
}

}  // namespace

bool instances_part(std::string const& folder) {
  auto const path = folder + "/million.db";
  auto const remove = [&] {
    for (auto const* end : {"", "-wal", "-shm", "-writer", ".bytes"}) std::filesystem::remove(path + end);
  };
  remove();
  auto const child = fork();
  if (child == 0) {
    auto const machine = order_machine();
    auto const done = run_million(path, machine);
    _exit(done != 0 ? done : come_back(path, machine));
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return false;
  double bytes = 0;
  std::ifstream(path + ".bytes") >> bytes;
  auto const peak_mb = static_cast<double>(usage.ru_maxrss) / 1024;
  bool const done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  std::printf("a million open orders: %s; %.1f bytes each in the table (at most 64), %.0f MB at most in the process (at most 512)\n",
              done ? "all moved and all come back" : "FAILED", bytes / 1e6, peak_mb);
  remove();
  return done && bytes / 1e6 <= 64 && peak_mb <= 512;
}
