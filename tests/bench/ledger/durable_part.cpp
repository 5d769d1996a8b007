#include <cstdio>
#include <map>
#include <thread>

#include "parts.hpp"
#include "twins.hpp"

using namespace bylaw;
using namespace bylaw::engine;
using namespace bylaw::ledger;

namespace {

constexpr std::size_t round_count = 5;
constexpr double cell_seconds = 0.6;

/// A store with the accounts and a history, and the movements that come next.
struct Shop {
  std::string path;
  Ids ids;
  Result<Books> books = Books::open({});
  std::uint64_t next_id = 0;
  std::int64_t moved = 0;

  Shop(char const* name, Ids which) : path(folder() + "/" + name), ids(which) {
    remove_store(path);
    books = Books::open({path, true, {}});
    if (!books) give_up(books.error().message);
    std::vector<AccountSpec> specs{{{AccountKind::quantity, "SKU-1", "supplier", "virtual", "", "", ""}, unbounded}};
    for (std::uint32_t i = 0; i < account_count; ++i) specs.push_back({account_key(i), physical});
    auto const accounts = books->open_accounts(specs);
    if (!accounts) give_up(accounts.error().message);
    Group opening;
    for (std::uint32_t i = 0; i < account_count; ++i) {
      Transfer t;
      t.debit = (*accounts)[0];
      t.credit = (*accounts)[i + 1];
      t.amount = opening_balance;
      opening.transfers.push_back(t);
    }
    if (auto const done = books->submit(opening); !done || !done->accepted()) give_up("the opening balances are refused");
  }
  ~Shop() {
    (void)books->close();
    remove_store(path);
  }

