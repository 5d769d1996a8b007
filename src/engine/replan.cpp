// Promises that are looked at again: supply that came or slipped, lots that have run out, counts that found less.
#include "engine/replan.hpp"

#include <algorithm>
#include <map>

#include <bylaw/allocation/share.hpp>
#include <bylaw/catalog/entry.hpp>
#include <bylaw/store/supplies.hpp>

#include "engine/order_facts.hpp"
#include "engine/promise_moves.hpp"
#include "engine/reservation_subject.hpp"
#include "engine/shipments.hpp"

namespace bylaw::inline v0::engine {

namespace {

allocation::Claim reservation_claim(store::StoredInstance const& reservation) {
  allocation::Claim claim;
  claim.id = reservation.subject;
  claim.priority = whole_number(catalog::value_of(reservation.attributes, "reservation.priority")).value_or(priority_default);
  claim.placed = reservation.since;
  return claim;
}

bool divides_by_priority(Context const& context) {
  auto const& rules = context.book().policy().allocations();
  return std::any_of(rules.begin(), rules.end(), [](auto const& rule) { return rule.scarce == policy::Scarcity::priority; });
}

/// What orders and reservations claim; references that are neither are left out.
Result<std::vector<allocation::Claim>> claims_of(Context& context, std::set<std::string> const& references, std::set<std::string>& reservations) {
  std::vector<allocation::Claim> out;
  for (auto const& id : references) {
    auto const stored = context.store.load_order(id);
    if (!stored) return Unexpected{stored.error()};
    if (*stored) {
      out.push_back(claim_of((*stored)->order));
      continue;
    }
    auto const instance = context.instance(id);
    if (!instance) return Unexpected{instance.error()};
    if (!*instance) continue;
    reservations.insert(id);
    out.push_back(reservation_claim(**instance));
  }
  return out;
}

}  // namespace

Result<std::vector<ledger::Sequence>> yielding_order(Context& context, std::string const& item, std::string const& location) {
  std::vector<ledger::Sequence> out;
  std::map<std::string, std::vector<ledger::Sequence>> promises;  // the youngest first
  std::set<std::string> references;
  for (auto const& pending : context.ledger.pendings_of(ledger::AccountKind::quantity, item)) {
    if (context.ledger.key(pending.debit).place != location) continue;
    auto& of = promises[pending.reference];
    of.insert(of.begin(), pending.sequence);
    references.insert(pending.reference);
  }
  std::vector<std::string> turn;  // the least urgent first
  if (divides_by_priority(context)) {
    std::set<std::string> reservations;
    auto const claims = claims_of(context, references, reservations);
    if (!claims) return Unexpected{claims.error()};
    for (auto const index : allocation::in_turn(*claims, allocation::Fairness::priority)) turn.insert(turn.begin(), (*claims)[index].id);
  } else {
    turn.assign(references.begin(), references.end());
    std::sort(turn.begin(), turn.end(), [&](auto const& a, auto const& b) { return promises[a].front() > promises[b].front(); });
  }
  std::vector<ledger::Sequence> picked;
  for (auto const& id : turn) {
    auto const inside = is_picked(context, id, item, location);
    if (!inside) return Unexpected{inside.error()};
    auto& to = *inside ? picked : out;
    to.insert(to.end(), promises[id].begin(), promises[id].end());
  }
  out.insert(out.end(), picked.begin(), picked.end());
  return out;
}

Result<void> Replanning::free_supply(std::string const& supply, std::string const& location) {
  ledger::AccountIndex account;
  if (!context_.ledger.find(backorder_key(item_, location, supply), account)) return {};
  for (auto const& pending : context_.ledger.pendings_of(ledger::AccountKind::quantity, item_)) {
    if (pending.debit != account) continue;
    let_go_of(pending);
    if (auto const gone = context_.apply({drop_of(pending)}); !gone) return gone;
  }
  return {};
}

Result<void> Replanning::free_dead_lots() {
  for (auto const& pending : context_.ledger.pendings_of(ledger::AccountKind::quantity, item_)) {
    auto const key = context_.ledger.key(pending.debit);
    ledger::Lot lot;
    if (key.detail.empty() || key.status != "available" || !context_.ledger.lot(item_, key.detail, lot)) continue;
    auto const last = lot.removal.value != 0 ? lot.removal : lot.expires;
    if (last.value == 0 || last > context_.command.at) continue;
    auto const picked = is_picked(context_, pending.reference, item_, key.place);
    if (!picked) return Unexpected{picked.error()};
    if (*picked) continue;  // what is in a parcel is looked at by whoever packs it
    let_go_of(pending);
    if (auto const gone = context_.apply({drop_of(pending)}); !gone) return gone;
  }
  return {};
}

/// A cart, a commitment: what it lost, or waits for, is looked for; what was lost and is not found is told.
Result<void> Replanning::plan_reservation(std::string const& id) {
  auto const lost = lost_.count(id) != 0 ? lost_[id] : 0;
  auto units = lost;
  Buyer buyer;
  buyer.id = id;
  buyer.account = "cart";
  for (auto const& pending : freed_[id]) buyer.expires = pending.expires;
  // What waits for nothing in particular is looked for among what is there, or comes, now; what waits for a supply, among what is there.
  std::vector<ledger::Transfer> waiting;
  for (auto const& pending : context_.ledger.pendings_of(id)) {
    auto const key = context_.ledger.key(pending.debit);
    if (key.unit != item_ || !is_backorder(key) || (!key.detail.empty() && !in_stock_)) continue;
    waiting.push_back(drop_of(pending));
    units += pending.amount;
    buyer.expires = pending.expires;
  }
  if (units == 0 || (buyer.expires.value != 0 && buyer.expires <= context_.command.at)) return {};
  auto const done = attempt_one(context_, [&]() -> Result<void> {
    if (!waiting.empty()) {
      if (auto const dropped = context_.apply(std::move(waiting)); !dropped) return dropped;
    }
    return reserve_again(context_, buyer, item_, units);
  });
  if (!done && is_store_error(done.error())) return done;
  if (!done && lost > 0) context_.announce("reservation.short", id, cause_);
  return {};
}

void Replanning::let_go_of(ledger::Pending const& pending) {
  add(pending.reference, pending.amount);
  freed_[pending.reference].push_back(pending);
}

Result<void> Replanning::promise_again(std::string const& reference) {
  std::vector<ledger::Transfer> group;
  std::map<std::uint32_t, std::int64_t> taken;
  for (auto const& pending : freed_[reference]) {
    auto const key = context_.ledger.key(pending.debit);
    auto const room = context_.ledger.balance(pending.debit).available() - context_.ledger.bounds(pending.debit).floor - taken[pending.debit.value];
    auto promise = rest_of(pending, pending.amount);
    for (auto const& row : context_.changes.supplies) {
      if (row.supply == key.detail && row.item == key.unit && row.location == key.place) promise.due = row.due;
    }
    // What is overdue carries nobody until it is dated anew.
    bool const carries = is_backorder(key) && (promise.due.value == 0 || promise.due >= context_.command.at);
    auto const again = carries ? std::clamp<std::int64_t>(room, 0, pending.amount) : 0;
    if (again > 0) {
      promise.amount = again;
      group.push_back(promise);
      taken[pending.debit.value] += again;
    }
    if (again == pending.amount) continue;
    auto const waiting = open_allowance(context_, key.unit, key.place, allowance_unlimited);
    if (!waiting) return Unexpected{waiting.error()};
    promise.debit = *waiting;
    promise.amount = pending.amount - again;
    promise.due = Timestamp{};
    group.push_back(promise);
  }
  freed_.erase(reference);
  return group.empty() ? Result<void>{} : context_.apply(std::move(group));
}

Result<void> Replanning::hold_short(OrderSubject& subject) {
  auto const& id = subject.view.stored.order.id;
  auto const open = open_demand(context_, subject.view);
  if (!open) return Unexpected{open.error()};
  std::int64_t missing = 0;
  for (auto const& demand : *open) missing += demand.quantity;
  bool const stands = std::any_of(subject.view.holds.begin(), subject.view.holds.end(), [](trade::HoldRow const& h) { return h.rule == "shortage"; });
  if (missing == 0 || stands) return {};
  trade::HoldRow row;
  row.order = id;
  row.rule = "shortage";
  row.reason = "SHORT";
  row.text = std::to_string(missing) + " reserved units were not there";
  row.queue = "shortage";
  row.blocks = "ship";
  row.scope = "order";
  row.owner = "warehouse_lead";
  row.reads = "{\"short_units\":\"" + std::to_string(missing) + "\"}";
  subject.put(context_, std::move(row));
  context_.announce("order.short", id, subject.instance.stored.state);
  return Flow(context_, subject).settle();
}

/// One order: sourced anew. One that waits goes on by itself when everything lies there; one that had gone on already is held when it
/// does not.
Result<void> Replanning::plan_order(std::string const& id) {
  OrderSubject subject;
  if (auto const loaded = subject.load(context_, id); !loaded) return loaded;
  if (subject.instance.stored.closed) return {};
  auto const outcome = context_.outcome;
  context_.cause = cause_;
  bool const waits = subject.instance.takes("allocate");
  bool full = false;
  auto const done = attempt_one(context_, [&]() -> Result<void> {
    if (waits) return subject.assert_event(context_, "allocate", {"system", ""});
    trade::HoldRow ignored;
    auto const reserved = reserve(context_, subject.view, ignored);
    if (!reserved) return Unexpected{reserved.error()};
    if (*reserved != Reservation::full && *reserved != Reservation::backordered) return context_.refuse("short", "there is nothing else for `" + id + "`");
    full = *reserved == Reservation::full;
    if (!full) return {};
    if (auto const lifted = subject.lift_shortage(context_); !lifted) return lifted;
    context_.announce("order.reallocated", id, subject.instance.stored.state);
    return Flow(context_, subject).settle();
  });
  context_.cause.clear();
  context_.outcome = outcome;
  if (!done && is_store_error(done.error())) return done;
  if (!done) {
    if (auto const placed = promise_again(id); !placed) return placed;
  }
  OrderSubject again;
  if (auto const loaded = again.load(context_, id); !loaded) return loaded;
  if (!done) {
    if (auto const told = tell_promise(context_, again.view); !told) return told;
    context_.announce("order.short", id, again.instance.stored.state);
  }
  if (auto const called = call_off_stale_parcels(context_, again); !called) return called;
  return waits || (done && full) ? Result<void>{} : hold_short(again);
}

bool Replanning::anything_to_give() {
  in_stock_ = false;
  bool any = false;
  for (auto const account : context_.ledger.accounts_of(ledger::AccountKind::quantity, item_)) {
    auto const& bounds = context_.ledger.bounds(account);
    if (bounds.floor == ledger::no_floor) continue;
    auto const key = context_.ledger.key(account);
    auto const free = context_.ledger.balance(account).available();
    in_stock_ = in_stock_ || (key.status == "available" && free > 0);
    any = any || (is_backorder(key) && !key.detail.empty() && free > bounds.floor);
  }
  return any || in_stock_;
}

Result<void> Replanning::plan() {
  auto const* version = context_.version;
  // Transfers first: whoever stands on one that has lost units is planned too.
  constexpr std::string_view prefix = "supply:";
  for (auto const& [reference, units] : std::map<std::string, std::int64_t>(lost_)) {
    if (reference.compare(0, prefix.size(), prefix) != 0) continue;
    subjects_.erase(reference);
    if (auto const shrunk = shrink_transfer(context_, *this, reference.substr(prefix.size()), item_, units); !shrunk) return Unexpected{shrunk.error()};
  }
  if (anything_to_give()) {
    for (auto const& pending : context_.ledger.pendings_of(ledger::AccountKind::quantity, item_)) {
      if (is_backorder(context_.ledger.key(pending.debit))) subjects_.insert(pending.reference);
    }
  }
  if (subjects_.empty()) return {};
  std::set<std::string> reservations;
  auto const found = claims_of(context_, subjects_, reservations);
  if (!found) return Unexpected{found.error()};
  auto const& claims = *found;
  auto const fairness = divides_by_priority(context_) ? allocation::Fairness::priority : allocation::Fairness::promise_date;
  for (auto const index : allocation::in_turn(claims, fairness)) {
    auto const& id = claims[index].id;
    auto const planned = reservations.count(id) != 0 ? plan_reservation(id) : plan_order(id);
    context_.version = version;
    if (!planned) return planned;
  }
  return {};
}

Result<void> run(Context& context, trade::Replan const& body) {
  context.outcome.subject = body.item;
  std::vector<std::string> items;
  if (!body.item.empty()) {
    items.push_back(body.item);
  } else {
    auto overdue = store::Supplies(context.store).overdue_items(context.command.at);
    if (!overdue) return Unexpected{overdue.error()};
    items = std::move(*overdue);
    std::set<std::string> waiting(items.begin(), items.end());
    auto const more = store::Supplies(context.store).promised_items();
    if (!more) return Unexpected{more.error()};
    waiting.insert(more->begin(), more->end());
    items.assign(waiting.begin(), waiting.end());
  }
  for (auto const& item : items) {
    Replanning replanning(context, item, "looked at again");
    auto const rows = context.supplies_of(item);
    if (!rows) return Unexpected{rows.error()};
    for (auto const& row : *rows) {
      if (row.due >= context.command.at) continue;
      if (auto const freed = replanning.free_supply(row.supply, row.location); !freed) return freed;
    }
    if (auto const freed = replanning.free_dead_lots(); !freed) return freed;
    if (auto const planned = replanning.plan(); !planned) return planned;
  }
  return {};
}

}  // namespace bylaw::inline v0::engine
