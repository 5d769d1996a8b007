// Holds of one order: what goes, what comes, what came too late, and the clocks that run while they stand.
#include <algorithm>

#include <bylaw/values/word_list.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

using trade::HoldAction;
using trade::HoldRow;
using trade::TimerAction;

namespace {

std::string clock_name(HoldRow const& hold, std::string const& what) { return "hold/" + hold.rule + "/" + std::to_string(hold.line) + "/" + what; }

bool destroys(std::string const& action) { return action != "release" && action != "escalate"; }

}  // namespace

policy::HoldRule const* find_rule(policy::Policy const& policy, std::string const& name) {
  auto const& rules = policy.holds();
  auto const found = std::find_if(rules.begin(), rules.end(), [&](policy::HoldRule const& r) { return r.info.name == name; });
  return found == rules.end() ? nullptr : &*found;
}

void OrderSubject::put(Context& context, HoldRow row) {
  auto const& policy = context.book().policy();
  auto const* rule = find_rule(policy, row.rule);
  auto const set = [&](std::string const& what, Timestamp due) { context.changes.timers.push_back({row.order, clock_name(row, what), TimerAction::set, due}); };
  row.at = context.command.at;
  if (row.action == HoldAction::waiting) set("await", row.due);
  // One that is in another queue than its rule's was put there by a brake, or cannot be computed: nothing happens to it by itself.
  if (row.action == HoldAction::placed && rule != nullptr && row.queue == rule->queue) {
    for (std::size_t i = 0; i < rule->escalations.size(); ++i) {
      set("escalate_" + std::to_string(i + 1), policy.due_in_queue(rule->info.header, row.at, rule->escalations[i].after));
    }
    for (auto const& expiry : rule->expiries) set("expire", policy.due_in_queue(rule->info.header, row.at, expiry.after));
  }
  std::erase_if(view.holds, [&](HoldRow const& h) { return h.rule == row.rule && h.line == row.line; });
  if (is_open(row.action)) view.holds.push_back(row);
  context.changes.holds.push_back(std::move(row));
  tell_holds(view);
}

Result<void> OrderSubject::lift(Context& context, HoldRow row, HoldAction action) {
  auto const prefix = clock_name(row, "");
  if (instance.stored.number != 0) {
    auto const timers = context.store.timers_of(instance.stored.number);
    if (!timers) return Unexpected{timers.error()};
    for (auto const& timer : *timers) {
      if (timer.name.compare(0, prefix.size(), prefix) == 0)
        context.changes.timers.push_back({row.order, timer.name, TimerAction::stopped, context.command.at});
    }
  }
  row.action = action;
  row.due = {};
  put(context, std::move(row));
  return {};
}

/// The last rows of holds that are not open, with what this command has done to them.
Result<std::vector<HoldRow>> OrderSubject::closed_holds(Context& context) {
  auto closed = context.store.closed_holds(view.stored.order.id);
  if (!closed) return closed;
  for (auto const& row : context.changes.holds) {
    if (row.order != view.stored.order.id) continue;
    std::erase_if(*closed, [&](HoldRow const& h) { return h.rule == row.rule && h.line == row.line; });
    if (!is_open(row.action)) closed->push_back(row);
  }
  return closed;
}

Result<void> OrderSubject::recheck_holds(Context& context) {
  auto const& policy = context.book().policy();
  auto const now = context.command.at;
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  for (auto const& hold : std::vector<HoldRow>(view.holds)) {
    auto const* rule = find_rule(policy, hold.rule);
    if (rule == nullptr) continue;
    auto const index = static_cast<std::uint32_t>(rule - policy.holds().data());
    auto const exit = policy.decide_hold_exit(index, hold.line, *frame, now);
    auto const reading = policy.read_hold(index, hold.line, *frame, now);
    auto row = hold;
    if (exit.released || exit.cleared) {
      // A release stands on what the rule reads now: only a change of that brings the hold back.
      if (exit.released) row.reads = wire::reads_json(reading.hit.reads);
      if (auto const lifted = lift(context, row, exit.released ? HoldAction::released : HoldAction::cleared); !lifted) return lifted;
    } else if (hold.action == HoldAction::waiting && !(reading.applies && reading.hit.state == policy::HoldState::waiting)) {
      // What was awaited is there, or its time is over: the hold is decided.
      if (auto const lifted = lift(context, row, HoldAction::cleared); !lifted) return lifted;
      if (reading.applies) put(context, orders::hold_row(*rule, hold.order, reading.hit));
    } else if (hold.action == HoldAction::waiting && reading.hit.decide_by != hold.due) {
      put(context, orders::hold_row(*rule, hold.order, reading.hit));  // another fact is awaited longer
    }
  }
  auto const closed = closed_holds(context);
  if (!closed) return Unexpected{closed.error()};
  auto const decision = policy.decide_holds(*frame, now);
  for (auto& row : orders::place_holds(policy, view.stored.order.id, decision, view.holds, *closed)) {
    if (auto const routed = route(context, row); !routed) return routed;
    put(context, std::move(row));
  }
  return note_differences(context, view, decision);
}

