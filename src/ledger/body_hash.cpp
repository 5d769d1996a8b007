#include <bylaw/ledger/ledger.hpp>
#include <bylaw/values/hash.hpp>

namespace bylaw::inline v0::ledger {

namespace {

/// Numbers side by side, without the gaps of a struct.
template <std::size_t count>
std::uint64_t hash_numbers(std::int64_t const (&numbers)[count], std::uint64_t seed) noexcept {
  return hash64(numbers, sizeof numbers, seed);
}

}  // namespace

std::uint64_t body_hash(Group const& group) noexcept {
  std::uint64_t hash = group.transfers.size();
  for (auto const& t : group.transfers) {
    std::int64_t const numbers[] = {static_cast<std::int64_t>(t.kind) << 40 | static_cast<std::int64_t>(t.force) << 32 | static_cast<std::uint32_t>(t.code),
                                    static_cast<std::int64_t>(std::uint64_t{t.debit.value} << 32 | t.credit.value),
                                    t.amount,
                                    t.target.value,
                                    t.effective.value,
                                    t.due.value,
                                    t.expires.value};
    hash = hash_numbers(numbers, hash);
    hash = hash64(t.reference.data(), t.reference.size(), hash);
  }
  for (auto const& c : group.costs) {
    std::int64_t const numbers[] = {static_cast<std::int64_t>(c.kind) << 32 | c.pool.value,
                                    c.quantity,
                                    c.value,
                                    c.layer.value,
                                    static_cast<std::int64_t>(std::uint64_t{c.contra.value} << 32 | c.variance.value),
                                    c.code,
                                    static_cast<std::int64_t>(c.to.value) << 1 | std::int64_t{c.fact},
                                    c.effective.value};
    hash = hash_numbers(numbers, hash + 1);
    hash = hash64(c.reference.data(), c.reference.size(), hash);
  }
  for (auto const& b : group.bounds) hash = hash_numbers({b.account.value, b.bounds.floor, b.bounds.ceiling}, hash + 2);
  for (auto const& p : group.closes) {
    hash = hash_numbers({static_cast<std::int64_t>(p.kind), p.through.value}, hash + 3);
    hash = hash64(p.place.data(), p.place.size(), hash);
  }
  for (auto const& l : group.lots) {
    hash = hash_numbers({l.received.value, l.removal.value, l.expires.value}, hash + 5);
    hash = hash64(l.item.data(), l.item.size(), hash);
    hash = hash64(l.lot.data(), l.lot.size(), hash);
  }
  for (auto const& y : group.yields) hash = hash_numbers({y.value}, hash + 4);
  return hash;
}

}  // namespace bylaw::inline v0::ledger
