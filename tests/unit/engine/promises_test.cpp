// Promises as a host sees them: who stands on a supply, what a channel has missed, and commands that come as structs.
#include <bylaw/engine/promises.hpp>

#include "shop.hpp"

namespace {

trade::ImportOrder order_of(std::string id, std::int64_t units, std::int64_t now) {
  trade::Order out;
  out.id = std::move(id);
  out.placed = Timestamp(now);
  out.currency = Currency::find("USD");
  out.customer.id = "C1";
  out.lines = {{1, "TEA", "", units, Decimal(10), Money(units * 1000, out.currency), false}};
  out.total = out.lines[0].net;
  return {out};
}

trade::ExpectSupply supply_of(std::string number, std::int64_t units, std::int64_t due) {
  return {std::move(number), trade::SupplyKind::purchase_order, "TEA", "DC1", "", units, Timestamp(due), 0, ""};
}

constexpr char const* rules = "publish feed { for channel web; offer stock.available; }\n";

}  // namespace

TEST_CASE("one call says who stands on a supply, and with how much money") {
  Shop shop;
  shop.open(rules);
  shop.item("TEA");
  shop.location("DC1");
  auto const due = shop.now + 5 * day_ms;
  CHECK(shop.send(supply_of("PO-1", 10, due)).state == "expected");
  CHECK(shop.send(order_of("A-1", 3, shop.now)).state == "released");
  CHECK(shop.event("A-1", "allocate").code == "backordered");
  trade::ReserveStock cart;
  cart.id = "CART";
  cart.backorder = true;
  cart.lines = {{"TEA", 2, ""}};
  CHECK(shop.send(cart).code == "backordered");
  auto const risk = shop.engine().at_risk("PO-1");
  REQUIRE(risk.has_value());
  REQUIRE(risk->size() == 2);
  CHECK((*risk)[0].reference == "A-1");
  CHECK((*risk)[0].quantity == 3);
  CHECK((*risk)[0].due.value == due);
  CHECK(to_string(*(*risk)[0].value) == "30.00 USD");
  CHECK((*risk)[1].reference == "CART");
  CHECK(!(*risk)[1].value);
  CHECK(shop.engine().at_risk("PO-9")->empty());
  CHECK(shop.findings().empty());
}

TEST_CASE("a channel that was away asks for what it has missed, and nothing is told twice") {
  Shop shop;
  shop.open(rules);
  shop.item("TEA");
  shop.location("DC1");
  CHECK(shop.send(trade::ReceiveStock{"TEA", "DC1", 10, ""}).code == "ok");
  CHECK(shop.send(order_of("A-1", 4, shop.now)).state == "released");
  CHECK(shop.event("A-1", "allocate").state == "allocated");
  CHECK(shop.event("A-1", "ship").state == "shipped");  // what was reserved was not offered: nothing changes
  auto const all = shop.engine().feed("web", 0);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].number == 1);
  CHECK((*all)[0].quantity == 10);
  CHECK((*all)[1].number == 2);
  CHECK((*all)[1].quantity == 6);
  CHECK((*all)[1].total == 6);
  CHECK(shop.engine().feed("web", 1)->size() == 1);
  CHECK(shop.engine().feed("web", 2)->empty());
  CHECK(shop.engine().feed("web", 0, 1)->size() == 1);
  CHECK(shop.engine().feed("nobody", 0)->empty());
}

TEST_CASE("an approved count tells the channels once") {
  Shop shop;
  shop.open(std::string(rules) + "role boss; approval counts { for stock_count over 1.00 USD; by boss; }\n");
  shop.item("TEA", 400);
  shop.location("DC1");
  CHECK(shop.send(trade::ReceiveStock{"TEA", "DC1", 10, ""}).code == "ok");
  trade::PostCount sheet;
  sheet.sheet = "S-1";
  sheet.rows = {{"TEA", "DC1", "", 10, 7}};
  CHECK(shop.send_as("count", sheet).code == "waits_for_approval");
  CHECK(shop.engine().feed("web", 0)->size() == 1);
  CHECK(shop.send(trade::AnswerRequest{"request:count", trade::Answer::approve, ""}, trade::Actor{"bob", "boss", ""}).status == trade::Status::accepted);
  auto const told = shop.engine().feed("web", 0);
  REQUIRE(told->size() == 2);
  CHECK(told->back().quantity == 7);
}

