// What the ledger shows to the outside; the work is in apply.cpp, fact.cpp and cost_table.cpp.
#include <bylaw/ledger/ledger.hpp>

#include <algorithm>
#include <utility>

#include "ledger/apply.hpp"

namespace bylaw::inline v0::ledger {

Timestamp Ledger::Impl::closed_through(AccountKind kind, std::string_view place) const {
  auto through = Timestamp(INT64_MIN);
  for (auto const& close : closes) {
    if (close.kind == kind && (kind == AccountKind::quantity || close.place == place)) through = std::max(through, close.through);
  }
  return through;
}

void Ledger::Impl::add_close(PeriodClose const& close) {
  closes.push_back(close);
  closed_latest = std::max(closed_latest, close.through);
}

void Ledger::Impl::forget_last_close() noexcept {
  closes.pop_back();
  closed_latest = Timestamp(INT64_MIN);
  for (auto const& close : closes) closed_latest = std::max(closed_latest, close.through);
}

AccountIndex Ledger::Impl::open(AccountKey const& key, Bounds const& bounds) {
  need_names();
  AccountIndex account;
  if (accounts.find(key, account)) return account;
  Bounds const possible{std::min<std::int64_t>(bounds.floor, 0), std::max<std::int64_t>(bounds.ceiling, 0)};
  account = accounts.add(key, key == discrepancy_of(key) ? unbounded : possible);
  undo.push_back({UndoStep::Kind::account_opened, account.value, {}});
  return account;
}

void Ledger::Impl::add_pending(Pending const& pending) {
  pendings.add(pending, accounts[pending.debit].unit());
  undo.push_back({UndoStep::Kind::pending_added, 0, {pending.sequence.value, 0, 0}});
}

void Ledger::Impl::remove_pending(std::uint32_t slot) {
  removed.push_back(pendings.pending(slot));
  pendings.remove(slot, accounts[removed.back().debit].unit());
  undo.push_back({UndoStep::Kind::pending_removed, 0, {}});
}

void Ledger::Impl::take_back(UndoStep const& step) noexcept {
  switch (step.kind) {
    case UndoStep::Kind::balance: accounts[AccountIndex(step.account)].balance = step.old; break;
    case UndoStep::Kind::pending_added: {
      auto const slot = pendings.find(step.old.posted);
      pendings.remove(slot, accounts[AccountIndex(pendings[slot].debit)].unit());
      break;
    }
    case UndoStep::Kind::pending_removed:
      pendings.add(removed.back(), accounts[removed.back().debit].unit());
      removed.pop_back();
      break;
    case UndoStep::Kind::sequences:
      last = Sequence(step.old.posted);
      last_cost = CostSequence(step.old.pending_out);
      break;
    case UndoStep::Kind::account_opened: accounts.remove_last(); break;
    case UndoStep::Kind::bounds: accounts[AccountIndex(step.account)].bounds = static_cast<std::uint32_t>(step.old.posted) & bounds_mask; break;
    case UndoStep::Kind::control: accounts[AccountIndex(step.account)].control = 0; break;
    case UndoStep::Kind::cost: costs.undo_to(static_cast<std::size_t>(step.old.posted)); break;
    case UndoStep::Kind::id_added: ids.remove({static_cast<std::uint64_t>(step.old.posted), static_cast<std::uint64_t>(step.old.pending_out)}); break;
    case UndoStep::Kind::refusal: refusals.pop_back(); break;
    case UndoStep::Kind::close_added: forget_last_close(); break;
    case UndoStep::Kind::lot: lots.undo_last(); break;
  }
}

void Ledger::Impl::undo_to(std::size_t mark) noexcept {
  for (; undo.size() > mark; undo.pop_back()) take_back(undo.back());
}

Ledger::Ledger() : impl_(new Impl) {}
Ledger::~Ledger() { delete impl_; }
Ledger::Ledger(Ledger&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Ledger& Ledger::operator=(Ledger&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

AccountIndex Ledger::open(AccountKey const& key, Bounds const& bounds) { return impl_->open(key, bounds); }

bool Ledger::find(AccountKey const& key, AccountIndex& out) const {
  impl_->need_names();
  return impl_->accounts.find(key, out);
}
AccountKey Ledger::key(AccountIndex account) const {
  impl_->need_names();
  return impl_->accounts.key(account);
}
Balance const& Ledger::balance(AccountIndex account) const noexcept { return impl_->accounts[account].balance; }
Bounds const& Ledger::bounds(AccountIndex account) const noexcept { return impl_->accounts.bounds(account); }
std::size_t Ledger::account_count() const noexcept { return impl_->accounts.size(); }

std::vector<AccountIndex> Ledger::accounts_of(AccountKind kind, std::string_view unit) const {
  impl_->need_names();
  std::vector<AccountIndex> found;
  auto const& accounts = impl_->accounts;
  auto const symbol = accounts.symbols.find(unit);
  if (symbol == no_slot) return found;
  for (auto at = accounts.next_of_unit(symbol, no_slot); at != no_slot; at = accounts.next_of_unit(symbol, at)) {
    if (accounts[AccountIndex(at)].kind() == kind) found.emplace_back(at);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

Result<CostPoolIndex> Ledger::open_pool(CostPoolKey const& key) {
  CostPoolIndex pool;
  if (impl_->costs.find(key, pool)) {
    if (impl_->costs[pool].key == key) return pool;
    return failure("pool_differs", "`" + key.item + "` at `" + key.place + "` is valued in another way already", key.item,
                   "use its method and inventory account");
  }
  if (key.inventory.value >= impl_->accounts.size() || impl_->accounts[key.inventory].kind() != AccountKind::money) {
    return failure("unknown_account", "a cost pool needs an inventory account of the books", key.item, "open it first");
  }
  if (key.method > CostMethod::average) return failure("unknown_kind", "this cost method is not known", key.item);
  impl_->need_names();
  auto const& account = impl_->accounts[key.inventory];
  auto const name = impl_->accounts.key(key.inventory);
  if (name == discrepancy_of(name)) return failure("control_account", "a discrepancy account cannot be the inventory account of a pool", key.item);
  if (account.control == 0 && (!(account.balance == Balance{}) || !(impl_->accounts.bounds(key.inventory) == unbounded))) {
    return failure("control_account", "the inventory account has bounds, or holds something that no cost explains", key.item,
                   "begin with an empty account without bounds");
  }
  return impl_->add_pool(key);
}

CostPoolIndex Ledger::Impl::add_pool(CostPoolKey const& key) {
  undo.push_back({UndoStep::Kind::cost, 0, {static_cast<std::int64_t>(costs.mark()), 0, 0}});
  auto const pool = costs.add(key);
  auto& account = accounts[key.inventory];
  if (account.control == 0) undo.push_back({UndoStep::Kind::control, key.inventory.value, {}});
  account.control = 1;
  return pool;
}
bool Ledger::find_pool(CostPoolKey const& key, CostPoolIndex& out) const { return impl_->costs.find(key, out) && impl_->costs[out].key == key; }
bool Ledger::find_pool(std::string_view item, std::string_view place, CostPoolIndex& out) const {
  return impl_->costs.find({std::string(item), std::string(place), {}, {}}, out);
}
CostPoolKey const& Ledger::pool_key(CostPoolIndex pool) const { return impl_->costs[pool].key; }
std::size_t Ledger::pool_count() const noexcept { return impl_->costs.size(); }
CostState Ledger::cost(CostPoolIndex index) const {
  auto const& pool = impl_->costs[index];
  auto const open = std::count_if(pool.layers.begin(), pool.layers.end(), [](CostLayer const& layer) { return layer.quantity != 0; });
  return {pool.quantity, pool.value, static_cast<std::int64_t>(open)};
}
CostRate Ledger::cost_rate(CostPoolIndex pool) const { return {impl_->costs[pool].rate_quantity, impl_->costs[pool].rate_value}; }
std::vector<CostLayer> Ledger::cost_layers(CostPoolIndex pool) const { return impl_->costs[pool].layers; }

Result<void> Ledger::apply(Group const& group, Timestamp now, Applied& out, History const& history) {
  Error error;
  if (impl_->apply(group, now, out, history, error)) return {};
  return Unexpected{std::move(error)};
}

bool Ledger::Impl::apply(Group const& group, Timestamp now, Applied& out, History const& history, Error& error) {
  auto const before = undo.size();
  out.clear();
  Application application(*this, group, now, out, history, error);
  if (application.run()) return true;
  undo_to(before);
  out.clear();
  return false;
}

Receipt Ledger::submit(Group const& group, std::uint64_t body, Timestamp now, Applied& out, History const& history) {
  out.clear();
  Receipt receipt;
  bool const checked = !group.id.none();
  if (checked && !(impl_->ids.highest() < group.id)) {
    Known known;
    bool const recent = impl_->ids.find(group.id, known);
    if (recent || (history.id != nullptr && history.id(history.context, group.id, known, receipt.error))) {
      receipt.duplicate = true;
      if (known.body != body) {
        receipt.error = {"id_conflict", "this id was used before for another group", {}, "give a new group a new id"};
        return receipt;
      }
      receipt.count = known.count;
      if (known.first >= 0) receipt.first = Sequence(known.first);
      else if (recent) receipt.error = impl_->refusals[static_cast<std::size_t>(-known.first - 1)];
      return receipt;
    }
  }
  Known known{body, 0, 0};
  if (impl_->apply(group, now, out, history, receipt.error)) {
    receipt.count = known.count = static_cast<std::int32_t>(out.entries.size());
    known.first = impl_->last.value + 1 - known.count;
    receipt.first = Sequence(known.first);
    receipt.shortages = out.shortages;
    receipt.costs = out.costs;
    receipt.sequences = out.sequences;
    receipt.discrepancy = out.discrepancy;
  } else {
    if (!checked) return receipt;
    impl_->refusals.push_back(receipt.error);
    impl_->undo.push_back({UndoStep::Kind::refusal, 0, {}});
    known.first = -static_cast<std::int64_t>(impl_->refusals.size());
  }
  if (checked) {
    impl_->ids.add(group.id, known);
    impl_->undo.push_back({UndoStep::Kind::id_added, 0, {static_cast<std::int64_t>(group.id.high), static_cast<std::int64_t>(group.id.low), 0}});
  }
  return receipt;
}

void Ledger::prefetch(Group const& group) const noexcept {
  impl_->ids.prefetch(group.id);
  for (auto const& transfer : group.transfers) {
    for (auto const account : {transfer.debit, transfer.credit}) {
      if (account.value < impl_->accounts.size()) __builtin_prefetch(&impl_->accounts[account]);
    }
  }
}

bool Ledger::lot(std::string_view item, std::string_view lot, Lot& out) const {
  auto const* known = impl_->lots.find(item, lot);
  if (known != nullptr) out = *known;
  return known != nullptr;
}

IdTable& Ledger::recent_ids() noexcept { return impl_->ids; }
void Ledger::forget_ids() noexcept {
  impl_->ids.clear();
  impl_->refusals.clear();
}
Sequence Ledger::last_sequence() const noexcept { return impl_->last; }
CostSequence Ledger::last_cost_sequence() const noexcept { return impl_->last_cost; }
Timestamp Ledger::closed_through(AccountKind kind, std::string_view place) const { return impl_->closed_through(kind, place); }
std::vector<PeriodClose> const& Ledger::closes() const noexcept { return impl_->closes; }

Ledger::Mark Ledger::mark() const noexcept { return impl_->undo.size(); }
void Ledger::undo_to(Mark mark) noexcept { impl_->undo_to(mark); }
void Ledger::commit() noexcept {
  impl_->undo.clear();
  impl_->removed.clear();
  impl_->costs.commit();
  impl_->lots.commit();
  impl_->accounts.commit();
}

}  // namespace bylaw::inline v0::ledger
