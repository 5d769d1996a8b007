// A return in its workflow, and a line of it as the rules see it.
#include "engine/return_subject.hpp"

#include <algorithm>

#include <bylaw/returns/amounts.hpp>

#include "engine/exceptions.hpp"
#include "engine/order_money.hpp"

namespace bylaw::inline v0::engine {

Result<void> ReturnedLine::look(Context& context, trade::Return const& request, trade::ReturnLineRow const& row) {
  auto stored = context.store.load_order(row.line.order);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return context.refuse("unknown_order", "there is no order `" + row.line.order + "`", "run `bylaw verify`");
  view.stored = std::move(**stored);
  if (auto const completed = complete(context, view, true); !completed) return completed;
  facts.order = view.facts;
  facts.request = &request;
  facts.line = &row.line;
  for (auto const& sold : view.stored.order.lines) {
    if (sold.number == row.line.order_line) facts.sold = &sold;
  }
  auto found = context.store.load_item(row.line.item, context.command.at);
  if (!found) return Unexpected{found.error()};
  item = *found;
  facts.item = item;
  auto const times = context.store.order_times(row.line.order);
  if (!times) return Unexpected{times.error()};
  facts.shipped = times->shipped;
  facts.delivered = times->delivered;
  ask({row.line.quantity, 0, row.line.claimed_condition, {}});
  return {};
}

void ReturnedLine::ask(Asked const& asked) {
  facts.quantity = asked.quantity;
  facts.inspected_condition = asked.condition;
  facts.value_loss = asked.value_loss;
  auto const& order = view.stored.order;
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    if (facts.sold == nullptr || order.lines[i].number != facts.sold->number) continue;
    facts.amounts = returns::share_after(view.facts.amounts[i], order.lines[i].quantity, asked.before, asked.quantity);
  }
}

Result<policy::ReturnDecision> ReturnedLine::decide(Version const& version, Timestamp at) const {
  auto const order_frame = version.book.order_frame(facts.order);
  if (!order_frame) return Unexpected{order_frame.error()};
  auto const frame = version.book.return_frame(facts);
  if (!frame) return Unexpected{frame.error()};
  return version.book.policy().decide_return(*order_frame, *frame, at);
}

Result<void> ReturnSubject::load(Context& context, std::string const& id) {
  auto loaded = context.store.load_return(id);
  if (!loaded) return Unexpected{loaded.error()};
  if (!*loaded) return context.refuse("unknown_return", "there is no return `" + id + "`", "send `request_return` first, or correct the id");
  stored = std::move(**loaded);
  auto kept = store::Refunds(context.store).moves_of(id);
  if (!kept) return Unexpected{kept.error()};
  moves = std::move(*kept);
  for (auto const& row : context.changes.return_moves) {
    if (row.return_id == id) moves.push_back(row);
  }
  auto const where = context.instance(id);
  if (!where) return Unexpected{where.error()};
  instance.stored = **where;
  stored.state = instance.stored.state;
  return seat(context, instance);
}

ReturnCounts ReturnSubject::count(std::int32_t line) const {
  ReturnCounts out;
  for (auto const& move : moves) {
    if (move.line != line) continue;
    if (move.what == "received") out.received += move.quantity;
    else if (move.what == "accepted") out.accepted += move.quantity;
    else if (move.what == "rejected") out.rejected += move.quantity;
    else if (move.what == "exchanged") out.exchanged += move.quantity;
    else if (move.what == "unexchanged") out.exchanged -= move.quantity;
    else if (move.what == "released") out.released += move.quantity;
  }
  return out;
}

std::int64_t ReturnSubject::refunded(std::vector<trade::RefundRow> const& refunds, std::int32_t line) const {
  std::int64_t units = 0;
  for (auto const& part : refunds) {
    if (part.return_id == stored.request.id && part.return_line == line && part.kind == "goods") units += part.quantity;
  }
  return units;
}

trade::ReturnLineRow const* ReturnSubject::find(std::int32_t line) const {
  auto const found = std::find_if(stored.lines.begin(), stored.lines.end(), [&](trade::ReturnLineRow const& row) { return row.line.number == line; });
  return found == stored.lines.end() ? nullptr : &*found;
}

void ReturnSubject::note(Context& context, trade::ReturnMoveRow row) {
  row.return_id = stored.request.id;
  moves.push_back(row);
  context.changes.return_moves.push_back(std::move(row));
}

Result<void> ReturnSubject::accrue(Context& context) {
  auto const& state = stored.state;
  bool const over = instance.stored.closed || state == "requested" || state == "in_review";
  std::vector<ledger::Transfer> group;
  auto const company = context.company;
  // Stores of earlier versions have one sum for all lines, in the first company: it is taken back, and booked line by line.
  auto const together = accrued(0);
  if (together != 0) {
    context.company = "main";
    add_accrual(context, 0, Money(-together, stored.request.currency), group);
  }
  store::Refunds kept(context.store);
  for (auto const& row : stored.lines) {
    auto const number = row.line.number;
    std::int64_t expected = 0;
    if (!over && counts(row)) {
      auto const count = this->count(number);
      auto refunds = kept.refunds_of(row.line.order);
      if (!refunds) return Unexpected{refunds.error()};
      refunds->insert(refunds->end(), context.changes.refunds.begin(), context.changes.refunds.end());
      auto const waits = row.line.quantity - count.rejected - count.exchanged - refunded(*refunds, number);
      if (waits > 0) expected = returns::share(row.refund_minor, waits, row.line.quantity);
    }
    auto const more = expected - accrued(number);
    if (more == 0) continue;
    auto const order = context.store.load_order(row.line.order);
    if (!order) return Unexpected{order.error()};
    if (*order) context.books_of((*order)->order);
    add_accrual(context, number, Money(more, stored.request.currency), group);
  }
  context.company = company;
  return group.empty() ? Result<void>{} : context.apply(std::move(group));
}

