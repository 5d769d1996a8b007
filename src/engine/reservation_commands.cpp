// Promises that are no orders yet: carts, preorders, subscriptions, commitments. Each is an instance of the workflow `reservation`, its
// units are promises of the ledger with the reservation's id.
#include <algorithm>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/values/integer.hpp>
#include <bylaw/values/word_list.hpp>

#include "engine/intake.hpp"
#include "engine/order_promises.hpp"
#include "engine/promise_moves.hpp"
#include "engine/reservation_subject.hpp"

namespace bylaw::inline v0::engine {

using trade::TimerAction;

namespace {

/// The order that the wanted lines would be: what the policy's rules look at.
trade::Order order_like(Context const& context, trade::ReserveStock const& body) {
  trade::Order out;
  out.id = body.id;
  out.channel = body.channel;
  out.placed = context.command.at;
  out.customer.id = body.customer;
  auto const& headers = context.book().policy().headers();
  for (auto const& header : headers) {
    if (!out.currency.known()) out.currency = header.currency;
  }
  if (!out.currency.known()) out.currency = Currency::find("USD");
  out.total = Money(0, out.currency);
  for (auto const& wanted : body.lines) {
    out.lines.push_back({static_cast<std::int32_t>(out.lines.size() + 1), wanted.item, "", wanted.quantity, Decimal(0), Money(0, out.currency), false});
  }
  out.attributes.push_back({"order.priority", std::to_string(body.priority)});
  return out;
}

/// Says of which item there is too little, and how much of it there is.
Unexpected<Error> refuse_short(Context const& context, Sourced const& sourced) {
  for (auto const& demand : sourced.demands) {
    std::int64_t wanted = 0;
    for (auto const& other : sourced.demands) wanted += other.item == demand.item ? other.quantity : 0;
    auto const free = free_units(sourced, static_cast<std::size_t>(&demand - sourced.demands.data()));
    if (wanted <= free) continue;
    return context.refuse("not_enough_stock",
                          "`" + demand.item + "`: " + std::to_string(free) + " can be promised, and that is " + std::to_string(wanted - free) + " too few",
                          "ask for less, for another item, or with `backorder`");
  }
  return context.refuse("not_enough_stock", "there is enough of everything, but not in as few parcels as the policy allows",
                        "ask for less, or with `backorder`");
}

/// Lines that name a location, and those that do not, are sourced by themselves.
Result<std::vector<Promise>> promises_for(Context& context, trade::ReserveStock const& body, OrderView const& view) {
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  std::vector<std::string> places;
  for (auto const& wanted : body.lines) {
    if (std::find(places.begin(), places.end(), wanted.location) == places.end()) places.push_back(wanted.location);
  }
  std::vector<Promise> out;
  std::map<std::uint32_t, std::int64_t> taken;  // by the lines before, of the same shelves
  for (auto const& location : places) {
    Buyer buyer;
    buyer.id = body.id;
    buyer.channel = body.channel;
    buyer.account = "cart";
    buyer.collect_at = location;
    buyer.expires = body.expires;
    std::vector<allocation::Demand> demands;
    std::vector<std::size_t> lines;
    for (std::size_t i = 0; i < body.lines.size(); ++i) {
      if (body.lines[i].location != location) continue;
      demands.push_back({static_cast<std::int32_t>(i + 1), body.lines[i].item, body.lines[i].quantity});
    }
    auto sourced = source(context, buyer, *frame, std::move(demands), !body.backorder, taken);
    if (!sourced) return Unexpected{sourced.error()};
    for (auto const& promise : sourced->promises) taken[promise.account.value] += promise.quantity;
    out.insert(out.end(), sourced->promises.begin(), sourced->promises.end());
    for (auto const& demand : sourced->open) lines.push_back(static_cast<std::size_t>(demand.line - 1));
    if (body.backorder && !sourced->open.empty()) {
      auto later = backorder(context, *sourced, *frame, lines);
      if (!later) return Unexpected{later.error()};
      out.insert(out.end(), later->begin(), later->end());
    }
    if (sourced->open.empty()) continue;
    return refuse_short(context, *sourced);
  }
  return out;
}

}  // namespace

Result<void> reserve_again(Context& context, Buyer const& who, std::string const& item, std::int64_t units) {
  auto const stored = context.instance(who.id);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored || (*stored)->closed) return context.refuse("not_reserved", "`" + who.id + "` is over");
  trade::ReserveStock body;
  body.id = who.id;
  body.expires = who.expires;
  body.lines.push_back({item, units, std::string(catalog::value_of((*stored)->attributes, "reservation.location." + item))});
  for (auto const& attribute : (*stored)->attributes) {
    if (attribute.path == "reservation.channel") body.channel = attribute.value;
    if (attribute.path == "reservation.customer") body.customer = attribute.value;
    if (attribute.path == "reservation.backorder") body.backorder = attribute.value == "true";
  }
  OrderView view;
  view.stored.order = order_like(context, body);
  view.stored.imported = context.command.at;
  if (auto const completed = complete(context, view, false); !completed) return completed;
  auto const promises = promises_for(context, body, view);
  if (!promises) return Unexpected{promises.error()};
  return context.apply(place(context, who, *promises));
}

