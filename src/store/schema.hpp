#pragma once
#include <array>

#include "store/connection.hpp"

namespace bylaw::inline v0::store {

inline constexpr int application_id = 0x42796C77;  ///< "Bylw", so that a foreign database is refused
inline constexpr int snapshot_format = 1;

/// The insert-only tables, in the order in which their digests enter the hash of a commit.
/// Each begins with `seq` (gap-free from 1) and `commit_seq`.
inline constexpr std::array journal_tables = {"command",    "account",    "transfer", "order_doc", "order_line",   "return_doc",       "return_line",
                                              "transition", "hold_event", "decision", "outbox",    "item_version", "location_version", "policy_version"};

enum class Journal : std::size_t {
  command,
  account,
  transfer,
  order_doc,
  order_line,
  return_doc,
  return_line,
  transition,
  hold_event,
  decision,
  outbox,
  item_version,
  location_version,
  policy_version
};

/// Brings the database to the newest schema, each step in one transaction.
[[nodiscard]] Result<void> migrate(sqlite3* db, std::string const& path, bool create);

}  // namespace bylaw::inline v0::store
