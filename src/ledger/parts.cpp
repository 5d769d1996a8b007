// The other parts of a group: costs, bounds, periods.
#include "ledger/apply.hpp"

#include <algorithm>

#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

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
