// The columns of a block joined: the part whose cost is the number of words, not of rules.
#include "policy/index/block.hpp"

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

/// `words` words of one item, which fit the registers of the machine when joined.
template <int words>
struct Tile {
  std::uint64_t bits[words];

  void load(std::uint64_t const* from) {
    for (int w = 0; w < words; ++w) bits[w] = from[w];
  }
  void keep(std::uint64_t const* from) {
    for (int w = 0; w < words; ++w) bits[w] &= from[w];
  }
  void keep(Tile const& other) { keep(other.bits); }
  void add(std::uint64_t const* from) {
    for (int w = 0; w < words; ++w) bits[w] |= from[w];
  }
};

template <int words>
void match_any(Group const& group, Block::Elements const& elements, std::uint32_t begin, std::uint32_t end, std::size_t stride, std::size_t first,
               std::uint64_t const* all, Tile<words>& left) {
  auto const row = [&](std::size_t c, std::uint32_t element) { return &group.columns[c].rows[elements.columns[c][element] * stride + first]; };
  if (end - begin == 1) {
    for (std::size_t c = 0; c < group.columns.size(); ++c) left.keep(row(c, begin));
    return;
  }
  // Terms that ask nothing of these elements hold even when there are none.
  Tile<words> any;
  for (int w = 0; w < words; ++w) any.bits[w] = all[w] & ~group.users[first + static_cast<std::size_t>(w)];
  for (auto element = begin; element < end; ++element) {
    if (group.columns.size() == 1) {
      any.add(row(0, element));
      continue;
    }
    Tile<words> one;
    one.load(row(0, element));
    for (std::size_t c = 1; c < group.columns.size(); ++c) one.keep(row(c, element));
    any.add(one.bits);
  }
  left.keep(any);
}

template <int words>
void match_tile(Block const& block, Bits const& active, std::size_t first, std::uint64_t* out) {
  auto const& index = *block.index;
  auto const stride = std::size_t{index.words};
  for (std::uint32_t item = 0; item < block.items; ++item) {
    Tile<words> left;
    left.load(&active[first]);
    auto const* row = &block.scalars[item];
    for (auto const& column : index.scalars) {
      left.keep(&column.rows[*row * stride + first]);
      row += Block::items_max;
    }
    for (std::size_t g = 0; g < index.groups.size(); ++g) {
      auto const& group = index.groups[g];
      auto const& elements = block.groups[g];
      auto const begin = elements.begins[item];
      auto const end = elements.begins[item + 1];
      if (!group.every) {
        match_any(group, elements, begin, end, stride, first, &index.all[first], left);
        continue;
      }
      for (std::size_t c = 0; c < group.columns.size(); ++c) {
        for (auto element = begin; element < end; ++element) left.keep(&group.columns[c].rows[elements.columns[c][element] * stride + first]);
      }
    }
    for (int w = 0; w < words; ++w) out[item * stride + first + static_cast<std::size_t>(w)] = left.bits[w];
  }
}

}  // namespace

void match(Block const& block, Bits const& active, Bits& left) {
  auto const& index = *block.index;
  left.resize(std::size_t{Block::items_max} * index.words);
  for (std::size_t first = 0; first < index.words;) {
    auto const rest = index.words - first;
    if (rest >= 16) match_tile<16>(block, active, first, left.data());
    else if (rest >= 8) match_tile<8>(block, active, first, left.data());
    else if (rest >= 4) match_tile<4>(block, active, first, left.data());
    else if (rest >= 2) match_tile<2>(block, active, first, left.data());
    else match_tile<1>(block, active, first, left.data());
    first += rest >= 16 ? 16 : rest >= 8 ? 8 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
  }
  for (std::size_t i = 0; i < block.refer.size(); ++i) left[i] |= block.refer[i] & active[i % index.words];
}

}  // namespace bylaw::inline v0::policy::index
