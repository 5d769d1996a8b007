// Payments of orders: captured, taken back by a bank, settled in the currency of the books.
#include <algorithm>

#include <bylaw/returns/amounts.hpp>

#include "engine/order_money.hpp"
#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// Money that comes in another currency than the books' passes through an account of exchange in both.
void add_booked(Context& context, trade::RecordPayment const& body, std::vector<ledger::Transfer>& group) {
  auto legs = finance::paid(body.tender, body.amount);
  if (body.booked && body.booked->currency() != body.amount.currency()) {
    for (auto& leg : legs) leg.debit = "assets:exchange";
    legs.push_back({"assets:cash", "assets:exchange", *body.booked});
  }
  context.add_legs(group, legs, body.order);
}

/// In the currency of the books: as it was said, at the rate at which it came, or (won back) at that at which it went.
std::optional<Money> booked_of(OrderMoney const& money, trade::RecordPayment const& body) {
  if (body.booked) return body.booked;
  if (body.what != "chargeback_won") return money.booked_share(body.payment, body.amount.amount_minor());
  std::int64_t gone = 0;
  std::int64_t gone_booked = 0;
  std::int64_t back = 0;
  std::int64_t back_booked = 0;
  Currency currency;
  for (auto const& row : money.rows) {
    if (row.payment != body.payment || !row.booked) continue;
    if (row.what == "charged_back") gone += row.amount.amount_minor(), gone_booked += row.booked->amount_minor(), currency = row.booked->currency();
    if (row.what == "chargeback_won") back += row.amount.amount_minor(), back_booked += row.booked->amount_minor();
  }
  if (gone == 0) return std::nullopt;
  return Money(returns::share(gone_booked, std::min(back + body.amount.amount_minor(), gone), gone) - back_booked, currency);
}

/// What the bank takes back of what came in another currency leaves in that one: as it says, or at the rate at which it came.
void add_charged_back(Context& context, std::string const& tender, trade::RecordPayment const& body, std::optional<Money> const& booked,
                      std::vector<ledger::Transfer>& group) {
  bool const won = body.what == "chargeback_won";
  auto legs = finance::charged_back(tender, body.amount, won);
  if (booked && booked->currency() != body.amount.currency()) {
    for (auto& leg : legs) (won ? leg.debit : leg.credit) = "assets:exchange";
    auto out = finance::moved("assets:exchange", "assets:cash", *booked);
    if (won) out = finance::reversed(std::move(out));
    legs.insert(legs.end(), out.begin(), out.end());
  }
  context.add_legs(group, legs, body.order);
}

Result<void> capture(Context& context, OrderMoney const& money, trade::RecordPayment const& body) {
  std::vector<ledger::Transfer> group;
  add_booked(context, body, group);
  context.changes.payments.push_back({body.order, body.payment, body.tender, "captured", body.amount, {}, body.booked});
  if (auto const booked = context.apply(std::move(group)); !booked) return booked;
  std::int64_t captured = 0;
  if (add_overflows(money.captured(), body.amount.amount_minor(), captured)) return failure("overflow", "the payments of the order are too large");
  if (money.paid || captured < money.order.total.amount_minor() - money.taken_off()) return {};
  context.changes.facts.push_back({body.order, {"order.paid_in_full", "true"}});
  return {};
}

/// What a refund really took in the currency of the books: the difference to the rate at which the money came is one of exchange.
Result<void> settle(Context& context, OrderMoney const& money, trade::RecordPayment const& body) {
  std::int64_t planned = 0;
  bool found = false;
  for (auto const& row : money.rows) {
    if (row.refund != body.payment || !row.booked || (body.booked && row.booked->currency() != body.booked->currency())) continue;
    if (row.what == "refund_settled") return context.refuse("already_settled", "`" + body.payment + "` was settled before", "nothing has to be done");
    if (row.what == "refund_failed") return context.refuse("already_settled", "`" + body.payment + "` was given up", "nothing has to be done");
    if (row.what != "refunded") continue;
    planned += row.booked->amount_minor();
    found = true;
  }
  if (!found || !body.booked) {
    return context.refuse("unknown_payment", "no refund `" + body.payment + "` left in another currency than the order's",
                          "write its id, and what it took as `booked`");
  }
  std::vector<ledger::Transfer> group;
  Money const more(body.booked->amount_minor() - planned, body.booked->currency());
  context.add_legs(group, finance::moved("expenses:exchange", "assets:cash", more), body.order);
  context.changes.payments.push_back({body.order, "", "exchange", "refund_settled", body.amount, body.payment, body.booked});
  return context.apply(std::move(group));
}

}  // namespace

Result<void> run(Context& context, trade::RecordPayment const& body) {
  context.outcome.subject = body.order;
  OrderSubject subject;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  auto const money = money_of(context, body.order);
  if (!money) return Unexpected{money.error()};
  if (body.amount.currency() != money->order.currency) {
    return context.refuse("wrong_currency", "order `" + body.order + "` was sold in " + std::string(money->order.currency.code()),
                          "write what was paid in it, and what came of it as `booked`");
  }
  if (body.what == "refund_settled") {
    if (auto const done = settle(context, *money, body); !done) return done;
  } else if (body.what == "captured") {
    if (auto const done = capture(context, *money, body); !done) return done;
  } else {
    auto const known = std::find_if(money->payments.begin(), money->payments.end(), [&](auto const& p) { return p.id == body.payment; });
    if (known != money->payments.end() && known->tender == "exchange") {
      return context.refuse("unknown_payment", "`" + body.payment + "` is what an exchange paid with, and no bank's", "name a payment of the first order");
    }
    if (known == money->payments.end()) {
      return context.refuse("unknown_payment", "order `" + body.order + "` has no payment `" + body.payment + "`", "record it as captured first");
    }
    std::int64_t taken = 0;
    for (auto const& row : money->rows) {
      if (row.payment == body.payment && row.what == "charged_back") taken += row.amount.amount_minor();
      if (row.payment == body.payment && row.what == "chargeback_won") taken -= row.amount.amount_minor();
    }
    auto const most = body.what == "charged_back" ? known->captured - taken : taken;
    if (body.amount.amount_minor() > most) {
      return context.refuse("above_captured",
                            "`" + body.payment + "` can be " + (body.what == "charged_back" ? "charged back" : "won back") + " by at most " +
                                to_string(Money(most, money->order.currency)),
                            "correct the amount");
    }
    std::vector<ledger::Transfer> group;
    auto const booked = booked_of(*money, body);
    add_charged_back(context, known->tender, body, booked, group);
    context.changes.payments.push_back({body.order, body.payment, known->tender, body.what, body.amount, {}, booked});
    if (auto const applied = context.apply(std::move(group)); !applied) return applied;
    context.announce("order." + body.what, body.order, subject.instance.stored.state);
  }
  if (subject.instance.stored.closed) return {};
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  return subject.refresh(context);
}

}  // namespace bylaw::inline v0::engine
