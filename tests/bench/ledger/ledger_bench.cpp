// The ledger beside twins written by hand, on the same movements in the same run. Answers are checked first; then
// rounds of all are interleaved, and medians of the ratios are compared. `BYLAW_BENCH_PREFILL` makes the history shorter.
#include <cstdio>
#include <cstdlib>

#include "parts.hpp"

int main() {
  std::printf("100,000 accounts, Zipf 0.99; durable means WAL, FULL, normal locking, no mmap\n");
  auto const* prefill = std::getenv("BYLAW_BENCH_PREFILL");
  std::size_t const history = prefill != nullptr ? std::strtoull(prefill, nullptr, 10) : 5'000'000;
  in_memory();
  memory_use();
  durable(history);
  return everything_met() ? 0 : 1;
}
