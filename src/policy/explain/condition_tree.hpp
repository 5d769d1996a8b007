// Conditions of a rule as trees over their comparisons.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include <bylaw/policy/coverage.hpp>

#include "policy/explain/rule_view.hpp"

namespace bylaw::inline v0::policy {

/// A condition as a tree over comparisons: what can be turned round one at a time.
struct Tree {
  enum class Node : std::uint8_t { atom, all, any, opposite, constant } node = Node::constant;
  std::size_t atom = 0;
  bool value = true;
  std::vector<Tree> parts;
};

enum class Seen : std::int8_t { unknown = -1, no = 0, yes = 1 };

inline bool evaluate(Tree const& tree, std::vector<Seen> const& atoms) {
  switch (tree.node) {
    case Tree::Node::atom: return atoms[tree.atom] == Seen::yes;
    case Tree::Node::opposite: return !evaluate(tree.parts[0], atoms);
    case Tree::Node::all: return std::all_of(tree.parts.begin(), tree.parts.end(), [&](Tree const& t) { return evaluate(t, atoms); });
    case Tree::Node::any: return std::any_of(tree.parts.begin(), tree.parts.end(), [&](Tree const& t) { return evaluate(t, atoms); });
    case Tree::Node::constant: break;
  }
  return tree.value;
}

/// One boolean function of a rule: its `when` and `unless`, one `require`, the inside of one quantifier.
struct Root {
  std::string clause;
  Tree tree;
  std::vector<std::uint32_t> atoms;  ///< expressions
  std::vector<ConditionCoverage> coverage;
  std::uint32_t quantifier = 0;  ///< inside of: node of any, every; 0: none
};

class RootBuilder {
 public:
  explicit RootBuilder(Policy::Impl const& impl) : impl_(impl) {}

  Root build(std::string clause, Guard const& guard) {
    Root root;
    root.clause = std::move(clause);
    root.tree.node = Tree::Node::all;
    if (guard.when >= 0) root.tree.parts.push_back(tree(static_cast<std::uint32_t>(guard.when), root, "when"));
    if (guard.unless >= 0) {
      Tree inverse;
      inverse.node = Tree::Node::opposite;
      inverse.parts.push_back(tree(static_cast<std::uint32_t>(guard.unless), root, "unless"));
      root.tree.parts.push_back(std::move(inverse));
    }
    return root;
  }

  std::vector<std::uint32_t> quantifiers;

 private:
  Tree tree(std::uint32_t index, Root& root, char const* word) {
    auto const& expr = impl_.nodes[index];
    Tree out;
    if (expr.op == Op::literal) {
      out.value = expr.number.numerator != 0;
      return out;
    }
    if (expr.op == Op::logical_and || expr.op == Op::logical_or || expr.op == Op::logical_not) {
      out.node = expr.op == Op::logical_and ? Tree::Node::all : expr.op == Op::logical_or ? Tree::Node::any : Tree::Node::opposite;
      for (auto const arg : expr.args) out.parts.push_back(tree(arg, root, word));
      return out;
    }
    if ((expr.op == Op::any || expr.op == Op::every) && impl_.nodes[expr.args[0]].op != Op::equal) quantifiers.push_back(index);
    out.node = Tree::Node::atom;
    out.atom = root.atoms.size();
    root.atoms.push_back(index);
    ConditionCoverage coverage;
    coverage.text = source_text(impl_, expr.span);
    coverage.clause = root.clause.empty() ? word : root.clause;
    coverage.span = expr.span;
    root.coverage.push_back(std::move(coverage));
    return out;
  }

  Policy::Impl const& impl_;
};

}  // namespace bylaw::inline v0::policy
