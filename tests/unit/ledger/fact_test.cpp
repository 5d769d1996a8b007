// Promises can be refused, facts cannot.
#include <doctest/doctest.h>

#include "shop.hpp"

using namespace bylaw;
using namespace bylaw::test;

namespace {

Transfer fact(AccountIndex from, AccountIndex to, std::int64_t amount) {
  auto t = transfer(from, to, amount);
  t.force = Force::fact;
  return t;
}

std::int64_t discrepancy(Shop& s) {
  AccountIndex account;
  return s.ledger.find(outside_key("discrepancy"), account) ? s.posted(account) : 0;
}

Transfer promise(Shop const& s, std::int64_t amount, char const* order) {
  auto t = transfer(s.shelf, s.customer, amount, TransferKind::pending);
  t.reference = order;
  return t;
}

}  // namespace

TEST_CASE("a count that finds less takes from the youngest promises first, no more than it must") {
  Shop s;
  auto const adjustment = s.ledger.open(outside_key("adjustment"), unbounded);
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), promise(s, 4, "A"), promise(s, 3, "B"), promise(s, 2, "C")}) == "ok");
  CHECK(s.apply({fact(s.shelf, adjustment, 5)}) == "ok");
  CHECK(s.applied.discrepancy == 0);
  REQUIRE(s.applied.shortages.size() == 2);
  CHECK(s.applied.shortages[0].reference == "C");
  CHECK(s.applied.shortages[0].amount == 2);
  CHECK(s.applied.shortages[0].rest == Sequence{});
  CHECK(s.applied.shortages[1].reference == "B");
  CHECK(s.applied.shortages[1].amount == 2);  // one was free
  CHECK(s.ledger.balance(s.shelf) == Balance{5, 5, 0});
  Pending rest;
  REQUIRE(s.ledger.pending(s.applied.shortages[1].rest, rest));
  CHECK(rest.amount == 1);
  CHECK(rest.reference == "B");
  CHECK(s.applied.entries.size() == 4);  // two drops, the rest of one, then the fact
  CHECK(s.applied.sequences == std::vector<Sequence>{Sequence(8)});
}

TEST_CASE("the policy says which promises yield first") {
  Shop s;
  auto const adjustment = s.ledger.open(outside_key("adjustment"), unbounded);
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), promise(s, 4, "A"), promise(s, 3, "B"), promise(s, 2, "C")}) == "ok");
  Group group;
  group.transfers = {fact(s.shelf, adjustment, 4)};
  group.yields = {Sequence(99), Sequence(2), Sequence(4)};  // one that never was, then A
  CHECK(s.apply(group) == "ok");
  REQUIRE(s.applied.shortages.size() == 1);
  CHECK(s.applied.shortages[0].reference == "A");
  CHECK(s.applied.shortages[0].amount == 3);
}

TEST_CASE("a promise is kept late, or beyond its amount, or after it is gone, when that is what happened") {
  Shop s;
  auto cart = promise(s, 3, "A");
  cart.expires = Timestamp(2'000);
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), cart}) == "ok");
  s.now = Timestamp(3'000);
  auto kept = resolution(TransferKind::post_pending, 2, 5);
  CHECK(s.apply({kept}) == "expired");
  kept.force = Force::fact;
  CHECK(s.apply({kept}) == "ok");
  CHECK(s.applied.entries.size() == 2);
  CHECK(s.ledger.balance(s.shelf) == Balance{5, 0, 0});
  CHECK(s.apply({kept}) == "unknown_pending");  // and from where?
  kept.debit = s.shelf;
  kept.credit = s.customer;
  CHECK(s.apply({kept}) == "ok");
  CHECK(s.posted(s.shelf) == 0);
  CHECK(s.posted(s.customer) == 10);
}

TEST_CASE("a serial number that turns up makes promises of it elsewhere void") {
  Shop s;
  auto const here = s.ledger.open(stock_key("W1", "S1"), one_serial);
  auto const there = s.ledger.open(stock_key("W2", "S1"), one_serial);
  CHECK(s.apply({transfer(s.supplier, here, 1, TransferKind::pending)}) == "ok");
  CHECK(s.apply({fact(here, there, 1)}) == "ok");  // it never arrived here, and is there all the same
  CHECK(s.posted(there) == 1);
  CHECK(s.applied.shortages.size() == 1);
  CHECK(s.ledger.pending_count() == 0);
}

