// Blocks from host objects: rows from memory, elements gathered once for all groups over them.
#include "policy/host/sources.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy::host {

Sources sources_of(Policy const& policy, index::FrameIndex const& from, std::vector<Section const*> const& sections) {
  Sources out;
  out.index = &from.rules;
  for (auto const& column : from.rules.scalars) {
    auto const* section = sections[column.place.level];
    auto const& slot = from.layouts[column.place.level]->slots[column.place.slot];
    out.scalars.emplace_back(policy, column, slot, section == nullptr ? nullptr : &section->slots[column.place.slot]);
  }
  for (auto const& group : from.rules.groups) {
    auto& elements = out.groups.emplace_back();
    auto const* section = sections[group.owner];
    auto const* many = section == nullptr ? nullptr : &section->collections[group.collection];
    if (many != nullptr && !many->element.empty()) elements.many = many;
    while (out.groups[elements.same_as].many != elements.many) ++elements.same_as;
    auto const& layout = from.layouts[group.owner]->collections[group.collection].layout;
    for (auto const& column : group.columns) {
      auto const* plan = elements.many == nullptr ? nullptr : &elements.many->element[0].slots[column.place.slot];
      elements.columns.emplace_back(policy, column, layout.slots[column.place.slot], plan);
    }
  }
  auto const is_plain = [](index::Group const& group) { return !group.every && group.columns.size() == 1; };
  auto const has_place = [](Sources::Elements const& group) { return group.many != nullptr && group.many->values == nullptr; };
  out.plain = from.rules.words == 1 && std::all_of(from.rules.groups.begin(), from.rules.groups.end(), is_plain) &&
              std::all_of(out.groups.begin(), out.groups.end(), has_place);
  return out;
}

namespace {

/// Puts the elements of one item from `at` on; returns where they end. Most items have few: so many are
/// put in any case, because a loop of that length is foreseen and one of their number is not.
std::uint32_t gather_of(Part const& part, void const* holder, std::uint32_t at, std::vector<void const*>& elements) {
  constexpr std::size_t few = 4;
  void const* first = nullptr;
  std::size_t count = 0;
  if (!part.getter.span(holder, first, count)) {
    elements.resize(at);
    each(part.getter, holder, [&](void const* element) { elements.push_back(element); });
    count = elements.size() - at;
    return at + static_cast<std::uint32_t>(count);
  }
  if (count == 0) return at;
  if (elements.size() < at + count + few) elements.resize(2 * (at + count + few));
  auto const put = [&, begin = static_cast<char const*>(first)](std::size_t i) { elements[at + i] = begin + i * part.size; };
  for (std::size_t i = 0; i < few; ++i) put(i);
  for (std::size_t i = few; i < count; ++i) put(i);
  return at + static_cast<std::uint32_t>(count);
}

}  // namespace

void gather(Section::Many const* many, std::uint32_t items, void const* const* owners, Gathered& out) {
  out.places.begins.resize(items + 1);
  std::uint32_t at = 0;
  for (std::uint32_t i = 0; i < items; ++i) {
    out.places.begins[i] = at;
    if (many == nullptr) continue;
    auto const* holder = many->route.through.empty() ? owners[i] : arrive(many->route, owners[i]);
    if (holder != nullptr) at = gather_of(*many->part, holder, at, out.elements);
  }
  out.places.begins[items] = at;
}

void BlockFiller::fill(Sources const& sources, std::uint32_t items, void const* const* orders, std::size_t stride, void const* const* lines) {
  block.reset(*sources.index, items);
  fill_scalars(sources, orders, stride, lines);
  if (gathered_.size() < sources.groups.size()) gathered_.resize(sources.groups.size());
  for (std::size_t g = 0; g < sources.groups.size(); ++g) fill_group(sources, g, sources.index->groups[g].owner == 0 ? orders : lines);
}

bool BlockFiller::match_plain(Sources const& sources, std::uint32_t items, void const* const* orders, std::size_t stride, std::uint64_t active,
                              std::uint64_t* left) {
  if (!sources.plain) return false;
  std::fill_n(left, items, active);
  for (auto const& source : sources.scalars) {
    if (!source.keep(orders[0], stride, items, left)) return false;
  }
  if (gathered_.size() < sources.groups.size()) gathered_.resize(sources.groups.size());
  for (std::size_t g = 0; g < sources.groups.size(); ++g) {
    if (!keep_any(sources, g, orders, items, left)) return false;
  }
  return true;
}

