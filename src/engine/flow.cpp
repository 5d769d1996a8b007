// How instances move: a step, its effects, what follows by itself, and everyone who waited for it.
#include "engine/flow.hpp"

#include <algorithm>

namespace bylaw::inline v0::engine {

bool Instance::takes(std::string_view event) const {
  auto const possible = machine().possible(at);
  return std::find(possible.begin(), possible.end(), event) != possible.end();
}

using trade::ParkedAction;
using trade::TimerAction;
using workflow::Reaction;

Result<void> seat(Context& context, Instance& instance) {
  auto const pin = context.versions.find(context.store, instance.stored);
  if (!pin) return Unexpected{pin.error()};
  instance.pin = *pin;
  if (instance.machine().find(instance.stored.state, instance.at)) return {};
  return failure("state_lost", "`" + instance.stored.subject + "` is in the state `" + instance.stored.state + "`, which its workflow does not have", {},
                 "run `bylaw verify`");
}

namespace {
template <class Changes, class Visit>
void each_list(Changes& c, Visit visit) {
  visit(c.transfers), visit(c.orders), visit(c.returns), visit(c.return_lines), visit(c.dropped_claims), visit(c.starts), visit(c.repins);
  visit(c.transitions), visit(c.timers), visit(c.parked), visit(c.facts), visit(c.stops), visit(c.measures), visit(c.holds), visit(c.decisions);
  visit(c.events), visit(c.catalog), visit(c.answers), visit(c.spends), visit(c.delegations), visit(c.deliveries), visit(c.activations);
  visit(c.differences), visit(c.alerts), visit(c.supplies), visit(c.feed), visit(c.lots), visit(c.bounds), visit(c.erased);
  visit(c.payments), visit(c.return_moves), visit(c.refunds), visit(c.costs);
}
}  // namespace

ChangesMark::ChangesMark(trade::Changes const& changes) {
  each_list(changes, [&](auto const& list) { sizes_.push_back(list.size()); });
}

void ChangesMark::cut_back(trade::Changes& changes) const {
  std::size_t i = 0;
  each_list(changes, [&](auto& list) { list.erase(list.begin() + static_cast<std::ptrdiff_t>(sizes_[i++]), list.end()); });
}

Result<workflow::GuardBits> Subject::guards(Context& context, workflow::GuardBits wanted) {
  workflow::GuardBits out = 0;
  if (wanted == 0) return out;
  auto const facts = frames(context);
  if (!facts) return Unexpected{facts.error()};
  auto const& numbers = instance.machine().guards();
  for (std::size_t bit = 0; bit < numbers.size(); ++bit) {
    if ((wanted >> bit & 1u) == 0) continue;
    auto const holds = instance.pin.book->policy().guard(numbers[bit], facts->order, context.command.at, facts->own ? &*facts->own : nullptr);
    if (!holds) return Unexpected{holds.error()};
    if (*holds) out |= workflow::GuardBits{1} << bit;
  }
  return out;
}

Result<void> Subject::assert_event(Context& context, std::string const& event, trade::Actor const& by) {
  Flow flow(context, *this);
  auto const step = flow.look(event, by);
  if (!step) return Unexpected{step.error()};
  return flow.follow(event, *step, by);
}

Result<bool> Subject::fire(Context&, store::StoredTimer const&) { return false; }

Result<void> Flow::start(rulebook::Workflow const& workflow, std::string const& id, std::string const& parent, std::string const& event,
                         std::vector<trade::Attribute> attributes) {
  auto& instance = subject_.instance;
  instance.pin = {&context_.book(), &workflow};
  instance.at = workflow.machine.start();
  auto& stored = instance.stored;
  stored.subject = id;
  stored.workflow = workflow.kind;
  stored.version = workflow.version;
  stored.definition = Versions::definition(*context_.version, workflow);
  stored.state = workflow.machine.name(instance.at);
  stored.since = context_.command.at;
  stored.attributes = attributes;
  context_.changes.starts.push_back({id, workflow.kind, workflow.version, stored.definition, parent, std::move(attributes)});
  context_.changes.transitions.push_back({id, event, "", stored.state, workflow.machine.finished(instance.at)});
  context_.outcome.state = stored.state;
  return do_effect(workflow.machine.start_effect());
}

Result<workflow::Step> Flow::look(std::string const& event, trade::Actor const& by) {
  auto const& instance = subject_.instance;
  auto const& machine = instance.machine();
  auto const number = machine.event(event);
  auto const guards = subject_.guards(context_, machine.guards_of(instance.at, number));
  if (!guards) return Unexpected{guards.error()};
  auto const roles = by.role.empty() ? workflow::every_role : machine.role(by.role);
  auto const step = workflow::step(machine, instance.at, number, roles, *guards);
  if (auto const fits = check_step(context_, instance, step, event, by); !fits) return Unexpected{fits.error()};
  if (step.reaction == Reaction::parked && instance.stored.number != 0) {
    constexpr std::size_t parked_max = 100;
    auto const waiting = context_.store.parked_events(instance.stored.number);
    if (!waiting) return Unexpected{waiting.error()};
    if (waiting->size() >= parked_max)
      return context_.refuse("too_many_parked", "100 events wait for `" + instance.stored.subject + "` already", "see `bylaw report parked`");
  }
  return step;
}

Result<void> Flow::follow(std::string const& event, workflow::Step const& step, trade::Actor const& by) {
  if (step.reaction != Reaction::moved) {
    put_aside(event, step.reaction, by);
    return {};
  }
  auto const before = subject_.instance.stored.state;
  if (auto const done = move(event, step); !done) return done;
  if (auto const settled = settle_all(0); !settled) return settled;
  if (auto const told = tell_parent(); !told) return told;
  return subject_.instance.stored.state == before ? Result<void>{} : deliver_parked();
}

Result<void> Flow::settle(workflow::TimerBits elapsed) {
  auto const before = subject_.instance.stored.state;
  if (auto const settled = settle_all(elapsed); !settled) return settled;
  if (subject_.instance.stored.state == before) return {};
  if (auto const told = tell_parent(); !told) return told;
  return deliver_parked();
}

Result<void> Flow::settle_all(workflow::TimerBits elapsed) {
  if (auto const ready = subject_.before_settling(context_); !ready) return ready;
  auto& instance = subject_.instance;
  auto const& machine = instance.machine();
  auto const waiting = elapsed_timers();
  if (!waiting) return Unexpected{waiting.error()};
  elapsed |= *waiting;
  for (std::size_t round = 0; round < machine.settle_max(); ++round) {
    auto const guards = subject_.guards(context_, machine.guards_of_settling(instance.at, elapsed));
    if (!guards) return Unexpected{guards.error()};
    auto const step = workflow::settle(machine, instance.at, *guards, elapsed);
    if (step.reaction == Reaction::tied) {
      return context_.refuse("tied_guards", "two guards of the state `" + instance.stored.state + "` hold at once",
                             "make the guards of the workflow exclude each other");
    }
    if (step.reaction != Reaction::moved) return {};
    std::string event;
    for (std::size_t i = 0; i < machine.timers().size(); ++i) {
      if ((step.timers_used >> i & 1u) == 0) continue;
      auto const& name = machine.timers()[i].name;
      event = name.substr(name.rfind('/') + 1);
      context_.changes.timers.push_back({instance.stored.subject, name, TimerAction::fired, context_.command.at});
    }
    elapsed &= ~step.timers_used;
    for (std::size_t i = 0; i < step.effect_count; ++i) elapsed &= ~machine.effect(step.effects[i]).timers_stopped;
    if (auto const done = move(event, step); !done) return done;
  }
  return context_.refuse("endless", "the guards of `" + instance.stored.subject + "` lead round in a circle from `" + instance.stored.state + "`",
                         "make the `when` of one of these states exclude the other's");
}

Result<void> Flow::move(std::string const& event, workflow::Step const& step) {
  auto& instance = subject_.instance;
  auto& stored = instance.stored;
  auto const from = stored.state;
  instance.at = step.to;
  stored.state = instance.machine().name(step.to);
  stored.closed = instance.machine().finished(step.to);
  context_.changes.transitions.push_back({stored.subject, event, from, stored.state, stored.closed});
  if (stored.state != from) {
    stored.since = context_.command.at;
    context_.announce_state(stored.workflow, stored.subject, stored.state);
  }
  if (stored.subject == context_.outcome.subject) context_.outcome.state = stored.state;
  for (std::size_t i = 0; i < step.effect_count; ++i) {
    if (auto const done = do_effect(instance.machine().effect(step.effects[i])); !done) return done;
  }
  if (stored.closed) context_.closed.push_back(stored.subject);
  return stored.state == from ? Result<void>{} : subject_.arrived(context_);
}

Result<void> Flow::do_effect(workflow::Effect const& effect) {
  auto const& instance = subject_.instance;
  auto const& machine = instance.machine();
  for (std::size_t i = 0; i < machine.timers().size(); ++i) {
    if ((effect.timers_stopped >> i & 1u) != 0) {
      context_.changes.timers.push_back({instance.stored.subject, machine.timers()[i].name, TimerAction::stopped, context_.command.at});
    }
  }
  start_timers(effect);
  for (auto const number : effect.actions) {
    auto const& action = machine.actions()[number];
    if (rulebook::is_outside_action(action)) {
      context_.announce(instance.stored.workflow + "." + action, instance.stored.subject, instance.stored.state);
      continue;
    }
    if (auto const done = subject_.act(context_, action); !done) return done;
  }
  return {};
}

void Flow::start_timers(workflow::Effect const& effect) {
  auto const& instance = subject_.instance;
  for (auto const number : effect.timers_started) {
    auto const& timer = instance.machine().timers()[number];
    auto const due = instance.pin.book->policy().due_in_queue(instance.pin.workflow->header, context_.command.at, timer.after);
    context_.changes.timers.push_back({instance.stored.subject, timer.name, TimerAction::set, due});
  }
}

/// Clocks of this workflow that ran out before, in an earlier command, and whose guard did not hold then.
Result<workflow::TimerBits> Flow::elapsed_timers() {
  auto const& instance = subject_.instance;
  auto const& timers = instance.machine().timers();
  workflow::TimerBits out = 0;
  if (timers.empty() || instance.stored.number == 0) return out;
  auto const names = context_.store.elapsed_timers(instance.stored.number);
  if (!names) return Unexpected{names.error()};
  for (std::size_t i = 0; i < timers.size(); ++i) {
    bool stopped = false;
    for (auto const& row : context_.changes.timers) {
      if (row.subject == instance.stored.subject && row.name == timers[i].name) stopped = row.action != TimerAction::elapsed;
    }
    if (!stopped && std::find(names->begin(), names->end(), timers[i].name) != names->end()) out |= workflow::TimerBits{1} << i;
  }
  return out;
}

void Flow::put_aside(std::string const& event, Reaction reaction, trade::Actor const& by) {
  auto const& instance = subject_.instance;
  auto const& id = instance.stored.subject;
  if (reaction == Reaction::parked) {
    auto const deadline =
        instance.pin.book->policy().due_in_queue(instance.pin.workflow->header, context_.command.at, instance.machine().park_for(instance.at));
    context_.changes.parked.push_back({id, ParkedAction::parked, 0, event, deadline, by, "does not fit `" + instance.stored.state + "`"});
    context_.outcome.code = "parked";
  } else if (reaction == Reaction::dead_lettered) {
    context_.changes.parked.push_back({id, ParkedAction::dead, 0, event, {}, by, "does not fit `" + instance.stored.state + "`"});
    context_.announce(instance.stored.workflow + ".dead_letter", id, instance.stored.state);
    context_.outcome.code = "dead_letter";
  } else {
    context_.outcome.code = "ignored";
  }
}

/// A parent follows its children: what it does by itself may depend on where they are.
Result<void> Flow::tell_parent() {
  auto const number = subject_.instance.stored.parent;
  if (number == 0) return {};
  auto const stored = context_.store.load_instance(number);
  if (!stored || !*stored) return stored ? Result<void>{} : Result<void>(Unexpected{stored.error()});
  auto parent = load_subject(context_, (*stored)->subject);
  if (!parent) return Unexpected{parent.error()};
  if (*parent == nullptr || (*parent)->instance.stored.closed) return {};
  return Flow(context_, **parent).settle();
}

/// What did not fit before is tried again, in the order in which it came; what still does not fit goes on waiting.
Result<void> Flow::deliver_parked() {
  auto& instance = subject_.instance;
  if (instance.stored.number == 0) return {};
  auto const waiting = context_.store.parked_events(instance.stored.number);
  if (!waiting) return Unexpected{waiting.error()};
  for (auto const& event : *waiting) {
    auto const& rows = context_.changes.parked;
    bool const done = std::any_of(rows.begin(), rows.end(), [&](auto const& row) { return row.parked == event.number; });
    if (done) continue;
    auto const step = look(event.event, event.by);
    if (!step || step->reaction != Reaction::moved) continue;
    auto const code = context_.outcome.code;
    auto const tried = attempt(context_, [&]() -> Result<void> {
      context_.changes.parked.push_back({instance.stored.subject, ParkedAction::delivered, event.number, event.event, event.deadline, event.by, "fits now"});
      return subject_.assert_event(context_, event.event, event.by);
    });
    context_.outcome.code = code;
    if (tried) continue;
    if (is_store_error(tried.error())) return tried;
    if (auto const reloaded = subject_.reload(context_); !reloaded) return reloaded;
  }
  return {};
}

}  // namespace bylaw::inline v0::engine
