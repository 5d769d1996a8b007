#pragma once
#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>

#include "store/schema.hpp"

namespace bylaw::inline v0::store {

using Counters = std::array<std::int64_t, journal_tables.size()>;  ///< last `seq` per journal table

struct Store::Impl {
  std::string path;
  int lock = -1;
  Database db;
  std::array<Digest, journal_tables.size()> digests;
  Counters counters{};
  Counters committed{};  ///< counters of the last commit, for rollback
  std::int64_t commit_seq = 0;
  std::string chain = std::string(32, '\0');
  Timestamp recorded;
  std::int64_t policy = 0;
  std::unordered_map<std::string, std::optional<trade::Item>> items;  ///< bounded cache of load_item
  bool open_transaction = false;
  bool unknown = false;
  bool dirty = false;  ///< something was written in the open transaction
  std::array<Statement, journal_tables.size()> insert;
  Statement set_instance, add_sale, take_sale, set_item, set_location, insert_commit;
  Statement find_command, find_order, order_lines, find_return, return_lines, instance, holds, times, customer_orders, find_item, all_locations, find_sale,
      find_sale_line;

  ~Impl();
  [[nodiscard]] Unexpected<Error> fail() const;
  /// The insert statement of a journal table with `seq` and `commit_seq` bound.
  Statement& row(Journal table);
  void prepare();
};

[[nodiscard]] std::int64_t last_seq(sqlite3* db, char const* table);
/// The hash that seals a commit: over the one before, its time and the digests of its rows.
[[nodiscard]] std::string chain_hash(std::string const& before, std::int64_t seq, std::int64_t recorded, std::array<Digest, journal_tables.size()>& digests);

}  // namespace bylaw::inline v0::store
