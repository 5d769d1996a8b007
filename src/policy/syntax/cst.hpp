#pragma once
#include <cstdint>
#include <vector>

#include "policy/syntax/token.hpp"

namespace bylaw::inline v0::policy::syntax {

/// The named rules of the grammar that leave a node behind. The names are the
/// grammar's own (docs/language.md, section 3).
enum class NodeKind : std::uint8_t {
  header,
  header_item,
  use,
  list,
  define,
  table,
  measure,
  record,
  record_field,
  enumeration,
  role,
  unit,
  reasons,
  reason_row,
  function,
  type,
  param,
  hold,
  stop,
  validation,
  allocation,
  protect,
  publish,
  service,
  change,
  backorder,
  return_rule,
  approval,
  brake,
  permit,
  posting,
  clause,
  cell,
  deadline,
  label,
  over,
  account,
  workflow,
  version,
  migrate,
  rename,
  state,
  region,
  action,
  disjunction,
  conjunction,
  negation,
  quantifier,
  source,
  comparison,
  sum,
  product,
  operand,
  primary,
  list_value,
  aggregate,
  reference,
  path,
  window,
  payment
};

/// A node spans tokens [first_token, end_token) and has its sub-nodes in order.
/// What lies between the sub-nodes are plain words, read from the tokens.
struct Node {
  NodeKind kind{};
  std::uint32_t first_token = 0;
  std::uint32_t end_token = 0;
  std::uint32_t first_child = 0;  ///< index into Cst::children
  std::uint32_t child_count = 0;
};

/// The concrete syntax tree of one file. Declarations that do not parse are left
/// out (and reported); the rest stays whole.
struct Cst {
  std::uint32_t source_index = 0;
  std::vector<Token> tokens;
  std::vector<Comment> comments;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;
  std::vector<std::uint32_t> declarations;  ///< the header, when there is one, first
};

/// Parses one source. Never fails as a whole: findings go to `out`.
[[nodiscard]] Cst parse(Source const& source, std::uint32_t source_index, Diagnostics& out);

}  // namespace bylaw::inline v0::policy::syntax
