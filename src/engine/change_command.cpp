// What a customer or the desk wants changed of an order: the policy says until when, and what is done instead when it is too late.
#include <algorithm>
#include <map>

#include <bylaw/trade/amounts.hpp>
#include <bylaw/values/integer.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/order_facts.hpp"
#include "engine/order_promises.hpp"
#include "engine/promise_moves.hpp"
#include "engine/shipments.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// States that the order and its parcels have been in, without the states within them.
Result<std::vector<std::string>> reached_states(Context& context, OrderSubject const& order) {
  std::vector<std::string> out;
  auto const history = context.store.history_of(order.instance.stored);
  if (!history) return Unexpected{history.error()};
  auto const add = [&](std::string const& state) { out.push_back(state.substr(0, state.find('.'))); };
  for (auto const& step : *history) add(step.to);
  add(order.instance.stored.state);
  auto const children = context.children_of(order.instance.stored);
  if (!children) return Unexpected{children.error()};
  for (auto const& child : *children) {
    if (child.workflow == "shipment" && child.state != "cancelled") add(child.state);
  }
  return out;
}

std::int64_t count_of(trade::Order const& order, std::string const& path) { return whole_number(attribute_of(order, path)).value_or(0); }

void move_to(Context& context, OrderView& view, trade::Address const& to) {
  std::pair<char const*, std::string const*> const parts[] = {{"order.ship_to.country", &to.country},
                                                              {"order.ship_to.region", &to.region},
                                                              {"order.ship_to.city", &to.city},
                                                              {"order.ship_to.postal_code", &to.postal_code},
                                                              {"order.ship_to.street", &to.street}};
  for (auto const& [path, value] : parts) set_fact(context, view.stored.order, path, *value);
  view.stored.order.ship_to = to;
}

/// The part of a line's amount that fewer or more units come to, rounded once.
Result<Money> net_of(Money net, std::int64_t before, std::int64_t now) {
  auto const minor = divide_rounded(Int128{net.amount_minor()} * now, before, Rounding::half_even);
  if (!fits_int64(minor)) return failure("overflow", "the line is worth too much", {}, "check the quantity");
  return Money(static_cast<std::int64_t>(minor), net.currency());
}

/// What is promised of an item beyond what is still wanted of it is given back. Substitutes are looked for anew.
Result<void> give_back_surplus(Context& context, OrderView const& view) {
  auto wanted = wanted_units(view.stored.order, view.shipped_units, view.credited_units);
  std::map<std::string, std::vector<ledger::Pending>> promised;
  for (auto const& pending : context.ledger.pendings_of(view.stored.order.id)) promised[context.ledger.key(pending.debit).unit].push_back(pending);
  for (auto& [item, pendings] : promised) {
    in_giving_order(context, pendings);
    std::int64_t have = 0;
    for (auto const& pending : pendings) have += pending.amount;
    auto const keep = std::max<std::int64_t>(wanted[item], 0);
    if (auto const cut = cut_promises(context, pendings, have - std::min(have, keep)); !cut) return cut;
  }
  return {};
}

}  // namespace

Result<void> change_items(Context& context, OrderSubject& subject, std::vector<trade::ChangeOrder::LineQuantity> const& wanted) {
  auto order = subject.view.stored.order;
  for (auto const& change : wanted) {
    auto const line = std::find_if(order.lines.begin(), order.lines.end(), [&](trade::Line const& l) { return l.number == change.line; });
    if (line == order.lines.end()) return context.refuse("unknown_line", "the order has no line " + std::to_string(change.line), "correct the number");
    auto const sale = context.store.sale_line(order.id, line->number);
    if (!sale) return Unexpected{sale.error()};
    if (auto const claimed = *sale ? line->quantity - (*sale)->remaining : 0; change.quantity < claimed) {
      return context.refuse("change_refused", std::to_string(claimed) + " of line " + std::to_string(line->number) + " were returned or paid back",
                            "write at least so many");
    }
    auto const net = net_of(line->net, line->quantity, change.quantity);
    if (!net) return Unexpected{net.error()};
    auto const tax = net_of(Money(line->tax.amount_minor(), order.currency), line->quantity, change.quantity);
    if (!tax) return Unexpected{tax.error()};
    line->quantity = change.quantity;
    line->net = *net;
    line->tax = *tax;
  }
  std::erase_if(order.lines, [](trade::Line const& line) { return line.quantity == 0; });
  if (order.lines.empty()) return context.refuse("change_refused", "nothing would be left of the order", "cancel it");
  for (auto const& [item, units] : subject.view.shipped_units) {
    std::int64_t left = 0;
    // More than was ordered of it has left in the place of something else.
    std::int64_t ordered = 0;
    for (auto const& line : subject.view.stored.order.lines) ordered += line.item == item ? line.quantity : 0;
    for (auto const& line : order.lines) left += line.item == item ? line.quantity : 0;
    if (left < std::min(units, ordered))
      return context.refuse("change_refused", std::to_string(std::min(units, ordered)) + " of `" + item + "` have left already", "send a return");
  }
  auto const total = trade::total_of(order);
  if (!total) return Unexpected{total.error()};
  order.total = *total;
  auto const before = subject.view.stored.order.lines;
  bool const has_promises = !context.ledger.pendings_of(order.id).empty();
  ++order.revision;
  context.changes.orders.push_back({order, subject.view.stored.imported});
  if (auto const loaded = subject.load(context, order.id); !loaded) return loaded;
  if (!has_promises) return {};
  auto const full = plan_anew(context, subject, before);
  if (!full) return Unexpected{full.error()};
  return *full ? Result<void>{} : context.refuse("short", "there is not that much more of it", "ask for less");
}

