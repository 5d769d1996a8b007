#pragma once
#include <string>

/// Plans beside the exact optimum of an integer program; gap and time. False: a plan is wrong, or worse than the target.
[[nodiscard]] bool oracle_part(std::string const& folder);
/// Lines a second through the engine: one order after the other, and a wave; beside a hand-written greedy allocation.
[[nodiscard]] bool engine_part(std::string const& folder);
