#include "store/connection.hpp"

namespace bylaw::inline v0::store {

int open_database(std::string const& path, int flags, sqlite3** db) {
  if (!in_memory(path)) return sqlite3_open_v2(path.c_str(), db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  auto const uri = "file:/bylaw-" + path.substr(7) + "?vfs=memdb";
  return sqlite3_open_v2(uri.c_str(), db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
}

Error describe(int code, sqlite3* db, std::string const& path) {
  switch (code & 0xff) {
    case SQLITE_FULL: return {"store_full", "the disk is full", path, "free some space and run it again; nothing was half-written"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {"store_locked", "another program holds this store", path, "close it there, or wait until it is done"};
    case SQLITE_READONLY:
    case SQLITE_PERM: return {"store_read_only", "the store may not be written to", path, "check the permissions of the file and its folder"};
    case SQLITE_CANTOPEN: return {"store_unreadable", "the store cannot be opened", path, "check the path and the permissions of the folder"};
    case SQLITE_NOTADB: return {"store_not_ours", "this file is not a Bylaw store", path, "name another file"};
    case SQLITE_CORRUPT: return {"store_corrupt", "the store is damaged", path, "restore a backup; `bylaw verify` says what is broken"};
    default:
      return {"store_failed", std::string("the store failed: ") + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code)), path,
              "reopen the store; nothing acknowledged is lost"};
  }
}

bool execute(sqlite3* db, char const* sql) { return sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

}  // namespace bylaw::inline v0::store
