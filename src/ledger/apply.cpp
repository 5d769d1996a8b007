// Promises and movements that can be refused.
#include "ledger/apply.hpp"

#include <algorithm>

#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

bool Application::refuse(char const* code, std::string message, std::string place, std::string remedy) {
  error_ = {code, std::move(message), std::move(place), std::move(remedy)};
  return false;
}

bool Application::refuse_size() {
  return refuse("group_too_large", "a group has at most " + std::to_string(group_transfers_max) + " transfers", {}, "divide it");
}

bool Application::refuse_bound(AccountIndex account, std::int64_t wanted) {
  state_.need_names();
  auto const key = state_.accounts.key(account);
  return refuse("bound",
                "`" + key.unit + "` at `" + key.place + "` (" + key.status + (key.detail.empty() ? "" : ", " + key.detail) +
                    (key.pool.empty() ? "" : ", for " + key.pool) + ") has " + std::to_string(room_below(account)) + " free, " + std::to_string(wanted) +
                    " are needed",
                key.unit + "@" + key.place, "receive stock, release reservations or allow a backorder");
}

std::int64_t Application::room_below(AccountIndex account) const noexcept {
  auto const floor = state_.accounts.bounds(account).floor;
  if (floor == no_floor) return INT64_MAX;
  auto const room = Int128{state_.accounts[account].balance.available()} - floor;
  return room > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(room);
}

std::int64_t Application::room_above(AccountIndex account) const noexcept {
  auto const ceiling = state_.accounts.bounds(account).ceiling;
  if (ceiling == no_ceiling) return INT64_MAX;
  auto const& balance = state_.accounts[account].balance;
  auto const room = Int128{ceiling} - balance.posted - balance.pending_in;
  return room > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(room);
}

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

bool Application::check_pair(Transfer const& transfer) {
  auto const& accounts = state_.accounts;
  if (transfer.debit.value >= accounts.size() || transfer.credit.value >= accounts.size()) {
    return refuse("unknown_account", "a transfer names an account that does not exist", transfer.reference, "open it first, and set debit and credit");
  }
  if (transfer.amount <= 0) return refuse("not_positive", "a transfer moves more than zero", transfer.reference, "turn debit and credit round instead");
  if (transfer.debit == transfer.credit) return refuse("same_account", "a transfer needs two accounts", transfer.reference);
  auto const& from = accounts[transfer.debit];
  auto const& to = accounts[transfer.credit];
  bool const same_unit = from.unit_and_kind == to.unit_and_kind;
  if (same_unit && (from.control | to.control) != 0 && !costing_ && !replaying_) {
    return refuse("control_account", "what cost pools are worth is moved by costs only", transfer.reference, "book a cost move, or use another account");
  }
  if (same_unit) return true;
  state_.need_names();
  return refuse("unit_mismatch", "a transfer cannot turn `" + accounts.key(transfer.debit).unit + "` into `" + accounts.key(transfer.credit).unit + "`");
}

/// What is late for a closed period is refused when it can be, and booked at the start of the next one when it is a fact.
bool Application::check_period(Transfer& transfer) {
  if (replaying_ || transfer.effective > state_.closed_latest) return true;
  state_.need_names();
  auto const& accounts = state_.accounts;
  auto through = Timestamp(INT64_MIN);
  for (auto const account : {transfer.debit, transfer.credit}) {
    through = std::max(through, state_.closed_through(accounts[account].kind(), accounts.symbols.text(accounts.name(account).place)));
  }
  if (transfer.effective > through) return true;
  if (transfer.force != Force::fact) {
    return refuse("closed_period", "the period of this transfer is closed", transfer.reference, "give it an effective time in an open period");
  }
  transfer.effective = Timestamp(through.value + 1);
  transfer.prior_period = true;
  return true;
}

bool Application::is_serial(AccountIndex account) {
  if (state_.accounts.bounds(account).ceiling != 1) return false;
  state_.need_names();
  return state_.accounts.name(account).detail != 0;
}

