#include <algorithm>
#include <functional>
#include <mutex>
#include <new>
#include <utility>

#include <bylaw/engine/engine.hpp>
#include <bylaw/engine/messages.hpp>
#include <bylaw/values/digest.hpp>
#include <bylaw/wire/commands.hpp>

#include "engine/activation.hpp"
#include "engine/authority.hpp"
#include "engine/clock.hpp"
#include "engine/gate.hpp"
#include "engine/health.hpp"
#include "engine/order_subject.hpp"
#include "engine/writer.hpp"

namespace bylaw::inline v0::engine {

using trade::Command;
using trade::Outcome;
using Outcomes = std::vector<Outcome>;

namespace {

/// A clock whose work was refused is not fired again and again; the command that was refused says what it was.
void give_up_timer(Command const& command, trade::Changes& changes) {
  auto const* timer = std::get_if<trade::FireTimer>(&command.body);
  if (timer != nullptr) changes.timers.push_back({timer->subject, timer->name, trade::TimerAction::failed, command.at});
}

Command fire(store::StoredTimer const& timer, Timestamp now) {
  return {"timer:" + std::to_string(timer.set_by), now, {}, trade::FireTimer{timer.subject, timer.name, timer.due}, {}};
}

void refuse(Outcome& outcome, Error const& error) {
  outcome.status = trade::Status::refused;
  outcome.code = error.code;
  outcome.message = error.message;
  outcome.remedy = error.remedy;
}

/// What is kept of a command's content. Orders and returns are kept as such, policies as their texts; personal facts are kept apart.
std::string audit_body(Command const& command, std::string body, std::vector<std::string> const& personal_paths) {
  bool const kept_elsewhere = std::holds_alternative<trade::ImportOrder>(command.body) || std::holds_alternative<trade::RequestReturn>(command.body) ||
                              std::holds_alternative<trade::ActivatePolicy>(command.body) || std::holds_alternative<trade::FireTimer>(command.body);
  if (kept_elsewhere) return {};
  auto const* facts = std::get_if<trade::RecordFacts>(&command.body);
  if (facts == nullptr || personal_paths.empty()) return body;
  auto masked = *facts;
  for (auto& fact : masked.facts) {
    if (is_personal(personal_paths, fact.path)) fact.value = "personal";
  }
  return wire::to_json(trade::CommandBody(masked));
}

}  // namespace

struct Engine::Impl final : Writer {
  Impl(Options o, store::Store s) : Writer(std::move(s), o.store_path, "engine"), options(std::move(o)), versions(options.rulebook, zones_of(options)) {
    snapshot_transfers = options.snapshot_transfers;
  }

  /// What one caller wants: commands, or something of the outbox.
  struct Work : Ticket {
    std::vector<Command> const* commands = nullptr;
    bool together = false;           ///< all of them, or none
    std::size_t refused = SIZE_MAX;  ///< together: the one that was refused, so that none is done
    Outcome refusal;                 ///< of that one
    Outcomes outcomes;
    std::function<Result<void>()> job;
  };

  Options options;
  Versions versions;
  bool measures_kept = false;
  /// Ids are found to be known when they are written; while a feed comes again, looking them up first is cheaper.
  bool expect_duplicates = false;
  std::int64_t clock_back_ms = 0;  ///< the furthest that the clock ever went back

  static ZoneTable zones_of(Options const& options) { return options.rulebook.policy().empty() ? options.zones : options.rulebook.policy().zones(); }

