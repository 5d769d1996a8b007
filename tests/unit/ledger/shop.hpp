#pragma once
#include <map>
#include <string>
#include <vector>

#include <bylaw/ledger/ledger.hpp>

namespace bylaw::test {

using namespace bylaw::ledger;  // NOLINT

inline AccountKey stock_key(char const* place, char const* detail = "", char const* item = "SKU", char const* status = "available") {
  return {AccountKind::quantity, item, place, status, detail, "", ""};
}
inline AccountKey outside_key(char const* place, char const* item = "SKU") { return {AccountKind::quantity, item, place, "virtual", "", "", ""}; }
inline AccountKey money_key(char const* account, char const* company = "main", char const* currency = "USD") {
  return {AccountKind::money, currency, company, account, "", "", ""};
}

inline Transfer transfer(AccountIndex from, AccountIndex to, std::int64_t amount, TransferKind kind = TransferKind::post) {
  Transfer t;
  t.kind = kind;
  t.debit = from;
  t.credit = to;
  t.amount = amount;
  t.reference = "A-1";
  t.effective = Timestamp(1'000);
  return t;
}
inline Transfer resolution(TransferKind kind, std::int64_t pending, std::int64_t amount = 0) {
  auto t = transfer(no_account, no_account, amount, kind);
  t.target = Sequence(pending);
  return t;
}

/// A ledger with a shelf, its supplier and its customer, and everything that was ever booked.
struct Shop {
  Ledger ledger;
  AccountIndex supplier = ledger.open(outside_key("supplier"), unbounded);
  AccountIndex shelf = ledger.open(stock_key("shelf"), physical);
  AccountIndex customer = ledger.open(outside_key("customer"), unbounded);
  Timestamp now{1'000};
  Applied applied;
  std::map<std::int64_t, Transfer> booked;

  /// "ok" or the code of the refusal.
  std::string apply(Group const& group) {
    auto const done = ledger.apply(group, now, applied, history());
    for (auto const& entry : applied.entries) booked[entry.sequence.value] = entry.transfer;
    return done ? "ok" : done.error().code;
  }
  std::string apply(std::vector<Transfer> transfers) {
    Group group;
    group.transfers = std::move(transfers);
    return apply(group);
  }
  std::string apply(CostMove const& move) {
    Group group;
    group.costs = {move};
    return apply(group);
  }
  std::int64_t posted(AccountIndex account) const { return ledger.balance(account).posted; }

  History history() {
    History h;
    h.context = this;
    h.transfer = [](void* self, Sequence sequence, History::Original& out) {
      auto const& all = static_cast<Shop*>(self)->booked;
      auto const found = all.find(sequence.value);
      if (found == all.end()) return false;
      auto const& t = found->second;
      out = {t.debit, t.credit, t.amount, t.kind != TransferKind::pending && t.kind != TransferKind::void_pending && t.kind != TransferKind::expire, false};
      for (auto const& [number, other] : all) out.reversed = out.reversed || (other.kind == TransferKind::reverse && other.target == sequence);
      return true;
    };
    return h;
  }
};

}  // namespace bylaw::test
