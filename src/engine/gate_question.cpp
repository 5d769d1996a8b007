// What a command asks of approvals and brakes: about which order, and how much.
#include "engine/gate.hpp"

#include <bylaw/wire/commands.hpp>

#include "engine/activation.hpp"
#include "engine/authority.hpp"
#include "engine/order_promises.hpp"
#include "engine/refund_order.hpp"
#include "engine/return_subject.hpp"

namespace bylaw::inline v0::engine {

namespace {

Result<bool> look_at_order(Context& context, std::string const& id, Question& out) {
  auto const stored = context.store.load_order(id);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return false;
  context.decide_about((*stored)->order);
  if (auto const loaded = out.order.load(context, id); !loaded) return Unexpected{loaded.error()};
  out.ask.order = id;
  out.ask.customer = out.order.view.stored.order.customer.id;
  out.ask.amount = out.order.view.stored.order.total;
  return true;
}

/// What the return would pay back, and the order that it came from.
Result<bool> look_at_return(Context& context, std::string const& id, Question& out) {
  auto const stored = context.store.load_return(id);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return false;
  Money sum(0, (*stored)->request.currency);
  for (auto const& row : (*stored)->lines) {
    if (row.verdict == "deny" || row.line.order.empty()) continue;
    auto const more = add(sum, Money(row.refund_minor, sum.currency()));
    if (!more) return Unexpected{more.error()};
    sum = *more;
    if (out.ask.order.empty()) out.ask.order = row.line.order;
    if (out.ask.reason.empty()) out.ask.reason = row.line.reason;
  }
  if (!out.ask.order.empty()) {
    auto const looked = look_at_order(context, std::string(out.ask.order), out);
    if (!looked || !*looked) return looked;
  }
  // What the request leaves out, the order knows: otherwise leaving it out would be a way round a limit per customer.
  if (!(*stored)->request.customer.empty()) out.ask.customer = (*stored)->request.customer;
  out.ask.amount = sum;
  return true;
}

/// What would be paid back for an order without goods.
Result<bool> look_at_refund(Context& context, trade::RefundOrder const& body, Question& out) {
  auto const looked = look_at_order(context, body.order, out);
  if (!looked || !*looked) return looked;
  auto money = money_of(context, body.order);
  if (!money) return Unexpected{money.error()};
  auto const payout = payout_of(context, *money, body);
  if (!payout) return is_store_error(payout.error()) ? Result<bool>(Unexpected{payout.error()}) : Result<bool>(false);
  std::int64_t sum = 0;
  for (auto const& row : payout->rows) sum += row.gross;
  out.ask.amount = Money(sum, money->order.currency);
  out.ask.reason = body.reason;
  return true;
}

/// What units of an item cost; nothing: it has no unit cost.
Result<std::optional<Money>> worth_of(trade::Item const& item, std::int64_t units) {
  if (!item.unit_cost) return std::optional<Money>{};
  auto const value = multiply(*item.unit_cost, Decimal(units), Rounding::half_even);
  if (!value) return Unexpected{value.error()};
  return std::optional<Money>(*value);
}

/// What a count differs from the books, or what is broken, at the cost of its units.
Result<bool> look_at_stock(Context& context, trade::ObserveStock const& body, Question& out) {
  auto const item = context.store.load_item(body.item, context.command.at);
  if (!item) return Unexpected{item.error()};
  if (!*item) return false;
  auto units = body.quantity;
  if (body.what == trade::Observation::counted) {
    auto const booked = counted_here(context, body.item, body.location, body.lot);
    auto const expected = body.expected >= 0 ? body.expected : booked;
    units = units > expected ? units - expected : expected - units;
  }
  out.ask.reason = body.reason;
  out.ask.order = body.order;
  auto const value = worth_of(**item, units);
  if (!value) return Unexpected{value.error()};
  out.ask.amount = *value;
  return true;
}

/// What is scrapped, at the cost of its units.
Result<bool> look_at_scrap(Context& context, trade::MoveStock const& body, Question& out) {
  auto const item = context.store.load_item(body.item, context.command.at);
  if (!item) return Unexpected{item.error()};
  if (!*item) return false;
  auto const value = worth_of(**item, body.quantity);
  if (!value) return Unexpected{value.error()};
  out.ask.amount = *value;
  return true;
}

/// What the rows of a sheet differ from the books, at the cost of their units.
Result<bool> look_at_count(Context& context, trade::PostCount const& body, Question& out) {
  out.ask.reason = body.reason;
  for (auto const& row : body.rows) {
    if (!row.counted) continue;
    auto const item = context.store.load_item(row.item, context.command.at);
    if (!item) return Unexpected{item.error()};
    if (!*item) continue;
    auto const units = *row.counted > row.expected ? *row.counted - row.expected : row.expected - *row.counted;
    auto const value = worth_of(**item, units);
    if (!value) return Unexpected{value.error()};
    if (!*value) continue;
    if (!out.ask.amount || out.ask.amount->currency() != (*value)->currency()) {
      out.ask.amount = *value;
      continue;
    }
    auto const sum = add(*out.ask.amount, **value);
    if (!sum) return Unexpected{sum.error()};
    out.ask.amount = *sum;
  }
  return true;
}

/// How much an activation would change, in the currency of the version in force. Only asked when a rule wants to know it.
Result<bool> look_at_activation(Context& context, trade::ActivatePolicy const& body, Question& out) {
  auto const& first = context.versions.in_force().book.policy().headers();
  out.ask.amount = Money(0, first.empty() ? Currency{} : first.front().currency);
  if (!is_spoken_of(context.book().policy(), names_of(context.command.body)) || body.rollout == trade::Rollout::shadow ||
      body.rollout == trade::Rollout::stop) {
    return true;  // what decides nothing changes nothing, and going back to the version in force is always safe
  }
  auto const target = target_of(context, body);
  if (!target) return Unexpected{target.error()};
  auto const changes = plan(context, **target, body);
  if (!changes) return Unexpected{changes.error()};
  auto const currency = out.ask.amount->currency();
  for (auto const& value : changes->values) {
    if (value.currency() == currency) out.ask.amount = value;
  }
  // What is worth something in another currency cannot be compared with the limit: somebody has to look.
  for (auto const& value : changes->values) {
    if (value.currency() != currency) out.ask.amount = value;
  }
  context.version = &context.versions.in_force();
  return true;
}

}  // namespace

Result<bool> question_of(Context& context, Question& out) {
  auto const& body = context.command.body;
  Result<bool> found = true;
  if (auto const* event = body.get_if<trade::OrderEvent>()) found = look_at_order(context, event->order, out);
  else if (auto const* release = body.get_if<trade::ReleaseHold>()) found = look_at_order(context, release->order, out);
  else if (auto const* back = body.get_if<trade::ReturnEvent>()) found = look_at_return(context, back->id, out);
  else if (auto const* refund = body.get_if<trade::RefundOrder>()) found = look_at_refund(context, *refund, out);
  else if (auto const* seen = body.get_if<trade::ObserveStock>()) found = look_at_stock(context, *seen, out);
  else if (auto const* moved = body.get_if<trade::MoveStock>()) found = look_at_scrap(context, *moved, out);
  else if (auto const* sheet = body.get_if<trade::PostCount>()) found = look_at_count(context, *sheet, out);
  else if (auto const* change = body.get_if<trade::ChangeOrder>()) found = look_at_order(context, change->order, out);
  else if (auto const* version = body.get_if<trade::ActivatePolicy>()) found = look_at_activation(context, *version, out);
  if (!found || !*found) return found;
  out.ask.names = names_of(body);
  if (!out.ask.order.empty() && out.order.view.facts.order != nullptr) out.ask.view = &out.order.view;
  return true;
}

}  // namespace bylaw::inline v0::engine
