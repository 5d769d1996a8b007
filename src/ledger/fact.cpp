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
    drop_promises(transfer.debit, transfer.amount - room);
    room = room_below(transfer.debit);
  }
  bool const too_little = transfer.amount > room;
  auto const ceiling = state_.accounts.bounds(transfer.credit).ceiling;
  bool too_much = ceiling != no_ceiling && transfer.amount > room_above(transfer.credit);
  if (ceiling == 1 && !too_much) {
    state_.need_names();
    too_much = state_.accounts.name(transfer.credit).detail != 0 && elsewhere(transfer);
  }
  if (!too_little && !too_much) return true;
  state_.need_names();
  auto const discrepancy = state_.open(discrepancy_of(state_.accounts.key(transfer.debit)), unbounded);
  if (discrepancy == transfer.debit || discrepancy == transfer.credit) return true;
  if (too_much) {
    transfer.credit = discrepancy;
    out_.discrepancy += transfer.amount;
  }
  if (!too_little) return true;
  auto const missing = transfer.amount - std::max<std::int64_t>(room, 0);
  if (too_much) {  // from nowhere to nowhere: only what was there moves
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

/// Drops whole promises: those that the policy named, in its order, then the youngest.
void Application::drop_promises(AccountIndex account, std::int64_t missing) {
  for (auto const sequence : group_.yields) {
    auto const slot = state_.pendings.find(sequence.value);
    if (missing <= 0) return;
    if (slot == no_slot || state_.pendings[slot].debit != account.value) continue;
    missing -= state_.pendings[slot].amount();
    drop(slot);
  }
  std::vector<std::int64_t> open;
  for (auto slot = state_.pendings.first_of_unit(state_.accounts[account].unit()); slot != no_slot; slot = state_.pendings[slot].next_of_unit) {
    if (state_.pendings[slot].debit == account.value) open.push_back(state_.pendings[slot].sequence());
  }
  std::sort(open.begin(), open.end());
  for (; missing > 0 && !open.empty(); open.pop_back()) {
    auto const slot = state_.pendings.find(open.back());
    missing -= state_.pendings[slot].amount();
    drop(slot);
  }
}

}  // namespace bylaw::inline v0::ledger
