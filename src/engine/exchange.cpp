// Units that are replaced instead of paid back.
#include <algorithm>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/returns/amounts.hpp>

#include "engine/order_money.hpp"
#include "engine/return_subject.hpp"

namespace bylaw::inline v0::engine {

namespace {

class Exchange {
 public:
  Exchange(Context& context, ReturnSubject& subject, trade::ReturnLineRow const& row, trade::ExchangeReturn const& body)
      : context_(context), subject_(subject), row_(row), body_(body) {}

  Result<void> make() {
    if (auto const free = check_free_id(context_, body_.order); !free) return free;
    auto money = money_of(context_, row_.line.order);
    if (!money) return Unexpected{money.error()};
    ReturnedLine line;
    if (auto const looked = line.look(context_, subject_.stored.request, row_); !looked) return looked;
    if (auto const allowed = check_policy(line); !allowed) return allowed;
    auto const before = money->units_back(row_.line.order_line);
    line.ask({body_.quantity, before, {}, {}});
    // What was given for the line before is not paid twice.
    auto const states = money->states();
    auto const& state = states[money->index_of(row_.line.order_line)];
    auto const left = std::max<std::int64_t>(state.amounts.gross.amount_minor() - state.refunded - state.given, 0);
    auto const worth = line.facts.amounts.gross;
    Money const value(std::min(worth.amount_minor(), left), worth.currency());
    auto const price = body_.price ? *body_.price : worth;
    if (price.currency() != value.currency())
      return context_.refuse("wrong_currency", "the order is in " + std::string(value.currency().code()), "write the price in it");
    auto const more = price.amount_minor() - value.amount_minor();
    if (more > 0 && !body_.charge_accepted) {
      return context_.refuse("charge_not_accepted", "`" + body_.item + "` costs " + to_string(Money(more, price.currency())) + " more than what comes back",
                             "ask the customer, and send `charge_accepted`");
    }
    context_.books_of(money->order);
    if (auto const moved = move_value(*money, line, std::min(value.amount_minor(), price.amount_minor())); !moved) return moved;
    if (more < 0) {
      if (auto const paid = pay_difference(*money, -more); !paid) return paid;
    }
    subject_.note(context_, {{}, row_.line.number, "exchanged", body_.quantity, row_.line.item, {}, body_.order, {}, {}, 0, 0});
    return sell(money->order, line, price, std::min(value.amount_minor(), price.amount_minor()));
  }

  /// The replacement came back, or was never sent: what was moved to its order moves back, and the units can be paid back.
  Result<void> undo() {
    auto const count = subject_.count(row_.line.number);
    auto const* made = last_exchange();
    if (made == nullptr || count.exchanged < body_.quantity) {
      return context_.refuse("not_exchanged", "line " + std::to_string(row_.line.number) + " has no exchange of so many units",
                             "correct the line or the quantity");
    }
    auto const other = context_.instance(made->lot);
    if (!other) return Unexpected{other.error()};
    bool const over = *other && ((*other)->state == "cancelled" || (*other)->state == "rejected");
    if (!over)
      return context_.refuse("exchange_open", "the order `" + made->lot + "` of the exchange is " + (*other ? (*other)->state : "not there"),
                             "cancel it first");
    auto money = money_of(context_, row_.line.order);
    if (!money) return Unexpected{money.error()};
    context_.books_of(money->order);
    std::vector<ledger::Transfer> group;
    trade::RefundRow back;
    for (auto const& row : money->refunds) {
      if (row.kind == "exchange" && row.return_id == subject_.stored.request.id && row.return_line == row_.line.number && row.quantity > 0) back = row;
    }
    auto const amount = Money(back.gross, back.currency);
    auto const replaced = money_of(context_, made->lot);
    if (!replaced) return Unexpected{replaced.error()};
    auto const held = std::find_if(replaced->payments.begin(), replaced->payments.end(), [&](auto const& p) { return p.id == made->lot + "/exchange"; });
    if (held == replaced->payments.end() || held->left < back.gross) {
      return context_.refuse("above_remaining", "some of what paid for `" + made->lot + "` was paid back already", "leave it as it is");
    }
    Money const none(0, back.currency);
    auto const credit = finance::credited(false, Money(back.gross - back.tax, back.currency), Money(back.tax, back.currency), none, none);
    context_.add_legs(group, finance::reversed(credit), subject_.stored.request.id);
    context_.add_legs(group, finance::reversed(finance::paid_back("exchange", amount)), subject_.stored.request.id);
    context_.add_legs(group, finance::reversed(finance::paid("exchange", amount)), made->lot);
    context_.changes.payments.push_back({money->order.id, "", "exchange", "refund_failed", amount, back.refund, {}});
    context_.changes.payments.push_back({made->lot, made->lot + "/exchange", "exchange", "refunded", amount, back.refund, {}});
    for (auto* figure : {&back.quantity, &back.gross, &back.tax, &back.discount}) *figure = -*figure;
    context_.changes.refunds.push_back(std::move(back));
    subject_.note(context_, {{}, row_.line.number, "unexchanged", body_.quantity, row_.line.item, {}, made->lot, {}, {}, 0, 0});
    return context_.apply(std::move(group));
  }

