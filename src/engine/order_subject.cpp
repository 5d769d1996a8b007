// An order in its workflow: what it may do, and what its actions do to stock and money.
#include "engine/order_subject.hpp"

#include <unordered_map>

#include <bylaw/trade/amounts.hpp>
#include <bylaw/values/word_list.hpp>

#include "engine/order_money.hpp"
#include "engine/order_promises.hpp"
#include "engine/postings.hpp"
#include "engine/promise_moves.hpp"
#include "engine/shipments.hpp"
#include "engine/valuation.hpp"

namespace bylaw::inline v0::engine {

using trade::HoldRow;

namespace {

Result<void> ship(Context& context, OrderView const& view) {
  auto const& id = view.stored.order.id;
  std::unordered_map<std::string_view, trade::Item const*> ordered;
  for (auto const* item : view.facts.items) {
    if (item != nullptr) ordered.emplace(item->sku, item);
  }
  ledger::Group event;
  std::map<std::string, std::int64_t> out;
  for (auto const& pending : context.ledger.pendings_of(id)) {
    auto const key = context.ledger.key(pending.debit);
    if (is_backorder(key)) {
      // What is yet to come has not left, and nobody waits for it once the order is out.
      event.transfers.push_back(drop_of(pending));
      continue;
    }
    event.transfers.push_back(keep_of(pending, pending.amount));
    auto const known = ordered.find(key.unit);
    auto const* item = known != ordered.end() ? known->second : nullptr;
    if (item == nullptr) {
      // A substitute is none of the items that were ordered.
      auto const found = context.store.load_item(key.unit, context.command.at);
      if (!found) return Unexpected{found.error()};
      item = *found;
      if (item == nullptr) continue;
    }
    if (auto const valued = value_out(context, event, *item, {key.place, key.detail}, pending.amount, "expenses:cogs", id); !valued) return valued;
    out[key.unit] += pending.amount;
  }
  if (policy_posts_on(context, "shipment.shipped")) {
    auto const part = part_of(view.stored.order, out);
    if (auto const posted = post_event(context, "shipment.shipped", &view.facts, &part, {{"shipment.id", id}}, id, event.transfers); !posted) return posted;
  }
  ledger::Applied applied;
  return context.apply(std::move(event), applied);
}

Result<void> release_stock(Context& context, OrderView const& view) {
  std::vector<ledger::Transfer> group;
  for (auto const& pending : context.ledger.pendings_of(view.stored.order.id)) {
    group.push_back(drop_of(pending));
    context.freed.insert(context.ledger.key(pending.debit).unit);
  }
  return group.empty() ? Result<void>{} : context.apply(std::move(group));
}

/// Goods, discounts and shipping without their tax, and the tax.
Result<void> add_invoice(Context& context, trade::Order const& order, rulebook::OrderFacts const& facts, std::vector<ledger::Transfer>& group) {
  auto const amounts = trade::amounts_of(order);
  if (!amounts) return Unexpected{amounts.error()};
  std::int64_t goods = 0;
  std::int64_t discount = 0;
  std::int64_t shipping = 0;
  std::int64_t tax = 0;
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    auto const& line = (*amounts)[i];
    auto const net = line.net().amount_minor();
    auto const gross = line.gross.amount_minor();
    // With the tax inside, a discount has its part of it inside too.
    auto const off = line.discount.amount_minor();
    discount += !order.tax_included || gross == 0 ? off : static_cast<std::int64_t>(divide_rounded(Int128{off} * net, gross, Rounding::half_up));
    (order.lines[i].shipping ? shipping : goods) += net;
    tax += line.tax.amount_minor();
  }
  auto const money = [&](std::int64_t minor) { return Money(minor, order.currency); };
  if (!policy_posts(context, "assets:receivable"))
    context.add_legs(group, finance::invoiced(money(goods), money(discount), money(shipping), money(tax)), order.id);
  return post_event(context, "invoice.posted", &facts, &order,
                    {{"invoice.id", order.id},
                     {"invoice.net", to_string(money(goods + shipping))},
                     {"invoice.tax", to_string(money(tax))},
                     {"invoice.gross", to_string(order.total)}},
                    order.id, group);
}

}  // namespace

Result<void> OrderSubject::act(Context& context, std::string const& action) {
  auto const& order = view.stored.order;
  std::vector<ledger::Transfer> group;
  if (action == "ship_stock") {
    for (auto const* clocks : {"service/ship", "service/warn_", "reserve/"}) {
      if (auto const stopped = stop_clocks_of(context, view, clocks); !stopped) return stopped;
    }
    return ship(context, view);
  }
  if (action == "record_delivery") {
    if (auto const stopped = stop_clocks_of(context, view, "service/deliver"); !stopped) return stopped;
  }
  if (action == "release_stock") {
    for (auto const* clocks : {"service/", "reserve/"}) {
      if (auto const stopped = stop_clocks_of(context, view, clocks); !stopped) return stopped;
    }
    return release_stock(context, view);
  }
  if (action == "record_delivery" || action == "reserve_stock") return {};
  if (action == "post_invoice") {
    if (auto const booked = add_invoice(context, order, view.facts, group); !booked) return booked;
  }
  if (action == "post_payment") {
    auto const settled = settled_for(context, order.id);
    if (!settled) return Unexpected{settled.error()};
    Money const rest(order.total.amount_minor() - *settled, order.currency);
    auto const tender = order.payment.method.empty() ? std::string("other") : order.payment.method;
    if (rest.amount_minor() > 0) {
      context.add_legs(group, finance::paid(tender, rest), order.id);
      context.changes.payments.push_back({order.id, order.id + "/pay", tender, "captured", rest, {}, {}});
    }
    view.facts.paid_in_full = true;
    context.changes.facts.push_back({order.id, {"order.paid_in_full", "true"}});
  }
  return context.apply(std::move(group));
}

