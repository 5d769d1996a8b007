#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <utility>

#include <bylaw/engine/engine.hpp>
#include <bylaw/values/digest.hpp>
#include <bylaw/wire/commands.hpp>

#include "engine/clock.hpp"
#include "engine/commit_queue.hpp"
#include "engine/flow.hpp"
#include "engine/order_subject.hpp"
#include "engine/writer.hpp"

namespace bylaw::inline v0::engine {

namespace {

using trade::Command;
using trade::Outcome;
using Outcomes = std::vector<Outcome>;

/// The commands of one caller, waiting for the writer.
struct Ticket : CommitQueue::Ticket {
  std::vector<Command> const* commands = nullptr;
  Outcomes outcomes;
  Error error;
};

/// A clock whose work was refused is not fired again and again; the command that was refused says what it was.
void give_up_timer(Command const& command, trade::Changes& changes) {
  auto const* timer = std::get_if<trade::FireTimer>(&command.body);
  if (timer != nullptr) changes.timers.push_back({timer->subject, timer->name, trade::TimerAction::failed, command.at});
}

}  // namespace

struct Engine::Impl : Writer {
  Impl(Options o, store::Store s) : Writer(std::move(s)), options(std::move(o)), versions(options.rulebook) {}

  Options options;
  Versions versions;
  bool measures_kept = false;
  CommitQueue queue;
  std::mutex state;  ///< held while a group is written

