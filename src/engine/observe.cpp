// What somebody has seen is booked, whatever the books said before: counted, damaged, shipped.
#include <algorithm>

#include "engine/promise_moves.hpp"
#include "engine/exceptions.hpp"
#include "engine/replan.hpp"
#include "engine/valuation.hpp"
#include "engine/movement.hpp"

namespace bylaw::inline v0::engine {

namespace {

Result<void> open_discrepancy(Context& context, trade::ObserveStock const& body, std::int64_t units) {
  std::vector<trade::Attribute> values = {{"exception.item", body.item},
                                          {"exception.location", body.location},
                                          {"exception.units", std::to_string(units)},
                                          {"exception.seen", std::string(to_string(body.what))}};
  if (!body.order.empty()) values.push_back({"exception.order", body.order});
  auto const opened = open_exception(context, "stock_discrepancy", "warehouse_lead", std::move(values), std::to_string(units) + " units were not in the books");
  context.outcome.code = "discrepancy";
  return opened;
}

/// Whoever lost units gets other stock; orders for which there is none are held.
Result<void> replan_the_short(Context& context, std::vector<ledger::Shortage> const& shortages, std::string const& item) {
  if (shortages.empty()) return {};
  Replanning replanning(context, item, "there was less than the books said");
  for (auto const& shortage : shortages) replanning.add(shortage.reference, shortage.amount);
  return replanning.plan();
}

/// What an order had reserved here has left for it: its promises are kept, and what is left of one is promised anew.
void ship_promised(Context& context, trade::ObserveStock const& body, std::vector<ledger::Transfer>& group, std::int64_t& units) {
  if (body.order.empty()) return;
  auto pendings = context.ledger.pendings_of(body.order);
  std::erase_if(pendings, [&](ledger::Pending const& pending) {
    auto const key = context.ledger.key(pending.debit);
    return key.unit != body.item || key.place != body.location || is_backorder(key) || (!body.lot.empty() && key.detail != body.lot);
  });
  units = keep_promises(pendings, units, group);
}

/// What has left for an order from where nothing was reserved for it is not reserved for it elsewhere any more: what waits for supply
/// first, then what was promised last.
void give_back_elsewhere(Context& context, trade::ObserveStock const& body, std::int64_t units, std::vector<ledger::Transfer>& group) {
  if (body.order.empty() || units <= 0) return;
  auto pendings = context.ledger.pendings_of(body.order);
  std::erase_if(pendings, [&](ledger::Pending const& pending) {
    bool const kept = std::any_of(group.begin(), group.end(), [&](ledger::Transfer const& t) { return t.target == pending.sequence; });
    return kept || context.ledger.key(pending.debit).unit != body.item;
  });
  in_giving_order(context, pendings);
  cut_into(context, pendings, units, group);
}

/// What is not there is missing first from what is kept for nobody, then from the reserves of channels.
void take_away(Context& context, trade::ObserveStock const& body, ledger::AccountIndex adjustment, std::int64_t units, std::vector<ledger::Transfer>& group) {
  auto const reference = body.order.empty() ? context.command.id : body.order;
  auto const shelf = context.shelf(body.item, body.location, body.lot);
  std::vector<ledger::Transfer> reserves;
  auto left = units;
  auto const first = std::min(left, std::max<std::int64_t>(context.ledger.balance(shelf).posted, 0));
  if (first > 0) group.push_back(movement(shelf, adjustment, first, reference, ledger::Force::fact));
  left -= first;
  for (auto const account : context.ledger.accounts_of(ledger::AccountKind::quantity, body.item)) {
    auto const key = context.ledger.key(account);
    if (left == 0 || key.place != body.location || key.status != "available" || key.detail != body.lot || key.pool.empty()) continue;
    auto const here = std::min(left, std::max<std::int64_t>(context.ledger.balance(account).posted, 0));
    if (here == 0) continue;
    group.push_back(movement(account, adjustment, here, reference, ledger::Force::fact));
    left -= here;
  }
  if (left > 0) group.push_back(movement(shelf, adjustment, left, reference, ledger::Force::fact));
}

/// What the observation moves, and what it means for the books at the item's cost.
Result<ledger::Group> movements(Context& context, trade::ObserveStock const& body, trade::Item const& item) {
  ledger::Group event;
  auto& group = event.transfers;
  auto const shelf = context.shelf(body.item, body.location, body.lot);
  auto const reference = body.order.empty() ? context.command.id : body.order;
  auto units = body.quantity;
  char const* contra = nullptr;
  bool comes = false;
  if (body.what == trade::Observation::counted) {
    auto const booked = counted_here(context, body.item, body.location, body.lot);
    auto const difference = body.quantity - (body.expected >= 0 ? body.expected : booked);
    if (difference == 0) return event;
    units = difference > 0 ? difference : -difference;
    auto const adjustment = context.outside(body.item, "adjustment");
    if (difference > 0) group.push_back(movement(adjustment, shelf, units, reference, ledger::Force::fact));
    else take_away(context, body, adjustment, units, group);
    contra = "expenses:shrinkage";
    comes = difference > 0;
  } else if (body.what == trade::Observation::damaged) {
    group.push_back(movement(shelf, context.shelf(body.item, body.location, body.lot, "damaged"), units, reference, ledger::Force::fact));
  } else {
    ship_promised(context, body, group, units);
    give_back_elsewhere(context, body, units, group);
    if (units > 0) group.push_back(movement(shelf, context.outside(body.item, "customer"), units, reference, ledger::Force::fact));
    units = body.quantity;
    contra = "expenses:cogs";
  }
  if (contra == nullptr) return event;
  CostPlace const here{body.location, body.lot};
  auto const valued =
      comes ? value_in(context, event, item, here, units, {}, contra, reference) : value_out(context, event, item, here, units, contra, reference);
  if (!valued) return Unexpected{valued.error()};
  return event;
}

}  // namespace

std::int64_t counted_here(Context const& context, std::string const& item, std::string const& location, std::string const& lot) {
  std::int64_t out = 0;
  for (auto const account : context.ledger.accounts_of(ledger::AccountKind::quantity, item)) {
    auto const key = context.ledger.key(account);
    if (key.place == location && key.status == "available" && key.detail == lot) out += context.ledger.balance(account).posted;
  }
  return out;
}

Result<void> hold_for_recall(Context& context, std::string const& order, std::string const& item, std::string const& lot) {
  OrderSubject subject;
  auto const known = context.store.load_order(order);
  if (!known) return Unexpected{known.error()};
  if (!*known) return {};
  if (auto const loaded = subject.load(context, order); !loaded) return loaded;
  trade::HoldRow row;
  row.order = order;
  row.rule = "recall";
  row.reason = "RECALL";
  row.text = "a parcel holds `" + item + "` of the recalled lot " + lot;
  row.queue = "recall";
  row.blocks = "ship";
  row.scope = "order";
  row.owner = "warehouse_lead";
  row.reads = "{}";
  subject.put(context, std::move(row));
  context.announce("order.recall", order, subject.instance.stored.state);
  return Flow(context, subject).settle();
}

Result<void> run(Context& context, trade::ObserveStock const& body) {
  context.outcome.subject = body.item;
  bool const counted = body.what == trade::Observation::counted;
  if (body.quantity < (counted ? 0 : 1) || body.expected < -1) {
    return context.refuse("bad_quantity", "a quantity above zero is expected", "write how many units were seen");
  }
  trade::Item const* item = nullptr;
  if (auto const there = check_place(context, body.item, body.location, item); !there) return there;
  auto moved = movements(context, body, *item);
  if (!moved) return Unexpected{moved.error()};
  auto& event = *moved;
  if (event.transfers.empty()) {
    context.outcome.code = "as_expected";
    return {};
  }
  // What an order has reserved here is what is shipped for it: its promise yields first.
  if (!body.order.empty()) {
    for (auto const& pending : context.ledger.pendings_of(body.order)) {
      if (context.ledger.key(pending.debit).unit == body.item) event.yields.push_back(pending.sequence);
    }
  }
  bool const takes_promised = std::any_of(event.transfers.begin(), event.transfers.end(), [&](ledger::Transfer const& t) {
    return t.kind == ledger::TransferKind::post && context.ledger.bounds(t.debit).floor != ledger::no_floor &&
           t.amount > context.ledger.balance(t.debit).available();
  });
  if (takes_promised) {
    auto const others = yielding_order(context, body.item, body.location);
    if (!others) return Unexpected{others.error()};
    event.yields.insert(event.yields.end(), others->begin(), others->end());
  }
  ledger::Applied applied;
  if (auto const done = context.apply(std::move(event), applied); !done) return done;
  context.announce("stock." + std::string(to_string(body.what)), body.item, body.location);
  if (!body.order.empty()) std::erase_if(applied.shortages, [&](ledger::Shortage const& s) { return s.reference == body.order; });
  if (!body.order.empty() && body.what == trade::Observation::shipped) {
    OrderSubject order;
    auto const known = context.store.load_order(body.order);
    if (!known) return Unexpected{known.error()};
    if (*known) {
      if (auto const loaded = order.load(context, body.order); !loaded) return loaded;
      note_shipped(context, order.view, body.item, body.quantity);
    }
  }
  if (auto const planned = replan_the_short(context, applied.shortages, body.item); !planned) return planned;
  if (counted) context.freed.insert(body.item);
  return applied.discrepancy == 0 ? Result<void>{} : open_discrepancy(context, body, applied.discrepancy);
}

}  // namespace bylaw::inline v0::engine
