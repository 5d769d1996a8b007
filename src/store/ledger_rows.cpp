// The ledger's rows: accounts, transfers, costs, bounds, periods, lots.
#include <algorithm>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace ledger;  // NOLINT: every row here is one of its types.

bool Store::Impl::write_accounts(Ledger const& ledger) {
  bool ok = true;
  while (ok && last(Journal::account) < static_cast<std::int64_t>(ledger.account_count())) {
    AccountIndex const account(static_cast<std::uint32_t>(last(Journal::account)));
    auto const key = ledger.key(account);
    auto const& bounds = ledger.bounds(account);
    ok = row(Journal::account)
             .bind(static_cast<std::int64_t>(key.kind))
             .bind(key.unit)
             .bind(key.place)
             .bind(key.status)
             .bind(key.detail)
             .bind(key.owner)
             .bind(key.pool)
             .bind(bounds.floor)
             .bind(bounds.ceiling)
             .run();
  }
  while (ok && last(Journal::cost_pool) < static_cast<std::int64_t>(ledger.pool_count())) {
    auto const& key = ledger.pool_key(CostPoolIndex(static_cast<std::uint32_t>(last(Journal::cost_pool))));
    ok = row(Journal::cost_pool).bind(key.item).bind(key.place).bind(static_cast<std::int64_t>(key.method)).bind(std::int64_t{key.inventory.value}).run();
  }
  return ok;
}

bool Store::Impl::write_transfers(std::vector<Entry> const& entries, std::int64_t command_seq, Id const* id, std::uint64_t body) {
  std::int64_t leg = 0;
  for (auto const& [sequence, transfer] : entries) {
    dirty = true;
    auto& row = waiting[waiting_count++];
    row.seq = ++counters[static_cast<std::size_t>(Journal::transfer)];
    row.command_seq = command_seq;
    row.id = leg == 0 && id != nullptr ? *id : Id{};
    row.body = body;
    row.leg = leg++;
    row.transfer = transfer;
    touch(transfer.debit);
    touch(transfer.credit);
    if (waiting_count == rows_a_statement && !flush_transfers()) return false;
  }
  return true;
}

namespace {

void bind_transfer(Statement& insert, TransferRow const& row, std::int64_t commit_seq, char (&bytes)[16]) {
  auto const& t = row.transfer;
  insert.bind(row.seq).bind(commit_seq).bind(row.command_seq);
  if (row.id.none()) insert.bind_null().bind_null();
  else insert.bind_blob(pack_id(row.id, bytes)).bind(static_cast<std::int64_t>(row.body));
  insert.bind(row.leg)
      .bind(static_cast<std::int64_t>(t.kind))
      .bind(static_cast<std::int64_t>(t.force))
      .bind(std::int64_t{t.prior_period})
      .bind(std::int64_t{t.code})
      .bind(std::int64_t{t.debit.value})
      .bind(std::int64_t{t.credit.value})
      .bind(t.amount)
      .bind(t.target.value)
      .bind(t.effective.value)
      .bind(t.due.value)
      .bind(t.expires.value)
      .bind(t.reference);
}

}  // namespace

bool Store::Impl::flush_transfers() {
  auto* digest = &digests[static_cast<std::size_t>(Journal::transfer)];
  char bytes[rows_a_statement][16];
  bool ok = true;
  if (waiting_count == rows_a_statement) {
    insert_many.reset(digest);
    for (std::size_t i = 0; i < rows_a_statement; ++i) bind_transfer(insert_many, waiting[i], commit_seq + 1, bytes[i]);
    ok = insert_many.run();
  } else {
    auto& one = insert[static_cast<std::size_t>(Journal::transfer)];
    for (std::size_t i = 0; i < waiting_count && ok; ++i) {
      bind_transfer(one.reset(digest), waiting[i], commit_seq + 1, bytes[i]);
      ok = one.run();
    }
  }
  waiting_count = 0;
  return ok;
}

void Store::Impl::touch(AccountIndex account) {
  if (account.value >= is_touched.size()) is_touched.resize(account.value + std::size_t{1} + account.value / 2);
  if (is_touched[account.value]) return;
  is_touched[account.value] = true;
  touched.push_back(account.value);
}

bool CloseSums::read(sqlite3* db, Timestamp through, std::int64_t after_transfer) {
  if (read_ && through == through_ && after_transfer == after_transfer_) return true;
  sums_.clear();
  Statement rows(db, "SELECT debit, credit, amount FROM transfer WHERE seq<=?1 AND effective<=?2 AND kind IN (0, 2, 5)");
  rows.reset().bind(after_transfer).bind(through.value);
  while (rows.step()) {
    auto const debit = static_cast<std::size_t>(rows.number());
    auto const credit = static_cast<std::size_t>(rows.number());
    auto const amount = rows.number();
    if (auto const last = std::max(debit, credit); last >= sums_.size()) sums_.resize(last + 1 + last / 2);
    sums_[debit] -= amount;
    sums_[credit] += amount;
  }
  read_ = !rows.failed();
  through_ = through;
  after_transfer_ = after_transfer;
  return read_;
}

