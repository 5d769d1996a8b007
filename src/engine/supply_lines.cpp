// Lines of supplies in the ledger.
#include "engine/supply_lines.hpp"

#include <algorithm>

#include "engine/promise_moves.hpp"
#include "engine/sourcing.hpp"
#include "engine/stockroom.hpp"

namespace bylaw::inline v0::engine {

using trade::SupplyRow;

ledger::AccountIndex source_of(Context& context, SupplyRow const& row) {
  if (row.kind != "transfer") return context.outside(row.item, row.kind == "production" ? "production" : "supplier");
  return context.outside(row.item, "in_transit:" + row.from + ">" + row.location);
}

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

}  // namespace bylaw::inline v0::engine
