#include "twins.hpp"

#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <bylaw/values/hash.hpp>

using bylaw::ledger::Id;

namespace {

std::size_t table_size(std::size_t entries) {
  std::size_t size = 1;
  while (size < entries * 2) size *= 2;
  return size;
}

std::size_t hashed(std::uint64_t key) { return static_cast<std::size_t>(key * 0x9E3779B97F4A7C15u >> 20); }

}  // namespace

FlatTwin::FlatTwin(std::uint32_t accounts, std::size_t ids) : balances_(table_size(accounts)), seen_(table_size(ids)) {
  for (std::uint32_t i = 0; i < accounts; ++i) at(key_of(i)).credits = opening_balance;
}

std::uint64_t FlatTwin::key_of(std::uint32_t account) {
  std::uint64_t state = account;
  return mixed(state) | 1;
}

FlatTwin::Balance& FlatTwin::at(std::uint64_t key) {
  auto const mask = balances_.size() - 1;
  auto i = hashed(key) & mask;
  while (balances_[i].key != 0 && balances_[i].key != key) i = (i + 1) & mask;
  balances_[i].key = key;
  return balances_[i];
}

int FlatTwin::post(Id const& id, std::uint64_t body, std::uint64_t debit, std::uint64_t credit, std::int64_t amount) {
  auto const mask = seen_.size() - 1;
  auto i = hashed(id.high ^ id.low * 0xC2B2AE3D27D4EB4Fu) & mask;
  for (; !seen_[i].id.none(); i = (i + 1) & mask) {
    if (seen_[i].id == id) return 0;
  }
  seen_[i] = {id, body};
  auto& from = at(debit);
  if (from.credits - from.debits < amount) return 0;
  from.debits += amount;
  at(credit).credits += amount;
  return 1;
}

std::int64_t FlatTwin::balance(std::uint64_t key) {
  auto const& b = at(key);
  return b.credits - b.debits;
}

SqliteTwin::SqliteTwin(std::string path, Kind kind) : path_(std::move(path)), kind_(kind) {
  remove_store(path_);
  sqlite3_open_v2(path_.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  sqlite3_exec(db_,
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144; PRAGMA wal_autocheckpoint=1000;"
               "CREATE TABLE transfer(id INTEGER PRIMARY KEY, debit INT, credit INT, amount INT, effective INT, recorded INT, ref INT, code INT);"
               "CREATE TABLE balance(id INTEGER PRIMARY KEY, debits INT NOT NULL, credits INT NOT NULL)",
               nullptr, nullptr, nullptr);
  auto const prepare = [&](char const* sql, sqlite3_stmt*& statement) { sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr); };
  prepare("BEGIN IMMEDIATE", begin_);
  prepare("COMMIT", commit_);
  prepare("INSERT INTO transfer VALUES(?,?,?,?,?,?,?,?)", insert_);
  prepare("INSERT INTO balance VALUES(?,?,0) ON CONFLICT(id) DO UPDATE SET debits=debits+excluded.debits", debit_);
  prepare("INSERT INTO balance VALUES(?,0,?) ON CONFLICT(id) DO UPDATE SET credits=credits+excluded.credits", credit_);
}

SqliteTwin::~SqliteTwin() {
  for (auto* statement : {begin_, commit_, insert_, debit_, credit_}) sqlite3_finalize(statement);
  sqlite3_close(db_);
  remove_store(path_);
}

void SqliteTwin::step(sqlite3_stmt* statement) {
  if (auto const code = sqlite3_step(statement); code != SQLITE_DONE && code != SQLITE_ROW) give_up(sqlite3_errmsg(db_));
  sqlite3_reset(statement);
}

