// What is paid back: cut to what is left, placed on tenders, booked.
#include <algorithm>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/finance/legs.hpp>

#include "engine/exceptions.hpp"
#include "engine/order_money.hpp"
#include "engine/postings.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// What goes back comes off what was sold, and what is kept of it is income.
Result<void> book_parts(Context& context, OrderMoney const& order, Payout const& payout, std::vector<ledger::Transfer>& group) {
  auto const reference = payout.return_id.empty() ? payout.id : payout.return_id;
  std::int64_t over = 0;
  for (auto const& row : payout.rows) {
    if (order.cancelled || row.kind == overpaid_kind) over += row.gross - row.fee - row.fee_tax;
  }
  // What was paid too much, or for what was never invoiced and will not be, came off no sale.
  context.add_legs(group, finance::moved("assets:receivable", "liabilities:refunds", Money(over, order.order.currency)), reference);
  if (order.cancelled) return {};
  if (policy_posts(context, "liabilities:refunds")) {
    std::int64_t tax = 0;
    std::int64_t fee = 0;
    std::int64_t paid = 0;
    for (auto const& row : payout.rows) {
      if (row.kind == overpaid_kind) continue;
      paid += row.gross - row.fee - row.fee_tax;
      tax += row.tax - row.fee_tax;
      fee += row.fee;
    }
    auto const text = [&](std::int64_t minor) { return to_string(Money(minor, order.order.currency)); };
    rulebook::OrderFacts facts;
    facts.order = &order.order;
    facts.amounts = order.amounts;
    facts.items.assign(order.order.lines.size(), nullptr);
    return post_event(context, "refund.requested", &facts, nullptr,
                      {{"refund.id", payout.id},
                       {"refund.state", "requested"},
                       {"refund.amount", text(paid)},
                       {"refund.fee", text(fee)},
                       {"refund.tax", text(tax)},
                       {"refund.reason", payout.reason}},
                      reference, group);
  }
  std::vector<finance::Leg> legs;
  for (auto const& row : payout.rows) {
    if (row.kind == overpaid_kind) continue;
    auto const money = [&](std::int64_t minor) { return Money(minor, row.currency); };
    auto const more = finance::credited(row.kind == "shipping", money(row.gross - row.tax), money(row.tax), money(row.fee), money(row.fee_tax));
    legs.insert(legs.end(), more.begin(), more.end());
  }
  context.add_legs(group, legs, reference);
  return {};
}

Result<void> start_refund(Context& context, Payout const& payout, OrderMoney const& money, returns::Placed const& placed, std::string const& id) {
  if (placed.tender == "exchange" || context.book().find_workflow("refund") == nullptr) return {};
  std::vector<trade::Attribute> values = {
      {"refund.amount", to_string(Money(placed.amount, money.order.currency))}, {"refund.order", money.order.id}, {"refund.tender", placed.tender}};
  if (!placed.payment.empty()) values.push_back({"refund.payment", placed.payment});
  if (!payout.return_id.empty()) values.push_back({"refund.return", payout.return_id});
  if (!payout.reason.empty()) values.push_back({"refund.reason", payout.reason});
  if (payout.valid_until != 0 && placed.tender == "store_credit") values.push_back({"refund.valid_until", to_string(Timestamp(payout.valid_until))});
  auto const outcome = context.outcome;
  auto const started = run(context, trade::StartInstance{"refund", id, "", std::move(values)});
  if (started) context.outcome = outcome;
  return started;
}

