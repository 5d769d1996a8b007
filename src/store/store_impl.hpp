#pragma once
#include <array>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/values/integer.hpp>

#include "store/chain.hpp"
#include "store/id_index.hpp"

namespace bylaw::inline v0::store {

/// A row of `transfer` on its way: many are written with one statement.
struct TransferRow {
  std::int64_t seq = 0;
  std::int64_t command_seq = 0;
  ledger::Id id;  ///< of the first leg of a group that has one
  std::uint64_t body = 0;
  std::int64_t leg = 0;
  ledger::Transfer transfer;
};

/// Rows of tables that nobody reads before the commit, or only after a flush: many are written with one statement.
struct OutboxRow {
  std::int64_t seq = 0;
  std::int64_t command_seq = 0;
  Timestamp at;
  trade::EventRow event;
};
struct StepOfCommand {
  std::int64_t seq = 0;
  std::int64_t command_seq = 0;
  std::int64_t instance = 0;
  std::int64_t previous = 0;
  Timestamp at;
  trade::TransitionRow row;
};

/// What accounts come to at the end of a period: one pass over the journal, kept for further closes of the same moment. Wider than 64
/// bits, because by effective time a balance may pass through figures that it never had.
class CloseSums {
 public:
  /// A hash over the balances that are not zero; empty: they could not be read.
  [[nodiscard]] std::string hash(sqlite3* db, ledger::PeriodClose const& close, std::int64_t after_transfer);

 private:
  [[nodiscard]] bool read(sqlite3* db, Timestamp through, std::int64_t after_transfer);

  bool read_ = false;
  Timestamp through_;
  std::int64_t after_transfer_ = 0;
  std::vector<Int128> sums_;  ///< by account number
};

struct Store::Impl {
  std::string path;
  int lock = -1;
  Database db;
  Digests digests;
  Counters counters{};
  Counters committed{};  ///< counters of the last commit, for rollback
  std::int64_t commit_seq = 0;
  std::string chain = std::string(32, '\0');
  Timestamp recorded;
  std::unordered_map<std::string, KeptPolicy> policies;       ///< versions that keep_policy was told of, by hash
  std::unordered_map<std::string, StoredInstance> instances;  ///< bounded cache of load_instance: a command reads what it moves several times
  /// The row of an instance; nullptr when there is none, or the store failed (`failed`).
  [[nodiscard]] StoredInstance* find_instance(std::string_view subject, bool& failed);
  struct CachedItem {
    std::unique_ptr<trade::Item const> item;
    Timestamp from;   ///< it is this from here
    Timestamp until;  ///< to here
  };
  std::unordered_map<std::string, CachedItem> items;              ///< bounded cache of load_item
  std::vector<std::unique_ptr<trade::Item const>> retired_items;  ///< not of the cache any more, and perhaps in somebody's hands until `begin`
  void forget_items();
  /// A few orders as they were sent last, for what happens to one and the same several times in a row; the states are read anew.
  std::unordered_map<std::string, StoredOrder> orders;
  struct CachedTimes {
    std::int64_t through = 0;  ///< the last step of the order's history that is in them
    OrderTimes times;
  };
  std::unordered_map<std::int64_t, CachedTimes> times;  ///< of a few orders, by instance, so that a long history is not read at every step
  struct CachedLocations {
    std::vector<trade::Location> all;
    Timestamp from;   ///< they are these from here
    Timestamp until;  ///< to here
  };
  std::optional<CachedLocations> locations;
  std::set<std::string, std::less<>> kinds;  ///< of catalog entries that there ever were, and perhaps more
  bool kinds_known = false;
  bool open_transaction = false;
  bool unknown = false;
  bool perhaps_in_wal = false;  ///< a commit failed, and its frames may be there
  bool empty_wal = false;       ///< something was erased: after the commit nothing of it may be left in the WAL
  bool dirty = false;           ///< something was written in the open transaction
  IdIndex ids;
  CloseSums close_sums;
  std::vector<std::uint32_t> touched;  ///< accounts whose row in `balance` is behind
  std::vector<bool> is_touched;
  bool history_failed = false;
  bool touched_known = false;    ///< those of earlier sessions have been added
  std::int64_t balances_at = 0;  ///< transfer that the rows in `balance` stand for
  std::int64_t committed_balances_at = 0;
  Timestamp balances_recorded{INT64_MIN};
  std::array<Statement, journal_count> insert;
  static constexpr std::size_t rows_a_statement = 32;
  std::vector<TransferRow> waiting = std::vector<TransferRow>(rows_a_statement);  ///< kept, so that texts keep their memory
  std::size_t waiting_count = 0;
  Statement insert_many;    ///< as many transfers as `waiting` holds
  Statement insert_steps;   ///< as many transitions as `rows_a_statement`
  Statement insert_outbox;  ///< as many messages as `rows_a_statement`
  std::vector<OutboxRow> waiting_outbox;
  std::vector<StepOfCommand> waiting_steps;
  Statement start_instance, move_instance, step_instance, add_sale, take_sale, insert_commit, begin, commit, put_balance, put_balance_state, find_transfer,
      next_group, find_receipt, group_legs, group_costs;
  Statement instance_by_subject, instance_by_number, children, find_transition, put_timer, end_timer, due, timers, expired, all_stops, first_due, elapsed,
      parked, facts, measured, put_measure;
  Statement find_command, find_order, order_lines, find_return, return_lines, holds, customer_orders, find_entry, next_entry, all_entries, put_personal,
      personal_of, find_sale, find_sale_line, line_sold, payments, return_moves, refund_parts;

