// What has happened is booked, whatever the bounds say: promises yield first, then the discrepancy account.
#include <algorithm>

#include "ledger/apply.hpp"

namespace bylaw::inline v0::ledger {

AccountKey discrepancy_of(AccountKey key) {
  if (key.kind == AccountKind::money) {
    key.status = "discrepancy";
  } else {
    key.place = "discrepancy";
    key.status = "virtual";
  }
  key.detail.clear();
  key.owner.clear();
  key.pool.clear();
  return key;
}

/// Makes room for a fact on both sides. What was not there comes from the discrepancy account; what has no room where it is
/// said to lie (a serial number that is somewhere else already) goes to it.
bool Application::settle_fact(Transfer& transfer) {
  auto room = room_below(transfer.debit);
  if (transfer.amount > room) {
    if (!drop_promises(transfer.debit, false, transfer.amount - room)) return false;
    room = room_below(transfer.debit);
  }
  auto fits = transfer.amount;
  if (state_.accounts.bounds(transfer.credit).ceiling != no_ceiling) {
    auto const over = transfer.amount - room_above(transfer.credit);
    if (over > 0 && !drop_promises(transfer.credit, true, over)) return false;
    if (!drop_serial_promises(transfer.credit)) return false;
    fits = is_elsewhere(transfer) ? 0 : std::min(fits, std::max<std::int64_t>(room_above(transfer.credit), 0));
  }
  auto const there = std::min(transfer.amount, std::max<std::int64_t>(room, 0));
  if (there == transfer.amount && fits == transfer.amount) return true;
  state_.need_names();
  auto const discrepancy = state_.open(discrepancy_of(state_.accounts.key(transfer.debit)), unbounded);
  auto const moved = std::min(there, fits);
  auto const drawn = transfer.debit == discrepancy || transfer.credit == discrepancy ? 0 : fits - moved;
  auto const sent = transfer.debit == discrepancy || transfer.credit == discrepancy ? 0 : there - moved;
  out_.discrepancy += drawn + sent;
  if (moved == 0 && drawn == 0) {
    transfer.credit = discrepancy;
    transfer.amount = sent;
    return true;
  }
  if (sent > 0 && !step(part_of(transfer, transfer.debit, discrepancy, sent))) return false;
  if (moved > 0 && drawn > 0 && !step(part_of(transfer, discrepancy, transfer.credit, drawn))) return false;
  if (moved == 0) transfer.debit = discrepancy;
  transfer.amount = moved > 0 ? moved : drawn;
  return true;
}

/// A leg of its own for what a fact could not move from or to where it was said.
Transfer Application::part_of(Transfer const& fact, AccountIndex debit, AccountIndex credit, std::int64_t amount) {
  auto part = fact;
  part.kind = TransferKind::post;
  part.force = Force::none;
  part.target = Sequence{};
  part.debit = debit;
  part.credit = credit;
  part.amount = amount;
  return part;
}

/// Takes `missing` units from a promise: it is dropped, and what is left of it is promised anew with the same dates.
bool Application::drop(std::uint32_t slot, std::int64_t missing) {
  auto const pending = state_.pendings.pending(slot);
  auto const lost = std::min(missing, pending.amount);
  Transfer dropped;
  dropped.kind = TransferKind::void_pending;
  dropped.force = Force::fact;
  dropped.target = pending.sequence;
  if (!step(dropped)) return false;
  out_.shortages.push_back({pending.sequence, lost, {}, pending.reference});
  if (lost == pending.amount) return true;
  Transfer rest;
  rest.kind = TransferKind::pending;
  rest.force = Force::fact;
  rest.debit = pending.debit;
  rest.credit = pending.credit;
  rest.amount = pending.amount - lost;
  rest.target = pending.sequence;
  rest.due = pending.due;
  rest.expires = pending.expires;
  rest.reference = pending.reference;
  renewing_ = true;
  bool const placed = step(rest);
  renewing_ = false;
  out_.shortages.back().rest = state_.last;
  return placed;
}

/// Takes from promises that take from the account (or bring to it): those that the policy named, in its order, then the
/// youngest.
bool Application::drop_promises(AccountIndex account, bool incoming, std::int64_t missing) {
  auto const concerns = [&](PendingRecord const& pending) { return (incoming ? pending.credit : pending.debit) == account.value; };
  std::vector<std::int64_t> order;
  for (auto slot = state_.pendings.first_of_unit(state_.accounts[account].unit()); slot != no_slot; slot = state_.pendings[slot].next_of_unit) {
    if (concerns(state_.pendings[slot])) order.push_back(state_.pendings[slot].sequence());
  }
  std::sort(order.begin(), order.end());
  for (auto named = group_.yields.rbegin(); named != group_.yields.rend(); ++named) order.push_back(named->value);
  for (; missing > 0 && !order.empty(); order.pop_back()) {
    auto const slot = state_.pendings.find(order.back());
    if (slot == no_slot || !concerns(state_.pendings[slot])) continue;
    auto const amount = state_.pendings[slot].amount();
    if (!drop(slot, missing)) return false;
    missing -= amount;
  }
  return true;
}

/// A serial number that has turned up here will not come to another place: promises of that are dropped.
bool Application::drop_serial_promises(AccountIndex account) {
  if (!is_serial(account) || !lies_elsewhere(account)) return true;
  auto const& accounts = state_.accounts;
  std::vector<std::int64_t> open;
  for (auto slot = state_.pendings.first_of_unit(accounts[account].unit()); slot != no_slot; slot = state_.pendings[slot].next_of_unit) {
    AccountIndex const other(state_.pendings[slot].credit);
    bool const same = accounts[other].unit_and_kind == accounts[account].unit_and_kind && accounts.name(other).detail == accounts.name(account).detail;
    if (same && other != account && accounts.bounds(other).ceiling == 1) open.push_back(state_.pendings[slot].sequence());
  }
  std::sort(open.begin(), open.end());
  for (; !open.empty(); open.pop_back()) {
    if (!drop(state_.pendings.find(open.back()), INT64_MAX)) return false;
  }
  return true;
}

}  // namespace bylaw::inline v0::ledger
