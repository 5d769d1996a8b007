#include "generator.hpp"

using namespace bylaw;
using namespace bylaw::ledger;

namespace {

AccountKey stock(char const* item, char const* place, char const* status = "available", char const* detail = "", char const* pool = "") {
  return {AccountKind::quantity, item, place, status, detail, "", pool};
}
AccountKey money(char const* company, char const* account) { return {AccountKind::money, "USD", company, account, "", "", ""}; }

constexpr std::uint32_t inventory_account = 27;  // of the list below; checked where it is used

}  // namespace

Accounts small_world() {
  Accounts w;
  for (auto const* item : {"A", "B", "S", "K"}) {
    for (auto const* place : {"supplier", "customer", "adjustment"}) w.accounts.push_back({stock(item, place, "virtual"), unbounded});
  }
  w.accounts.push_back({stock("A", "W1"), physical});
  w.accounts.push_back({stock("A", "W2"), physical});
  w.accounts.push_back({stock("A", "W1", "damaged"), physical});
  w.accounts.push_back({stock("A", "W1", "available", "", "web"), physical});
  w.accounts.push_back({stock("A", "W1", "backorder"), {-5, no_ceiling}});
  w.accounts.push_back({stock("A", "bin"), {0, 8}});
  w.accounts.push_back({stock("B", "W1", "available", "L1"), physical});
  w.accounts.push_back({stock("B", "W1", "available", "L2"), physical});
  w.accounts.push_back({stock("K", "W1"), physical});
  for (auto const* place : {"W1", "W2"}) {
    for (auto const* serial : {"S1", "S2", "S3"}) w.accounts.push_back({stock("S", place, "available", serial), one_serial});
  }
  for (auto const* account : {"inventory", "received", "cogs", "variance", "cash", "sales"}) w.accounts.push_back({money("main", account), unbounded});
  w.accounts.push_back({money("main", "receivable"), {no_floor, 0}});
  w.accounts.push_back({money("abroad", "cash"), unbounded});
  w.accounts.push_back({money("abroad", "sales"), unbounded});
  w.accounts.push_back({money("main", "inventory:far"), unbounded});
  AccountIndex const inventory(inventory_account);
  AccountIndex const far(static_cast<std::uint32_t>(w.accounts.size() - 1));
  w.pools = {{"A", "W1", CostMethod::fifo, inventory},
             {"B", "W1", CostMethod::average, inventory},
             {"A", "W2", CostMethod::lifo, inventory},
             {"A", "far", CostMethod::average, far}};
  return w;
}

Id Generator::next_id() {
  ++count_;
  if (rising_ && !one_in(20)) return {5, 1'000'000 + count_};
  return {random_() % 8 + (rising_ ? 0 : 1), random_() | 1};
}