/// Most orders have few elements: so many are looked at in any case, the last one again where there are
/// fewer, because a loop of that length is foreseen and one of their number is not.
bool BlockFiller::keep_any(Sources const& sources, std::size_t g, void const* const* orders, std::uint32_t items, std::uint64_t* left) {
  constexpr std::uint32_t few = 4;
  auto const& group = sources.groups[g];
  auto& gathered = gathered_[group.same_as];
  if (group.same_as == g) gather(group.many, items, orders, gathered);
  auto const* begins = gathered.places.begins.data();
  if (terms_.size() < begins[items]) terms_.resize(begins[items]);
  if (!group.columns[0].terms(gathered.elements.data(), begins[items], terms_.data())) return false;
  auto const none = sources.index->all[0] & ~sources.index->groups[g].users[0];
  auto const* terms = terms_.data();
  for (std::uint32_t item = 0; item < items; ++item) {
    auto const begin = begins[item];
    auto const end = begins[item + 1];
    auto any = none;
    if (begin != end) {
      for (std::uint32_t i = 0; i < few; ++i) any |= terms[std::min(begin + i, end - 1)];
      for (auto element = begin + few; element < end; ++element) any |= terms[element];
    }
    left[item] &= any;
  }
  return true;
}

void BlockFiller::fill_scalars(Sources const& sources, void const* const* orders, std::size_t stride, void const* const* lines) {
  auto* rows = block.scalars.data();
  for (std::size_t c = 0; c < sources.scalars.size(); ++c, rows += index::Block::items_max) {
    auto const& column = sources.index->scalars[c];
    auto const& source = sources.scalars[c];
    auto const* objects = column.place.level == 0 ? orders : lines;
    // One order alone is not worth a loop of its own for each fact.
    if (block.items == 1) {
      rows[0] = source.row(objects[0]);
      block.settle(column, rows[0], 0);
      continue;
    }
    bool const lacks = objects == orders && stride != 0 ? source.rows(orders[0], stride, block.items, rows) : source.rows(objects, block.items, rows);
    for (std::uint32_t i = 0; lacks && i < block.items; ++i) block.settle(column, rows[i], i);
  }
}

void BlockFiller::fill_group(Sources const& sources, std::size_t g, void const* const* owners) {
  auto const& group = sources.groups[g];
  auto const& columns = sources.index->groups[g].columns;
  auto& gathered = gathered_[group.same_as];
  auto& to = block.groups[g];
  to.places = &gathered.places;
  to.columns.resize(columns.size());
  bool const values = group.many != nullptr && group.many->values != nullptr;
  if (values) read_values(group, owners, gathered, to.columns[0]);
  else if (group.same_as == g) gather(group.many, block.items, owners, gathered);
  auto const count = gathered.places.begins[block.items];
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto& rows = to.columns[c];
    if (rows.size() < count) rows.resize(count);
    if (!values && !group.columns[c].rows(gathered.elements.data(), count, rows.data())) continue;
    for (std::uint32_t i = 0; i < block.items; ++i) {
      for (auto element = gathered.places.begins[i]; element < gathered.places.begins[i + 1]; ++element) block.settle(columns[c], rows[element], i);
    }
  }
}

/// A list of plain values: each is read once, for the one column there is.
void BlockFiller::read_values(Sources::Elements const& group, void const* const* owners, Gathered& gathered, std::vector<std::uint32_t>& rows) const {
  auto& places = gathered.places;
  rows.clear();
  places.begins.clear();
  for (std::uint32_t i = 0; i < block.items; ++i) {
    places.begins.push_back(static_cast<std::uint32_t>(rows.size()));
    auto const* holder = arrive(group.many->route, owners[i]);
    if (holder == nullptr) continue;
    each(group.many->values->getter, holder, [&](void const* given) { rows.push_back(group.columns[0].row_of(*static_cast<Value const*>(given))); });
  }
  places.begins.push_back(static_cast<std::uint32_t>(rows.size()));
}

}  // namespace bylaw::inline v0::policy::host
