// Which locations to ship from: a depth-first search by number of locations, with bounds, after a first good choice.
#include <algorithm>

#include "allocation/choice.hpp"

namespace bylaw::inline v0::allocation {

bool better(Choice const& a, Choice const& b) noexcept {
  if (a.units != b.units) return a.units > b.units;
  if (a.locations.size() != b.locations.size()) return a.locations.size() < b.locations.size();
  return a.cost < b.cost;
}

namespace {

using Units = std::vector<std::int64_t>;

/// What is left of the needs after a location has given what it has; the units that it gave.
std::int64_t give(Units& left, Units const& stock) {
  std::int64_t given = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto const units = std::min(left[i], stock[i]);
    left[i] -= units;
    given += units;
  }
  return given;
}

Choice measure(Problem const& problem, std::vector<std::uint32_t> locations) {
  Choice out;
  std::sort(locations.begin(), locations.end());
  auto left = problem.needs;
  for (auto const location : locations) {
    out.units += give(left, problem.stock[location]);
    out.cost += problem.costs[location];
  }
  out.locations = std::move(locations);
  return out;
}

/// Always the location that adds most, the cheaper of two; then single exchanges as long as they help.
Choice first_choice(Problem const& problem, std::size_t count_max) {
  std::vector<std::uint32_t> chosen;
  auto left = problem.needs;
  while (chosen.size() < count_max) {
    std::int64_t best_units = 0;
    std::uint32_t best = 0;
    for (std::uint32_t l = 0; l < problem.stock.size(); ++l) {
      if (std::find(chosen.begin(), chosen.end(), l) != chosen.end()) continue;
      auto after = left;
      auto const units = give(after, problem.stock[l]);
      if (units > best_units || (units == best_units && units > 0 && problem.costs[l] < problem.costs[best])) {
        best_units = units;
        best = l;
      }
    }
    if (best_units == 0) break;
    give(left, problem.stock[best]);
    chosen.push_back(best);
  }
  return measure(problem, std::move(chosen));
}

/// Leaves out a location that is not needed, or puts another in its place, as long as that helps.
Choice improved(Problem const& problem, Choice choice, std::int64_t looks_max) {
  for (bool again = true; again && looks_max > 0;) {
    again = false;
    for (std::size_t out = 0; out < choice.locations.size() && !again; ++out) {
      auto rest = choice.locations;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(out));
      auto candidate = measure(problem, rest);
      for (std::uint32_t in = 0; in <= problem.stock.size() && !again && looks_max-- > 0; ++in) {
        if (better(candidate, choice)) {
          choice = std::move(candidate);
          again = true;
        } else if (in < problem.stock.size() && std::find(rest.begin(), rest.end(), in) == rest.end()) {
          auto with = rest;
          with.push_back(in);
          candidate = measure(problem, std::move(with));
        }
      }
    }
  }
  return choice;
}

class Search {
 public:
  Search(Problem const& problem, std::int64_t looks_max, Choice best) : problem_(problem), looks_left_(looks_max), best_(std::move(best)) {
    auto const count = problem.stock.size();
    auto const items = problem.needs.size();
    most_.assign(count + 1, Units(items, 0));
    rest_.assign(count + 1, Units(items, 0));
    cheapest_.assign(count + 1, INT64_MAX);
    for (auto l = count; l-- > 0;) {
      for (std::size_t i = 0; i < items; ++i) {
        most_[l][i] = std::max(most_[l + 1][i], problem.stock[l][i]);
        rest_[l][i] = std::min(problem.needs[i], rest_[l + 1][i] + problem.stock[l][i]);
      }
      cheapest_[l] = std::min(cheapest_[l + 1], problem.costs[l]);
    }
  }

  /// All choices of exactly so many locations that could be better than the best so far.
  void look(std::size_t count) {
    chosen_.clear();
    walk(0, count, problem_.needs, 0, 0);
  }
  [[nodiscard]] bool complete() const noexcept { return looks_left_ > 0; }
  [[nodiscard]] Choice const& best() const noexcept { return best_; }

 private:
  void walk(std::uint32_t from, std::size_t more, Units const& left, std::int64_t units, std::int64_t cost) {
    if (looks_left_ <= 0) return;
    if (more == 0) {
      --looks_left_;
      Choice found{chosen_, units, cost};
      bool const as_good = units == best_.units && chosen_.size() == best_.locations.size() && cost == best_.cost;
      if (!better(found, best_) && !(as_good && guessed_)) return;
      // Choices come in the policy's order: of those that are as good, the first that is found is the best ranked.
      best_ = std::move(found);
      guessed_ = false;
      return;
    }
    for (auto l = from; l + more <= problem_.stock.size(); ++l) {
      if (!could_help(l, more, left, units, cost)) return;  // what comes later is a part of what could be chosen here
      auto after = left;
      auto const given = give(after, problem_.stock[l]);
      if (given == 0) continue;  // it would only add a parcel
      chosen_.push_back(l);
      walk(l + 1, more - 1, after, units + given, cost + problem_.costs[l]);
      chosen_.pop_back();
      if (looks_left_ <= 0) return;
    }
  }

  /// Whether any choice of `more` locations from `from` on could be better than the best so far.
  bool could_help(std::uint32_t from, std::size_t more, Units const& left, std::int64_t units, std::int64_t cost) {
    --looks_left_;
    auto reach = units;
    for (std::size_t i = 0; i < left.size(); ++i) {
      auto const by_count = most_[from][i] > left[i] / static_cast<std::int64_t>(more) ? left[i] : most_[from][i] * static_cast<std::int64_t>(more);
      reach += std::min({left[i], rest_[from][i], by_count});
    }
    if (reach != best_.units) return reach > best_.units;
    auto const size = chosen_.size() + more;
    if (size != best_.locations.size()) return size < best_.locations.size();
    auto const least = cost + static_cast<std::int64_t>(more) * cheapest_[from];
    return guessed_ ? least <= best_.cost : least < best_.cost;
  }

  Problem const& problem_;
  std::int64_t looks_left_;
  Choice best_;
  bool guessed_ = true;                 ///< the best so far was not found in the policy's order
  std::vector<Units> most_;             ///< per location and item: the most that one of this and the later ones has
  std::vector<Units> rest_;             ///< all of them together, at most what is needed
  std::vector<std::int64_t> cheapest_;  ///< of this and the later ones
  std::vector<std::uint32_t> chosen_;
};

}  // namespace

Choice choose(Problem const& problem, std::size_t count_max, std::int64_t looks_max, bool& complete) {
  std::int64_t reachable = 0;
  for (std::size_t i = 0; i < problem.needs.size(); ++i) {
    std::int64_t sum = 0;
    for (auto const& stock : problem.stock) sum = std::min(problem.needs[i], sum + stock[i]);
    reachable += sum;
  }
  Search search(problem, looks_max, improved(problem, first_choice(problem, count_max), looks_max));
  for (std::size_t count = 1; count <= std::min(count_max, problem.stock.size()) && search.complete(); ++count) {
    auto const& best = search.best();
    if (best.units == reachable && best.locations.size() < count) break;
    search.look(count);
  }
  complete = search.complete();
  return search.best();
}

}  // namespace bylaw::inline v0::allocation