namespace {

/// Kits are reserved as their parts, and what is a service needs no stock.
Result<trade::ReserveStock> by_parts(Context& context, trade::ReserveStock body) {
  std::vector<trade::Wanted> lines;
  for (auto const& line : body.lines) {
    auto const item = context.store.load_item(line.item, context.command.at);
    if (!item) return Unexpected{item.error()};
    if (*item == nullptr) return context.refuse("unknown_item", "there is no item `" + line.item + "`", "send `define_item` first");
    if ((*item)->service) continue;
    auto const parts = parts_of(context, line.item);
    if (!parts) return Unexpected{parts.error()};
    if (parts->empty()) lines.push_back(line);
    for (auto const& part : *parts) {
      auto of = line;
      of.item = part.item;
      if (multiply_overflows(line.quantity, part.units, of.quantity)) return context.refuse("overflow", "that is too many of `" + line.item + "`", "check it");
      lines.push_back(std::move(of));
    }
  }
  body.lines = std::move(lines);
  return body;
}

/// Items and channels that a stop keeps from being allocated are not reserved either; places that are stopped are left out by the plan.
Result<void> check_stops(Context& context, trade::ReserveStock const& body) {
  auto const stops = stops_in_force(context);
  if (!stops) return Unexpected{stops.error()};
  for (auto const& stop : *stops) {
    if (!has_word(stop.blocks, "allocate")) continue;
    bool const of_item = stop.what == "item" && std::any_of(body.lines.begin(), body.lines.end(), [&](auto const& line) { return line.item == stop.target; });
    if (!of_item && !(stop.what == "channel" && stop.target == body.channel)) continue;
    return refuse_stopped(context, stop);
  }
  return {};
}

}  // namespace

Result<void> run(Context& context, trade::ReserveStock const& wanted) {
  auto const unpacked = by_parts(context, wanted);
  if (!unpacked) return Unexpected{unpacked.error()};
  auto const& body = *unpacked;
  context.outcome.subject = body.id;
  if (auto const free = check_stops(context, body); !free) return free;
  if (body.expires.value != 0 && body.expires <= context.command.at) return context.refuse("expired", "it would be over at once", "write a later `expires`");
  auto const* workflow = context.book().find_workflow("reservation");
  if (workflow == nullptr) return context.refuse("no_workflow", "the policy has no workflow `reservation`", "use \"reservation.bylaw\"");
  auto const known = context.instance(body.id);
  if (!known) return Unexpected{known.error()};
  ReservationSubject subject;
  if (*known) {
    // Said again for the same cart: what it had is given back first, in the same breath.
    if ((*known)->workflow != "reservation") return context.refuse("id_taken", "`" + body.id + "` is already the id of something else", "give it another id");
    if ((*known)->closed) return context.refuse("wrong_state", "`" + body.id + "` is " + (*known)->state, "reserve under a new id");
    if (auto const loaded = subject.load(context, **known); !loaded) return loaded;
    std::vector<ledger::Transfer> group;
    for (auto const& pending : context.ledger.pendings_of(body.id)) {
      context.freed.insert(context.ledger.key(pending.debit).unit);
      group.push_back(drop_of(pending));
    }
    if (!group.empty()) {
      if (auto const given = context.apply(std::move(group)); !given) return given;
    }
  } else if (auto const free = check_free_id(context, body.id); !free) {
    return free;
  }
  OrderView view;
  view.stored.order = order_like(context, body);
  view.stored.imported = context.command.at;
  if (auto const completed = complete(context, view, false); !completed) return completed;
  for (std::size_t i = 0; i < body.lines.size(); ++i) {
    if (view.facts.items[i] == nullptr) return context.refuse("unknown_item", "there is no item `" + body.lines[i].item + "`", "send `define_item` first");
  }
  std::vector<allocation::Demand> ordered;
  for (auto const& wanted : body.lines) ordered.push_back({0, wanted.item, wanted.quantity});
  if (auto const fits = check_limits(context, ordered); !fits) return fits;
  auto const promises = promises_for(context, body, view);
  if (!promises) return Unexpected{promises.error()};
  Buyer buyer;
  buyer.id = body.id;
  buyer.account = "cart";
  buyer.expires = body.expires;
  if (auto const placed = context.apply(place(context, buyer, *promises)); !placed) return placed;
  bool const later = std::any_of(promises->begin(), promises->end(), [](Promise const& p) { return p.later; });
  if (!*known) {
    std::vector<trade::Attribute> attributes = {{"reservation.kind", body.kind},
                                                {"reservation.channel", body.channel},
                                                {"reservation.priority", std::to_string(body.priority)},
                                                {"reservation.backorder", body.backorder ? "true" : "false"}};
    if (!body.customer.empty()) attributes.push_back({"reservation.customer", body.customer});
    for (auto const& line : body.lines) {
      if (!line.location.empty()) attributes.push_back({"reservation.location." + line.item, line.location});
    }
    if (auto const started = Flow(context, subject).start(*workflow, body.id, "", "reserve", std::move(attributes)); !started) return started;
  }
  context.outcome.state = subject.instance.stored.state;
  if (body.expires.value != 0) context.changes.timers.push_back({body.id, expiry_clock, TimerAction::set, body.expires});
  else if (*known) context.changes.timers.push_back({body.id, expiry_clock, TimerAction::stopped, context.command.at});
  context.outcome.code = later ? "backordered" : "ok";
  context.announce("reservation.reserved", body.id, body.kind);
  return {};
}

