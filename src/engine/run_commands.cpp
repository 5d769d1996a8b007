#include <algorithm>
#include <utility>

#include "engine/authority.hpp"
#include "engine/clock.hpp"
#include "engine/command_content.hpp"
#include "engine/engine_impl.hpp"
#include "engine/gate.hpp"

namespace bylaw::inline v0::engine {

using trade::Command;
using trade::Outcome;

namespace {

/// A clock whose work was refused is not fired again and again; the command that was refused says what it was.
void give_up_timer(Command const& command, trade::Changes& changes) {
  auto const* timer = command.body.get_if<trade::FireTimer>();
  if (timer != nullptr) changes.timers.push_back({timer->subject, timer->name, trade::TimerAction::failed, command.at});
}

void refuse(Outcome& outcome, Error const& error) {
  outcome.status = trade::Status::refused;
  outcome.code = error.code;
  outcome.message = error.message;
  outcome.remedy = error.remedy;
}

/// A command whose id cannot be kept is refused and not kept.
Outcome refuse_reserved(Command const& command) {
  Outcome outcome;
  outcome.command_id = command.id;
  refuse(outcome, {"reserved_id", "an id is expected, and those that begin with `timer:` belong to clocks", {}, "give the command another id"});
  return outcome;
}

}  // namespace

/// The engine's time, which never goes back.
Timestamp Engine::Impl::now() {
  auto const read = read_clock(options.clock);
  auto const last = store.last_recorded();
  if (read >= last) return read;
  std::int64_t back_ms = 0;
  if (subtract_overflows(last.value, read.value, back_ms)) back_ms = INT64_MAX;  // a clock may read anything
  clock_back_ms = std::max(clock_back_ms, back_ms);
  return last;
}

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
  if (has_reserved_id(command)) {
    outcomes.push_back(refuse_reserved(command));
    return {};
  }
  if (auto const used = use_versions(command.at); !used) return used;
  bool const is_timer = command.body.kind() == trade::FireTimer::command_kind;
  auto body = content_of(command, versions.in_force().personal_paths);
  auto const body_hash = hash_of(command, body);
  if (expect_duplicates) {
    auto const answered = answer_from_history(command, body_hash, outcomes);
    if (!answered || *answered) return answered ? Result<void>{} : Result<void>(Unexpected{answered.error()});
    expect_duplicates = false;
  }
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
    c.outcome.state = c.state_before;
    refuse(c.outcome, done.error());
    if (done.error().code == "no_such_timer") {
      // It was stopped meanwhile, or never was. Keeping that would take the id of a clock that is yet to come.
      outcomes.push_back(std::move(c.outcome));
      return {};
    }
    give_up_timer(command, c.changes);
  }
  c.changes.policy = c.version->number;
  c.changes.personal_paths = c.version->personal_paths;
  if (!c.changes.activations.empty()) versions.forget();
  auto const kept = audit_body(command, std::move(body));
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
  if (has_reserved_id(command)) {
    outcomes.push_back(refuse_reserved(command));
    return {};
  }
  if (auto const used = use_versions(command.at); !used) return used;
  auto body = content_of(command, versions.in_force().personal_paths);
  auto const body_hash = hash_of(command, body);
  auto const answered = answer_from_history(command, body_hash, outcomes);
  if (!answered || *answered) return answered ? Result<void>{} : Result<void>(Unexpected{answered.error()});
  auto const kept = audit_body(command, std::move(body));
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
    auto const& outcome = work.outcomes.back();
    bool const waits = outcome.code == "waits_for_approval";
    if (outcome.status == trade::Status::accepted && !waits) continue;
    work.refused = i;
    work.refusal = outcome;
    // What waits is not done, and so the batch would not be done as a whole.
    if (waits) refuse(work.refusal, {"needs_approval", "it needs an approval, and a batch is done at once: " + outcome.message, {}, "send it by itself first"});
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
    if (outcomes.front().code == "id_conflict" || outcomes.front().code == "no_such_timer")
      return failure("store_corrupt", "a clock has the id of a command", options.store_path, "run `bylaw verify`");
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

}  // namespace bylaw::inline v0::engine
