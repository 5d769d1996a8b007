// Money that goes back without goods.
#include <algorithm>

#include <bylaw/returns/amounts.hpp>

#include "engine/order_promises.hpp"
#include "engine/refund_order.hpp"

namespace bylaw::inline v0::engine {

namespace {

class DirectRefund {
 public:
  DirectRefund(Context& context, OrderMoney& money, trade::RefundOrder const& body) : context_(context), money_(money), body_(body) {}

  Result<Payout> make() {
    payout_.id = body_.id;
    payout_.reason = body_.reason;
    payout_.tenders = {body_.tender.empty() ? std::string("original_tender") : body_.tender};
    payout_.chosen = !body_.tender.empty();
    auto const& headers = context_.book().policy().headers();
    payout_.cap = !headers.empty() && headers.front().refund_cap;
    bool const recompute = !headers.empty() && headers.front().recompute_discount;
    auto states = money_.states();
    std::vector<std::int32_t> named;
    for (auto const& line : body_.lines) {
      if (std::find(named.begin(), named.end(), line.line) != named.end()) {
        return context_.refuse("line_twice", "line " + std::to_string(line.line) + " is named twice", "add its units up");
      }
      named.push_back(line.line);
      auto const at = money_.index_of(line.line);
      if (at == money_.order.lines.size()) {
        return context_.refuse("unknown_line", "order `" + money_.order.id + "` has no line " + std::to_string(line.line), "correct the number");
      }
      if (auto const good = check_units(line, at); !good) return Unexpected{good.error()};
      states[at].back += line.quantity;
      states[at].now += line.quantity;
    }
    auto const parts = recompute ? returns::parts_recomputed(states, money_.order.discounts) : returns::parts_keeping_shares(states);
    for (auto const& line : body_.lines) {
      auto const at = money_.index_of(line.line);
      auto const left = std::max<std::int64_t>(states[at].amounts.gross.amount_minor() - states[at].refunded - states[at].given, 0);
      auto const given = line.net ? returns::goodwill(money_.amounts[at], line.net->amount_minor(), money_.order.tax_included) : returns::Part{};
      if (given.gross > left && !payout_.cap) {
        return context_.refuse("above_remaining",
                               to_string(Money(given.gross, money_.order.currency)) + " is more than the " + to_string(Money(left, money_.order.currency)) +
                                   " that line " + std::to_string(line.line) + " has left",
                               "pay back less, or write `refund above remaining cap;` in the policy");
      }
      if (line.net) add(at, "goodwill", line.quantity, given, states[at]);
      else add(at, "goods", line.quantity, parts[at], states[at]);
    }
    if (auto const done = add_shipping(); !done) return Unexpected{done.error()};
    if (auto const done = fit_amount(); !done) return Unexpected{done.error()};
    return payout_;
  }

 private:
  Result<void> check_units(trade::CreditLine const& line, std::size_t at) {
    auto const& sold = money_.order.lines[at];
    if (line.net && line.net->currency() != money_.order.currency)
      return context_.refuse("wrong_currency", "the order is in " + std::string(money_.order.currency.code()), "write amounts of it");
    if (line.quantity == 0) return {};
    auto const sale = context_.store.sale_line(money_.order.id, line.line);
    if (!sale) return Unexpected{sale.error()};
    auto const left = *sale ? (*sale)->remaining : 0;
    if (line.quantity > left) {
      return context_.refuse("too_many",
                             "line " + std::to_string(line.line) + ": " + std::to_string(line.quantity) + " units are to be paid back, and " +
                                 std::to_string(left) + " are left that were neither returned nor paid back",
                             "pay back at most so many");
    }
    auto const times = context_.store.order_times(money_.order.id);
    if (!times) return Unexpected{times.error()};
    if (sold.service) return {};
    auto const shipped = shipped_units_of(money_.order);
    if (line.shipped && times->shipped == 0 && shipped.empty()) {
      return context_.refuse("not_shipped", "line " + std::to_string(line.line) + " has not been shipped", "write \"units\": \"unshipped\"");
    }
    auto const unsent = wanted_units(money_.order, shipped, credited_units_of(money_.order));
    if (!line.shipped && line.quantity > unsent.at(sold.item)) {
      return context_.refuse("already_shipped", "not so many of `" + sold.item + "` are still to be sent", "pay back those that have left as \"shipped\"");
    }
    if (!line.shipped && times->shipped != 0) {
      return context_.refuse("already_shipped", "line " + std::to_string(line.line) + " has been shipped",
                             "write \"units\": \"shipped\", or send `request_return`");
    }
    return {};
  }

  void add(std::size_t at, char const* kind, std::int64_t units, returns::Part const& part, returns::LineState const& state) {
    trade::RefundRow row;
    row.order = money_.order.id;
    row.order_line = money_.order.lines[at].number;
    row.kind = kind;
    row.quantity = units;
    row.currency = money_.order.currency;
    // Goodwill is never more than the line has left; of units the parts have seen to that.
    auto const left =
        std::string_view(kind) != "goodwill" ? part.gross : std::max<std::int64_t>(state.amounts.gross.amount_minor() - state.refunded - state.given, 0);
    row.gross = std::min(part.gross, left);
    row.tax = part.gross == 0 ? 0 : returns::share(part.tax, row.gross, part.gross);
    row.discount = part.discount;
    row.reason = body_.reason;
    payout_.rows.push_back(std::move(row));
  }

