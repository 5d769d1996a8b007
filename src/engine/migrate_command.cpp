// Instances of an earlier version move to the one in force.
#include <algorithm>

#include "engine/flow.hpp"

namespace bylaw::inline v0::engine {

namespace {

bool ran_out(workflow::Machine const& old, workflow::Machine const& now, workflow::Timer const& timer, std::vector<store::StoredTimer> const& running) {
  auto const& state = now.definition().states[static_cast<std::size_t>(timer.state)].name;
  for (auto const& before : old.timers()) {
    bool const same = old.definition().states[static_cast<std::size_t>(before.state)].name == state && before.after == timer.after;
    bool const ticks = std::any_of(running.begin(), running.end(), [&](store::StoredTimer const& t) { return t.name == before.name; });
    if (same && !ticks) return true;
  }
  return false;
}

/// Clocks of the old states stop; those of the new ones run from when the state was entered, as if it had always been this one.
Result<void> change_clocks(Context& context, Instance const& instance, rulebook::Workflow const& to, workflow::Configuration at) {
  auto const& id = instance.stored.subject;
  auto const running = context.store.timers_of(instance.stored.number);
  if (!running) return Unexpected{running.error()};
  for (auto const& timer : *running) {
    bool const of_workflow = timer.name.find("/after_") != std::string::npos && timer.name.compare(0, 5, "hold/") != 0;
    if (of_workflow) context.changes.timers.push_back({id, timer.name, trade::TimerAction::stopped, context.command.at});
  }
  auto const active = to.machine.active(at);
  auto const old = context.versions.find(context.store, instance.stored);
  for (auto const& timer : to.machine.timers()) {
    if (std::find(active.begin(), active.end(), static_cast<std::uint16_t>(timer.state)) == active.end()) continue;
    // A clock that the old version had too, and that has run out there, has done its work.
    if (old && ran_out(old->workflow->machine, to.machine, timer, *running)) continue;
    auto const due = context.book().policy().due_in_queue(to.header, instance.stored.since, timer.after);
    context.changes.timers.push_back({id, timer.name, trade::TimerAction::set, due});
  }
  return {};
}

Result<void> move(Context& context, store::StoredInstance const& stored, rulebook::Workflow const& to, std::string const& state) {
  Instance instance;
  instance.stored = stored;
  workflow::Configuration at;
  (void)to.machine.find(state, at);
  context.changes.repins.push_back({stored.subject, to.version, Versions::definition(*context.version, to)});
  context.changes.transitions.push_back({stored.subject, "migrate", stored.state, state, to.machine.finished(at)});
  if (to.machine.finished(at)) context.closed.push_back(stored.subject);
  if (auto const changed = change_clocks(context, instance, to, at); !changed) return changed;
  // What belongs to the new state, and what the new version takes by itself.
  auto subject = load_subject(context, stored.subject);
  if (!subject) return Unexpected{subject.error()};
  Flow flow(context, **subject);
  if (auto const arrived = flow.arrive(); !arrived || to.machine.finished(at)) return arrived;
  return flow.settle();
}

}  // namespace

Result<void> run(Context& context, trade::Migrate const& body) {
  context.outcome.subject = body.workflow;
  auto const* to = context.book().find_workflow(body.workflow);
  if (to == nullptr) return context.refuse("unknown_workflow", "the policy declares no workflow `" + body.workflow + "`", "correct its name");
  if (to->version == body.from) {
    return context.refuse("same_version", "version " + std::to_string(body.from) + " of `" + body.workflow + "` is in force",
                          "name the version that instances come from");
  }
  if (body.from > to->version) {
    return context.refuse("newer_version", "version " + std::to_string(body.from) + " of `" + body.workflow + "` is newer than the one in force",
                          "load the newer policy");
  }
  auto const definitions = context.store.open_definitions();
  if (!definitions) return Unexpected{definitions.error()};
  std::int64_t moved = 0;
  std::int64_t left = 0;
  for (auto const& definition : *definitions) {
    if (definition.name != body.workflow || definition.version != body.from) continue;
    for (std::int64_t after = 0; moved < body.count_max;) {
      auto const instances = context.store.open_instances(definition.number, after, body.count_max - moved);
      if (!instances) return Unexpected{instances.error()};
      if (instances->empty()) break;
      for (auto const& stored : *instances) {
        after = stored.number;
        auto const plan = rulebook::plan_migration(*to, body.from, stored.state);
        auto const waiting = context.store.parked_events(stored.number);
        if (!waiting) return Unexpected{waiting.error()};
        if (plan.state.empty() || !waiting->empty()) {
          ++left;
          continue;
        }
        if (auto const done = move(context, stored, *to, plan.state); !done) return done;
        ++moved;
      }
    }
  }
  if (moved == 0 && left == 0)
    return context.refuse("nothing_to_migrate", "no open instance of `" + body.workflow + "` has version " + std::to_string(body.from),
                          "see `bylaw migrate --dry-run`");
  context.outcome.message = std::to_string(moved) + " moved, " + std::to_string(left) + " left";
  if (moved == 0)
    return context.refuse("nothing_moves", context.outcome.message, "say with `migrate from` what becomes of their states; see `bylaw migrate --dry-run`");
  return {};
}

}  // namespace bylaw::inline v0::engine
