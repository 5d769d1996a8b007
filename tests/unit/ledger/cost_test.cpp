// Layers and averages. Figures: domain notes, traps 17, 26, 27 and 28, and the peers' tests they cite.
#include <doctest/doctest.h>

#include "shop.hpp"

using namespace bylaw;
using namespace bylaw::test;

namespace {

struct Costs : Shop {
  AccountIndex inventory = ledger.open(money_key("assets:inventory"), unbounded);
  AccountIndex received = ledger.open(money_key("liabilities:goods_received"), unbounded);
  AccountIndex cogs = ledger.open(money_key("expenses:cogs"), unbounded);
  AccountIndex variance = ledger.open(money_key("expenses:variance"), unbounded);
  CostPoolIndex pool;

  explicit Costs(CostMethod method) { pool = *ledger.open_pool({"SKU", "shelf", method, inventory}); }

  CostMove move(CostMoveKind kind, std::int64_t quantity, std::int64_t value = 0) const {
    CostMove m;
    m.kind = kind;
    m.pool = pool;
    m.quantity = quantity;
    m.value = value;
    m.contra = kind == CostMoveKind::issue ? cogs : received;
    m.variance = variance;
    m.effective = Timestamp(1'000);
    return m;
  }
  void in(std::int64_t quantity, std::int64_t value) { CHECK(apply(move(CostMoveKind::receive, quantity, value)) == "ok"); }
  /// What the issue cost, without rounding.
  std::int64_t out(std::int64_t quantity, std::int64_t layer = 0) {
    auto const before = posted(cogs);
    auto m = move(CostMoveKind::issue, quantity);
    m.layer = CostSequence(layer);
    CHECK(apply(m) == "ok");
    return before - posted(cogs);
  }
  CostState state() const { return ledger.cost(pool); }
  void check_books() const {
    CHECK(-posted(inventory) == state().value);
    CHECK(posted(inventory) + posted(received) + posted(cogs) + posted(variance) == 0);
  }
};

}  // namespace

TEST_CASE("FIFO takes the oldest layer, LIFO the youngest") {
  Costs fifo(CostMethod::fifo);
  fifo.in(10, 1'000);
  fifo.in(10, 2'000);
  CHECK(fifo.out(15) == 2'000);
  CHECK(fifo.state() == CostState{5, 1'000, 1});
  fifo.check_books();
  Costs lifo(CostMethod::lifo);
  lifo.in(10, 1'000);
  lifo.in(10, 2'000);
  CHECK(lifo.out(15) == 2'500);
  CHECK(lifo.state() == CostState{5, 500, 1});
  lifo.check_books();
}

TEST_CASE("moving average") {
  Costs c(CostMethod::average);
  c.in(10, 1'000);
  c.in(10, 2'000);
  CHECK(c.out(15) == 2'250);
  CHECK(c.state() == CostState{5, 750, 0});
  c.check_books();
}

TEST_CASE("a pool that is emptied is worth nothing, with the rounding on a line of its own") {
  Costs c(CostMethod::average);
  c.in(1, 100);
  c.in(1, 100);
  c.in(1, 101);
  CHECK(c.out(3) == 300);  // 1.00 a piece as shown
  CHECK(c.applied.costs[0].rounding == 1);
  CHECK(c.state() == CostState{0, 0, 0});
  CHECK(c.posted(c.variance) == -1);
  c.check_books();
  Costs thousand(CostMethod::average);
  thousand.in(1'000, 17'000);
  thousand.in(800, 18'400);
  (void)thousand.out(1'000);
  (void)thousand.out(800);
  CHECK(thousand.state() == CostState{0, 0, 0});
  thousand.check_books();
}

TEST_CASE("thirds of a cent are never lost between issues") {
  for (auto const method : {CostMethod::fifo, CostMethod::average}) {
    Costs c(method);
    c.in(3, 1'000);
    c.in(7, 1);
    for (int i = 0; i < 10; ++i) (void)c.out(1);
    CHECK(c.state() == CostState{0, 0, 0});
    c.check_books();
  }
}

TEST_CASE("stock sold before it was bought keeps its rate until a receipt covers it") {
  for (auto const method : {CostMethod::fifo, CostMethod::average}) {
    Costs c(method);
    c.in(1, 10'000);
    CHECK(c.out(6) == 60'000);
    CHECK(c.state() == CostState{-5, -50'000, 0});
    c.in(1, 1'000);
    CHECK(c.state() == CostState{-4, -40'000, 0});
    c.in(5, 5'000);
    CHECK(c.state().quantity == 1);
    CHECK(c.state().value == 1'000);
    CHECK(c.posted(c.variance) == 45'000);  // 5 x (100.00 - 10.00) too much had gone to cost of goods sold
    c.check_books();
  }
  Costs never(CostMethod::average);
  CHECK(never.out(2) == 0);  // no rate was ever known
  never.in(20, 6'660);
  CHECK(never.state().value == 5'994);
  CHECK(never.posted(never.variance) == -666);
  never.check_books();
}

TEST_CASE("a return to the supplier leaves at the cost of its receipt") {
  Costs c(CostMethod::fifo);
  c.in(10, 1'000);
  c.in(10, 2'000);
  CHECK(c.out(2, 1) == 200);
  CHECK(c.state().value == 2'800);
  CHECK(c.apply([&] {
    auto m = c.move(CostMoveKind::issue, 9);
    m.layer = CostSequence(1);
    return m;
  }()) == "layer_short");
  CHECK(c.state().value == 2'800);
  c.check_books();
}

TEST_CASE("late costs are split between what is here and what is sold") {
  Costs fifo(CostMethod::fifo);
  fifo.in(10, 1'000);
  (void)fifo.out(4);
  auto late = fifo.move(CostMoveKind::late_cost, 0, 50);
  late.layer = CostSequence(1);
  CHECK(fifo.apply(late) == "ok");
  CHECK(fifo.state().value == 630);
  CHECK(fifo.posted(fifo.variance) == -20);
  late.value = -1'000;
  CHECK(fifo.apply(late) == "ok");  // 600 of it is ours
  CHECK(fifo.state().value == 30);
  late.value = -900;
  CHECK(fifo.apply(late) == "negative_value");
  late.layer = CostSequence(99);
  CHECK(fifo.apply(late) == "unknown_layer");
  fifo.check_books();
  Costs average(CostMethod::average);
  average.in(10, 1'000);
  (void)average.out(4);
  CHECK(average.apply(average.move(CostMoveKind::late_cost, 10, 50)) == "ok");
  CHECK(average.state().value == 630);
  CHECK(average.apply(average.move(CostMoveKind::late_cost, 0, 50)) == "not_positive");
  auto named = average.move(CostMoveKind::issue, 1);
  named.layer = CostSequence(1);
  CHECK(average.apply(named) == "unknown_layer");
  average.check_books();
}

TEST_CASE("goods move between pools at the cost they have") {
  Costs c(CostMethod::fifo);
  auto const other_account = c.ledger.open(money_key("assets:inventory:other"), unbounded);
  auto const other = *c.ledger.open_pool({"SKU", "other", CostMethod::average, other_account});
  c.in(10, 1'000);
  c.in(10, 2'000);
  auto move = c.move(CostMoveKind::transfer, 15);
  move.to = other;
  CHECK(c.apply(move) == "ok");
  CHECK(c.state() == CostState{5, 1'000, 1});
  CHECK(c.ledger.cost(other) == CostState{15, 2'000, 0});
  CHECK(c.posted(other_account) == -2'000);
  CHECK(c.posted(c.inventory) == -1'000);
  // One inventory account for both: nothing moves but what a debt was priced wrongly by.
  auto const shared = *c.ledger.open_pool({"SKU", "shared", CostMethod::fifo, c.inventory});
  auto sold = c.move(CostMoveKind::issue, 2);
  sold.pool = shared;
  CHECK(c.apply(sold) == "ok");
  move.to = shared;
  move.quantity = 5;
  CHECK(c.apply(move) == "ok");
  CHECK(c.ledger.cost(shared) == CostState{3, 600, 1});
  CHECK(-c.posted(c.inventory) == 600);
  move.to = move.pool;
  CHECK(c.apply(move) == "same_account");
  move.to = no_pool;
  CHECK(c.apply(move) == "unknown_pool");
  move.to = shared;
  move.variance = no_account;
  CHECK(c.apply(move) == "unknown_account");
}

TEST_CASE("inventory accounts are moved by costs only, and by their own") {
  Costs c(CostMethod::fifo);
  auto const other_account = c.ledger.open(money_key("assets:inventory:other"), unbounded);
  CHECK(c.ledger.open_pool({"SKU", "other", CostMethod::fifo, other_account}).has_value());
  c.in(10, 1'000);
  CHECK(c.apply({transfer(c.inventory, c.cogs, 5)}) == "control_account");
  auto issue = c.move(CostMoveKind::issue, 1);
  issue.contra = other_account;
  CHECK(c.apply(issue) == "control_account");
  CHECK(c.ledger.open_pool({"SKU", "shelf", CostMethod::average, c.inventory}).error().code == "pool_differs");
  CHECK(c.ledger.open_pool({"TEA", "shelf", CostMethod::average, c.cogs}).has_value());
  CHECK(c.ledger.open_pool({"TEA", "other", CostMethod::average, c.received}).error().code == "control_account");  // it holds something
  CHECK(c.ledger.open_pool({"TEA", "third", CostMethod::average, c.shelf}).error().code == "unknown_account");
  c.check_books();
}

TEST_CASE("bad cost moves are named and change nothing") {
  Costs c(CostMethod::fifo);
  CHECK(c.apply(c.move(CostMoveKind::receive, 0, 1)) == "not_positive");
  CHECK(c.apply(c.move(CostMoveKind::receive, 1, -1)) == "negative_value");
  CHECK(c.apply(c.move(CostMoveKind::issue, -1)) == "not_positive");
  auto unknown = c.move(CostMoveKind::receive, 1, 1);
  unknown.pool = CostPoolIndex(7);
  CHECK(c.apply(unknown) == "unknown_pool");
  unknown = c.move(CostMoveKind::receive, 1, 1);
  unknown.contra = AccountIndex(77);
  CHECK(c.apply(unknown) == "unknown_account");
  c.in(INT64_MAX, 0);
  CHECK(c.apply(c.move(CostMoveKind::receive, 1, 1)) == "overflow");
  CHECK(c.state() == CostState{INT64_MAX, 0, 1});
  CHECK(c.ledger.last_cost_sequence() == CostSequence(1));
}

TEST_CASE("costs that leave 64 bits are refused and change nothing") {
  for (auto const method : {CostMethod::fifo, CostMethod::average}) {
    Costs c(method);
    c.in(1, 1'000'000'000'000);
    CHECK(c.apply(c.move(CostMoveKind::issue, 30'000'000)) == "overflow");
    CHECK(c.apply(c.move(CostMoveKind::issue, INT64_MAX)) == "overflow");
    CHECK(c.state().value == 1'000'000'000'000);
    c.check_books();
    auto late = c.move(CostMoveKind::late_cost, 1, INT64_MIN);
    late.layer = CostSequence(1);
    CHECK(c.apply(late) != "ok");
    late.value = INT64_MAX;
    CHECK(c.apply(late) == "overflow");
    c.check_books();
  }
}

TEST_CASE("used-up layers do not pile up behind one that is left") {
  Costs c(CostMethod::lifo);
  c.in(1, 7);
  c.ledger.commit();
  for (int i = 0; i < 20'000; ++i) {
    c.in(1, 100);
    (void)c.out(1);
    c.ledger.commit();
  }
  CHECK(c.state() == CostState{1, 7, 1});
  CHECK(c.ledger.snapshot().costs.size() < 200);
}
