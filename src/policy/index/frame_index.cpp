// The index over facts in Frames: what engine, command line and explanations decide with.
#include "policy/index/frame_index.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy::index {

namespace {

constexpr std::int32_t frame_decimals = 9;

/// Rows of one set of facts, joined word by word.
class Matcher {
 public:
  Matcher(FrameIndex const& index, Frame const* const* frames) : index_(index), frames_(frames), words_(index.rules.words), left_(index.rules.all) {}

  void match() {
    for (std::size_t c = 0; c < index_.scalars.size(); ++c) {
      auto const& column = index_.rules.scalars[c];
      and_row(left_, column, row(column, index_.scalars[c], *index_.layouts[column.place.level], *frames_[column.place.level]));
    }
    for (std::size_t g = 0; g < index_.groups.size(); ++g) match_group(index_.rules.groups[g], index_.groups[g]);
    for (std::size_t w = 0; w < refer_.size(); ++w) left_[w] |= refer_[w];
  }

  [[nodiscard]] std::vector<std::uint32_t> rules() const {
    std::vector<std::uint32_t> out;
    for (std::uint32_t w = 0; w < words_; ++w) {
      for (auto bits = left_[w]; bits != 0; bits &= bits - 1) {
        auto const rule = index_.rules.rule_of[64 * w + static_cast<std::uint32_t>(__builtin_ctzll(bits))];
        if (out.empty() || out.back() != rule) out.push_back(rule);
      }
    }
    return out;
  }

 private:
  void match_group(Group const& group, std::vector<Lookup> const& lookups) {
    auto const& owner = *frames_[group.owner];
    auto const& layout = index_.layouts[group.owner]->collections[group.collection].layout;
    Bits any(words_);
    for (std::size_t w = 0; w < words_; ++w) any[w] = index_.rules.all[w] & ~group.users[w];
    if (group.collection < owner.collections.size()) {
      for (auto const& element : owner.collections[group.collection]) {
        Bits one(index_.rules.all);
        for (std::size_t c = 0; c < lookups.size(); ++c) and_row(one, group.columns[c], row(group.columns[c], lookups[c], layout, element));
        auto& into = group.every ? left_ : any;
        for (std::size_t w = 0; w < words_; ++w) into[w] = group.every ? into[w] & one[w] : into[w] | one[w];
      }
    }
    if (group.every) return;
    for (std::size_t w = 0; w < words_; ++w) left_[w] &= any[w];
  }

  void and_row(Bits& bits, Column const& column, std::uint32_t row) const {
    auto const tile = std::size_t{index_.rules.tile_words};
    for (std::size_t first = 0; first < words_; first += tile) {
      if (!column.has_rows(first / tile)) continue;
      auto const of_tile = column.row_of.empty() ? row : column.row_of[column.row_count * (first / tile) + row];
      auto const* from = &column.rows[(column.first_row[first / tile] + of_tile) * tile];
      for (std::size_t w = 0; w < tile; ++w) bits[first + w] &= from[w];
    }
  }

  /// The row of a fact; notes the terms that others must decide when it is missing or no valid value.
  std::uint32_t row(Column const& column, Lookup const& lookup, Layout const& layout, Frame const& frame) {
    auto const& slot = layout.slots[column.place.slot];
    auto const* value = column.place.slot < frame.values.size() ? &frame.values[column.place.slot] : nullptr;
    if (value == nullptr || !value->known) return refer(column, column.refer);
    if (slot.kind == FactKind::text) return column.row_of_text(value->text);
    std::int64_t number = 0;
    if (!number_of(slot, *value, number) || !lookup.is_valid(number)) return refer(column, column.users);
    return lookup.row(number);
  }

  std::uint32_t refer(Column const& column, Bits const& terms) {
    refer_.resize(words_);
    for (std::size_t w = 0; w < words_; ++w) refer_[w] |= terms[w];
    return column.missing_row();
  }