TEST_CASE("what was not there is drawn from the discrepancy account") {
  Shop s;
  CHECK(s.apply({transfer(s.supplier, s.shelf, 2), fact(s.shelf, s.customer, 5)}) == "ok");
  CHECK(s.applied.discrepancy == 3);
  CHECK(s.posted(s.shelf) == 0);
  CHECK(s.posted(s.customer) == 5);
  CHECK(discrepancy(s) == -3);
  CHECK(s.apply({fact(s.shelf, s.customer, 1)}) == "ok");  // nothing there at all
  CHECK(discrepancy(s) == -4);
  CHECK(s.posted(s.supplier) + s.posted(s.shelf) + s.posted(s.customer) + discrepancy(s) == 0);
}

TEST_CASE("a serial number is in one place only") {
  Shop s;
  auto const here = s.ledger.open(stock_key("W1", "S1"), one_serial);
  auto const there = s.ledger.open(stock_key("W2", "S1"), one_serial);
  auto const other = s.ledger.open(stock_key("W2", "S2"), one_serial);
  CHECK(s.apply({transfer(s.supplier, here, 1)}) == "ok");
  CHECK(s.apply({transfer(s.supplier, here, 1)}) == "ceiling");
  CHECK(s.apply({transfer(s.supplier, there, 1)}) == "serial_elsewhere");
  CHECK(s.apply({transfer(s.supplier, there, 1, TransferKind::pending)}) == "serial_elsewhere");
  CHECK(s.apply({transfer(s.supplier, other, 1)}) == "ok");
  CHECK(s.apply({transfer(here, there, 1)}) == "ok");
  CHECK(s.posted(here) == 0);
  CHECK(s.posted(there) == 1);
  CHECK(s.apply({transfer(there, here, 1, TransferKind::pending)}) == "ok");
  CHECK(s.apply({transfer(there, s.customer, 1)}) == "bound");
  auto const promised = s.ledger.last_sequence().value;
  CHECK(s.apply({resolution(TransferKind::post_pending, promised, 1)}) == "ok");
  CHECK(s.posted(here) == 1);
}

TEST_CASE("a fact about a serial number that is somewhere else is booked against the discrepancy account") {
  Shop s;
  auto const here = s.ledger.open(stock_key("W1", "S1"), one_serial);
  auto const there = s.ledger.open(stock_key("W2", "S1"), one_serial);
  CHECK(s.apply({fact(s.supplier, here, 1)}) == "ok");
  CHECK(s.apply({fact(s.supplier, there, 1)}) == "ok");  // received twice
  CHECK(s.posted(there) == 0);
  CHECK(discrepancy(s) == 1);
  CHECK(s.apply({fact(there, s.customer, 1)}) == "ok");  // shipped from where it is not
  CHECK(s.posted(here) == 1);
  CHECK(discrepancy(s) == 0);
  CHECK(s.apply({fact(there, here, 1)}) == "ok");  // moved to where it is already
  CHECK(s.applied.entries.empty());
  CHECK(s.posted(here) == 1);
}

TEST_CASE("a fact fills the room there is, and only the rest is a discrepancy") {
  Shop s;
  auto const bin = s.ledger.open(stock_key("bin"), {0, 5});
  CHECK(s.apply({fact(s.supplier, bin, 8)}) == "ok");
  CHECK(s.posted(bin) == 5);
  CHECK(discrepancy(s) == 3);
  CHECK(s.applied.discrepancy == 3);
  CHECK(s.apply({fact(bin, s.customer, 6)}) == "ok");
  CHECK(s.posted(bin) == 0);
  CHECK(discrepancy(s) == 2);
}

TEST_CASE("a serial number that lay in two places cannot be held to both") {
  Shop s;
  auto const one = s.ledger.open(stock_key("W1", "S9"), physical);
  auto const other = s.ledger.open(stock_key("W2", "S9"), physical);
  CHECK(s.apply({transfer(s.supplier, one, 1), transfer(s.supplier, other, 1)}) == "ok");
  Group group;
  group.bounds = {{one, one_serial}};
  CHECK(s.apply(group) == "ok");
  group.bounds = {{other, one_serial}};
  CHECK(s.apply(group) == "serial_elsewhere");
  group.bounds = {{one, {1, 1}}};
  CHECK(s.apply(group) == "bound");
}