void SqliteTwin::commit(Movement const* movements, std::size_t count) {
  step(begin_);
  for (std::size_t i = 0; i < count; ++i) {
    auto const& m = movements[i];
    std::int64_t const row[] = {next_++, m.debit, m.credit, m.amount, m.effective, m.effective, static_cast<std::int64_t>(m.reference), 1};
    for (int c = 0; c < 8; ++c) sqlite3_bind_int64(insert_, c + 1, row[c]);
    step(insert_);
    if (kind_ == Kind::insert_only) continue;
    sqlite3_bind_int64(debit_, 1, m.debit);
    sqlite3_bind_int64(debit_, 2, m.amount);
    step(debit_);
    sqlite3_bind_int64(credit_, 1, m.credit);
    sqlite3_bind_int64(credit_, 2, m.amount);
    step(credit_);
  }
  step(commit_);
}

std::int64_t SqliteTwin::sum() {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db_, "SELECT coalesce(sum(amount),0) FROM transfer", -1, &statement, nullptr);
  sqlite3_step(statement);
  auto const sum = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return sum;
}

LogTwin::LogTwin(std::string path, std::size_t records_max) : path_(std::move(path)), file_(::open(path_.c_str(), O_CREAT | O_TRUNC | O_RDWR, 0644)) {
  std::vector<char> const zeros(1 << 20);
  for (std::size_t written = 0; written < records_max * 64; written += zeros.size()) {
    if (::write(file_, zeros.data(), zeros.size()) < 0) give_up("the log cannot be written");
  }
  ::fsync(file_);
  ::lseek(file_, 0, SEEK_SET);
}

LogTwin::~LogTwin() {
  ::close(file_);
  std::filesystem::remove(path_);
}

void LogTwin::commit(Movement const* movements, std::size_t count) {
  buffer_.assign((count + 1) * 64, 0);
  for (std::size_t i = 0; i < count; ++i) std::memcpy(&buffer_[(i + 1) * 64], &movements[i], sizeof(Movement));
  std::uint64_t const head[] = {count, bylaw::hash64(&buffer_[64], count * 64)};
  std::memcpy(buffer_.data(), head, sizeof head);
  if (::write(file_, buffer_.data(), buffer_.size()) < 0 || ::fdatasync(file_) != 0) give_up("the log cannot be written");
}

namespace {

sqlite3* open_store(std::string const& store) {
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(store.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) give_up("the store cannot be opened");
  return db;
}

}  // namespace

std::int64_t scan_transfers(std::string const& store) {
  auto* db = open_store(store);
  sqlite3_stmt* rows = nullptr;
  sqlite3_prepare_v2(db, "SELECT * FROM transfer ORDER BY seq", -1, &rows, nullptr);
  auto const columns = sqlite3_column_count(rows);
  std::int64_t sum = 0;
  while (sqlite3_step(rows) == SQLITE_ROW) {
    for (int c = 0; c < columns; ++c) {
      if (sqlite3_column_type(rows, c) == SQLITE_INTEGER) sum += sqlite3_column_int64(rows, c);
      else if (sqlite3_column_blob(rows, c) != nullptr) sum += sqlite3_column_bytes(rows, c);
    }
  }
  sqlite3_finalize(rows);
  sqlite3_close(db);
  return sum;
}

std::size_t read_snapshot(std::string const& store) {
  auto* db = open_store(store);
  sqlite3_stmt* row = nullptr;
  sqlite3_prepare_v2(db, "SELECT balances, names, pendings, costs FROM snapshot ORDER BY seq DESC LIMIT 1", -1, &row, nullptr);
  std::size_t bytes = 0;
  std::vector<std::string> kept;
  if (sqlite3_step(row) == SQLITE_ROW) {
    for (int c = 0; c < 4; ++c) {
      auto const* blob = static_cast<char const*>(sqlite3_column_blob(row, c));
      kept.emplace_back(blob, static_cast<std::size_t>(sqlite3_column_bytes(row, c)));
      bytes += kept.back().size();
    }
  }
  sqlite3_finalize(row);
  sqlite3_close(db);
  return bytes;
}

void execute(std::string const& store, char const* sql) {
  auto* db = open_store(store);
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(db));
  sqlite3_close(db);
}
