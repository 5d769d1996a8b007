// What the ledger asks of the past: transfers, groups and receipts that it does not hold in memory.
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace ledger;  // NOLINT: every row here is one of its types.

namespace {

bool find_original(void* context, Sequence sequence, History::Original& out) {
  auto& s = *static_cast<Store::Impl*>(context);
  s.history_failed = s.history_failed || !s.flush_transfers();
  auto& q = s.find_transfer.reset().bind(sequence.value);
  bool const found = q.step();
  if (found) {
    auto const kind = static_cast<TransferKind>(q.number());
    out.posted = kind == TransferKind::post || kind == TransferKind::post_pending || kind == TransferKind::reverse;
    out.debit = AccountIndex(static_cast<std::uint32_t>(q.number()));
    out.credit = AccountIndex(static_cast<std::uint32_t>(q.number()));
    out.amount = q.number();
    (void)q.number();
    out.reversed = q.number() != 0;
  }
  s.history_failed = s.history_failed || q.failed();
  q.reset();
  return found;
}

/// A group by its row: its body, and how far its legs go.
bool read_group(Store::Impl& s, std::int64_t at, Known& known) {
  if (!s.flush_transfers()) return false;
  auto& q = s.find_transfer.reset().bind(at);
  if (!q.step()) return false;
  for (int i = 0; i < 4; ++i) (void)q.number();
  known.body = static_cast<std::uint64_t>(q.number());
  q.reset();
  auto& next = s.next_group.reset().bind(at);
  if (!next.step()) return false;
  auto const end = next.number();
  known.first = at;
  known.count = static_cast<std::int32_t>((end == 0 ? s.last(Journal::transfer) + 1 : end) - at);
  next.reset();
  return true;
}

bool read_receipt(Store::Impl& s, std::int64_t number, Known& known, Error& refusal) {
  auto& q = s.find_receipt.reset().bind(number);
  if (!q.step()) return false;
  known.body = static_cast<std::uint64_t>(q.number());
  known.first = q.number();
  known.count = 0;
  refusal = {q.text(), q.text(), q.text(), q.text()};
  if (!refusal.code.empty()) known.first = -number;
  q.reset();
  return true;
}

bool find_id(void* context, Id const& id, Known& known, Error& refusal) {
  auto& s = *static_cast<Store::Impl*>(context);
  std::int64_t at = 0;
  if (!s.ids.find(id, at)) return false;
  bool const read = at > 0 ? read_group(s, at, known) : read_receipt(s, -at, known, refusal);
  s.history_failed = s.history_failed || !read;
  return read;
}

}  // namespace

Result<void> Store::recall(Receipt& receipt) {
  auto& s = *impl_;
  if (!receipt.duplicate || !receipt.accepted() || receipt.count == 0) return {};
  if (!s.flush_transfers()) return s.fail();
  auto const last = receipt.first.value + receipt.count - 1;
  auto& legs = s.group_legs.reset().bind(receipt.first.value).bind(last);
  while (legs.step()) {
    auto const kind = static_cast<TransferKind>(legs.number());
    Sequence const seq(legs.number());
    Sequence const target(legs.number());
    auto const amount = legs.number();
    if (kind == TransferKind::void_pending) receipt.shortages.push_back({target, amount, {}, legs.text()});
    else if (receipt.shortages.empty() || receipt.shortages.back().pending != target) continue;
    else {
      receipt.shortages.back().rest = seq;
      receipt.shortages.back().amount -= amount;
    }
  }
  if (legs.failed()) return s.fail();
  legs.reset();
  auto& costs = s.group_costs.reset().bind(last);
  while (costs.step()) {
    CostEntry entry;
    entry.sequence = CostSequence(costs.number());
    entry.move.kind = static_cast<CostMoveKind>(costs.number());
    entry.move.pool = CostPoolIndex(static_cast<std::uint32_t>(costs.number()));
    entry.move.to = CostPoolIndex(static_cast<std::uint32_t>(costs.number()));
    entry.move.quantity = costs.number();
    entry.move.value = costs.number();
    entry.value_change = costs.number();
    entry.rounding = costs.number();
    receipt.costs.push_back(std::move(entry));
  }
  if (costs.failed()) return s.fail();
  costs.reset();
  return {};
}

History Store::history() noexcept {
  impl_->history_failed = false;
  return {find_original, find_id, impl_};
}

void Store::keep_recent_ids(std::int64_t count_max) noexcept { impl_->ids.batch_max = static_cast<std::size_t>(std::max<std::int64_t>(count_max, 1)); }

bool Store::usable() const noexcept { return !impl_->history_failed && !impl_->ids.failed(); }

}  // namespace bylaw::inline v0::store
