// What stock costs: at the standard of its item, or by pools of receipts.
#include "engine/valuation.hpp"

#include <algorithm>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/store/refunds.hpp>
#include <bylaw/values/integer.hpp>

#include "engine/postings.hpp"

namespace bylaw::inline v0::engine {

namespace {

using ledger::CostMethod;
using ledger::CostPoolIndex;

constexpr char const* inventory = "assets:inventory";
constexpr char const* layers = "assets:inventory:layers";
constexpr char const* variance = "expenses:cost_variance";

CostMethod method_of(std::string const& word) { return word == "lifo" ? CostMethod::lifo : word == "average" ? CostMethod::average : CostMethod::fifo; }

std::string base_place(std::string const& method, CostPlace const& at) { return method == "specific" ? at.place + "#" + at.lot : at.place; }

/// The key of the pool that units here are costed in. After a change of method the new pool has a name of its own.
ledger::CostPoolKey key_of(ledger::Ledger const& ledger, trade::Item const& item, CostPlace const& at) {
  auto const word = cost_method_of(item);
  ledger::CostPoolKey key{item.sku, base_place(word, at), method_of(word), {}};
  CostPoolIndex known;
  if (ledger.find_pool(key.item, key.place, known) && ledger.pool_key(known).method != key.method) key.place += "/" + word;
  return key;
}

Result<Currency> currency_of(Context const& context, trade::Item const& item, CostPlace const& at, std::optional<Money> const& cost) {
  if (cost) return cost->currency();
  if (auto const pool = pool_of(context.ledger, item, at); pool != ledger::no_pool) {
    return Currency::find(context.ledger.key(context.ledger.pool_key(pool).inventory).unit);
  }
  if (item.unit_cost) return item.unit_cost->currency();
  for (auto const& header : context.book().policy().headers()) {
    if (header.currency.known()) return header.currency;
  }
  return context.refuse("no_cost_currency", "nothing says in which currency `" + item.sku + "` is costed", "give it a `unit_cost`");
}

Result<CostPoolIndex> open_pool(Context& context, trade::Item const& item, CostPlace const& at, Currency currency) {
  auto key = key_of(context.ledger, item, at);
  CostPoolIndex known;
  if (context.ledger.find_pool(key.item, key.place, known)) return known;
  key.inventory = context.books(currency, layers);
  return context.ledger.open_pool(key);
}

/// What units cost here on average; of a pool that is empty, what the last ones did.
ledger::CostRate cost_now(ledger::Ledger const& ledger, CostPoolIndex pool) {
  auto const& here = ledger.cost(pool);
  if (here.quantity <= 0) return ledger.cost_rate(pool);
  ledger::CostRate out;
  out.value = here.value;
  out.quantity = here.quantity;
  return out;
}

Result<Money> at_standard(trade::Item const& item, std::int64_t units) { return multiply(*item.unit_cost, Decimal(units), Rounding::half_even); }

bool is_standard(trade::Item const& item) { return cost_method_of(item) == "standard"; }

ledger::CostMove move_of(Context& context, ledger::CostMoveKind kind, CostPoolIndex pool, std::int64_t units, Currency currency, std::string const& reference) {
  ledger::CostMove move;
  move.kind = kind;
  move.pool = pool;
  move.quantity = units;
  move.variance = context.books(currency, variance);
  move.effective = context.command.at;
  move.reference = reference;
  return move;
}

/// Costs at standard of what is shipped are the policy's where a posting of it books the cost of goods sold.
bool left_to_policy(Context const& context, std::string_view contra) { return contra == "expenses:cogs" && policy_posts(context, "expenses:cogs"); }

Result<void> check_method(Context const& context, trade::Item const& item) {
  constexpr std::string_view methods[] = {"standard", "fifo", "lifo", "average", "specific"};
  auto const word = cost_method_of(item);
  if (std::find(std::begin(methods), std::end(methods), word) != std::end(methods)) return {};
  return context.refuse("unknown_cost_method", "`" + word + "` is no way of costing stock", "write standard, fifo, lifo, average or specific");
}

}  // namespace

std::string cost_method_of(trade::Item const& item) {
  auto const word = catalog::value_of(item.attributes, "item.cost_method");
  return word.empty() ? std::string("standard") : std::string(word);
}

CostPoolIndex pool_of(ledger::Ledger const& ledger, trade::Item const& item, CostPlace const& at) {
  CostPoolIndex found = ledger::no_pool;
  if (is_standard(item)) return found;
  auto const key = key_of(ledger, item, at);
  return ledger.find_pool(key.item, key.place, found) ? found : ledger::no_pool;
}

Result<Currency> cost_currency(Context const& context, trade::Item const& item, CostPlace const& at) { return currency_of(context, item, at, {}); }

Result<void> value_in(Context& context, ledger::Group& event, trade::Item const& item, CostPlace const& at, std::int64_t units,
                      std::optional<Money> const& cost, char const* contra, std::string const& reference) {
  StockBooks const books(context);
  if (auto const known = check_method(context, item); !known) return known;
  if (is_standard(item)) {
    if (!item.unit_cost) return {};
    auto const standard = at_standard(item, units);
    if (!standard) return Unexpected{standard.error()};
    context.add_legs(event.transfers, finance::moved(inventory, contra, *standard), reference);
    if (!cost || cost->currency() != standard->currency()) return {};
    // What was paid beyond the standard is a variance.
    context.add_legs(event.transfers, finance::moved(variance, contra, Money(cost->amount_minor() - standard->amount_minor(), cost->currency())), reference);
    return {};
  }
  auto const currency = currency_of(context, item, at, cost);
  if (!currency) return Unexpected{currency.error()};
  auto const pool = open_pool(context, item, at, *currency);
  if (!pool) return Unexpected{pool.error()};
  auto const& costed_in = context.ledger.key(context.ledger.pool_key(*pool).inventory).unit;
  if (costed_in != currency->code()) {
    return context.refuse("wrong_currency", "`" + item.sku + "` is costed in " + costed_in + " there",
                          "write the cost in " + costed_in + ", at the rate of the day");
  }
  auto move = move_of(context, ledger::CostMoveKind::receive, *pool, units, *currency, reference);
  move.contra = context.books(*currency, contra);
  if (cost) {
    move.value = cost->amount_minor();
  } else if (item.unit_cost && item.unit_cost->currency() == *currency) {
    auto const standard = at_standard(item, units);
    if (!standard) return Unexpected{standard.error()};
    move.value = standard->amount_minor();
  } else if (auto const rate = cost_now(context.ledger, *pool); rate.quantity > 0) {
    // Nobody says what they cost: as much as those that are there, or were there last.
    auto const value = divide_rounded(Int128{rate.value} * units, rate.quantity, Rounding::half_even);
    if (!fits_int64(value)) return failure("overflow", "the stock is worth too much", {}, "check the quantity");
    move.value = static_cast<std::int64_t>(value);
  }
  event.costs.push_back(std::move(move));
  return {};
}

Result<void> value_out(Context& context, ledger::Group& event, trade::Item const& item, CostPlace const& at, std::int64_t units, char const* contra,
                       std::string const& reference, ledger::CostSequence receipt) {
  StockBooks const books(context);
  if (auto const known = check_method(context, item); !known) return known;
  if (is_standard(item)) {
    if (!item.unit_cost || left_to_policy(context, contra)) return {};
    auto const standard = at_standard(item, units);
    if (!standard) return Unexpected{standard.error()};
    context.add_legs(event.transfers, finance::moved(contra, inventory, *standard), reference);
    return {};
  }
  auto const currency = cost_currency(context, item, at);
  if (!currency) return Unexpected{currency.error()};
  auto const pool = open_pool(context, item, at, *currency);
  if (!pool) return Unexpected{pool.error()};
  auto move = move_of(context, ledger::CostMoveKind::issue, *pool, units, *currency, reference);
  move.contra = context.books(*currency, contra);
  move.layer = receipt;
  event.costs.push_back(std::move(move));
  return {};
}

Result<void> value_moved(Context& context, ledger::Group& event, trade::Item const& item, CostPlace const& from, CostPlace const& to, std::int64_t units,
                         std::string const& reference) {
  if (is_standard(item) || (from.place == to.place && from.lot == to.lot)) return {};
  StockBooks const books(context);
  auto const currency = cost_currency(context, item, from);
  if (!currency) return Unexpected{currency.error()};
  auto const source = open_pool(context, item, from, *currency);
  if (!source) return Unexpected{source.error()};
  auto const target = open_pool(context, item, to, *currency);
  if (!target) return Unexpected{target.error()};
  if (*source == *target) return {};
  auto move = move_of(context, ledger::CostMoveKind::transfer, *source, units, *currency, reference);
  move.to = *target;
  event.costs.push_back(std::move(move));
  return {};
}

Result<ledger::CostSequence> find_receipt(Context& context, trade::Item const& item, CostPlace const& at, std::string const& reference,
                                          std::optional<Money> const& unit_cost) {
  auto const pool = pool_of(context.ledger, item, at);
  if (pool == ledger::no_pool) return ledger::CostSequence{};
  for (auto const& layer : context.ledger.cost_layers(pool)) {
    if (layer.quantity == 0) continue;
    if (unit_cost && Int128{unit_cost->amount_minor()} * layer.quantity == layer.value) return ledger::CostSequence(layer.sequence);
    if (unit_cost) continue;
    auto const known = store::Refunds(context.store).is_receipt(layer.sequence, reference);
    if (!known) return Unexpected{known.error()};
    if (*known) return ledger::CostSequence(layer.sequence);
  }
  return ledger::CostSequence{};
}

namespace {

/// Units of an item that the books value as stock: all that lie somewhere, but for those that came back and wait to be looked at.
std::vector<std::pair<CostPlace, std::int64_t>> shelves_of(Context const& context, std::string const& item) {
  std::vector<std::pair<CostPlace, std::int64_t>> out;
  for (auto const account : context.ledger.accounts_of(ledger::AccountKind::quantity, item)) {
    auto const key = context.ledger.key(account);
    auto const posted = context.ledger.balance(account).posted;
    bool const counts = context.ledger.bounds(account).floor == 0 && key.status != "inspection" && key.status != "backorder";
    if (!counts) continue;
    auto const same = std::find_if(out.begin(), out.end(), [&](auto const& shelf) { return shelf.first.place == key.place && shelf.first.lot == key.detail; });
    if (same != out.end()) same->second += posted;
    else out.push_back({{key.place, key.detail}, posted});
  }
  return out;
}

}  // namespace

Result<void> revalue(Context& context, trade::Item const& before, trade::Item const& after) {
  if (auto const known = check_method(context, after); !known) return known;
  StockBooks const books(context);
  auto const reference = context.command.id;
  bool const same_method = cost_method_of(before) == cost_method_of(after);
  ledger::Group event;
  for (auto const& [shelf, units] : shelves_of(context, before.sku)) {
    auto const pool = pool_of(context.ledger, before, shelf);
    if (!same_method && pool != ledger::no_pool && context.ledger.cost(pool).quantity < 0) {
      return context.refuse(
          "cost_debt",
          std::to_string(-context.ledger.cost(pool).quantity) + " of `" + before.sku + "` at `" + shelf.place + "` were sold before they were bought",
          "receive them first, then change the method");
    }
    if (units == 0 && pool == ledger::no_pool) continue;
    if (same_method) {
      bool const changes = is_standard(after) && before.unit_cost && after.unit_cost && before.unit_cost->currency() == after.unit_cost->currency();
      if (!changes) continue;
      auto const was = at_standard(before, units);
      auto const is = at_standard(after, units);
      if (!was || !is) return Unexpected{was ? is.error() : was.error()};
      context.add_legs(event.transfers, finance::moved(inventory, "income:revaluation", Money(is->amount_minor() - was->amount_minor(), is->currency())),
                       reference);
      continue;
    }
    if (!is_standard(before) && !is_standard(after)) {
      auto const currency = cost_currency(context, before, shelf);
      if (!currency) return Unexpected{currency.error()};
      if (pool == ledger::no_pool || context.ledger.cost(pool).quantity == 0) continue;
      auto const to = open_pool(context, after, shelf, *currency);
      if (!to) return Unexpected{to.error()};
      if (pool == *to) continue;
      auto move = move_of(context, ledger::CostMoveKind::transfer, pool, context.ledger.cost(pool).quantity, *currency, reference);
      move.to = *to;
      event.costs.push_back(std::move(move));
      continue;
    }
    // What the old method says goes through an account of its own, so that the difference is seen there.
    auto const costed = pool == ledger::no_pool ? units : context.ledger.cost(pool).quantity;
    if (costed <= 0) continue;
    if (auto const out = value_out(context, event, before, shelf, costed, "income:revaluation", reference); !out) return out;
    if (auto const in = value_in(context, event, after, shelf, costed, {}, "income:revaluation", reference); !in) return in;
  }
  if (event.transfers.empty() && event.costs.empty()) return {};
  ledger::Applied applied;
  return context.apply(std::move(event), applied);
}

}  // namespace bylaw::inline v0::engine
