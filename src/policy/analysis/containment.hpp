#pragma once
#include "policy/analysis/terms.hpp"

namespace bylaw::inline v0::policy::analysis {

/// Finds, among many conditions, those that may contain a given one, without comparing all pairs.
///
/// Each term is kept under one of its variables, the one that tells it best from the others. What
/// contains a term must contain its domain of that variable, and intervals that contain an interval
/// are found in a tree. Who is found is only a candidate: is_subset has the last word.
class ContainmentIndex {
 public:
  /// `members` are not copied and must outlive the index; incomplete ones are left out.
  explicit ContainmentIndex(std::vector<Alternatives const*> members);

  /// Calls `use(member)` for candidates until it returns true. A rule that overlaps very many others
  /// is compared with candidates_max of them only: a lint may then be missing, never wrong.
  template <class Use>
  void each_container(Alternatives const& inner, Use use) const {
    if (!inner.complete || inner.terms.empty()) return;
    for (auto const member : everything_) {
      if (use(member)) return;
    }
    std::size_t looked = 0;
    for (auto const& constraint : inner.terms[0].constraints) {
      auto const at = trees_.find(constraint.variable);
      if (at != trees_.end() && at->second.stab(first_of(constraint.domain), looked, use)) return;
    }
  }

  static constexpr std::size_t candidates_max = 400;

 private:
  struct Entry {
    Interval interval;
    std::size_t member = 0;
  };
  /// Intervals rising by their low end, with the highest high end of each part of the list.
  struct Tree {
    std::vector<Entry> entries;
    std::vector<Point> highs;

    void build();
    template <class Use>
    bool stab(Interval const& inner, std::size_t& looked, Use& use) const {
      auto const end = static_cast<std::size_t>(
          std::upper_bound(entries.begin(), entries.end(), inner.low, [](Point low, Entry const& e) { return low < e.interval.low; }) - entries.begin());
      return stab(0, 0, entries.size(), end, inner.high, looked, use);
    }
    template <class Use>
    bool stab(std::size_t node, std::size_t from, std::size_t to, std::size_t end, Point high, std::size_t& looked, Use& use) const {
      if (from >= end || from >= to || highs[node] < high) return false;
      if (to - from == 1) return ++looked > candidates_max || use(entries[from].member);
      auto const middle = (from + to) / 2;
      return stab(2 * node + 1, from, middle, end, high, looked, use) || stab(2 * node + 2, middle, to, end, high, looked, use);
    }
    Point fill(std::size_t node, std::size_t from, std::size_t to);
  };
  /// Being missing is a point of its own, below all values.
  static Interval first_of(Domain const& domain) { return domain.values.empty() ? Interval{lowest - 1, lowest - 1} : domain.values[0]; }

  std::unordered_map<Variable, Tree> trees_;
  std::vector<std::size_t> everything_;  ///< members that hold always
};

}  // namespace bylaw::inline v0::policy::analysis