/// Whether the serial number lies, or is promised to, somewhere else than where it comes from.
bool Application::is_elsewhere(Transfer const& transfer) {
  if (!is_serial(transfer.credit)) return false;
  auto const& accounts = state_.accounts;
  auto const detail = accounts.name(transfer.credit).detail;
  for (auto at = accounts.next_of_detail(detail, no_slot); at != no_slot; at = accounts.next_of_detail(detail, at)) {
    AccountIndex const other(at);
    if (other == transfer.debit || other == transfer.credit || accounts[other].unit_and_kind != accounts[transfer.credit].unit_and_kind) continue;
    if (accounts.bounds(other).ceiling == 1 && accounts[other].balance.posted + accounts[other].balance.pending_in > 0) return true;
  }
  return false;
}

/// Whether another account of one serial number has the one that this account is named after.
bool Application::lies_elsewhere(AccountIndex account) {
  auto const& accounts = state_.accounts;
  auto const detail = accounts.name(account).detail;
  for (auto at = accounts.next_of_detail(detail, no_slot); at != no_slot; at = accounts.next_of_detail(detail, at)) {
    AccountIndex const other(at);
    bool const same = other != account && accounts[other].unit_and_kind == accounts[account].unit_and_kind && accounts.bounds(other).ceiling == 1;
    if (same && accounts[other].balance.posted + accounts[other].balance.pending_in > 0) return true;
  }
  return false;
}