Transfer Generator::transfer(BooksModel const& model, std::int64_t now) {
  Transfer t;
  auto const accounts = static_cast<std::int64_t>(model.accounts.size());
  auto const kind = below(20);
  t.kind = kind < 9    ? TransferKind::post
           : kind < 13 ? TransferKind::pending
           : kind < 16 ? TransferKind::post_pending
           : kind < 17 ? TransferKind::void_pending
           : kind < 18 ? TransferKind::expire
                       : TransferKind::reverse;
  auto const from = below(accounts);
  t.debit = AccountIndex(static_cast<std::uint32_t>(from));
  // Mostly an account of the same unit.
  for (int attempt = 0; attempt < 40; ++attempt) {
    auto const to = below(accounts);
    t.credit = AccountIndex(static_cast<std::uint32_t>(to));
    auto const& a = model.accounts[static_cast<std::size_t>(from)].key;
    auto const& b = model.accounts[static_cast<std::size_t>(to)].key;
    if (from != to && a.kind == b.kind && a.unit == b.unit) break;
  }
  t.amount = model.accounts[static_cast<std::size_t>(from)].key.unit == "S" ? 1 : 1 + below(6);
  if (one_in(100)) t.amount = -below(2);
  if (one_in(100)) t.debit = AccountIndex(static_cast<std::uint32_t>(accounts + 3));
  t.code = static_cast<std::int32_t>(below(3));
  t.reference = "O" + std::to_string(below(20));
  t.effective = one_in(6) ? Timestamp{} : Timestamp(now - below(3'000));
  t.due = one_in(3) ? Timestamp(now + below(5'000)) : Timestamp{};
  t.expires = one_in(3) ? Timestamp(now + below(4'000) - 100) : Timestamp{};
  if (t.kind == TransferKind::post || t.kind == TransferKind::pending) {
    auto const force = below(10);
    t.force = force == 0 ? Force::up_to_debit : force == 1 ? Force::up_to_credit : force < 4 && t.kind == TransferKind::post ? Force::fact : Force::none;
    return t;
  }
  if (t.kind == TransferKind::reverse) {
    t.target = Sequence(1 + below(static_cast<std::int64_t>(model.history.size()) + 1));
  } else if (!model.promises.empty() && !one_in(15)) {
    auto at = model.promises.begin();
    std::advance(at, below(static_cast<std::int64_t>(model.promises.size())));
    t.target = Sequence(at->first);
    if (!one_in(6)) t.amount = 1 + below(at->second.amount);
    if (one_in(8)) t.force = Force::fact;
  } else {
    t.target = Sequence(1 + below(static_cast<std::int64_t>(model.history.size()) + 2));
  }
  return t;
}

CostMove Generator::cost(BooksModel const& model, std::int64_t now) {
  CostMove m;
  auto const kind = below(9);
  m.kind = kind < 4 ? CostMoveKind::receive : kind < 7 ? CostMoveKind::issue : kind < 8 ? CostMoveKind::late_cost : CostMoveKind::transfer;
  m.pool = CostPoolIndex(static_cast<std::uint32_t>(below(static_cast<std::int64_t>(model.pools.size()))));
  m.quantity = 1 + below(9);
  m.value = m.kind == CostMoveKind::late_cost ? below(400) - 100 : below(3'000);
  if (one_in(60)) m.quantity = 0;
  if (m.kind != CostMoveKind::receive && (m.kind == CostMoveKind::late_cost || one_in(5))) m.layer = CostSequence(1 + below(model.last_cost + 2));
  m.contra = AccountIndex(inventory_account + (m.kind == CostMoveKind::issue ? 2 : 1));
  if (!one_in(4)) m.variance = AccountIndex(inventory_account + 3);
  if (m.kind == CostMoveKind::transfer) {
    m.contra = no_account;
    m.to = CostPoolIndex(static_cast<std::uint32_t>(below(static_cast<std::int64_t>(model.pools.size()))));
  }
  if (one_in(50)) m.variance = AccountIndex(inventory_account);
  m.fact = one_in(4);
  m.code = 9;
  m.effective = Timestamp(now - below(2'000));
  m.reference = "C" + std::to_string(below(9));
  return m;
}

/// Two of A and one of B become a kit, as one group.
void Generator::kit(Group& group, BooksModel const& model, std::int64_t now) {
  struct Leg {
    AccountKey from, to;
    std::int64_t amount;
  };
  Leg const legs[] = {{stock("A", "W1"), stock("A", "adjustment", "virtual"), 2},
                      {stock("B", "W1", "available", "L1"), stock("B", "adjustment", "virtual"), 1},
                      {stock("K", "adjustment", "virtual"), stock("K", "W1"), 1}};
  for (auto const& leg : legs) {
    Transfer t;
    for (std::uint32_t i = 0; i < model.accounts.size(); ++i) {
      if (model.accounts[i].key == leg.from) t.debit = AccountIndex(i);
      if (model.accounts[i].key == leg.to) t.credit = AccountIndex(i);
    }
    t.amount = leg.amount;
    t.effective = Timestamp(now);
    t.reference = "KIT";
    group.transfers.push_back(t);
  }
}

Group Generator::group(BooksModel const& model, std::int64_t now) {
  Group group;
  if (!one_in(12)) group.id = next_id();
  auto const what = below(24);
  if (what == 0) {
    kit(group, model, now);
  } else if (what == 1) {
    auto const account = below(static_cast<std::int64_t>(model.accounts.size()));
    group.bounds = {{AccountIndex(static_cast<std::uint32_t>(account)), {one_in(3) ? no_floor : -below(9), one_in(2) ? no_ceiling : below(12)}}};
    // Serial numbers are now and then let go, and then held to one place again.
    if (!model.accounts[static_cast<std::size_t>(account)].key.detail.empty()) group.bounds[0].bounds = one_in(3) ? physical : one_serial;
  } else if (what == 2 && one_in(3)) {
    auto const quantities = one_in(2);
    group.closes = {{quantities ? AccountKind::quantity : AccountKind::money,
                     quantities  ? ""
                     : one_in(2) ? "main"
                                 : "abroad",
                     Timestamp(now - 2'000 - below(3'000))}};
  } else if (what == 3) {
    group.lots = {{"B", one_in(2) ? "L1" : "L2", Timestamp(now), Timestamp(now + below(9'000)), {}}};
  } else if (what < 8) {
    for (auto left = 1 + below(2); left > 0; --left) group.costs.push_back(cost(model, now));
    if (one_in(3)) group.transfers.push_back(transfer(model, now));
  } else {
    for (auto left = one_in(3) ? 1 + below(4) : 1; left > 0; --left) group.transfers.push_back(transfer(model, now));
    if (one_in(5) && !model.promises.empty()) group.yields = {Sequence(model.promises.begin()->first)};
  }
  return group;
}