Result<void> OrderSubject::check_blocks(Context& context, std::string const& event, std::string_view place) {
  auto const& id = view.stored.order.id;
  for (auto const& hold : view.holds) {
    if (!orders::blocks(hold, event)) continue;
    return context.refuse("on_hold", "order `" + id + "` is held by `" + hold.rule + "`: " + hold.text, "release the hold first");
  }
  auto const stops = stops_of(context, view);
  if (!stops) return Unexpected{stops.error()};
  for (auto const& stop : *stops) {
    if (!has_word(stop.blocks, event)) continue;
    if (stop.what == "location" && !place.empty() && stop.target != place) continue;
    return refuse_stopped(context, stop);
  }
  return {};
}

/// True: the order goes on. False: what the policy says of short stock was done instead.
Result<bool> OrderSubject::reserve_first(Context& context) {
  auto const& id = view.stored.order.id;
  HoldRow short_of;
  auto const reserved = reserve(context, view, short_of);
  if (!reserved) return Unexpected{reserved.error()};
  if (*reserved == Reservation::full) {
    auto const lifted = lift_shortage(context);
    return lifted ? Result<bool>(true) : Result<bool>(Unexpected{lifted.error()});
  }
  if (*reserved == Reservation::cancelled) {
    context.outcome.code = "cancelled_short";
    auto const cancelled = Subject::assert_event(context, "cancel", {"system", ""});
    return cancelled ? Result<bool>(false) : Result<bool>(Unexpected{cancelled.error()});
  }
  if (*reserved == Reservation::asked) {
    context.outcome.code = "customer_asked";
    context.announce("order.ask_customer", id, view.stored.state);
    return false;
  }
  context.outcome.code = *reserved == Reservation::held ? "held" : "backordered";
  bool const news = *reserved == Reservation::held || (!view.waited && context.cause.empty());
  if (news) context.announce("order." + context.outcome.code, id, view.stored.state);
  if (*reserved == Reservation::backordered) {
    auto const waits = start_waiting(context, view);
    return waits ? Result<bool>(false) : Result<bool>(Unexpected{waits.error()});
  }
  put(context, std::move(short_of));
  auto const settled = Flow(context, *this).settle();
  return settled ? Result<bool>(false) : Result<bool>(Unexpected{settled.error()});
}

Result<void> OrderSubject::assert_event(Context& context, std::string const& event, trade::Actor const& by) {
  if (auto const free = check_blocks(context, event); !free) return free;
  Flow flow(context, *this);
  auto const step = flow.look(event, by);
  if (!step) return Unexpected{step.error()};
  auto const does = [&](std::string_view wanted) {
    bool found = false;
    for (std::size_t i = 0; i < step->effect_count; ++i) {
      for (auto const action : instance.machine().effect(step->effects[i]).actions) found = found || instance.machine().actions()[action] == wanted;
    }
    return found;
  };
  if (does("post_payment") && view.facts.paid_in_full) {
    return context.refuse("already_paid", "order `" + view.stored.order.id + "` is paid in full", "check the payment");
  }
  if (does("reserve_stock")) {
    auto const goes_on = reserve_first(context);
    if (!goes_on) return Unexpected{goes_on.error()};
    if (!*goes_on) return {};
    if (auto const stopped = stop_clocks_of(context, view, "backorder/"); !stopped) return stopped;
    if (view.reserve_until.value != 0) {
      context.changes.timers.push_back({view.stored.order.id, "reserve/expire", trade::TimerAction::set, view.reserve_until});
    }
    if (auto const promised = promise_service(context, view); !promised) return promised;
  }
  return flow.follow(event, *step, by);
}

Result<void> OrderSubject::arrived(Context& context) {
  view.stored.state = instance.stored.state;
  auto const& state = instance.stored.state;
  if (state == "shipped" || state == "released" || instance.stored.closed) {
    if (auto const called = call_off_parcels(context, *this); !called) return called;
  }
  if (!instance.stored.closed) return {};
  // What is finished has nothing promised to it.
  if (auto const released = release_stock(context, view); !released) return released;
  // What is finished is held by nothing, but for what a person still has to look at.
  for (auto const& hold : std::vector<HoldRow>(view.holds)) {
    if (!hold.late.empty() && hold.late != "stop_ship") continue;
    if (auto const lifted = lift(context, hold, trade::HoldAction::cleared); !lifted) return lifted;
  }
  return {};
}

}  // namespace bylaw::inline v0::engine
