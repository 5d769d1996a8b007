#pragma once
#include <cstdint>
#include <string>

struct Sums;
/// Whether the sums are those that the workload states for a million orders; true for other sizes.
[[nodiscard]] bool expected(Sums const& sums, std::uint64_t orders);

// Each prints its ratios, and says whether answers were right and targets met.
[[nodiscard]] bool memory_part(std::uint64_t orders, double& events_per_second);
[[nodiscard]] bool configurations_part();
[[nodiscard]] bool instances_part(std::string const& folder);
[[nodiscard]] bool durable_part(std::string const& folder);
[[nodiscard]] bool timers_part(std::string const& folder);
[[nodiscard]] bool xstate_part(double events_per_second);
