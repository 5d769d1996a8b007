// The columns of a block joined: the part whose cost is the number of words, not of rules.
#include "policy/index/block.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy::index {

void Block::reset(RuleIndex const& of, std::uint32_t count) {
  index = &of;
  items = count;
  scalars.resize(of.scalars.size() * items_max);
  if (groups.size() < of.groups.size()) groups.resize(of.groups.size());
  refer.clear();
}

void Block::add_refer(std::uint32_t item, Bits const& terms) {
  auto const words = std::size_t{index->words};
  if (refer.empty()) refer.resize(items_max * words);
  for (std::size_t w = 0; w < words; ++w) refer[item * words + w] |= terms[w];
}

namespace {

/// Tiles stay in registers only where nothing takes their address: what they are passed to is always inlined.
#define BYLAW_INLINE __attribute__((always_inline)) inline

// Wide machines join four words at once; others take such a unit as two.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define BYLAW_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define BYLAW_WIDE
#endif

/// What is joined at once.
template <int words>
struct Join {
  typedef std::uint64_t Unit __attribute__((vector_size(words < 4 ? 8 * words : 32), may_alias));  // NOLINT: attributes of types want a typedef
  static constexpr int units = words < 4 ? 1 : words / 4;
};

/// The words of one tile of one item, which fit the registers of the machine when joined.
template <int words>
struct Tile {
  using Unit = typename Join<words>::Unit;
  static constexpr int units = Join<words>::units;
  Unit bits[units];

  static BYLAW_INLINE Unit const* at(std::uint64_t const* words_at) { return reinterpret_cast<Unit const*>(words_at); }
  BYLAW_INLINE void load(std::uint64_t const* from) {
    for (int i = 0; i < units; ++i) bits[i] = at(from)[i];
  }
  BYLAW_INLINE void load_without(std::uint64_t const* from, std::uint64_t const* users) {
    for (int i = 0; i < units; ++i) bits[i] = at(from)[i] & ~at(users)[i];
  }
  BYLAW_INLINE void keep(std::uint64_t const* from) {
    for (int i = 0; i < units; ++i) bits[i] &= at(from)[i];
  }
  BYLAW_INLINE void keep(Tile const& other) {
    for (int i = 0; i < units; ++i) bits[i] &= other.bits[i];
  }
  BYLAW_INLINE void add(std::uint64_t const* from) {
    for (int i = 0; i < units; ++i) bits[i] |= at(from)[i];
  }
  BYLAW_INLINE void add(Tile const& other) {
    for (int i = 0; i < units; ++i) bits[i] |= other.bits[i];
  }
  BYLAW_INLINE void store(std::uint64_t* to) const {
    for (int i = 0; i < units; ++i) reinterpret_cast<Unit*>(to)[i] = bits[i];
  }
};

/// Joins the columns of a block for one tile of the terms.
/// `mapped`: the index has several tiles, and this one only some of the rows.
template <int words, bool mapped>
class TileMatch {
 public:
  BYLAW_INLINE TileMatch(Block const& block, View const* views, Bits const& active, std::size_t first, std::uint64_t* out)
      : block_(block), views_(views), index_(*block.index), active_(&active[first]), all_(&index_.all[first]), first_(first), out_(out + first) {}

  /// Item by item, all columns in registers: for tiles of many words.
  BYLAW_INLINE void by_item() const {
    auto const* views = views_;
    auto const count = index_.scalars.size();
    for (std::uint32_t place = 0; place < block_.items; ++place) {
      std::uint32_t const item = block_.order[place];
      Tile<words> left;
      left.load(active_);
      auto const* rows = &block_.scalars[item];
      for (std::size_t c = 0; c < count; ++c) left.keep(row(views[c], rows[c * Block::items_max]));
      auto const* group_views = views + count;
      for (std::size_t g = 0; g < index_.groups.size(); ++g) {
        left = with_group(index_.groups[g], block_.groups[g], group_views, item, left);
        group_views += index_.groups[g].columns.size();
      }
      left.store(out_ + item * std::size_t{index_.words});
    }
  }

