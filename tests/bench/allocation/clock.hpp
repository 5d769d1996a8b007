#pragma once
#include <chrono>

[[nodiscard]] inline double bench_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
