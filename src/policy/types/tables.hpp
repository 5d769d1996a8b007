#pragma once
#include <string>
#include <vector>

#include "policy/syntax/reader.hpp"

namespace bylaw::inline v0::policy {

/// The parts of a `table` declaration as nodes of the syntax tree.
struct TableShape {
  struct Row {
    std::vector<std::uint32_t> cells;
    std::vector<std::uint32_t> values;  ///< the one after `gives`
    Span span;
  };
  std::string name;
  std::vector<std::uint32_t> parameters;
  std::uint32_t type = 0;
  std::string hit = "first";
  Span hit_span;
  std::vector<Row> rows;
  bool has_otherwise = false;
  std::uint32_t otherwise = 0;
};

[[nodiscard]] TableShape read_table(syntax::Cst const& cst, std::uint32_t node);

/// Level of the placeholders that stand for a table's columns while it is checked by itself.
inline constexpr std::uint32_t table_level = 1000;

}  // namespace bylaw::inline v0::policy
