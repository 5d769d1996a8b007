#pragma once
#include <bylaw/policy/explain.hpp>

#include "policy/explain/rule_view.hpp"

namespace bylaw::inline v0::policy {

/// Builds the tree of why a condition holds, asking the evaluator part by part.
class Reasoner {
 public:
  explicit Reasoner(Evaluation& evaluation) : evaluation_(evaluation), impl_(evaluation.session().impl) {}

  [[nodiscard]] Reasoning reason(std::uint32_t condition);
  /// What could not be computed; a condition then counts as not holding.
  std::string error;

 private:
  Reasoning leaf(std::uint32_t condition);
  Reasoning quantifier(std::uint32_t condition);
  bool truth(std::uint32_t condition);
  void add_table_rows(std::uint32_t expression, Reasoning& out);

  Evaluation& evaluation_;
  Policy::Impl const& impl_;
};

}  // namespace bylaw::inline v0::policy
