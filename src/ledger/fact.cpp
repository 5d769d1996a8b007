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

/// Makes room for a fact on both sides. What was not there comes from the discrepancy account; what cannot lie where
/// it is said to lie (a serial number that is somewhere else already) goes to it.
bool Application::settle_fact(Transfer& transfer) {
  auto room = room_below(transfer.debit);
  if (transfer.amount > room) {
    drop_promises(transfer.debit, false, transfer.amount - room);
    room = room_below(transfer.debit);
  }
  bool const too_little = transfer.amount > room;
  bool too_much = false;
  if (state_.accounts.bounds(transfer.credit).ceiling != no_ceiling) {
    if (transfer.amount > room_above(transfer.credit)) drop_promises(transfer.credit, true, transfer.amount - room_above(transfer.credit));
    drop_serial_promises(transfer.credit);
    too_much = transfer.amount > room_above(transfer.credit) || is_elsewhere(transfer);
  }
  if (!too_little && !too_much) return true;
  state_.need_names();
  auto const discrepancy = state_.open(discrepancy_of(state_.accounts.key(transfer.debit)), unbounded);
  if (too_much && transfer.debit == discrepancy) {
    transfer.amount = 0;  // from nowhere to nowhere
    return true;
  }
  if (too_much) {
    transfer.credit = discrepancy;
    out_.discrepancy += transfer.amount;
  }
  if (!too_little) return true;
  auto const missing = transfer.amount - std::max<std::int64_t>(room, 0);
  if (transfer.credit == discrepancy) {  // only what was there moves
    transfer.amount -= missing;
    return true;
  }
  out_.discrepancy += missing;
  if (missing == transfer.amount) {
    transfer.debit = discrepancy;
    return true;
  }
  Transfer drawn = transfer;
  drawn.kind = TransferKind::post;
  drawn.target = Sequence{};
  drawn.debit = discrepancy;
  drawn.amount = missing;
  drawn.force = Force::none;
  transfer.amount -= missing;
  return step(drawn);
}

void Application::drop(std::uint32_t slot) {
  auto const pending = state_.pendings.pending(slot);
  out_.shortages.push_back({pending.sequence, pending.amount, pending.reference});
  Transfer transfer;
  transfer.kind = TransferKind::void_pending;
  transfer.force = Force::fact;
  transfer.target = pending.sequence;
  transfer.effective = now_;
  (void)step(transfer);  // an open promise can always be dropped
}

/// Drops whole promises that take from the account (or bring to it): those that the policy named, in its order, then the
/// youngest.
void Application::drop_promises(AccountIndex account, bool incoming, std::int64_t missing) {
  auto const concerns = [&](PendingRecord const& pending) { return (incoming ? pending.credit : pending.debit) == account.value; };
  for (auto const sequence : group_.yields) {
    auto const slot = state_.pendings.find(sequence.value);
    if (missing <= 0) return;
    if (slot == no_slot || !concerns(state_.pendings[slot])) continue;
    missing -= state_.pendings[slot].amount();
    drop(slot);
  }
  std::vector<std::int64_t> open;
  for (auto slot = state_.pendings.first_of_unit(state_.accounts[account].unit()); slot != no_slot; slot = state_.pendings[slot].next_of_unit) {
    if (concerns(state_.pendings[slot])) open.push_back(state_.pendings[slot].sequence());
  }
  std::sort(open.begin(), open.end());
  for (; missing > 0 && !open.empty(); open.pop_back()) {
    auto const slot = state_.pendings.find(open.back());
    missing -= state_.pendings[slot].amount();
    drop(slot);
  }
}

/// A serial number that has turned up here will not come to another place: promises of that are dropped.
void Application::drop_serial_promises(AccountIndex account) {
  if (!is_serial(account)) return;
  auto const& accounts = state_.accounts;
  std::vector<std::int64_t> open;
  for (auto slot = state_.pendings.first_of_unit(accounts[account].unit()); slot != no_slot; slot = state_.pendings[slot].next_of_unit) {
    AccountIndex const other(state_.pendings[slot].credit);
    bool const same = accounts[other].unit_and_kind == accounts[account].unit_and_kind && accounts.name(other).detail == accounts.name(account).detail;
    if (same && other != account && accounts.bounds(other).ceiling == 1) open.push_back(state_.pendings[slot].sequence());
  }
  std::sort(open.begin(), open.end());
  for (; !open.empty(); open.pop_back()) drop(state_.pendings.find(open.back()));
}

}  // namespace bylaw::inline v0::ledger
