#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <bylaw/values/digest.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::store {

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// Whether a path names a store in memory: `memory:NAME`. All connections of the process that name
/// it see one database, which is gone with the last of them.
[[nodiscard]] inline bool in_memory(std::string_view path) { return path.substr(0, 7) == "memory:"; }
/// Opens a file, or a database in memory.
[[nodiscard]] int open_database(std::string const& path, int flags, sqlite3** db);

/// What SQLite said, in words that tell what to do.
[[nodiscard]] Error describe(int code, sqlite3* db, std::string const& path);

/// A prepared statement: bind from the left, step, read from the left. Values that are
/// bound may also be added to a digest, so that writing and verifying hash the same bytes.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* db, char const* sql) {
    sqlite3_stmt* raw = nullptr;
    code_ = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    statement_.reset(raw);
  }

  /// Starts anew; with a digest every bound value is hashed too.
  Statement& reset(Digest* digest = nullptr) {
    sqlite3_reset(statement_.get());
    next_ = 1;
    column_ = 0;
    digest_ = digest;
    bound_ = SQLITE_OK;
    return *this;
  }
  Statement& bind(std::int64_t value) {
    if (digest_ != nullptr) digest_->add(value);
    note(sqlite3_bind_int64(statement_.get(), next_++, value));
    return *this;
  }
  /// The text must live until the statement has been stepped.
  Statement& bind(std::string_view value) {
    if (digest_ != nullptr) digest_->add(value);
    note(sqlite3_bind_text(statement_.get(), next_++, value.data() == nullptr ? "" : value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
    return *this;
  }
  /// A group of a command has no id of its own.
  Statement& bind_null() {
    if (digest_ != nullptr) digest_->add(INT64_MIN);
    note(sqlite3_bind_null(statement_.get(), next_++));
    return *this;
  }
  Statement& bind_blob(std::string_view value) {
    if (digest_ != nullptr) digest_->add(value);
    note(sqlite3_bind_blob(statement_.get(), next_++, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
    return *this;
  }
  /// True when there is a row. `code` tells a failure from the end.
  bool step() {
    column_ = 0;
    code_ = bound_ != SQLITE_OK ? bound_ : sqlite3_step(statement_.get());
    return code_ == SQLITE_ROW;
  }
  /// For statements without rows.
  bool run() {
    step();
    sqlite3_reset(statement_.get());
    return code_ == SQLITE_DONE || code_ == SQLITE_ROW;
  }
  [[nodiscard]] bool failed() const { return code_ != SQLITE_OK && code_ != SQLITE_DONE && code_ != SQLITE_ROW; }
  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] sqlite3_stmt* raw() const { return statement_.get(); }

  std::int64_t number() { return sqlite3_column_int64(statement_.get(), column_++); }
  std::string text() {
    auto const* bytes = static_cast<char const*>(sqlite3_column_blob(statement_.get(), column_));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column_));
    ++column_;
    return bytes == nullptr ? std::string{} : std::string(bytes, size);
  }

 private:
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  Digest* digest_ = nullptr;
  int next_ = 1;
  int column_ = 0;
  int code_ = SQLITE_OK;
  int bound_ = SQLITE_OK;  ///< the first value that could not be bound, because it is too large

  void note(int bound) {
    if (bound != SQLITE_OK && bound_ == SQLITE_OK) bound_ = bound;
  }
};

bool execute(sqlite3* db, char const* sql);

}  // namespace bylaw::inline v0::store
