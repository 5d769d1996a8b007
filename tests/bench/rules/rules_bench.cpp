// Hold rules decided by Bylaw beside twins written by hand, on the same orders in the same run: first
// the answers are checked, then rounds of all are interleaved, and medians are compared.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <thread>

#include "config/shipped.hpp"
#include "policy/index/frame_index.hpp"
#include "policy/syntax/cst.hpp"
#include "workload.hpp"

using namespace bylaw;

namespace {

Timestamp const now(1'790'000'000'000);
constexpr std::size_t batch_orders = 256;

double seconds(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
}

void add(Totals& totals, policy::HoldBatch const& batch, std::size_t first) {
  for (std::size_t row = 0; row < batch.size(); ++row) {
    for (auto const* hit = batch.begin(row); hit != batch.end(row); ++hit) totals.sum += (first + row) * 1009 + hit->rule();
  }
  totals.hits += batch.hit_count();
}

Totals run_batches(policy::HoldDecider<Order> const& decider, std::vector<Order> const& orders, std::size_t from, std::size_t to, policy::HoldBatch& batch) {
  Totals out;
  for (auto first = from; first < to; first += batch_orders) {
    decider.decide(&orders[first], std::min(batch_orders, to - first), now, batch);
    add(out, batch, first);
  }
  return out;
}

Totals run_single(policy::HoldDecider<Order> const& decider, std::vector<Order> const& orders, policy::HoldBatch& batch) {
  Totals out;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    decider.decide(&orders[i], 1, now, batch);
    add(out, batch, i);
  }
  return out;
}

/// Each thread has its share of the orders and a HoldBatch of its own, as a service would, and goes through
/// it `passes` times: a short run would measure how soon the machine gives the second thread a core.
Totals run_threads(policy::HoldDecider<Order> const& decider, std::vector<Order> const& orders, int threads, int passes, policy::HoldBatch (&batches)[2]) {
  Totals part[2];
  auto const share = orders.size() / static_cast<std::size_t>(threads);
  auto const work = [&](int which) {
    auto const from = static_cast<std::size_t>(which) * share;
    for (int pass = 0; pass < passes; ++pass) part[which] = run_batches(decider, orders, from, from + share, batches[which]);
  };
  std::thread other(work, threads - 1);
  if (threads == 2) work(0);
  other.join();
  return {part[0].hits + part[1].hits, part[0].sum + part[1].sum};
}

Totals run_columns(policy::Policy const& held, WorkloadColumns const& table, policy::HoldBatch& batch) {
  auto const done = policy::decide_holds(held, table.columns, now, batch);
  if (!done) std::printf("%s\n", done.error().message.c_str());
  Totals out;
  add(out, batch, 0);
  return out;
}

/// One order at a time in its general form, as the engine decides: which rules, lines, values read.
Totals run_frames(policy::Policy const& held, std::vector<policy::Frame> const& frames) {
  Totals out;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto const decision = held.decide_holds(frames[i], now);
    out.hits += decision.hits.size();
    for (auto const& hit : decision.hits) out.sum += i * 1009 + hit.rule;
  }
  return out;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// One program under test and its times.
struct Contender {
  char const* name;
  Totals (*run)(void* context);
  void* context;
  clockid_t clock = CLOCK_THREAD_CPUTIME_ID;
  std::vector<double> times = {};
};
template <class Work>
Contender contender(char const* name, Work& work, clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
  return {name, [](void* context) { return (*static_cast<Work*>(context))(); }, &work, clock};
}

bool failed = false;

void check(char const* what, Totals const& got, Totals const& wanted) {
  if (got == wanted) return;
  std::printf("WRONG %s: %llu hits, checksum %llu; expected %llu, %llu\n", what, static_cast<unsigned long long>(got.hits),
              static_cast<unsigned long long>(got.sum), static_cast<unsigned long long>(wanted.hits), static_cast<unsigned long long>(wanted.sum));
  std::exit(2);
}

void report(char const* what, double ratio, double bound, bool at_least = false) {
  bool const met = at_least ? ratio >= bound : ratio <= bound;
  if (bound > 0) std::printf("    %-46s %6.2f  asked %s %.2f  %s\n", what, ratio, at_least ? ">=" : "<=", bound, met ? "met" : "MISSED");
  else std::printf("    %-46s %6.2f\n", what, ratio);
  failed = failed || (bound > 0 && !met);
}

bool load_schema(void*, std::string_view, std::string_view, policy::Source& found) {
  found = {"schema.bylaw", std::string(config::find_shipped("schema.bylaw")->text)};
  return true;
}

policy::Policy compile(std::string text) {
  auto compilation = policy::Policy::compile({{"bench.bylaw", std::move(text)}}, {load_schema, nullptr}, ZoneTable{});
  for (auto const& finding : compilation.diagnostics) {
    if (finding.severity == policy::Severity::error) std::printf("%s\n", finding.message.c_str());
  }
  return compilation.policy;
}

/// Building the index against parsing the rules, and its size.
void measure_building(policy::Policy const& held, std::string const& text, double parse_bound, double bytes_max) {
  std::vector<double> parse, build;
  std::size_t bytes = 0;
  for (int round = 0; round < 7; ++round) {
    policy::Source const source{"bench.bylaw", text};
    policy::Diagnostics found;
    auto start = seconds(CLOCK_THREAD_CPUTIME_ID);
    auto const cst = policy::syntax::parse(source, 0, found);
    parse.push_back(seconds(CLOCK_THREAD_CPUTIME_ID) - start);
    start = seconds(CLOCK_THREAD_CPUTIME_ID);
    auto const indexes = policy::index::build(held.impl());
    build.push_back(seconds(CLOCK_THREAD_CPUTIME_ID) - start);
    bytes = indexes.order_holds.rules.bytes();
  }
  std::printf("    parsing %.2f ms, building the index %.2f ms, %.2f MB\n", 1e3 * median(parse), 1e3 * median(build), 1e-6 * static_cast<double>(bytes));
  report("building / parsing", median(build) / median(parse), parse_bound);
  if (bytes_max > 0) report("megabytes", 1e-6 * static_cast<double>(bytes), bytes_max);
}

