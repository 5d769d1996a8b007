#pragma once
#include "workload.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// In memory: a flat hash map of balances, beside one of 16-byte ids with the hash of what they asked for.
class FlatTwin {
 public:
  FlatTwin(std::uint32_t accounts, std::size_t ids);
  /// 1: moved; 0: seen before, or not enough there.
  int post(bylaw::ledger::Id const& id, std::uint64_t body, std::uint64_t debit, std::uint64_t credit, std::int64_t amount);
  [[nodiscard]] std::int64_t balance(std::uint64_t key);
  static std::uint64_t key_of(std::uint32_t account);

 private:
  struct Balance {
    std::uint64_t key = 0;
    std::int64_t debits = 0;
    std::int64_t credits = 0;
  };
  struct Seen {
    bylaw::ledger::Id id;
    std::uint64_t body = 0;
  };
  Balance& at(std::uint64_t key);

  std::vector<Balance> balances_;
  std::vector<Seen> seen_;
};

/// Rows into SQLite under WAL and FULL, by hand.
class SqliteTwin {
 public:
  enum class Kind { insert_only, row_and_two_upserts };
  SqliteTwin(std::string path, Kind kind);
  ~SqliteTwin();
  SqliteTwin(SqliteTwin const&) = delete;
  SqliteTwin& operator=(SqliteTwin const&) = delete;
  void commit(Movement const* movements, std::size_t count);
  /// Sum of all amounts, read back.
  [[nodiscard]] std::int64_t sum();

 private:
  void step(sqlite3_stmt* statement);
  std::string path_;
  Kind kind_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *commit_ = nullptr, *insert_ = nullptr, *debit_ = nullptr, *credit_ = nullptr;
  std::int64_t next_ = 1;
};

/// A file of 64-byte records, allocated beforehand, made durable by fdatasync.
class LogTwin {
 public:
  LogTwin(std::string path, std::size_t records_max);
  ~LogTwin();
  LogTwin(LogTwin const&) = delete;
  LogTwin& operator=(LogTwin const&) = delete;
  void commit(Movement const* movements, std::size_t count);

 private:
  std::string path_;
  int file_;
  std::vector<char> buffer_;
};

/// Reads every column of the journal's transfers, in order, and adds the numbers up.
[[nodiscard]] std::int64_t scan_transfers(std::string const& store);
/// Reads the newest packed snapshot into memory; how many bytes.
[[nodiscard]] std::size_t read_snapshot(std::string const& store);
void execute(std::string const& store, char const* sql);
