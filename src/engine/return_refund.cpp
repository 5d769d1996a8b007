// What a return pays back, and when.
#include <algorithm>
#include <map>

#include <bylaw/returns/amounts.hpp>

#include "engine/order_money.hpp"
#include "engine/return_subject.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// Units that were found in one condition, or (before anybody looked) all of them.
struct Group {
  std::int64_t units = 0;
  std::string condition;
  std::optional<Money> value_loss;
};

/// What is due for one line of a return.
struct Due {
  trade::ReturnLineRow const* row = nullptr;
  policy::ReturnDecision decision;
  std::int64_t units = 0;    ///< now
  std::int64_t advance = 0;  ///< minor units, before any unit is accepted
  std::int64_t paid = 0;     ///< units, earlier
  std::int64_t fee = 0;      ///< minor units, for these units
  std::int64_t fee_tax = 0;
};

/// Fees of a line over groups of its units: those that follow what units are worth add up, up to what they would be for all units; those
/// that do not are charged once; losses of value add up; those per unit are for every unit.
class LineFees {
 public:
  void add(std::vector<policy::Fee> const& of_group, std::vector<policy::Fee> const& of_whole, std::int64_t units, bool bears_return_fee) {
    for (auto const& fee : of_group) {
      if (fee.per == "return" && !bears_return_fee) continue;
      auto const whole = std::find_if(of_whole.begin(), of_whole.end(), [&](policy::Fee const& f) { return f.name == fee.name; });
      auto const amount = fee.amount.amount_minor();
      auto& sum = sums_[fee.name];
      sum.taxed = fee.taxed;
      if (fee.per == "unit") sum.added += amount * units;
      else if (fee.per == "return") sum.once = std::max(sum.once, amount);
      else if (fee.deduction || whole == of_whole.end()) sum.added += amount;
      else if (whole->amount == fee.amount) sum.once = std::max(sum.once, amount);
      else sum.scaled += amount, sum.most = std::max(sum.most, whole->amount.amount_minor());
    }
  }
  [[nodiscard]] std::int64_t total(bool taxed_only) const {
    std::int64_t out = 0;
    for (auto const& [name, sum] : sums_) {
      if (!taxed_only || sum.taxed) out += sum.added + std::max(sum.once, std::min(sum.scaled, sum.most));
    }
    return out;
  }

 private:
  struct Sum {
    std::int64_t added = 0;
    std::int64_t once = 0;
    std::int64_t scaled = 0;
    std::int64_t most = 0;
    bool taxed = false;
  };
  std::map<std::string, Sum> sums_;
};

class Refunding {
 public:
  Refunding(Context& context, ReturnSubject& subject) : context_(context), subject_(subject) {}

  Result<void> run() {
    std::map<std::pair<std::string, std::int32_t>, std::vector<Due>> by_order;
    for (auto const& row : subject_.stored.lines) {
      if (!ReturnSubject::counts(row)) continue;
      auto due = find_due(row);
      if (!due) return Unexpected{due.error()};
      // Lines of different rules go by the terms of each.
      if (due->units > 0 || due->advance > 0) by_order[{row.line.order, due->decision.rule}].push_back(std::move(*due));
    }
    if (by_order.empty()) {
      return context_.refuse("nothing_due", "nothing of `" + subject_.stored.request.id + "` is to be paid back now",
                             "receive and inspect the goods first, as the policy's `pay` says");
    }
    for (auto& [key, dues] : by_order) {
      if (auto const paid = pay(key.first, dues); !paid) return paid;
    }
    return {};
  }

 private:
  Result<OrderMoney*> money(std::string const& order) {
    auto const known = money_.find(order);
    if (known != money_.end()) return &known->second;
    auto made = money_of(context_, order);
    if (!made) return Unexpected{made.error()};
    return &money_.emplace(order, std::move(*made)).first->second;
  }