/// When rules hold more than a brake lets them, something is wrong with them rather than with the orders: the hold stands, and waits in
/// the queue of the brake, and no clock of its rule does anything to the order.
Result<void> OrderSubject::route(Context& context, HoldRow& row) {
  auto const& policy = context.book().policy();
  if (row.action != HoldAction::placed || policy.brakes().empty()) return {};
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  for (auto const index : policy.decide_brakes("hold", *frame, context.command.at)) {
    auto const& brake = policy.brakes()[index];
    if (brake.count_max < 0) continue;
    auto back = brake.per;
    back.amount = -back.amount;
    back.months = -back.months;
    auto const placed = store::Control(context.store).holds_placed(policy.due(0, context.command.at, back));
    if (!placed) return Unexpected{placed.error()};
    if (*placed < brake.count_max) continue;
    row.queue = brake.queue;
    row.owner = brake.by.empty() ? row.owner : brake.by.front();
    context.announce("brake.stopped", row.order, brake.info.name);
    return {};
  }
  return {};
}

Result<void> OrderSubject::apply_stops(Context& context) {
  if (instance.stored.closed) return {};
  auto const stops = stops_of(context, view);
  if (!stops) return Unexpected{stops.error()};
  std::vector<HoldRow> closed;
  if (!stops->empty()) {
    auto known = closed_holds(context);
    if (!known) return Unexpected{known.error()};
    closed = std::move(*known);
  }
  for (auto const& stop : *stops) {
    auto const rule = "stop:" + stop.name;
    // A person let this order go in spite of it.
    bool const let_go = std::any_of(closed.begin(), closed.end(), [&](HoldRow const& h) { return h.rule == rule && h.action == HoldAction::released; });
    if (let_go) continue;
    bool const stands = std::any_of(view.holds.begin(), view.holds.end(), [&](HoldRow const& h) { return h.rule == rule; });
    if (stands || !has_word(stop.blocks, "release")) continue;
    HoldRow row;
    row.order = view.stored.order.id;
    row.rule = rule;
    row.reason = stop.reason;
    row.text = stop.text.empty() ? "the " + stop.what + " " + stop.target + " is stopped" : stop.text;
    row.queue = "stops";
    row.blocks = stop.blocks;
    row.scope = stop.what;
    row.release_by = stop.lift_by;
    row.reads = "{}";
    auto const until = stop.until;
    auto const name = clock_name(row, "over");
    put(context, std::move(row));
    if (until.value != INT64_MAX) context.changes.timers.push_back({view.stored.order.id, name, TimerAction::set, until});
  }
  for (auto const& hold : std::vector<HoldRow>(view.holds)) {
    if (hold.rule.compare(0, 5, "stop:") != 0) continue;
    bool const in_force = std::any_of(stops->begin(), stops->end(), [&](trade::StopRow const& s) { return "stop:" + s.name == hold.rule; });
    if (in_force) continue;
    if (auto const lifted = lift(context, hold, HoldAction::cleared); !lifted) return lifted;
  }
  return {};
}

void OrderSubject::judge_lateness(Context& context) {
  auto const& policy = context.book().policy();
  for (auto& row : context.changes.holds) {
    bool const fresh = row.order == view.stored.order.id && row.action == HoldAction::placed && row.late.empty();
    if (!fresh) continue;
    auto const* rule = find_rule(policy, row.rule);
    auto const judged = orders::lateness(rule == nullptr ? policy::LatePolicy::stop_ship : rule->late, row.blocks, instance.machine(), instance.at);
    if (!judged.late) continue;
    row.late = judged.action;
    row.blocks = judged.blocks;
    for (auto& hold : view.holds) {
      if (hold.rule == row.rule && hold.line == row.line) hold = row;
    }
    if (judged.action == "recall") context.announce("order.recall", row.order, instance.stored.state);
  }
  tell_holds(view);
}

Result<void> OrderSubject::refresh(Context& context) {
  // Of what never went out nothing can be prevented or called back.
  if (instance.stored.closed && !view.shipped) return {};
  if (auto const done = recheck_holds(context); !done) return done;
  // First the workflow: it may take the order back itself, and then nothing is late.
  if (auto const settled = Flow(context, *this).settle(); !settled) return settled;
  judge_lateness(context);
  return settle_children(context);
}

Result<void> OrderSubject::lift_shortage(Context& context) {
  for (auto const& hold : std::vector<HoldRow>(view.holds)) {
    if (hold.rule != "shortage" || hold.reason != "SHORT") continue;
    if (auto const lifted = lift(context, hold, HoldAction::cleared); !lifted) return lifted;
  }
  return {};
}

/// Guards of shipments and other children may read the order.
Result<void> OrderSubject::settle_children(Context& context) {
  auto const children = context.children_of(instance.stored);
  if (!children) return Unexpected{children.error()};
  for (auto const& child : *children) {
    if (child.closed) continue;
    auto subject = load_subject(context, child.subject);
    if (!subject) return Unexpected{subject.error()};
    if (auto const settled = Flow(context, **subject).settle(); !settled) return settled;
  }
  return {};
}

