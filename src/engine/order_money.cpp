// What an order came to, what was paid, and what goes back.
#include "engine/order_money.hpp"

#include <algorithm>

#include <bylaw/returns/amounts.hpp>

namespace bylaw::inline v0::engine {

std::int64_t OrderMoney::captured() const noexcept {
  std::int64_t sum = 0;
  for (auto const& payment : payments) sum += payment.captured;
  return sum;
}

std::int64_t OrderMoney::left() const noexcept {
  std::int64_t sum = 0;
  for (auto const& payment : payments) sum += std::max<std::int64_t>(payment.left, 0);
  return sum;
}

std::int64_t OrderMoney::taken_off() const noexcept {
  std::int64_t sum = 0;
  for (auto const& row : rows) sum += row.what == "credited" ? row.amount.amount_minor() : 0;
  return sum;
}

std::int64_t OrderMoney::credited() const noexcept {
  std::int64_t sum = 0;
  for (auto const& row : refunds) sum += row.gross - row.fee - row.fee_tax;
  return sum;
}

std::int64_t OrderMoney::overpaid_back() const noexcept {
  std::int64_t sum = 0;
  for (auto const& row : refunds) sum += row.kind == overpaid_kind ? row.gross : 0;
  return sum;
}

std::int64_t OrderMoney::overpaid() const noexcept {
  if (!invoiced) return 0;
  return std::max<std::int64_t>(captured() + taken_off() - order.total.amount_minor() - overpaid_back(), 0);
}

std::int64_t OrderMoney::open_on_account() const noexcept {
  if (!invoiced || paid) return 0;
  std::int64_t open = order.total.amount_minor() - (credited() - overpaid_back());
  for (auto const& row : rows) {
    auto const amount = row.amount.amount_minor();
    // A chargeback is a loss of the seller's, and no debt of the customer's in the books.
    if (row.what == "captured" || row.what == "refund_failed") open -= amount;
    if (row.what == "refunded") open += amount;
  }
  return std::max<std::int64_t>(open, 0);
}

std::int64_t OrderMoney::owed() const noexcept {
  auto sum = credited();
  for (auto const& row : rows) {
    if (row.what == "refunded" || row.what == "credited") sum -= row.amount.amount_minor();
    if (row.what == "refund_failed") sum += row.amount.amount_minor();
  }
  return std::max<std::int64_t>(sum, 0);
}

std::size_t OrderMoney::index_of(std::int32_t line) const noexcept {
  return static_cast<std::size_t>(std::find_if(order.lines.begin(), order.lines.end(), [&](trade::Line const& l) { return l.number == line; }) -
                                  order.lines.begin());
}

std::int64_t OrderMoney::units_back(std::int32_t line) const noexcept {
  std::int64_t units = 0;
  for (auto const& row : refunds) units += row.order_line == line ? row.quantity : 0;
  return units;
}

std::int64_t OrderMoney::shipping_total() const noexcept {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < order.lines.size(); ++i) sum += order.lines[i].shipping ? amounts[i].gross.amount_minor() : 0;
  return sum;
}

std::int64_t OrderMoney::shipping_in(std::vector<trade::RefundRow> const& rows) const noexcept {
  std::int64_t sum = 0;
  for (auto const& row : rows) {
    auto const at = index_of(row.order_line);
    bool const of_shipping = row.kind == "shipping" || (at < order.lines.size() && order.lines[at].shipping);
    sum += of_shipping ? row.gross : 0;
  }
  return sum;
}

std::int64_t OrderMoney::shipping_tax(std::int64_t gross) const noexcept {
  std::int64_t tax = 0;
  for (std::size_t i = 0; i < order.lines.size(); ++i) tax += order.lines[i].shipping ? amounts[i].tax.amount_minor() : 0;
  auto const total = shipping_total();
  return total == 0 ? 0 : returns::share(tax, std::min(gross, total), total);
}

std::optional<Money> OrderMoney::booked_share(std::string const& payment, std::int64_t amount) const {
  std::int64_t captured = 0;
  std::int64_t back = 0;
  std::int64_t booked = 0;
  std::int64_t booked_back = 0;
  Currency currency;
  for (auto const& row : rows) {
    if (row.payment != payment || !row.booked || row.booked->currency() == order.currency) continue;
    currency = row.booked->currency();
    if (row.what == "captured") captured += row.amount.amount_minor(), booked += row.booked->amount_minor();
    if (row.what == "refunded") back += row.amount.amount_minor(), booked_back += row.booked->amount_minor();
    if (row.what == "refund_failed") back -= row.amount.amount_minor(), booked_back -= row.booked->amount_minor();
  }
  if (captured == 0) return std::nullopt;
  return Money(returns::share(booked, std::min(back + amount, captured), captured) - booked_back, currency);
}

