// Eight threads submit, four read. Meant for ThreadSanitizer too.
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>

#include "work.hpp"

using namespace bylaw;
using namespace bylaw::ledger;
using engine::Books;

namespace {

/// What every reader may count on, whatever is going on.
struct Look {
  std::int64_t last = 0;
  bool sound = true;
  static void at(void* self, Ledger const& ledger) {
    auto& look = *static_cast<Look*>(self);
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < ledger.account_count(); ++i) {
      auto const& balance = ledger.balance(AccountIndex(i));
      sum += balance.posted;
      look.sound = look.sound && balance.available() >= ledger.bounds(AccountIndex(i)).floor;
    }
    look.sound = look.sound && sum == 0 && ledger.last_sequence().value >= look.last;
    look.last = ledger.last_sequence().value;
  }
};

}  // namespace

TEST_CASE("eight submitters and four readers") {
  TempStore temp;
  auto books = Books::open({temp.path, true, {}});
  REQUIRE(books.has_value());
  REQUIRE(books->open_accounts(shelves()).has_value());
  constexpr std::uint64_t each = 250;
  std::atomic<std::int64_t> accepted = 0;
  std::atomic<bool> good = true;
  std::atomic<int> busy = 8;
  std::vector<std::thread> threads;
  for (std::uint64_t who = 0; who < 8; ++who) {
    threads.emplace_back([&, who] {
      for (std::uint64_t i = 0; i < each; ++i) {
        auto const receipt = books->submit(visit(who, i));
        if (!receipt || receipt->duplicate || (!receipt->accepted() && receipt->error.code != "bound")) good = false;
        else accepted += receipt->accepted() ? 1 : 0;
        auto const again = i % 10 == 0 ? books->submit(visit(who, i)) : receipt;
        if (!again || again->first != receipt->first) good = false;
      }
      --busy;
    });
  }
  std::atomic<std::int64_t> looks = 0;
  for (int reader = 0; reader < 4; ++reader) {
    threads.emplace_back([&, reader] {
      Look look;
      auto file = store::Reader::open(temp.path);
      while (busy > 0) {
        if (!books->read(Look::at, &look) || !look.sound) good = false;
        if (!file) good = false;
        if (reader == 0 && file) {  // as another process would: through the file
          auto const sum = file->query("SELECT coalesce(sum(posted),0), count(*) FROM balance_now");
          if (!sum || sum->rows.at(0).at(0) != "0") good = false;
        }
        ++looks;
        std::this_thread::yield();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good);
  CHECK(looks > 4);
  Look end;
  REQUIRE(books->read(Look::at, &end));
  CHECK(end.sound);
  CHECK(end.last == accepted);
  REQUIRE(books->close());
  auto const verified = store::verify(temp.path);
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
  CHECK(verified->transfers == accepted);
}

TEST_CASE("one writer per store, and a store that is closed takes nothing more") {
  TempStore temp;
  auto books = Books::open({temp.path, true, {}});
  REQUIRE(books.has_value());
  CHECK(Books::open({temp.path, true, {}}).error().code == "store_locked");
  REQUIRE(books->open_accounts(shelves()).has_value());
  REQUIRE(books->close());
  CHECK(books->submit(visit(0, 0)).error().code == "engine_failed");
  CHECK(books->expire(5).error().code == "engine_failed");
  CHECK(Books::open({"", true, {}}).error().code == "store_unreadable");
  CHECK(Books::open({temp.folder + "/none.db", false, {}}).error().code == "store_unreadable");
}