  Result<void> run_one(Command const& command, Outcomes& outcomes);
  Result<void> run_group(std::vector<CommitQueue::Ticket*> const& group);
  void write(std::vector<CommitQueue::Ticket*> const& group) noexcept;
  [[nodiscard]] Error not_usable() const {
    return {"engine_failed", closed ? "the engine is closed" : "the engine has failed", options.store_path, "open it again"};
  }
  [[nodiscard]] Error why_not() const noexcept {
    try {
      return not_usable();
    } catch (...) {
      return out_of_memory();
    }
  }
  Result<void> check_policy();
  Result<void> fire_until(Timestamp until);
  Result<void> submit(Ticket& ticket);
};

/// One command: answered from history, refused, or done. Only a failing store fails the group.
Result<void> Engine::Impl::run_one(Command const& command, Outcomes& outcomes) {
  // Nobody can take the id that a clock will have, and nobody can be answered without one. That is not even kept.
  bool const is_timer = std::holds_alternative<trade::FireTimer>(command.body);
  if (command.id.empty() || (!is_timer && command.id.compare(0, 6, "timer:") == 0)) {
    outcomes.push_back({command.id,
                        trade::Status::refused,
                        false,
                        "reserved_id",
                        "an id is expected, and those that begin with `timer:` belong to clocks",
                        "give the command another id",
                        {},
                        {}});
    return {};
  }
  Digest digest;
  digest.add(std::string_view(kind_of(command.body)));
  digest.add(wire::to_json(command.body));
  digest.add(command.at.value);
  digest.add(command.by.user);
  digest.add(command.by.role);
  auto const body_hash = digest.finish();
  auto const before = store.find_command(command.id);
  if (!before) return Unexpected{before.error()};
  if (*before) {
    auto outcome = (*before)->outcome;
    if ((*before)->body_hash != body_hash) {
      outcome = Outcome{command.id,
                        trade::Status::refused,
                        false,
                        "id_conflict",
                        "command `" + command.id + "` was sent before with another content",
                        "give a new command a new id",
                        outcome.subject,
                        outcome.state};
    }
    outcomes.push_back(std::move(outcome));
    return {};
  }
  auto const mark = ledger.mark();
  Context context{options.rulebook, store, ledger, versions, command};
  context.outcome.command_id = command.id;
  auto const done = run_command(context);
  if (!done) {
    if (is_store_error(done.error())) return done;
    // A refused command changes nothing, but that it was refused is kept.
    ledger.undo_to(mark);
    context.changes = {};
    if (done.error().code != "no_such_timer") give_up_timer(command, context.changes);
    context.outcome.status = trade::Status::refused;
    context.outcome.state = context.state_before;
    context.outcome.code = done.error().code;
    context.outcome.message = done.error().message;
    context.outcome.remedy = done.error().remedy;
  }
  auto const recorded = store.record(command, body_hash, context.outcome, context.changes, ledger);
  if (!recorded) return recorded;
  outcomes.push_back(std::move(context.outcome));
  return {};
}

namespace {
Command fire(store::StoredTimer const& timer, Timestamp now) {
  return {"timer:" + std::to_string(timer.set_by), now, {}, trade::FireTimer{timer.subject, timer.name, timer.due}};
}
}  // namespace

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

namespace {
/// Of the first command of a group; measures are made anew for what they need from then on.
Timestamp first_time(std::vector<CommitQueue::Ticket*> const& group) {
  for (auto* waiting : group) {
    auto const& commands = *static_cast<Ticket*>(waiting)->commands;
    if (!commands.empty()) return commands.front().at;
  }
  return {};
}
}  // namespace

Result<void> Engine::Impl::run_group(std::vector<CommitQueue::Ticket*> const& group) {
  if (auto const begun = store.begin(); !begun) return begun;
  if (auto const used = versions.use(store); !used) return used;
  if (!measures_kept) {
    auto const rebuilt = rebuild_measures(options.rulebook, store, first_time(group));
    if (!rebuilt) return rebuilt;
  }
  for (auto* waiting : group) {
    auto* ticket = static_cast<Ticket*>(waiting);
    ticket->outcomes.reserve(ticket->commands->size());
    for (auto const& command : *ticket->commands) {
      if (auto const fired = options.clocks_by_commands ? fire_until(command.at) : Result<void>{}; !fired) return fired;
      if (auto const done = run_one(command, ticket->outcomes); !done) return done;
    }
  }
  auto const done = store.commit(read_clock(options.clock), ledger);
  measures_kept = measures_kept || done;
  return done;
}

/// Whether the policy may decide over this store. Nothing is written: it is in force with the first command.
Result<void> Engine::Impl::check_policy() {
  if (auto const begun = store.begin(); !begun) return begun;
  auto const used = versions.use(store);
  store.rollback(ledger);
  return used;
}

void Engine::Impl::write(std::vector<CommitQueue::Ticket*> const& group) noexcept {
  std::lock_guard const lock(state);
  struct Attempt {
    Impl* self;
    std::vector<CommitQueue::Ticket*> const* group;
  } attempt{this, &group};
  auto const run = [](void* context) {
    auto const& a = *static_cast<Attempt*>(context);
    return a.self->run_group(*a.group);
  };
  auto const error = failed || closed ? why_not() : commit(run, &attempt, options.snapshot_transfers);
  if (error.code.empty()) return;
  for (auto* waiting : group) {
    auto* ticket = static_cast<Ticket*>(waiting);
    ticket->outcomes.clear();
    ticket->error = error;
  }
}

Result<void> Engine::Impl::submit(Ticket& ticket) {
  if (failed || closed) return Unexpected{not_usable()};
  queue.run(
      ticket, [](void* self, std::vector<CommitQueue::Ticket*> const& group) { static_cast<Impl*>(self)->write(group); }, this);
  if (!ticket.error.code.empty()) return Unexpected{ticket.error};
  return {};
}

Result<Engine> Engine::open(Options options) {
  if (options.rulebook.policy().empty()) return failure("no_rules", "an engine needs a rulebook", {}, "load a policy without errors first");
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
  Ticket ticket;
  ticket.commands = &commands;
  try {
    auto const done = impl_->submit(ticket);
    if (!done) return Unexpected{done.error()};
    return std::move(ticket.outcomes);
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

Result<void> Engine::close() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    return impl_->Writer::close();
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

}  // namespace bylaw::inline v0::engine
