#include "policy/analysis/containment.hpp"

namespace bylaw::inline v0::policy::analysis {

namespace {

/// How well a variable tells terms apart: how often it is constrained, and in how many ways.
struct Spread {
  std::size_t uses = 0;
  std::unordered_map<std::uint64_t, std::size_t> domains;
};

std::uint64_t hash_of(Domain const& domain) {
  std::uint64_t hash = domain.missing ? 7 : 3;
  for (auto const& interval : domain.values) {
    for (auto const point : {interval.low, interval.high})
      hash = (hash ^ static_cast<std::uint64_t>(point) ^ static_cast<std::uint64_t>(point >> 64)) * 0x9E3779B97F4A7C15u;
  }
  return hash;
}

}  // namespace

Point ContainmentIndex::Tree::fill(std::size_t node, std::size_t from, std::size_t to) {
  if (to - from == 1) return highs[node] = entries[from].interval.high;
  auto const middle = (from + to) / 2;
  return highs[node] = std::max(fill(2 * node + 1, from, middle), fill(2 * node + 2, middle, to));
}

void ContainmentIndex::Tree::build() {
  std::stable_sort(entries.begin(), entries.end(), [](Entry const& a, Entry const& b) { return a.interval.low < b.interval.low; });
  highs.resize(4 * entries.size());
  if (!entries.empty()) (void)fill(0, 0, entries.size());
}

ContainmentIndex::ContainmentIndex(std::vector<Alternatives const*> members) {
  std::unordered_map<Variable, Spread> spreads;
  auto const each_term = [&](auto use) {
    for (std::size_t member = 0; member < members.size(); ++member) {
      if (members[member] == nullptr || !members[member]->complete) continue;
      for (auto const& term : members[member]->terms) use(member, term);
    }
  };
  each_term([&](std::size_t, Term const& term) {
    for (auto const& constraint : term.constraints) {
      auto& spread = spreads[constraint.variable];
      ++spread.uses;
      ++spread.domains[hash_of(constraint.domain)];
    }
  });
  // Expected number of others that look the same.
  auto const crowd = [&](Variable variable) {
    auto const& spread = spreads.at(variable);
    return static_cast<double>(spread.uses) / static_cast<double>(spread.domains.size());
  };
  each_term([&](std::size_t member, Term const& term) {
    if (term.constraints.empty()) return everything_.push_back(member);
    auto const best = std::min_element(term.constraints.begin(), term.constraints.end(), [&](Constraint const& a, Constraint const& b) {
      auto const x = crowd(a.variable);
      auto const y = crowd(b.variable);
      return x != y ? x < y : spreads.at(a.variable).uses < spreads.at(b.variable).uses;
    });
    auto& tree = trees_[best->variable];
    for (auto const& interval : best->domain.values) tree.entries.push_back({interval, member});
    if (best->domain.missing) tree.entries.push_back({{lowest - 1, lowest - 1}, member});
  });
  for (auto& [variable, tree] : trees_) tree.build();
}

}  // namespace bylaw::inline v0::policy::analysis
