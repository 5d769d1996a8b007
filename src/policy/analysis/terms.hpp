#pragma once
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/analysis/domain.hpp"

namespace bylaw::inline v0::policy::analysis {

/// A figure, symbol or truth that conditions speak of. Two expressions that are written alike are
/// one variable, whichever rules they stand in.
using Variable = std::uint32_t;

/// What one conjunction of comparisons allows one variable. `span` is where it was said.
struct Constraint {
  Variable variable = 0;
  Domain domain;
  Span span;
  bool truth = false;  ///< of the condition as a whole: it compares no figure with a constant
};

/// All constraints hold. Rising by variable; a variable that is not named may be anything.
struct Term {
  std::vector<Constraint> constraints;
  std::uint64_t signature = 0;  ///< bit (variable mod 64) for each variable, to tell quickly that one is lacking
};

/// A condition as alternatives. `complete` is false when it has too many; then nothing is concluded from it.
struct Alternatives {
  std::vector<Term> terms;
  bool complete = true;
};

/// Two constraints of one conjunction that leave nothing.
struct Clash {
  bool found = false;
  Variable variable = 0;
  Span first;
  Span second;
};

/// Reads conditions as sets of comparisons with constants. What is no such comparison (a quantifier,
/// a host function) is a truth of its own, equal only to itself: nothing is guessed.
class Terms {
 public:
  explicit Terms(Policy::Impl const& impl) : impl_(impl) {}

  /// `when` and not `unless`, as alternatives without contradictions.
  [[nodiscard]] Alternatives of(Guard const& guard);
  [[nodiscard]] Alternatives of(std::uint32_t condition, bool holds);
  /// The first contradiction in a conjunction that stands in the source.
  [[nodiscard]] Clash find_clash(std::uint32_t conjunction);
  /// One comparison with constants as variable and domain.
  [[nodiscard]] Constraint constraint(std::uint32_t condition, bool holds);

  [[nodiscard]] Line const& line(Variable variable) const { return variables_[variable].line; }
  /// How the variable is written in the source.
  [[nodiscard]] std::string text(Variable variable) const;
  /// A number that equal expressions share.
  [[nodiscard]] std::uint32_t identity(std::uint32_t expression);

 private:
  struct Known {
    std::uint32_t expression = 0;
    Line line;
  };
  Variable variable(std::uint32_t expression);
  [[nodiscard]] bool is_constant(std::uint32_t index) const;
  Domain compared(std::uint32_t variable, Op op, std::uint32_t constant);
  Domain point(Variable variable, std::uint32_t constant);
  bool constant_point(Variable variable, std::uint32_t constant, Point& out);

  Policy::Impl const& impl_;
  std::unordered_map<std::string, std::uint32_t> identities_;
  std::vector<std::uint32_t> identity_of_;  ///< per node; 0: not known yet
  std::unordered_map<std::uint32_t, Variable> variable_of_;
  std::vector<Known> variables_;
  std::unordered_map<std::string, Point> texts_;
  static constexpr std::size_t terms_max = 24;
};

/// Whether every alternative of `a` is inside one of `b`.
[[nodiscard]] bool is_subset(Alternatives const& a, Alternatives const& b);
[[nodiscard]] bool is_subset(Term const& a, Term const& b);

}  // namespace bylaw::inline v0::policy::analysis
