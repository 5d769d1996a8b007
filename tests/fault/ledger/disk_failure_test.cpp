// A scripted day on a disk that fails at the n-th operation: power cuts, EIO, ENOSPC, short writes, syncs that lie.
//   BYLAW_FAULT_STRIDE=1   every n; without it every eleventh, begun at another one for each kind
#include <doctest/doctest.h>

#include <bylaw/store/store.hpp>

#include "day.hpp"
#include "fault/ledger/failures.hpp"

using namespace bylaw;
using engine::Books;

namespace {

/// After the failure: everything acknowledged is there, at most the one group in flight beside it, nothing by halves.
void check_recovery(Day const& day, std::size_t acknowledged, std::uint64_t seed) {
  auto& disk = Disk::instance();
  auto opened = Books::open(day_options());
  REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().message));
  auto books = std::make_unique<Books>(std::move(*opened));
  REQUIRE(books->open_accounts(day.accounts).has_value());  // the failure may have come before these
  REQUIRE(books->open_pools(day.pools).has_value());
  bool const as_acknowledged = difference(*books, day.after[acknowledged]).empty();
  bool const one_more = acknowledged < day.groups.size() && difference(*books, day.after[acknowledged + 1]).empty();
  CHECK_MESSAGE((as_acknowledged || one_more), difference(*books, day.after[acknowledged]));
  // Everything can be asked for again: what was done is answered, what was not is done now, and the day ends as it should.
  for (std::size_t i = 0; i < day.groups.size(); ++i) {
    auto const receipt = books->submit(day.groups[i]);
    REQUIRE(receipt.has_value());
    if (i < acknowledged) REQUIRE(receipt->duplicate);
  }
  CHECK(difference(*books, day.after.back()) == "");
  // And once more without power: what is acknowledged now stays.
  disk.kill();
  books.reset();
  disk.restart(true, seed);
  auto const verified = store::verify(day_options().store_path);
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
  CHECK(verified->transfers == static_cast<std::int64_t>(day.after.back().history.size()));
}

}  // namespace

TEST_CASE("nothing acknowledged is lost and nothing is half done, whatever fails, whenever") {
  Day const day;
  auto& disk = Disk::instance();
  disk.clear();
  std::unique_ptr<Books> books;
  REQUIRE(day.run(books) == day.groups.size());
  auto const operations = disk.operations();
  books.reset();
  REQUIRE(operations > 500);
  std::size_t acknowledged = 0;
  auto const check = [&](std::int64_t operation) { check_recovery(day, acknowledged, static_cast<std::uint64_t>(operation)); };
  auto const tried = fail_everywhere(operations, fault_stride(11), {[&] { acknowledged = day.run(books); }, [&] { books.reset(); }, check});
  MESSAGE(operations, " operations, failed ", tried, " times");
}

TEST_CASE("a full disk refuses, and the books go on when there is room again") {
  Day const day;
  auto& disk = Disk::instance();
  disk.clear();
  auto options = day_options();
  auto opened = Books::open(options);
  REQUIRE(opened.has_value());
  REQUIRE(opened->open_accounts(day.accounts).has_value());
  REQUIRE(opened->open_pools(day.pools).has_value());
  for (int i = 0; i < 50; ++i) REQUIRE(opened->submit(day.groups[static_cast<std::size_t>(i)]).has_value());
  disk.fail_at(1, Disk::Failure::full);
  auto const refused = opened->submit(day.groups[50]);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == "store_full");
  disk.mend();
  // While there is no room, nobody can make sure that the commit will not come back from the WAL.
  REQUIRE(opened->failed());
  CHECK(opened->submit(day.groups[50]).error().code == "engine_failed");
  opened = Books::open({});
  opened = Books::open(options);
  REQUIRE(opened.has_value());
  CHECK(difference(*opened, day.after[50]) == "");
  REQUIRE(opened->submit(day.groups[50]).has_value());
  CHECK(difference(*opened, day.after[51]) == "");
}
