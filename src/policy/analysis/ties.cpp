// Guards of workflows that can hold at the same time.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "policy/analysis/lints.hpp"
#include "policy/analysis/terms.hpp"

namespace bylaw::inline v0::policy {

using namespace analysis;  // NOLINT

namespace {

bool same_way(Transition const& a, Transition const& b) {
  auto const equal = [](Action const& x, Action const& y) { return x.name == y.name && x.arguments == y.arguments; };
  return a.target == b.target && std::equal(a.actions.begin(), a.actions.end(), b.actions.begin(), b.actions.end(), equal);
}

/// Whether one caller may take both.
bool share_a_role(Transition const& a, Transition const& b) {
  if (a.by.empty() || b.by.empty()) return true;
  return std::any_of(a.by.begin(), a.by.end(), [&](std::string const& role) { return std::find(b.by.begin(), b.by.end(), role) != b.by.end(); });
}

class TieFinder {
 public:
  TieFinder(Policy::Impl const& impl, Diagnostics& out) : impl_(impl), out_(out), terms_(impl) {}

  void run() {
    for (auto const& workflow : impl_.workflows) {
      for (auto const& state : workflow.states) look_at(state);
    }
  }

 private:
  Alternatives const& of(std::int32_t guard) {
    auto& known = known_[guard];
    if (!known) known = terms_.of(static_cast<std::uint32_t>(impl_.guards[static_cast<std::size_t>(guard)].condition), true);
    return *known;
  }

  void look_at(State const& state) {
    auto const& all = state.transitions;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].guard < 0) continue;
      for (std::size_t j = i + 1; j < all.size(); ++j) {
        bool const rivals = all[j].guard >= 0 && all[i].event == all[j].event && !all[i].timed && !all[j].timed && !same_way(all[i], all[j]);
        if (rivals && share_a_role(all[i], all[j])) compare(state, all[i], all[j]);
      }
    }
  }

  /// A tie that is certain: both are sets of comparisons of facts with constants, and have values in common. What a quantifier or a
  /// host's function says is not guessed; there the engine looks when it happens.
  void compare(State const& state, Transition const& a, Transition const& b) {
    auto const first = of(a.guard);
    auto const second = of(b.guard);
    if (!first.complete || !second.complete) return;
    for (auto const& x : first.terms) {
      for (auto const& y : second.terms) {
        std::string example;
        if (!overlap(x, y, example)) continue;
        if (!told_.insert(b.span.begin_offset).second) return;
        report(out_, "BY0460", b.span, {{"state", state.name}, {"event", a.event.empty() ? "a `when`" : "`" + a.event + "`"}, {"example", example}});
        return;
      }
    }
  }

  bool overlap(Term const& x, Term const& y, std::string& example) {
    auto const add = [&](Constraint const& constraint, Domain const& domain) {
      if (constraint.truth) return false;
      example += (example.empty() ? "" : " and ") + terms_.text(constraint.variable) + " is " + describe(impl_, terms_.line(constraint.variable), domain);
      return true;
    };
    auto b = y.constraints.begin();
    for (auto const& a : x.constraints) {
      for (; b != y.constraints.end() && b->variable < a.variable; ++b) {
        if (!add(*b, b->domain)) return false;
      }
      bool const shared = b != y.constraints.end() && b->variable == a.variable;
      auto const both = shared ? intersect(a.domain, b->domain) : a.domain;
      if (both.empty() || !add(a, both)) return false;
      if (shared) ++b;
    }
    for (; b != y.constraints.end(); ++b) {
      if (!add(*b, b->domain)) return false;
    }
    return true;
  }

  Policy::Impl const& impl_;
  Diagnostics& out_;
  Terms terms_;
  std::map<std::int32_t, std::optional<Alternatives>> known_;
  std::set<std::uint32_t> told_;
};

}  // namespace

void check_ties(Policy::Impl const& impl, Diagnostics& out) { TieFinder(impl, out).run(); }

}  // namespace bylaw::inline v0::policy
