// What becomes of promises, and taking back what was done.
#include "ledger/apply.hpp"

#include <algorithm>

#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

bool Application::resolve(Transfer& transfer) {
  auto const slot = state_.pendings.find(transfer.target.value);
  bool const posts = transfer.kind == TransferKind::post_pending;
  bool const fact = posts && transfer.force == Force::fact && !replaying_;
  if (slot == no_slot && fact && transfer.debit != no_account && transfer.credit != no_account) {
    transfer.kind = TransferKind::post;  // what has left has left, promised or not
    transfer.target = Sequence{};
    return post(transfer);
  }
  if (slot == no_slot) return refuse_unknown(transfer);
  auto const pending = state_.pendings[slot];
  bool const lapsed = pending.expires() != 0 && now_.value >= pending.expires();
  if (!replaying_ && posts && lapsed && !fact) return refuse("expired", "the reservation has lapsed", transfer.reference, "reserve again");
  if (!replaying_ && transfer.kind == TransferKind::expire && !lapsed) return refuse("not_expired", "the reservation has not lapsed yet", transfer.reference);
  if (posts && transfer.amount <= 0) return refuse("not_positive", "a transfer moves more than zero", transfer.reference);
  if (fact && transfer.amount > pending.amount()) return exceed(transfer, slot);
  if (posts && transfer.amount > pending.amount()) {
    return refuse("above_pending", std::to_string(transfer.amount) + " are more than the " + std::to_string(pending.amount()) + " reserved", transfer.reference,
                  "post at most what is reserved, or say that it is a fact");
  }
  transfer.debit = AccountIndex(pending.debit);
  transfer.credit = AccountIndex(pending.credit);
  if (!posts) transfer.amount = pending.amount();
  if (transfer.reference.empty()) transfer.reference = std::string(state_.pendings.reference(slot));
  if (posts && !check_period(transfer)) return false;
  auto const posted = posts ? transfer.amount : 0;
  auto from = state_.accounts[transfer.debit].balance;
  auto to = state_.accounts[transfer.credit].balance;
  from.pending_out -= pending.amount();
  to.pending_in -= pending.amount();
  from.posted -= posted;  // within range: placing the promise has made sure
  to.posted += posted;
  state_.change(transfer.debit, from);
  state_.change(transfer.credit, to);
  state_.remove_pending(slot);
  return true;
}

bool Application::refuse_unknown(Transfer const& transfer) {
  auto const number = std::to_string(transfer.target.value);
  if (transfer.target > state_.last || transfer.target.value <= 0) {
    return refuse("unknown_pending", "there never was a reservation " + number, transfer.reference, "use the sequence that its receipt gave");
  }
  return refuse("unknown_pending", "reservation " + number + " is not open any more: it was kept, dropped, or has lapsed", transfer.reference,
                "see what happened to it: SELECT * FROM ledger_entry WHERE target = " + number);
}

/// More has left (or come) than was promised: the promise is kept, and the rest is a fact of its own.
bool Application::exceed(Transfer& transfer, std::uint32_t slot) {
  auto kept = transfer;
  kept.amount = state_.pendings[slot].amount();
  transfer.kind = TransferKind::post;
  transfer.debit = AccountIndex(state_.pendings[slot].debit);
  transfer.credit = AccountIndex(state_.pendings[slot].credit);
  if (transfer.reference.empty()) transfer.reference = std::string(state_.pendings.reference(slot));
  transfer.target = Sequence{};
  transfer.amount -= kept.amount;
  return step(kept) && post(transfer);
}

bool Application::reverse(Transfer& transfer) {
  if (replaying_) return post(transfer);
  History::Original original;
  auto const number = std::to_string(transfer.target.value);
  if (history_.transfer == nullptr || !history_.transfer(history_.context, transfer.target, original)) {
    return refuse("unknown_transfer", "there is no transfer " + number, number, "correct the sequence");
  }
  if (!original.posted) return refuse("not_reversible", "transfer " + number + " moved nothing", number, "void the reservation instead");
  bool const again = !reversed_.insert(transfer.target.value).second;
  if (original.reversed || again) return refuse("already_reversed", "transfer " + number + " has been reversed", number, "book a new transfer instead");
  if (transfer.amount > original.amount) {
    return refuse("above_original", std::to_string(transfer.amount) + " are more than the " + std::to_string(original.amount) + " of transfer " + number,
                  number);
  }
  transfer.debit = original.credit;
  transfer.credit = original.debit;
  return post(transfer);
}

}  // namespace bylaw::inline v0::ledger
