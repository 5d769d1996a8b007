#pragma once
#include "policy/host/row_source.hpp"
#include "policy/index/block.hpp"
#include "policy/index/frame_index.hpp"

namespace bylaw::inline v0::policy::host {

/// The columns of one index with the ways to their facts in host objects. Immutable.
struct Sources {
  index::RuleIndex const* index = nullptr;
  bool plain = false;  ///< one word, and each quantifier asks of one fact: BlockFiller::match_plain may serve
  std::vector<RowSource> scalars;
  struct Elements {
    Section::Many const* many = nullptr;  ///< nullptr: nothing is bound, there are no elements
    std::size_t same_as = 0;              ///< the first group with the same elements
    std::vector<RowSource> columns;
  };
  std::vector<Elements> groups;
};

/// `sections`: per level that stands still; nullptr where nothing is bound.
[[nodiscard]] Sources sources_of(Policy const& policy, index::FrameIndex const& from, std::vector<Section const*> const& sections);

/// The elements of one collection of many items, as they are gathered.
struct Gathered {
  std::vector<void const*> elements;
  index::Block::Places places;
};

/// Fills Blocks from host objects. It belongs to one caller, whose memory it keeps.
class BlockFiller {
 public:
  index::Block block;

  /// `orders`, `lines`: the objects of the levels, one per item. `stride`: of orders that stand one
  /// behind the other, in bytes; 0 when they do not.
  void fill(Sources const& sources, std::uint32_t items, void const* const* orders, std::size_t stride, void const* const* lines);
  /// The plain way for an index of one word: what is left of the terms of each order, without rows between.
  /// False when it cannot be taken for these orders: where facts are missing or not in plain memory, and for
  /// quantifiers over several facts.
  bool match_plain(Sources const& sources, std::uint32_t items, void const* const* orders, std::size_t stride, std::uint64_t active, std::uint64_t* left);

 private:
  bool keep_any(Sources const& sources, std::size_t g, void const* const* orders, std::uint32_t items, std::uint64_t* left);
  void fill_scalars(Sources const& sources, void const* const* orders, std::size_t stride, void const* const* lines);
  void fill_group(Sources const& sources, std::size_t g, void const* const* owners);
  void read_values(Sources::Elements const& group, void const* const* owners, Gathered& gathered, std::vector<std::uint32_t>& rows) const;

  std::vector<std::uint64_t> terms_;  ///< of elements
  std::vector<Gathered> gathered_;    ///< per group; of those that share it, the first
};

/// What filling Blocks from objects needs, kept from batch to batch.
struct ObjectScratch {
  BlockFiller filler;
  void const* orders[index::Block::items_max];       ///< of a block
  Gathered lines;                                    ///< for `scope line`: the lines of these orders
  void const* line_orders[index::Block::items_max];  ///< the order of each line of a block of lines
};

/// The records of a collection, item by item; those of plain values have no place of their own.
void gather(Section::Many const* many, std::uint32_t items, void const* const* owners, Gathered& out);

}  // namespace bylaw::inline v0::policy::host
