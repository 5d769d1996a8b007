#pragma once
#include <array>

#include <string>

#include "store/connection.hpp"

namespace bylaw::inline v0::store {

inline constexpr int application_id = 0x42796C77;  ///< "Bylw", so that a foreign database is refused
inline constexpr int schema_version = 7;

/// The insert-only tables, in the order in which their digests enter the hash of a commit.
/// Each begins with `seq` (gap-free from 1) and `commit_seq`. New ones go to the end.
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
  policy_version,
  cost_pool,
  cost_move,
  bound_change,
  period_close,
  lot,
  group_receipt,
  schema_change,
  policy_source,
  workflow_definition,
  instance_start,
  timer_event,
  parked_event,
  order_fact,
  stop_event,
  instance_repin,
  policy_rule,
  catalog_entry,
  personal_value,
  erasure,
  request_answer,
  spend,
  delegation_event,
  delivery_event,
  activation,
  shadow_difference,
  alert_event,
  supply_event,
  feed_event,
  payment_event,
  return_move,
  refund_part,
  count
};
inline constexpr auto journal_count = static_cast<std::size_t>(Journal::count);
inline constexpr std::array<char const*, journal_count> journal_tables = {
    "command",       "account",          "transfer",       "order_doc",      "order_line",          "return_doc",     "return_line",  "transition",
    "hold_event",    "decision",         "outbox",         "policy_version", "cost_pool",           "cost_move",      "bound_change", "period_close",
    "lot",           "group_receipt",    "schema_change",  "policy_source",  "workflow_definition", "instance_start", "timer_event",  "parked_event",
    "order_fact",    "stop_event",       "instance_repin", "policy_rule",    "catalog_entry",       "personal_value", "erasure",      "request_answer",
    "spend",         "delegation_event", "delivery_event", "activation",     "shadow_difference",   "alert_event",    "supply_event", "feed_event",
    "payment_event", "return_move",      "refund_part"};

/// Whether the database is a store of this version, for those that only read.
/// Errors: `store_not_ours`, `store_too_new`, `store_too_old`.
[[nodiscard]] Result<void> check_version(sqlite3* db, std::string const& path);

/// A connection of its own that only reads, beside a running host. Errors: `store_*`.
[[nodiscard]] Result<Database> open_to_read(std::string const& path);

/// Brings the database to the newest schema, each step in one transaction.
[[nodiscard]] Result<void> migrate(sqlite3* db, std::string const& path, bool create);

}  // namespace bylaw::inline v0::store