TEST_CASE("promises are the same after the store was opened again") {
  Shop shop;
  shop.open(rules);
  shop.item("TEA");
  shop.location("DC1");
  CHECK(shop.send(trade::ReceiveStock{"TEA", "DC1", 2, "", "L1", {}, Timestamp(shop.now + 90 * day_ms)}).code == "ok");
  CHECK(shop.send(supply_of("PO-1", 10, shop.now + day_ms)).state == "expected");
  CHECK(shop.send(order_of("A-1", 5, shop.now)).state == "released");
  CHECK(shop.event("A-1", "allocate").code == "backordered");
  shop.close();
  shop.open_again();
  CHECK(shop.engine().at_risk("PO-1")->size() == 1);
  CHECK(shop.send(trade::ReceiveSupply{"PO-1", "TEA", "DC1", 10, "L2", {}, {}, false, ""}).state == "received");
  CHECK(shop.rows("SELECT state FROM instance WHERE subject='A-1'")[0][0] == "allocated");
  CHECK(shop.rows("SELECT behind, quantity FROM promise_open WHERE reference='A-1' ORDER BY behind") ==
        std::vector<std::vector<std::string>>{{"L1", "2"}, {"L2", "3"}});
  CHECK(shop.findings().empty());
}

TEST_CASE("structs that JSON would not let in are refused, and nothing of them stays") {
  Shop shop;
  shop.open(rules);
  shop.item("TEA");
  shop.location("DC1");
  shop.location("DC2");
  CHECK(shop.send(trade::ReceiveStock{"TEA", "DC1", 10, ""}).code == "ok");
  std::vector<trade::CommandBody> bodies;
  bodies.emplace_back(supply_of("", 10, shop.now));
  bodies.emplace_back(supply_of("PO-1", -10, shop.now));
  bodies.emplace_back(trade::ExpectSupply{"T-1", trade::SupplyKind::transfer, "TEA", "DC1", "DC1", 1, Timestamp(shop.now), 0, ""});
  bodies.emplace_back(trade::ExpectSupply{"PO-2", trade::SupplyKind::purchase_order, "TEA", "DC1", "", 1, Timestamp(shop.now), 101, ""});
  bodies.emplace_back(trade::ReceiveSupply{"PO-1", "TEA", "DC1", -5, "", {}, {}, true, ""});
  bodies.emplace_back(trade::MoveStock{"TEA", "DC1", "DC2", "", "available", "available", -3, ""});
  bodies.emplace_back(trade::MoveStock{"TEA", "DC1", "DC1", "", "available", "available", 3, ""});
  trade::ReserveStock cart;
  cart.id = "CART";
  bodies.emplace_back(cart);
  cart.lines = {{"TEA", -1, ""}};
  bodies.emplace_back(cart);
  cart.lines = {{"TEA", 1, ""}};
  cart.id = std::string("\xff\xfe", 2);
  bodies.emplace_back(cart);
  trade::ChangeOrder change;
  change.order = "A-1";
  change.thing = "items";
  bodies.emplace_back(change);
  trade::PostCount sheet;
  sheet.sheet = "S";
  sheet.rows = {{"TEA", "DC1", "", -1, 3}};
  bodies.emplace_back(sheet);
  bodies.emplace_back(trade::PlanShipments{"A-1", -1, ""});
  trade::AllocateOrders wave;
  wave.count_max = 0;
  bodies.emplace_back(wave);
  for (auto const& body : bodies) {
    auto const outcome = shop.send(body);
    CHECK(outcome.status == trade::Status::refused);
    INFO(outcome.code, ": ", outcome.message);
    CHECK(!outcome.remedy.empty());
  }
  CHECK(shop.rows("SELECT sum(posted) FROM balance_now WHERE status='available'")[0][0] == "10");
  CHECK(shop.rows("SELECT count(*) FROM promise_open")[0][0] == "0");
  CHECK(shop.rows("SELECT count(*) FROM supply_event")[0][0] == "0");
  CHECK(shop.findings().empty());
}
