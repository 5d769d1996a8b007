// What the outside asks about promises: what a channel has missed, who stands on a supply.
#include <bylaw/engine/promises.hpp>
#include <bylaw/store/supplies.hpp>

#include "engine/engine_impl.hpp"
#include "engine/sourcing.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// The share of an order's net that units of an item are, over all its lines of it.
std::optional<Money> value_of(trade::Order const& order, std::string const& item, std::int64_t units) {
  Int128 net = 0;
  std::int64_t ordered = 0;
  for (auto const& line : order.lines) {
    if (line.item != item) continue;
    net += line.net.amount_minor();
    ordered += line.quantity;
  }
  if (ordered == 0) return std::nullopt;
  auto const share = divide_rounded(net * units, ordered, Rounding::half_even);
  return fits_int64(share) ? std::optional(Money(static_cast<std::int64_t>(share), order.currency)) : std::nullopt;
}

}  // namespace

Result<std::vector<trade::FeedRow>> Engine::feed(std::string const& channel, std::int64_t after, std::size_t count_max) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    return store::Supplies(impl_->store).feed_after(channel, after, static_cast<std::int64_t>(std::min<std::size_t>(count_max, 1'000'000)));
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<AtRisk>> Engine::at_risk(std::string const& supply) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    std::vector<AtRisk> out;
    auto const lines = store::Supplies(impl_->store).lines_of(supply);
    if (!lines) return Unexpected{lines.error()};
    auto const& ledger = impl_->ledger;
    for (auto const& line : *lines) {
      ledger::AccountIndex account;
      if (!ledger.find(backorder_key(line.item, line.location, supply), account)) continue;
      for (auto const& pending : ledger.pendings_of(ledger::AccountKind::quantity, line.item)) {
        if (pending.debit != account) continue;
        AtRisk row{pending.reference, line.item, line.location, pending.amount, pending.due, {}};
        auto const order = impl_->store.load_order(pending.reference);
        if (!order) return Unexpected{order.error()};
        if (*order) row.value = value_of((*order)->order, line.item, pending.amount);
        out.push_back(std::move(row));
      }
    }
    return out;
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

}  // namespace bylaw::inline v0::engine
