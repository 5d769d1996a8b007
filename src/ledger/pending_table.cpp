#include "ledger/pending_table.hpp"

#include <bylaw/values/hash.hpp>

namespace bylaw::inline v0::ledger {

namespace {
std::uint64_t hash_sequence(std::int64_t sequence) { return mix(static_cast<std::uint64_t>(sequence), 0); }
}  // namespace

std::uint32_t PendingTable::find(std::int64_t sequence) const {
  return by_sequence_.find(hash_sequence(sequence), [&](std::uint32_t slot) { return records_[slot].sequence() == sequence; });
}

std::uint32_t PendingTable::first_of_reference(std::string_view reference) const {
  return by_reference_.find(hash64(reference), [&](std::uint32_t slot) { return this->reference(slot) == reference; });
}

Pending PendingTable::pending(std::uint32_t slot) const {
  auto const& record = records_[slot];
  Pending pending;
  pending.sequence = Sequence(record.sequence());
  pending.debit = AccountIndex(record.debit);
  pending.credit = AccountIndex(record.credit);
  pending.amount = record.amount();
  pending.due = Timestamp(record.due());
  pending.expires = Timestamp(record.expires());
  pending.reference = std::string(reference(slot));
  return pending;
}

std::uint32_t PendingTable::add(Pending const& pending, Symbol unit) {
  auto slot = free_;
  if (slot == no_slot) {
    slot = static_cast<std::uint32_t>(records_.size());
    records_.push_back({});
  } else {
    free_ = records_[slot].next_of_reference;
  }
  auto& record = records_[slot];
  record = PendingRecord{};
  record.set(pending);
  link_reference(slot, pending.reference);
  if (unit >= unit_heads_.size()) unit_heads_.resize(std::size_t{unit} + 1 + unit / 8, no_slot);
  record.next_of_unit = unit_heads_[unit];
  if (record.next_of_unit != no_slot) records_[record.next_of_unit].previous_of_unit = slot;
  unit_heads_[unit] = slot;
  by_sequence_.insert(hash_sequence(record.sequence()), slot, [this](std::uint32_t s) { return hash_sequence(records_[s].sequence()); });
  if (pending.expires.value != 0) {
    heap_.push_back(slot);
    heap_up(heap_.size() - 1);
  }
  ++count_;
  return slot;
}

void PendingTable::remove(std::uint32_t slot, Symbol unit) noexcept {
  auto& record = records_[slot];
  by_sequence_.erase(hash_sequence(record.sequence()), slot, [this](std::uint32_t s) { return hash_sequence(records_[s].sequence()); });
  if (record.expiry_place != no_slot) heap_remove(record.expiry_place);
  if (record.next_of_unit != no_slot) records_[record.next_of_unit].previous_of_unit = record.previous_of_unit;
  if (record.previous_of_unit != no_slot) {
    records_[record.previous_of_unit].next_of_unit = record.next_of_unit;
  } else {
    unit_heads_[unit] = record.next_of_unit;
  }
  unlink_reference(slot);
  record = PendingRecord{};
  record.next_of_reference = free_;
  free_ = slot;
  --count_;
}

/// The first record of a reference owns the text and is the one that the index knows.
void PendingTable::link_reference(std::uint32_t slot, std::string_view reference) {
  auto const head = first_of_reference(reference);
  if (head != no_slot) {
    records_[slot].reference = records_[head].reference;
    auto const second = records_[head].next_of_reference;
    records_[slot].next_of_reference = second;
    records_[slot].previous_of_reference = head;
    if (second != no_slot) records_[second].previous_of_reference = slot;
    records_[head].next_of_reference = slot;
    return;
  }
  records_[slot].reference = texts_.add(reference);
  by_reference_.insert(hash64(reference), slot, [this](std::uint32_t s) { return hash64(this->reference(s)); });
}

void PendingTable::unlink_reference(std::uint32_t slot) noexcept {
  auto const& record = records_[slot];
  if (record.next_of_reference != no_slot) records_[record.next_of_reference].previous_of_reference = record.previous_of_reference;
  if (record.previous_of_reference != no_slot) {
    records_[record.previous_of_reference].next_of_reference = record.next_of_reference;
    return;
  }
  auto const hash = hash64(reference(slot));
  auto const hash_of = [this](std::uint32_t s) { return hash64(this->reference(s)); };
  by_reference_.erase(hash, slot, hash_of);
  if (record.next_of_reference != no_slot) {
    by_reference_.insert(hash, record.next_of_reference, hash_of);  // the table has just lost one: it does not grow
  } else {
    texts_.remove(record.reference);
  }
}

void PendingTable::heap_set(std::size_t place, std::uint32_t slot) noexcept {
  heap_[place] = slot;
  records_[slot].expiry_place = static_cast<std::uint32_t>(place);
}

void PendingTable::heap_up(std::size_t place) noexcept {
  auto const slot = heap_[place];
  auto const at = records_[slot].expires();
  for (; place > 0 && records_[heap_[(place - 1) / 2]].expires() > at; place = (place - 1) / 2) heap_set(place, heap_[(place - 1) / 2]);
  heap_set(place, slot);
}

void PendingTable::heap_down(std::size_t place) noexcept {
  auto const slot = heap_[place];
  auto const at = records_[slot].expires();
  for (;;) {
    auto child = place * 2 + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && records_[heap_[child + 1]].expires() < records_[heap_[child]].expires()) ++child;
    if (records_[heap_[child]].expires() >= at) break;
    heap_set(place, heap_[child]);
    place = child;
  }
  heap_set(place, slot);
}

void PendingTable::heap_remove(std::size_t place) noexcept {
  auto const last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) return;
  heap_set(place, last);
  heap_up(place);
  heap_down(records_[last].expiry_place);
}

}  // namespace bylaw::inline v0::ledger
