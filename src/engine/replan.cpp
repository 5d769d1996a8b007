// Promises that are looked at again: supply that came or slipped, lots that have run out, counts that found less.
#include "engine/replan.hpp"

#include <algorithm>
#include <map>

#include <bylaw/allocation/share.hpp>
#include <bylaw/store/supplies.hpp>

#include "engine/reservation_subject.hpp"
#include "engine/shipments.hpp"

namespace bylaw::inline v0::engine {

namespace {

Result<void> let_go(Context& context, ledger::Pending const& pending) {
  ledger::Transfer dropped;
  dropped.kind = ledger::TransferKind::void_pending;
  dropped.target = pending.sequence;
  dropped.reference = pending.reference;
  return context.apply({dropped});
}

allocation::Claim claim_of(trade::Order const& order) {
  allocation::Claim claim;
  claim.id = order.id;
  claim.priority = 100;
  claim.placed = order.placed;
  for (auto const& attribute : order.attributes) {
    if (attribute.path == "order.priority") {
      if (auto const number = Decimal::parse(attribute.value)) claim.priority = number->scale() == 0 ? number->coefficient() : claim.priority;
    }
    if (attribute.path == "order.promised" && !attribute.value.empty()) {
      if (auto const time = parse_timestamp(attribute.value)) claim.promised = *time;
    }
  }
  return claim;
}

}  // namespace

Result<void> Replanning::free_supply(std::string const& supply, std::string const& location) {
  ledger::AccountIndex account;
  if (!context_.ledger.find(backorder_key(item_, location, supply), account)) return {};
  for (auto const& pending : context_.ledger.pendings_of(ledger::AccountKind::quantity, item_)) {
    if (pending.debit != account) continue;
    subjects_.insert(pending.reference);
    freed_.push_back(pending);
    if (auto const gone = let_go(context_, pending); !gone) return gone;
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
    subjects_.insert(pending.reference);
    freed_.push_back(pending);
    if (auto const gone = let_go(context_, pending); !gone) return gone;
  }
  return {};
}

/// A cart, a commitment: what it lost is looked for elsewhere; what is not found is told.
Result<void> Replanning::plan_reservation(std::string const& id) {
  std::int64_t units = 0;
  Buyer buyer;
  buyer.id = id;
  buyer.account = "cart";
  for (auto const& pending : freed_) {
    if (pending.reference != id) continue;
    units += pending.amount;
    buyer.expires = pending.expires;
  }
  if (units == 0 || (buyer.expires.value != 0 && buyer.expires <= context_.command.at)) return {};
  auto const done = attempt_one(context_, [&]() -> Result<void> { return reserve_again(context_, buyer, item_, units); });
  if (!done && is_store_error(done.error())) return done;
  if (!done) context_.announce("reservation.short", id, cause_);
  return {};
}

/// One order: sourced anew; when everything lies there it goes on by itself.
Result<void> Replanning::plan_order(std::string const& id) {
  OrderSubject subject;
  if (auto const loaded = subject.load(context_, id); !loaded) return loaded;
  if (subject.instance.stored.closed) return {};
  auto const outcome = context_.outcome;
  auto const code = context_.outcome.code;
  context_.cause = cause_;
  auto const allocates = subject.instance.machine().event("allocate");
  bool const may_go_on = subject.instance.stored.state == "released" && allocates.value < subject.instance.machine().events().size();
  auto const done = attempt_one(context_, [&]() -> Result<void> {
    if (may_go_on) return subject.assert_event(context_, "allocate", {"system", ""});
    trade::HoldRow ignored;
    auto const reserved = reserve(context_, subject.view, ignored);
    if (!reserved) return Unexpected{reserved.error()};
    if (*reserved != Reservation::full && *reserved != Reservation::backordered) return context_.refuse("short", "there is nothing else for `" + id + "`");
    if (*reserved != Reservation::full) return {};
    for (auto const& hold : std::vector<trade::HoldRow>(subject.view.holds)) {
      if (hold.rule != "shortage") continue;
      if (auto const lifted = subject.lift(context_, hold, trade::HoldAction::cleared); !lifted) return lifted;
    }
    context_.announce("order.reallocated", id, subject.instance.stored.state);
    return Flow(context_, subject).settle();
  });
  context_.cause.clear();
  context_.outcome = outcome;
  context_.outcome.code = code;
  if (!done && is_store_error(done.error())) return done;
  if (!done) context_.announce("order.short", id, subject.instance.stored.state);
  return {};
}

Result<void> Replanning::plan() {
  bool anybody = !subjects_.empty();
  for (auto const account : context_.ledger.accounts_of(ledger::AccountKind::quantity, item_)) {
    anybody = anybody || (context_.ledger.balance(account).pending_out > 0 && is_backorder(context_.ledger.key(account)));
  }
  if (!anybody) return {};
  for (auto const& pending : context_.ledger.pendings_of(ledger::AccountKind::quantity, item_)) {
    if (is_backorder(context_.ledger.key(pending.debit))) subjects_.insert(pending.reference);
  }
  std::vector<allocation::Claim> claims;
  for (auto const& id : subjects_) {
    auto const stored = context_.store.load_order(id);
    if (!stored) return Unexpected{stored.error()};
    if (*stored) claims.push_back(claim_of((*stored)->order));
    else if (auto const told = plan_reservation(id); !told) return told;
  }
  auto const& rules = context_.book().policy().allocations();
  bool const by_priority = std::any_of(rules.begin(), rules.end(), [](auto const& rule) { return rule.scarce == policy::Scarcity::priority; });
  auto const fairness = by_priority ? allocation::Fairness::priority : allocation::Fairness::promise_date;
  for (auto const index : allocation::in_turn(claims, fairness)) {
    if (auto const planned = plan_order(claims[index].id); !planned) return planned;
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