/// What recording costs: the same orders in their general form, with all values that each hit read.
void measure_frames(policy::Binding<Order> const& binding, policy::Policy const& held, Workload const& workload) {
  auto const reader = binding.reader(held, policy::Subject::order, {policy::Kind::hold});
  std::vector<policy::Frame> frames;
  std::size_t const count = 2000;
  for (std::size_t i = 0; i < count; ++i) frames.push_back(*reader->read(workload.orders[i]));
  auto const start = seconds(CLOCK_THREAD_CPUTIME_ID);
  auto const totals = run_frames(held, frames);
  auto const spent = seconds(CLOCK_THREAD_CPUTIME_ID) - start;
  std::printf("    with every value read recorded: %.2f us per order, %.2f us per hit\n", 1e6 * spent / static_cast<double>(count),
              1e6 * spent / static_cast<double>(std::max<std::uint64_t>(totals.hits, 1)));
}

struct Bounds {
  double bitmap = 0;
  double interned = 0;
  double single = 0;
  double threads = 0;
  double building = 0;
  double megabytes = 0;
};

void measure(Workload const& workload, int rules, bool base, Bounds bounds) {
  auto const text = workload.policy_text(rules);
  auto const held = compile(text);
  auto const binding = workload.binding();
  auto const decider = binding.hold_decider(held);
  if (!decider) {
    std::printf("%s\n", decider.error().message.c_str());
    std::exit(2);
  }
  auto const bitmap = make_bitmap_twin(workload.rules(rules));
  auto const interned = base ? make_interned_twin(rules) : nullptr;
  policy::HoldBatch batch;
  policy::HoldBatch thread_batches[2];
  int const passes = rules <= 10 ? 100 : rules <= 100 ? 50 : rules <= 1000 ? 20 : 3;
  auto const& orders = workload.orders;
  auto batches = [&] { return run_batches(*decider, orders, 0, orders.size(), batch); };
  auto single = [&] { return run_single(*decider, orders, batch); };
  auto threads = [&] { return run_threads(*decider, orders, 2, passes, thread_batches); };
  auto thread = [&] { return run_threads(*decider, orders, 1, passes, thread_batches); };
  auto by_bitmap = [&] { return bitmap->run(orders); };
  auto by_hand = [&] { return interned->run(orders); };
  std::vector<Contender> all{contender("bylaw, batches of 256", batches), contender("bylaw, one at a time", single), contender("bitmap twin", by_bitmap),
                             contender("bylaw, one thread (wall)", thread, CLOCK_MONOTONIC), contender("bylaw, two threads (wall)", threads, CLOCK_MONOTONIC)};
  WorkloadColumns const table(workload);
  auto columns = [&] { return run_columns(held, table, batch); };
  if (interned) all.push_back(contender("interned structs, by hand", by_hand));
  all.push_back(contender("bylaw, all orders in columns", columns));
  for (auto& one : all) check(one.name, one.run(one.context), workload.expected(rules));
  int const rounds = rules > 1000 ? 9 : 21;
  for (int round = 0; round < rounds; ++round) {
    for (auto& one : all) {
      bool const threaded = one.clock == CLOCK_MONOTONIC;
      if (threaded && round % 3 != 0) continue;
      // Short runs are repeated, so that the clock does not decide.
      int const repeats = threaded ? 1 : rules <= 10 ? 8 : rules <= 100 ? 3 : 1;
      auto const start = seconds(one.clock);
      for (int i = 0; i < repeats; ++i) (void)one.run(one.context);
      one.times.push_back((seconds(one.clock) - start) / repeats / (threaded ? passes : 1) / static_cast<double>(orders.size()));
    }
  }
  std::printf("  %d rules, us per order:", rules);
  for (auto const& one : all) std::printf(" %s %.3f;", one.name, 1e6 * median(one.times));
  std::printf("\n");
  report("batch / bitmap twin", median(all[0].times) / median(all[2].times), bounds.bitmap);
  if (interned) report("batch / interned by hand", median(all[0].times) / median(all[5].times), bounds.interned);
  report("all in columns / bitmap twin", median(all.back().times) / median(all[2].times), 0);
  report("one at a time / batch", median(all[1].times) / median(all[0].times), bounds.single);
  report("two threads / one thread, speed", median(all[3].times) / median(all[4].times), bounds.threads, true);
  measure_frames(binding, held, workload);
  measure_building(held, text, bounds.building, bounds.megabytes);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::printf("usage: rules_bench BASE_FOLDER [OTHER_FOLDER...]\n");
    return 2;
  }
  std::printf("twins: %s\n", twins_origin());
  for (int i = 1; i < count; ++i) {
    Workload const workload(arguments[i]);
    std::printf("%s, %zu orders\n", arguments[i], workload.orders.size());
    bool const base = i == 1;
    // Other seeds and shapes keep the ratios within a factor of two.
    double const slack = base ? 1 : 2;
    measure(workload, 10, base, {0, 1.5, 0, 0, 0, 0});
    measure(workload, 100, base, {1.2 * slack, 0, 0, 0, 0, 0});
    measure(workload, 1000, base, {1.1 * slack, 0, base ? 2.0 : 0, base ? 1.8 : 0, 1.0 * slack, 0});
    measure(workload, 10000, base, {1.0 * slack, 0, 0, 0, 0, 10});
  }
  return failed ? 1 : 0;
}