  /// Units that the policy's `pay` makes due where the return is now, without those that are exchanged.
  std::int64_t due_units(trade::ReturnLineRow const& row, policy::ReturnDecision const& decision, ReturnCounts const& count) const {
    auto const& state = subject_.instance.stored.state;
    auto const announced = row.line.quantity;
    bool const sent = state != "authorized";
    std::int64_t units = 0;
    if (decision.keep_item || decision.pay_at == "approval") units = announced - count.rejected;
    else if (row.line.service) units = announced;
    else if (decision.pay_at == "carrier_scan" || decision.pay_at == "proof_of_dispatch") units = sent ? announced - count.rejected : 0;
    else if (decision.pay_at == "receipt") units = count.received - count.rejected;
    else units = count.accepted;
    return units - count.exchanged;
  }

  /// Accepted units by what was found, then those that nobody has looked at.
  std::vector<Group> groups(trade::ReturnLineRow const& row, std::int64_t units) const {
    std::vector<Group> out;
    for (auto const& move : subject_.moves) {
      if (move.line != row.line.number || move.what != "accepted" || units == 0) continue;
      auto const part = std::min(move.quantity, units);
      units -= part;
      std::optional<Money> loss;
      if (move.amount_minor != 0) loss = Money(returns::share(move.amount_minor, part, move.quantity), subject_.stored.request.currency);
      auto const same = std::find_if(out.begin(), out.end(), [&](Group const& g) { return g.condition == move.condition && !g.value_loss && !loss; });
      if (same != out.end()) same->units += part;
      else out.push_back({part, move.condition, loss});
    }
    if (units > 0) out.push_back({units, {}, {}});
    return out;
  }

  Result<Due> find_due(trade::ReturnLineRow const& row) {
    auto const account = money(row.line.order);
    if (!account) return Unexpected{account.error()};
    Due due;
    due.row = &row;
    due.paid = subject_.refunded((*account)->refunds, row.line.number);
    ReturnedLine line;
    if (auto const looked = line.look(context_, subject_.stored.request, row); !looked) return Unexpected{looked.error()};
    auto const count = subject_.count(row.line.number);
    auto const before = (*account)->units_back(row.line.order_line) - due.paid;
    auto const ask = [&](Group const& group, std::int64_t after) {
      line.ask({group.units, before + after, group.condition, group.value_loss});
      return line.decide(*context_.version, context_.command.at);
    };
    auto const first = ask({row.line.quantity, {}, {}}, 0);
    if (!first) return Unexpected{first.error()};
    due.decision = *first;
    auto units = due_units(row, due.decision, count);
    if (auto const settled = std::max<std::int64_t>(count.accepted - count.exchanged, 0); due.decision.pay_limited && units > settled) {
      // So much at this event, the rest at acceptance.
      line.ask({units, before, {}, {}});
      auto const most = std::min(due.decision.pay_up_to.amount_minor(), line.facts.amounts.gross.amount_minor());
      if (settled <= due.paid) due.advance = std::max<std::int64_t>(most - advanced(**account, row.line.number), 0);
      units = settled;
    }
    if (units <= due.paid) return due;
    due.units = units - due.paid;
    auto const bears = first_of_return(row.line.number);
    if (!bears) return Unexpected{bears.error()};
    bool const bears_return_fee = *bears;
    std::int64_t fee = 0;
    std::int64_t fee_tax = 0;
    std::int64_t after = 0;
    LineFees fees;
    for (auto const& group : groups(row, units)) {
      // What a fee is for these units, and what it would be were all of them so: one that is the same for both is charged once.
      auto const whole = ask({units, group.condition, group.value_loss}, 0);
      auto const decided = ask(group, after);
      if (!whole || !decided) return Unexpected{whole ? decided.error() : whole.error()};
      fees.add(decided->fees, whole->fees, group.units, bears_return_fee);
      after += group.units;
      due.decision = *decided;
    }
    line.ask({units, before, {}, {}});
    auto const gross = line.facts.amounts.gross.amount_minor();
    auto const net = line.facts.amounts.net().amount_minor();
    fee = std::min(fees.total(false), gross);
    if (net > 0) {
      auto const taxed = std::min(fees.total(true), gross);
      fee_tax = static_cast<std::int64_t>(divide_rounded(Int128{taxed} * line.facts.amounts.tax.amount_minor(), net, Rounding::half_up));
    }
    for (auto const& part : (*account)->refunds) {
      if (part.return_id != subject_.stored.request.id || part.return_line != row.line.number) continue;
      fee -= part.fee;
      fee_tax -= part.fee_tax;
    }
    due.fee = std::max<std::int64_t>(fee, 0);
    due.fee_tax = std::max<std::int64_t>(fee_tax, 0);
    return due;
  }

