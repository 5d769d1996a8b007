#include <doctest/doctest.h>

#include "shop.hpp"

using namespace bylaw;
using namespace bylaw::test;

TEST_CASE("promises are refused when the bound says no, and posting a promise cannot fail") {
  Shop s;
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10)}) == "ok");
  CHECK(s.apply({transfer(s.shelf, s.customer, 7, TransferKind::pending)}) == "ok");
  CHECK(s.apply({transfer(s.shelf, s.customer, 4, TransferKind::pending)}) == "bound");
  CHECK(s.apply({transfer(s.shelf, s.customer, 4)}) == "bound");
  CHECK(s.ledger.balance(s.shelf).available() == 3);
  CHECK(s.apply({resolution(TransferKind::post_pending, 2, 8)}) == "above_pending");
  CHECK(s.apply({resolution(TransferKind::post_pending, 2, 5)}) == "ok");
  CHECK(s.ledger.balance(s.shelf) == Balance{5, 0, 0});
  CHECK(s.apply({resolution(TransferKind::void_pending, 2)}) == "unknown_pending");
}

TEST_CASE("a group is all or nothing") {
  Shop s;
  auto const before = s.ledger.last_sequence();
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), transfer(s.shelf, s.customer, 11)}) == "bound");
  CHECK(s.posted(s.shelf) == 0);
  CHECK(s.posted(s.supplier) == 0);
  CHECK(s.ledger.last_sequence() == before);
  CHECK(s.applied.entries.empty());
}

TEST_CASE("bad transfers are named") {
  Shop s;
  auto const other = s.ledger.open({AccountKind::quantity, "TEA", "shelf", "available", "", "", ""}, physical);
  auto long_reference = transfer(s.supplier, s.shelf, 1);
  long_reference.reference = std::string(reference_bytes_max + 1, 'x');
  CHECK(s.apply({transfer(s.supplier, s.shelf, 0)}) == "not_positive");
  CHECK(s.apply({transfer(s.supplier, s.shelf, -1)}) == "not_positive");
  CHECK(s.apply({transfer(s.shelf, s.shelf, 1)}) == "same_account");
  CHECK(s.apply({transfer(s.supplier, other, 1)}) == "unit_mismatch");
  CHECK(s.apply({transfer(s.supplier, AccountIndex(99), 1)}) == "unknown_account");
  CHECK(s.apply({transfer(s.supplier, s.shelf, 1, static_cast<TransferKind>(9))}) == "unknown_kind");
  CHECK(s.apply({long_reference}) == "reference_too_long");
  CHECK(s.apply({transfer(s.supplier, s.customer, INT64_MAX)}) == "ok");
  CHECK(s.apply({transfer(s.supplier, s.customer, INT64_MAX)}) == "overflow");
  CHECK(s.apply({transfer(s.supplier, s.customer, INT64_MAX, TransferKind::pending)}) == "overflow");
}

TEST_CASE("floors, allowances and ceilings are bounds of accounts") {
  Shop s;
  auto const backorder = s.ledger.open(stock_key("backorder"), {-5, no_ceiling});
  auto const bin = s.ledger.open(stock_key("bin"), {0, 8});
  CHECK(s.apply({transfer(backorder, s.customer, 5)}) == "ok");
  CHECK(s.apply({transfer(backorder, s.customer, 1, TransferKind::pending)}) == "bound");
  CHECK(s.apply({transfer(s.supplier, bin, 6)}) == "ok");
  CHECK(s.apply({transfer(s.supplier, bin, 2, TransferKind::pending)}) == "ok");
  CHECK(s.apply({transfer(s.supplier, bin, 1)}) == "ceiling");

  Group change;
  change.bounds = {{backorder, {-4, no_ceiling}}};
  CHECK(s.apply(change) == "bound");  // it stands at -5
  change.bounds = {{backorder, {-9, no_ceiling}}};
  CHECK(s.apply(change) == "ok");
  CHECK(s.apply({transfer(backorder, s.customer, 4)}) == "ok");
  change.bounds = {{backorder, {5, 4}}};
  CHECK(s.apply(change) == "bound");
}

TEST_CASE("control by balance moves what is there, up to what is asked") {
  Shop s;
  auto const receivable = s.ledger.open(money_key("assets:receivable"), {no_floor, 0});  // never owed less than nothing
  auto const cash = s.ledger.open(money_key("assets:cash"), unbounded);
  auto const sales = s.ledger.open(money_key("income:sales"), unbounded);
  auto take = transfer(s.shelf, s.customer, 9);
  take.force = Force::up_to_debit;
  CHECK(s.apply({transfer(s.supplier, s.shelf, 4), take, take}) == "ok");
  CHECK(s.applied.entries.size() == 2);  // the second time there was nothing left
  CHECK(s.applied.entries[1].transfer.amount == 4);
  CHECK(s.posted(s.shelf) == 0);
  auto settle = transfer(cash, receivable, 500);
  settle.force = Force::up_to_credit;
  CHECK(s.apply({transfer(receivable, sales, 300), settle}) == "ok");
  CHECK(s.posted(receivable) == 0);
  CHECK(s.posted(cash) == -300);
}

