// Clocks that have run out, and dead letters that are tried again.
#include <algorithm>

#include "engine/flow.hpp"

namespace bylaw::inline v0::engine {

using trade::ParkedAction;
using trade::TimerAction;

namespace {

/// A clock of the workflow itself: what it leads to is taken when its guard holds; otherwise it waits for that.
Result<bool> fire_workflow(Context& context, Subject& subject, std::string const& name) {
  auto const& timers = subject.instance.machine().timers();
  for (std::size_t i = 0; i < timers.size(); ++i) {
    if (timers[i].name != name) continue;
    auto const settled = Flow(context, subject).settle(workflow::TimerBits{1} << i);
    if (!settled) return Unexpected{settled.error()};
    auto const& rows = context.changes.timers;
    bool const used =
        std::any_of(rows.begin(), rows.end(), [&](auto const& row) { return row.subject == subject.instance.stored.subject && row.name == name; });
    if (!used) context.changes.timers.push_back({subject.instance.stored.subject, name, TimerAction::elapsed, context.command.at});
    return true;
  }
  return false;
}

/// Nobody came for it: what was parked is a dead letter now.
void bury(Context& context, Subject const& subject, store::StoredParked const& event) {
  auto const& id = subject.instance.stored.subject;
  context.changes.parked.push_back({id, ParkedAction::dead, event.number, event.event, event.deadline, event.by, "waited in vain"});
  context.announce(subject.instance.stored.workflow + ".dead_letter", id, subject.instance.stored.state);
  context.outcome.code = "dead_letter";
}

}  // namespace

Result<void> run(Context& context, trade::FireTimer const& body) {
  context.outcome.subject = body.subject;
  auto const subject = load_subject(context, body.subject);
  if (!subject) return Unexpected{subject.error()};
  if (*subject == nullptr) return context.refuse("no_such_timer", "there is no `" + body.subject + "`", "clocks are fired by run_due");
  auto& instance = (*subject)->instance;
  context.outcome.state = context.state_before = instance.stored.state;
  auto const timers = context.store.timers_of(instance.stored.number);
  if (!timers) return Unexpected{timers.error()};
  auto const timer = std::find_if(timers->begin(), timers->end(), [&](store::StoredTimer const& t) { return t.name == body.name && t.due == body.due; });
  // Its id names the clock, so that nobody else can use it up.
  bool const named = timer != timers->end() && context.command.id == "timer:" + std::to_string(timer->set_by);
  if (!named || timer->due > context.command.at) {
    return context.refuse("no_such_timer", "`" + body.subject + "` has no clock `" + body.name + "` that is due", "clocks are fired by run_due");
  }
  auto const fired = fire_workflow(context, **subject, body.name);
  if (!fired) return Unexpected{fired.error()};
  if (*fired) return {};
  // Before anything that sets it anew.
  context.changes.timers.push_back({body.subject, body.name, TimerAction::fired, context.command.at});
  if (body.name.compare(0, 7, "parked/") == 0) {
    auto const waiting = context.store.parked_events(instance.stored.number);
    if (!waiting) return Unexpected{waiting.error()};
    for (auto const& event : *waiting) {
      if ("parked/" + std::to_string(event.number) == body.name) bury(context, **subject, event);
    }
    return {};
  }
  auto const known = (*subject)->fire(context, *timer);
  if (!known) return Unexpected{known.error()};
  if (!*known) context.outcome.code = "ignored";
  return {};
}

Result<void> run(Context& context, trade::Redrive const& body) {
  context.outcome.subject = body.subject;
  auto const letter = context.store.dead_letter(body.letter);
  if (!letter) return Unexpected{letter.error()};
  if (!*letter || (*letter)->subject != body.subject) {
    return context.refuse("no_such_letter", "`" + body.subject + "` has no dead letter " + std::to_string(body.letter), "see `bylaw report dead_letters`");
  }
  auto const subject = load_subject(context, body.subject);
  if (!subject) return Unexpected{subject.error()};
  context.outcome.state = context.state_before = (*subject)->instance.stored.state;
  context.changes.parked.push_back({body.subject, ParkedAction::redriven, (*letter)->number, (*letter)->event, {}, context.command.by, "tried again"});
  return (*subject)->assert_event(context, (*letter)->event, context.command.by);
}

}  // namespace bylaw::inline v0::engine
