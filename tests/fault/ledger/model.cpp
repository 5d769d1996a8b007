#include "model.hpp"

#include <algorithm>
#include <sstream>

using namespace bylaw;
using namespace bylaw::ledger;

namespace {

std::string book_of(BooksModel::Account const& account) { return account.key.kind == AccountKind::quantity ? "" : account.key.place; }

}  // namespace

std::string spelled(Group const& group) {
  std::ostringstream text;
  for (auto const& t : group.transfers) {
    text << "t " << int(t.kind) << ' ' << int(t.force) << ' ' << t.code << ' ' << t.debit.value << ' ' << t.credit.value << ' ' << t.amount << ' '
         << t.target.value << ' ' << t.effective.value << ' ' << t.due.value << ' ' << t.expires.value << ' ' << t.reference << '\n';
  }
  for (auto const& c : group.costs) {
    text << "c " << int(c.kind) << ' ' << c.pool.value << ' ' << c.quantity << ' ' << c.value << ' ' << c.layer.value << ' ' << c.contra.value << ' '
         << c.to.value << ' ' << c.fact << ' ' << c.variance.value << ' ' << c.code << ' ' << c.effective.value << ' ' << c.reference << '\n';
  }
  for (auto const& b : group.bounds) text << "b " << b.account.value << ' ' << b.bounds.floor << ' ' << b.bounds.ceiling << '\n';
  for (auto const& p : group.closes) text << "p " << int(p.kind) << ' ' << p.place << ' ' << p.through.value << '\n';
  for (auto const& l : group.lots)
    text << "l " << l.item << ' ' << l.lot << ' ' << l.received.value << ' ' << l.removal.value << ' ' << l.expires.value << '\n';
  for (auto const& y : group.yields) text << "y " << y.value << '\n';
  return text.str();
}

std::uint32_t BooksModel::open(AccountKey const& key, Bounds const& bounds) {
  for (std::uint32_t i = 0; i < accounts.size(); ++i) {
    if (accounts[i].key == key) return i;
  }
  accounts.push_back({key, bounds, 0});
  return static_cast<std::uint32_t>(accounts.size() - 1);
}

std::uint32_t BooksModel::open_pool(CostPoolKey const& key) {
  for (std::uint32_t i = 0; i < pools.size(); ++i) {
    if (pools[i].key == key) return i;
  }
  pools.push_back({key, 0, 0, 0, 0, {}});
  return static_cast<std::uint32_t>(pools.size() - 1);
}

std::int64_t BooksModel::out(std::uint32_t account) const {
  std::int64_t sum = 0;
  for (auto const& [sequence, promise] : promises) sum += promise.debit == account ? promise.amount : 0;
  return sum;
}

std::int64_t BooksModel::in(std::uint32_t account) const {
  std::int64_t sum = 0;
  for (auto const& [sequence, promise] : promises) sum += promise.credit == account ? promise.amount : 0;
  return sum;
}

void BooksModel::record(std::uint32_t debit, std::uint32_t credit, std::int64_t amount, bool posted) {
  history.push_back({debit, credit, amount, posted, false});
  if (!posted) return;
  accounts[debit].posted -= amount;
  accounts[credit].posted += amount;
}

BooksModel::Outcome BooksModel::submit(Group const& group, std::int64_t now) {
  auto const body = spelled(group);
  if (!group.id.none()) {
    if (auto const known = seen_.find(group.id); known != seen_.end()) {
      auto outcome = known->second.outcome;
      outcome.duplicate = true;
      if (known->second.body != body) outcome.code = "id_conflict";
      return outcome;
    }
  }
  auto seen = std::move(seen_);  // is not changed by what the group does, and large
  auto const before = *this;
  auto const count_before = static_cast<std::int64_t>(history.size());
  before_group_ = count_before;
  Outcome outcome;
  outcome.code = apply(group, now);
  if (!outcome.code.empty()) *this = before;
  seen_ = std::move(seen);
  if (outcome.code.empty()) {
    outcome.first = count_before + 1;
    outcome.count = static_cast<std::int32_t>(static_cast<std::int64_t>(history.size()) - count_before);
  }
  if (!group.id.none()) seen_[group.id] = {body, outcome};
  return outcome;
}