/// What paid for a replacement was paid for the first order: it goes back by the payments of that one.
Result<void> through_to_the_first(Context& context, OrderMoney const& money, std::int64_t amount, Payout const& payout, std::vector<ledger::Transfer>& group) {
  auto const first = std::string(catalog::value_of(money.order.attributes, exchange_for_path));
  auto before = money_of(context, first);
  if (!before) return Unexpected{before.error()};
  auto const currency = money.order.currency;
  context.changes.payments.push_back({first, "", "exchange", "refund_failed", Money(amount, currency), payout.id, {}});
  auto const all = amount;
  // It was taken off the last payments when it was moved.
  for (auto payment = before->payments.rbegin(); payment != before->payments.rend() && amount > 0; ++payment) {
    auto const part = std::min(payment->captured - std::max<std::int64_t>(payment->left, 0), amount);
    if (part <= 0) continue;
    amount -= part;
    for (auto const& leg : finance::paid_back(payment->tender, Money(part, currency)))
      context.add_legs(group, {{"liabilities:exchanges", leg.credit, leg.amount}}, first);
    context.changes.payments.push_back({first, payment->id, payment->tender, "refunded", Money(part, currency), payout.id, {}});
    auto const id = part == all ? payout.id : payout.id + "/" + payment->id;
    if (auto const started = start_refund(context, payout, *before, {payment->id, payment->tender, part}, id); !started) return started;
  }
  return {};
}

/// What the customer has not paid yet need not go back: there is less of it to pay.
void take_off_account(Context& context, OrderMoney& money, Payout const& payout, std::int64_t amount, std::vector<ledger::Transfer>& group) {
  trade::PaymentRow row{money.order.id, "", "account", "credited", Money(amount, money.order.currency), payout.id, {}};
  context.add_legs(group, finance::moved("liabilities:refunds", "assets:receivable", row.amount), payout.return_id.empty() ? payout.id : payout.return_id);
  money.rows.push_back(row);
  context.changes.payments.push_back(std::move(row));
}

Result<void> cut_down(Context& context, std::vector<trade::RefundRow>& rows, std::int64_t most, bool cap) {
  std::vector<returns::Part> parts;
  std::int64_t sum = 0;
  for (auto const& row : rows) {
    parts.push_back({row.gross, row.tax, row.discount, row.fee, row.fee_tax});
    if (add_overflows(sum, parts.back().payable(), sum)) return failure("overflow", "the refund is too large");
  }
  if (sum <= most) return {};
  if (rows.empty()) return {};
  auto const currency = rows.front().currency;
  most = std::max<std::int64_t>(most, 0);
  if (!cap) {
    return context.refuse("above_remaining",
                          to_string(Money(sum, currency)) + " is more than the " + to_string(Money(most, currency)) + " that are left of what was paid",
                          "pay back less, or write `refund above remaining cap;` in the policy");
  }
  if (auto const done = returns::cap(parts, most); !done) return done;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].gross = parts[i].gross;
    rows[i].tax = parts[i].tax;
  }
  context.outcome.code = "capped";
  context.outcome.message = to_string(Money(sum, currency)) + " was cut down to the " + to_string(Money(most, currency)) + " that were left";
  return {};
}

}  // namespace