Result<bool> plan_anew(Context& context, OrderSubject& subject, std::vector<trade::Line> const& before) {
  if (auto const free = check_picked(context, subject, before); !free) return Unexpected{free.error()};
  if (auto const given = give_back_surplus(context, subject.view); !given) return Unexpected{given.error()};
  if (auto const called = call_off_stale_parcels(context, subject); !called) return Unexpected{called.error()};
  if (subject.instance.takes("allocate")) {
    // A hold or a stop may keep it from that; it waits then as it is.
    auto const done = attempt_one(context, [&] { return subject.assert_event(context, "allocate", {"system", ""}); });
    return !done && is_store_error(done.error()) ? Result<bool>(Unexpected{done.error()}) : Result<bool>(true);
  }
  trade::HoldRow ignored;
  auto const reserved = reserve(context, subject.view, ignored);
  if (!reserved) return Unexpected{reserved.error()};
  if (*reserved != Reservation::full) return false;
  auto const lifted = subject.lift_shortage(context);
  return lifted ? Result<bool>(true) : Result<bool>(Unexpected{lifted.error()});
}

namespace {

Result<void> apply(Context& context, OrderSubject& subject, trade::ChangeOrder const& body, bool recheck) {
  auto& view = subject.view;
  if (body.thing == "cancel") return subject.assert_event(context, "cancel", context.command.by);
  if (body.ship_to) move_to(context, view, *body.ship_to);
  for (auto const& value : body.values) {
    auto row = value;
    if (row.path.compare(0, 6, "order.") != 0) row.path.insert(0, "order.");
    if (auto const known = context.book().check_fact(row); !known) return known;
    set_fact(context, view.stored.order, std::move(row.path), std::move(row.value));
  }
  if (!body.lines.empty()) {
    if (auto const changed = change_items(context, subject, body.lines); !changed) return changed;
  }
  context.outcome.code = "changed";
  context.announce("order.changed", body.order, body.thing);
  return recheck ? subject.refresh(context) : Flow(context, subject).settle();
}

/// Somebody has to decide: the order does not leave before that.
Result<void> ask_for_review(Context& context, OrderSubject& subject, trade::ChangeOrder const& body, std::string const& role) {
  trade::HoldRow row;
  row.order = body.order;
  row.rule = "change_" + body.thing;
  row.reason = "CHANGE";
  row.text = "a change of " + body.thing + " is asked for" + (body.note.empty() ? "" : ": " + body.note);
  row.queue = "changes";
  row.blocks = "ship";
  row.scope = "order";
  row.owner = role;
  row.release_by = role;
  row.reads = "{}";
  subject.put(context, std::move(row));
  context.outcome.code = "review";
  context.announce("order.change_review", body.order, body.thing);
  return Flow(context, subject).settle();
}

}  // namespace

Result<void> run(Context& context, trade::ChangeOrder const& body) {
  context.outcome.subject = body.order;
  OrderSubject subject;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  auto& view = subject.view;
  auto const& policy = context.book().policy();
  if (policy.symbol(body.thing) < 0) {
    return context.refuse("unknown_thing", "nothing of an order is called `" + body.thing + "`",
                          "write one of `change_thing`, such as address, items or cancel");
  }
  if (!body.reason.empty() && policy.symbol(body.reason) < 0) {
    return context.refuse("unknown_reason", "there is no reason `" + body.reason + "`", "write one of `change_reason`, or leave it out");
  }
  auto const reached = reached_states(context, subject);
  if (!reached) return Unexpected{reached.error()};
  auto const count_path = "order.changes." + body.thing;
  auto const before = count_of(view.stored.order, count_path);
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const decision = policy.decide_change({body.thing, *reached, before}, *frame, context.book().change_frame(body.thing, body.reason, context.command.at),
                                             context.command.at);
  if (!decision.error.empty()) return context.refuse("policy_error", decision.error);
  constexpr char const* words[] = {"allow", "intercept", "review", "refuse"};
  auto const rule = decision.rule < 0 ? std::string() : policy.changes()[static_cast<std::size_t>(decision.rule)].info.name;
  context.changes.decisions.push_back(
      {body.order, "change", rule, body.thing + ": " + words[static_cast<std::size_t>(decision.verdict)], wire::reads_json(decision.reads)});
  switch (decision.verdict) {
    case policy::ChangeVerdict::refuse:
      return context.refuse(
          "change_refused",
          "`" + body.thing + "` of `" + body.order + "` can no longer be changed" + (decision.until.empty() ? "" : "; it can until " + decision.until),
          decision.rule < 0 ? "add a `change` to the policy that allows it" : "send a return, or ask the desk");
    case policy::ChangeVerdict::intercept:
      context.outcome.code = "intercept";
      context.announce("order.intercept", body.order, body.thing);
      return {};
    case policy::ChangeVerdict::review: return ask_for_review(context, subject, body, decision.review_by);
    case policy::ChangeVerdict::allow: break;
  }
  set_fact(context, view.stored.order, count_path, std::to_string(before + 1));
  set_fact(context, view.stored.order, "order.changes", std::to_string(count_of(view.stored.order, "order.changes") + 1));
  return apply(context, subject, body, decision.recheck_holds);
}

}  // namespace bylaw::inline v0::engine