  void commit(std::vector<Group> const& groups) {
    auto const receipts = books->submit(groups);
    if (!receipts) give_up(receipts.error().message);
    for (auto const& receipt : *receipts) {
      if (!receipt.accepted() || receipt.duplicate) give_up("a group is refused: " + receipt.error.message);
    }
  }
  /// Commits for a while, or so many; movements a second. Groups are made beforehand, as callers would.
  double run(std::vector<Movement> const& work, std::size_t size, std::size_t count_max = SIZE_MAX) {
    double busy = 0;
    std::size_t done = 0;
    while (busy < (count_max == SIZE_MAX ? cell_seconds : 1e9) && done < count_max) {
      auto const at = done % (work.size() - size);
      auto const groups = groups_of(&work[at], size, ids, next_id, 1);
      auto const start = seconds_now();
      commit(groups);
      busy += seconds_now() - start;
      next_id += size;
      done += size;
      for (std::size_t i = at; i < at + size; ++i) moved += work[i].amount;
    }
    return static_cast<double>(done) / busy;
  }
};

double run_twin(SqliteTwin& twin, std::vector<Movement> const& work, std::size_t size) {
  auto const start = seconds_now();
  std::size_t done = 0;
  while (seconds_now() - start < cell_seconds) {
    twin.commit(&work[done % (work.size() - size)], size);
    done += size;
  }
  return static_cast<double>(done) / (seconds_now() - start);
}

std::string rate(double ours, double twin) {
  char text[100];
  std::snprintf(text, sizeof text, "%.0f/s, twin %.0f/s", ours, twin);
  return text;
}

void grouped(Shop& rising, Shop& random, std::vector<Movement> const& work) {
  struct Row {
    Shop* shop;
    std::size_t size;
    double asked;
    char const* what;
  };
  Row const rows[] = {{&rising, 1'000, 0.35, "groups of 1,000, rising ids / insert-only"},
                      {&rising, 8'000, 0.40, "groups of 8,000, rising ids / insert-only"},
                      {&random, 1'000, 0.25, "groups of 1,000, random ids / insert-only"},
                      {&random, 8'000, 0.25, "groups of 8,000, random ids / insert-only"}};
  std::map<int, std::vector<double>> ratios, ours, twins;
  std::vector<double> upserts, logs, upsert_rates, log_rates;
  for (std::size_t round = 0; round < round_count; ++round) {
    SqliteTwin insert_only(folder() + "/twin.db", SqliteTwin::Kind::insert_only);
    for (int i = 0; i < 4; ++i) {
      auto const twin = run_twin(insert_only, work, rows[i].size);
      auto const own = rows[i].shop->run(work, rows[i].size);
      ratios[i].push_back(own / twin);
      ours[i].push_back(own);
      twins[i].push_back(twin);
    }
    SqliteTwin two_upserts(folder() + "/twin2.db", SqliteTwin::Kind::row_and_two_upserts);
    upsert_rates.push_back(run_twin(two_upserts, work, 1'000));
    LogTwin log(folder() + "/log.bin", 3'000'000);
    auto const start = seconds_now();
    std::size_t logged = 0;
    for (; seconds_now() - start < cell_seconds && logged < 2'500'000; logged += 1'000) log.commit(&work[logged % (work.size() - 1'000)], 1'000);
    log_rates.push_back(static_cast<double>(logged) / (seconds_now() - start));
  }
  for (int i = 0; i < 4; ++i) report(rows[i].what, median(ratios[i]), rows[i].asked, false, rate(median(ours[i]), median(twins[i])));
  std::printf("  beside them, groups of 1,000: row + two upserts %.0f/s, preallocated log with fdatasync %.0f/s\n", median(upsert_rates), median(log_rates));
}

void one_at_a_time(Shop& shop, std::vector<Movement> const& work) {
  std::vector<double> ratios, ours, twins, latencies;
  for (std::size_t round = 0; round < round_count; ++round) {
    SqliteTwin twin(folder() + "/twin.db", SqliteTwin::Kind::insert_only);
    twins.push_back(run_twin(twin, work, 1));
    ours.push_back(shop.run(work, 1));
    ratios.push_back(twins.back() / ours.back());
  }
  report("one at a time: time / raw single-row commit", median(ratios), 1.3, true, rate(median(ours), median(twins)));
  for (std::size_t i = 0; i < 50'000; ++i) {
    auto const groups = groups_of(&work[i % work.size()], 1, shop.ids, shop.next_id++, 1);
    shop.moved += work[i % work.size()].amount;
    auto const start = seconds_now();
    shop.commit(groups);
    latencies.push_back(1e6 * (seconds_now() - start));
  }
  std::printf("  50,000 single commits, checkpoints of at most 4,000 pages among them: median %.0f us, 99th percentile %.0f us, longest %.0f us\n",
              median(latencies), percentile(latencies, 0.99), percentile(latencies, 1));
  char details[60];
  std::snprintf(details, sizeof details, "%.0f us", percentile(latencies, 0.999));
  report("99.9th percentile of a single commit / median", percentile(latencies, 0.999) / median(latencies), 20, true, details);
}

double threads_rate(Shop& shop, std::vector<Movement> const& work, std::size_t threads) {
  std::vector<std::thread> running;
  std::vector<std::size_t> done(threads);
  auto const first_id = shop.next_id;
  constexpr std::size_t share = 1'000'000;
  auto const start = seconds_now();
  for (std::size_t t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      while (seconds_now() - start < cell_seconds) {
        auto const i = done[t]++;
        shop.commit(groups_of(&work[(t * 7'919 + i) % work.size()], 1, shop.ids, first_id + t * share + i, 1));
      }
    });
  }
  for (auto& thread : running) thread.join();
  auto const seconds = seconds_now() - start;
  std::size_t sum = 0;
  for (std::size_t t = 0; t < threads; ++t) {
    sum += done[t];
    for (std::size_t i = 0; i < done[t]; ++i) shop.moved += work[(t * 7'919 + i) % work.size()].amount;
  }
  shop.next_id = first_id + threads * share;
  return static_cast<double>(sum) / seconds;
}

void threaded(Shop& shop, std::vector<Movement> const& work) {
  std::vector<double> eight, sixteen, one;
  for (std::size_t round = 0; round < round_count; ++round) {
    one.push_back(threads_rate(shop, work, 1));
    eight.push_back(threads_rate(shop, work, 8));
    sixteen.push_back(threads_rate(shop, work, 16));
  }
  report("8 threads submitting singly / one thread", median(eight) / median(one), 3, false, rate(median(eight), median(one)));
  report("16 threads submitting singly / one thread", median(sixteen) / median(one), 5, false, rate(median(sixteen), median(one)));
}

void check_sum(Shop const& shop) {
  struct Sum {
    std::int64_t transfers = 0;
    std::int64_t units = 0;
  } sum;
  (void)shop.books->read(
      [](void* context, Ledger const& ledger) {
        auto& out = *static_cast<Sum*>(context);
        out.transfers = ledger.last_sequence().value;
        for (std::uint32_t i = 1; i <= account_count; ++i) out.units += ledger.balance(AccountIndex(i)).posted;
      },
      &sum);
  if (sum.units != opening_balance * account_count) give_up("units were lost or invented");
}

void opening(Shop& shop) {
  if (!shop.books->close()) give_up("the store cannot be closed");
  std::vector<double> ratios, ours, twins;
  for (std::size_t round = 0; round < 9; ++round) {
    shop.books = Books::open({});
    auto start = seconds_now();
    auto const bytes = read_snapshot(shop.path);
    twins.push_back(1e3 * (seconds_now() - start));
    start = seconds_now();
    shop.books = Books::open({shop.path, false, {}});
    ours.push_back(1e3 * (seconds_now() - start));
    if (!shop.books || bytes == 0) give_up("the store cannot be opened");
    ratios.push_back(ours.back() / twins.back());
  }
  char details[100];
  std::snprintf(details, sizeof details, "%.1f ms, reading %.1f ms", median(ours), median(twins));
  report("opening 100,000 accounts / reading the packed snapshot", median(ratios), 3, true, details);
  check_sum(shop);
}

void rebuilding(Shop& shop, std::vector<Movement> const& work) {
  auto const rows = 2 * shop.next_id;
  shop.run(work, 8'000, rows > shop.next_id ? 10'000'000 - std::min<std::uint64_t>(shop.next_id, 10'000'000) : 0);
  if (!shop.books->close()) give_up("the store cannot be closed");
  execute(shop.path, "DELETE FROM snapshot");
  std::vector<double> ratios, ours, twins;
  for (std::size_t round = 0; round < 3; ++round) {
    shop.books = Books::open({});
    auto start = seconds_now();
    (void)scan_transfers(shop.path);
    twins.push_back(seconds_now() - start);
    start = seconds_now();
    shop.books = Books::open({shop.path, false, {}});
    ours.push_back(seconds_now() - start);
    if (!shop.books) give_up(shop.books.error().message);
    ratios.push_back(ours.back() / twins.back());
    check_sum(shop);
  }
  char details[100];
  std::snprintf(details, sizeof details, "%.1f s, scan %.1f s", median(ours), median(twins));
  report("rebuilding from all rows, chain verified / scanning them", median(ratios), 2, true, details);
}

}  // namespace

void durable(std::size_t history) {
  auto const work = movements(1'000'000, 42);
  Shop rising("rising.db", Ids::rising);
  Shop random("random.db", Ids::random);
  for (auto* shop : {&rising, &random}) {
    auto const start = seconds_now();
    shop->run(work, 8'000, history);
    std::printf("  %zu groups of history with %s ids in %.1f s\n", static_cast<std::size_t>(shop->next_id), shop->ids == Ids::rising ? "rising" : "random",
                seconds_now() - start);
  }
  grouped(rising, random, work);
  one_at_a_time(rising, work);
  threaded(rising, work);
  check_sum(rising);
  check_sum(random);
  opening(rising);
  rebuilding(rising, work);
}