std::string CloseSums::hash(sqlite3* db, PeriodClose const& close, std::int64_t after_transfer) {
  if (!read(db, close.through, after_transfer)) return {};
  Statement accounts(db, "SELECT seq FROM account WHERE kind=?1 AND (kind=0 OR place=?2) ORDER BY seq");
  accounts.reset().bind(static_cast<std::int64_t>(close.kind)).bind(close.place);
  Digest digest;
  while (accounts.step()) {
    auto const account = accounts.number();
    auto const at = static_cast<std::size_t>(account - 1);
    if (at >= sums_.size() || sums_[at] == 0) continue;
    digest.add(account);
    digest.add(static_cast<std::int64_t>(sums_[at] >> 64));
    digest.add(static_cast<std::int64_t>(sums_[at]));
  }
  return accounts.failed() ? std::string{} : digest.finish();
}

bool Store::Impl::write_close(PeriodClose const& close) {
  if (!flush_transfers()) return false;
  auto const hash = close_sums.hash(db.get(), close, last(Journal::transfer));
  return !hash.empty() && row(Journal::period_close)
                              .bind(last(Journal::transfer))
                              .bind(static_cast<std::int64_t>(close.kind))
                              .bind(close.place)
                              .bind(close.through.value)
                              .bind_blob(hash)
                              .run();
}

bool Store::Impl::write_costs(std::vector<ledger::CostEntry> const& costs) {
  bool ok = true;
  for (auto const& [sequence, move, value_change, rounding] : costs) {
    ok = ok && row(Journal::cost_move)
                   .bind(last(Journal::transfer))
                   .bind(static_cast<std::int64_t>(move.kind))
                   .bind(std::int64_t{move.pool.value})
                   .bind(std::int64_t{move.to.value})
                   .bind(move.quantity)
                   .bind(move.value)
                   .bind(move.layer.value)
                   .bind(std::int64_t{move.contra.value})
                   .bind(std::int64_t{move.variance.value})
                   .bind(std::int64_t{move.code})
                   .bind(move.effective.value)
                   .bind(value_change)
                   .bind(rounding)
                   .bind(move.reference)
                   .run();
  }
  return ok;
}

Result<void> Store::record(Group const& group, std::uint64_t body, Receipt const& receipt, Applied const& applied, Ledger const& ledger) {
  auto& s = *impl_;
  if (receipt.duplicate) return {};
  bool const named = !group.id.none();
  if (!receipt.accepted() && !named) return {};
  auto const before = s.last(Journal::transfer);
  bool ok = s.write_accounts(ledger) && s.write_transfers(applied.entries, 0, named ? &group.id : nullptr, body);
  ok = ok && s.write_costs(applied.costs);
  if (receipt.accepted()) {
    for (auto const& change : group.bounds) {
      ok = ok && s.row(Journal::bound_change).bind(before).bind(std::int64_t{change.account.value}).bind(change.bounds.floor).bind(change.bounds.ceiling).run();
    }
    for (auto const& close : group.closes) ok = ok && s.write_close(close);
    for (auto const& lot : group.lots) {
      ok = ok && s.row(Journal::lot).bind(lot.item).bind(lot.lot).bind(lot.received.value).bind(lot.removal.value).bind(lot.expires.value).run();
    }
  }
  auto at = s.last(Journal::transfer) - static_cast<std::int64_t>(applied.entries.size()) + 1;
  if (named && applied.entries.empty()) {
    char bytes[16];
    auto const& e = receipt.error;
    ok = ok && s.row(Journal::group_receipt)
                   .bind_blob(pack_id(group.id, bytes))
                   .bind(static_cast<std::int64_t>(body))
                   .bind(receipt.first.value)
                   .bind(e.code)
                   .bind(e.message)
                   .bind(e.place)
                   .bind(e.remedy)
                   .run();
    at = -s.last(Journal::group_receipt);
  }
  if (!ok) return s.fail();
  if (named) s.ids.add(group.id, at);
  return {};
}

bool Store::Impl::write_balances_when_due(Ledger const& ledger, Timestamp at) {
  constexpr std::int64_t behind_transfers_max = 500'000;
  constexpr std::int64_t behind_ms_max = 1'000;
  if (balances_recorded.value == INT64_MIN) balances_recorded = at;
  bool const due = at.value - balances_recorded.value >= behind_ms_max || last(Journal::transfer) - balances_at >= behind_transfers_max;
  if (!due) return true;
  balances_recorded = at;
  return write_balances(ledger);
}

/// Brings the table `balance` up to the last transfer, in order of accounts, so that pages are written once.
bool Store::Impl::write_balances(Ledger const& ledger) {
  if (!touched_known) {
    Statement later(db.get(), "SELECT debit, credit FROM transfer WHERE seq > (SELECT transfer_seq FROM balance_state)");
    while (later.step()) {
      touch(AccountIndex(static_cast<std::uint32_t>(later.number())));
      touch(AccountIndex(static_cast<std::uint32_t>(later.number())));
    }
    if (later.failed()) return false;
    touched_known = true;
  }
  std::sort(touched.begin(), touched.end());
  for (auto const account : touched) {
    if (account >= ledger.account_count()) continue;  // its opening was taken back
    auto const& balance = ledger.balance(AccountIndex(account));
    if (!put_balance.reset().bind(std::int64_t{account}).bind(balance.posted).bind(balance.pending_out).bind(balance.pending_in).run()) return false;
  }
  for (auto const account : touched) is_touched[account] = false;
  touched.clear();
  balances_at = last(Journal::transfer);
  return put_balance_state.reset().bind(balances_at).run();
}

}  // namespace bylaw::inline v0::store
