// The way back: snapshots bound opening, the journal decides.
#include "store/recover.hpp"

#include <bylaw/values/hash.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using ledger::AccountIndex;
using ledger::Ledger;

namespace {

/// The columns of a row, from the left.
class Columns {
 public:
  explicit Columns(sqlite3_stmt* row, int first) : row_(row), next_(first) {}
  std::int64_t number() { return sqlite3_column_int64(row_, next_++); }
  std::string text() {
    auto const* bytes = static_cast<char const*>(sqlite3_column_blob(row_, next_));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(row_, next_++));
    return bytes == nullptr ? std::string{} : std::string(bytes, size);
  }
  Timestamp time() { return Timestamp(number()); }
  AccountIndex account() { return AccountIndex(static_cast<std::uint32_t>(number())); }

 private:
  sqlite3_stmt* row_;
  int next_;
};

}  // namespace

Replay::Replay(sqlite3* db, Ledger& ledger, bool strict, std::int64_t after, std::string chain)
    : walk_(db, after, std::move(chain)),
      ledger_(ledger),
      strict_(strict),
      after_(after),
      bounds_(db, "SELECT after_transfer, account, floor, ceiling FROM bound_change WHERE commit_seq>? ORDER BY seq") {
  walk_.see = [](void* self, Journal table, sqlite3_stmt* row) { static_cast<Replay*>(self)->see(table, row); };
  walk_.context = this;
  more_bounds_ = bounds_.reset().bind(after).step();
}

void Replay::find(std::string text) {
  if (findings.size() < 100) findings.push_back(std::move(text));
}

void Replay::check(Result<void> const& done, char const* what, std::int64_t seq) {
  if (done) return;
  stopped_ = true;
  find("the journal does not add up at " + std::string(what) + " " + std::to_string(seq) + ": " + done.error().message);
}

bool Replay::run() {
  auto recorded_before = INT64_MIN;
  bool broken = false;
  while (walk_.next()) {
    if (walk_.seq() != after_ + ++commits_) {
      find("commit " + std::to_string(after_ + commits_) + " is missing");
      commits_ = walk_.seq() - after_;
    }
    if (walk_.recorded() < recorded_before) find("commit " + std::to_string(walk_.seq()) + " was recorded before the one ahead of it");
    recorded_before = walk_.recorded();
    if (walk_.recomputed() == walk_.sealed() || broken) continue;
    broken = true;  // every later hash stands on this one
    find("the hash of commit " + std::to_string(walk_.seq()) + " does not fit its rows: something in it was changed");
  }
  if (walk_.code() != SQLITE_OK) return false;
  change_bounds_before(INT64_MAX);
  if (!walk_.gap().empty()) find(walk_.gap());
  if (auto const table = walk_.unsealed(); !table.empty()) find("table " + table + " has rows that no commit sealed");
  return true;
}

void Replay::see(Journal table, sqlite3_stmt* row) {
  if (stopped_) return;
  switch (table) {
    case Journal::account: return see_account(row);
    case Journal::transfer: return see_transfer(row);
    case Journal::cost_pool: return see_pool(row);
    case Journal::cost_move: return see_cost(row);
    case Journal::period_close: {
      Columns in(row, 3);
      ledger::PeriodClose close;
      close.kind = static_cast<ledger::AccountKind>(in.number());
      close.place = in.text();
      close.through = in.time();
      return ledger_.replay(close);
    }
    case Journal::lot: {
      Columns in(row, 2);
      return ledger_.replay(ledger::Lot{in.text(), in.text(), in.time(), in.time(), in.time()});
    }
    default: return;
  }
}

