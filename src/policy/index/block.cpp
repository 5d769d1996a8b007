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
// Sanitizers are not ready when the choice between the two is made, before the program begins.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BYLAW_SANITIZED
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define BYLAW_SANITIZED
#endif
#if defined(__x86_64__) && !defined(BYLAW_SANITIZED)
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
  BYLAW_INLINE TileMatch(Block const& block, TileViews const& views, Bits const& active, std::size_t first, std::uint64_t* out)
      : block_(block), views_(views), index_(*block.index), active_(&active[first]), all_(&index_.all[first]), first_(first), out_(out + first) {}

  /// Item by item, all columns in registers: for tiles of many words.
  BYLAW_INLINE void by_item() const {
    auto const* begin = views_.scalars.data();
    auto const* end = begin + views_.scalars.size();
    for (std::uint32_t place = 0; place < block_.items; ++place) {
      std::uint32_t const item = block_.order[place];
      Tile<words> left;
      left.load(active_);
      auto const* rows = block_.scalars.data() + item;
      for (auto const* view = begin; view != end; ++view) left.keep(row(*view, rows[view->column * std::size_t{Block::items_max}]));
      for (auto const& group : views_.groups) left = with_group(group, item, left);
      left.store(out_ + item * std::size_t{index_.words});
    }
  }

  /// Column by column: for tiles of few words, whose cost is that of the loops around them.
  void by_column() const {
    auto const stride = std::size_t{index_.words};
    auto const items = block_.items;
    for (std::uint32_t item = 0; item < items; ++item) put(out_ + item * stride, active_);
    auto const* view = views_.scalars.data();
    auto left = views_.scalars.size();
    // Four columns at once: what is left of an item is then loaded and stored once for all of them.
    for (; left >= 4; left -= 4, view += 4) {
      auto const* a_rows = rows_of(view[0]);
      auto const* b_rows = rows_of(view[1]);
      auto const* c_rows = rows_of(view[2]);
      auto const* d_rows = rows_of(view[3]);
      for (std::uint32_t item = 0; item < items; ++item) {
        auto const* a = row(view[0], a_rows[item]);
        auto const* b = row(view[1], b_rows[item]);
        auto const* c = row(view[2], c_rows[item]);
        auto const* d = row(view[3], d_rows[item]);
        for (int w = 0; w < words; ++w) out_[item * stride + static_cast<std::size_t>(w)] &= a[w] & b[w] & c[w] & d[w];
      }
    }
    for (; left > 0; --left, ++view) {
      auto const* rows = rows_of(*view);
      for (std::uint32_t item = 0; item < items; ++item) keep(out_ + item * stride, row(*view, rows[item]));
    }
    for (auto const& group : views_.groups) {
      if (!index_.groups[group.group].every && group.columns.size() == 1) {
        keep_any(group);
        continue;
      }
      for (std::uint32_t item = 0; item < items; ++item) {
        Tile<words> one;
        one.load(out_ + item * stride);
        one = with_group(group, item, one);
        one.store(out_ + item * stride);
      }
    }
  }

 private:
  [[nodiscard]] static BYLAW_INLINE std::uint64_t const* row(View const& view, std::uint32_t row) {
    return view.rows + (mapped ? view.row_of[row] : row) * std::size_t{words};
  }
  [[nodiscard]] std::uint32_t const* rows_of(View const& view) const { return block_.scalars.data() + view.column * std::size_t{Block::items_max}; }
  static BYLAW_INLINE void put(std::uint64_t* to, std::uint64_t const* from) {
    for (int w = 0; w < words; ++w) to[w] = from[w];
  }
  static BYLAW_INLINE void keep(std::uint64_t* to, std::uint64_t const* from) {
    for (int w = 0; w < words; ++w) to[w] &= from[w];
  }

  /// One column of elements. Most items have few: so many are looked at in any case, the last one again
  /// where there are fewer, because a loop of that length is foreseen and one of their number is not.
  void keep_any(TileViews::OfGroup const& views) const {
    constexpr std::uint32_t few = 4;
    auto const stride = std::size_t{index_.words};
    auto const& elements = block_.groups[views.group];
    auto const& view = views.columns[0];
    Tile<words> none;
    none.load_without(all_, &index_.groups[views.group].users[first_]);
    auto const* begins = elements.places->begins.data();
    auto const* rows = elements.columns[view.column].data();
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

  BYLAW_INLINE Tile<words> with_group(TileViews::OfGroup const& views, std::uint32_t item, Tile<words> left) const {
    auto const& group = index_.groups[views.group];
    auto const& elements = block_.groups[views.group];
    auto const begin = elements.places->begins[item];
    auto const end = elements.places->begins[item + 1];
    auto const* first = views.columns.data();
    auto const* last = first + views.columns.size();
    auto const bits = [&](View const* view, std::uint32_t element) { return row(*view, elements.columns[view->column][element]); };
    if (group.every || end - begin == 1) {
      for (auto const* view = first; view != last; ++view) {
        for (auto element = begin; element < end; ++element) left.keep(bits(view, element));
      }
      return left;
    }
    // Terms that ask nothing of these elements hold even when there are none.
    Tile<words> any;
    any.load_without(all_, &group.users[first_]);
    for (auto element = begin; element < end; ++element) {
      if (last - first == 1) {
        any.add(bits(first, element));
        continue;
      }
      Tile<words> one;
      one.load(bits(first, element));
      for (auto const* view = first + 1; view != last; ++view) one.keep(bits(view, element));
      any.add(one);
    }
    left.keep(any);
    return left;
  }

  Block const& block_;
  TileViews const& views_;
  RuleIndex const& index_;
  std::uint64_t const* active_;
  std::uint64_t const* all_;
  std::size_t first_;
  std::uint64_t* out_;
};