/// Ceilings, and one place for each serial number. Looked at for accounts with a ceiling only.
bool Application::check_serial(Transfer const& transfer) {
  auto const ceiling = state_.accounts.bounds(transfer.credit).ceiling;
  if (ceiling == no_ceiling || !strict_) return true;
  state_.need_names();
  if (transfer.amount > room_above(transfer.credit)) {
    auto const key = state_.accounts.key(transfer.credit);
    return refuse("ceiling",
                  "`" + key.unit + "` at `" + key.place + "` (" + key.status + ") has room for " + std::to_string(room_above(transfer.credit)) + " more",
                  key.unit + "@" + key.place, "move less, or raise the ceiling");
  }
  if (!is_elsewhere(transfer)) return true;
  auto const key = state_.accounts.key(transfer.credit);
  return refuse("serial_elsewhere", "serial `" + key.detail + "` of `" + key.unit + "` is at another place", key.detail,
                "correct the serial, or move it from where it is");
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
  std::int64_t free = 0;
  std::int64_t coming = 0;
  if (subtract_overflows(from.posted, transfer.amount, from.posted) || subtract_overflows(from.posted, from.pending_out, free) ||
      add_overflows(to.posted, transfer.amount, to.posted) || add_overflows(to.posted, to.pending_in, coming)) {
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
  std::int64_t free = 0;
  std::int64_t coming = 0;
  if (add_overflows(from.pending_out, transfer.amount, from.pending_out) || subtract_overflows(from.posted, from.pending_out, free) ||
      add_overflows(to.pending_in, transfer.amount, to.pending_in) || add_overflows(to.posted, to.pending_in, coming)) {
    return refuse("overflow", "a balance leaves the range of 64 bits");
  }
  if (strict_ && free < state_.accounts.bounds(transfer.debit).floor) return refuse_bound(transfer.debit, transfer.amount);
  if (!check_serial(transfer)) return false;
  state_.change(transfer.debit, from);
  state_.change(transfer.credit, to);
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

bool Application::check_cost_accounts(CostMove const& move) {
  for (auto const account : {move.contra, move.variance}) {
    if (account == no_account) continue;
    if (account.value >= state_.accounts.size()) {
      return refuse("unknown_account", "a cost move names an account that does not exist", move.reference, "open it first");
    }
    if (state_.accounts[account].control != 0) {
      return refuse("control_account", "the contra account of a cost move belongs to a cost pool itself", move.reference,
                    "to move goods between pools, book a cost transfer");
    }
  }
  bool const transfers = move.kind == CostMoveKind::transfer;
  if ((transfers ? move.variance : move.contra) != no_account) return true;
  return refuse("unknown_account", transfers ? "a cost transfer needs a variance account" : "a cost move needs a contra account", move.reference);
}

bool Application::move_cost(CostMove const& move) {
  if (!check_cost_accounts(move)) return false;
  state_.undo.push_back({UndoStep::Kind::cost, 0, {static_cast<std::int64_t>(state_.costs.mark()), 0, 0}});
  CostEntry entry;
  entry.sequence = CostSequence(state_.last_cost.value + 1);
  entry.move = move;
  std::vector<CostLeg> legs;
  if (auto done = state_.costs.apply(entry, legs); !done) {
    error_ = std::move(done).error();
    return false;
  }
  state_.last_cost = entry.sequence;
  for (auto const& leg : legs) {
    Transfer transfer;
    transfer.debit = leg.debit;
    transfer.credit = leg.credit;
    transfer.amount = leg.amount;
    transfer.code = move.code;
    transfer.effective = move.effective;
    if (move.fact) transfer.force = Force::fact;
    transfer.reference = move.reference;
    costing_ = true;
    bool const done = step(transfer);
    costing_ = false;
    if (!done) return false;
  }
  out_.costs.push_back(std::move(entry));
  return true;
}

bool Application::change_bounds(BoundChange const& change) {
  if (change.account.value >= state_.accounts.size()) return refuse("unknown_account", "bounds are set on an account that does not exist");
  auto& record = state_.accounts[change.account];
  auto const& balance = record.balance;
  state_.need_names();
  auto const key = state_.accounts.key(change.account);
  if (record.control != 0) return refuse("control_account", "the inventory account of cost pools has no bounds", key.status);
  if (key == discrepancy_of(key)) return refuse("discrepancy_account", "what facts took that was not there has no bounds", key.unit);
  if (change.bounds.floor > change.bounds.ceiling) return refuse("bound", "a floor cannot be above its ceiling");
  bool const serial = change.bounds.ceiling == 1 && !key.detail.empty();
  if (serial && change.bounds.floor != 0) return refuse("bound", "an account of one serial number holds 0 or 1", key.detail);
  if (serial && balance.posted + balance.pending_in > 0 && lies_elsewhere(change.account)) {
    return refuse("serial_elsewhere", "serial `" + key.detail + "` of `" + key.unit + "` is at another place", key.detail);
  }
  if (balance.available() < change.bounds.floor || balance.posted + balance.pending_in > change.bounds.ceiling) {
    return refuse("bound", "the account does not keep the new bounds as it stands", {}, "bring its balance within them first");
  }
  state_.undo.push_back({UndoStep::Kind::bounds, change.account.value, {record.bounds, 0, 0}});
  record.bounds = state_.accounts.intern(change.bounds) & bounds_mask;
  return true;
}

bool Application::knows_company(PeriodClose const& period) {
  if (period.kind == AccountKind::quantity) return period.place.empty();
  state_.need_names();
  auto const place = state_.accounts.symbols.find(period.place);
  for (std::uint32_t i = 0; i < state_.accounts.size(); ++i) {
    AccountIndex const account(i);
    if (state_.accounts[account].kind() == AccountKind::money && state_.accounts.name(account).place == place) return true;
  }
  return false;
}

bool Application::close(PeriodClose const& period) {
  if (period.through <= state_.closed_through(period.kind, period.place)) {
    return refuse("closed_period", "this period is closed already", period.place, "close a later one");
  }
  if (period.through >= now_) return refuse("period_not_over", "a period is closed when it is over", period.place, "close it later, or check the year");
  if (!knows_company(period)) {
    return refuse("unknown_company", "no account of the books belongs to `" + period.place + "`", period.place,
                  "name a company; quantities close for all places together, without a name");
  }
  state_.add_close(period);
  state_.undo.push_back({UndoStep::Kind::close_added, 0, {}});
  return true;
}

}  // namespace bylaw::inline v0::ledger
