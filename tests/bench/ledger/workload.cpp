#include "workload.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

using namespace bylaw;

namespace {

bool met = true;

/// The usual way to draw from a Zipf distribution by rejection-free inversion (Gray et al., 1994).
class Zipf {
 public:
  Zipf(double count, double exponent) : count_(count), exponent_(exponent) {
    for (double i = 1; i <= count; i += 1) sum_ += std::pow(1 / i, exponent);
    alpha_ = 1 / (1 - exponent);
    eta_ = (1 - std::pow(2 / count, 1 - exponent)) / (1 - (1 + std::pow(0.5, exponent)) / sum_);
  }
  std::uint64_t draw(double u) const {
    auto const scaled = u * sum_;
    if (scaled < 1) return 0;
    if (scaled < 1 + std::pow(0.5, exponent_)) return 1;
    return static_cast<std::uint64_t>(count_ * std::pow(eta_ * u - eta_ + 1, alpha_)) % static_cast<std::uint64_t>(count_);
  }

 private:
  double count_, exponent_, sum_ = 0, alpha_ = 0, eta_ = 0;
};

/// Popular accounts do not lie side by side.
std::uint32_t scrambled(std::uint64_t rank) {
  auto state = rank * 0x9E3779B97F4A7C15u + 0x1234567;
  return static_cast<std::uint32_t>(mixed(state) % account_count);
}

}  // namespace

std::uint64_t mixed(std::uint64_t& state) {
  auto z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

std::vector<Movement> movements(std::size_t count, std::uint64_t seed) {
  Zipf const zipf(account_count, 0.99);
  std::vector<Movement> all(count);
  auto const draw = [&] { return scrambled(zipf.draw(static_cast<double>(mixed(seed) >> 11) * 0x1.0p-53)); };
  for (std::size_t i = 0; i < count; ++i) {
    auto& m = all[i];
    m.debit = draw();
    do m.credit = draw();
    while (m.credit == m.debit);
    m.amount = static_cast<std::int64_t>(1 + mixed(seed) % 9);
    m.effective = 1'700'000'000'000 + static_cast<std::int64_t>(i);
    m.reference = mixed(seed) % 1'000'000'000'000u;
  }
  return all;
}

ledger::Id id_of(Ids ids, std::uint64_t number) {
  if (ids == Ids::rising) return {7, number + 1};
  auto a = number * 2 + 1;
  auto b = number * 2 + 0x5555;
  return {mixed(a), mixed(b)};
}

std::vector<ledger::Group> groups_of(Movement const* movements, std::size_t count, Ids ids, std::uint64_t first_id, std::uint32_t first_account) {
  std::vector<ledger::Group> groups(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto const& m = movements[i];
    groups[i].id = id_of(ids, first_id + i);
    ledger::Transfer t;
    t.debit = ledger::AccountIndex(first_account + m.debit);
    t.credit = ledger::AccountIndex(first_account + m.credit);
    t.amount = m.amount;
    t.effective = Timestamp(m.effective);
    t.reference = std::to_string(m.reference);
    groups[i].transfers.push_back(std::move(t));
  }
  return groups;
}

ledger::AccountKey account_key(std::uint32_t account) {
  char lot[24];
  std::snprintf(lot, sizeof lot, "LOT-%06u", account);
  return {ledger::AccountKind::quantity, "SKU-1", "WH-" + std::to_string(account % 50), "available", lot, "own", ""};
}

double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}
double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

void report(char const* what, double measured, double asked, bool most, std::string const& details) {
  bool const good = most ? measured <= asked : measured >= asked;
  met = met && good;
  std::printf("%-62s %7.2f  asked %s %-6.2f %-7s %s\n", what, measured, most ? "<=" : ">=", asked, good ? "met" : "MISSED", details.c_str());
  std::fflush(stdout);
}

bool everything_met() { return met; }

void give_up(std::string const& why) {
  std::fprintf(stderr, "ledger_bench: %s\n", why.c_str());
  std::exit(2);
}

std::string folder() {
  static std::string const path = [] {
    auto const* given = std::getenv("BYLAW_BENCH_FOLDER");
    auto const base = std::filesystem::path(given != nullptr ? given : "/tmp") / ("bylaw_ledger_bench_" + std::to_string(getpid()));
    std::filesystem::create_directories(base);
    return base.string();
  }();
  return path;
}

void remove_store(std::string const& path) {
  for (auto const* suffix : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path + suffix);
}
