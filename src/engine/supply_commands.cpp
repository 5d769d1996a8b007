// Supply: what is to come, that it has left, that it has come. The units are promises of the ledger to the place where they will lie;
// what customers were promised from it stands on an account of its own whose bound is what is still to come.
#include <algorithm>

#include "engine/exceptions.hpp"
#include "engine/movement.hpp"
#include "engine/promise_moves.hpp"
#include "engine/protection.hpp"
#include "engine/replan.hpp"
#include "engine/valuation.hpp"

#include <bylaw/store/supplies.hpp>

namespace bylaw::inline v0::engine {

using trade::SupplyRow;

namespace {

ledger::AccountIndex source_of(Context& context, SupplyRow const& row) {
  if (row.kind != "transfer") return context.outside(row.item, row.kind == "production" ? "production" : "supplier");
  return context.outside(row.item, "in_transit:" + row.from + ">" + row.location);
}

/// Open promises of a supply that bring units to its place (`in`), or take them from where a transfer starts.
std::vector<ledger::Pending> promises_of(Context const& context, SupplyRow const& row, bool in) {
  auto out = context.ledger.pendings_of(supply_reference(row.supply));
  auto const way = "in_transit:" + row.from + ">" + row.location;
  std::erase_if(out, [&](ledger::Pending const& pending) {
    auto const here = context.ledger.key(in ? pending.credit : pending.debit);
    auto const there = context.ledger.key(in ? pending.debit : pending.credit);
    if (here.unit != row.item || here.status != "available" || here.place != (in ? row.location : row.from)) return true;
    return row.kind == "transfer" && there.place != way;
  });
  return out;
}

void drop(std::vector<ledger::Pending> const& promises, std::vector<ledger::Transfer>& group) {
  for (auto const& promise : promises) group.push_back(drop_of(promise));
}

/// Places what is still to come, and how much of it may be promised.
Result<void> put(Context& context, SupplyRow const& row) {
  ledger::Group event;
  drop(promises_of(context, row, true), event.transfers);
  auto const left = row.closed ? 0 : row.ordered - row.received;
  if (left > 0) {
    ledger::Transfer in;
    in.kind = ledger::TransferKind::pending;
    in.debit = source_of(context, row);
    in.credit = context.stock(row.item, row.location, "available");
    in.amount = left;
    in.due = row.due;
    in.reference = supply_reference(row.supply);
    event.transfers.push_back(std::move(in));
  }
  auto const account = context.ledger.open(backorder_key(row.item, row.location, row.supply), {-left, ledger::no_ceiling});
  if (context.ledger.bounds(account).floor != -left) event.bounds.push_back({account, {-left, ledger::no_ceiling}});
  ledger::Applied applied;
  if (auto const done = context.apply(std::move(event), applied); !done) return done;
  context.changes.supplies.push_back(row);
  return {};
}

Result<std::optional<SupplyRow>> line_of(Context& context, std::string const& supply, std::string const& item, std::string const& location) {
  auto const lines = context.supply_lines(supply);
  if (!lines) return Unexpected{lines.error()};
  for (auto const& line : *lines) {
    if (line.item == item && line.location == location) return std::optional(line);
  }
  return std::optional<SupplyRow>{};
}

/// A transfer keeps its units at the place that it leaves, until it has left.
Result<void> hold_at_origin(Context& context, SupplyRow const& row) {
  if (row.kind != "transfer" || row.sent) return {};
  std::vector<ledger::Transfer> group;
  drop(promises_of(context, row, false), group);
  if (!group.empty()) {
    if (auto const dropped = context.apply(std::move(group)); !dropped) return dropped;
  }
  auto left = row.closed ? 0 : row.ordered - row.received;
  Buyer const buyer{supply_reference(row.supply), "", "in_transit:" + row.from + ">" + row.location, nullptr, "", {}};
  std::vector<Promise> promises;
  for (auto const& shelf : shelves_of(context, row.item, row.from, "", "", 0)) {
    auto const units = std::min(left, std::max<std::int64_t>(shelf.free, 0));
    if (units == 0) continue;
    promises.push_back({shelf.account, row.item, row.from, units, row.due, {}, false});
    left -= units;
  }
  if (left > 0) {
    return context.refuse("not_enough_stock", "`" + row.from + "` is " + std::to_string(left) + " of `" + row.item + "` short for this transfer",
                          "ask for less, or from another place");
  }
  return promises.empty() ? Result<void>{} : context.apply(place(context, buyer, promises));
}

}  // namespace

Result<bool> shrink_transfer(Context& context, Replanning& replanning, std::string const& supply, std::string const& item, std::int64_t units) {
  auto lines = context.supply_lines(supply);
  if (!lines) return Unexpected{lines.error()};
  bool found = false;
  for (auto& row : *lines) {
    if (row.kind != "transfer" || row.item != item || row.sent || row.closed || units <= 0) continue;
    found = true;
    auto const lost = std::min(units, row.ordered - row.received);
    units -= lost;
    row.ordered -= lost;
    row.closed = row.ordered == row.received;
    row.cause = "there was less where it starts";
    if (auto const freed = replanning.free_supply(supply, row.location); !freed) return Unexpected{freed.error()};
    if (auto const placed = put(context, row); !placed) return Unexpected{placed.error()};
    context.announce("supply.short", supply, item);
  }
  return found;
}

Result<void> run(Context& context, trade::ExpectSupply const& body) {
  context.outcome.subject = body.supply;
  trade::Item const* item = nullptr;
  if (auto const there = check_place(context, body.item, body.location, item); !there) return there;
  if (!body.from.empty()) {
    if (auto const there = check_place(context, body.item, body.from, item); !there) return there;
  }
  auto known = line_of(context, body.supply, body.item, body.location);
  if (!known) return Unexpected{known.error()};
  SupplyRow row;
  if (*known) {
    row = **known;
    if (row.kind != to_string(body.kind) || row.from != body.from) {
      return context.refuse("supply_differs", "`" + body.supply + "` is a " + row.kind + (row.from.empty() ? "" : " from " + row.from),
                            "give another supply another number");
    }
    if (row.sent && body.quantity != row.ordered) return context.refuse("already_sent", "`" + body.supply + "` has left", "receive what comes");
  }
  if (body.quantity != 0 && body.quantity < row.received) {
    return context.refuse("received_already", std::to_string(row.received) + " units of `" + body.supply + "` have come in", "write at least that");
  }
  auto const due_before = row.due;
  auto const ordered_before = row.ordered;
  row.supply = body.supply;
  row.kind = to_string(body.kind);
  row.item = body.item;
  row.location = body.location;
  row.from = body.from;
  row.ordered = body.quantity == 0 ? row.received : body.quantity;
  row.due = body.quantity == 0 ? row.due : body.due;
  row.tolerance_percent = body.tolerance_percent;
  row.closed = row.ordered == row.received;
  row.cause = body.cause;
  if (auto const held = hold_at_origin(context, row); !held) return held;
  // Whoever stands on it is planned again: with the old date as long as something else can keep it.
  bool const worse = row.closed || (*known && (row.due > due_before || row.ordered < ordered_before));
  Replanning replanning(context, body.item,
                        !body.cause.empty() ? body.cause
                        : row.closed        ? "`" + body.supply + "` does not come"
                                            : "`" + body.supply + "` comes later");
  if (worse) {
    if (auto const freed = replanning.free_supply(body.supply, body.location); !freed) return freed;
  }
  if (auto const placed = put(context, row); !placed) return placed;
  context.outcome.state = row.closed ? "closed" : "expected";
  context.announce("supply." + context.outcome.state, body.supply, body.item);
  return replanning.plan();
}

Result<void> run(Context& context, trade::SendSupply const& body) {
  context.outcome.subject = body.supply;
  auto lines = context.supply_lines(body.supply);
  if (!lines) return Unexpected{lines.error()};
  std::erase_if(*lines, [](SupplyRow const& row) { return row.kind != "transfer" || row.sent || row.closed; });
  if (lines->empty()) return context.refuse("unknown_supply", "there is no transfer `" + body.supply + "` that waits to be sent", "correct the number");
  for (auto& row : *lines) {
    // What is not there any more does not leave, and does not come.
    std::int64_t reserved = 0;
    for (auto const& promise : promises_of(context, row, false)) reserved += promise.amount;
    if (reserved > 0 && reserved < row.ordered - row.received) {
      Replanning replanning(context, row.item, "there was less where `" + body.supply + "` starts");
      auto const shrunk = shrink_transfer(context, replanning, body.supply, row.item, row.ordered - row.received - reserved);
      if (!shrunk) return Unexpected{shrunk.error()};
      if (auto const planned = replanning.plan(); !planned) return planned;
      row.ordered = row.received + reserved;
    }
    std::vector<ledger::Transfer> group;
    for (auto const& promise : promises_of(context, row, false)) group.push_back(keep_of(promise, promise.amount));
    if (group.empty())
      return context.refuse("not_enough_stock", "nothing of `" + body.supply + "` lies reserved at `" + row.from + "`", "send `expect_supply` again");
    if (auto const done = context.apply(std::move(group)); !done) return done;
    row.sent = true;
    context.changes.supplies.push_back(row);
  }
  context.outcome.state = "sent";
  context.announce("supply.sent", body.supply, "sent");
  return {};
}

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
