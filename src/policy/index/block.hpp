#pragma once
#include "policy/index/rule_index.hpp"

namespace bylaw::inline v0::policy::index {

/// Row of a fact that is there and cannot be used: the reference evaluator must look at it.
inline constexpr std::uint32_t invalid_row = UINT32_MAX;

/// The rows of some items (orders, or lines of orders) in the columns of a RuleIndex, filled by whoever
/// knows where the facts are. Kept and filled again: its memory is reused.
struct Block {
  static constexpr std::uint32_t items_max = 64;

  RuleIndex const* index = nullptr;
  std::uint32_t items = 0;
  std::vector<std::uint32_t> scalars;  ///< (column, item); `items_max` to a column
  /// Whose the elements of a collection are; groups over the same collection share it.
  struct Places {
    std::vector<std::uint32_t> begins;  ///< per item where its elements begin, and where the last one's end

    /// The item that has an element.
    [[nodiscard]] std::uint32_t item_of(std::uint32_t element) const {
      return static_cast<std::uint32_t>(std::upper_bound(begins.begin(), begins.end(), element) - begins.begin()) - 1;
    }
  };
  struct Elements {
    Places const* places = nullptr;
    std::vector<std::vector<std::uint32_t>> columns;  ///< (column, element); perhaps longer
  };
  std::vector<Elements> groups;        ///< one per group of the index
  std::uint8_t order[items_max] = {};  ///< in which the items are joined
  Bits refer;                          ///< (item, word): terms that the reference evaluator must decide; empty when there are none

  void reset(RuleIndex const& of, std::uint32_t count);
  /// Notes terms of an item that the reference evaluator must decide.
  void add_refer(std::uint32_t item, Bits const& terms);
  /// Puts a row where a fact is missing or invalid, and notes what others must decide then.
  void settle(Column const& column, std::uint32_t& row, std::uint32_t item) {
    if (row < column.missing_row()) return;
    add_refer(item, row == invalid_row ? column.users : column.refer);
    row = column.missing_row();
  }
};

/// The rows of one column in one tile.
struct View {
  std::uint64_t const* rows = nullptr;
  std::uint32_t const* row_of = nullptr;
  std::uint32_t column = 0;  ///< among the scalars, or in its group
};
/// What terms of one tile ask of: a column that none of them uses leaves them all, and is not here.
struct TileViews {
  struct OfGroup {
    std::uint32_t group = 0;
    std::vector<View> columns;
  };
  std::vector<View> scalars;
  std::vector<OfGroup> groups;
};
/// Per tile. They point into the index.
[[nodiscard]] std::vector<TileViews> views_of(RuleIndex const& index);

/// What is left of the terms for each item: (item, word). `active`: the terms that are in force.
void match(Block& block, std::vector<TileViews> const& tiles, Bits const& active, Bits& left);

}  // namespace bylaw::inline v0::policy::index
