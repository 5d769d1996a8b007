// Asking for open promises.
#include <algorithm>
#include <queue>

#include <bylaw/ledger/ledger.hpp>

#include "ledger/state.hpp"

namespace bylaw::inline v0::ledger {

namespace {

std::vector<Pending> in_order(std::vector<Pending> found) {
  std::sort(found.begin(), found.end(), [](Pending const& a, Pending const& b) { return a.sequence < b.sequence; });
  return found;
}

}  // namespace

bool Ledger::pending(Sequence sequence, Pending& out) const {
  auto const slot = impl_->pendings.find(sequence.value);
  if (slot == no_slot) return false;
  out = impl_->pendings.pending(slot);
  return true;
}

std::vector<Pending> Ledger::pendings_of(std::string_view reference) const {
  auto const& table = impl_->pendings;
  std::vector<Pending> found;
  for (auto slot = table.first_of_reference(reference); slot != no_slot; slot = table[slot].next_of_reference) found.push_back(table.pending(slot));
  return in_order(std::move(found));
}

std::vector<Pending> Ledger::pendings_of(AccountKind kind, std::string_view unit) const {
  impl_->need_names();
  auto const& table = impl_->pendings;
  std::vector<Pending> found;
  auto const symbol = impl_->accounts.symbols.find(unit);
  if (symbol == no_slot) return found;
  for (auto slot = table.first_of_unit(symbol); slot != no_slot; slot = table[slot].next_of_unit) {
    if (impl_->accounts[AccountIndex(table[slot].debit)].kind() == kind) found.push_back(table.pending(slot));
  }
  return in_order(std::move(found));
}

std::vector<Pending> Ledger::lapsed(Timestamp now, std::size_t count_max) const { return impl_->pendings.lapsed(now.value, count_max); }

std::size_t Ledger::pending_count() const noexcept { return impl_->pendings.size(); }

void Ledger::each_pending(void (*visit)(void*, Pending const&), void* context) const {
  std::vector<std::pair<std::int64_t, std::uint32_t>> order;
  auto const& table = impl_->pendings;
  order.reserve(table.size());
  for (std::uint32_t slot = 0; slot < table.slot_count(); ++slot) {
    if (table.is_open(slot)) order.emplace_back(table[slot].sequence(), slot);
  }
  std::sort(order.begin(), order.end());
  for (auto const& [sequence, slot] : order) visit(context, table.pending(slot));
}

/// Best first from the top of the heap, so that a few of many cost a few. Those of one moment are all looked at, because they go by sequence.
std::vector<Pending> PendingTable::lapsed(std::int64_t now, std::size_t count_max) const {
  struct Candidate {
    std::int64_t at;
    std::int64_t sequence;
    std::size_t place;
    bool operator<(Candidate const& other) const { return at != other.at ? at > other.at : sequence > other.sequence; }
  };
  std::priority_queue<Candidate> open;
  auto const look = [&](std::size_t place) {
    if (place < heap_.size() && records_[heap_[place]].expires() <= now)
      open.push({records_[heap_[place]].expires(), records_[heap_[place]].sequence(), place});
  };
  std::vector<Pending> found;
  look(0);
  while (!open.empty() && (found.size() < count_max || open.top().at == found.back().expires.value)) {
    auto const place = open.top().place;
    open.pop();
    found.push_back(pending(heap_[place]));
    look(place * 2 + 1);
    look(place * 2 + 2);
  }
  std::sort(found.begin(), found.end(),
            [](Pending const& a, Pending const& b) { return a.expires != b.expires ? a.expires < b.expires : a.sequence < b.sequence; });
  if (found.size() > count_max) found.resize(count_max);
  return found;
}

}  // namespace bylaw::inline v0::ledger