BYLAW_WIDE void match_4(Block const& block, TileViews const& views, Bits const& active, std::uint64_t* out) {
  TileMatch<4, false>(block, views, active, 0, out).by_item();
}
BYLAW_WIDE void match_8(Block const& block, TileViews const& views, Bits const& active, std::uint64_t* out) {
  TileMatch<8, false>(block, views, active, 0, out).by_item();
}
BYLAW_WIDE void match_16(Block const& block, TileViews const& views, Bits const& active, std::uint64_t* out) {
  TileMatch<16, false>(block, views, active, 0, out).by_item();
}
BYLAW_WIDE void match_tile(Block const& block, TileViews const& views, Bits const& active, std::size_t first, std::uint64_t* out) {
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

std::vector<TileViews> views_of(RuleIndex const& index) {
  std::vector<TileViews> out(index.words / index.tile_words);
  for (std::size_t tile = 0; tile < out.size(); ++tile) {
    auto const add = [&](std::vector<Column> const& columns, std::vector<View>& to) {
      for (std::uint32_t c = 0; c < columns.size(); ++c) {
        auto const& column = columns[c];
        if (!column.has_rows(tile)) continue;
        to.push_back({column.rows.data() + column.first_row[tile] * std::size_t{index.tile_words}, column.row_of.data() + column.row_count * tile, c});
      }
    };
    add(index.scalars, out[tile].scalars);
    for (std::uint32_t g = 0; g < index.groups.size(); ++g) {
      TileViews::OfGroup group{g, {}};
      add(index.groups[g].columns, group.columns);
      if (!group.columns.empty()) out[tile].groups.push_back(std::move(group));
    }
  }
  return out;
}

void match(Block& block, std::vector<TileViews> const& tiles, Bits const& active, Bits& left) {
  auto const& index = *block.index;
  if (left.size() < std::size_t{Block::items_max} * index.words) left.resize(std::size_t{Block::items_max} * index.words);
  set_order(block);
  switch (index.words) {
    case 0: break;
    case 1: TileMatch<1, false>(block, tiles[0], active, 0, left.data()).by_column(); break;
    case 2: TileMatch<2, false>(block, tiles[0], active, 0, left.data()).by_column(); break;
    case 4: match_4(block, tiles[0], active, left.data()); break;
    case 8: match_8(block, tiles[0], active, left.data()); break;
    case 16: match_16(block, tiles[0], active, left.data()); break;
    default:
      for (std::size_t tile = 0; tile < tiles.size(); ++tile) match_tile(block, tiles[tile], active, tile * index.tile_words, left.data());
  }
  if (block.refer.empty()) return;
  for (std::uint32_t item = 0; item < block.items; ++item) {
    auto const at = item * std::size_t{index.words};
    for (std::size_t w = 0; w < index.words; ++w) left[at + w] |= block.refer[at + w] & active[w];
  }
}

}  // namespace bylaw::inline v0::policy::index