  /// What was paid for a line before any of its units was accepted.
  std::int64_t advanced(OrderMoney const& money, std::int32_t line) const {
    std::int64_t sum = 0;
    for (auto const& part : money.refunds) {
      bool const mine = part.return_id == subject_.stored.request.id && part.return_line == line;
      if (mine && part.kind == "goods") sum += part.gross;
    }
    return sum;
  }

  /// A fee per return is borne by the line that is paid back first, of whichever order it is.
  Result<bool> first_of_return(std::int32_t line) {
    for (auto const& row : subject_.stored.lines) {
      if (!ReturnSubject::counts(row)) continue;
      auto const account = money(row.line.order);
      if (!account) return Unexpected{account.error()};
      for (auto const& part : (*account)->refunds) {
        if (part.return_id == subject_.stored.request.id && part.return_line != 0) return part.return_line == line;
      }
    }
    if (bearer_ == 0) bearer_ = line;
    return bearer_ == line;
  }

  Result<void> pay(std::string const& order, std::vector<Due> const& dues) {
    auto const found = money(order);
    if (!found) return Unexpected{found.error()};
    auto& account = **found;
    context_.books_of(account.order);
    bool const free = std::all_of(dues.begin(), dues.end(),
                                  [&](Due const& due) { return account.amounts[account.index_of(due.row->line.order_line)].gross.amount_minor() == 0; });
    if (account.captured() == 0 && account.open_on_account() == 0 && !free) {
      return context_.refuse("not_paid", "order `" + order + "` is not paid, so there is nothing to pay back",
                             "record the payment first, or cancel the return");
    }
    auto states = account.states();
    for (auto const& due : dues) {
      auto& state = states[account.index_of(due.row->line.order_line)];
      state.back += due.units;
      state.now += due.units;
    }
    auto const& terms = dues.front().decision;
    auto const& header = header_of(terms);
    auto const parts = header.recompute_discount ? returns::parts_recomputed(states, account.order.discounts) : returns::parts_keeping_shares(states);
    Payout payout;
    payout.return_id = subject_.stored.request.id;
    payout.id = refund_id();
    payout.cap = header.refund_cap;
    choose_tenders(terms, payout);
    for (std::size_t i = 0; i < parts.size(); ++i) add_rows(account, dues, parts[i], i, payout);
    add_shipping(account, dues, payout);
    for (auto const& due : dues) payout.reason = payout.reason.empty() ? due.row->line.reason : payout.reason;
    auto const units_before = account.refunds.size();
    Money paid;
    if (auto const done = pay_out(context_, account, std::move(payout), paid); !done) return done;
    for (auto const& due : dues) {
      if (auto const counted = count(account, units_before, due); !counted) return counted;
    }
    return {};
  }

  policy::Header const& header_of(policy::ReturnDecision const& decision) const {
    auto const& policy = context_.book().policy();
    auto const rule = decision.rule < 0 ? 0 : policy.returns()[static_cast<std::size_t>(decision.rule)].info.header;
    return policy.headers()[rule];
  }

  std::string refund_id() const {
    auto const first = subject_.stored.request.id + "/refund";
    std::size_t number = 1;
    auto const taken = [&](std::string const& id) {
      auto const in = [&](auto const& rows) { return std::any_of(rows.begin(), rows.end(), [&](trade::RefundRow const& row) { return row.refund == id; }); };
      bool known = in(context_.changes.refunds);
      for (auto const& [order, money] : money_) known = known || in(money.refunds);
      return known;
    };
    auto id = first;
    while (taken(id)) id = first + "-" + std::to_string(++number);
    return id;
  }

  void choose_tenders(policy::ReturnDecision const& terms, Payout& payout) const {
    payout.tenders = terms.tenders;
    if (terms.tenders_by_choice) {
      auto const& wanted = subject_.stored.request.tender;
      bool const offered = std::find(terms.tenders.begin(), terms.tenders.end(), wanted) != terms.tenders.end();
      payout.chosen = true;
      payout.tenders = {offered ? wanted : terms.tenders.front()};
    }
    if (payout.tenders.empty()) payout.tenders = {"original_tender"};
    bool const limited = terms.credit_valid.amount != 0 || terms.credit_valid.months != 0;
    if (limited) payout.valid_until = context_.book().policy().due(0, context_.command.at, terms.credit_valid).value;
  }

