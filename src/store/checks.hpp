#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/connection.hpp"

namespace bylaw::inline v0::store {

/// What one half of `verify` has found so far: at most a hundred things that do not agree, and the first failure of SQLite itself.
struct Findings {
  std::vector<std::string> list;
  int failed = SQLITE_OK;

  void add(std::string text) {
    if (list.size() < 100) list.push_back(std::move(text));
  }
  void done(Statement const& statement) {
    if (statement.failed() && failed == SQLITE_OK) failed = statement.code();
  }
};

/// The file, and every table whose rows are told by other tables: states, clocks, sold lines, personal values, deliveries. Reads only, inside
/// the transaction that is open. Counts the orders and returns.
void check_rows(sqlite3* db, Findings& findings, std::int64_t& subjects);

}  // namespace bylaw::inline v0::store