  FrameIndex const& index_;
  Frame const* const* frames_;
  std::size_t words_;
  Bits left_;
  Bits refer_;
};

FrameIndex frame_index(Policy::Impl const& impl, std::vector<Layout const*> layouts, std::vector<IndexedRule> const& rules) {
  FrameIndex out;
  out.rules = build(impl, layouts, rules);
  out.layouts = std::move(layouts);
  out.views = views_of(out.rules);
  out.simple = out.rules.is_simple() && out.rules.is_exact();
  auto const lookup = [&](Column const& column, Layout const& layout) {
    auto const& slot = layout.slots[column.place.slot];
    return Lookup(column, frame_scale(impl, slot), slot, impl.symbols.size());
  };
  for (auto const& column : out.rules.scalars) out.scalars.push_back(lookup(column, *out.layouts[column.place.level]));
  for (auto const& group : out.rules.groups) {
    auto& lookups = out.groups.emplace_back();
    for (auto const& column : group.columns) lookups.push_back(lookup(column, out.layouts[group.owner]->collections[group.collection].layout));
  }
  return out;
}

template <class Programs>
std::vector<IndexedRule> guarded(Programs const& programs) {
  std::vector<IndexedRule> out;
  for (std::uint32_t i = 0; i < programs.size(); ++i) out.push_back({i, programs[i].guard, {}, true, false});
  return out;
}

std::vector<IndexedRule> holds(Policy::Impl const& impl, bool scope_line) {
  std::vector<IndexedRule> out;
  for (std::uint32_t i = 0; i < impl.holds.size(); ++i) {
    if (impl.holds[i].scope_line != scope_line) continue;
    auto const& program = impl.hold_programs[i];
    auto const& period = impl.holds[i].info.period;
    bool const dated = period.from > Period{}.from || period.until < Period{}.until;
    auto& rule = out.emplace_back(IndexedRule{i, program.guard, {}, program.clears_when >= 0, dated});
    for (auto const& await : program.awaits) rule.required.push_back({await.level, await.slot});
  }
  return out;
}

}  // namespace

bool number_of(Slot const& slot, Value const& value, std::int64_t& out) {
  out = value.number;
  if (slot.kind != FactKind::decimal && slot.kind != FactKind::quantity) return value.scale == 0;
  return value.scale >= 0 && value.scale <= frame_decimals && !__builtin_mul_overflow(value.number, power_of_ten(frame_decimals - value.scale), &out) &&
         out > INT64_MIN && out < INT64_MAX;
}

Scale frame_scale(Policy::Impl const& impl, Slot const& slot) {
  if (slot.kind == FactKind::decimal) return {frame_decimals, 1};
  if (slot.kind != FactKind::quantity) return {};
  auto const* unit = find_any_unit(impl, slot.detail);
  return {frame_decimals, unit == nullptr ? 1 : unit->base_units};
}

std::vector<std::uint32_t> FrameIndex::candidates(Frame const* const* frames) const {
  if (rules.empty()) return {};
  Matcher matcher(*this, frames);
  matcher.match();
  return matcher.rules();
}

Indexes build(Policy::Impl const& impl) {
  auto const* order = &impl.layout(Subject::order);
  Indexes out;
  out.order_holds = frame_index(impl, {order}, holds(impl, false));
  if (impl.lines_collection >= 0) {
    auto const* line = &order->collections[static_cast<std::size_t>(impl.lines_collection)].layout;
    out.line_holds = frame_index(impl, {order, line}, holds(impl, true));
    out.backorders = frame_index(impl, {order, line}, guarded(impl.backorder_programs));
  } else {
    out.backorders = frame_index(impl, {order}, guarded(impl.backorder_programs));
  }
  auto const with = [&](Subject subject, std::vector<IndexedRule> const& rules) { return frame_index(impl, {order, &impl.layout(subject)}, rules); };
  out.allocations = frame_index(impl, {order}, guarded(impl.allocation_programs));
  out.services = with(Subject::candidate, guarded(impl.service_programs));
  out.changes = with(Subject::change, guarded(impl.change_programs));
  out.returns = with(Subject::return_line, guarded(impl.return_programs));
  out.approvals = with(Subject::request, guarded(impl.approval_programs));
  return out;
}

}  // namespace bylaw::inline v0::policy::index