Result<void> pay_out(Context& context, OrderMoney& money, Payout payout, Money& paid) {
  auto const currency = money.order.currency;
  paid = Money(0, currency);
  if (payout.rows.empty() && payout.owed == 0) return {};
  bool const exchanged = payout.chosen && payout.tenders.front() == "exchange";
  auto const open = exchanged ? 0 : money.open_on_account();
  // What is owed of earlier refunds is kept back for them.
  if (auto const cut = cut_down(context, payout.rows, money.left() - money.owed() + open, payout.cap); !cut) return cut;
  std::int64_t sum = payout.owed;
  for (auto& row : payout.rows) {
    row.refund = payout.id;
    sum += row.gross - row.fee - row.fee_tax;
  }
  std::vector<ledger::Transfer> group;
  if (!payout.rows.empty()) {
    if (auto const booked = book_parts(context, money, payout, group); !booked) return booked;
  }
  auto const credit = std::clamp<std::int64_t>(sum - payout.owed, 0, open);
  if (credit > 0) {
    take_off_account(context, money, payout, credit, group);
    if (credit == open) context.changes.facts.push_back({money.order.id, {"order.paid_in_full", "true"}});  // nothing is left to pay
  }
  auto payments = money.payments;
  // What pays for another replacement stays where it is: it does not go back by the exchange that paid for this one.
  if (exchanged) std::erase_if(payments, [](returns::Payment const& payment) { return payment.tender == "exchange"; });
  auto placement = returns::place(sum - credit, payout.tenders, payout.chosen, std::move(payments));
  std::size_t number = 0;
  for (auto const& placed : placement.placed) {
    auto const id = placement.placed.size() == 1 ? payout.id : payout.id + "/" + std::to_string(++number);
    trade::PaymentRow row{money.order.id, placed.payment, placed.tender, "refunded", Money(placed.amount, currency), payout.id, {}};
    row.booked = placed.payment.empty() ? std::nullopt : money.booked_share(placed.payment, placed.amount);
    auto legs = finance::paid_back(placed.tender, row.amount);
    if (row.booked) {
      // It came in another currency, and leaves in it at the rate at which it came; what it really takes is told by the provider.
      for (auto& leg : legs) leg.credit = "assets:exchange";
      if (row.booked->amount_minor() > 0) legs.push_back({"assets:exchange", "assets:cash", *row.booked});
    }
    if (placed.tender == "exchange" && !placed.payment.empty()) {
      if (auto const back = through_to_the_first(context, money, placed.amount, payout, group); !back) return back;
    }
    context.add_legs(group, legs, payout.return_id.empty() ? payout.id : payout.return_id);
    money.rows.push_back(row);
    count_payment(money.payments, row);
    if (placed.payment.empty()) count_new_tenders(money.payments, placed.amount);
    context.changes.payments.push_back(std::move(row));
    if (auto const started = start_refund(context, payout, money, placed, id); !started) return started;
  }
  if (auto const booked = context.apply(std::move(group)); !booked) return booked;
  for (auto& row : payout.rows) {
    money.refunds.push_back(row);
    context.changes.refunds.push_back(std::move(row));
  }
  paid = Money(sum - placement.unplaced, currency);
  if (placement.unplaced == 0) return {};
  auto const left = to_string(Money(placement.unplaced, currency));
  return open_exception(context, "refund_unplaced", "finance",
                        {{"exception.order", money.order.id}, {"exception.refund", payout.id}, {"exception.amount", left}},
                        left + " of the refund could go back to no tender");
}

Result<void> take_back_refund(Context& context, store::StoredInstance const& refund) {
  auto const value = [&](std::string_view path) { return std::string(catalog::value_of(refund.attributes, path)); };
  auto const order = value("refund.order");
  auto const amount = parse_money(value("refund.amount"));
  if (order.empty() || !amount) return {};  // one that a host keeps the books of
  auto money = money_of(context, order);
  if (!money) return Unexpected{money.error()};
  context.books_of(money->order);
  trade::PaymentRow row{order, value("refund.payment"), value("refund.tender"), "refund_failed", *amount, refund.subject, {}};
  auto legs = finance::paid_back(row.tender, row.amount);
  // What left in another currency is back in that one.
  for (auto const& sent : money->rows) {
    bool const same = sent.what == "refunded" && sent.payment == row.payment && sent.amount == row.amount && sent.booked &&
                      refund.subject.compare(0, sent.refund.size(), sent.refund) == 0;
    if (same) row.booked = sent.booked;
  }
  if (row.booked && row.booked->currency() != amount->currency()) {
    for (auto& leg : legs) leg.credit = "assets:exchange";
    if (row.booked->amount_minor() > 0) legs.push_back({"assets:exchange", "assets:cash", *row.booked});
  }
  std::vector<ledger::Transfer> group;
  context.add_legs(group, finance::reversed(std::move(legs)), order);
  context.changes.payments.push_back(std::move(row));
  if (auto const booked = context.apply(std::move(group)); !booked) return booked;
  return open_exception(context, "refund_given_up", "finance",
                        {{"exception.order", order}, {"exception.refund", refund.subject}, {"exception.amount", to_string(*amount)}},
                        to_string(*amount) + " did not reach the customer and is owed");
}

}  // namespace bylaw::inline v0::engine
