// The version of a store file: checked, and brought up to that of this library.
#include "store/schema.hpp"

#include "store/chain.hpp"
#include "store/schema_steps.hpp"

namespace bylaw::inline v0::store {

namespace {

std::array const migrations = {schema_step_1, schema_step_2, schema_step_3, schema_step_4, schema_step_5, schema_step_6, schema_step_7};
static_assert(std::tuple_size_v<decltype(migrations)> == schema_version);

int pragma(sqlite3* db, char const* sql) {
  Statement statement(db, sql);
  return statement.step() ? static_cast<int>(statement.number()) : 0;
}

}  // namespace

Result<void> check_version(sqlite3* db, std::string const& path) {
  Statement id(db, "PRAGMA application_id");
  if (!id.step()) return Unexpected{describe(id.code(), db, path)};
  if (id.number() != application_id) return failure("store_not_ours", "this file is not a Bylaw store", path, "name another file");
  auto const version = pragma(db, "PRAGMA user_version");
  if (version > schema_version) return failure("store_too_new", "this store was written by a newer Bylaw", path, "use that version, or restore a backup");
  if (version < schema_version)
    return failure("store_too_old", "this store was written by an older Bylaw", path, "open it once for writing, such as with `bylaw run`");
  return {};
}

Result<Database> open_to_read(std::string const& path) {
  sqlite3* raw = nullptr;
  auto const opened = open_database(path, in_memory(path) ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, &raw);
  Database db(raw);
  if (opened != SQLITE_OK) return Unexpected{describe(opened, raw, path)};
  sqlite3_busy_timeout(raw, 5000);
  if (auto const ours = check_version(raw, path); !ours) return Unexpected{ours.error()};
  return db;
}

Result<void> migrate(sqlite3* db, std::string const& path, bool create) {
  auto const fail = [&] { return Unexpected{describe(sqlite3_extended_errcode(db), db, path)}; };
  Statement probe(db, "SELECT count(*) FROM sqlite_master");
  if (!probe.step()) return fail();
  bool const empty = probe.number() == 0;
  probe.reset();
  auto const id = pragma(db, "PRAGMA application_id");
  if (!empty && id != application_id) return failure("store_not_ours", "this file belongs to another program", path, "name another file");
  if (empty && !create)
    return failure("store_unreadable", "there is no store in this file", path, "check the name, or create it with `bylaw run` or `bylaw import`");
  auto const version = pragma(db, "PRAGMA user_version");
  if (version > static_cast<int>(migrations.size())) {
    return failure("store_too_new", "this store was written by a newer Bylaw", path, "use that version, or restore a backup");
  }
  // What a step takes out of rows is not left in the file.
  if (!empty && static_cast<std::size_t>(version) < migrations.size()) execute(db, "PRAGMA secure_delete=ON");
  for (auto step = static_cast<std::size_t>(version); step < migrations.size(); ++step) {
    auto const stamp = "PRAGMA application_id=" + std::to_string(application_id) + "; PRAGMA user_version=" + std::to_string(step + 1);
    bool const done = execute(db, "BEGIN IMMEDIATE") && execute(db, migrations[step]) &&
                      (empty || step + 1 < migrations.size() || reseal(db, schema_version)) && execute(db, stamp.c_str()) && execute(db, "COMMIT");
    if (!done) {
      auto error = fail();
      execute(db, "ROLLBACK");
      return error;
    }
  }
  return {};
}

}  // namespace bylaw::inline v0::store