  /// Column by column: for tiles of few words, whose cost is that of the loops around them.
  void by_column() const {
    auto const stride = std::size_t{index_.words};
    auto const items = block_.items;
    for (std::uint32_t item = 0; item < items; ++item) put(out_ + item * stride, active_);
    auto const* rows = block_.scalars.data();
    auto const* view = views_;
    auto left = index_.scalars.size();
    // Four columns at once: what is left of an item is then loaded and stored once for all of them.
    for (; left >= 4; left -= 4, view += 4, rows += 4 * Block::items_max) {
      for (std::uint32_t item = 0; item < items; ++item) {
        auto const* a = row(view[0], rows[item]);
        auto const* b = row(view[1], rows[item + Block::items_max]);
        auto const* c = row(view[2], rows[item + 2 * Block::items_max]);
        auto const* d = row(view[3], rows[item + 3 * Block::items_max]);
        for (int w = 0; w < words; ++w) out_[item * stride + static_cast<std::size_t>(w)] &= a[w] & b[w] & c[w] & d[w];
      }
    }
    for (; left > 0; --left, ++view, rows += Block::items_max) {
      for (std::uint32_t item = 0; item < items; ++item) keep(out_ + item * stride, row(*view, rows[item]));
    }
    for (std::size_t g = 0; g < index_.groups.size(); ++g) {
      auto const& group = index_.groups[g];
      if (!group.every && group.columns.size() == 1) {
        keep_any(group, block_.groups[g], *view);
      } else {
        for (std::uint32_t item = 0; item < items; ++item) {
          Tile<words> left;
          left.load(out_ + item * stride);
          left = with_group(group, block_.groups[g], view, item, left);
          left.store(out_ + item * stride);
        }
      }
      view += group.columns.size();
    }
  }

 private:
  [[nodiscard]] static BYLAW_INLINE std::uint64_t const* row(View const& view, std::uint32_t row) {
    return view.rows + (mapped ? view.row_of[row] : row) * std::size_t{words};
  }
  static BYLAW_INLINE void put(std::uint64_t* to, std::uint64_t const* from) {
    for (int w = 0; w < words; ++w) to[w] = from[w];
  }
  static BYLAW_INLINE void keep(std::uint64_t* to, std::uint64_t const* from) {
    for (int w = 0; w < words; ++w) to[w] &= from[w];
  }

  /// One column of elements. Most items have few: so many are looked at in any case, the last one again
  /// where there are fewer, because a loop of that length is foreseen and one of their number is not.
  void keep_any(Group const& group, Block::Elements const& elements, View view) const {
    constexpr std::uint32_t few = 4;
    auto const stride = std::size_t{index_.words};
    Tile<words> none;
    none.load_without(all_, &group.users[first_]);
    auto const* begins = elements.places->begins.data();
    auto const* rows = elements.columns[0].data();
    for (std::uint32_t item = 0; item < block_.items; ++item) {
      auto const begin = begins[item];
      auto const end = begins[item + 1];
      Tile<words> any = none;
      if (begin != end) {
        for (std::uint32_t i = 0; i < few; ++i) any.add(row(view, rows[std::min(begin + i, end - 1)]));
        for (auto element = begin + few; element < end; ++element) any.add(row(view, rows[element]));
      }
      Tile<words> left;
      left.load(out_ + item * stride);
      left.keep(any);
      left.store(out_ + item * stride);
    }
  }

  BYLAW_INLINE Tile<words> with_group(Group const& group, Block::Elements const& elements, View const* views, std::uint32_t item, Tile<words> left) const {
    auto const begin = elements.places->begins[item];
    auto const end = elements.places->begins[item + 1];
    auto const count = group.columns.size();
    if (group.every || end - begin == 1) {
      for (std::size_t c = 0; c < count; ++c) {
        for (auto element = begin; element < end; ++element) left.keep(row(views[c], elements.columns[c][element]));
      }
      return left;
    }
    // Terms that ask nothing of these elements hold even when there are none.
    Tile<words> any;
    any.load_without(all_, &group.users[first_]);
    for (auto element = begin; element < end; ++element) {
      if (count == 1) {
        any.add(row(views[0], elements.columns[0][element]));
        continue;
      }
      Tile<words> one;
      one.load(row(views[0], elements.columns[0][element]));
      for (std::size_t c = 1; c < count; ++c) one.keep(row(views[c], elements.columns[c][element]));
      any.add(one);
    }
    left.keep(any);
    return left;
  }

