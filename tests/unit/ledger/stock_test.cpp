#include <doctest/doctest.h>

#include <bylaw/ledger/stock.hpp>

#include "shop.hpp"

using namespace bylaw;
using namespace bylaw::test;

namespace {

Transfer dated(AccountIndex from, AccountIndex to, std::int64_t amount, std::int64_t due) {
  auto t = transfer(from, to, amount, TransferKind::pending);
  t.due = Timestamp(due);
  return t;
}

std::vector<std::pair<std::int64_t, std::int64_t>> shown(std::vector<AtpPoint> const& points) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (auto const& point : points) out.emplace_back(point.from.value, point.quantity);
  return out;
}

}  // namespace

TEST_CASE("availability by place, pool and network") {
  Shop s;
  auto const web = s.ledger.open({AccountKind::quantity, "SKU", "shelf", "available", "", "", "web"}, physical);
  auto const store = s.ledger.open(stock_key("store"), physical);
  auto const damaged = s.ledger.open(stock_key("shelf", "", "SKU", "damaged"), physical);
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), transfer(s.supplier, web, 4), transfer(s.supplier, store, 3), transfer(s.supplier, damaged, 9),
                 transfer(s.shelf, s.customer, 6, TransferKind::pending), dated(s.supplier, store, 5, 9'000)}) == "ok");
  StockFilter all{.item = "SKU"};
  auto const network = availability(s.ledger, all);
  CHECK(network.on_hand == 17);
  CHECK(network.reserved == 6);
  CHECK(network.available == 11);
  CHECK(network.inbound == 5);
  CHECK(availability(s.ledger, {.item = "SKU", .places = {"shelf"}}).available == 8);
  CHECK(availability(s.ledger, {.item = "SKU", .pool = "web"}).available == 4);
  CHECK(availability(s.ledger, {.item = "SKU", .pool = ""}).available == 7);
  CHECK(availability(s.ledger, {.item = "SKU", .status = "damaged"}).available == 9);
  CHECK(availability(s.ledger, {.item = "unheard of"}).available == 0);
}

TEST_CASE("nobody is promised what a later commitment has taken") {
  Shop s;
  CHECK(s.apply({transfer(s.supplier, s.shelf, 10), dated(s.supplier, s.shelf, 20, 5'000), dated(s.shelf, s.customer, 8, 3'000)}) == "ok");
  StockFilter const filter{.item = "SKU"};
  CHECK(shown(available_to_promise(s.ledger, filter, Timestamp(1'000))) == std::vector<std::pair<std::int64_t, std::int64_t>>{{1'000, 2}, {5'000, 22}});
  // Supply that should have come counts nothing until somebody dates it anew.
  CHECK(shown(available_to_promise(s.ledger, filter, Timestamp(6'000))) == std::vector<std::pair<std::int64_t, std::int64_t>>{{6'000, 2}});
  auto const kept = available_to_promise(s.ledger, filter, Timestamp(1'000), 5);
  CHECK(shown(kept) == std::vector<std::pair<std::int64_t, std::int64_t>>{{1'000, -3}, {5'000, 17}});
  Timestamp when;
  CHECK(earliest_promise(kept, 10, when));
  CHECK(when == Timestamp(5'000));
  CHECK_FALSE(earliest_promise(kept, 18, when));
}

TEST_CASE("lots are picked by removal date, by receipt, or by nearness") {
  Shop s;
  struct Row {
    char const* place;
    char const* lot;
    std::int64_t received, removal, quantity;
  };
  Row const rows[] = {{"far", "L1", 10, 900, 3}, {"near", "L2", 20, 500, 2}, {"near", "L3", 30, 0, 4}, {"far", "L4", 5, 0, 1}};
  Group lots;
  for (auto const& row : rows) {
    auto const account = s.ledger.open(stock_key(row.place, row.lot), physical);
    lots.lots.push_back({"SKU", row.lot, Timestamp(row.received), Timestamp(row.removal), {}});
    lots.transfers.push_back(transfer(s.supplier, account, row.quantity));
  }
  CHECK(s.apply(lots) == "ok");
  StockFilter filter{.item = "SKU"};
  auto const taken = [&](PickRequest const& request) {
    auto const stock = stock_of(s.ledger, filter);
    std::string text;
    for (auto const& [account, quantity] : pick(stock, {"near", "far"}, request)) {
      text += (text.empty() ? "" : " ") + s.ledger.key(account).detail + ":" + std::to_string(quantity);
    }
    return text;
  };
  CHECK(taken({.quantity = 4, .order = PickOrder::fefo}) == "L2:2 L1:2");
  CHECK(taken({.quantity = 99, .order = PickOrder::fefo}) == "L2:2 L1:3 L4:1 L3:4");
  CHECK(taken({.quantity = 3, .order = PickOrder::fifo}) == "L4:1 L1:2");
  CHECK(taken({.quantity = 5, .order = PickOrder::lifo}) == "L3:4 L2:1");
  CHECK(taken({.quantity = 7, .order = PickOrder::closest}) == "L2:2 L3:4 L1:1");
  CHECK(taken({.quantity = 0}).empty());
  CHECK(availability(s.ledger, filter).available == 10);
  filter.usable_until = Timestamp(600);
  CHECK(taken({.quantity = 3, .order = PickOrder::fefo}) == "L1:3");
  CHECK(availability(s.ledger, filter).available == 8);
}

TEST_CASE("kits are as many as their scarcest component allows, shared with loose sales") {
  Shop s;
  auto const cup = s.ledger.open(stock_key("shelf", "", "CUP"), physical);
  auto const pot = s.ledger.open(stock_key("shelf", "", "POT"), physical);
  CHECK(s.apply({transfer(s.ledger.open(outside_key("supplier", "CUP"), unbounded), cup, 11),
                 transfer(s.ledger.open(outside_key("supplier", "POT"), unbounded), pot, 3)}) == "ok");
  std::vector<KitPart> const set{{"CUP", 2}, {"POT", 1}, {"CUP", 2}};
  CHECK(kit_availability(s.ledger, set, {}) == 2);
  CHECK(kit_availability(s.ledger, {}, {}) == 0);
  CHECK(s.apply({transfer(cup, s.ledger.open(outside_key("customer", "CUP"), unbounded), 5, TransferKind::pending)}) == "ok");
  CHECK(kit_availability(s.ledger, set, {}) == 1);

  CHECK(s.apply(assembly(s.ledger, "SET", set, "shelf", 2, "W-1", Timestamp(1'000))) == "bound");
  CHECK(s.apply(assembly(s.ledger, "SET", set, "shelf", 1, "W-1", Timestamp(1'000))) == "ok");
  CHECK(availability(s.ledger, {.item = "SET"}).available == 1);
  CHECK(s.posted(cup) == 7);
  CHECK(s.apply(assembly(s.ledger, "SET", set, "shelf", -1, "W-2", Timestamp(1'000))) == "ok");
  CHECK(s.posted(cup) == 11);
  CHECK(s.posted(pot) == 3);
  CHECK(availability(s.ledger, {.item = "SET"}).available == 0);
}
