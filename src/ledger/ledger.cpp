#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include <bylaw/ledger/ledger.hpp>
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

namespace {

struct KeyHash {
  std::size_t operator()(AccountKey const& key) const noexcept {
    std::size_t hash = static_cast<std::size_t>(key.kind);
    for (auto const* part : {&key.unit, &key.place, &key.status, &key.detail, &key.owner, &key.pool}) {
      hash = hash * 1'000'003u ^ std::hash<std::string>{}(*part);
    }
    return hash;
  }
};

/// What one step changed, so that it can be taken back in reverse order.
struct Undo {
  enum class Kind : std::uint8_t { account_opened, balance, pending_added, pending_removed, sequence } kind;
  AccountIndex account;
  Balance balance;
  Pending pending;
  Sequence sequence;
};

}  // namespace

struct Ledger::Impl {
  std::vector<AccountKey> keys;
  std::vector<Balance> balances;
  std::unordered_map<AccountKey, std::uint32_t, KeyHash> index;
  std::map<std::int64_t, Pending> pendings;
  std::unordered_multimap<std::string, std::int64_t> pendings_by_reference;
  Sequence last;
  std::vector<Undo> undo;

  void change(AccountIndex account, Balance next) {
    undo.push_back({Undo::Kind::balance, account, balances[account.value], {}, {}});
    balances[account.value] = next;
  }

  void add_pending(Pending pending) {
    undo.push_back({Undo::Kind::pending_added, {}, {}, {}, pending.sequence});
    insert(std::move(pending));
  }

  void insert(Pending pending) {
    pendings_by_reference.emplace(pending.reference, pending.sequence.value);
    pendings.emplace(pending.sequence.value, std::move(pending));
  }

  void erase(std::int64_t sequence) {
    auto const found = pendings.find(sequence);
    auto [at, end] = pendings_by_reference.equal_range(found->second.reference);
    while (at != end && at->second != sequence) ++at;
    if (at != end) pendings_by_reference.erase(at);
    pendings.erase(found);
  }

  void remove_pending(Pending const& pending) {
    undo.push_back({Undo::Kind::pending_removed, {}, {}, pending, {}});
    erase(pending.sequence.value);
  }

  Unexpected<Error> short_of(AccountIndex account, std::int64_t wanted) const {
    auto const& key = keys[account.value];
    auto const& balance = balances[account.value];
    auto const room = balance.available() - balance.floor;
    return failure(
        "bound",
        "`" + key.unit + "` at `" + key.place + "` (" + key.status + ") has " + std::to_string(room) + " free, " + std::to_string(wanted) + " are needed",
        key.unit + "@" + key.place, "receive stock, release reservations or allow a backorder");
  }

  Result<void> step(Transfer const& transfer, Sequence sequence) {
    switch (transfer.kind) {
      case TransferKind::post: return post(transfer);
      case TransferKind::pending: return reserve(transfer, sequence);
      case TransferKind::post_pending: return resolve(transfer, transfer.amount);
      case TransferKind::void_pending: return resolve(transfer, 0);
    }
    return failure("unknown_kind", "this transfer is of no known kind");
  }

  Result<void> check_pair(Transfer const& transfer) const {
    if (transfer.amount <= 0) return failure("not_positive", "a transfer moves more than zero");
    if (transfer.debit == transfer.credit) return failure("same_account", "a transfer needs two accounts");
    auto const& from = keys[transfer.debit.value];
    auto const& to = keys[transfer.credit.value];
    if (from.kind != to.kind || from.unit != to.unit) {
      return failure("unit_mismatch", "a transfer cannot turn `" + from.unit + "` into `" + to.unit + "`");
    }
    return {};
  }

  Result<void> post(Transfer const& transfer) {
    if (auto const pair = check_pair(transfer); !pair) return pair;
    auto from = balances[transfer.debit.value];
    auto to = balances[transfer.credit.value];
    if (subtract_overflows(from.posted, transfer.amount, from.posted) || add_overflows(to.posted, transfer.amount, to.posted)) {
      return failure("overflow", "a balance leaves the range of 64 bits");
    }
    if (from.floor != no_floor && from.available() < from.floor) return short_of(transfer.debit, transfer.amount);
    change(transfer.debit, from);
    change(transfer.credit, to);
    return {};
  }

  Result<void> reserve(Transfer const& transfer, Sequence sequence) {
    if (auto const pair = check_pair(transfer); !pair) return pair;
    auto from = balances[transfer.debit.value];
    auto to = balances[transfer.credit.value];
    if (add_overflows(from.pending_out, transfer.amount, from.pending_out) || add_overflows(to.pending_in, transfer.amount, to.pending_in)) {
      return failure("overflow", "a balance leaves the range of 64 bits");
    }
    // The bound is checked here, once: posting the promise later cannot fail.
    if (from.floor != no_floor && from.available() < from.floor) return short_of(transfer.debit, transfer.amount);
    change(transfer.debit, from);
    change(transfer.credit, to);
    add_pending({sequence, transfer.debit, transfer.credit, transfer.amount, transfer.reference});
    return {};
  }

