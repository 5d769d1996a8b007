#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <doctest/doctest.h>

#include <unistd.h>

#include <bylaw/engine/books.hpp>
#include <bylaw/store/history.hpp>
#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>

#include "../ledger/shop.hpp"

using namespace bylaw;
using namespace bylaw::ledger;
using engine::Books;

namespace {

using test::money_key;
using test::outside_key;
using test::resolution;
using test::stock_key;
using test::transfer;

/// Books in a folder of their own, with a clock that is set.
struct Shop {
  std::string folder = (std::filesystem::temp_directory_path() / ("bylaw_store_test_" + std::to_string(getpid()))).string();
  std::string path = folder + "/s.db";
  std::int64_t clock = 1'000;
  engine::BooksOptions options{path, true, {[](void* self) { return Timestamp(static_cast<Shop*>(self)->clock); }, this}};
  Result<Books> books = failure("closed", "");
  std::uint64_t next_id = 1;
  AccountIndex supplier{0}, shelf{1}, customer{2};

  Shop() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    open();
    REQUIRE(books->open_accounts({{outside_key("supplier"), unbounded}, {stock_key("shelf"), physical}, {outside_key("customer"), unbounded}}).has_value());
  }
  ~Shop() {
    books = failure("closed", "");
    std::filesystem::remove_all(folder);
  }
  void open() {
    books = failure("closed", "");
    books = Books::open(options);
    REQUIRE(books.has_value());
  }
  Receipt submit(Group group) {
    group.id = {9, next_id++};
    auto const receipt = books->submit(group);
    REQUIRE(receipt.has_value());
    return *receipt;
  }
  Receipt submit(std::vector<Transfer> transfers) {
    Group group;
    group.transfers = std::move(transfers);
    return submit(std::move(group));
  }
  std::string figure(char const* sql) {
    auto reader = store::Reader::open(path);
    REQUIRE(reader.has_value());
    auto const table = reader->query(sql);
    REQUIRE_MESSAGE(table.has_value(), (table ? std::string{} : table.error().message));
    return table->rows.empty() ? "" : table->rows[0][0];
  }
  std::vector<std::string> findings() {
    auto const verified = store::verify(path);
    REQUIRE(verified.has_value());
    return verified->findings;
  }
};

std::int64_t posted_at(store::History& history, std::int64_t at, store::TimeKind kind, char const* place) {
  auto const balances = history.balances(Timestamp(at), kind, AccountKind::quantity, "SKU");
  REQUIRE(balances.has_value());
  for (auto const& balance : *balances) {
    if (balance.key.place == place) return balance.posted;
  }
  return 0;
}

void run_sql(std::string const& path, std::string const& sql) { REQUIRE(std::system(("sqlite3 " + path + " \"" + sql + "\"").c_str()) == 0); }

}  // namespace

