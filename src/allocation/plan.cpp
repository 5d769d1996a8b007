#include <algorithm>

#include <bylaw/allocation/plan.hpp>

namespace bylaw::inline v0::allocation {

namespace {

/// Takes what a location has for the demands still open; lines of one item share its stock.
std::int64_t take(std::vector<Demand>& open, Supply const& supply, std::vector<Pick>& picks) {
  std::int64_t taken_here = 0;
  std::vector<std::int64_t> taken(open.size(), 0);
  for (std::size_t i = 0; i < open.size(); ++i) {
    auto left = supply.available[i];
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (open[earlier].item == open[i].item) left -= taken[earlier];
    }
    taken[i] = std::clamp<std::int64_t>(left, 0, open[i].quantity);
    if (taken[i] == 0) continue;
    picks.push_back({open[i].line, open[i].item, supply.location, taken[i]});
    taken_here += taken[i];
  }
  for (std::size_t i = 0; i < open.size(); ++i) open[i].quantity -= taken[i];
  return taken_here;
}

std::int64_t units(std::vector<Demand> const& demands) {
  std::int64_t sum = 0;
  for (auto const& demand : demands) sum += demand.quantity;
  return sum;
}

}  // namespace

Plan plan(std::vector<Demand> const& demands, std::vector<Supply> const& supplies, std::int32_t shipments_max) {
  auto const wanted = units(demands);
  Plan out;
  for (auto const& supply : supplies) {
    auto open = demands;
    std::vector<Pick> picks;
    if (wanted == 0 || take(open, supply, picks) != wanted) continue;
    return {std::move(picks), 0, 1};
  }
  auto open = demands;
  for (auto const& supply : supplies) {
    if (shipments_max > 0 && out.shipments >= shipments_max) break;
    if (take(open, supply, out.picks) > 0) ++out.shipments;
  }
  out.short_units = units(open);
  return out;
}

}  // namespace bylaw::inline v0::allocation