std::string BooksModel::apply(Group const& group, std::int64_t now) {
  for (auto const& change : group.bounds) {
    auto& account = accounts[change.account.value];
    auto const i = change.account.value;
    for (auto const& pool : pools) {
      if (pool.key.inventory == change.account) return "control_account";
    }
    if (account.key.place == "discrepancy" || account.key.status == "discrepancy") return "discrepancy_account";
    if (change.bounds.floor > change.bounds.ceiling) return "bound";
    bool const serial = change.bounds.ceiling == 1 && !account.key.detail.empty();
    if (serial && change.bounds.floor != 0) return "bound";
    for (std::uint32_t other = 0; serial && account.posted + in(i) > 0 && other < accounts.size(); ++other) {
      auto const& there = accounts[other];
      if (other != i && there.bounds.ceiling == 1 && there.key.detail == account.key.detail && there.key.unit == account.key.unit &&
          there.posted + in(other) > 0) {
        return "serial_elsewhere";
      }
    }
    if (account.posted - out(i) < change.bounds.floor || account.posted + in(i) > change.bounds.ceiling) return "bound";
    account.bounds = change.bounds;
  }
  for (auto const& t : group.transfers) {
    if (auto code = transfer(t, group, now); !code.empty()) return code;
  }
  for (auto const& m : group.costs) {
    if (auto code = cost(m, group, now); !code.empty()) return code;
  }
  for (auto const& close : group.closes) {
    auto const name = close.kind == AccountKind::quantity ? std::string{} : close.place;
    auto const known = closed.find(name);
    if (known != closed.end() && close.through.value <= known->second) return "closed_period";
    if (close.through.value >= now) return "period_not_over";
    closed[name] = close.through.value;
  }
  for (auto const& lot : group.lots) lots[{lot.item, lot.lot}] = lot;
  return {};
}

std::string BooksModel::transfer(Transfer t, Group const& group, std::int64_t now) {
  using Kind = TransferKind;
  if (t.effective.value == 0) t.effective = Timestamp(now);
  if (t.kind == Kind::post || t.kind == Kind::pending) return move(std::move(t), group, now);
  if (t.kind == Kind::reverse) {
    if (t.target.value < 1 || t.target.value > before_group_) return "unknown_transfer";
    auto& original = history[static_cast<std::size_t>(t.target.value - 1)];
    if (!original.posted) return "not_reversible";
    if (original.reversed) return "already_reversed";
    if (t.amount > original.amount) return "above_original";
    t.debit = AccountIndex(original.credit);
    t.credit = AccountIndex(original.debit);
    auto const at = static_cast<std::size_t>(t.target.value - 1);
    auto const before = history.size();
    auto code = move(std::move(t), group, now);
    if (code.empty() && history.size() > before) history[at].reversed = true;
    return code;
  }
  auto const found = promises.find(t.target.value);
  bool const fact = t.kind == Kind::post_pending && t.force == Force::fact;
  if (found == promises.end()) {
    if (!fact || t.debit == no_account || t.credit == no_account) return "unknown_pending";
    t.kind = Kind::post;
    return move(std::move(t), group, now);
  }
  auto const promise = found->second;
  bool const lapsed = promise.expires != 0 && now >= promise.expires;
  if (t.kind == Kind::post_pending) {
    if (lapsed && !fact) return "expired";
    if (t.amount <= 0) return "not_positive";
    if (t.amount > promise.amount && !fact) return "above_pending";
    if (t.amount > promise.amount) {
      promises.erase(found);
      record(promise.debit, promise.credit, promise.amount, true);
      t.kind = Kind::post;
      t.debit = AccountIndex(promise.debit);
      t.credit = AccountIndex(promise.credit);
      t.amount -= promise.amount;
      return move(std::move(t), group, now);
    }
    for (auto const account : {promise.debit, promise.credit}) {
      auto const through = closed.find(book_of(accounts[account]));
      if (through != closed.end() && t.effective.value <= through->second && t.force != Force::fact) return "closed_period";
    }
    promises.erase(found);
    record(promise.debit, promise.credit, t.amount, true);
    return {};
  }
  if (t.kind == Kind::expire && !lapsed) return "not_expired";
  promises.erase(found);
  record(promise.debit, promise.credit, promise.amount, false);
  return {};
}

bool BooksModel::elsewhere(std::uint32_t from, std::uint32_t to) const {
  auto const& key = accounts[to].key;
  if (key.detail.empty() || accounts[to].bounds.ceiling != 1) return false;
  for (std::uint32_t i = 0; i < accounts.size(); ++i) {
    auto const& other = accounts[i];
    if (i == from || i == to || other.bounds.ceiling != 1 || other.key.detail != key.detail || other.key.unit != key.unit || other.key.kind != key.kind)
      continue;
    if (other.posted + in(i) > 0) return true;
  }
  return false;
}

