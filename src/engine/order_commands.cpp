// Orders: imported, held, released, allocated, shipped, invoiced, settled.
#include <algorithm>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

using trade::HoldAction;
using trade::HoldRow;

Result<void> complete(Context& context, OrderView& view, bool paid) {
  auto& facts = view.facts;
  auto const& order = view.stored.order;
  facts.order = &order;
  facts.imported = view.stored.imported;
  facts.paid_in_full = paid;
  facts.holds.clear();
  for (auto const& hold : view.holds) facts.holds.push_back({hold.rule, hold.queue, orders::blocks(hold, "release")});
  view.items.clear();
  for (auto const& line : order.lines) {
    auto item = context.store.load_item(line.item);
    if (!item) return Unexpected{item.error()};
    view.items.push_back(std::move(*item));
  }
  facts.items.clear();
  for (auto const& item : view.items) facts.items.push_back(item ? &*item : nullptr);
  return {};
}

namespace {

/// Moves the order by an event, records each step and says where it is now.
Result<workflow::Step> move(Context& context, OrderView& view, std::string const& event, std::string const& role, bool record = true) {
  auto const& definition = context.book.order_workflow();
  auto const state = view.stored.state;
  OrderGuards guards(context, view.facts);
  auto step = event.empty() ? workflow::settle(definition, definition.find(state), guards.guards())
                            : workflow::step(definition, definition.find(state), event, role, guards.guards());
  if (!guards.error.code.empty()) return Unexpected{guards.error};
  if (auto const fits = check_step(context, definition, step, event, state); !fits) return Unexpected{fits.error()};
  if (!record) return step;
  auto from = state;
  if (step.path.empty() && step.reaction == workflow::Reaction::moved) context.moved(view.stored.order.id, definition, event, from, from);
  for (std::size_t i = 0; i < step.path.size(); ++i) {
    auto const& to = definition.states[static_cast<std::size_t>(step.path[i])].name;
    context.moved(view.stored.order.id, definition, i == 0 ? event : "", from, to);
    from = to;
  }
  view.stored.state = from;
  if (from != state) context.announce("order." + from, view.stored.order.id, from);
  context.outcome.state = from;
  return step;
}

Money cost_of(OrderView const& view, std::string const& item, std::int64_t quantity) {
  for (auto const& known : view.items) {
    if (!known || known->sku != item || !known->unit_cost) continue;
    auto const cost = multiply(*known->unit_cost, Decimal(quantity), Rounding::half_even);
    return cost ? *cost : Money(0, known->unit_cost->currency());
  }
  return Money(0, view.stored.order.currency);
}

/// The transfer that keeps a reservation, or drops it.
ledger::Transfer resolution(ledger::Pending const& pending, ledger::TransferKind kind) {
  ledger::Transfer transfer;
  transfer.kind = kind;
  transfer.amount = pending.amount;
  transfer.target = pending.sequence;
  transfer.reference = pending.reference;
  return transfer;
}

Result<void> ship(Context& context, OrderView const& view) {
  std::vector<ledger::Transfer> group;
  std::vector<Money> costs;  // one sum per currency that items are bought in
  for (auto const& pending : context.ledger.pendings_of(view.stored.order.id)) {
    group.push_back(resolution(pending, ledger::TransferKind::post_pending));
    auto const share = cost_of(view, context.ledger.key(pending.debit).unit, pending.amount);
    auto known = std::find_if(costs.begin(), costs.end(), [&](Money const& c) { return c.currency() == share.currency(); });
    if (known == costs.end()) known = costs.insert(known, Money(0, share.currency()));
    auto const sum = add(*known, share);
    if (!sum) return Unexpected{sum.error()};
    *known = *sum;
  }
  for (auto const& cost : costs) context.add_legs(group, finance::goods_shipped(cost), view.stored.order.id);
  return context.apply(std::move(group));
}

Result<void> release_stock(Context& context, OrderView const& view) {
  std::vector<ledger::Transfer> group;
  for (auto const& pending : context.ledger.pendings_of(view.stored.order.id)) {
    group.push_back(resolution(pending, ledger::TransferKind::void_pending));
  }
  return context.apply(std::move(group));
}

/// The actions that the shipped workflow names. One that is not known is a mistake of the policy.
Result<void> act(Context& context, OrderView const& view, std::string const& action) {
  auto const& order = view.stored.order;
  std::vector<ledger::Transfer> group;
  if (action == "ship_stock") return ship(context, view);
  if (action == "release_stock") return release_stock(context, view);
  if (action == "record_delivery" || action == "reserve_stock") return {};
  if (action == "post_invoice") {
    context.add_legs(group, finance::invoiced(order.total), order.id);
  } else if (action == "post_payment") {
    context.add_legs(group, finance::paid(order.total), order.id);
  } else {
    return context.refuse("unknown_action", "the workflow names the action `" + action + "`, which the engine does not have",
                          "use reserve_stock, release_stock, ship_stock, record_delivery, post_invoice or post_payment");
  }
  return context.apply(std::move(group));
}

Result<void> load(Context& context, OrderView& view, std::string const& id) {
  context.outcome.subject = id;
  auto stored = context.store.load_order(id);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return context.refuse("unknown_order", "there is no order `" + id + "`", "import it first, or correct the id");
  view.stored = std::move(**stored);
  context.outcome.state = view.stored.state;
  context.state_before = view.stored.state;
  auto holds = context.store.open_holds(id);
  if (!holds) return Unexpected{holds.error()};
  view.holds = std::move(*holds);
  auto const times = context.store.order_times(id);
  if (!times) return Unexpected{times.error()};
  return complete(context, view, times->paid);
}

HoldRow lifted(HoldRow row, HoldAction action) {
  row.action = action;
  return row;
}

}  // namespace