  Result<void> run_one(Command const& command, Outcomes& outcomes);
  Result<void> keep_refusal(Command const& command, Outcome const& outcome, Outcomes& outcomes);
  Result<bool> answer_from_history(Command const& command, std::string const& body_hash, Outcomes& outcomes);
  Result<void> run_together(Work& work, bool& again);
  Result<void> run_work(Work& work, bool& again);
  Result<void> write_all(Group const& group) override;
  void take_back() noexcept override { versions.forget(); }
  Result<void> use_versions(Timestamp now);
  Result<void> check_policy();
  Result<void> fire_until(Timestamp until);
  Timestamp now();
  /// Something that is no command, in the next commit.
  Result<void> run_job(std::function<Result<void>()> job);
  Context context(Command const& command) {
    Context out{store, ledger, versions, command, &versions.in_force()};
    out.limits = &options.health;
    return out;
  }
};

/// The engine's time, which never goes back.
Timestamp Engine::Impl::now() {
  auto const read = read_clock(options.clock);
  auto const last = store.last_recorded();
  if (read >= last) return read;
  clock_back_ms = std::max(clock_back_ms, last.value - read.value);
  return last;
}

namespace {

std::string hash_of(Command const& command, std::string const& body) {
  Digest digest;
  digest.add(std::string_view(kind_of(command.body)));
  digest.add(body);
  digest.add(command.at.value);
  digest.add(command.by.user);
  digest.add(command.by.role);
  if (!command.by.on_behalf_of.empty()) digest.add(command.by.on_behalf_of);
  return digest.finish();
}

}  // namespace

/// A command that came before is answered as it was then; one with another content is refused.
Result<bool> Engine::Impl::answer_from_history(Command const& command, std::string const& body_hash, Outcomes& outcomes) {
  auto const before = store.find_command(command.id);
  if (!before) return Unexpected{before.error()};
  if (!*before) return false;
  auto outcome = (*before)->outcome;
  if ((*before)->body_hash != body_hash) {
    refuse(outcome, {"id_conflict", "command `" + command.id + "` was sent before with another content", {}, "give a new command a new id"});
    outcome.duplicate = false;
  }
  outcomes.push_back(std::move(outcome));
  return true;
}

/// One command: answered from history, refused, or done. Only a failing store fails the group.
Result<void> Engine::Impl::run_one(Command const& command, Outcomes& outcomes) {
  // Nobody can take the id that a clock will have, and nobody can be answered without one. That is not even kept.
  bool const is_timer = std::holds_alternative<trade::FireTimer>(command.body);
  if (command.id.empty() || (!is_timer && command.id.compare(0, 6, "timer:") == 0)) {
    Outcome outcome;
    outcome.command_id = command.id;
    refuse(outcome, {"reserved_id", "an id is expected, and those that begin with `timer:` belong to clocks", {}, "give the command another id"});
    outcomes.push_back(std::move(outcome));
    return {};
  }
  auto body = wire::to_json(command.body);
  auto const body_hash = hash_of(command, body);
  if (expect_duplicates) {
    auto const answered = answer_from_history(command, body_hash, outcomes);
    if (!answered || *answered) return answered ? Result<void>{} : Result<void>(Unexpected{answered.error()});
    expect_duplicates = false;
  }
  if (auto const used = use_versions(command.at); !used) return used;
  auto const mark = ledger.mark();
  auto c = context(command);
  c.outcome.command_id = command.id;
  auto done = is_timer ? Result<void>{} : authorize(c);
  if (done) done = run_gated(c);
  if (!done) {
    if (is_store_error(done.error())) return done;
    // A refused command changes nothing, but that it was refused is kept.
    ledger.undo_to(mark);
    c.changes = {};
    if (done.error().code != "no_such_timer") give_up_timer(command, c.changes);
    c.outcome.state = c.state_before;
    refuse(c.outcome, done.error());
  }
  c.changes.policy = c.version->number;
  c.changes.personal_paths = c.version->personal_paths;
  if (!c.changes.activations.empty()) versions.forget();
  auto const kept = audit_body(command, std::move(body), c.version->personal_paths);
  auto const recorded = store.record(command, body_hash, kept, c.outcome, c.changes, ledger);
  if (!recorded && recorded.error().code == "duplicate_command") {
    // What was tried is taken back, and the command is answered as it was the first time.
    ledger.undo_to(mark);
    expect_duplicates = true;
    auto const answered = answer_from_history(command, body_hash, outcomes);
    return answered ? Result<void>{} : Result<void>(Unexpected{answered.error()});
  }
  if (!recorded) return recorded;
  outcomes.push_back(std::move(c.outcome));
  return {};
}

/// A command that was not even tried, because another of its batch was refused.
Result<void> Engine::Impl::keep_refusal(Command const& command, Outcome const& outcome, Outcomes& outcomes) {
  auto body = wire::to_json(command.body);
  auto const body_hash = hash_of(command, body);
  auto const answered = answer_from_history(command, body_hash, outcomes);
  if (!answered || *answered) return answered ? Result<void>{} : Result<void>(Unexpected{answered.error()});
  if (auto const used = use_versions(command.at); !used) return used;
  auto const kept = audit_body(command, std::move(body), versions.in_force().personal_paths);
  if (auto const recorded = store.record(command, body_hash, kept, outcome, {}, ledger); !recorded) return recorded;
  outcomes.push_back(outcome);
  return {};
}

/// All of a batch, or none. When one is refused, everything since the last commit is given up and done again without the batch.
Result<void> Engine::Impl::run_together(Work& work, bool& again) {
  auto const& commands = *work.commands;
  if (work.refused != SIZE_MAX) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      auto outcome = work.refusal;
      if (i != work.refused) {
        outcome = {};
        refuse(outcome, {"batch_refused", "`" + work.refusal.command_id + "` of the same batch was refused: " + work.refusal.code, {}, work.refusal.remedy});
      }
      outcome.command_id = commands[i].id;
      if (auto const kept = keep_refusal(commands[i], outcome, work.outcomes); !kept) return kept;
    }
    return {};
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (auto const done = run_one(commands[i], work.outcomes); !done) return done;
    if (work.outcomes.back().status == trade::Status::accepted || work.outcomes.back().duplicate) continue;
    work.refused = i;
    work.refusal = work.outcomes.back();
    again = true;
    return {};
  }
  return {};
}

