// Supply: what is to come, and that it has left. The units are promises of the ledger to the place where they will lie;
// what customers were promised from it stands on an account of its own whose bound is what is still to come.
#include <algorithm>

#include "engine/promise_moves.hpp"
#include "engine/replan.hpp"
#include "engine/supply_lines.hpp"

namespace bylaw::inline v0::engine {

using trade::SupplyRow;

namespace {

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

}  // namespace bylaw::inline v0::engine
