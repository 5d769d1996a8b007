#include "ledger/account_table.hpp"

namespace bylaw::inline v0::ledger {

namespace {

std::uint64_t hash_name(std::uint32_t unit_and_kind, AccountName const& name) noexcept {
  auto const a = mix(std::uint64_t{unit_and_kind} << 32 | name.place, std::uint64_t{name.status} << 32 | name.detail);
  return mix(a, std::uint64_t{name.owner} << 32 | name.pool);
}

std::uint64_t hash_bounds(Bounds const& bounds) noexcept { return mix(static_cast<std::uint64_t>(bounds.floor), static_cast<std::uint64_t>(bounds.ceiling)); }

bool same_name(AccountName const& a, AccountName const& b) noexcept {
  return a.place == b.place && a.status == b.status && a.detail == b.detail && a.owner == b.owner && a.pool == b.pool;
}

}  // namespace

AccountTable::AccountTable() {
  (void)intern(unbounded);
  (void)symbols.intern("");  // symbol 0: nothing said
}

std::uint64_t AccountTable::hash_of(std::uint32_t slot) const noexcept { return hash_name(records_[slot].unit_and_kind, names_[slot]); }

std::uint32_t AccountTable::intern(Bounds const& bounds) {
  auto const known = bounds_index_.find(hash_bounds(bounds), [&](std::uint32_t slot) { return bounds_[slot] == bounds; });
  if (known != no_slot) return known;
  auto const slot = static_cast<std::uint32_t>(bounds_.size());
  bounds_.push_back(bounds);
  bounds_index_.insert(hash_bounds(bounds), slot, [this](std::uint32_t s) { return hash_bounds(bounds_[s]); });
  return slot;
}

bool AccountTable::find(AccountKey const& key, AccountIndex& out) const {
  auto const unit = symbols.find(key.unit);
  AccountName const name{symbols.find(key.place), symbols.find(key.status), symbols.find(key.detail), symbols.find(key.owner), symbols.find(key.pool)};
  for (auto const symbol : {unit, name.place, name.status, name.detail, name.owner, name.pool}) {
    if (symbol == no_slot) return false;
  }
  auto const unit_and_kind = unit << 1 | (static_cast<std::uint32_t>(key.kind) & 1);
  auto const slot =
      index_.find(hash_name(unit_and_kind, name), [&](std::uint32_t s) { return records_[s].unit_and_kind == unit_and_kind && same_name(names_[s], name); });
  out = AccountIndex(slot);
  return slot != no_slot;
}

AccountIndex AccountTable::add(AccountKey const& key, Bounds const& bounds) {
  symbols_before_.push_back(static_cast<std::uint32_t>(symbols.size()));
  AccountRecord record;
  record.unit_and_kind = symbols.intern(key.unit) << 1 | (static_cast<std::uint32_t>(key.kind) & 1);
  record.bounds = intern(bounds) & bounds_mask;
  AccountName name;
  name.place = symbols.intern(key.place);
  name.status = symbols.intern(key.status);
  name.detail = symbols.intern(key.detail);
  name.owner = symbols.intern(key.owner);
  name.pool = symbols.intern(key.pool);
  records_.push_back(record);
  add_name(name);
  return AccountIndex(static_cast<std::uint32_t>(records_.size() - 1));
}

void AccountTable::add_name(AccountName name) {
  auto const slot = static_cast<std::uint32_t>(names_.size());
  auto& unit_head = symbols.unit_head(records_[slot].unit());
  name.next_of_unit = unit_head;
  unit_head = slot;
  if (name.detail != 0) {
    auto& detail_head = symbols.detail_head(name.detail);
    name.next_of_detail = detail_head;
    detail_head = slot;
  }
  names_.push_back(name);
  index_.insert(hash_of(slot), slot, [this](std::uint32_t s) { return hash_of(s); });
}

void AccountTable::remove_last() noexcept {
  auto const slot = static_cast<std::uint32_t>(records_.size() - 1);
  auto const& name = names_[slot];
  index_.erase(hash_of(slot), slot, [this](std::uint32_t s) { return hash_of(s); });
  symbols.unit_head(records_[slot].unit()) = name.next_of_unit;
  if (name.detail != 0) symbols.detail_head(name.detail) = name.next_of_detail;
  names_.pop_back();
  records_.pop_back();
  symbols.shrink_to(symbols_before_.back());
  symbols_before_.pop_back();
}

AccountKey AccountTable::key(AccountIndex account) const {
  auto const& name = names_[account.value];
  auto const text = [this](Symbol symbol) { return std::string(symbols.text(symbol)); };
  return {records_[account.value].kind(),
          text(records_[account.value].unit()),
          text(name.place),
          text(name.status),
          text(name.detail),
          text(name.owner),
          text(name.pool)};
}

}  // namespace bylaw::inline v0::ledger
