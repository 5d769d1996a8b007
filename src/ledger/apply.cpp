// Groups, step by step: promises and movements that can be refused.
#include "ledger/apply.hpp"

#include <algorithm>

#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

bool Application::run() {
  state_.undo.push_back({UndoStep::Kind::sequences, 0, {state_.last.value, state_.last_cost.value, 0}});
  auto const too_many = [&] { return out_.entries.size() > group_transfers_max; };
  if (group_.transfers.size() > group_transfers_max) return refuse_size();
  for (auto const& change : group_.bounds) {
    if (!change_bounds(change)) return false;
  }
  for (std::size_t i = 0; i < group_.transfers.size(); ++i) {
    if (step(group_.transfers[i])) {
      note_sequence(i);
      continue;
    }
    if (group_.transfers.size() > 1) error_.place += (error_.place.empty() ? "transfer " : ", transfer ") + std::to_string(i + 1) + " of the group";
    return false;
  }
  for (auto const& move : group_.costs) {
    if (!move_cost(move)) return false;
  }
  if (too_many()) return refuse_size();
  for (auto const& period : group_.closes) {
    if (!close(period)) return false;
  }
  for (auto const& lot : group_.lots) {
    if (lot.item.empty() || lot.lot.empty()) return refuse("unnamed_lot", "a lot has an item and a name");
    if (lot.item.size() > name_bytes_max || lot.lot.size() > name_bytes_max) return refuse("name_too_long", "a name has at most 1,000 bytes");
    state_.lots.set(lot);
    state_.undo.push_back({UndoStep::Kind::lot, 0, {}});
  }
  return true;
}

/// Remembers where each transfer was booked as soon as it is not one after the other any more.
void Application::note_sequence(std::size_t i) {
  auto const first = out_.entries.empty() ? state_.last.value + 1 : out_.entries.front().sequence.value;
  bool const moved = state_.last != before_;
  bool const plain = moved && state_.last.value == first + static_cast<std::int64_t>(i);
  before_ = state_.last;
  if (plain && out_.sequences.empty()) return;
  for (auto next = out_.sequences.size(); next < i; ++next) out_.sequences.emplace_back(first + static_cast<std::int64_t>(next));
  out_.sequences.push_back(moved ? state_.last : Sequence{});
}

bool Application::step(Transfer const& asked) {
  if (asked.reference.size() > reference_bytes_max) {
    return refuse("reference_too_long", "a reference has at most " + std::to_string(reference_bytes_max) + " bytes");
  }
  if (asked.force > Force::fact) return refuse("unknown_kind", "this force is not known", asked.reference);
  // A fact books others before itself, so it cannot be worked on where it will be recorded.
  if (replaying_ || asked.force == Force::fact) {
    auto transfer = asked;
    if (transfer.effective.value == 0 && !replaying_) transfer.effective = now_;
    transfer.prior_period = transfer.prior_period && replaying_;
    if (!dispatch(transfer)) return false;
    if (transfer.amount == 0) return true;
    state_.last = Sequence(state_.last.value + 1);
    if (!replaying_) out_.entries.push_back({state_.last, std::move(transfer)});
    return true;
  }
  auto const number = Sequence(state_.last.value + 1);
  out_.entries.push_back({number, asked});
  auto& transfer = out_.entries.back().transfer;
  if (transfer.effective.value == 0) transfer.effective = now_;
  transfer.prior_period = false;
  if (!dispatch(transfer)) return false;
  if (transfer.amount == 0) {
    out_.entries.pop_back();
  } else {
    state_.last = number;
  }
  return true;
}

bool Application::dispatch(Transfer& transfer) {
  switch (transfer.kind) {
    case TransferKind::post: return post(transfer);
    case TransferKind::pending: return place(transfer);
    case TransferKind::post_pending:
    case TransferKind::void_pending:
    case TransferKind::expire: return resolve(transfer);
    case TransferKind::reverse: return reverse(transfer);
  }
  return refuse("unknown_kind", "this transfer is of no known kind");
}

/// Cuts the amount to what is there.
void Application::bend(Transfer& transfer) {
  if (replaying_ || transfer.amount <= 0) return;
  if (transfer.force == Force::up_to_debit) transfer.amount = std::min(transfer.amount, std::max<std::int64_t>(room_below(transfer.debit), 0));
  if (transfer.force == Force::up_to_credit) transfer.amount = std::min(transfer.amount, std::max<std::int64_t>(room_above(transfer.credit), 0));
}

bool Application::post(Transfer& transfer) {
  if (!check_pair(transfer) || !check_period(transfer)) return false;
  bend(transfer);
  if (transfer.force == Force::fact && !replaying_ && !settle_fact(transfer)) return false;  // may leave nothing to move
  if (transfer.amount == 0) return true;
  auto from = state_.accounts[transfer.debit].balance;
  auto to = state_.accounts[transfer.credit].balance;
  bool const fits = !subtract_overflows(from.posted, transfer.amount, from.posted) && !add_overflows(to.posted, transfer.amount, to.posted);
  return change_both(transfer, from, to, fits);
}

/// Takes the new balances of both accounts over when they keep to 64 bits, bounds and one place for a serial number.
bool Application::change_both(Transfer const& transfer, Balance const& from, Balance const& to, bool fits) {
  std::int64_t free = 0;
  std::int64_t coming = 0;
  if (!fits || subtract_overflows(from.posted, from.pending_out, free) || add_overflows(to.posted, to.pending_in, coming)) {
    return refuse("overflow", "a balance leaves the range of 64 bits");
  }
  if (strict_ && free < state_.accounts.bounds(transfer.debit).floor) return refuse_bound(transfer.debit, transfer.amount);
  if (!check_serial(transfer)) return false;
  state_.change(transfer.debit, from);
  state_.change(transfer.credit, to);
  return true;
}

/// The bounds are checked here, once: posting the promise later cannot fail.
bool Application::place(Transfer& transfer) {
  if (!check_pair(transfer)) return false;
  if (!PendingRecord::fits(transfer.due) || !PendingRecord::fits(transfer.expires))
    return refuse("bad_time", "a promise is due, and lapses, between 2490 BC and 6429 AD");
  if (!replaying_ && !renewing_ && transfer.expires.value != 0 && now_ >= transfer.expires) {
    return refuse("expired", "this promise would have lapsed already", transfer.reference, "let it lapse later");
  }
  bend(transfer);
  if (transfer.amount == 0) return true;
  auto from = state_.accounts[transfer.debit].balance;
  auto to = state_.accounts[transfer.credit].balance;
  bool const fits = !add_overflows(from.pending_out, transfer.amount, from.pending_out) && !add_overflows(to.pending_in, transfer.amount, to.pending_in);
  if (!change_both(transfer, from, to, fits)) return false;
  Pending pending;
  pending.sequence = Sequence(state_.last.value + 1);
  pending.debit = transfer.debit;
  pending.credit = transfer.credit;
  pending.amount = transfer.amount;
  pending.due = transfer.due;
  pending.expires = transfer.expires;
  pending.reference = transfer.reference;
  state_.add_pending(pending);
  return true;
}

}  // namespace bylaw::inline v0::ledger
