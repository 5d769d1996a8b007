#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/ledger/ledger.hpp>
#include <bylaw/store/instances.hpp>
#include <bylaw/trade/journal.hpp>

namespace bylaw::inline v0::store {

/// The first outcome of a command, kept for ever, so that a repeated id is answered from it.
struct StoredCommand {
  std::string body_hash;
  trade::Outcome outcome;
};

struct StoredOrder {
  trade::Order order;  ///< latest revision, with lines; facts that came later are among its attributes
  Timestamp imported;
  std::string state;
};

struct StoredReturn {
  trade::Return request;
  std::vector<trade::ReturnLineRow> lines;
  std::string state;
};

/// A sold line that a return may belong to.
struct SaleLine {
  std::string order;
  std::int32_t number = 0;
  std::int64_t remaining = 0;  ///< units that no return has claimed yet
  Timestamp placed;
};

/// When an order reached a state for the first time; 0: never.
struct OrderTimes {
  std::int64_t shipped = 0;
  std::int64_t delivered = 0;
  bool paid = false;
  bool invoiced = false;
  bool any_out = false;  ///< the order, or a parcel of it, has left
};

/// Result of `verify`: what was recomputed, and everything that does not agree.
struct Verification {
  std::int64_t commits = 0;
  std::int64_t transfers = 0;
  std::int64_t subjects = 0;
  std::string state_hash;             ///< equal for two stores that hold the same business state
  std::vector<std::string> findings;  ///< empty: intact
};

/// The journal on disk, in one SQLite file: insert-only rows, one hash per commit, and small
/// projections that can be recomputed from them.
///
/// One writer per store, held by a lock file beside it; any number of readers in other
/// processes. Not thread safe: the engine's writer owns it. Errors of all functions:
/// `store_*` codes with the file as place; after one the transaction must be rolled back.
class BYLAW_EXPORT Store {
 public:
  /// Opens for writing; creates the file when `create`. Errors: `store_locked`, `store_unreadable`,
  /// `store_not_ours` (another program's database), `store_too_new`, `store_full`, `store_failed`.
  [[nodiscard]] static Result<Store> open(std::string const& path, bool create);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] Result<void> begin();
  /// Writes one command with its outcome and, when it was accepted, everything it changed.
  /// `body` is what is kept of the command's content for the audit. Errors: `duplicate_command` (its id is known; nothing was written).
  [[nodiscard]] Result<void> record(trade::Command const& command, std::string_view body_hash, std::string_view body, trade::Outcome const& outcome,
                                    trade::Changes const& changes, ledger::Ledger const& ledger);
  /// Writes what one group of the ledger did, or that it was refused. Accounts that it opened come first.
  [[nodiscard]] Result<void> record(ledger::Group const& group, std::uint64_t body, ledger::Receipt const& receipt, ledger::Applied const& applied,
                                    ledger::Ledger const& ledger);
  /// Adds to the receipt of a duplicate what facts took from promises, and its costs.
  [[nodiscard]] Result<void> recall(ledger::Receipt& receipt);
  /// What the ledger has to know of the past. When an answer could not be read, `usable` says so afterwards.
  [[nodiscard]] ledger::History history() noexcept;
  /// How many ids the ledger keeps before they go to the index on disk. Before the first `begin`.
  void keep_recent_ids(std::int64_t count_max) noexcept;
  [[nodiscard]] bool usable() const noexcept;
  /// Seals everything since `begin` under one hash and makes it durable; the ledger then forgets how to undo it.
  [[nodiscard]] Result<void> commit(Timestamp recorded, ledger::Ledger& ledger);
  /// Whether the group that failed to commit may have reached the disk all the same.
  [[nodiscard]] bool outcome_unknown() const noexcept;
  /// Drops everything since `begin`, in the file and in the ledger.
  void rollback(ledger::Ledger& ledger) noexcept;
  /// Drops everything since `begin` in the file only. For a caller that has run out of memory: neither store nor ledger can be used after it.
  void abandon() noexcept;
  /// The number of a policy version, and the definitions of its workflows, in their order. The first time its text is kept. Inside a
  /// transaction. Errors: `workflow_changed` (another text under a version that is known).
  [[nodiscard]] Result<KeptPolicy> keep_policy(PolicyText const& policy);
  /// The definition of a workflow that comes without a policy. Inside a transaction.
  [[nodiscard]] Result<std::int64_t> define(PolicyText::Workflow const& workflow);
  [[nodiscard]] Result<StartedInstance> start_instance(std::string_view subject, std::string_view workflow, std::int32_t version, std::int64_t definition,
                                                       std::string_view state, Timestamp at, std::string_view who, std::string_view data);
  /// The number that the `offset`th of the steps to come will have.
  [[nodiscard]] std::int64_t next_step(std::size_t offset) const noexcept;
  /// Writes steps and where their instances are then. `previous` is taken on trust.
  [[nodiscard]] Result<void> record_steps(std::span<StepRow const> rows);
  [[nodiscard]] Result<std::vector<OpenState>> open_states(std::int64_t after, std::int64_t count_max);
  /// The policy that a definition was first seen in.
  [[nodiscard]] Result<PolicyText> policy_of(std::int64_t definition);
  [[nodiscard]] Result<std::optional<StoredDefinition>> definition(std::int64_t number);
  /// Definitions that open instances are pinned to.
  [[nodiscard]] Result<std::vector<StoredDefinition>> open_definitions();
  [[nodiscard]] Timestamp last_recorded() const noexcept;

