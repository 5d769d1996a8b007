// Holds of orders in columns.
#include <bylaw/policy/columns.hpp>

#include "policy/batch/column_table.hpp"
#include "policy/batch/hold_run.hpp"

namespace bylaw::inline v0::policy {

namespace batch {

namespace {

/// The rows of one column of an index for values of a FieldColumn.
class ColumnSource {
 public:
  ColumnSource(Policy const& policy, index::Column const& column, Slot const& slot, FieldColumn const* field) : column_(column), field_(field) {
    if (field == nullptr) return;
    if (slot.kind == FactKind::text || slot.kind == FactKind::symbol) {
      NamedRows const named(policy, column, slot);
      std::vector<std::uint32_t> rows;
      for (auto const text : field->dictionary) rows.push_back(named.row(text));
      rows.push_back(invalid_row);
      coding_ = Coding(0, std::move(rows));
    } else {
      auto scale = index::frame_scale(policy.impl(), slot);
      scale.decimals = field->scale;
      coding_ = Coding(index::Lookup(column, scale, slot, policy.impl().symbols.size()));
    }
  }

  /// Rows of the values `first` up to `first + count`. True when some are missing or invalid.
  bool rows(std::size_t first, std::uint32_t count, std::uint32_t* out) const {
    if (field_ == nullptr) {
      std::fill_n(out, count, column_.missing_row());
      return true;
    }
    auto const stride = stride_of(*field_);
    auto const* begin = static_cast<char const*>(field_->values) + first * stride;
    bool lacks = coding_.rows(
        field_->form, [=](std::size_t i) { return begin + i * stride; }, count, out);
    // A negative code, which is a missing value, is among what the coding cannot use.
    if (field_->valid == nullptr && (field_->dictionary.empty() || !lacks)) return lacks;
    for (std::uint32_t i = 0; i < count; ++i) {
      std::int64_t ignored = 0;
      if (read_number(*field_, first + i, ignored)) continue;
      out[i] = column_.missing_row();
      lacks = true;
    }
    return lacks;
  }

 private:
  index::Column const& column_;
  FieldColumn const* field_;
  Coding coding_;
};

/// The columns of one index with the table's columns.
struct ColumnSources {
  index::RuleIndex const* index = nullptr;
  std::vector<ColumnSource> scalars;
  struct Elements {
    ListColumn const* list = nullptr;
    std::vector<ColumnSource> columns;
  };
  std::vector<Elements> groups;
};

ColumnSources sources_of(Policy const& policy, index::FrameIndex const& from, std::vector<TableSection const*> const& sections) {
  ColumnSources out;
  out.index = &from.rules;
  for (auto const& column : from.rules.scalars) {
    auto const& place = column.place;
    out.scalars.emplace_back(policy, column, from.layouts[place.level]->slots[place.slot], sections[place.level]->fields[place.slot]);
  }
  for (auto const& group : from.rules.groups) {
    auto const& many = sections[group.owner]->collections[group.collection];
    auto& elements = out.groups.emplace_back();
    elements.list = many.list;
    for (auto const& column : group.columns) {
      auto const& slot = many.element[0].layout->slots[column.place.slot];
      elements.columns.emplace_back(policy, column, slot, many.element[0].fields[column.place.slot]);
    }
  }
  return out;
}

class ColumnFacts : public Facts {
 public:
  ColumnFacts(Policy const& policy, TableSection const& root) : policy_(policy), root_(root) {
    auto const& impl = policy.impl();
    if (impl.lines_collection >= 0) lines_ = &root.collections[static_cast<std::size_t>(impl.lines_collection)];
    orders_ = sources_of(policy, impl.indexes->order_holds, {&root});
    if (lines_ != nullptr) line_sources_ = sources_of(policy, impl.indexes->line_holds, {&root, &lines_->element[0]});
  }

  index::Block& fill_orders(std::size_t first, std::uint32_t count) override {
    first_ = first;
    count_ = count;
    block_.reset(*orders_.index, count);
    places_.resize(orders_.groups.size());
    for (std::size_t c = 0; c < orders_.scalars.size(); ++c) {
      auto* rows = &block_.scalars[c * index::Block::items_max];
      if (orders_.scalars[c].rows(first, count, rows)) settle_items(orders_.index->scalars[c], rows);
    }
    for (std::size_t g = 0; g < orders_.groups.size(); ++g) fill_group(orders_, g, [&](std::uint32_t item) { return first + item; });
    return block_;
  }

  index::Block::Places const& gather_lines() override {
    line_places_.begins.assign(1, 0);
    for (std::uint32_t i = 0; i < count_; ++i) {
      auto const* list = lines_ == nullptr ? nullptr : lines_->list;
      auto const size = list == nullptr ? 0 : list->offsets[first_ + i + 1] - list->offsets[first_ + i];
      line_places_.begins.push_back(line_places_.begins.back() + size);
    }
    return line_places_;
  }

