// Stock that goes back to the vendor, and costs that turn out otherwise.
#include <bylaw/store/refunds.hpp>

#include "engine/valuation.hpp"

namespace bylaw::inline v0::engine {

Result<void> run(Context& context, trade::ReturnToVendor const& body) {
  context.outcome.subject = body.item;
  trade::Item const* item = nullptr;
  if (auto const there = check_place(context, body.item, body.location, item); !there) return there;
  auto const shelf = context.shelf(body.item, body.location, body.lot, body.status);
  auto const free = context.ledger.balance(shelf).available();
  if (free < body.quantity) {
    return context.refuse("not_enough_stock", std::to_string(free) + " of `" + body.item + "` are free there",
                          "what is reserved for somebody stays where it is");
  }
  CostPlace const at{body.location, body.lot};
  if (body.unit_cost) {
    auto const currency = cost_currency(context, *item, at);
    if (!currency) return Unexpected{currency.error()};
    if (*currency != body.unit_cost->currency()) {
      return context.refuse("wrong_currency", "`" + body.item + "` is costed in " + std::string(currency->code()) + " there", "write the cost in it");
    }
  }
  ledger::CostSequence receipt;
  auto const method = cost_method_of(*item);
  bool const apart = method != "average" && method != "standard";
  if (apart && (!body.receipt.empty() || body.unit_cost)) {
    auto const found = find_receipt(context, *item, at, body.receipt, body.unit_cost);
    if (!found) return Unexpected{found.error()};
    if (found->value == 0)
      return context.refuse("unknown_receipt", "no receipt that units are left of is called so, or cost so much", "correct it, or leave it out");
    receipt = *found;
  }
  ledger::Group event;
  ledger::Transfer out;
  out.debit = shelf;
  out.credit = context.outside(body.item, "supplier");
  out.amount = body.quantity;
  auto const reference = body.receipt.empty() ? context.command.id : body.receipt;
  out.reference = reference;
  event.transfers.push_back(std::move(out));
  if (auto const valued = value_out(context, event, *item, at, body.quantity, "liabilities:goods_received", reference, receipt); !valued) return valued;
  std::int64_t worth = 0;
  if (method == "standard" && item->unit_cost) {
    auto const standard = multiply(*item->unit_cost, Decimal(body.quantity), Rounding::half_even);
    if (!standard) return Unexpected{standard.error()};
    worth = standard->amount_minor();
  }
  ledger::Applied applied;
  if (auto const done = context.apply(std::move(event), applied); !done) return done;
  context.announce("stock.returned", body.item, body.location);
  if (apart || !body.unit_cost) return {};
  // What the vendor gives back is more or less than what they are worth in the books: a variance.
  for (auto const& move : applied.costs) worth -= move.value_change;
  auto const credit = multiply(*body.unit_cost, Decimal(body.quantity), Rounding::half_even);
  if (!credit) return Unexpected{credit.error()};
  StockBooks const books(context);
  std::vector<ledger::Transfer> group;
  context.add_legs(group, finance::moved("liabilities:goods_received", "expenses:cost_variance", Money(credit->amount_minor() - worth, credit->currency())),
                   reference);
  return context.apply(std::move(group));
}

namespace {

/// Nothing of it is here any more, or it is at a standard: what it costs more or less is a variance.
Result<void> book_variance(Context& context, trade::AdjustCost const& body) {
  StockBooks const books(context);
  std::vector<ledger::Transfer> group;
  context.add_legs(group, finance::moved("expenses:cost_variance", "liabilities:goods_received", body.amount),
                   body.receipt.empty() ? context.command.id : body.receipt);
  if (auto const done = context.apply(std::move(group)); !done) return done;
  context.announce("stock.revalued", body.item, body.location);
  return {};
}

}  // namespace

Result<void> run(Context& context, trade::AdjustCost const& body) {
  context.outcome.subject = body.item;
  trade::Item const* item = nullptr;
  if (auto const there = check_place(context, body.item, body.location, item); !there) return there;
  StockBooks const books(context);
  auto const method = cost_method_of(*item);
  CostPlace const at{body.location, body.lot};
  auto const pool = pool_of(context.ledger, *item, at);
  if (method == "standard" && item->unit_cost && body.amount.currency() == item->unit_cost->currency()) return book_variance(context, body);
  if (pool == ledger::no_pool) {
    return context.refuse("no_receipts", "`" + body.item + "` is costed by " + method + " and keeps no receipts here",
                          method == "standard" ? "give it a `unit_cost` with `define_item`" : "receive it first, or correct the location");
  }
  auto const currency = cost_currency(context, *item, at);
  if (!currency) return Unexpected{currency.error()};
  if (*currency != body.amount.currency()) {
    return context.refuse("wrong_currency", "`" + body.item + "` is costed in " + std::string(currency->code()) + " there", "write the amount in it");
  }
  if (method == "average" && body.quantity == 0) return context.refuse("no_quantity", "it is not said for how many units it is", "write `quantity`");
  ledger::CostMove move;
  move.kind = ledger::CostMoveKind::late_cost;
  move.pool = pool;
  move.quantity = body.quantity;
  move.value = body.amount.amount_minor();
  if (method != "average") {
    auto const found = find_receipt(context, *item, at, body.receipt, {});
    if (!found) return Unexpected{found.error()};
    if (found->value == 0) {
      auto const gone = store::Refunds(context.store).was_received(pool.value, body.receipt);
      if (!gone) return Unexpected{gone.error()};
      if (*gone) return book_variance(context, body);
      return context.refuse("unknown_receipt", "no receipt of it here is called `" + body.receipt + "`", "correct it");
    }
    move.layer = *found;
  }
  move.contra = context.books(body.amount.currency(), "liabilities:goods_received");
  move.variance = context.books(body.amount.currency(), "expenses:cost_variance");
  move.effective = context.command.at;
  move.reference = body.receipt.empty() ? context.command.id : body.receipt;
  ledger::Group event;
  event.costs.push_back(std::move(move));
  ledger::Applied applied;
  if (auto const done = context.apply(std::move(event), applied); !done) return done;
  context.announce("stock.revalued", body.item, body.location);
  return {};
}

}  // namespace bylaw::inline v0::engine