 private:
  trade::ReturnMoveRow const* last_exchange() const {
    trade::ReturnMoveRow const* out = nullptr;
    for (auto const& move : subject_.moves) {
      if (move.line == row_.line.number && move.what == "exchanged") out = &move;
    }
    return out;
  }

  Result<void> check_policy(ReturnedLine const& line) {
    auto const count = subject_.count(row_.line.number);
    auto const refunds = store::Refunds(context_.store).refunds_of(row_.line.order);
    if (!refunds) return Unexpected{refunds.error()};
    auto const left = row_.line.quantity - count.exchanged - count.rejected - subject_.refunded(*refunds, row_.line.number);
    if (body_.quantity > left) {
      return context_.refuse("too_many", std::to_string(left) + " units of line " + std::to_string(row_.line.number) + " can be exchanged",
                             "write at most so many");
    }
    auto const decision = line.decide(*context_.version, context_.command.at);
    if (!decision) return Unexpected{decision.error()};
    if (decision->exchange.empty())
      return context_.refuse("not_exchangeable", "the policy exchanges nothing here", "pay it back, or add `exchange` to the rule");
    if (decision->exchange_once && last_exchange() != nullptr) return context_.refuse("exchanged_before", "it was exchanged once", "pay it back");
    if (body_.item == row_.line.item) return {};
    auto const other = context_.store.load_item(body_.item, context_.command.at);
    if (!other) return Unexpected{other.error()};
    if (!*other) return context_.refuse("unknown_item", "there is no item `" + body_.item + "`", "define it first");
    auto const product_of = [](trade::Item const& item) { return std::string(catalog::value_of(item.attributes, "item.product")); };
    bool const same = line.item && !product_of(*line.item).empty() && product_of(*line.item) == product_of(**other);
    if (decision->exchange == "product" && same) return {};
    return context_.refuse("not_exchangeable", "`" + body_.item + "` is not the same " + decision->exchange, "send the same, or pay it back");
  }

  /// What the units were worth pays for the replacement: nothing goes back for them.
  Result<void> move_value(OrderMoney& money, ReturnedLine const& line, std::int64_t amount) {
    Payout payout;
    payout.id = subject_.stored.request.id + "/exchange/" + body_.order;
    payout.return_id = subject_.stored.request.id;
    payout.tenders = {"exchange"};
    payout.chosen = true;
    auto const& amounts = line.facts.amounts;
    trade::RefundRow row = part(money, "exchange", body_.quantity, amount);
    row.tax = returns::share(amounts.tax.amount_minor(), amount, std::max<std::int64_t>(amounts.gross.amount_minor(), 1));
    row.discount = amounts.discount.amount_minor();
    payout.rows.push_back(std::move(row));
    Money paid;
    return pay_out(context_, money, std::move(payout), paid);
  }