  Block const& block_;
  View const* views_;
  RuleIndex const& index_;
  std::uint64_t const* active_;
  std::uint64_t const* all_;
  std::size_t first_;
  std::uint64_t* out_;
};

BYLAW_WIDE void match_4(Block const& block, View const* views, Bits const& active, std::uint64_t* out) {
  TileMatch<4, false>(block, views, active, 0, out).by_item();
}
BYLAW_WIDE void match_8(Block const& block, View const* views, Bits const& active, std::uint64_t* out) {
  TileMatch<8, false>(block, views, active, 0, out).by_item();
}
BYLAW_WIDE void match_16(Block const& block, View const* views, Bits const& active, std::uint64_t* out) {
  TileMatch<16, false>(block, views, active, 0, out).by_item();
}
BYLAW_WIDE void match_tile(Block const& block, View const* views, Bits const& active, std::size_t first, std::uint64_t* out) {
  TileMatch<16, true>(block, views, active, first, out).by_item();
}

/// Items with as many elements come together, so that the loops over elements run as the machine foresees.
void set_order(Block& block) {
  for (std::uint32_t item = 0; item < block.items; ++item) block.order[item] = static_cast<std::uint8_t>(item);
  if (block.items < 4 || block.index->groups.empty() || block.index->tile_words < 4) return;
  auto const& begins = block.groups[0].places->begins;
  constexpr std::uint32_t classes = 16;
  std::uint32_t starts[classes + 1] = {};
  auto const class_of = [&](std::uint32_t item) { return std::min(begins[item + 1] - begins[item], classes - 1); };
  for (std::uint32_t item = 0; item < block.items; ++item) ++starts[class_of(item) + 1];
  for (std::uint32_t c = 0; c < classes; ++c) starts[c + 1] += starts[c];
  for (std::uint32_t item = 0; item < block.items; ++item) block.order[starts[class_of(item)]++] = static_cast<std::uint8_t>(item);
}

}  // namespace

std::vector<View> views_of(RuleIndex const& index) {
  std::vector<View> out;
  for (std::size_t tile = 0; tile < index.words / index.tile_words; ++tile) {
    auto const add = [&](Column const& column) {
      out.push_back({column.rows.data() + column.first_row[tile] * std::size_t{index.tile_words}, column.row_of.data() + column.row_count * tile});
    };
    for (auto const& column : index.scalars) add(column);
    for (auto const& group : index.groups) std::for_each(group.columns.begin(), group.columns.end(), add);
  }
  return out;
}

void match(Block& block, std::vector<View> const& views, Bits const& active, Bits& left) {
  auto const& index = *block.index;
  if (left.size() < std::size_t{Block::items_max} * index.words) left.resize(std::size_t{Block::items_max} * index.words);
  set_order(block);
  switch (index.words) {
    case 1: TileMatch<1, false>(block, views.data(), active, 0, left.data()).by_column(); break;
    case 2: TileMatch<2, false>(block, views.data(), active, 0, left.data()).by_column(); break;
    case 4: match_4(block, views.data(), active, left.data()); break;
    case 8: match_8(block, views.data(), active, left.data()); break;
    case 16: match_16(block, views.data(), active, left.data()); break;
    default: {
      auto const tiles = index.words / index.tile_words;
      for (std::size_t tile = 0; tile < tiles; ++tile) {
        match_tile(block, views.data() + views.size() / tiles * tile, active, tile * index.tile_words, left.data());
      }
    }
  }
  for (std::size_t i = 0; i < block.refer.size(); ++i) left[i] |= block.refer[i] & active[i % index.words];
}

}  // namespace bylaw::inline v0::policy::index
