// A ledger as bytes, and back; and the journal, row by row.
#include <algorithm>
#include <bit>
#include <cstring>

#include "ledger/apply.hpp"
#include "ledger/packing.hpp"

namespace bylaw::inline v0::ledger {

static_assert(std::endian::native == std::endian::little, "snapshots copy whole blocks of records");
static_assert(std::is_trivially_copyable_v<AccountRecord> && sizeof(AccountRecord) == 32);

namespace {

/// Distinct bounds, sequences and closes, then the account records as they lie in memory.
std::string pack_balances(Ledger::Impl const& state) {
  Packer out;
  out.number(state.last.value);
  out.number(state.last_cost.value);
  out.number(static_cast<std::int64_t>(state.closes.size()));
  for (auto const& close : state.closes) {
    out.number(static_cast<std::int64_t>(close.kind));
    out.number(close.through.value);
    out.text(close.place);
  }
  auto const& bounds = state.accounts.distinct_bounds();
  out.number(static_cast<std::int64_t>(bounds.size()));
  for (auto const& b : bounds) {
    out.number(b.floor);
    out.number(b.ceiling);
  }
  out.number(static_cast<std::int64_t>(state.accounts.size()));
  for (std::size_t i = 0; i < state.accounts.size();) {
    auto const run = state.accounts.run_length(i);
    out.raw(&state.accounts[AccountIndex(static_cast<std::uint32_t>(i))], run * sizeof(AccountRecord));
    i += run;
  }
  return out.take();
}

std::string pack_names(Ledger::Impl const& state) {
  Packer out;
  auto const& symbols = state.accounts.symbols;
  out.number(static_cast<std::int64_t>(symbols.size()));
  for (std::size_t i = 0; i < symbols.size(); ++i) out.text(symbols.text(static_cast<Symbol>(i)));
  out.number(static_cast<std::int64_t>(state.accounts.size()));
  for (std::size_t i = 0; i < state.accounts.size(); ++i) {
    auto const& name = state.accounts.name(AccountIndex(static_cast<std::uint32_t>(i)));
    std::uint32_t const parts[] = {name.place, name.status, name.detail, name.owner, name.pool};
    out.raw(parts, sizeof parts);
  }
  return out.take();
}

std::string pack_pendings(Ledger const& ledger) {
  Packer out;
  out.number(static_cast<std::int64_t>(ledger.pending_count()));
  ledger.each_pending(
      [](void* context, Pending const& p) {
        auto& packer = *static_cast<Packer*>(context);
        for (auto const figure : {p.sequence.value, std::int64_t{p.debit.value}, std::int64_t{p.credit.value}, p.amount, p.due.value, p.expires.value}) {
          packer.number(figure);
        }
        packer.text(p.reference);
      },
      &out);
  return out.take();
}

std::string pack_costs(CostTable const& costs, LotTable const& lots) {
  Packer out;
  out.number(static_cast<std::int64_t>(lots.all().size()));
  for (auto const& lot : lots.all()) {
    out.text(lot.item);
    out.text(lot.lot);
    for (auto const time : {lot.received, lot.removal, lot.expires}) out.number(time.value);
  }
  out.number(static_cast<std::int64_t>(costs.size()));
  for (std::uint32_t i = 0; i < costs.size(); ++i) {
    auto const& pool = costs[CostPoolIndex(i)];
    out.text(pool.key.item);
    out.text(pool.key.place);
    auto const live = std::count_if(pool.layers.begin(), pool.layers.end(), [](CostLayer const& layer) { return layer.quantity != 0; });
    for (auto const figure : {static_cast<std::int64_t>(pool.key.method), std::int64_t{pool.key.inventory.value}, pool.quantity, pool.value, pool.rate_quantity,
                              pool.rate_value, static_cast<std::int64_t>(live)}) {
      out.number(figure);
    }
    for (auto const& layer : pool.layers) {
      if (layer.quantity == 0) continue;
      for (auto const figure : {layer.sequence, layer.received, layer.quantity, layer.value}) out.number(figure);
    }
  }
  return out.take();
}

bool unpack_balances(std::string const& bytes, Ledger::Impl& state) {
  Unpacker in(bytes);
  state.last = Sequence(in.number());
  state.last_cost = CostSequence(in.number());
  for (auto left = in.count(); left > 0; --left) {
    PeriodClose close;
    close.kind = static_cast<AccountKind>(in.number() & 1);
    close.through = Timestamp(in.number());
    close.place = in.text();
    state.add_close(close);
  }
  auto const distinct = in.count();
  for (auto left = distinct; left > 0; --left) {
    Bounds bounds;
    bounds.floor = in.number();
    bounds.ceiling = in.number();
    (void)state.accounts.intern(bounds);
  }
  auto const count = in.count();
  auto const* raw = in.raw(count * sizeof(AccountRecord));
  if (raw == nullptr || state.accounts.distinct_bounds().size() != distinct) return false;
  for (std::size_t i = 0; i < count; ++i) {
    AccountRecord record;
    std::memcpy(&record, raw + i * sizeof record, sizeof record);
    if (record.bounds >= distinct) return false;
    state.accounts.add_record(record);
  }
  return in.done();
}

bool unpack_pendings(std::string const& bytes, Ledger::Impl& state) {
  Unpacker in(bytes);
  for (auto left = in.count(); left > 0 && in.ok(); --left) {
    Pending pending;
    pending.sequence = Sequence(in.number());
    pending.debit = AccountIndex(static_cast<std::uint32_t>(in.number()));
    pending.credit = AccountIndex(static_cast<std::uint32_t>(in.number()));
    pending.amount = in.number();
    pending.due = Timestamp(in.number());
    pending.expires = Timestamp(in.number());
    pending.reference = in.text();
    if (pending.reference.size() > reference_bytes_max || pending.sequence.value <= 0) return false;
    if (!in.ok() || pending.debit.value >= state.accounts.size() || pending.credit.value >= state.accounts.size()) return false;
    state.pendings.add(pending, state.accounts[pending.debit].unit());
  }
  return in.done();
}

bool unpack_costs(std::string const& bytes, CostTable& costs, LotTable& lots) {
  Unpacker in(bytes);
  for (auto left = in.count(); left > 0 && in.ok(); --left) {
    Lot lot;
    lot.item = in.text();
    lot.lot = in.text();
    for (auto* time : {&lot.received, &lot.removal, &lot.expires}) *time = Timestamp(in.number());
    lots.set(lot);
  }
  lots.commit();
  for (auto left = in.count(); left > 0 && in.ok(); --left) {
    CostPool pool;
    pool.key.item = in.text();
    pool.key.place = in.text();
    pool.key.method = static_cast<CostMethod>(in.number());
    pool.key.inventory = AccountIndex(static_cast<std::uint32_t>(in.number()));
    for (auto* figure : {&pool.quantity, &pool.value, &pool.rate_quantity, &pool.rate_value}) *figure = in.number();
    for (auto layers = in.count(); layers > 0 && in.ok(); --layers) {
      CostLayer layer;
      for (auto* figure : {&layer.sequence, &layer.received, &layer.quantity, &layer.value}) *figure = in.number();
      pool.layers.push_back(layer);
    }
    costs.restore(std::move(pool));
  }
  return in.done();
}

/// Whether names can be read later without a surprise: sizes add up and every symbol exists.
bool names_fit(std::string const& bytes, AccountTable const& accounts) {
  Unpacker in(bytes);
  auto const symbols = in.count();
  for (auto left = symbols; left > 0 && in.ok(); --left) in.skip_text();
  auto const count = in.count();
  auto const* raw = in.raw(count * 5 * sizeof(std::uint32_t));
  if (raw == nullptr || count != accounts.size() || !in.done()) return false;
  for (std::size_t i = 0; i < count * 5; ++i) {
    std::uint32_t symbol = 0;
    std::memcpy(&symbol, raw + i * sizeof symbol, sizeof symbol);
    if (symbol >= symbols) return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (accounts[AccountIndex(static_cast<std::uint32_t>(i))].unit() >= symbols) return false;
  }
  return true;
}

}  // namespace

void Ledger::Impl::read_names() {
  std::string bytes;
  bytes.swap(unread_names);
  Unpacker in(bytes);
  for (auto left = in.count(); left > 0; --left) (void)accounts.symbols.intern(in.text());
  auto const count = in.count();
  auto const* raw = in.raw(count * 5 * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t parts[5];
    std::memcpy(parts, raw + i * sizeof parts, sizeof parts);
    accounts.add_name({parts[0], parts[1], parts[2], parts[3], parts[4], no_slot, no_slot});
  }
}

Snapshot Ledger::snapshot() const {
  impl_->need_names();
  return {pack_balances(*impl_), pack_names(*impl_), pack_pendings(*this), pack_costs(impl_->costs, impl_->lots)};
}

Result<void> Ledger::restore(Snapshot snapshot) {
  auto& state = *impl_;
  bool const fits = state.accounts.size() == 0 && unpack_balances(snapshot.balances, state) && names_fit(snapshot.names, state.accounts) &&
                    unpack_pendings(snapshot.pendings, state) && unpack_costs(snapshot.costs, state.costs, state.lots);
  if (!fits) return failure("bad_snapshot", "the snapshot is not readable");
  state.unread_names = std::move(snapshot.names);
  return {};
}

Result<void> Ledger::replay(Entry const& entry, bool strict) {
  static Group const nothing;
  static History const none;
  if (entry.sequence.value != impl_->last.value + 1) {
    return failure("gap", "transfer " + std::to_string(entry.sequence.value) + " does not follow " + std::to_string(impl_->last.value));
  }
  Applied out;
  Error error;
  Application application(*impl_, nothing, {}, out, none, error);
  bool const done = application.replay(entry, strict);
  commit();
  if (!done) return Unexpected{std::move(error)};
  return {};
}

bool Application::replay(Entry const& entry, bool strict) {
  replaying_ = true;
  strict_ = strict;
  return step(entry.transfer);
}

/// The money that a cost move asked for has rows of its own; only the pool moves again.
Result<void> Ledger::replay(CostEntry const& recorded) {
  if (recorded.sequence.value != impl_->last_cost.value + 1) {
    return failure("gap", "cost move " + std::to_string(recorded.sequence.value) + " does not follow " + std::to_string(impl_->last_cost.value));
  }
  auto entry = recorded;
  std::vector<CostLeg> legs;
  auto const done = impl_->costs.apply(entry, legs);
  commit();
  if (!done) return done;
  if (entry.value_change != recorded.value_change || entry.rounding != recorded.rounding) {
    return failure("cost_differs", "cost move " + std::to_string(recorded.sequence.value) + " does not give the value that was booked");
  }
  impl_->last_cost = recorded.sequence;
  return {};
}

Result<void> Ledger::replay(CostPoolKey const& key) {
  if (key.inventory.value >= impl_->accounts.size()) return failure("unknown_account", "a cost pool names an account that does not exist");
  (void)impl_->add_pool(key);
  commit();
  return {};
}

Result<void> Ledger::replay(BoundChange const& change) {
  if (change.account.value >= impl_->accounts.size()) return failure("unknown_account", "bounds are set on an account that does not exist");
  impl_->accounts[change.account].bounds = impl_->accounts.intern(change.bounds) & bounds_mask;
  return {};
}

void Ledger::replay(PeriodClose const& close) { impl_->add_close(close); }

void Ledger::replay(Lot const& lot) {
  impl_->lots.set(lot);
  impl_->lots.commit();
}

}  // namespace bylaw::inline v0::ledger
