// Stock that moves between places and statuses, lots that are called back, counts of many shelves.
#include <algorithm>

#include <bylaw/store/supplies.hpp>

#include "engine/promise_moves.hpp"
#include "engine/protection.hpp"
#include "engine/replan.hpp"
#include "engine/shipments.hpp"
#include "engine/valuation.hpp"
#include "engine/movement.hpp"

namespace bylaw::inline v0::engine {

namespace {

constexpr std::string_view statuses[] = {"available", "inspection", "quarantine", "refurbish", "damaged", "staged"};

}  // namespace

Result<void> run(Context& context, trade::MoveStock const& body) {
  context.outcome.subject = body.item;
  trade::Item const* item = nullptr;
  if (auto const there = check_place(context, body.item, body.from, item); !there) return there;
  if (auto const there = check_place(context, body.item, body.to, item); !there) return there;
  bool const scrapped = body.to_status == trade::status_scrap;
  for (auto const* status : {&body.from_status, &body.to_status}) {
    if (scrapped && status == &body.to_status) continue;
    if (std::find(std::begin(statuses), std::end(statuses), *status) == std::end(statuses))
      return context.refuse("unknown_status", "`" + *status + "` is no status of stock",
                            "write available, inspection, quarantine, refurbish, damaged or staged; or move it to scrap");
  }
  if (scrapped && body.from_status == "inspection") {
    return context.refuse("to_inspect", "units of a return wait there to be looked at", "send `inspect_return`, whose rule says what is scrapped");
  }
  auto const from = context.shelf(body.item, body.from, body.lot, body.from_status);
  auto const to = scrapped ? context.outside(body.item, "scrap") : context.shelf(body.item, body.to, body.lot, body.to_status);
  auto const free = context.ledger.balance(from).available();
  if (free < body.quantity) {
    return context.refuse("not_enough_stock", std::to_string(free) + " of `" + body.item + "` are free there",
                          "what is reserved for somebody stays where it is");
  }
  ledger::Group event;
  event.transfers.push_back(movement(from, to, body.quantity, context.command.id));
  CostPlace const here{body.from, body.lot};
  auto const valued = scrapped ? value_out(context, event, *item, here, body.quantity, "expenses:write_off", context.command.id)
                               : value_moved(context, event, *item, here, {body.to, body.lot}, body.quantity, context.command.id);
  if (!valued) return valued;
  ledger::Applied applied;
  if (auto const moved = context.apply(std::move(event), applied); !moved) return moved;
  context.announce(scrapped ? "stock.scrapped" : "stock.moved", body.item, body.to);
  if (body.to_status != "available") return {};
  Replanning replanning(context, body.item, "stock was moved");
  return replanning.plan();
}

Result<void> run(Context& context, trade::RecallLot const& body) {
  context.outcome.subject = body.item;
  auto const item = context.store.load_item(body.item, context.command.at);
  if (!item) return Unexpected{item.error()};
  if (!*item) return context.refuse("unknown_item", "there is no item `" + body.item + "`", "correct the SKU");
  ledger::Lot known;
  if (!context.ledger.lot(body.item, body.lot, known)) {
    return context.refuse("unknown_lot", "there is no lot `" + body.lot + "` of `" + body.item + "`", "correct the lot");
  }
  Replanning replanning(context, body.item, "lot `" + body.lot + "` is recalled");
  std::int64_t units = 0;
  std::vector<std::string> in_parcels;
  // From every status and every channel's reserve into quarantine; whoever was promised it is promised something else.
  for (auto const account : context.ledger.accounts_of(ledger::AccountKind::quantity, body.item)) {
    auto const key = context.ledger.key(account);
    if (key.detail != body.lot || context.ledger.bounds(account).floor == ledger::no_floor || key.status == "quarantine" || is_backorder(key)) continue;
    for (auto const& pending : context.ledger.pendings_of(ledger::AccountKind::quantity, body.item)) {
      if (pending.debit != account) continue;
      auto const picked = is_picked(context, pending.reference, body.item, key.place);
      if (!picked) return Unexpected{picked.error()};
      if (*picked) in_parcels.push_back(pending.reference);
      replanning.add(pending.reference, pending.amount);
      if (auto const gone = context.apply({drop_of(pending)}); !gone) return gone;
    }
    auto const there = context.ledger.balance(account).posted;
    if (there <= 0) continue;
    units += there;
    auto const aside = context.shelf(body.item, key.place, body.lot, "quarantine");
    if (auto const moved = context.apply({movement(account, aside, there, context.command.id)}); !moved) return moved;
  }
  for (auto const& id : in_parcels) {
    if (auto const held = hold_for_recall(context, id, body.item, body.lot); !held) return held;
  }
  auto const shipped = store::Supplies(context.store).shipped_lot(body.item, body.lot);
  if (!shipped) return Unexpected{shipped.error()};
  for (auto const& order : *shipped) context.announce("order.recalled", order, body.item + " lot " + body.lot);
  context.outcome.message = std::to_string(units) + " units set aside, " + std::to_string(in_parcels.size()) + " parcels stopped, " +
                            std::to_string(shipped->size()) + " orders were shipped the lot; see `bylaw report lot_out`";
  // Whatever of it turns up later is not promised either, until somebody lifts the stop.
  trade::StopRow stop;
  stop.name = recall_stop(body.item, body.lot);
  stop.what = "lot";
  stop.target = body.lot;
  stop.blocks = "allocate";
  stop.reason = "RECALL";
  stop.text = "recalled";
  auto const stopped = context.store.stop(stop.name);
  if (!stopped) return Unexpected{stopped.error()};
  if (!*stopped || (*stopped)->lifted) context.changes.stops.push_back(std::move(stop));
  context.announce("stock.recalled", body.item, body.lot);
  return replanning.plan();
}

Result<void> run(Context& context, trade::PostCount const& body) {
  context.outcome.subject = body.sheet;
  // First the whole sheet is looked at: a shelf that has moved since makes it stale, and nothing of it is posted.
  for (auto const& row : body.rows) {
    trade::Item const* item = nullptr;
    if (auto const there = check_place(context, row.item, row.location, item); !there) return there;
    auto const now = counted_here(context, row.item, row.location, row.lot);
    if (!row.counted || now == row.expected) continue;
    return context.refuse(
        "sheet_stale",
        "`" + row.item + "` at `" + row.location + "` was " + std::to_string(row.expected) + " on the sheet and is " + std::to_string(now) + " now",
        "print the sheet again, and count this shelf again");
  }
  std::int64_t adjusted = 0;
  std::int64_t open = 0;
  for (auto const& row : body.rows) {
    if (!row.counted) ++open;
    if (!row.counted || *row.counted == row.expected) continue;
    ++adjusted;
    trade::ObserveStock seen{trade::Observation::counted, row.item, row.location, *row.counted, "", row.expected, body.reason, body.note};
    seen.lot = row.lot;
    if (auto const posted = run(context, seen); !posted) return posted;
  }
  context.outcome.subject = body.sheet;
  context.outcome.state.clear();
  context.outcome.code = adjusted == 0 ? "as_expected" : "ok";
  context.outcome.message = std::to_string(adjusted) + " shelves adjusted, " + std::to_string(open) + " not counted";
  return {};
}

}  // namespace bylaw::inline v0::engine