void Replay::see_account(sqlite3_stmt* row) {
  auto const seq = sqlite3_column_int64(row, 0);
  if (seq <= static_cast<std::int64_t>(ledger_.account_count())) return;
  Columns in(row, 2);
  ledger::AccountKey key;
  key.kind = static_cast<ledger::AccountKind>(in.number());
  for (auto* part : {&key.unit, &key.place, &key.status, &key.detail, &key.owner, &key.pool}) *part = in.text();
  auto const floor = in.number();
  auto const account = ledger_.open(key, {floor, in.number()});
  if (account.value + 1 == seq) return;
  stopped_ = true;
  find("account " + std::to_string(seq) + " has the name of another");
}

void Replay::see_transfer(sqlite3_stmt* row) {
  Columns in(row, 6);
  ledger::Entry entry;
  entry.sequence = ledger::Sequence(sqlite3_column_int64(row, 0));
  if (more_bounds_) change_bounds_before(entry.sequence.value);
  auto& t = entry.transfer;
  t.kind = static_cast<ledger::TransferKind>(in.number());
  t.force = static_cast<ledger::Force>(in.number());
  t.prior_period = in.number() != 0;
  t.code = static_cast<std::int32_t>(in.number());
  t.debit = in.account();
  t.credit = in.account();
  t.amount = in.number();
  t.target = ledger::Sequence(in.number());
  t.effective = in.time();
  t.due = in.time();
  t.expires = in.time();
  t.reference = in.text();
  check(ledger_.replay(entry, strict_), "transfer", entry.sequence.value);
}

void Replay::see_pool(sqlite3_stmt* row) {
  auto const seq = sqlite3_column_int64(row, 0);
  if (seq <= static_cast<std::int64_t>(ledger_.pool_count())) return;
  Columns in(row, 2);
  ledger::CostPoolKey key;
  key.item = in.text();
  key.place = in.text();
  key.method = static_cast<ledger::CostMethod>(in.number());
  key.inventory = in.account();
  check(ledger_.replay(key), "cost pool", seq);
}

void Replay::see_cost(sqlite3_stmt* row) {
  Columns in(row, 3);
  ledger::CostEntry entry;
  entry.sequence = ledger::CostSequence(sqlite3_column_int64(row, 0));
  auto& move = entry.move;
  move.kind = static_cast<ledger::CostMoveKind>(in.number());
  move.pool = ledger::CostPoolIndex(static_cast<std::uint32_t>(in.number()));
  move.to = ledger::CostPoolIndex(static_cast<std::uint32_t>(in.number()));
  move.quantity = in.number();
  move.value = in.number();
  move.layer = ledger::CostSequence(in.number());
  move.contra = in.account();
  move.variance = in.account();
  move.code = static_cast<std::int32_t>(in.number());
  move.effective = in.time();
  entry.value_change = in.number();
  entry.rounding = in.number();
  check(ledger_.replay(entry), "cost move", entry.sequence.value);
}

/// Bounds that were changed before this transfer are changed before it again.
void Replay::change_bounds_before(std::int64_t transfer) {
  while (more_bounds_ && sqlite3_column_int64(bounds_.raw(), 0) < transfer) {
    Columns in(bounds_.raw(), 1);
    auto const account = in.account();
    auto const floor = in.number();
    check(ledger_.replay(ledger::BoundChange{account, {floor, in.number()}}), "a change of bounds after transfer", transfer);
    more_bounds_ = bounds_.step();
  }
}

namespace {

std::int64_t checksum(ledger::Snapshot const& s) {
  auto sum = hash64(s.balances);
  for (auto const* part : {&s.names, &s.pendings, &s.costs}) sum = hash64(part->data(), part->size(), sum);
  return static_cast<std::int64_t>(sum);
}

/// The newest sound snapshot, if there is one. One of another format, another history or with a flipped byte is passed over: the journal
/// decides.
bool restore_newest(sqlite3* db, Ledger& ledger, std::int64_t& commit_seq, std::string& chain) {
  Statement rows(db, "SELECT seq FROM snapshot ORDER BY seq DESC");
  while (rows.step()) {
    if (restore_snapshot(db, rows.number(), ledger, commit_seq, chain)) return true;
  }
  return !rows.failed();
}

}  // namespace