TEST_CASE("promises lapse by the clock that is given, not before and not after") {
  Shop s;
  auto cart = transfer(s.shelf, s.customer, 3, TransferKind::pending);
  cart.expires = Timestamp(5'000);
  CHECK(s.apply({transfer(s.supplier, s.shelf, 4), cart}) == "ok");
  CHECK(s.apply({resolution(TransferKind::expire, 2)}) == "not_expired");
  CHECK(s.ledger.lapsed(Timestamp(4'999), 10).empty());
  s.now = Timestamp(5'000);
  CHECK(s.ledger.lapsed(s.now, 10).size() == 1);
  CHECK(s.apply({resolution(TransferKind::post_pending, 2, 3)}) == "expired");
  CHECK(s.apply({resolution(TransferKind::expire, 2)}) == "ok");
  CHECK(s.ledger.balance(s.shelf).available() == 4);
  CHECK(s.apply({cart}) == "expired");  // it would have lapsed already
}

TEST_CASE("business time that is not given is the time of recording, and bounds come before transfers") {
  Shop s;
  s.now = Timestamp(7'000);
  auto plain = transfer(s.supplier, s.shelf, 1);
  plain.effective = Timestamp{};
  CHECK(s.apply({plain}) == "ok");
  CHECK(s.applied.entries[0].transfer.effective == s.now);
  Group group;
  group.bounds = {{s.shelf, {-5, no_ceiling}}};
  group.transfers = {transfer(s.shelf, s.customer, 6)};
  CHECK(s.apply(group) == "ok");
}

TEST_CASE("a refusal says which transfer of the group it is about") {
  Shop s;
  CHECK(s.apply({transfer(s.supplier, s.shelf, 1), transfer(s.shelf, no_account, 1)}) == "unknown_account");
  Group group;
  group.transfers = {transfer(s.supplier, s.shelf, 1), transfer(s.shelf, no_account, 1)};
  CHECK(s.ledger.apply(group, s.now, s.applied).error().place == "A-1, transfer 2 of the group");
}

TEST_CASE("a transfer is reversed once, up to its amount, and only when it moved something") {
  Shop s;
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), transfer(s.shelf, s.customer, 2, TransferKind::pending)}) == "ok");
  CHECK(s.apply({resolution(TransferKind::reverse, 9, 1)}) == "unknown_transfer");
  CHECK(s.apply({resolution(TransferKind::reverse, 2, 1)}) == "not_reversible");
  CHECK(s.apply({resolution(TransferKind::reverse, 1, 11)}) == "above_original");
  CHECK(s.apply({resolution(TransferKind::reverse, 1, 9)}) == "bound");  // two are promised
  CHECK(s.apply({resolution(TransferKind::reverse, 1, 3), resolution(TransferKind::reverse, 1, 1)}) == "already_reversed");
  CHECK(s.apply({resolution(TransferKind::reverse, 1, 3)}) == "ok");
  CHECK(s.posted(s.shelf) == 7);
  CHECK(s.apply({resolution(TransferKind::reverse, 1, 1)}) == "already_reversed");
  CHECK(s.apply({resolution(TransferKind::reverse, 3, 3)}) == "ok");  // a reversal can be reversed
  CHECK(s.posted(s.shelf) == 10);
}

TEST_CASE("a closed period takes nothing more, and late facts go to the next one") {
  Shop s;
  auto const cash = s.ledger.open(money_key("cash"), unbounded);
  auto const sales = s.ledger.open(money_key("sales"), unbounded);
  auto const abroad_cash = s.ledger.open(money_key("cash", "abroad"), unbounded);
  auto const abroad_sales = s.ledger.open(money_key("sales", "abroad"), unbounded);
  s.now = Timestamp(9'000);
  Group close;
  close.closes = {{AccountKind::money, "main", Timestamp(9'000)}};
  CHECK(s.apply(close) == "period_not_over");
  close.closes = {{AccountKind::money, "mian", Timestamp(2'000)}};
  CHECK(s.apply(close) == "unknown_company");
  close.closes = {{AccountKind::quantity, "shelf", Timestamp(2'000)}};
  CHECK(s.apply(close) == "unknown_company");
  close.closes = {{AccountKind::money, "main", Timestamp(2'000)}};
  CHECK(s.apply(close) == "ok");
  CHECK(s.apply(close) == "closed_period");
  CHECK(s.apply({transfer(cash, sales, 1)}) == "closed_period");
  CHECK(s.apply({transfer(abroad_cash, abroad_sales, 1)}) == "ok");
  CHECK(s.apply({transfer(s.supplier, s.shelf, 1)}) == "ok");  // quantities close by themselves
  auto fact = transfer(cash, sales, 5);
  fact.force = Force::fact;
  CHECK(s.apply({fact}) == "ok");
  CHECK(s.applied.entries[0].transfer.effective == Timestamp(2'001));
  CHECK(s.applied.entries[0].transfer.prior_period);
  close.closes = {{AccountKind::quantity, "", Timestamp(3'000)}};
  CHECK(s.apply(close) == "ok");
  CHECK(s.apply({transfer(s.supplier, s.shelf, 1)}) == "closed_period");
  CHECK(s.ledger.closed_through(AccountKind::money, "main") == Timestamp(2'000));
}

TEST_CASE("the same id and body is answered from the first time, another body is refused") {
  Shop s;
  Group group;
  group.id = {7, 1};
  group.transfers = {transfer(s.supplier, s.shelf, 10)};
  auto const first = s.ledger.submit(group, body_hash(group), s.now, s.applied);
  CHECK(first.accepted());
  CHECK(first.count == 1);
  auto const again = s.ledger.submit(group, body_hash(group), s.now, s.applied);
  CHECK(again.duplicate);
  CHECK(again.first == first.first);
  CHECK(s.posted(s.shelf) == 10);
  group.transfers[0].amount = 11;
  CHECK(s.ledger.submit(group, body_hash(group), s.now, s.applied).error.code == "id_conflict");

  group.id = {7, 2};
  group.transfers = {transfer(s.shelf, s.customer, 99)};
  CHECK(s.ledger.submit(group, body_hash(group), s.now, s.applied).error.code == "bound");
  CHECK(s.apply({transfer(s.supplier, s.shelf, 100)}) == "ok");
  auto const refused = s.ledger.submit(group, body_hash(group), s.now, s.applied);
  CHECK(refused.duplicate);
  CHECK(refused.error.code == "bound");  // the first outcome stands, though it would fit now
}

TEST_CASE("every part of a group is part of its body") {
  Shop s;
  Group base;
  base.transfers = {transfer(s.supplier, s.shelf, 1)};
  std::vector<Group> others(16, base);
  others[0].transfers[0].amount = 2;
  others[1].transfers[0].kind = TransferKind::pending;
  others[2].transfers[0].force = Force::fact;
  others[3].transfers[0].code = 1;
  others[4].transfers[0].debit = s.customer;
  others[5].transfers[0].credit = s.customer;
  others[6].transfers[0].target = Sequence(1);
  others[7].transfers[0].effective = Timestamp(2);
  others[8].transfers[0].due = Timestamp(2);
  others[9].transfers[0].expires = Timestamp(2);
  others[10].transfers[0].reference = "B";
  others[11].transfers.push_back(base.transfers[0]);
  others[12].bounds = {{s.shelf, physical}};
  others[13].closes = {{AccountKind::money, "main", Timestamp(1)}};
  others[14].lots = {{"SKU", "L1", {}, {}, {}}};
  others[15].yields = {Sequence(1)};
  for (auto const& other : others) CHECK(body_hash(other) != body_hash(base));
  CHECK(body_hash(Group(base)) == body_hash(base));
}

TEST_CASE("everything since a mark can be taken back") {
  Shop s;
  auto cart = transfer(s.shelf, s.customer, 3, TransferKind::pending);
  cart.expires = Timestamp(9'000);
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), cart}) == "ok");
  s.ledger.commit();
  auto const before = s.ledger.snapshot();
  auto const pool_account = s.ledger.open(money_key("assets:inventory"), unbounded);
  auto const pool = *s.ledger.open_pool({"SKU", "shelf", CostMethod::fifo, pool_account});
  Group all;
  all.id = {1, 1};
  all.transfers = {resolution(TransferKind::post_pending, 2, 2), transfer(s.shelf, s.customer, 1, TransferKind::pending), transfer(s.supplier, s.shelf, 5)};
  CostMove receipt;
  receipt.pool = pool;
  receipt.quantity = 5;
  receipt.value = 50;
  receipt.contra = s.ledger.open(money_key("liabilities:received"), unbounded);
  receipt.effective = Timestamp(9'000);
  all.costs = {receipt};
  all.bounds = {{s.shelf, {-1, no_ceiling}}};
  all.closes = {{AccountKind::money, "main", Timestamp(500)}};
  all.lots = {{"SKU", "L1", {}, {}, Timestamp(7)}};
  CHECK(s.ledger.submit(all, 1, s.now, s.applied).accepted());
  CHECK(s.ledger.account_count() == 5);
  s.ledger.undo_to(0);
  auto const after = s.ledger.snapshot();
  CHECK(s.ledger.account_count() == 3);
  CHECK(after.names == before.names);
  CHECK(after.pendings == before.pendings);
  CHECK(after.costs == before.costs);
  CHECK(s.ledger.balance(s.shelf) == Balance{10, 3, 0});
  CHECK(s.ledger.bounds(s.shelf) == physical);
  CHECK(s.ledger.recent_ids().size() == 0);
  CHECK(s.ledger.last_sequence() == Sequence(2));
}