  ~Impl();
  [[nodiscard]] Unexpected<Error> fail() const;
  /// The insert statement of a journal table with `seq` and `commit_seq` bound.
  Statement& row(Journal table);
  void prepare();
  [[nodiscard]] std::int64_t last(Journal table) const noexcept { return counters[static_cast<std::size_t>(table)]; }

  /// Rows for the accounts and cost pools that were opened since the last ones.
  [[nodiscard]] bool write_accounts(ledger::Ledger const& ledger);
  /// `id`: of a group that was submitted as such; nullptr: the legs belong to the command `command_seq`, or to nobody.
  /// The rows reach the file with `flush_transfers`, which whoever reads the table calls first.
  [[nodiscard]] bool write_transfers(std::vector<ledger::Entry> const& entries, std::int64_t command_seq, ledger::Id const* id, std::uint64_t body);
  [[nodiscard]] bool flush_transfers();
  [[nodiscard]] bool append(OutboxRow row);
  [[nodiscard]] bool append(StepOfCommand row);
  /// Whoever reads transitions calls this first.
  [[nodiscard]] bool flush_steps();
  [[nodiscard]] bool flush_outbox();
  /// Starts, transitions, clocks, parked events, late facts, stops and measures of a command.
  [[nodiscard]] bool write_workflow(trade::Changes const& changes, std::int64_t command_seq, Timestamp at);
  /// The row of a command, before anything else of it. SQLITE_CONSTRAINT_UNIQUE: its id is known, and nothing has happened.
  [[nodiscard]] int write_command(trade::Command const& command, std::string_view body_hash, std::string_view body, trade::Outcome const& outcome,
                                  std::int64_t policy);
  /// Catalog, approvals, delegation, deliveries, activation, alerts, erasures of a command.
  [[nodiscard]] bool write_control(trade::Changes const& changes, std::int64_t command_seq, Timestamp at);
  [[nodiscard]] bool write_personal(std::string const& person, std::string const& subject, std::string const& path, std::string const& value,
                                    std::int64_t command_seq);
  /// Takes the personal values out of an order and writes them by themselves.
  [[nodiscard]] bool restore_personal(trade::Order& order, std::int64_t command_seq);
  [[nodiscard]] bool separate_personal(trade::Order& order, std::vector<std::string> const& paths, std::int64_t command_seq);
  [[nodiscard]] bool write_delivery(trade::DeliveryRow const& row, std::int64_t command_seq, Timestamp at);
  [[nodiscard]] bool erase(std::string const& person, std::int64_t command_seq);
  [[nodiscard]] bool write_start(trade::StartRow const& row, std::int64_t command_seq, Timestamp at);
  [[nodiscard]] bool write_transition(trade::TransitionRow const& row, std::int64_t command_seq, Timestamp at);
  /// Payments, units that come back, parts of refunds of a command.
  [[nodiscard]] bool write_refunds(trade::Changes const& changes, std::int64_t command_seq, Timestamp at);
  [[nodiscard]] bool write_costs(std::vector<ledger::CostEntry> const& costs);
  [[nodiscard]] bool write_close(ledger::PeriodClose const& close);
  [[nodiscard]] bool write_balances_when_due(ledger::Ledger const& ledger, Timestamp recorded);
  [[nodiscard]] bool write_balances(ledger::Ledger const& ledger);
  void touch(ledger::AccountIndex account);
};

[[nodiscard]] std::string personal_digest(std::string_view salt, std::string_view path, std::string_view value);
[[nodiscard]] std::int64_t last_seq(sqlite3* db, char const* table);
}  // namespace bylaw::inline v0::store