  [[nodiscard]] Result<std::optional<StoredCommand>> find_command(std::string_view id);
  [[nodiscard]] Result<std::optional<StoredOrder>> load_order(std::string_view id);
  /// Its last revision as it was sent, without what became known later.
  [[nodiscard]] Result<std::optional<StoredOrder>> imported_order(std::string_view id);
  /// What became known of an order after it was imported, in order.
  [[nodiscard]] Result<std::vector<trade::Attribute>> facts_of(std::string_view order);
  [[nodiscard]] Result<std::optional<StoredReturn>> load_return(std::string_view id);
  [[nodiscard]] Result<std::optional<StoredInstance>> load_instance(std::string_view subject);
  [[nodiscard]] Result<std::optional<StoredInstance>> load_instance(std::int64_t number);
  /// Children of an instance, in the order in which they started.
  [[nodiscard]] Result<std::vector<StoredInstance>> children_of(std::int64_t number);
  /// Open instances of a definition after a number, rising.
  [[nodiscard]] Result<std::vector<StoredInstance>> open_instances(std::int64_t definition, std::int64_t after, std::int64_t count_max);
  /// What moved an instance, newest first, back to a step that is known already: `after` is its number, 0 for all of them.
  [[nodiscard]] Result<std::vector<StoredTransition>> history_of(StoredInstance const& instance, std::int64_t after = 0);
  /// Clocks of an instance that have run out and whose guard did not hold then: their names.
  [[nodiscard]] Result<std::vector<std::string>> elapsed_timers(std::int64_t number);
  /// All clocks of an instance.
  [[nodiscard]] Result<std::vector<StoredTimer>> timers_of(std::int64_t number);
  /// Clocks that are due, the earliest first.
  [[nodiscard]] Result<std::vector<StoredTimer>> due_timers(Timestamp now, std::int64_t count_max);
  /// When the next clock is due; nothing when none is set.
  [[nodiscard]] Result<std::optional<Timestamp>> next_due();
  [[nodiscard]] Result<std::vector<StoredParked>> parked_events(std::int64_t number);
  [[nodiscard]] Result<std::optional<StoredParked>> dead_letter(std::int64_t letter);
  [[nodiscard]] Result<std::optional<trade::StopRow>> stop(std::string_view name);
  /// Stops of persons that are not lifted, and names of those of the policy that are.
  [[nodiscard]] Result<std::vector<trade::StopRow>> stops();
  /// Orders that a stop holds now, by the name of its holds.
  [[nodiscard]] Result<std::vector<std::string>> held_by(std::string_view rule);
  /// How often holds of a rule expired after a moment.
  [[nodiscard]] Result<std::int64_t> expired_since(std::string_view rule, Timestamp after);
  /// Sums of what was recorded under the key after `from` and up to `to`, but for `except`.
  [[nodiscard]] Result<MeasureSums> measure(std::string_view measure, std::string_view key, Timestamp from, Timestamp to, std::string_view except);
  /// Whether the entries of a measure are those of this definition; otherwise they are dropped and have to be made anew.
  [[nodiscard]] Result<bool> measure_is_kept(std::string_view measure, std::string_view definition);
  /// Entries of all other measures are dropped.
  [[nodiscard]] Result<void> keep_measures_only(std::vector<std::string> const& names);
  /// Ids of orders that were imported after a moment, in order of import.
  [[nodiscard]] Result<std::vector<std::string>> orders_imported_after(Timestamp from);
  [[nodiscard]] Result<void> add_measure(trade::MeasureRow const& row, Timestamp at);
  [[nodiscard]] Result<std::vector<trade::HoldRow>> open_holds(std::string_view order);
  /// Last released or cleared row per rule, to know which values a release stands on.
  [[nodiscard]] Result<std::vector<trade::HoldRow>> closed_holds(std::string_view order);
  /// Whether any return speaks of the order.
  [[nodiscard]] Result<bool> has_returns(std::string_view order);
  [[nodiscard]] Result<OrderTimes> order_times(std::string_view order);
  [[nodiscard]] Result<std::int64_t> orders_of_customer(std::string_view customer, std::string_view except);
  /// The item as it is at a time; nullptr when there is none. It stays where it is until the next `begin` or `rollback`, and outside of a
  /// transaction until it is asked for at another time: a command asks for the items of all its lines many times, and copies of them
  /// took a twelfth of an import.
  [[nodiscard]] Result<trade::Item const*> load_item(std::string_view sku, Timestamp at);
  [[nodiscard]] Result<std::vector<trade::Location>> locations(Timestamp at);
  /// Sales of the item to the customer, not later than `before`, latest first, with units left.
  [[nodiscard]] Result<std::vector<SaleLine>> sales_of(std::string_view customer, std::string_view item, Timestamp before);
  [[nodiscard]] Result<std::optional<SaleLine>> sale_line(std::string_view order, std::int32_t number);

