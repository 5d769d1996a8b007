// What a transfer has to keep: its pair of accounts, its period, bounds, and one place for each serial number.
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

}  // namespace bylaw::inline v0::ledger
