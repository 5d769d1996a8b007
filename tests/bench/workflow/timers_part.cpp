// A million clocks that are all due at once, and whether other commands still have their turn.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>

#include "bench/workflow/parts.hpp"
#include "bench/workflow/workload.hpp"

using namespace bylaw;

namespace {

template <class T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", result.error().code.c_str(), result.error().message.c_str());
    std::exit(2);
  }
  return std::move(*result);
}

constexpr std::int64_t monday = 1'794'268'800'000;  // 2026-11-09 16:00 UTC

std::vector<trade::Command> starts(std::int64_t from, std::int64_t count, std::int64_t at) {
  std::vector<trade::Command> out;
  for (std::int64_t i = from; i < from + count; ++i) {
    auto const id = std::to_string(i);
    out.push_back({"start:" + id, Timestamp(at), {}, trade::StartInstance{"approval", "P-" + id, "", {}}});
  }
  return out;
}

/// Milliseconds of single commands, rising.
std::vector<double> latencies(engine::Engine& engine, std::int64_t& next, std::int64_t at, int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) {
    auto const command = starts(next++, 1, at).front();
    auto const started = seconds_now();
    (void)need(engine.submit(command));
    out.push_back((seconds_now() - started) * 1e3);
  }
  std::sort(out.begin(), out.end());
  return out;
}

double at_percent(std::vector<double> const& sorted, double percent) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(static_cast<double>(sorted.size()) * percent / 100))];
}

}  // namespace

bool timers_part(std::string const& folder) {
  auto const* size = std::getenv("BYLAW_BENCH_TIMERS");
  std::int64_t const count = size == nullptr ? 1'000'000 : std::atoll(size);
  auto const path = folder + "/timers.db";
  for (auto const* end : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path + end);
  auto const zones = need(config::load_zones());
  auto loaded = need(config::load_policy({BYLAW_SOURCE_DIR "/tests/conformance/scenarios/children.bylaw"}, zones));
  auto engine = need(engine::Engine::open({path, true, loaded.rulebook, {}}));
  auto const started = seconds_now();
  std::int64_t next = 0;
  for (; next < count; next += 5000) (void)need(engine.submit(starts(next, std::min<std::int64_t>(5000, count - next), monday)));
  auto const filled_s = seconds_now() - started;
  auto const before = latencies(engine, next, monday, 3000);

  // A host's timer thread, which never rests; due for all from now on.
  auto const later = monday + 7 * day_ms;
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> fired = 0;
  std::thread timers([&] {
    while (!stop) {
      auto const done = engine.run_due(Timestamp(later));
      if (!done || done->outcomes.empty()) break;
      fired += static_cast<std::int64_t>(done->outcomes.size());
    }
  });
  auto const during_started = seconds_now();
  auto const during = latencies(engine, next, later, 3000);
  auto const during_s = seconds_now() - during_started;
  auto const left = count - fired;
  stop = true;
  timers.join();
  auto const ratio = at_percent(during, 99) / at_percent(before, 99);
  std::printf(
      "%lld clocks set at %.0f a second; 3,000 other commands, milliseconds at 50/99/99.9 percent: before %.2f %.2f %.2f, while all are due %.2f %.2f %.2f; "
      "99th apart by %.1f (at most 10); %.0f clocks a second beside them, %lld still due at the end\n",
      static_cast<long long>(count), static_cast<double>(count) / filled_s, at_percent(before, 50), at_percent(before, 99), at_percent(before, 99.9),
      at_percent(during, 50), at_percent(during, 99), at_percent(during, 99.9), ratio, static_cast<double>(fired) / during_s, static_cast<long long>(left));
  // Fired twice is fired once: every clock is a command whose id names it.
  (void)engine.close();
  for (auto const* end : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path + end);
  return ratio <= 10 && left > 0;
}