/// Clocks that run out before a command, each at its own time.
Result<void> Engine::Impl::fire_until(Timestamp until) {
  for (;;) {
    auto const due = store.due_timers(until, 1);
    if (!due) return Unexpected{due.error()};
    if (due->empty()) return {};
    Outcomes outcomes;
    if (auto const done = run_one(fire(due->front(), due->front().due), outcomes); !done) return done;
    if (outcomes.front().code == "id_conflict") return failure("store_corrupt", "a clock has the id of a command", options.store_path, "run `bylaw verify`");
  }
}

Result<void> Engine::Impl::use_versions(Timestamp now) {
  auto const changed = versions.use(store);
  if (!changed) return Unexpected{changed.error()};
  if (measures_kept && !*changed) return {};
  measures_kept = true;
  return rebuild_measures(versions, store, now);
}

Result<void> Engine::Impl::run_work(Work& work, bool& again) {
  work.outcomes.clear();
  if (work.job) return work.job();
  work.outcomes.reserve(work.commands->size());
  if (work.together && !work.commands->empty()) {
    if (auto const fired = options.clocks_by_commands ? fire_until(work.commands->front().at) : Result<void>{}; !fired) return fired;
    return run_together(work, again);
  }
  for (auto const& command : *work.commands) {
    if (auto const fired = options.clocks_by_commands ? fire_until(command.at) : Result<void>{}; !fired) return fired;
    if (auto const done = run_one(command, work.outcomes); !done) return done;
  }
  return {};
}

Result<void> Engine::Impl::write_all(Group const& group) {
  for (bool again = true; again;) {
    again = false;
    if (auto const begun = store.begin(); !begun) return begun;
    for (std::size_t i = 0; i < group.size() && !again; ++i) {
      if (auto const done = run_work(*static_cast<Work*>(group[i]), again); !done) return done;
    }
    if (!again) break;
    store.rollback(ledger);
    versions.forget();
    measures_kept = false;
    if (store.outcome_unknown()) return failure("store_failed", "the journal could not be rolled back", options.store_path, "open it again");
  }
  auto const done = store.commit(now(), ledger);
  measures_kept = measures_kept && done;
  return done;
}

/// Whether the policy may decide over this store. Nothing is written: it is in force with the first command.
Result<void> Engine::Impl::check_policy() {
  if (auto const begun = store.begin(); !begun) return begun;
  auto const used = versions.use(store, true);
  store.rollback(ledger);
  versions.forget();
  return used ? Result<void>{} : Result<void>(Unexpected{used.error()});
}

Result<void> Engine::Impl::run_job(std::function<Result<void>()> job) {
  Work work;
  work.job = std::move(job);
  return submit(work);
}

Result<Engine> Engine::open(Options options) {
  auto store = store::Store::open(options.store_path, options.create);
  if (!store) return Unexpected{store.error()};
  auto impl = std::make_unique<Impl>(std::move(options), std::move(*store));
  if (auto const loaded = impl->load(); !loaded) return Unexpected{loaded.error()};
  if (auto const fits = impl->check_policy(); !fits) return Unexpected{fits.error()};
  return Engine(impl.release());
}

