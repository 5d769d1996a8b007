// What is there, what is promised, and what will be there.
#include <bylaw/ledger/stock.hpp>

#include <algorithm>
#include <map>

#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

namespace {

/// Sums that would leave 64 bits stay at the end of them: they are for looking at, not for deciding.
void add(std::int64_t& sum, std::int64_t value) {
  if (add_overflows(sum, value, sum)) sum = value < 0 ? INT64_MIN : INT64_MAX;
}

/// When goods of a lot are to be gone: its removal date, otherwise its expiry. Undated: never.
std::int64_t last_day(Timestamp removal, Timestamp expires) {
  auto const date = removal.value != 0 ? removal.value : expires.value;
  return date == 0 ? INT64_MAX : date;
}

bool usable(Ledger const& ledger, AccountKey const& key, StockFilter const& filter) {
  Lot lot;
  if (filter.usable_until.value == 0 || key.detail.empty() || !ledger.lot(filter.item, key.detail, lot)) return true;
  return last_day(lot.removal, lot.expires) >= filter.usable_until.value;
}

bool meant(AccountKey const& key, StockFilter const& filter) {
  if (key.status != filter.status) return false;
  if (filter.pool != StockFilter::any && key.pool != filter.pool) return false;
  if (filter.owner != StockFilter::any && key.owner != filter.owner) return false;
  return filter.places.empty() || std::find(filter.places.begin(), filter.places.end(), key.place) != filter.places.end();
}

std::vector<AccountIndex> accounts_meant(Ledger const& ledger, StockFilter const& filter) {
  std::vector<AccountIndex> found;
  for (auto const account : ledger.accounts_of(AccountKind::quantity, filter.item)) {
    if (ledger.bounds(account).floor == no_floor) continue;
    auto const key = ledger.key(account);
    if (meant(key, filter) && usable(ledger, key, filter)) found.push_back(account);
  }
  return found;
}

}  // namespace

std::vector<StockLot> stock_of(Ledger const& ledger, StockFilter const& filter) {
  std::vector<StockLot> stock;
  for (auto const account : accounts_meant(ledger, filter)) {
    auto const key = ledger.key(account);
    auto const& balance = ledger.balance(account);
    StockLot lot;
    lot.account = account;
    lot.place = key.place;
    lot.lot = key.detail;
    lot.on_hand = balance.posted;
    lot.available = balance.available();
    Lot known;
    if (!key.detail.empty() && ledger.lot(filter.item, key.detail, known)) {
      lot.received = known.received;
      lot.removal = known.removal;
      lot.expires = known.expires;
    }
    stock.push_back(std::move(lot));
  }
  return stock;
}

Availability availability(Ledger const& ledger, StockFilter const& filter) {
  Availability sum;
  for (auto const account : accounts_meant(ledger, filter)) {
    auto const& balance = ledger.balance(account);
    add(sum.on_hand, balance.posted);
    add(sum.reserved, balance.pending_out);
    add(sum.inbound, balance.pending_in);
    add(sum.available, balance.available());
  }
  return sum;
}

std::vector<AtpPoint> available_to_promise(Ledger const& ledger, StockFilter const& filter, Timestamp now, std::int64_t safety_stock) {
  auto const accounts = accounts_meant(ledger, filter);
  auto const ours = [&](AccountIndex account) { return std::binary_search(accounts.begin(), accounts.end(), account); };
  std::map<Timestamp, std::int64_t> changes{{now, 0}};
  add(changes[now], safety_stock == INT64_MIN ? INT64_MAX : -safety_stock);
  for (auto const account : accounts) add(changes[now], ledger.balance(account).posted);
  for (auto const& pending : ledger.pendings_of(AccountKind::quantity, filter.item)) {
    bool const comes = ours(pending.credit);
    bool const goes = ours(pending.debit);
    if (comes == goes) continue;  // moves inside, or elsewhere
    if (goes) add(changes[std::max(pending.due, now)], -pending.amount);
    else if (pending.due >= now) add(changes[pending.due], pending.amount);  // overdue supply counts nothing
  }
  std::vector<AtpPoint> points;
  std::int64_t level = 0;
  for (auto const& [at, change] : changes) {
    add(level, change);
    points.push_back({at, level});
  }
  for (auto i = points.size() - 1; i-- > 0;) points[i].quantity = std::min(points[i].quantity, points[i + 1].quantity);
  points.erase(std::unique(points.begin(), points.end(), [](AtpPoint const& a, AtpPoint const& b) { return a.quantity == b.quantity; }), points.end());
  return points;
}

bool earliest_promise(std::vector<AtpPoint> const& points, std::int64_t quantity, Timestamp& out) {
  for (auto const& point : points) {
    if (point.quantity < quantity) continue;
    out = point.from;
    return true;
  }
  return false;
}

std::vector<StockPick> pick(std::vector<StockLot> stock, std::vector<std::string> const& places, PickRequest const& request) {
  auto const rank = [&](StockLot const& lot) { return std::find(places.begin(), places.end(), lot.place) - places.begin(); };
  // Undated lots go last under FEFO: nobody says that they spoil.
  auto const removal = [](StockLot const& lot) { return last_day(lot.removal, lot.expires); };
  std::erase_if(stock, [](StockLot const& lot) { return lot.available <= 0; });
  std::stable_sort(stock.begin(), stock.end(), [&](StockLot const& a, StockLot const& b) {
    switch (request.order) {
      case PickOrder::fefo: return removal(a) != removal(b) ? removal(a) < removal(b) : a.received < b.received;
      case PickOrder::fifo: return a.received < b.received;
      case PickOrder::lifo: return b.received < a.received;
      case PickOrder::closest: return rank(a) < rank(b);
    }
    return false;
  });
  std::vector<StockPick> picks;
  auto left = request.quantity;
  for (auto const& lot : stock) {
    if (left <= 0) break;
    auto const taken = std::min(left, lot.available);
    picks.push_back({lot.account, taken});
    left -= taken;
  }
  return picks;
}

}  // namespace bylaw::inline v0::ledger