  index::Block& fill_lines(std::uint32_t begin, std::uint32_t count) override {
    block_.reset(*line_sources_.index, count);
    places_.resize(std::max(places_.size(), line_sources_.groups.size()));
    auto const order_of = [&](std::uint32_t item) { return first_ + line_places_.item_of(begin + item); };
    for (std::size_t c = 0; c < line_sources_.scalars.size(); ++c) {
      auto const& column = line_sources_.index->scalars[c];
      auto* rows = &block_.scalars[c * index::Block::items_max];
      bool lacks = false;
      if (column.place.level == 1) {
        lacks = line_sources_.scalars[c].rows(lines_->list->offsets[first_] + begin, count, rows);
      } else {
        for (std::uint32_t i = 0; i < count; ++i) lacks = line_sources_.scalars[c].rows(order_of(i), 1, rows + i) || lacks;
      }
      if (lacks) settle_items(column, rows);
    }
    for (std::size_t g = 0; g < line_sources_.groups.size(); ++g) {
      bool const of_line = line_sources_.index->groups[g].owner == 1;
      fill_group(line_sources_, g, [&](std::uint32_t item) { return of_line ? lines_->list->offsets[first_] + begin + item : order_of(item); });
    }
    return block_;
  }

  [[nodiscard]] Result<Frame> read(std::size_t row) const override { return read_frame(policy_, root_, row); }

 private:
  /// The elements of each item's owner.
  template <class OwnerOf>
  void fill_group(ColumnSources const& sources, std::size_t g, OwnerOf owner_of) {
    auto const& group = sources.groups[g];
    auto& places = places_[g];
    auto& to = block_.groups[g];
    to.places = &places;
    to.columns.resize(group.columns.size());
    places.begins.assign(1, 0);
    for (std::uint32_t i = 0; i < block_.items; ++i) {
      auto const owner = owner_of(i);
      auto const size = group.list == nullptr ? 0 : group.list->offsets[owner + 1] - group.list->offsets[owner];
      places.begins.push_back(places.begins.back() + size);
    }
    for (std::size_t c = 0; c < group.columns.size(); ++c) {
      auto& rows = to.columns[c];
      rows.resize(places.begins.back());
      for (std::uint32_t i = 0; i < block_.items;) {
        // Owners that follow each other have their elements in one run.
        auto end = i + 1;
        while (end < block_.items && owner_of(end) == owner_of(end - 1) + 1) ++end;
        auto const begin = places.begins[i];
        auto const count = places.begins[end] - begin;
        bool const lacks = group.list != nullptr && count > 0 && group.columns[c].rows(group.list->offsets[owner_of(i)], count, rows.data() + begin);
        for (auto element = begin; lacks && element < begin + count; ++element) {
          block_.settle(sources.index->groups[g].columns[c], rows[element], places.item_of(element));
        }
        i = end;
      }
    }
  }

  void settle_items(index::Column const& column, std::uint32_t* rows) {
    for (std::uint32_t i = 0; i < block_.items; ++i) block_.settle(column, rows[i], i);
  }

  Policy const& policy_;
  TableSection const& root_;
  TableSection::Many const* lines_ = nullptr;
  ColumnSources orders_;
  ColumnSources line_sources_;
  index::Block block_;
  std::vector<index::Block::Places> places_;
  index::Block::Places line_places_;
  std::size_t first_ = 0;
  std::uint32_t count_ = 0;
};

/// A table from one of its rows on.
class PartFacts final : public ColumnFacts {
 public:
  using ColumnFacts::ColumnFacts;
  std::size_t begin = 0;

  index::Block& fill_orders(std::size_t first, std::uint32_t count) override { return ColumnFacts::fill_orders(begin + first, count); }
  [[nodiscard]] Result<Frame> read(std::size_t row) const override { return ColumnFacts::read(begin + row); }
};

/// The first order from `from` on that is decided at another time, or `end`.
std::size_t end_of_moment(OrderRange const& range, std::size_t from, std::size_t end) {
  if (range.at == nullptr) return end;
  auto to = from + 1;
  while (to < end && range.at[to] == range.at[from]) ++to;
  return to;
}

}  // namespace

}  // namespace batch

Result<void> decide_holds(Policy const& policy, OrderColumns const& orders, Timestamp now, HoldBatch& out, Functions functions) {
  if (policy.empty()) return failure("no_policy", "there is no policy to decide by", {}, "load one without errors first");
  auto const section = batch::table_section(policy, orders);
  if (!section) return Unexpected{section.error()};
  batch::ColumnFacts facts(policy, *section);
  batch::decide_holds(policy, facts, orders.rows, now, functions, out);
  return {};
}

Result<void> decide_holds_in_parts(Policy const& policy, OrderColumns const& orders, OrderRange const& range, HoldParts parts, Functions functions) {
  constexpr std::size_t part_rows = 4096;
  if (policy.empty()) return failure("no_policy", "there is no policy to decide by", {}, "load one without errors first");
  if (range.begin > range.end || range.end > orders.rows) {
    return failure("columns_mismatch", "the range ends behind the last order", {}, "give rows of the table");
  }
  auto const section = batch::table_section(policy, orders);
  if (!section) return Unexpected{section.error()};
  batch::PartFacts facts(policy, *section);
  HoldBatch out;
  for (auto first = range.begin; first < range.end;) {
    auto const end = batch::end_of_moment(range, first, std::min(first + part_rows, range.end));
    facts.begin = first;
    batch::decide_holds(policy, facts, end - first, range.at == nullptr ? range.now : range.at[first], functions, out);
    if (!parts.take(parts.context, first, out)) return {};
    first = end;
  }
  return {};
}

}  // namespace bylaw::inline v0::policy