  Result<void> pay_difference(OrderMoney& money, std::int64_t amount) {
    Payout payout;
    payout.id = subject_.stored.request.id + "/difference/" + body_.order;
    payout.return_id = subject_.stored.request.id;
    payout.tenders = {"original_tender"};
    auto row = part(money, "exchange", 0, amount);
    auto const& amounts = money.amounts[money.index_of(row_.line.order_line)];
    row.tax = returns::share(amounts.tax.amount_minor(), amount, std::max<std::int64_t>(amounts.gross.amount_minor(), 1));
    payout.rows.push_back(std::move(row));
    Money paid;
    return pay_out(context_, money, std::move(payout), paid);
  }

  trade::RefundRow part(OrderMoney const& money, char const* kind, std::int64_t units, std::int64_t gross) const {
    trade::RefundRow row;
    row.order = money.order.id;
    row.order_line = row_.line.order_line;
    row.return_id = subject_.stored.request.id;
    row.return_line = row_.line.number;
    row.kind = kind;
    row.quantity = units;
    row.currency = money.order.currency;
    row.gross = gross;
    row.reason = row_.line.reason;
    return row;
  }

  /// The order that the replacement is sent by, with the tax rate of what it replaces, paid by what came back.
  Result<void> sell(trade::Order const& old, ReturnedLine const& line, Money price, std::int64_t covered) {
    trade::Order order;
    order.id = body_.order;
    order.source = old.source;
    order.channel = old.channel;
    order.placed = context_.command.at;
    order.currency = old.currency;
    order.customer = old.customer;
    order.ship_to = old.ship_to;
    order.company = old.company;
    order.tax_included = true;
    order.total = price;
    auto const& amounts = line.facts.amounts;
    trade::Line sold;
    sold.number = 1;
    sold.item = body_.item;
    sold.quantity = body_.quantity;
    sold.net = price;
    sold.tax = Money(0, price.currency());
    if (auto const gross = amounts.gross.amount_minor(); gross > 0)
      sold.tax = Money(static_cast<std::int64_t>(divide_rounded(Int128{price.amount_minor()} * amounts.tax.amount_minor(), gross, Rounding::half_up)),
                       price.currency());
    order.lines.push_back(std::move(sold));
    order.attributes.push_back({"order.exchange_of", subject_.stored.request.id});
    order.attributes.push_back({std::string(exchange_for_path), old.id});
    auto const outcome = context_.outcome;
    if (auto const imported = run(context_, trade::ImportOrder{std::move(order)}); !imported) return imported;
    context_.outcome = outcome;
    context_.outcome.message = "`" + body_.order + "` replaces it";
    if (covered == 0) return {};
    Money const paid(covered, price.currency());
    context_.changes.payments.push_back({body_.order, body_.order + "/exchange", "exchange", "captured", paid, {}, {}});
    if (paid == price) context_.changes.facts.push_back({body_.order, {"order.paid_in_full", "true"}});
    std::vector<ledger::Transfer> group;
    context_.add_legs(group, finance::paid("exchange", paid), body_.order);
    return context_.apply(std::move(group));
  }

  Context& context_;
  ReturnSubject& subject_;
  trade::ReturnLineRow const& row_;
  trade::ExchangeReturn const& body_;
};

}  // namespace

Result<void> run(Context& context, trade::ExchangeReturn const& body) {
  context.outcome.subject = body.id;
  ReturnSubject subject;
  if (auto const loaded = subject.load(context, body.id); !loaded) return loaded;
  auto const& state = subject.stored.state;
  context.outcome.state = context.state_before = state;
  if (subject.instance.stored.closed || state == "requested" || state == "in_review") {
    return context.refuse("wrong_state", "`" + body.id + "` is " + state, "nothing of it can be exchanged");
  }
  auto const* row = subject.find(body.line);
  if (row == nullptr || !ReturnSubject::counts(*row)) {
    return context.refuse("unknown_line", "the return has no line " + std::to_string(body.line) + " that was authorized", "correct the number");
  }
  Exchange exchange(context, subject, *row, body);
  if (auto const done = body.undo ? exchange.undo() : exchange.make(); !done) return done;
  context.announce(body.undo ? "return.unexchanged" : "return.exchanged", body.id, state);
  return subject.accrue(context);
}

}  // namespace bylaw::inline v0::engine
