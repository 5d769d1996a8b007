#pragma once
#include <map>

#include "policy/index/predicate.hpp"

namespace bylaw::inline v0::policy::index {

/// What is asked of one fact. `required`: it must be there for the index to speak at all.
struct FactCondition {
  std::vector<Literal> literals;
  bool required = false;
};

/// `any line where` or `every line where`: conditions on one element, each on one fact of it.
struct Quantified {
  bool every = false;
  std::uint32_t owner = 0;  ///< level of the frame that has the collection
  std::uint32_t collection = 0;
  std::map<Place, FactCondition> facts;
};

/// One alternative of a rule's guard: all its conditions hold. `exact`: nothing else was asked, so that
/// the rule applies when they do; otherwise the reference evaluator has the last word.
struct Term {
  std::map<Place, FactCondition> scalars;
  std::vector<Quantified> quantified;
  bool exact = true;
  bool blocked = false;  ///< a condition that may fail came before: what follows may not rule anything out
};

/// Brings guards to alternatives of conjunctions of conditions on single facts.
///
/// The reference evaluator reads conditions from left to right and stops at the first that decides; one
/// that cannot be computed fails the rule. A term therefore ends, for the index, at the first condition
/// that can fail for another reason than a missing fact, and every fact that the rule may read is required.
class NormalForm {
 public:
  NormalForm(Policy::Impl const& impl, std::vector<Layout const*> frames) : impl_(impl), frames_(std::move(frames)) {}

  /// `when` and not `unless`. Never empty; at most `terms_max` alternatives.
  [[nodiscard]] std::vector<Term> terms_of(Guard const& guard) const;

  static constexpr std::size_t terms_max = 8;

 private:
  [[nodiscard]] std::vector<Term> terms(std::uint32_t expression, bool holds) const;
  [[nodiscard]] Term leaf(Literal literal) const;
  [[nodiscard]] std::optional<Term> quantified(Expr const& expr, bool holds) const;
  [[nodiscard]] std::optional<Term> presence(std::uint32_t expression) const;
  bool add_presence(std::uint32_t expression, Term& out) const;
  [[nodiscard]] Layout const* layout_at(std::uint32_t level) const { return level < frames_.size() ? frames_[level] : nullptr; }

  Policy::Impl const& impl_;
  std::vector<Layout const*> frames_;  ///< of the levels that stand still while a rule is evaluated
};

}  // namespace bylaw::inline v0::policy::index
