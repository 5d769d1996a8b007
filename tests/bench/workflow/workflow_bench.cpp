// `make bench`: workflows beside what somebody writes by hand, beside raw SQLite, and beside XState.
#include <cstdio>
#include <filesystem>

#include "bench/workflow/parts.hpp"

int main(int argc, char** argv) {
  // On a real disk: syncs of a folder in memory cost nothing.
  std::string const folder = argc > 1 ? argv[1] : "bench_workflow";
  std::filesystem::create_directories(folder);
  double events_per_second = 0;
  bool ok = instances_part(folder);  // first: it forks
  ok = memory_part(1'000'000, events_per_second) && ok;
  ok = configurations_part() && ok;
  ok = durable_part(folder) && ok;
  ok = timers_part(folder) && ok;
  ok = xstate_part(events_per_second) && ok;
  std::filesystem::remove_all(folder);
  std::printf("%s\n", ok ? "all targets met" : "A TARGET WAS MISSED");
  return ok ? 0 : 1;
}