TEST_CASE("a store of the first version is brought to this one, its orders and its stock with it") {
  auto const folder = std::filesystem::temp_directory_path() / ("bylaw_migrate_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  auto const path = (folder / "v1.db").string();
  REQUIRE(std::system(("sqlite3 " + path + " < " BYLAW_SOURCE_DIR "/tests/unit/store/store_v1.sql").c_str()) == 0);
  CHECK(store::verify(path).error().code == "store_too_old");
  CHECK(store::Reader::open(path).error().code == "store_too_old");
  {
    auto books = Books::open({path, false, {}});
    REQUIRE(books.has_value());
    auto const shelf = books->open_accounts({{stock_key("DC1", "", "TEA"), physical}});
    REQUIRE(shelf.has_value());
    CHECK(books->balance((*shelf)[0])->posted == 8);       // ten received, two shipped
    CHECK(books->balance((*shelf)[0])->pending_out == 3);  // and three reserved
    CHECK(books->close());
  }
  auto const verified = store::verify(path);
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
  CHECK(verified->commits == 9);  // eight, and the change of the schema
  CHECK(verified->subjects == 2);
  {
    // Personal values stand by themselves now, and can go.
    auto reader = store::Reader::open(path);
    REQUIRE(reader.has_value());
    CHECK(reader->query("SELECT count(*) FROM order_doc WHERE body LIKE '%Ada%' OR body LIKE '%Elm%'")->rows[0][0] == "0");
    CHECK(reader
              ->query("SELECT group_concat(path || '=' || value, '; ') FROM (SELECT path, value FROM personal_value v JOIN personal p ON p.seq=v.seq ORDER BY "
                      "v.seq)")
              ->rows[0][0] == "customer.email=ada@example.org; customer.name=Ada Byron; ship_to.street=1 Elm Street");
    CHECK(reader->query("SELECT kind, id FROM catalog_now ORDER BY kind")->rows.size() == 2);
  }
  CHECK(Books::open({path, false, {}}).has_value());
  run_sql(path, "PRAGMA user_version=99");
  CHECK(Books::open({path, false, {}}).error().code == "store_too_new");
  std::filesystem::remove_all(folder);
}

TEST_CASE("as of recorded time the books say what they said, as of effective time what is known now") {
  Shop s;
  std::map<std::int64_t, std::int64_t> said;
  std::uint64_t seed = 5;
  for (int i = 0; i < 60; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    s.clock += static_cast<std::int64_t>(seed >> 60);
    auto t = transfer(s.supplier, s.shelf, 1 + static_cast<std::int64_t>(seed >> 40) % 5);
    t.effective = Timestamp(s.clock - static_cast<std::int64_t>(seed >> 50) % 40);
    CHECK(s.submit({t}).accepted());
    said[s.clock] = s.books->balance(s.shelf)->posted;
  }
  auto history = store::History::open(s.path);
  REQUIRE(history.has_value());
  for (auto const& [at, posted] : said) CHECK(posted_at(*history, at, store::TimeKind::recorded, "shelf") == posted);
  CHECK(posted_at(*history, said.begin()->first - 1, store::TimeKind::recorded, "shelf") == 0);
  auto late = transfer(s.supplier, s.shelf, 100);
  late.effective = Timestamp(500);
  CHECK(s.submit({late}).accepted());
  CHECK(posted_at(*history, said.begin()->first, store::TimeKind::recorded, "shelf") == said.begin()->second);
  CHECK(posted_at(*history, 500, store::TimeKind::effective, "shelf") == 100);
  CHECK(posted_at(*history, INT64_MAX, store::TimeKind::effective, "shelf") == said.rbegin()->second + 100);
}

TEST_CASE("a channel that fell behind catches up from its sequence, in steps") {
  Shop s;
  auto const other = (*s.books->open_accounts({{stock_key("other"), physical}}))[0];
  std::map<std::uint32_t, std::int64_t> published;
  Sequence at;
  auto const pull = [&](std::int64_t transfers_max) {
    auto history = store::History::open(s.path);
    REQUIRE(history.has_value());
    for (;;) {
      auto const changes = history->stock_changes(at, transfers_max);
      REQUIRE(changes.has_value());
      if (changes->through == at) return;
      CHECK(changes->through.value <= at.value + transfers_max);
      for (auto const& change : changes->changes) published[change.account.value] = change.available;
      at = changes->through;
    }
  };
  for (int i = 0; i < 25; ++i) {
    CHECK(s.submit({transfer(s.supplier, s.shelf, 3), transfer(s.shelf, s.customer, 1, TransferKind::pending), transfer(s.supplier, other, 1)}).accepted());
    if (i % 7 == 0) pull(4);
  }
  pull(4);
  CHECK(published.size() == 2);  // virtual accounts are no stock
  CHECK(published[s.shelf.value] == s.books->balance(s.shelf)->available());
  CHECK(published[other.value] == 25);
  CHECK(at == Sequence(75));
  auto history = store::History::open(s.path);
  CHECK(history->stock_changes(Sequence(76)).error().code == "unknown_sequence");
}

TEST_CASE("a duplicate is told what the first time took from promises and what it cost, after a restart too") {
  Shop s;
  auto const books = s.books->open_accounts({{money_key("inventory"), unbounded}, {money_key("received"), unbounded}, {money_key("cogs"), unbounded}});
  auto const pool = (*s.books->open_pools({{"SKU", "shelf", CostMethod::fifo, (*books)[0]}}))[0];
  auto in = CostMove{};
  in.pool = pool;
  in.quantity = 10;
  in.value = 1'000;
  in.contra = (*books)[1];
  Group group;
  group.id = {1, 1};
  group.transfers = {transfer(s.supplier, s.shelf, 10), transfer(s.shelf, s.customer, 6, TransferKind::pending)};
  group.costs = {in};
  auto const first = s.books->submit(group);
  REQUIRE(first->accepted());
  REQUIRE(first->costs.size() == 1);
  CHECK(first->costs[0].value_change == 1'000);
  Group counted;
  counted.id = {1, 2};
  counted.transfers = {transfer(s.shelf, s.supplier, 6)};
  counted.transfers[0].force = Force::fact;
  auto const told = s.books->submit(counted);
  REQUIRE(told->shortages.size() == 1);
  CHECK(told->shortages[0].amount == 2);
  for (int reopened = 0; reopened < 2; ++reopened) {
    auto const again = s.books->submit(counted);
    CHECK(again->duplicate);
    REQUIRE(again->shortages.size() == 1);
    CHECK(again->shortages[0].pending == told->shortages[0].pending);
    CHECK(again->shortages[0].amount == 2);
    CHECK(again->shortages[0].rest == told->shortages[0].rest);
    CHECK(s.books->submit(group)->costs.at(0).sequence == first->costs[0].sequence);
    s.open();
  }
  CHECK(s.figure("SELECT quantity || ' and ' || on_hand FROM cost_now") == "10 and 4");
  CHECK(s.findings().empty());
}

TEST_CASE("a backup is made while the host goes on, and is a store of its own") {
  Shop s;
  CHECK(s.submit({transfer(s.supplier, s.shelf, 10)}).accepted());
  auto const target = s.folder + "/copy.db";
  REQUIRE(store::backup(s.path, target).has_value());
  CHECK(s.submit({transfer(s.supplier, s.shelf, 5)}).accepted());
  CHECK(store::backup(s.path, target).error().code == "backup_exists");
  CHECK(store::backup(s.folder + "/none.db", s.folder + "/copy2.db").error().code == "store_unreadable");
  CHECK_FALSE(std::filesystem::exists(s.folder + "/copy2.db"));
  auto copy = Books::open({target, false, {}});
  REQUIRE(copy.has_value());
  CHECK(copy->balance(s.shelf)->posted == 10);
  CHECK(s.books->balance(s.shelf)->posted == 15);
  auto const verified = store::verify(target);
  REQUIRE(verified.has_value());
  CHECK(verified->findings.empty());
}

TEST_CASE("a closed period keeps its hash, and what is forged into it is found") {
  Shop s;
  auto const accounts = s.books->open_accounts({{money_key("cash"), unbounded}, {money_key("sales"), unbounded}});
  REQUIRE(accounts.has_value());
  CHECK(s.submit({transfer((*accounts)[0], (*accounts)[1], 500)}).accepted());
  s.clock = 5'000;
  Group close;
  close.closes = {{AccountKind::money, "main", Timestamp(2'000)}};
  CHECK(s.submit(close).accepted());
  CHECK(s.submit({transfer((*accounts)[0], (*accounts)[1], 5)}).error.code == "closed_period");
  s.open();
  CHECK(s.submit({transfer((*accounts)[0], (*accounts)[1], 5)}).error.code == "closed_period");
  CHECK(s.findings().empty());
  CHECK(s.figure("SELECT length(balance_hash) FROM period_close") == "32");
  s.books = failure("closed", "");
  run_sql(s.path, "UPDATE transfer SET amount=499 WHERE seq=1");
  bool found = false;
  for (auto const& finding : s.findings()) found = found || finding.find("close 1") != std::string::npos;
  CHECK(found);
}

TEST_CASE("SQL sees what the books say: balances, open reservations, entries in plain words") {
  Shop s;
  auto cart = transfer(s.shelf, s.customer, 4, TransferKind::pending);
  cart.expires = Timestamp(9'000);
  CHECK(s.submit({transfer(s.supplier, s.shelf, 10), cart}).accepted());
  CHECK(s.submit({resolution(TransferKind::reverse, 1, 2)}).accepted());
  for (int reopened = 0; reopened < 2; ++reopened) {
    CHECK(s.figure("SELECT posted || '/' || pending_out FROM balance_now WHERE place='shelf'") == "8/4");
    CHECK(s.figure("SELECT amount || ' until ' || expires FROM reservation_open") == "4 until 9000");
    CHECK(s.figure("SELECT what || ' ' || amount || ' ' || unit || ' from ' || from_place FROM ledger_entry WHERE seq=3") == "reverse 2 SKU from shelf");
    CHECK(s.figure("SELECT sum(posted) + sum(pending_in) - sum(pending_out) FROM balance_now") == "0");
    s.open();  // balances have been written by closing
  }
  s.clock = 9'000;
  CHECK(s.books->expire(10)->size() == 1);
  CHECK(s.books->expire(10)->empty());
  CHECK(s.figure("SELECT count(*) FROM reservation_open") == "0");
  CHECK(s.findings().empty());
}

TEST_CASE("a hundred thousand ids, rising, at random and both, are all known, and no others") {
  for (int kind = 0; kind < 3; ++kind) {
    CAPTURE(kind);
    Shop s;
    s.options.recent_ids_max = 1'500;
    s.open();
    auto const id_of = [&](std::uint64_t i) {
      bool const rising = kind == 0 || (kind == 2 && i % 3 != 0);
      return rising ? Id{3, i + 1} : Id{(i + 1) * 0x9E3779B97F4A7C15u, i * 0xC2B2AE3D27D4EB4Fu + 1};
    };
    auto const group_of = [&](std::uint64_t i) {
      Group group;
      group.id = id_of(i);
      group.transfers = {i % 50 == 7 ? transfer(s.shelf, s.customer, 99'999'999) : transfer(s.supplier, s.shelf, 1)};  // some are refused
      return group;
    };
    constexpr std::uint64_t count = 100'000;
    for (std::uint64_t i = 0; i < count; i += 500) {
      std::vector<Group> batch;
      for (auto j = i; j < i + 500; ++j) batch.push_back(group_of(j));
      auto const receipts = s.books->submit(batch);
      REQUIRE(receipts.has_value());
      for (auto const& receipt : *receipts) REQUIRE_FALSE(receipt.duplicate);
      if (i % 30'000 == 0) s.open();
    }
    for (std::uint64_t i = 0; i < count; i += 97) {
      auto const receipt = s.books->submit(group_of(i));
      REQUIRE(receipt.has_value());
      CHECK(receipt->duplicate);
      CHECK(receipt->error.code == (i % 50 == 7 ? "bound" : ""));
      auto other = group_of(i);
      other.transfers[0].code = 1;
      CHECK(s.books->submit(other)->error.code == "id_conflict");
    }
    CHECK(s.findings().empty());
    s.open();  // what is left is indexed by closing
    auto const runs = std::stoi(s.figure("SELECT count(*) FROM id_run"));
    CHECK(runs < 40);
    if (kind == 0) CHECK(s.figure("SELECT sum(entries) FROM id_run WHERE rising=1") == "98000");
    s.books = failure("closed", "");
    run_sql(s.path, kind == 0 ? "UPDATE id_run SET entries=entries+1 WHERE run=1" : "DELETE FROM id_segment WHERE place=(SELECT max(place) FROM id_segment)");
    CHECK_FALSE(s.findings().empty());
  }
}

TEST_CASE("whatever is changed in the file behind the back of the books, verify says so") {
  char const* const forgeries[] = {
      "UPDATE transfer SET amount=amount+1 WHERE seq=1",
      "UPDATE transfer SET effective=effective+1 WHERE seq=2",
      "DELETE FROM transfer WHERE seq=3",
      "INSERT INTO transfer SELECT 0, commit_seq, command_seq, NULL, NULL, leg, kind, force, prior_period, code, debit, credit, amount, target, effective, "
      "due, "
      "expires, reference FROM transfer WHERE seq=1",
      "INSERT INTO transfer SELECT -1, commit_seq, command_seq, NULL, NULL, leg, 5, force, prior_period, code, credit, debit, amount, 1, effective, due, "
      "expires, "
      "reference FROM transfer WHERE seq=1",
      "UPDATE transfer SET id=x'00000000000000090000000000000063' WHERE seq=1",
      "UPDATE account SET place='elsewhere' WHERE seq=2",
      "UPDATE account SET floor=-100 WHERE seq=2",
      "INSERT INTO account SELECT -1, commit_seq, kind, unit, 'x', status, detail, owner, pool, floor, ceiling FROM account WHERE seq=1",
      "UPDATE commit_log SET recorded_at=recorded_at-1 WHERE seq=2",
      "DELETE FROM commit_log WHERE seq=(SELECT max(seq) FROM commit_log)",
      "UPDATE cost_move SET value=value+1",
      "UPDATE cost_pool SET method=2",
      "UPDATE lot SET removal=removal+1",
      "UPDATE bound_change SET floor=-9",
      "UPDATE period_close SET through=through-1",
      "UPDATE group_receipt SET code='' WHERE seq=1",
      "UPDATE balance SET posted=posted+1 WHERE account=1",
      "DELETE FROM balance WHERE account=1",
      "INSERT INTO balance VALUES(77, 1, 0, 0)",
      "UPDATE balance_state SET transfer_seq=1",
      "UPDATE id_run SET entries=entries+1",
      "DELETE FROM id_run",
      "UPDATE id_state SET transfer_seq=0",
      "UPDATE snapshot SET checksum=checksum+1",
      "UPDATE snapshot SET pendings=costs",
      "DROP VIEW reservation_open; CREATE VIEW reservation_open AS SELECT 1 AS seq, 1 AS account, 1 AS amount, '' AS reference, 0 AS due, 0 AS expires",
      "CREATE TRIGGER t AFTER INSERT ON commit_log BEGIN UPDATE balance SET posted=0; END",
      "DROP INDEX command_id",
      "CREATE TABLE mine(x)",
  };
  Shop s;
  auto const books = s.books->open_accounts({{money_key("inventory"), unbounded}, {money_key("received"), unbounded}});
  auto const pool = (*s.books->open_pools({{"SKU", "shelf", CostMethod::fifo, (*books)[0]}}))[0];
  Group group;
  group.transfers = {transfer(s.supplier, s.shelf, 10), transfer(s.shelf, s.customer, 4, TransferKind::pending)};
  group.costs.resize(1);
  group.costs[0].pool = pool;
  group.costs[0].quantity = 10;
  group.costs[0].value = 1'000;
  group.costs[0].contra = (*books)[1];
  group.bounds = {{s.shelf, {-1, no_ceiling}}};
  group.lots = {{"SKU", "L1", Timestamp(1), Timestamp(2), {}}};
  CHECK(s.submit(group).accepted());
  CHECK(s.submit({transfer(s.shelf, s.customer, 99)}).error.code == "bound");
  s.clock = 9'000;
  Group close;
  close.closes = {{AccountKind::money, "main", Timestamp(500)}};
  CHECK(s.submit(close).accepted());
  s.books = failure("closed", "");
  REQUIRE(s.findings().empty());
  auto const good = s.path + ".good";
  std::filesystem::copy_file(s.path, good);
  for (auto const* forgery : forgeries) {
    CAPTURE(std::string(forgery));
    for (auto const* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(s.path + suffix);
    std::filesystem::copy_file(good, s.path);
    run_sql(s.path, forgery);
    auto const verified = store::verify(s.path);
    CHECK((!verified.has_value() || !verified->findings.empty()));
  }
}

TEST_CASE("a store is locked under its real name, and names have an end") {
  Shop s;
  std::filesystem::create_symlink(s.path, s.folder + "/link.db");
  CHECK(Books::open({s.folder + "/link.db", true, {}}).error().code == "store_locked");
  std::string const long_name(name_bytes_max + 1, 'x');
  CHECK(s.books->open_accounts({{stock_key(long_name.c_str()), physical}}).error().code == "name_too_long");
  CHECK(s.books->open_accounts({{stock_key(""), physical}}).error().code == "unnamed_account");
  CHECK(s.books->open_accounts({{{static_cast<AccountKind>(9), "U", "p", "s", "", "", ""}, physical}}).error().code == "unknown_kind");
  Group lot;
  lot.lots = {{"SKU", long_name, {}, {}, {}}};
  CHECK(s.submit(lot).error.code == "name_too_long");
  CHECK(s.findings().empty());
}

TEST_CASE("what reads the books may neither call them nor throw") {
  Shop s;
  std::string code;
  CHECK(s.books->read([&](Ledger const&) { code = s.books->balance(s.shelf).error().code; }));
  CHECK(code == "reentered");
  CHECK(s.books->read([&](Ledger const&) { throw 1; }).error().code == "visitor_threw");
  CHECK(s.books->balance(s.shelf).has_value());
  CHECK(s.books->balance(AccountIndex(99)).error().code == "unknown_account");
}
