#include <doctest/doctest.h>

#include <bylaw/ledger/stock.hpp>

#include "shop.hpp"

using namespace bylaw;
using namespace bylaw::test;

namespace {

Snapshot full_snapshot(Shop& s) {
  auto const inventory = s.ledger.open(money_key("assets:inventory"), unbounded);
  auto const contra = s.ledger.open(money_key("liabilities:received"), unbounded);
  auto const serial = s.ledger.open(stock_key("shelf", "S1"), one_serial);
  Group group;
  auto cart = transfer(s.shelf, s.customer, 3, TransferKind::pending);
  cart.expires = Timestamp(5'000);
  cart.due = Timestamp(4'000);
  group.transfers = {transfer(s.supplier, s.shelf, 10), cart, transfer(s.supplier, serial, 1)};
  CostMove receipt;
  receipt.pool = *s.ledger.open_pool({"SKU", "shelf", CostMethod::fifo, inventory});
  receipt.quantity = 11;
  receipt.value = 1'100;
  receipt.contra = contra;
  receipt.effective = Timestamp(1'000);
  group.costs = {receipt};
  group.closes = {{AccountKind::money, "main", Timestamp(100)}};
  group.lots = {{"SKU", "L1", Timestamp(1), Timestamp(2), Timestamp(3)}};
  CHECK(s.apply(group) == "ok");
  return s.ledger.snapshot();
}

}  // namespace

TEST_CASE("a ledger comes back from its snapshot, names last") {
  Shop s;
  auto const snapshot = full_snapshot(s);
  Ledger back;
  REQUIRE(back.restore(snapshot));
  CHECK(back.balance(s.shelf) == Balance{10, 3, 0});
  CHECK(back.last_sequence() == s.ledger.last_sequence());
  CHECK(back.key(s.shelf) == stock_key("shelf"));
  AccountIndex found;
  CHECK(back.find(stock_key("shelf", "S1"), found));
  CHECK(back.bounds(found) == one_serial);
  CHECK(back.pendings_of("A-1").size() == 1);
  CHECK(back.lapsed(Timestamp(5'000), 9).size() == 1);
  CHECK(back.cost(CostPoolIndex(0)) == CostState{11, 1'100, 1});
  CHECK(back.closed_through(AccountKind::money, "main") == Timestamp(100));
  Lot lot;
  CHECK(back.lot("SKU", "L1", lot));
  CHECK(lot.removal == Timestamp(2));
  CHECK(availability(back, {.item = "SKU"}).available == 8);
  auto const again = back.snapshot();
  CHECK(again.balances == snapshot.balances);
  CHECK(again.names == snapshot.names);
  CHECK(again.pendings == snapshot.pendings);
  CHECK(again.costs == snapshot.costs);
  CHECK(back.open(stock_key("new place"), physical).value == s.ledger.account_count());
}

TEST_CASE("bytes that are no snapshot are refused, whatever they are") {
  Shop s;
  auto const snapshot = full_snapshot(s);
  int refused = 0;
  for (auto part : {&Snapshot::balances, &Snapshot::names, &Snapshot::pendings, &Snapshot::costs}) {
    for (std::size_t size = 0; size < (snapshot.*part).size(); ++size) {
      auto cut = snapshot;
      (cut.*part).resize(size);
      Ledger ledger;
      CHECK_FALSE(ledger.restore(cut));
      ++refused;
    }
    for (std::size_t at = 0; at < (snapshot.*part).size(); ++at) {
      auto flipped = snapshot;
      (flipped.*part)[at] = static_cast<char>((flipped.*part)[at] ^ 0x80);
      Ledger ledger;
      if (ledger.restore(flipped)) (void)ledger.accounts_of(AccountKind::quantity, "SKU");  // no crash is all that is asked
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("a journal played again gives the same ledger") {
  Shop s;
  auto const snapshot = full_snapshot(s);
  Ledger again;
  for (std::uint32_t i = 0; i < s.ledger.account_count(); ++i) (void)again.open(s.ledger.key(AccountIndex(i)), s.ledger.bounds(AccountIndex(i)));
  for (auto const& [sequence, t] : s.booked) REQUIRE(again.replay(Entry{Sequence(sequence), t}, true));
  for (std::uint32_t i = 0; i < s.ledger.account_count(); ++i) CHECK(again.balance(AccountIndex(i)) == s.ledger.balance(AccountIndex(i)));
  CHECK(again.snapshot().pendings == snapshot.pendings);
  CHECK(again.replay(Entry{Sequence(9), s.booked.begin()->second}, false).error().code == "gap");
  auto too_much = transfer(s.shelf, s.customer, 99);
  Entry const wrong{Sequence(again.last_sequence().value + 1), too_much};
  CHECK(again.replay(wrong, true).error().code == "bound");
}
