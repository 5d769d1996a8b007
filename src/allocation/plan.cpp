#include <algorithm>

#include <bylaw/allocation/plan.hpp>

#include "allocation/choice.hpp"

namespace bylaw::inline v0::allocation {

char const* to_string(Search search) noexcept {
  switch (search) {
    case Search::ranked: return "ranked";
    case Search::exact: return "exact";
    case Search::bounded: return "bounded";
  }
  return "";
}

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

/// Lines of one item become one need; locations that have nothing of it all are left out.
Problem problem_of(std::vector<Demand> const& demands, std::vector<Supply> const& supplies, std::vector<std::uint32_t>& useful) {
  Problem out;
  std::vector<std::size_t> first;  // the demand that an item is met at first
  for (std::size_t d = 0; d < demands.size(); ++d) {
    auto const same = std::find_if(first.begin(), first.end(), [&](std::size_t f) { return demands[f].item == demands[d].item; });
    if (same == first.end()) {
      first.push_back(d);
      out.needs.push_back(demands[d].quantity);
    } else {
      out.needs[static_cast<std::size_t>(same - first.begin())] += demands[d].quantity;
    }
  }
  for (std::uint32_t s = 0; s < supplies.size(); ++s) {
    std::vector<std::int64_t> stock;
    for (std::size_t i = 0; i < first.size(); ++i) stock.push_back(std::clamp<std::int64_t>(supplies[s].available[first[i]], 0, out.needs[i]));
    if (std::all_of(stock.begin(), stock.end(), [](std::int64_t have) { return have == 0; })) continue;
    useful.push_back(s);
    out.stock.push_back(std::move(stock));
    out.costs.push_back(std::max<std::int64_t>(supplies[s].shipment_cost, 0));
  }
  return out;
}

/// Fills the demands from these locations, best ranked first.
Plan fill(std::vector<Demand> const& demands, std::vector<Supply> const& supplies, std::vector<std::uint32_t> const& from, std::int32_t shipments_max) {
  Plan out;
  auto open = demands;
  for (auto const s : from) {
    if (shipments_max > 0 && out.shipments >= shipments_max) break;
    if (take(open, supplies[s], out.picks) == 0) continue;
    ++out.shipments;
    out.cost += supplies[s].shipment_cost;
  }
  out.short_units = units(open);
  return out;
}

}  // namespace

Plan plan(std::vector<Demand> const& demands, std::vector<Supply> const& supplies, PlanOptions const& options) {
  std::vector<std::uint32_t> chosen;
  auto const problem = problem_of(demands, supplies, chosen);
  Plan out;
  if (options.in_rank_order) {
    out = fill(demands, supplies, chosen, options.shipments_max);
    out.search = Search::ranked;
  } else {
    bool const small = problem.needs.size() <= exact_lines_max && problem.stock.size() <= exact_locations_max;
    auto const count_max = options.shipments_max > 0 ? static_cast<std::size_t>(options.shipments_max) : problem.stock.size();
    bool complete = true;
    auto const choice = choose(problem, count_max, small ? INT64_MAX : options.choices_max, complete);
    std::vector<std::uint32_t> from;
    for (auto const l : choice.locations) from.push_back(chosen[l]);
    out = fill(demands, supplies, from, 0);
    out.search = complete ? Search::exact : Search::bounded;
  }
  if (options.complete && out.short_units > 0) {
    auto const search = out.search;
    out = {};
    out.short_units = units(demands);
    out.search = search;
  }
  return out;
}

}  // namespace bylaw::inline v0::allocation
