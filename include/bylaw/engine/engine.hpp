#pragma once
#include <optional>
#include <string>
#include <vector>

#include <bylaw/engine/clock.hpp>
#include <bylaw/engine/health.hpp>
#include <bylaw/engine/item_cost.hpp>
#include <bylaw/engine/returnable.hpp>
#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/trade/outcome.hpp>
#include <bylaw/values/zone.hpp>

namespace bylaw::inline v0::trade {
struct Command;  // <bylaw/trade/command.hpp>
struct ActivatePolicy;
struct FeedRow;  // <bylaw/engine/promises.hpp>
}  // namespace bylaw::inline v0::trade
namespace bylaw::inline v0::store {
struct DeliveryTerms;  // <bylaw/engine/messages.hpp>
struct StoredMessage;
enum class Settled : std::uint8_t;
}  // namespace bylaw::inline v0::store

namespace bylaw::inline v0::engine {

struct ActivationPlan;  // <bylaw/engine/activation.hpp>
struct AtRisk;          // <bylaw/engine/promises.hpp>

struct Options {
  std::string store_path;       ///< a file, or `memory:NAME` for a store that lives as long as the engine
  bool create = true;           ///< make the store when there is none
  rulebook::Rulebook rulebook;  ///< the policy version that decides, until one is activated; empty: the one in force, or that decided last
  Clock clock{};
  bool clocks_by_commands = false;              ///< fire what is due by a command's time before it, as when a feed of the past is played
  std::int64_t snapshot_transfers = 1'000'000;  ///< a snapshot of the ledger every so many transfers
  HealthLimits health{};                        ///< what `check_health` raises alerts for
  ZoneTable zones{};                            ///< for policies that the store has, when no rulebook is given
};

/// What run_due did.
struct DueRun {
  std::vector<trade::Outcome> outcomes;  ///< one per clock
  std::optional<Timestamp> next;         ///< when the next clock is due, which may be now; nothing: none is set
};

/// Commands in, one durable commit, outcomes out.
///
/// Any number of threads may call `submit`; one of them at a time writes for all that wait
/// (group commit), no thread is started. Nothing is acknowledged before it is durable. A
/// refused command changes nothing but is recorded. When a commit fails, every caller of the
/// group gets the error and memory is as it was; when nobody can know whether it reached the
/// disk, the engine is `failed` until it is opened again. Does not survive fork().
class BYLAW_EXPORT Engine {
 public:
  /// Errors: those of Store::open, `no_rules` without a rulebook (as long as nobody has activated one), `policy_not_in_force`,
  /// `workflow_changed` (another text under a version that the store knows), `store_corrupt`.
  [[nodiscard]] static Result<Engine> open(Options options);
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  /// Closes without a word; `close` says whether the last snapshot was written.
  ~Engine();

  /// One outcome per command, in order, all in one commit. Errors: `engine_failed`, `store_*`, `out_of_memory`.
  [[nodiscard]] Result<std::vector<trade::Outcome>> submit(std::vector<trade::Command> const& commands) noexcept;
  [[nodiscard]] Result<trade::Outcome> submit(trade::Command const& command) noexcept;
  /// All of them, or none: when one is refused, every one is, and each says which it was (`batch_refused`).
  [[nodiscard]] Result<std::vector<trade::Outcome>> submit_together(std::vector<trade::Command> const& commands) noexcept;
  /// Fires clocks that are due at `now`, the earliest first, at most `count_max` in one commit: timers of workflows, escalations
  /// and ends of holds, deadlines of awaited facts and parked events. The engine starts no thread, so a host calls this now and
  /// then, and again while `next` is not later than its clock; between two calls other commands have their turn. Every clock is
  /// a command of its own whose id names it, so one that is fired twice does nothing the second time.
  [[nodiscard]] Result<DueRun> run_due(Timestamp now, std::size_t count_max = 16) noexcept;
  [[nodiscard]] Result<std::optional<Timestamp>> next_due() noexcept;

  /// Messages of the outbox for a consumer, which has them until the lease runs out; at most one of each subject at a time, and
  /// those of a subject in order. Every message comes at least once. See <bylaw/engine/messages.hpp>.
  [[nodiscard]] Result<std::vector<store::StoredMessage>> lease(store::DeliveryTerms const& terms, std::size_t count_max = 100) noexcept;
  /// They are done. One whose lease has run out meanwhile may be done by another too: `stale`.
  [[nodiscard]] Result<std::vector<store::Settled>> ack(std::string const& consumer, std::vector<store::StoredMessage> const& messages) noexcept;
  /// It could not be done: it comes again, later and later, until it is a dead letter.
  [[nodiscard]] Result<store::Settled> nack(store::DeliveryTerms const& terms, store::StoredMessage const& message, std::string const& reason,
                                            Timestamp not_before = Timestamp{INT64_MIN}) noexcept;
  /// What a channel was told after a number, in order, at most `count_max`: how a channel that was away catches up. See <bylaw/engine/promises.hpp>.
  [[nodiscard]] Result<std::vector<trade::FeedRow>> feed(std::string const& channel, std::int64_t after, std::size_t count_max = 1000) noexcept;
  /// Orders and reservations that stand on a supply, with what they are worth: what is late when it is. See <bylaw/engine/promises.hpp>.
  [[nodiscard]] Result<std::vector<AtRisk>> at_risk(std::string const& supply) noexcept;
  /// What an item at a place is worth in the books, and by which receipts. See <bylaw/engine/item_cost.hpp>.
  [[nodiscard]] Result<ItemCost> item_cost(std::string const& item, std::string const& location, Timestamp at) noexcept;
  /// What may be given back of an order and for how much, if it were asked for at a time, for a reason and in a condition. Nothing is written.
  /// See <bylaw/engine/returnable.hpp>. Errors: `unknown_order`.
  [[nodiscard]] Result<std::vector<Returnable>> returnable(std::string const& order, std::string const& reason, std::string const& condition,
                                                           Timestamp at) noexcept;
  /// An order as it is now, with what became known later; nothing when there is none.
  [[nodiscard]] Result<std::optional<trade::Order>> order(std::string const& id) noexcept;
  /// How queues, messages, clocks and data are, by the engine's clock. The command `check_health` turns what is over its limits into events.
  [[nodiscard]] Result<Health> health() noexcept;
  /// What an activation would change, without doing it: walks over everything open, and nobody else is served meanwhile.
  [[nodiscard]] Result<ActivationPlan> plan_activation(trade::ActivatePolicy const& activation, Timestamp at) noexcept;

  /// Writes a snapshot, so that the next opening is fast. The engine takes no more commands.
  [[nodiscard]] Result<void> close() noexcept;
  [[nodiscard]] bool failed() const noexcept;

 private:
  struct Impl;
  explicit Engine(Impl* impl) noexcept : impl_(impl) {}
  Impl* impl_ = nullptr;
};

}  // namespace bylaw::inline v0::engine