  Result<void> add_shipping() {
    if (!body_.shipping && !body_.shipping_left) return {};
    auto const before = money_.shipping_refunded() + money_.shipping_in(payout_.rows);
    auto const left = std::max<std::int64_t>(money_.shipping_total() - before, 0);
    auto const gross = body_.shipping_left ? left : body_.shipping->amount_minor();
    if (gross > left) {
      return context_.refuse("shipping_refunded", to_string(Money(left, money_.order.currency)) + " of the shipping are left to pay back",
                             "write less, or \"shipping\": \"all\" for what is left");
    }
    if (gross == 0) return {};
    trade::RefundRow row;
    row.order = money_.order.id;
    row.kind = "shipping";
    row.currency = money_.order.currency;
    row.gross = gross;
    row.tax = money_.shipping_tax(before + gross) - money_.shipping_tax(before);
    row.reason = body_.reason;
    payout_.rows.push_back(std::move(row));
    return {};
  }

  /// An amount in all is what is paid: the parts are cut down to it, and what is beyond them is goodwill.
  Result<void> fit_amount() {
    if (!body_.amount) return {};
    if (body_.amount->currency() != money_.order.currency)
      return context_.refuse("wrong_currency", "the order is in " + std::string(money_.order.currency.code()), "write an amount of it");
    auto const wanted = body_.amount->amount_minor();
    std::vector<returns::Part> parts;
    std::int64_t sum = 0;
    for (auto const& row : payout_.rows) {
      parts.push_back({row.gross, row.tax, row.discount, 0, 0});
      sum += row.gross;
    }
    if (auto const cut = returns::cap(parts, wanted); !cut) return cut;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      payout_.rows[i].gross = parts[i].gross;
      payout_.rows[i].tax = parts[i].tax;
    }
    if (wanted <= sum) return {};
    // What an earlier refund came to and did not reach the customer is paid before anything is given.
    payout_.owed = std::min({wanted - sum, money_.owed(), std::max<std::int64_t>(money_.left(), 0)});
    sum += payout_.owed;
    if (auto const over = std::min(wanted - sum, money_.overpaid()); over > 0) {
      add_unbound(std::string(overpaid_kind), over);
      sum += over;
    }
    if (wanted == sum) return {};
    auto& row = add_unbound("goodwill", wanted - sum);
    std::int64_t tax = 0;
    for (auto const& line : money_.amounts) tax += line.tax.amount_minor();
    if (auto const total = money_.order.total.amount_minor(); total > 0) row.tax = returns::share(tax, std::min(row.gross, total), total);
    return {};
  }

  /// A part that is of no line.
  trade::RefundRow& add_unbound(std::string kind, std::int64_t gross) {
    auto& row = payout_.rows.emplace_back();
    row.order = money_.order.id;
    row.kind = std::move(kind);
    row.currency = money_.order.currency;
    row.gross = gross;
    row.reason = body_.reason;
    return row;
  }

  Context& context_;
  OrderMoney& money_;
  trade::RefundOrder const& body_;
  Payout payout_;
};

}  // namespace

Result<Payout> payout_of(Context& context, OrderMoney& money, trade::RefundOrder const& body) { return DirectRefund(context, money, body).make(); }

namespace {

/// Units that are paid back and not to be sent any more are promised to nobody.
Result<void> give_back_credited(Context& context, OrderSubject& subject, OrderMoney const& money, trade::RefundOrder const& body) {
  bool any = false;
  for (auto const& line : body.lines) {
    auto const& sold = money.order.lines[money.index_of(line.line)];
    if (line.quantity == 0 || line.shipped || sold.service) continue;
    note_credited(context, subject.view, sold.item, line.quantity);
    any = true;
  }
  if (!any || context.ledger.pendings_of(body.order).empty()) return {};
  auto const outcome = context.outcome;
  auto const planned = plan_anew(context, subject, money.order.lines);
  if (!planned) return Unexpected{planned.error()};
  context.outcome = outcome;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  return Flow(context, subject).settle();
}

}  // namespace

Result<void> run(Context& context, trade::RefundOrder const& body) {
  context.outcome.subject = body.order;
  OrderSubject subject;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  if (auto const free = subject.check_blocks(context, "refund"); !free) return free;
  if (auto const free = check_free_id(context, body.id); !free) return free;
  auto money = money_of(context, body.order);
  if (!money) return Unexpected{money.error()};
  if (money->captured() == 0 && money->open_on_account() == 0) {
    return context.refuse("not_paid", "order `" + body.order + "` is not paid, so there is nothing to pay back", "record the payment first");
  }
  auto payout = payout_of(context, *money, body);
  if (!payout) return Unexpected{payout.error()};
  if (auto const given = give_back_credited(context, subject, *money, body); !given) return given;
  Money paid;
  if (auto const done = pay_out(context, *money, std::move(*payout), paid); !done) return done;
  if (context.outcome.message.empty()) context.outcome.message = "paid back " + to_string(paid);
  context.announce("order.refunded", body.order, subject.instance.stored.state);
  return {};
}

}  // namespace bylaw::inline v0::engine