Result<void> run(Context& context, trade::ReleaseReservation const& body) {
  context.outcome.subject = body.id;
  auto const known = context.instance(body.id);
  if (!known) return Unexpected{known.error()};
  if (!*known || (*known)->workflow != "reservation") return context.refuse("not_reserved", "there is no reservation `" + body.id + "`", "correct the id");
  ReservationSubject subject;
  if (auto const loaded = subject.load(context, **known); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  if (subject.instance.stored.closed) return context.refuse("not_reserved", "`" + body.id + "` is " + subject.instance.stored.state, "nothing has to be done");
  if (body.item.empty()) return subject.assert_event(context, "release", context.command.by);
  // What waits for supply goes first, then the promise that was placed last.
  auto pendings = context.ledger.pendings_of(body.id);
  std::erase_if(pendings, [&](ledger::Pending const& p) { return context.ledger.key(p.debit).unit != body.item; });
  in_giving_order(context, pendings);
  std::int64_t have = 0;
  for (auto const& pending : pendings) have += pending.amount;
  auto left = body.quantity == 0 ? have : body.quantity;
  if (have == 0 || left > have) {
    return context.refuse("not_reserved", "`" + body.id + "` has " + std::to_string(have) + " of `" + body.item + "` reserved", "release at most that");
  }
  if (auto const cut = cut_promises(context, pendings, left); !cut) return cut;
  if (context.ledger.pendings_of(body.id).empty()) return subject.assert_event(context, "release", context.command.by);
  context.announce("reservation.reduced", body.id, subject.instance.stored.state);
  return {};
}

Result<void> take_over_reservation(Context& context, OrderView const& view) {
  std::string id;
  for (auto const& attribute : view.stored.order.attributes) {
    if (attribute.path == "order.reservation") id = attribute.value;
  }
  if (id.empty()) return {};
  auto const known = context.instance(id);
  if (!known) return Unexpected{known.error()};
  // A reservation that is over, or that another order has used, gives nothing; the order is then like any other.
  if (!*known || (*known)->workflow != "reservation" || (*known)->closed) return {};
  ReservationSubject subject;
  if (auto const loaded = subject.load(context, **known); !loaded) return loaded;
  std::vector<ledger::Transfer> group;
  auto const& lines = view.stored.order.lines;
  std::map<std::string, std::int64_t> wanted;
  for (auto const& line : lines) wanted[line.item] += line.quantity;
  for (auto const& pending : context.ledger.pendings_of(view.stored.order.id)) wanted[context.ledger.key(pending.debit).unit] -= pending.amount;
  for (auto const& pending : context.ledger.pendings_of(id)) {
    auto const key = context.ledger.key(pending.debit);
    auto& left = wanted[key.unit];
    bool const lapsed = pending.expires.value != 0 && pending.expires <= context.command.at;
    auto const units = lapsed ? 0 : std::clamp<std::int64_t>(left, 0, pending.amount);
    left -= units;
    if (units < pending.amount) context.freed.insert(key.unit);
    group.push_back(drop_of(pending));
    if (lapsed) group.back().kind = ledger::TransferKind::expire;
    if (units == 0) continue;
    ledger::Transfer own;
    own.kind = ledger::TransferKind::pending;
    own.debit = pending.debit;
    own.credit = context.outside(key.unit, "customer");
    own.amount = units;
    own.due = pending.due;
    own.reference = view.stored.order.id;
    group.push_back(std::move(own));
  }
  if (!group.empty()) {
    if (auto const moved = context.apply(std::move(group)); !moved) return moved;
  }
  auto const outcome = context.outcome;
  auto const done = subject.assert_event(context, "order", {"system", ""});
  context.outcome = outcome;
  return done;
}

}  // namespace bylaw::inline v0::engine