std::vector<returns::LineState> OrderMoney::states() const {
  std::vector<returns::LineState> out(order.lines.size());
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    auto const& line = order.lines[i];
    auto& state = out[i];
    state.amounts = amounts[i];
    state.stated = line.net.amount_minor();
    state.sold = line.quantity;
    state.back = units_back(line.number);
    state.goods = !line.service;
    for (auto const& row : refunds) {
      if (row.order_line != line.number) continue;
      (row.kind == "goodwill" ? state.given : state.refunded) += row.gross;
      if (row.kind != "goodwill") state.tax_refunded += row.tax;
    }
  }
  // What was paid back as shipping was paid back for the lines that it is charged by.
  std::int64_t shipping = 0;
  for (auto const& row : refunds) shipping += row.kind == "shipping" ? row.gross : 0;
  for (std::size_t i = 0; i < order.lines.size() && shipping > 0; ++i) {
    if (!order.lines[i].shipping) continue;
    auto& state = out[i];
    auto const gross = amounts[i].gross.amount_minor();
    auto const part = std::min(shipping, std::max<std::int64_t>(gross - state.refunded - state.given, 0));
    state.tax_refunded += returns::share(amounts[i].tax.amount_minor(), part, std::max<std::int64_t>(gross, 1));
    state.refunded += part;
    shipping -= part;
  }
  return out;
}

void count_payment(std::vector<returns::Payment>& payments, trade::PaymentRow const& row) {
  // Only what it took in the books' currency; or taken off what is on account.
  if (row.what == "refund_settled" || row.what == "credited") return;
  auto known = std::find_if(payments.begin(), payments.end(), [&](auto const& p) { return p.id == row.payment; });
  if (known == payments.end()) {
    if (row.payment.empty()) return;  // a new store credit or check: nothing was paid by it
    known = payments.insert(payments.end(), {row.payment, row.tender, 0, 0});
  }
  auto const amount = row.amount.amount_minor();
  if (row.what == "captured") known->captured += amount, known->left += amount;
  else if (row.what == "charged_back" || row.what == "refunded") known->left -= amount;
  else known->left += amount;
}

/// Pays back more by new tenders than by the payments it stands for: what is left shrinks all the same, the last payment first.
void count_new_tenders(std::vector<returns::Payment>& payments, std::int64_t amount) {
  for (auto payment = payments.rbegin(); payment != payments.rend() && amount > 0; ++payment) {
    auto const part = std::min(std::max<std::int64_t>(payment->left, 0), amount);
    payment->left -= part;
    amount -= part;
  }
}

Result<std::int64_t> settled_for(Context& context, std::string const& order) {
  auto const payments = store::Refunds(context.store).payments_of(order);
  if (!payments) return Unexpected{payments.error()};
  std::int64_t sum = 0;
  auto const add = [&](trade::PaymentRow const& row) {
    if (row.order == order && (row.what == "captured" || row.what == "credited")) sum += row.amount.amount_minor();
  };
  for (auto const& row : *payments) add(row);
  for (auto const& row : context.changes.payments) add(row);
  return sum;
}

Result<OrderMoney> money_of(Context& context, std::string const& order) {
  OrderMoney out;
  auto stored = context.store.load_order(order);
  if (!stored) return Unexpected{stored.error()};
  bool found = stored->has_value();
  if (found) out.order = std::move((*stored)->order);
  for (auto const& row : context.changes.orders) {
    if (row.order.id == order) out.order = row.order, found = true;
  }
  if (!found) return context.refuse("unknown_order", "there is no order `" + order + "`", "import it first, or correct the id");
  auto amounts = trade::amounts_of(out.order);
  if (!amounts) return Unexpected{amounts.error()};
  out.amounts = std::move(*amounts);
  store::Refunds kept(context.store);
  auto payments = kept.payments_of(order);
  if (!payments) return Unexpected{payments.error()};
  for (auto const& row : context.changes.payments) {
    if (row.order == order) payments->push_back(row);
  }
  auto refunds = kept.refunds_of(order);
  if (!refunds) return Unexpected{refunds.error()};
  out.refunds = std::move(*refunds);
  for (auto const& row : context.changes.refunds) {
    if (row.order == order) out.refunds.push_back(row);
  }
  auto const times = context.store.order_times(order);
  if (!times) return Unexpected{times.error()};
  out.paid = times->paid;
  out.invoiced = times->invoiced;
  auto const where = context.instance(order);
  if (!where) return Unexpected{where.error()};
  out.cancelled = *where && ((*where)->state == "cancelled" || (*where)->state == "rejected");
  for (auto const& fact : context.changes.facts) out.paid = out.paid || (fact.order == order && fact.fact.path == "order.paid_in_full");
  // Stores of earlier versions know that an order was paid, and not by what.
  bool const captured = std::any_of(payments->begin(), payments->end(), [](auto const& row) { return row.what == "captured" || row.what == "credited"; });
  if (out.paid && !captured) out.payments.push_back({order + "/pay", "other", out.order.total.amount_minor(), out.order.total.amount_minor()});
  out.rows = *payments;
  std::int64_t elsewhere = 0;
  for (auto const& row : *payments) {
    count_payment(out.payments, row);
    bool const of_a_new_tender = row.payment.empty() && row.what != "refund_settled" && row.what != "credited";
    if (of_a_new_tender) elsewhere += row.what == "refunded" ? row.amount.amount_minor() : -row.amount.amount_minor();
  }
  count_new_tenders(out.payments, elsewhere);
  return out;
}

}  // namespace bylaw::inline v0::engine
