#include "day.hpp"

#include <unistd.h>

using namespace bylaw;
using namespace bylaw::engine;
using namespace bylaw::ledger;

namespace {
constexpr std::int64_t morning = 1'700'000'000'000;
}

BooksOptions day_options() {
  BooksOptions options;
  // On the disk of the tests; only its lock is a real file, of this process alone.
  options.store_path = "/tmp/bylaw_day_" + std::to_string(::getpid()) + ".db";
  options.clock = {[](void*) { return Timestamp(morning); }, nullptr};
  options.snapshot_transfers = 60;
  options.recent_ids_max = 16;
  return options;
}

Day::Day() {
  auto const world = small_world();
  BooksModel model;
  for (auto const& [key, bounds] : world.accounts) {
    accounts.push_back({key, bounds});
    (void)model.open(key, bounds);
  }
  pools = world.pools;
  for (auto const& key : pools) (void)model.open_pool(key);
  Generator generator(2'026);
  after.push_back(model);
  while (groups.size() < 200) {
    auto group = generator.group(model, morning);
    if (group.id.none()) continue;  // each can be asked for again
    (void)model.submit(group, morning);
    groups.push_back(std::move(group));
    after.push_back(model);
  }
}

std::size_t Day::run(std::unique_ptr<Books>& books) const {
  auto opened = Books::open(day_options());
  if (!opened) return 0;
  books = std::make_unique<Books>(std::move(*opened));
  if (!books->open_accounts(accounts) || !books->open_pools(pools)) return 0;
  std::size_t done = 0;
  while (done < groups.size() && books->submit(groups[done])) ++done;
  if (done == groups.size()) (void)books->close();
  return done;
}

std::string difference(Books const& books, BooksModel const& model) {
  struct Ask {
    BooksModel const* model;
    std::string answer;
  } ask{&model, {}};
  auto const read =
      books.read([](void* context, Ledger const& ledger) { static_cast<Ask*>(context)->answer = static_cast<Ask*>(context)->model->compare(ledger); }, &ask);
  return read ? ask.answer : read.error().message;
}
