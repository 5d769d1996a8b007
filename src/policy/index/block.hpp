#pragma once
#include "policy/index/rule_index.hpp"

namespace bylaw::inline v0::policy::index {

/// The rows of some items (orders, or lines of orders) in the columns of a RuleIndex, filled by whoever
/// knows where the facts are. Kept and filled again: its memory is reused.
struct Block {
  static constexpr std::uint32_t items_max = 64;

  RuleIndex const* index = nullptr;
  std::uint32_t items = 0;
  std::vector<std::uint32_t> scalars;  ///< (column, item); `items_max` to a column
  struct Elements {
    std::vector<std::uint32_t> begins;                ///< per item where its elements begin, and where the last one's end
    std::vector<std::vector<std::uint32_t>> columns;  ///< (column, element)
  };
  std::vector<Elements> groups;  ///< one per group of the index
  Bits refer;                    ///< (item, word): terms that the reference evaluator must decide; empty when there are none

  void reset(RuleIndex const& of, std::uint32_t count);
  /// Notes terms of an item that the reference evaluator must decide.
  void add_refer(std::uint32_t item, Bits const& terms);
};

/// What is left of the terms for each item: (item, word). `active`: the terms that are in force.
void match(Block const& block, Bits const& active, Bits& left);

}  // namespace bylaw::inline v0::policy::index