Engine::Engine(Engine&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Engine& Engine::operator=(Engine&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Engine::~Engine() {
  if (impl_ != nullptr && !impl_->closed) (void)close();
  delete impl_;
}

bool Engine::failed() const noexcept { return impl_->failed; }

Result<std::vector<Outcome>> Engine::submit(std::vector<Command> const& commands) noexcept {
  try {
    Impl::Work work;
    work.commands = &commands;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.outcomes);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Outcome>> Engine::submit_together(std::vector<Command> const& commands) noexcept {
  try {
    Impl::Work work;
    work.commands = &commands;
    work.together = true;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.outcomes);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<Outcome> Engine::submit(Command const& command) noexcept {
  auto outcomes = submit(std::vector<Command>{command});
  if (!outcomes) return Unexpected{outcomes.error()};
  return std::move(outcomes->front());
}

Result<DueRun> Engine::run_due(Timestamp now, std::size_t count_max) noexcept {
  DueRun out;
  try {
    std::vector<Command> commands;
    {
      std::lock_guard const lock(impl_->state);
      if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
      auto const due = impl_->store.due_timers(now, static_cast<std::int64_t>(count_max));
      if (!due) return Unexpected{due.error()};
      for (auto const& timer : *due) {
        commands.push_back(fire(timer, now));
      }
    }
    // Between the two another command may have stopped a clock: it is then refused, and nothing happens.
    if (!commands.empty()) {
      auto outcomes = submit(commands);
      if (!outcomes) return Unexpected{outcomes.error()};
      out.outcomes = std::move(*outcomes);
    }
    std::lock_guard const lock(impl_->state);
    auto const next = impl_->store.next_due();
    if (!next) return Unexpected{next.error()};
    out.next = *next;
    return out;
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::optional<Timestamp>> Engine::next_due() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    return impl_->store.next_due();
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Message>> Engine::lease(DeliveryTerms const& terms, std::size_t count_max) noexcept {
  try {
    std::vector<Message> out;
    auto const done = impl_->run_job([&]() -> Result<void> {
      auto leased = store::Deliveries(impl_->store).lease(terms, impl_->now(), count_max);
      if (!leased) return Unexpected{leased.error()};
      out = std::move(*leased);
      return {};
    });
    return done ? Result<std::vector<Message>>(std::move(out)) : Unexpected{done.error()};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Settled>> Engine::ack(std::string const& consumer, std::vector<Message> const& messages) noexcept {
  try {
    std::vector<store::Receipt> receipts;
    for (auto const& message : messages) receipts.push_back({message.number, message.lease});
    std::vector<Settled> out;
    auto const done = impl_->run_job([&]() -> Result<void> {
      auto settled = store::Deliveries(impl_->store).ack(consumer, receipts, impl_->now());
      if (!settled) return Unexpected{settled.error()};
      out = std::move(*settled);
      return {};
    });
    return done ? Result<std::vector<Settled>>(std::move(out)) : Unexpected{done.error()};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<Settled> Engine::nack(DeliveryTerms const& terms, Message const& message, std::string const& reason, Timestamp not_before) noexcept {
  try {
    Settled out{};
    auto const done = impl_->run_job([&]() -> Result<void> {
      auto const settled = store::Deliveries(impl_->store).nack(terms, {message.number, message.lease}, reason, impl_->now(), not_before);
      if (!settled) return Unexpected{settled.error()};
      out = *settled;
      return {};
    });
    return done ? Result<Settled>(out) : Unexpected{done.error()};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::optional<trade::Order>> Engine::order(std::string const& id) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    auto stored = impl_->store.load_order(id);
    if (!stored) return Unexpected{stored.error()};
    return *stored ? std::optional<trade::Order>(std::move((*stored)->order)) : std::optional<trade::Order>{};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<Health> Engine::health() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    auto out = read_health(impl_->store, impl_->now(), impl_->options.health);
    if (out) out->clock_back_ms = impl_->clock_back_ms;
    return out;
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<ActivationPlan> Engine::plan_activation(trade::ActivatePolicy const& activation, Timestamp at) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    if (auto const begun = impl_->store.begin(); !begun) return Unexpected{begun.error()};
    Command const command{"plan", at, {}, activation, {}};
    Result<ActivationPlan> out = Unexpected{Error{}};
    if (auto const used = impl_->use_versions(at); !used) {
      out = Unexpected{used.error()};
    } else {
      auto context = impl_->context(command);
      auto const target = target_of(context, activation);
      if (target) out = plan(context, **target, activation);
      else out = Unexpected{target.error()};
    }
    // Nothing of it was meant to stay.
    impl_->store.rollback(impl_->ledger);
    impl_->versions.forget();
    impl_->measures_kept = false;
    impl_->failed = impl_->failed || impl_->store.outcome_unknown();
    return out;
  } catch (...) {
    impl_->failed = true;
    return Unexpected{out_of_memory()};
  }
}

Result<void> Engine::close() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    return impl_->close();
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

}  // namespace bylaw::inline v0::engine