  /// The part of a line of the order, shared among the lines of the return that are of it.
  void add_rows(OrderMoney const& account, std::vector<Due> const& dues, returns::Part part, std::size_t index, Payout& payout) const {
    auto const number = account.order.lines[index].number;
    std::int64_t units = 0;
    for (auto const& due : dues) units += due.row->line.order_line == number ? due.units : 0;
    std::int64_t done = 0;
    for (auto const& due : dues) {
      if (due.row->line.order_line != number) continue;
      if (due.units == 0) {
        auto advance = row_of(account, due, due.advance);
        advance.tax =
            returns::share(account.amounts[index].tax.amount_minor(), due.advance, std::max<std::int64_t>(account.amounts[index].gross.amount_minor(), 1));
        payout.rows.push_back(std::move(advance));
        continue;
      }
      auto const share = [&](std::int64_t whole) { return returns::share(whole, done + due.units, units) - returns::share(whole, done, units); };
      auto row = row_of(account, due, share(part.gross));
      row.tax = share(part.tax);
      row.discount = share(part.discount);
      row.fee = std::min(due.fee, row.gross);
      row.fee_tax = std::min(due.fee_tax, row.gross - row.fee);
      payout.rows.push_back(std::move(row));
      done += due.units;
    }
  }

  trade::RefundRow row_of(OrderMoney const& account, Due const& due, std::int64_t gross) const {
    trade::RefundRow row;
    row.order = account.order.id;
    row.order_line = due.row->line.order_line;
    row.return_id = subject_.stored.request.id;
    row.return_line = due.row->line.number;
    row.kind = "goods";
    row.quantity = due.units;
    row.currency = account.order.currency;
    row.gross = gross;
    row.reason = due.row->line.reason;
    return row;
  }

  /// Shipping goes back once per order, with the first line whose rule says so.
  void add_shipping(OrderMoney const& account, std::vector<Due> const& dues, Payout& payout) const {
    std::int64_t most = 0;
    for (auto const& due : dues) {
      if (!due.decision.refund_shipping) continue;
      most = std::max(most, due.decision.shipping_limited ? due.decision.shipping_up_to.amount_minor() : INT64_MAX);
    }
    auto const before = account.shipping_refunded() + account.shipping_in(payout.rows);
    auto const gross = std::min(most, account.shipping_total()) - before;
    if (gross <= 0) return;
    trade::RefundRow row;
    row.order = account.order.id;
    row.return_id = subject_.stored.request.id;
    row.kind = "shipping";
    row.currency = account.order.currency;
    row.gross = gross;
    row.tax = account.shipping_tax(before + gross) - account.shipping_tax(before);
    payout.rows.push_back(std::move(row));
  }

  /// What is paid back counts in the measures over refunds.
  Result<void> count(OrderMoney const& account, std::size_t from, Due const& due) {
    if (context_.book().policy().measures().empty()) return {};
    std::int64_t minor = 0;
    for (auto i = from; i < account.refunds.size(); ++i) {
      auto const& row = account.refunds[i];
      if (row.return_line == due.row->line.number) minor += row.gross - row.fee - row.fee_tax;
    }
    OrderView view;
    view.stored.order = account.order;
    view.facts.order = &view.stored.order;
    view.facts.items.assign(view.stored.order.lines.size(), nullptr);
    auto const id = subject_.stored.request.id + "#" + std::to_string(due.row->line.number) + (due.paid == 0 ? "" : "/" + std::to_string(due.paid));
    return add_refund_to_measures(context_, view, Money(minor, account.order.currency), due.row->line.reason, id);
  }

  Context& context_;
  ReturnSubject& subject_;
  std::map<std::string, OrderMoney> money_;
  std::int32_t bearer_ = 0;
};

}  // namespace

Result<void> ReturnSubject::refund(Context& context) { return Refunding(context, *this).run(); }

}  // namespace bylaw::inline v0::engine
