// Promises of the ledger kept, dropped, and given back in part.
#include "engine/promise_moves.hpp"

#include <algorithm>

#include "engine/sourcing.hpp"

namespace bylaw::inline v0::engine {

namespace {
ledger::Transfer resolution(ledger::Pending const& pending, ledger::TransferKind kind, std::int64_t units) {
  ledger::Transfer out;
  out.kind = kind;
  out.amount = units;
  out.target = pending.sequence;
  out.reference = pending.reference;
  return out;
}
}  // namespace

ledger::Transfer keep_of(ledger::Pending const& pending, std::int64_t units) { return resolution(pending, ledger::TransferKind::post_pending, units); }
ledger::Transfer drop_of(ledger::Pending const& pending) { return resolution(pending, ledger::TransferKind::void_pending, pending.amount); }

ledger::Transfer rest_of(ledger::Pending const& pending, std::int64_t units) {
  ledger::Transfer out;
  out.kind = ledger::TransferKind::pending;
  out.debit = pending.debit;
  out.credit = pending.credit;
  out.amount = units;
  out.due = pending.due;
  out.expires = pending.expires;
  out.reference = pending.reference;
  return out;
}

void in_giving_order(Context const& context, std::vector<ledger::Pending>& pendings) {
  std::stable_sort(pendings.begin(), pendings.end(), [&](ledger::Pending const& a, ledger::Pending const& b) {
    bool const later_a = is_backorder(context.ledger.key(a.debit));
    bool const later_b = is_backorder(context.ledger.key(b.debit));
    return later_a != later_b ? later_a : b.sequence < a.sequence;
  });
}

void cut_into(Context& context, std::vector<ledger::Pending> const& pendings, std::int64_t units, std::vector<ledger::Transfer>& group) {
  for (auto const& pending : pendings) {
    if (units <= 0) return;
    context.freed.insert(context.ledger.key(pending.debit).unit);
    group.push_back(drop_of(pending));
    auto const gone = std::min(units, pending.amount);
    units -= gone;
    if (gone < pending.amount) group.push_back(rest_of(pending, pending.amount - gone));
  }
}

Result<void> cut_promises(Context& context, std::vector<ledger::Pending> const& pendings, std::int64_t units) {
  std::vector<ledger::Transfer> group;
  cut_into(context, pendings, units, group);
  return group.empty() ? Result<void>{} : context.apply(std::move(group));
}

std::int64_t keep_promises(std::vector<ledger::Pending> const& pendings, std::int64_t units, std::vector<ledger::Transfer>& group) {
  for (auto const& pending : pendings) {
    if (units <= 0) break;
    auto const kept = std::min(units, pending.amount);
    group.push_back(keep_of(pending, kept));
    units -= kept;
    if (kept < pending.amount) group.push_back(rest_of(pending, pending.amount - kept));
  }
  return units;
}

}  // namespace bylaw::inline v0::engine