Result<void> run(Context& context, trade::ImportOrder const& body) {
  OrderView view;
  auto const& order = body.order;
  context.outcome.subject = order.id;
  auto const existing = context.store.load_order(order.id);
  if (!existing) return Unexpected{existing.error()};
  if (*existing) {
    return context.refuse("order_exists", "order `" + order.id + "` is already here with revision " + std::to_string((*existing)->order.revision),
                          "an order is imported once; changes to it are commands of their own");
  }
  if (order.revision != 1) return context.refuse("wrong_revision", "the first revision of an order is 1", "send revision 1 first");
  auto const taken = context.store.load_return(order.id);
  if (!taken) return Unexpected{taken.error()};
  if (*taken) return context.refuse("id_taken", "`" + order.id + "` is already the id of a return", "give the order another id");
  view.stored.order = order;
  view.stored.imported = context.command.at;
  auto const same = context.store.orders_of_customer(order.customer.id, order.id);
  if (!same) return Unexpected{same.error()};
  view.facts.same_customer_orders = *same;
  if (auto const completed = complete(context, view, false); !completed) return completed;
  auto const frame = context.book.order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const decision = context.book.policy().decide_holds(*frame, context.command.at);
  view.holds = orders::place_holds(context.book.policy(), order.id, decision, {}, {});
  context.changes.orders.push_back({order, view.stored.imported});
  context.changes.holds = view.holds;
  view.facts.holds.clear();
  for (auto const& hold : view.holds) view.facts.holds.push_back({hold.rule, hold.queue, orders::blocks(hold, "release")});

  auto const& definition = context.book.order_workflow();
  view.stored.state = definition.states[static_cast<std::size_t>(definition.start)].name;
  context.moved(order.id, definition, "import", "", view.stored.state);
  auto const step = move(context, view, "validate", "");
  if (!step) return Unexpected{step.error()};
  return {};
}

Result<void> run(Context& context, trade::OrderEvent const& body) {
  OrderView view;
  if (auto const loaded = load(context, view, body.order); !loaded) return loaded;
  // Facts are never refused for a hold; what is only asked for is.
  for (auto const& hold : view.holds) {
    if (!orders::blocks(hold, body.event)) continue;
    return context.refuse("on_hold", "order `" + body.order + "` is held by `" + hold.rule + "`: " + hold.text, "release the hold first");
  }
  if (body.event == "pay" && view.facts.paid_in_full) {
    return context.refuse("already_paid", "order `" + body.order + "` is paid in full", "check the payment");
  }
  auto const planned = move(context, view, body.event, context.command.by.role, false);
  if (!planned) return Unexpected{planned.error()};
  bool const reserves = std::find(planned->actions.begin(), planned->actions.end(), "reserve_stock") != planned->actions.end();
  if (reserves) {
    auto const reserved = reserve(context, view);
    if (!reserved) return Unexpected{reserved.error()};
    if (*reserved == Reservation::backordered || *reserved == Reservation::held) {
      context.outcome.code = *reserved == Reservation::held ? "held" : "backordered";
      context.announce("order." + context.outcome.code, body.order, view.stored.state);
      if (*reserved == Reservation::backordered) return {};
      auto const settled = move(context, view, "", "");
      return settled ? Result<void>{} : Result<void>(Unexpected{settled.error()});
    }
    if (*reserved == Reservation::cancelled) {
      context.outcome.code = "cancelled_short";
      auto const cancelled = move(context, view, "cancel", "");
      if (!cancelled) return Unexpected{cancelled.error()};
      for (auto const& action : cancelled->actions) {
        if (auto const done = act(context, view, action); !done) return done;
      }
      return {};
    }
  }
  auto const step = move(context, view, body.event, context.command.by.role);
  if (!step) return Unexpected{step.error()};
  if (step->reaction == workflow::Reaction::ignored) context.outcome.code = "ignored";
  for (auto const& action : step->actions) {
    if (auto const done = act(context, view, action); !done) return done;
  }
  return {};
}

Result<void> run(Context& context, trade::ReleaseHold const& body) {
  OrderView view;
  if (auto const loaded = load(context, view, body.order); !loaded) return loaded;
  auto const& policy = context.book.policy();
  std::vector<HoldRow> kept;
  for (auto const& hold : view.holds) {
    if (hold.rule != body.rule) {
      kept.push_back(hold);
      continue;
    }
    for (auto const& rule : policy.holds()) {
      if (rule.info.name != body.rule || rule.release_by.empty()) continue;
      bool const may = std::any_of(rule.release_by.begin(), rule.release_by.end(), [&](std::string const& role) {
        auto const acting = policy.roles_acting_as(role);
        return std::find(acting.begin(), acting.end(), context.command.by.role) != acting.end();
      });
      if (!may)
        return context.refuse("wrong_role", "role `" + context.command.by.role + "` may not release `" + body.rule + "`", "ask " + rule.release_by.front());
    }
    context.changes.holds.push_back(lifted(hold, HoldAction::released));
  }
  if (context.changes.holds.empty()) {
    return context.refuse("no_such_hold", "order `" + body.order + "` is not held by `" + body.rule + "`", "see `bylaw report holds`");
  }
  view.holds = std::move(kept);
  view.facts.holds.clear();
  for (auto const& hold : view.holds) view.facts.holds.push_back({hold.rule, hold.queue, orders::blocks(hold, "release")});
  auto const step = move(context, view, "", "");
  if (!step) return Unexpected{step.error()};
  context.announce("hold.released", body.order, view.stored.state);
  return {};
}

}  // namespace bylaw::inline v0::engine
