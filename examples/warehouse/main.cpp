// A host that keeps stock and money in the books and brings its own decisions: goods come in with their cost, an order
// reserves, is shipped, a count finds less, and the day is closed. Run it twice on one store: the second run changes nothing.
#include <cstdio>

#include <bylaw/engine/books.hpp>
#include <bylaw/ledger/stock.hpp>

using namespace bylaw;
using namespace bylaw::ledger;

namespace {

constexpr std::int64_t today = 1'790'000'000'000;  // business time, milliseconds UTC

Transfer leg(TransferKind kind, AccountIndex from, AccountIndex to, std::int64_t units, char const* reference) {
  Transfer t;
  t.kind = kind;
  t.debit = from;
  t.credit = to;
  t.amount = units;
  t.reference = reference;
  t.effective = Timestamp(today);
  return t;
}

/// Every group has an id that the host can find again: here (source, number).
Group event(std::uint64_t number, std::vector<Transfer> legs) {
  Group group;
  group.id = {1, number};
  group.transfers = std::move(legs);
  return group;
}

bool submit(engine::Books& books, char const* what, Group const& group) {
  auto const receipt = books.submit(group);
  if (!receipt) {
    std::printf("%s: %s\n", what, receipt.error().message.c_str());
    return false;
  }
  if (!receipt->accepted()) std::printf("%s: refused, %s (%s)\n", what, receipt->error.message.c_str(), receipt->error.remedy.c_str());
  else std::printf("%s: %s\n", what, receipt->duplicate ? "known already" : "booked");
  for (auto const& shortage : receipt->shortages) {
    std::printf("  order %s has lost %lld of its units\n", shortage.reference.c_str(), static_cast<long long>(shortage.amount));
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  auto books = engine::Books::open({count > 1 ? arguments[1] : "memory:warehouse", true, {}});
  if (!books) {
    std::printf("%s\n", books.error().message.c_str());
    return 1;
  }
  auto const accounts = books->open_accounts({
      {{AccountKind::quantity, "TEA", "supplier", "virtual", "", "", ""}, unbounded},
      {{AccountKind::quantity, "TEA", "DC1", "available", "", "", ""}, physical},
      {{AccountKind::quantity, "TEA", "customer", "virtual", "", "", ""}, unbounded},
      {{AccountKind::quantity, "TEA", "adjustment", "virtual", "", "", ""}, unbounded},
      {{AccountKind::money, "USD", "main", "assets:inventory", "", "", ""}, unbounded},
      {{AccountKind::money, "USD", "main", "liabilities:goods_received", "", "", ""}, unbounded},
      {{AccountKind::money, "USD", "main", "expenses:cogs", "", "", ""}, unbounded},
  });
  if (!accounts) return 1;
  auto const &supplier = (*accounts)[0], &shelf = (*accounts)[1], &customer = (*accounts)[2], &adjustment = (*accounts)[3];
  auto const pools = books->open_pools({{"TEA", "DC1", CostMethod::fifo, (*accounts)[4]}});
  if (!pools) return 1;

  auto receipt = event(1, {leg(TransferKind::post, supplier, shelf, 10, "PO-7")});
  CostMove cost;
  cost.pool = (*pools)[0];
  cost.quantity = 10;
  cost.value = 4'000;  // 40.00 USD for all ten
  cost.contra = (*accounts)[5];
  cost.effective = Timestamp(today);
  receipt.costs = {cost};
  // Sequences are the order of things: the receipt took 1 and, for its cost, 2; the promises below are 3 and 4.
  auto ship = event(4, {leg(TransferKind::post_pending, {}, {}, 6, "A-1")});
  ship.transfers[0].target = Sequence(3);
  auto issue = cost;
  issue.kind = CostMoveKind::issue;
  issue.quantity = 6;
  issue.contra = (*accounts)[6];
  ship.costs = {issue};
  auto counted = event(5, {leg(TransferKind::post, shelf, adjustment, 2, "COUNT-1")});
  counted.transfers[0].force = Force::fact;  // what was found is so, whoever was promised more
  auto shrink = issue;
  shrink.quantity = 2;
  counted.costs = {shrink};
  Group close;
  close.id = {1, 6};
  close.closes = {{AccountKind::quantity, "", Timestamp(today)}, {AccountKind::money, "main", Timestamp(today)}};

  bool const done = submit(*books, "receive 10", receipt) &&
                    submit(*books, "reserve 6 for A-1", event(2, {leg(TransferKind::pending, shelf, customer, 6, "A-1")})) &&
                    submit(*books, "reserve 3 for A-2", event(3, {leg(TransferKind::pending, shelf, customer, 3, "A-2")})) &&
                    submit(*books, "reserve 2 for A-3", event(7, {leg(TransferKind::pending, shelf, customer, 2, "A-3")})) &&
                    submit(*books, "ship A-1", ship) && submit(*books, "count 2 less", counted) && submit(*books, "close the day", close) &&
                    submit(*books, "receive 1 too late", event(8, {leg(TransferKind::post, supplier, shelf, 1, "PO-8")}));
  if (!done) return 1;
  auto const read = books->read([](Ledger const& ledger) {
    StockFilter filter;
    filter.item = "TEA";
    auto const stock = availability(ledger, filter);
    auto const worth = ledger.cost(CostPoolIndex(0)).value;
    std::printf("on hand %lld, reserved %lld, worth %lld.%02lld USD\n", static_cast<long long>(stock.on_hand), static_cast<long long>(stock.reserved),
                static_cast<long long>(worth / 100), static_cast<long long>(worth % 100));
  });
  return read && books->close() ? 0 : 1;
}