std::string BooksModel::move(Transfer t, Group const& group, std::int64_t now) {
  auto const from = t.debit.value;
  auto const to = t.credit.value;
  if (from >= accounts.size() || to >= accounts.size()) return "unknown_account";
  if (t.amount <= 0) return "not_positive";
  if (from == to) return "same_account";
  if (accounts[from].key.kind != accounts[to].key.kind || accounts[from].key.unit != accounts[to].key.unit) return "unit_mismatch";
  for (auto const& pool : pools) {
    if (!costing_ && (pool.key.inventory.value == from || pool.key.inventory.value == to)) return "control_account";
  }
  bool const promise = t.kind == TransferKind::pending;
  bool const fact = t.force == Force::fact && !promise;
  if (!promise) {
    for (auto const account : {from, to}) {
      auto const through = closed.find(book_of(accounts[account]));
      if (through != closed.end() && t.effective.value <= through->second && t.force != Force::fact) return "closed_period";
    }
  }
  if (promise && t.expires.value != 0 && now >= t.expires.value) return "expired";
  auto const room_below = [&] { return accounts[from].bounds.floor == no_floor ? INT64_MAX : accounts[from].posted - out(from) - accounts[from].bounds.floor; };
  auto const room_above = [&] { return accounts[to].bounds.ceiling == no_ceiling ? INT64_MAX : accounts[to].bounds.ceiling - accounts[to].posted - in(to); };
  if (t.force == Force::up_to_debit) t.amount = std::min(t.amount, std::max<std::int64_t>(room_below(), 0));
  if (t.force == Force::up_to_credit) t.amount = std::min(t.amount, std::max<std::int64_t>(room_above(), 0));
  if (t.amount == 0) return {};
  if (!fact) {
    if (t.amount > room_below()) return "bound";
    if (t.amount > room_above()) return "ceiling";
    if (elsewhere(from, to)) return "serial_elsewhere";
    if (promise) {
      history.push_back({from, to, t.amount, false, false});
      promises[static_cast<std::int64_t>(history.size())] = {from, to, t.amount, t.expires.value, t.reference};
    } else {
      record(from, to, t.amount, true);
    }
    return {};
  }
  // A fact: promises yield, named ones first, then the youngest.
  std::vector<std::int64_t> order;
  for (auto const& y : group.yields) order.push_back(y.value);
  for (auto at = promises.rbegin(); at != promises.rend(); ++at) order.push_back(at->first);
  auto const drop = [&](std::int64_t sequence, std::int64_t missing) {
    auto const dropped = promises[sequence];
    promises.erase(sequence);
    record(dropped.debit, dropped.credit, dropped.amount, false);
    if (missing >= dropped.amount) return;
    record(dropped.debit, dropped.credit, dropped.amount - missing, false);
    auto& rest = promises[static_cast<std::int64_t>(history.size())];
    rest = dropped;
    rest.amount -= missing;
  };
  for (auto const sequence : order) {
    auto const found = promises.find(sequence);
    if (found != promises.end() && found->second.debit == from && t.amount > room_below()) drop(sequence, t.amount - room_below());
  }
  for (auto const sequence : order) {
    auto const found = promises.find(sequence);
    if (found != promises.end() && found->second.credit == to && t.amount > room_above()) drop(sequence, t.amount - room_above());
  }
  bool const serial = accounts[to].bounds.ceiling == 1 && !accounts[to].key.detail.empty();
  for (auto at = static_cast<std::int64_t>(history.size()); serial && at > 0; --at) {
    auto const found = promises.find(at);
    if (found == promises.end() || found->second.credit == to) continue;
    auto const& other = accounts[found->second.credit];
    auto const& mine = accounts[to];
    if (other.bounds.ceiling == 1 && other.key.detail == mine.key.detail && other.key.unit == mine.key.unit && other.key.kind == mine.key.kind)
      drop(at, INT64_MAX);
  }
  auto const there = std::min(t.amount, std::max<std::int64_t>(room_below(), 0));
  auto const fits = elsewhere(from, to) ? 0 : std::min(t.amount, std::max<std::int64_t>(room_above(), 0));
  if (there == t.amount && fits == t.amount) {
    record(from, to, t.amount, true);
    return {};
  }
  auto key = accounts[from].key;
  if (key.kind == AccountKind::money) {
    key.status = "discrepancy";
  } else {
    key.place = "discrepancy";
    key.status = "virtual";
  }
  key.detail = key.owner = key.pool = "";
  auto const discrepancy = open(key, unbounded);
  auto const moved = std::min(there, fits);
  bool const itself = from == discrepancy || to == discrepancy;
  if (there > moved && !itself) record(from, discrepancy, there - moved, true);
  if (fits > moved && !itself) record(discrepancy, to, fits - moved, true);
  if (moved > 0) record(from, to, moved, true);
  return {};
}