Result<bool> OrderSubject::fire(Context& context, store::StoredTimer const& timer) {
  if (timer.name == "recheck") {
    auto const done = refresh(context);
    return done ? Result<bool>(true) : Result<bool>(Unexpected{done.error()});
  }
  for (auto const& hold : std::vector<HoldRow>(view.holds)) {
    auto const prefix = clock_name(hold, "");
    if (timer.name.compare(0, prefix.size(), prefix) != 0) continue;
    auto const what = timer.name.substr(prefix.size());
    auto const* rule = find_rule(context.book().policy(), hold.rule);
    Result<void> done;
    if (what == "await" || what == "over") {
      done = refresh(context);
    } else if (rule == nullptr) {
      continue;  // the rule is gone; the hold stands until a person releases it
    } else if (what.compare(0, 9, "escalate_") == 0) {
      auto const number = static_cast<std::size_t>(std::atoi(what.c_str() + 9));
      if (number == 0 || number > rule->escalations.size()) continue;
      auto row = hold;
      if (row.action == HoldAction::placed) row.action = HoldAction::escalated;
      row.owner = rule->escalations[number - 1].to;
      put(context, std::move(row));
      context.announce("hold.escalated", view.stored.order.id, instance.stored.state);
    } else if ((what == "expire" || what == "grace") && !rule->expiries.empty()) {
      done = expire(context, hold, *rule, what == "grace");
    }
    return done ? Result<bool>(true) : Result<bool>(Unexpected{done.error()});
  }
  auto const promised = fire_promise(context, timer.name);
  if (!promised || *promised) return promised;
  // The hold that it belongs to is gone, and so is its cause.
  return timer.name.compare(0, 5, "hold/") == 0;
}

/// What destroys something announces itself, waits, and happens so often and no more; then it waits and alarms.
Result<void> OrderSubject::expire(Context& context, HoldRow hold, policy::HoldRule const& rule, bool grace_is_over) {
  auto const& expiry = rule.expiries.front();
  auto const& policy = context.book().policy();
  auto const now = context.command.at;
  auto const again = [&](Timestamp due) { context.changes.timers.push_back({hold.order, clock_name(hold, "grace"), TimerAction::set, due}); };
  if (!grace_is_over && destroys(expiry.action)) {
    auto const grace = expiry.grace.amount == 0 && expiry.grace.months == 0 ? Duration{Duration::Kind::elapsed, day_ms, 0} : expiry.grace;
    hold.action = HoldAction::expiring;
    hold.due = Timestamp(policy.due(rule.info.header, now, grace));
    again(hold.due);
    put(context, hold);
    context.announce("hold.expiring", hold.order, instance.stored.state);
    return {};
  }
  if (destroys(expiry.action)) {
    auto const limit = expiry.limit == 0 ? 100 : expiry.limit;
    auto const per = expiry.limit == 0 ? Duration{Duration::Kind::elapsed, hour_ms, 0} : expiry.limit_per;
    auto const window_ms = policy.due(rule.info.header, now, per).value - now.value;
    auto const done = context.store.expired_since(hold.rule, Timestamp(now.value - window_ms));
    if (!done) return Unexpected{done.error()};
    if (*done >= limit) {
      again(Timestamp(now.value + std::max<std::int64_t>(window_ms / 4, second_ms)));
      context.announce("hold.expiry_limit", hold.order, instance.stored.state);
      context.outcome.code = "expiry_limit";
      return {};
    }
  }
  if (expiry.action == "escalate") {
    // It is nobody else's than before, but it is told; the hold stays.
    hold.action = HoldAction::escalated;
    put(context, hold);
    context.announce("hold.escalated", hold.order, instance.stored.state);
    return {};
  }
  if (expiry.action == "release") {
    // As of a person: only a change of what the rule reads now brings it back.
    auto const frame = context.book().order_frame(view.facts);
    if (!frame) return Unexpected{frame.error()};
    auto const index = static_cast<std::uint32_t>(&rule - policy.holds().data());
    hold.reads = wire::reads_json(policy.read_hold(index, hold.line, *frame, now).hit.reads);
    if (auto const lifted = lift(context, hold, HoldAction::released); !lifted) return lifted;
    context.announce("hold.expired", hold.order, instance.stored.state);
    return Flow(context, *this).settle();
  }
  auto const held_back = braked(context, expiry.action);
  if (!held_back) return Unexpected{held_back.error()};
  if (*held_back) return {};
  auto const before = instance.stored.state;
  if (auto const lifted = lift(context, hold, HoldAction::expired); !lifted) return lifted;
  if (auto const done = assert_event(context, expiry.action, {"system", ""}); !done) return done;
  if (instance.stored.state != before) {
    context.announce("hold.expired", hold.order, instance.stored.state);
    return {};
  }
  // The workflow took no notice: the hold stands, and somebody has to look.
  hold.action = HoldAction::expiring;
  hold.due = {};
  put(context, hold);
  context.announce("hold.expiry_failed", hold.order, instance.stored.state);
  return {};
}

}  // namespace bylaw::inline v0::engine
