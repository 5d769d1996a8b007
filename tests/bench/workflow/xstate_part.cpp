// XState 5 over the same orders, in its own process; npm puts it into build/bench/xstate (make bench-deps).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bench/workflow/parts.hpp"

bool xstate_part(double events_per_second) {
#ifndef BYLAW_SHARED_WORKFLOW
  (void)events_per_second;
  std::printf("XState 5: not measured, ../shared/bench/workflow is not here\n");
  return true;
#else
  double best = 0;
  bool right = true;
  for (std::string const mode : {"actor", "pure", "actor"}) {
    auto const command = "NODE_PATH=" BYLAW_XSTATE "/node_modules node " BYLAW_SHARED_WORKFLOW_DIR "/js/xstate_bench.js 250000 " + mode + " 2>&1";
    auto* pipe = popen(command.c_str(), "r");
    char line[4096] = "";
    bool const read = pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr;
    if (pipe != nullptr) pclose(pipe);
    auto const* speed = std::strstr(line, "ev_per_s=");
    if (!read || speed == nullptr) {
      std::printf("XState 5: not measured: %s\n", line);
      return false;
    }
    best = std::max(best, std::atof(speed + 9));
    // What the workload states for 250,000 orders.
    right = right && std::strstr(line, "acc=1922866 ") != nullptr;
  }
  auto const ratio = events_per_second / best;
  std::printf("XState 5, the faster of its two ways: %s; %.0f events/s; step is %.0f times as fast (at least 200)\n",
              right ? "answers agree" : "ANSWERS DIFFER", best, ratio);
  return right && ratio >= 200;
#endif
}