std::int64_t BooksModel::expire(std::int64_t now, std::int64_t count_max) {
  std::vector<std::pair<std::int64_t, std::int64_t>> lapsed;
  for (auto const& [sequence, promise] : promises) {
    if (promise.expires != 0 && promise.expires <= now) lapsed.emplace_back(promise.expires, sequence);
  }
  std::sort(lapsed.begin(), lapsed.end());
  if (static_cast<std::int64_t>(lapsed.size()) > count_max) lapsed.resize(static_cast<std::size_t>(count_max));
  for (auto const& [at, sequence] : lapsed) {
    auto const promise = promises[sequence];
    promises.erase(sequence);
    record(promise.debit, promise.credit, promise.amount, false);
  }
  return static_cast<std::int64_t>(lapsed.size());
}

std::string BooksModel::compare(Ledger const& ledger) const {
  std::ostringstream text;
  if (ledger.account_count() != accounts.size()) text << "accounts " << ledger.account_count() << " instead of " << accounts.size() << "; ";
  if (ledger.last_sequence().value != static_cast<std::int64_t>(history.size())) {
    text << "last transfer " << ledger.last_sequence().value << " instead of " << history.size() << "; ";
  }
  if (ledger.last_cost_sequence().value != last_cost) text << "last cost move " << ledger.last_cost_sequence().value << " instead of " << last_cost << "; ";
  for (std::uint32_t i = 0; i < accounts.size() && i < ledger.account_count(); ++i) {
    AccountIndex const index(i);
    auto const& balance = ledger.balance(index);
    Balance const expected{accounts[i].posted, out(i), in(i)};
    if (!(balance == expected) || !(ledger.bounds(index) == accounts[i].bounds) || !(ledger.key(index) == accounts[i].key)) {
      text << "account " << i << " (" << accounts[i].key.unit << ' ' << accounts[i].key.place << ' ' << accounts[i].key.status << ' ' << accounts[i].key.detail
           << ") has " << balance.posted << '/' << balance.pending_out << '/' << balance.pending_in << " instead of " << expected.posted << '/'
           << expected.pending_out << '/' << expected.pending_in << "; ";
    }
  }
  if (ledger.pending_count() != promises.size()) text << "promises " << ledger.pending_count() << " instead of " << promises.size() << "; ";
  for (auto const& [sequence, promise] : promises) {
    Pending pending;
    if (!ledger.pending(Sequence(sequence), pending) || pending.amount != promise.amount || pending.debit.value != promise.debit ||
        pending.credit.value != promise.credit || pending.expires.value != promise.expires || pending.reference != promise.reference) {
      text << "promise " << sequence << " differs; ";
    }
  }
  if (ledger.pool_count() != pools.size()) text << "pools " << ledger.pool_count() << " instead of " << pools.size() << "; ";
  for (std::uint32_t i = 0; i < pools.size() && i < ledger.pool_count(); ++i) {
    auto const state = ledger.cost(CostPoolIndex(i));
    auto const& pool = pools[i];
    if (state.quantity != pool.quantity || state.value != pool.value || state.layers != static_cast<std::int64_t>(pool.layers.size())) {
      text << "pool " << i << " has " << state.quantity << '/' << state.value << '/' << state.layers << " instead of " << pool.quantity << '/' << pool.value
           << '/' << pool.layers.size() << "; ";
    }
  }
  std::map<std::string, std::int64_t> closed_there;
  for (auto const& close : ledger.closes()) {
    auto& through = closed_there.emplace(close.kind == AccountKind::quantity ? "" : close.place, INT64_MIN).first->second;
    through = std::max(through, close.through.value);
  }
  if (closed_there != closed) text << "closed periods differ; ";
  for (auto const* name : {"L1", "L2"}) {
    Lot known;
    auto const at = lots.find({"B", name});
    bool const there = ledger.lot("B", name, known);
    if (there != (at != lots.end()) || (there && !(known == at->second))) text << "lot " << name << " differs; ";
  }
  return text.str();
}