  Result<void> resolve(Transfer const& transfer, std::int64_t posted) {
    auto const found = pendings.find(transfer.pending.value);
    if (found == pendings.end()) {
      return failure("unknown_pending", "the reservation is not open", std::to_string(transfer.pending.value), "it was posted, voided or never placed");
    }
    auto const pending = found->second;
    if (posted < 0 || (transfer.kind == TransferKind::post_pending && posted == 0)) {
      return failure("not_positive", "a transfer moves more than zero");
    }
    if (posted > pending.amount) {
      return failure("above_pending", std::to_string(posted) + " are more than the " + std::to_string(pending.amount) + " reserved");
    }
    auto from = balances[pending.debit.value];
    auto to = balances[pending.credit.value];
    from.pending_out -= pending.amount;
    to.pending_in -= pending.amount;
    from.posted -= posted;
    if (add_overflows(to.posted, posted, to.posted)) return failure("overflow", "a balance leaves the range of 64 bits");
    change(pending.debit, from);
    change(pending.credit, to);
    remove_pending(pending);
    return {};
  }

  void take_back(Undo const& step) {
    switch (step.kind) {
      case Undo::Kind::account_opened:
        index.erase(keys.back());
        keys.pop_back();
        balances.pop_back();
        break;
      case Undo::Kind::balance: balances[step.account.value] = step.balance; break;
      case Undo::Kind::pending_added: erase(step.sequence.value); break;
      case Undo::Kind::pending_removed: insert(step.pending); break;
      case Undo::Kind::sequence: last = step.sequence; break;
    }
  }
};

Ledger::Ledger() : impl_(new Impl) {}
Ledger::~Ledger() { delete impl_; }
Ledger::Ledger(Ledger&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Ledger& Ledger::operator=(Ledger&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

AccountIndex Ledger::open(AccountKey const& key, std::int64_t floor) {
  auto const next = static_cast<std::uint32_t>(impl_->keys.size());
  auto const [at, fresh] = impl_->index.emplace(key, next);
  if (!fresh) return AccountIndex(at->second);
  impl_->keys.push_back(key);
  Balance balance;
  balance.floor = floor;
  impl_->balances.push_back(balance);
  impl_->undo.push_back({Undo::Kind::account_opened, AccountIndex(next), {}, {}, {}});
  return AccountIndex(next);
}

bool Ledger::find(AccountKey const& key, AccountIndex& out) const {
  auto const found = impl_->index.find(key);
  if (found == impl_->index.end()) return false;
  out = AccountIndex(found->second);
  return true;
}

AccountKey const& Ledger::key(AccountIndex account) const { return impl_->keys[account.value]; }
Balance const& Ledger::balance(AccountIndex account) const { return impl_->balances[account.value]; }
std::size_t Ledger::account_count() const noexcept { return impl_->keys.size(); }
Sequence Ledger::last_sequence() const noexcept { return impl_->last; }

Result<std::vector<Entry>> Ledger::apply(std::vector<Transfer> const& group) {
  auto const before = mark();
  std::vector<Entry> entries;
  entries.reserve(group.size());
  for (auto const& transfer : group) {
    Sequence const sequence(impl_->last.value + 1);
    if (auto const done = impl_->step(transfer, sequence); !done) {
      undo_to(before);
      return Unexpected{done.error()};
    }
    impl_->undo.push_back({Undo::Kind::sequence, {}, {}, {}, impl_->last});
    impl_->last = sequence;
    entries.push_back({sequence, transfer});
  }
  return entries;
}

Result<void> Ledger::replay(Entry const& entry) {
  if (entry.sequence.value != impl_->last.value + 1) {
    return failure("gap", "transfer " + std::to_string(entry.sequence.value) + " does not follow " + std::to_string(impl_->last.value));
  }
  if (entry.transfer.debit.value >= impl_->keys.size() || entry.transfer.credit.value >= impl_->keys.size()) {
    return failure("unknown_account", "transfer " + std::to_string(entry.sequence.value) + " names an account that does not exist");
  }
  auto const done = impl_->step(entry.transfer, entry.sequence);
  if (done) impl_->last = entry.sequence;
  impl_->undo.clear();
  return done;
}

Pending const* Ledger::pending(Sequence sequence) const {
  auto const found = impl_->pendings.find(sequence.value);
  return found == impl_->pendings.end() ? nullptr : &found->second;
}

std::vector<Pending> Ledger::pendings_of(std::string_view reference) const {
  std::vector<Pending> found;
  auto const [begin, end] = impl_->pendings_by_reference.equal_range(std::string(reference));
  for (auto at = begin; at != end; ++at) found.push_back(impl_->pendings.at(at->second));
  std::sort(found.begin(), found.end(), [](Pending const& a, Pending const& b) { return a.sequence < b.sequence; });
  return found;
}

std::size_t Ledger::pending_count() const noexcept { return impl_->pendings.size(); }

void Ledger::each_pending(void (*visit)(void*, Pending const&), void* context) const {
  for (auto const& [sequence, pending] : impl_->pendings) visit(context, pending);
}

void Ledger::restore(AccountKey const& key, Balance const& balance) {
  impl_->index.emplace(key, static_cast<std::uint32_t>(impl_->keys.size()));
  impl_->keys.push_back(key);
  impl_->balances.push_back(balance);
}
void Ledger::restore(Pending const& pending) { impl_->insert(pending); }
void Ledger::restore(Sequence last) noexcept { impl_->last = last; }

Ledger::Mark Ledger::mark() const noexcept { return impl_->undo.size(); }

void Ledger::undo_to(Mark mark) noexcept {
  while (impl_->undo.size() > mark) {
    impl_->take_back(impl_->undo.back());
    impl_->undo.pop_back();
  }
}

void Ledger::commit() noexcept { impl_->undo.clear(); }

}  // namespace bylaw::inline v0::ledger
