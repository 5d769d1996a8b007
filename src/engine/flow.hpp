#pragma once
#include <memory>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// What moves: where it is, and the definition that it is pinned to.
struct Instance {
  store::StoredInstance stored;
  Pin pin;
  workflow::Configuration at;

  [[nodiscard]] workflow::Machine const& machine() const { return pin.workflow->machine; }
  /// Whether something of that name may happen where it is.
  [[nodiscard]] bool takes(std::string_view event) const;
};

/// What a workflow asks of the thing that it moves: answers to its guards, and its actions done. One per command.
class Subject {
 public:
  virtual ~Subject() = default;
  Instance instance;

  /// Bits of the machine's guards that hold; only those of `wanted` are looked at.
  [[nodiscard]] Result<workflow::GuardBits> guards(Context& context, workflow::GuardBits wanted);
  /// What is asked of it by name, in a role. A refusal leaves nothing behind.
  [[nodiscard]] virtual Result<void> assert_event(Context& context, std::string const& event, trade::Actor const& by);
  /// A clock of it that is none of its workflow's. False: not known.
  [[nodiscard]] virtual Result<bool> fire(Context& context, store::StoredTimer const& timer);
  /// Reads itself anew, with what the command has changed so far.
  [[nodiscard]] virtual Result<void> reload(Context& context) = 0;

 protected:
  friend class Flow;
  /// Facts for the guards: of its order, and of itself when it is none.
  struct Frames {
    policy::Frame order;
    std::optional<policy::Frame> own;
  };
  [[nodiscard]] virtual Result<Frames> frames(Context& context) = 0;
  [[nodiscard]] virtual Result<void> act(Context& context, std::string const& action) = 0;
  /// What has to be looked at before anything is taken by itself.
  [[nodiscard]] virtual Result<void> before_settling(Context&) { return {}; }
  /// It has come to another state; `instance` says which.
  [[nodiscard]] virtual Result<void> arrived(Context&) { return {}; }
};

/// Moves a subject through its workflow, and writes down every step of it.
class Flow {
 public:
  Flow(Context& context, Subject& subject) : context_(context), subject_(subject) {}

  /// A new instance of a workflow of the current policy. `event` is how it came to be.
  [[nodiscard]] Result<void> start(rulebook::Workflow const& workflow, std::string const& id, std::string const& parent, std::string const& event,
                                   std::vector<trade::Attribute> attributes = {});
  /// What an event would do; nothing has happened yet. Errors: `wrong_role`, `wrong_state`, `tied_guards`, `policy_error`.
  [[nodiscard]] Result<workflow::Step> look(std::string const& event, trade::Actor const& by);
  /// Does what `look` said: actions, clocks, what is taken by itself afterwards, whoever follows it, and what waited for it.
  [[nodiscard]] Result<void> follow(std::string const& event, workflow::Step const& step, trade::Actor const& by);
  /// What has to be done where the subject is now, when it came there by no transition.
  [[nodiscard]] Result<void> arrive() { return subject_.arrived(context_); }
  /// Only what is taken by itself. `elapsed`: a clock of the workflow that has just run out.
  [[nodiscard]] Result<void> settle(workflow::TimerBits elapsed = 0);

 private:
  [[nodiscard]] Result<void> move(std::string const& event, workflow::Step const& step);
  [[nodiscard]] Result<void> settle_all(workflow::TimerBits elapsed);
  [[nodiscard]] Result<void> do_effect(workflow::Effect const& effect);
  void start_timers(workflow::Effect const& effect);
  void put_aside(std::string const& event, workflow::Reaction reaction, trade::Actor const& by);
  [[nodiscard]] Result<workflow::TimerBits> elapsed_timers();
  [[nodiscard]] Result<void> tell_parent();
  [[nodiscard]] Result<void> deliver_parked();

  Context& context_;
  Subject& subject_;
};

/// The subject of an instance, read from the store with what this command has changed already. nullptr: there is none of that name.
[[nodiscard]] Result<std::unique_ptr<Subject>> load_subject(Context& context, std::string const& id);
/// Fills in the pin and the configuration of an instance.
[[nodiscard]] Result<void> seat(Context& context, Instance& instance);

/// Does something that may be refused without anything of it staying: changes and ledger are as before then.
template <class Work>
[[nodiscard]] Result<void> attempt(Context& context, Work work) {
  auto const mark = context.ledger.mark();
  auto changes = context.changes;
  auto state_events = context.state_events;
  auto closed = context.closed;
  auto outcome = context.outcome;
  auto const done = work();
  if (!done) {
    context.ledger.undo_to(mark);
    context.changes = std::move(changes);
    context.state_events = std::move(state_events);
    context.closed = std::move(closed);
    context.outcome = std::move(outcome);
  }
  return done;
}

/// How long the lists of changes were.
class ChangesMark {
 public:
  explicit ChangesMark(trade::Changes const& changes);
  /// Takes back what came since.
  void cut_back(trade::Changes& changes) const;

 private:
  std::vector<std::size_t> sizes_;
};

/// The same as `attempt` for one of many subjects of a command, at the price of what it adds rather than of all that there is. It must not
/// touch rows that other subjects have written; states that it comes to are told by themselves.
template <class Work>
[[nodiscard]] Result<void> attempt_one(Context& context, Work work) {
  auto const ledger_mark = context.ledger.mark();
  ChangesMark const changes(context.changes);
  auto const closed = context.closed.size();
  auto const outcome = context.outcome;
  auto state_events = std::move(context.state_events);
  context.state_events.clear();
  auto const done = work();
  context.state_events = std::move(state_events);
  if (!done) {
    context.ledger.undo_to(ledger_mark);
    changes.cut_back(context.changes);
    context.closed.resize(closed);
    context.outcome = outcome;
  }
  return done;
}

}  // namespace bylaw::inline v0::engine
