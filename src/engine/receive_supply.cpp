// Supply that comes in: at its price, by its lots, and what does not come.
#include <algorithm>

#include <bylaw/store/supplies.hpp>

#include "engine/exceptions.hpp"
#include "engine/movement.hpp"
#include "engine/protection.hpp"
#include "engine/replan.hpp"
#include "engine/supply_lines.hpp"
#include "engine/valuation.hpp"

namespace bylaw::inline v0::engine {

using trade::SupplyRow;

namespace {

void add_receipt(Context& context, trade::ReceiveSupply const& body, SupplyRow const& row, std::string const& lot, std::int64_t units, ledger::Group& event) {
  event.transfers.push_back(movement(source_of(context, row), context.shelf(body.item, body.location, lot), units, body.supply));
}

Result<void> take_in(Context& context, trade::ReceiveSupply const& body, SupplyRow const& row, trade::Item const& item, ledger::Group& event) {
  if (!body.lot.empty()) event.lots.push_back(context.lot(body.item, body.lot, body.removal, body.expires));
  add_receipt(context, body, row, body.lot, body.quantity, event);
  std::optional<Money> cost;
  if (body.unit_cost) {
    auto const all = multiply(*body.unit_cost, Decimal(body.quantity), Rounding::half_even);
    if (!all) return Unexpected{all.error()};
    cost = *all;
  }
  return value_in(context, event, item, {body.location, body.lot}, body.quantity, cost, "liabilities:goods_received", body.supply);
}

/// Lots of a transfer that have been sent and have not come. Most items have none: nothing is looked for then.
Result<std::vector<store::Supplies::SentLot>> lots_on_the_way(Context& context, SupplyRow const& row) {
  auto const accounts = context.ledger.accounts_of(ledger::AccountKind::quantity, row.item);
  bool const lotted = std::any_of(accounts.begin(), accounts.end(), [&](auto const account) {
    auto const key = context.ledger.key(account);
    return key.place == row.from && !key.detail.empty() && !is_backorder(key);
  });
  if (!lotted) return std::vector<store::Supplies::SentLot>{};
  return store::Supplies(context.store).lots_on_the_way(supply_reference(row.supply), row.supply, row.item, row.from, row.location);
}

/// What was sent of a lot comes as that lot, said or not: whoever recalls it later finds all of it.
Result<void> take_transfer(Context& context, trade::ReceiveSupply const& body, SupplyRow const& row, trade::Item const& item, ledger::Group& event) {
  if (body.unit_cost) {
    return context.refuse("not_for_transfers", "a transfer keeps the cost that its units have", "leave `unit_cost` out, or send `adjust_cost`");
  }
  auto sent = lots_on_the_way(context, row);
  if (!sent) return Unexpected{sent.error()};
  auto left = body.quantity;
  auto const take = [&](std::string const& lot, std::int64_t units) -> Result<void> {
    left -= units;
    add_receipt(context, body, row, lot, units, event);
    return value_moved(context, event, item, {row.from, lot}, {body.location, lot}, units, body.supply);
  };
  if (!body.lot.empty()) {
    event.lots.push_back(context.lot(body.item, body.lot, body.removal, body.expires));
    auto const as_sent = std::find_if(sent->begin(), sent->end(), [&](auto const& one) { return one.lot == body.lot; });
    if (!sent->empty() && (as_sent == sent->end() || as_sent->units < body.quantity)) {
      auto const told = open_exception(context, "wrong_lot", "warehouse_lead",
                                       {{"exception.supply", body.supply},
                                        {"exception.item", body.item},
                                        {"exception.location", body.location},
                                        {"exception.lot", body.lot},
                                        {"exception.units", std::to_string(body.quantity)}},
                                       std::to_string(body.quantity) + " of `" + body.item + "` came as lot " + body.lot + ", and so many of it were not sent");
      if (!told) return told;
    }
    return take(body.lot, body.quantity);
  }
  for (auto const& one : *sent) {
    auto const units = std::min(left, one.units);
    if (units <= 0) continue;
    if (auto const taken = take(one.lot, units); !taken) return taken;
  }
  return left > 0 ? take("", left) : Result<void>{};
}

/// What was sent and will not come is gone, at its cost, and a person finds out where.
Result<void> lose_transfer(Context& context, trade::ReceiveSupply const& body, SupplyRow const& row, trade::Item const& item) {
  auto const units = row.ordered - row.received - body.quantity;
  auto const sent = lots_on_the_way(context, row);
  if (!sent) return Unexpected{sent.error()};
  ledger::Group event;
  event.transfers.push_back(movement(source_of(context, row), context.outside(body.item, "adjustment"), units, body.supply));
  auto left = units;
  auto const lose = [&](std::string const& lot, std::int64_t part) {
    left -= part;
    return value_out(context, event, item, {row.from, lot}, part, "expenses:shrinkage", body.supply);
  };
  for (auto const& one : *sent) {
    auto const part = std::min(left, one.units);
    if (part <= 0) continue;
    if (auto const valued = lose(one.lot, part); !valued) return valued;
  }
  if (left > 0) {
    if (auto const valued = lose("", left); !valued) return valued;
  }
  ledger::Applied applied;
  if (auto const done = context.apply(std::move(event), applied); !done) return done;
  return open_exception(
      context, "transfer_short", "warehouse_lead",
      {{"exception.supply", body.supply}, {"exception.item", body.item}, {"exception.location", body.location}, {"exception.units", std::to_string(units)}},
      std::to_string(units) + " of `" + body.item + "` left `" + row.from + "` and did not come");
}

}  // namespace

Result<void> run(Context& context, trade::ReceiveSupply const& body) {
  context.outcome.subject = body.supply;
  trade::Item const* item = nullptr;
  if (auto const there = check_place(context, body.item, body.location, item); !there) return there;
  auto const known = line_of(context, body.supply, body.item, body.location);
  if (!known) return Unexpected{known.error()};
  if (!*known)
    return context.refuse("unknown_supply", "`" + body.supply + "` brings no `" + body.item + "` to `" + body.location + "`", "send `expect_supply` first");
  auto row = **known;
  if (row.closed) return context.refuse("supply_closed", "nothing more of `" + body.supply + "` is expected", "send `expect_supply` with a higher quantity");
  if (row.kind == "transfer" && !row.sent)
    return context.refuse("not_sent", "`" + body.supply + "` has not left `" + row.from + "`", "send `send_supply` first");
  auto const most = static_cast<std::int64_t>(Int128{row.ordered} * (100 + row.tolerance_percent) / 100);
  if (body.quantity > most - row.received) {
    return context.refuse(
        "above_tolerance",
        std::to_string(row.received + body.quantity) + " would have come of " + std::to_string(row.ordered) + ", and " + std::to_string(most) + " is the most",
        "send the rest back, receive it with `receive_stock`, or raise what is expected");
  }
  // First whoever stands on it lets go, then it comes, and then they are promised what lies there.
  Replanning replanning(context, body.item, "`" + body.supply + "` came");
  if (auto const freed = replanning.free_supply(body.supply, body.location); !freed) return freed;
  ledger::Group event;
  drop(promises_of(context, row, true), event.transfers);
  if (!event.transfers.empty()) {
    ledger::Applied dropped;
    if (auto const done = context.apply(std::move(event), dropped); !done) return done;
    event = {};
  }
  if (body.quantity > 0) {
    auto const taken = row.kind == "transfer" ? take_transfer(context, body, row, *item, event) : take_in(context, body, row, *item, event);
    if (!taken) return taken;
    ledger::Applied applied;
    if (auto const done = context.apply(std::move(event), applied); !done) return done;
  }
  bool const over = body.complete && row.received + body.quantity < row.ordered;
  if (over && row.kind == "transfer") {
    if (auto const lost = lose_transfer(context, body, row, *item); !lost) return lost;
  }
  row.received += body.quantity;
  row.closed = body.complete || row.received >= row.ordered;
  row.cause = body.complete && row.received < row.ordered ? "nothing more comes" : "";
  if (auto const placed = put(context, row); !placed) return placed;
  context.outcome.state = row.closed ? "received" : "partly_received";
  context.announce("supply." + context.outcome.state, body.supply, body.item);
  if (auto const planned = replanning.plan(); !planned) return planned;
  return set_reserves(context, *item, body.location, Occasion::receipt);
}

}  // namespace bylaw::inline v0::engine
