// What an order was promised: when its stock comes, by when it ships, and what happens when that does not hold.
#include "engine/order_promises.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <bylaw/wire/decisions.hpp>

#include "engine/order_facts.hpp"

namespace bylaw::inline v0::engine {

using trade::TimerAction;

void cut_to_share(Context const& context, std::string const& order, Sourced& sourced) {
  auto const caps = context.caps.find(order);
  if (caps == context.caps.end()) return;
  auto left = caps->second;
  sourced.cut.assign(sourced.demands.size(), 0);
  for (std::size_t d = 0; d < sourced.demands.size(); ++d) {
    auto& demand = sourced.demands[d];
    auto const cap = left.find(demand.item);
    if (cap == left.end()) continue;
    auto const units = std::min(demand.quantity, cap->second);
    cap->second -= units;
    sourced.cut[d] = demand.quantity - units;
    demand.quantity = units;
  }
  plan_again(sourced);
}

Result<void> tell_promise(Context& context, OrderView& view) {
  bool waits = false;
  bool dated = true;
  Timestamp date;
  for (auto const& promise : context.ledger.pendings_of(view.stored.order.id)) {
    if (!is_backorder(context.ledger.key(promise.debit))) continue;
    waits = true;
    dated = dated && promise.due.value != 0;
    date = std::max(date, promise.due);
  }
  auto const before = attribute_of(view.stored.order, "order.promised");
  auto const now = waits && dated ? to_string(date) : std::string{};
  if (now == before) return {};
  set_fact(context, view.stored.order, "order.promised", now);
  // What is there at last needs no date: that is told by the order's state.
  if (!waits) return {};
  wire::JsonWriter data;
  data.begin_object().member("id", view.stored.order.id).member("before", before).member("now", now);
  data.member("cause", context.cause.empty() ? std::string_view("allocation") : std::string_view(context.cause))
      .member("command", context.command.id)
      .end_object();
  context.changes.events.push_back({before.empty() ? "order.promised" : "order.promise_changed", view.stored.order.id, data.take()});
  return {};
}

Result<void> stop_clocks_of(Context& context, OrderView const& view, std::string_view prefix) {
  std::set<std::string> running;
  auto const instance = context.store.load_instance(view.stored.order.id);
  if (!instance) return Unexpected{instance.error()};
  if (*instance) {
    auto const timers = context.store.timers_of((*instance)->number);
    if (!timers) return Unexpected{timers.error()};
    for (auto const& timer : *timers) running.insert(timer.name);
  }
  for (auto const& row : context.changes.timers) {
    if (row.subject != view.stored.order.id) continue;
    if (row.action == TimerAction::set) running.insert(row.name);
    else running.erase(row.name);
  }
  for (auto const& name : running) {
    if (name.compare(0, prefix.size(), prefix) == 0) context.changes.timers.push_back({view.stored.order.id, name, TimerAction::stopped, context.command.at});
  }
  return {};
}

/// The clocks of the rule for the line that waits, set once: an order that is planned again goes on waiting.
Result<void> start_waiting(Context& context, OrderView const& view) {
  auto const& policy = context.book().policy();
  if (policy.backorders().empty()) return {};
  auto const& id = view.stored.order.id;
  auto const instance = context.store.load_instance(id);
  if (!instance) return Unexpected{instance.error()};
  if (*instance) {
    auto const timers = context.store.timers_of((*instance)->number);
    if (!timers) return Unexpected{timers.error()};
    for (auto const& timer : *timers) {
      if (timer.name.compare(0, 10, "backorder/") == 0) return {};
    }
  }
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const demands = open_demand(context, view);
  if (!demands) return Unexpected{demands.error()};
  for (auto const& demand : *demands) {
    auto const decision = policy.decide_backorder(*frame, demand.line - 1, context.command.at);
    if (decision.rule < 0 || !decision.error.empty()) continue;
    auto const header = policy.backorders()[static_cast<std::size_t>(decision.rule)].info.header;
    auto const set = [&](char const* name, Duration after) {
      context.changes.timers.push_back({id, name, TimerAction::set, policy.due(header, context.command.at, after)});
    };
    if (decision.asks) set("backorder/ask", decision.ask_after);
    if (decision.cancels) set("backorder/cancel", decision.cancel_after);
    return {};
  }
  return {};
}

/// The promise of the policy's `service` rule, by the place that most of the order comes from.
Result<void> promise_service(Context& context, OrderView& view) {
  auto const& policy = context.book().policy();
  if (policy.services().empty()) return {};
  auto const& id = view.stored.order.id;
  std::map<std::string, std::int64_t> units;
  for (auto const& pending : context.ledger.pendings_of(id)) units[context.ledger.key(pending.debit).place] += pending.amount;
  if (units.empty()) return {};
  auto const& place = std::max_element(units.begin(), units.end(), [](auto const& a, auto const& b) { return a.second < b.second; })->first;
  auto const locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  auto const location = std::find_if(locations->begin(), locations->end(), [&](trade::Location const& l) { return l.id == place; });
  if (location == locations->end()) return {};
  rulebook::CandidateFacts facts;
  facts.location = &*location;
  if (auto const told = tell_calendar(context, *location, facts); !told) return told;
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const decision = policy.decide_service(*frame, context.book().candidate_frame(facts), context.command.at);
  if (!decision.error.empty()) return context.refuse("policy_error", decision.error);
  if (decision.rule < 0) return {};
  auto const& rule = policy.services()[static_cast<std::size_t>(decision.rule)];
  auto const words = [](Timestamp time) { return time.value == 0 ? std::string("not promised") : to_string(time); };
  context.changes.decisions.push_back(
      {id, "service", rule.info.name, "ship by " + words(decision.ship_by) + ", deliver by " + words(decision.deliver_by), wire::reads_json(decision.reads)});
  if (auto const stopped = stop_clocks_of(context, view, "service/"); !stopped) return stopped;
  auto const set = [&](std::string name, Timestamp due) { context.changes.timers.push_back({id, std::move(name), TimerAction::set, due}); };
  for (std::size_t i = 0; i < decision.warnings.size(); ++i) {
    if (decision.warnings[i].at > context.command.at) set("service/warn_" + std::to_string(i + 1) + "/" + decision.warnings[i].to, decision.warnings[i].at);
  }
  if (decision.ship_by.value != 0) set("service/ship", decision.ship_by);
  if (decision.deliver_by.value != 0) set("service/deliver", decision.deliver_by);
  return {};
}

Result<bool> OrderSubject::fire_promise(Context& context, std::string const& name) {
  auto const& id = view.stored.order.id;
  auto const& state = instance.stored.state;
  if (name == "backorder/ask") {
    context.announce("order.ask_customer", id, state);
    return true;
  }
  if (name == "backorder/cancel") {
    auto const demands = open_demand(context, view);
    if (!demands) return Unexpected{demands.error()};
    if (demands->empty()) return true;
    auto const held_back = braked(context, "cancel");
    if (!held_back) return Unexpected{held_back.error()};
    if (*held_back) return true;
    context.outcome.code = "cancelled_short";
    context.announce("order.cancelled_short", id, state);
    if (view.facts.partly_shipped) {
      // What is out stays sold; the rest is taken off the lines.
      std::vector<trade::ChangeOrder::LineQuantity> rest;
      for (auto const& demand : *demands) {
        for (auto const& line : view.stored.order.lines) {
          if (line.number == demand.line) rest.push_back({demand.line, line.quantity - demand.quantity});
        }
      }
      auto const done = change_items(context, *this, rest);
      return done ? Result<bool>(true) : Result<bool>(Unexpected{done.error()});
    }
    auto const done = Subject::assert_event(context, "cancel", {"system", ""});
    return done ? Result<bool>(true) : Result<bool>(Unexpected{done.error()});
  }
  if (name.compare(0, 13, "service/warn_") == 0) {
    context.announce("order.promise_at_risk", id, name.substr(name.rfind('/') + 1));
    return true;
  }
  if (name == "service/ship" || name == "service/deliver") {
    context.announce(name == "service/ship" ? "order.ship_missed" : "order.delivery_missed", id, state);
    context.outcome.code = "promise_missed";
    return true;
  }
  if (name == "reserve/expire") {
    // What is in a parcel already is not put back by a clock.
    auto const children = context.children_of(instance.stored);
    if (!children) return Unexpected{children.error()};
    bool const in_parcels =
        std::any_of(children->begin(), children->end(), [](auto const& child) { return child.state == "picked" || child.state == "packed"; });
    context.announce("order.reservation_expired", id, state);
    if (in_parcels) return true;
    if (!instance.takes("unallocate")) return true;  // a workflow of the host: it hears of it by the message
    auto const done = Subject::assert_event(context, "unallocate", {"system", ""});
    return done ? Result<bool>(true) : Result<bool>(Unexpected{done.error()});
  }
  return false;
}

}  // namespace bylaw::inline v0::engine