std::int64_t ReturnSubject::accrued(std::int32_t line) const {
  std::int64_t sum = 0;
  for (auto const& move : moves) sum += move.what == "accrued" && move.line == line ? move.amount_minor : 0;
  return sum;
}

void ReturnSubject::add_accrual(Context& context, std::int32_t line, Money more, std::vector<ledger::Transfer>& group) {
  context.add_legs(group, finance::accrued(more), stored.request.id);
  note(context, {{}, line, "accrued", 0, {}, {}, {}, {}, {}, more.amount_minor(), 0});
}

Result<Subject::Frames> ReturnSubject::frames(Context&) {
  rulebook::OrderFacts const none;
  auto order = instance.pin.book->order_frame(none);
  if (!order) return Unexpected{order.error()};
  rulebook::InstanceFacts const facts{stored.request.id, stored.state, &instance.stored.attributes, nullptr};
  auto own = instance.pin.book->instance_frame(policy::Subject::return_line, facts);
  if (!own) return Unexpected{own.error()};
  return Frames{std::move(*order), std::move(*own)};
}

Result<void> ReturnSubject::assert_event(Context& context, std::string const& event, trade::Actor const& by) {
  if (event == "cancel" || event == "expire") {
    for (auto const& row : stored.lines) {
      if (!counts(row)) continue;
      auto refunds = store::Refunds(context.store).refunds_of(row.line.order);
      if (!refunds) return Unexpected{refunds.error()};
      if (count(row.line.number).exchanged > 0 || refunded(*refunds, row.line.number) > 0)
        return context.refuse("units_settled", "units of it were paid back or exchanged", "close it, or take the exchange back first");
    }
  }
  return Subject::assert_event(context, event, by);
}

Result<void> ReturnSubject::act(Context& context, std::string const& action) {
  if (action == "receive_goods") return receive(context);
  if (action == "disposition_goods") return inspect(context);
  if (action == "post_refund") return refund(context);
  return {};
}

/// Units that were claimed and never came are given back to the sale: they may be claimed again. What was paid back or exchanged for them
/// stays claimed, and a person hears of it.
Result<void> ReturnSubject::give_back_claims(Context& context) {
  bool const ended = stored.state == "cancelled" || stored.state == "expired";
  for (auto row : stored.lines) {
    if (ended) {
      row.line.quantity -= count(row.line.number).released;
      if (row.line.quantity > 0) context.changes.dropped_claims.push_back(std::move(row));
      continue;
    }
    if (!counts(row)) continue;
    auto refunds = store::Refunds(context.store).refunds_of(row.line.order);
    if (!refunds) return Unexpected{refunds.error()};
    refunds->insert(refunds->end(), context.changes.refunds.begin(), context.changes.refunds.end());
    auto const number = row.line.number;
    auto const came = count(number);
    auto const settled = refunded(*refunds, number) + came.exchanged;
    auto const given = row.line.quantity - std::max(came.received, settled) - came.released;
    bool const advanced = settled == 0 && came.received == 0 && std::any_of(refunds->begin(), refunds->end(), [&](trade::RefundRow const& part) {
                            return part.return_id == stored.request.id && part.return_line == number && part.gross > 0;
                          });
    auto const missing = advanced ? row.line.quantity : settled - came.received;
    if (missing > 0 && !row.line.service) {
      if (auto const told = tell_missing(context, row, missing); !told) return told;
    }
    if (given <= 0) continue;
    note(context, {{}, number, "released", given, row.line.item, {}, {}, {}, {}, 0, 0});
    row.line.quantity = given;
    context.changes.dropped_claims.push_back(std::move(row));
  }
  return {};
}

/// The return is over, and units that were paid back or exchanged have not come: unless the customer was to keep them, somebody charges them.
Result<void> ReturnSubject::tell_missing(Context& context, trade::ReturnLineRow const& row, std::int64_t units) {
  ReturnedLine line;
  if (auto const looked = line.look(context, stored.request, row); !looked) return looked;
  auto const decided = line.decide(*context.version, context.command.at);
  if (!decided) return Unexpected{decided.error()};
  if (decided->keep_item) return {};
  return open_exception(context, "not_received", "returns_lead",
                        {{"exception.return", stored.request.id},
                         {"exception.line", std::to_string(row.line.number)},
                         {"exception.item", row.line.item},
                         {"exception.units", std::to_string(units)}},
                        std::to_string(units) + " of `" + row.line.item + "` were paid back or exchanged and have not come");
}

Result<void> ReturnSubject::arrived(Context& context) {
  stored.state = instance.stored.state;
  if (instance.stored.closed) {
    if (auto const given = give_back_claims(context); !given) return given;
  }
  return accrue(context);
}

Result<void> ReturnSubject::happen(Context& context, std::string const& event) {
  context.outcome.state = context.state_before = instance.stored.state;
  if (auto const done = assert_event(context, event, context.command.by); !done) return done;
  return accrue(context);
}

Result<void> run(Context& context, trade::ReturnEvent const& body) {
  context.outcome.subject = body.id;
  ReturnSubject subject;
  if (auto const loaded = subject.load(context, body.id); !loaded) return loaded;
  subject.work.condition = body.inspected_condition;
  return subject.happen(context, body.event);
}

}  // namespace bylaw::inline v0::engine
