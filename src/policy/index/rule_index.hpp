#pragma once
#include "policy/index/normal_form.hpp"

namespace bylaw::inline v0::policy::index {

/// Bits of terms, 64 to a word.
using Bits = std::vector<std::uint64_t>;

/// What every value of one fact leaves of the terms. A value has a row; a term that a row lacks is ruled out by it.
///
/// Numbers: row i is for the numbers between edge i-1 and edge i. Texts: row 0 is for those that no rule
/// names, row i for texts[i-1]. The last row is for a missing fact.
struct Column {
  Place place;
  std::vector<Edge> edges;
  std::vector<std::string> texts;
  Bits rows;   ///< (row, word)
  Bits users;  ///< terms that ask of this fact
  Bits refer;  ///< terms that the reference evaluator must decide when the fact is missing or no valid value

  [[nodiscard]] std::uint32_t missing_row() const { return static_cast<std::uint32_t>(edges.size() + texts.size() + 1); }
};

/// Conditions on elements of one collection: of each term at most one quantifier stands in a group, so
/// that the columns of an element are joined first and the elements after that.
struct Group {
  bool every = false;
  std::uint32_t owner = 0;
  std::uint32_t collection = 0;
  std::vector<Column> columns;
  Bits users;
};

/// The rules of one kind as bits: columns rule terms out, and what is left applies.
///
/// Immutable once built. The size grows with rules times distinct constants; building copies one row
/// per constant.
struct RuleIndex {
  std::uint32_t terms = 0;
  std::uint32_t words = 0;
  std::vector<std::uint32_t> rule_of;  ///< per term; terms of one rule stand together, rules rise
  Bits all;                            ///< every term
  Bits inexact;                        ///< terms that the reference evaluator must confirm
  std::vector<Column> scalars;
  std::vector<Group> groups;
  std::vector<std::uint32_t> dated_rules;  ///< rules that are not always in force

  [[nodiscard]] bool empty() const { return terms == 0; }
  [[nodiscard]] std::size_t bytes() const;
};

/// A rule as the index takes it.
struct IndexedRule {
  std::uint32_t rule = 0;
  Guard guard;
  std::vector<Place> required;  ///< facts that must be there beside those of the guard
  bool confirm = false;         ///< the reference evaluator must confirm it in any case
  bool dated = false;
};

/// `frames`: the layouts of the levels that stand still while a rule is evaluated.
[[nodiscard]] RuleIndex build(Policy::Impl const& impl, std::vector<Layout const*> const& frames, std::vector<IndexedRule> const& rules);

}  // namespace bylaw::inline v0::policy::index