bool restore_snapshot(sqlite3* db, std::int64_t number, Ledger& ledger, std::int64_t& commit_seq, std::string& chain) {
  Statement row(db,
                "SELECT s.format, s.commit_seq, s.transfer_seq, s.chain, s.checksum, s.balances, s.names, s.pendings, s.costs, c.chain FROM snapshot s "
                "JOIN commit_log c ON c.seq = s.commit_seq WHERE s.seq=?");
  if (!row.reset().bind(number).step()) return false;
  auto const format = row.number();
  auto const commit = row.number();
  auto const transfer = row.number();
  auto const snapshot_chain = row.text();
  auto const sum = row.number();
  ledger::Snapshot snapshot;
  for (auto* part : {&snapshot.balances, &snapshot.names, &snapshot.pendings, &snapshot.costs}) *part = row.text();
  if (format != ledger::snapshot_format || snapshot_chain != row.text() || checksum(snapshot) != sum) return false;
  Ledger restored;
  if (!restored.restore(std::move(snapshot)) || restored.last_sequence().value != transfer) return false;
  ledger = std::move(restored);
  commit_seq = commit;
  chain = snapshot_chain;
  return true;
}

Result<void> Store::load_ledger(Ledger& ledger) {
  auto& s = *impl_;
  std::int64_t after = 0;
  std::string chain(32, '\0');
  if (!restore_newest(s.db.get(), ledger, after, chain)) return s.fail();
  if (after < s.commit_seq) {
    Replay replay(s.db.get(), ledger, false, after, chain);
    if (!replay.run()) return Unexpected{describe(replay.code(), s.db.get(), s.path)};
    if (!replay.findings.empty()) {
      return failure("store_corrupt", replay.findings.front(), s.path, "run `bylaw verify` and restore a backup");
    }
  }
  if (ledger.last_sequence().value != s.last(Journal::transfer)) {
    return failure("store_corrupt", "the journal ends at another transfer than its rows say", s.path, "run `bylaw verify` and restore a backup");
  }
  ledger.commit();
  if (!s.ids.load(s.db.get(), ledger.recent_ids())) return Unexpected{describe(s.ids.code(), s.db.get(), s.path)};
  return {};
}

Result<void> Store::save_snapshot(Ledger& ledger) {
  auto& s = *impl_;
  if (s.commit_seq == 0) return {};
  auto const snapshot = ledger.snapshot();
  bool flushed = false;
  s.open_transaction = true;  // also when something throws on the way
  Statement insert(s.db.get(),
                   "INSERT INTO snapshot(format, commit_seq, transfer_seq, chain, checksum, balances, names, pendings, costs) VALUES(?,?,?,?,?,?,?,?,?)");
  bool const done = s.begin.reset().run() && s.write_balances(ledger) && s.ids.work(s.last(Journal::transfer), s.last(Journal::group_receipt), true, flushed) &&
                    insert.reset()
                        .bind(ledger::snapshot_format)
                        .bind(s.commit_seq)
                        .bind(ledger.last_sequence().value)
                        .bind_blob(s.chain)
                        .bind(checksum(snapshot))
                        .bind_blob(snapshot.balances)
                        .bind_blob(snapshot.names)
                        .bind_blob(snapshot.pendings)
                        .bind_blob(snapshot.costs)
                        .run() &&
                    execute(s.db.get(), "DELETE FROM snapshot WHERE seq <= (SELECT max(seq) - 2 FROM snapshot)") && s.commit.reset().run();
  if (done) {
    s.open_transaction = false;
    s.committed_balances_at = s.balances_at;
    if (flushed) ledger.forget_ids();
    return {};
  }
  auto error = s.fail();
  rollback(ledger);
  return error;
}

}  // namespace bylaw::inline v0::store
