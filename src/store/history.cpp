// Balances of the past, the change feed, and backups: all beside the writer, on connections of their own.
#include <bylaw/store/history.hpp>

#include <algorithm>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

#include <bylaw/values/integer.hpp>

#include "store/schema.hpp"

namespace bylaw::inline v0::store {

using ledger::AccountIndex;
using ledger::AccountKey;
using ledger::AccountKind;

struct History::Impl {
  std::string path;
  Database db;
};

namespace {

AccountKey read_key(Statement& rows) {
  AccountKey key;
  key.kind = static_cast<AccountKind>(rows.number());
  for (auto* part : {&key.unit, &key.place, &key.status, &key.detail, &key.owner, &key.pool}) *part = rows.text();
  return key;
}

}  // namespace

Result<History> History::open(std::string const& path) {
  auto db = open_to_read(path);
  if (!db) return Unexpected{db.error()};
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->db = std::move(*db);
  return History(impl.release());
}

History::History(History&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
History& History::operator=(History&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
History::~History() { delete impl_; }

Result<std::vector<PastBalance>> History::balances(Timestamp at, TimeKind kind, AccountKind account_kind, std::string const& unit) {
  auto* db = impl_->db.get();
  auto const fail = [&](Statement const& s) { return Unexpected{describe(s.code(), db, impl_->path)}; };
  // By recorded time: the transfers up to the last commit of that moment. Commits are recorded in order.
  Statement last(db,
                 "SELECT coalesce((SELECT t.seq FROM transfer t WHERE t.commit_seq <= (SELECT coalesce(max(seq), 0) FROM commit_log WHERE recorded_at <= ?) "
                 "ORDER BY t.seq DESC LIMIT 1), 0)");
  if (!last.reset().bind(at.value).step()) return fail(last);
  auto const through = kind == TimeKind::recorded ? last.number() : INT64_MAX;
  Statement rows(db, "SELECT debit, credit, amount FROM transfer WHERE seq<=?1 AND effective<=?2 AND kind IN (0, 2, 5)");
  rows.reset().bind(through).bind(kind == TimeKind::recorded ? INT64_MAX : at.value);
  std::vector<Int128> sums;
  while (rows.step()) {
    auto const debit = static_cast<std::size_t>(rows.number());
    auto const credit = static_cast<std::size_t>(rows.number());
    auto const amount = rows.number();
    if (auto const most = std::max(debit, credit); most >= sums.size()) sums.resize(most + 1 + most / 2);
    sums[debit] -= amount;
    sums[credit] += amount;
  }
  if (rows.failed()) return fail(rows);
  Statement accounts(db, "SELECT seq - 1, kind, unit, place, status, detail, owner, pool FROM account WHERE kind=?1 AND (?2='' OR unit=?2) ORDER BY seq");
  accounts.reset().bind(static_cast<std::int64_t>(account_kind)).bind(unit);
  std::vector<PastBalance> found;
  while (accounts.step()) {
    PastBalance balance;
    balance.account = AccountIndex(static_cast<std::uint32_t>(accounts.number()));
    if (balance.account.value >= sums.size() || sums[balance.account.value] == 0) continue;
    if (!fits_int64(sums[balance.account.value])) return failure("overflow", "a balance of that moment leaves the range of 64 bits", impl_->path);
    balance.key = read_key(accounts);
    balance.posted = static_cast<std::int64_t>(sums[balance.account.value]);
    found.push_back(std::move(balance));
  }
  if (accounts.failed()) return fail(accounts);
  return found;
}

Result<StockChanges> History::stock_changes(ledger::Sequence after, std::int64_t transfers_max) {
  auto* db = impl_->db.get();
  StockChanges out;
  // One transaction, so that the sequence and the balances are of one moment.
  execute(db, "BEGIN");
  Statement end(db, "SELECT coalesce(max(seq), 0) FROM transfer WHERE seq > ?1 AND seq <= ?1 + ?2");
  end.reset().bind(after.value).bind(transfers_max);
  Statement rows(db,
                 "WITH touched AS (SELECT debit AS account FROM transfer WHERE seq > ?1 AND seq <= ?2 UNION SELECT credit FROM transfer WHERE seq > ?1 AND "
                 "seq <= ?2) SELECT b.account - 1, b.kind, b.unit, b.place, b.status, b.detail, b.owner, b.pool, b.posted, b.pending_out FROM balance_now b "
                 "JOIN touched t ON t.account = b.account - 1 WHERE b.kind = 0 AND b.floor != ?3 ORDER BY b.account");
  auto const found_end = end.step();
  out.through = ledger::Sequence(found_end && end.number() > 0 ? sqlite3_column_int64(end.raw(), 0) : after.value);
  rows.reset().bind(after.value).bind(out.through.value).bind(ledger::no_floor);
  while (rows.step()) {
    StockChange change;
    change.account = AccountIndex(static_cast<std::uint32_t>(rows.number()));
    change.key = read_key(rows);
    change.on_hand = rows.number();
    change.reserved = rows.number();
    change.available = change.on_hand - change.reserved;
    out.changes.push_back(std::move(change));
  }
  Statement newest(db, "SELECT coalesce(max(seq), 0) FROM transfer");
  bool const ahead = newest.step() && newest.number() < after.value;
  bool const failed = end.failed() || rows.failed();
  auto error = describe(end.failed() ? end.code() : rows.code(), db, impl_->path);
  end.reset();
  rows.reset();
  newest.reset();
  execute(db, "COMMIT");
  if (ahead) {
    return failure("unknown_sequence", "the store has not come so far as transfer " + std::to_string(after.value), impl_->path,
                   "after restoring a backup, publish everything anew and go on from there");
  }
  if (failed) return Unexpected{std::move(error)};
  return out;
}

namespace {

Result<void> copy_to(Database const& from, std::string const& path, std::string const& target) {
  sqlite3* raw = nullptr;
  auto const opened = sqlite3_open_v2(target.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database const to(raw);
  if (opened != SQLITE_OK) return Unexpected{describe(opened, raw, target)};
  // In one step: the copy is of one moment, and the writer is not held up, because readers of a WAL never do.
  auto* copy = sqlite3_backup_init(raw, "main", from.get(), "main");
  auto const stepped = copy == nullptr ? sqlite3_errcode(raw) : sqlite3_backup_step(copy, -1);
  auto const finished = copy == nullptr ? stepped : sqlite3_backup_finish(copy);
  if (stepped != SQLITE_DONE) return Unexpected{describe(stepped, raw, path)};
  if (finished != SQLITE_OK) return Unexpected{describe(finished, raw, target)};
  // Alone in its file, without a WAL beside it, and on disk.
  if (!execute(raw, "PRAGMA journal_mode=DELETE")) return Unexpected{describe(sqlite3_errcode(raw), raw, target)};
  Statement check(raw, "PRAGMA quick_check(1)");
  if (!check.step() || check.text() != "ok") return failure("store_corrupt", "the copy is not sound", target, "run `bylaw verify` on the store");
  return {};
}

bool sync_file(std::string const& path) {
  auto const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  bool const synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

}  // namespace

Result<void> backup(std::string const& path, std::string const& target) {
  if (::access(target.c_str(), F_OK) == 0) return failure("backup_exists", "there is a file of this name already", target, "give the backup another name");
  auto from = open_to_read(path);
  if (!from) return Unexpected{from.error()};
  auto const unfinished = target + ".unfinished";
  (void)std::remove(unfinished.c_str());
  auto const copied = copy_to(*from, path, unfinished);
  // The name says that the copy is complete: it gets it last.
  if (copied && sync_file(unfinished) && std::rename(unfinished.c_str(), target.c_str()) == 0) return {};
  (void)std::remove(unfinished.c_str());
  if (!copied) return copied;
  return failure("store_failed", "the backup cannot be given its name", target, "check the folder");
}

}  // namespace bylaw::inline v0::store