  /// Brings a ledger to the state of the journal: the newest sound snapshot, then the rows after it.
  [[nodiscard]] Result<void> load_ledger(ledger::Ledger& ledger);
  /// Writes balances, ids and a snapshot of the ledger, in a transaction of its own; two are kept. Between `commit` and `begin`.
  [[nodiscard]] Result<void> save_snapshot(ledger::Ledger& ledger);

  struct Impl;

 private:
  friend class Control;
  friend class Deliveries;
  friend class Supplies;
  friend class Refunds;
  explicit Store(Impl* impl) noexcept : impl_(impl) {}
  [[nodiscard]] Result<std::optional<StoredOrder>> read_order(std::string_view id);
  [[nodiscard]] Result<OrderTimes> step_times(StoredInstance const& instance);
  [[nodiscard]] bool take_from_sale(std::string const& order, std::int32_t line, std::int64_t units);
  Impl* impl_ = nullptr;
};

/// Whose personal values those of an order are: its customer, or the order itself (`order:ID`) when that is a guest.
[[nodiscard]] BYLAW_EXPORT std::string person_of(trade::Order const& order);

/// Recomputes balances, holds, states and the hash chain from the journal. Reads only. `on_two_threads` starts one for the time of the call,
/// which takes about half as long then.
[[nodiscard]] BYLAW_EXPORT Result<Verification> verify(std::string const& path, bool on_two_threads = false);

}  // namespace bylaw::inline v0::store
