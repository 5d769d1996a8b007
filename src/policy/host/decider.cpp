// Holds of many host objects: rows of the index from memory, and the reference evaluator for what is left open.
#include <algorithm>
#include <memory>
#include <tuple>

#include "policy/host/batch_writer.hpp"
#include "policy/host/row_source.hpp"
#include "policy/index/frame_index.hpp"
#include "policy/program/decide.hpp"

namespace bylaw::inline v0::policy {

HoldBatch::HoldBatch() : scratch_(new Scratch) {}
HoldBatch::HoldBatch(HoldBatch&& other) noexcept
    : ends_(std::move(other.ends_)), hits_(std::move(other.hits_)), errors_(std::move(other.errors_)), scratch_(std::exchange(other.scratch_, new Scratch)) {}
HoldBatch& HoldBatch::operator=(HoldBatch&& other) noexcept {
  std::swap(ends_, other.ends_);
  std::swap(hits_, other.hits_);
  std::swap(errors_, other.errors_);
  std::swap(scratch_, other.scratch_);
  return *this;
}
HoldBatch::~HoldBatch() { delete scratch_; }

namespace host {

namespace {

/// The columns of one index with the ways to their facts.
struct Sources {
  index::RuleIndex const* index = nullptr;
  std::vector<RowSource> scalars;
  struct Elements {
    Section::Many const* many = nullptr;  ///< nullptr: nothing is bound, there are no elements
    std::size_t same_as = 0;              ///< the first group with the same elements
    std::vector<RowSource> columns;
  };
  std::vector<Elements> groups;
};

/// `sections`: per level that stands still.
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
      auto const* plan = elements.many == nullptr ? nullptr : &many->element[0].slots[column.place.slot];
      elements.columns.emplace_back(policy, column, layout.slots[column.place.slot], plan);
    }
  }
  return out;
}

/// Appends each record of a collection; those of plain values have no place of their own and are not here.
void gather(Section::Many const& many, void const* owner, std::vector<void const*>& out) {
  auto const* holder = arrive(many.route, owner);
  if (holder == nullptr) return;
  void const* first = nullptr;
  std::size_t count = 0;
  if (!many.part->getter.span(holder, first, count)) {
    each(many.part->getter, holder, [&](void const* element) { out.push_back(element); });
    return;
  }
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<char const*>(first) + i * many.part->size);
}

}  // namespace

struct Machine {
  mutable std::int64_t references = 1;  ///< counted atomically
  std::unique_ptr<Plan> plan;
  std::size_t size = 0;  ///< of an object, in bytes
  Sources orders;
  Sources lines;
  Section::Many const* order_lines = nullptr;
};

namespace {

/// One call of decide(). Level 0 is the order, level 1 the line where rules are asked per line.
class Run {
 public:
  Run(Machine const& machine, void const* objects, Timestamp now, Functions functions, HoldBatch& out)
      : machine_(machine),
        policy_(machine.plan->policy),
        impl_(policy_.impl()),
        objects_(static_cast<char const*>(objects)),
        now_(now),
        functions_(functions),
        writer_(out),
        scratch_(writer_.scratch()) {
    in_force_of(*machine.orders.index, scratch_.active_orders);
    in_force_of(*machine.lines.index, scratch_.active_lines);
  }

  void decide(std::size_t count) {
    for (first_ = 0; first_ < count; first_ += index::Block::items_max) {
      count_ = static_cast<std::uint32_t>(std::min<std::size_t>(index::Block::items_max, count - first_));
      scratch_.found.clear();
      decide_orders();
      if (!machine_.lines.index->empty() && machine_.order_lines != nullptr) decide_lines();
      write();
    }
  }

 private:
  [[nodiscard]] char const* object(std::uint32_t item) const { return objects_ + (first_ + item) * machine_.size; }

  void in_force_of(index::RuleIndex const& index, index::Bits& active) const {
    active = index.all;
    for (auto const rule : index.dated_rules) {
      if (in_force(impl_, impl_.holds[rule].info, now_)) continue;
      for (auto at = std::lower_bound(index.rule_of.begin(), index.rule_of.end(), rule); at != index.rule_of.end() && *at == rule; ++at) {
        auto const term = static_cast<std::size_t>(at - index.rule_of.begin());
        active[term / 64] &= ~(std::uint64_t{1} << (term % 64));
      }
    }
  }

  void decide_orders() {
    auto const& sources = machine_.orders;
    auto& block = scratch_.block;
    block.reset(*sources.index, count_);
    for (std::size_t c = 0; c < sources.scalars.size(); ++c) {
      auto* rows = &block.scalars[c * index::Block::items_max];
      if (sources.scalars[c].rows(object(0), machine_.size, count_, rows)) settle_items(sources.index->scalars[c], rows);
    }
    scratch_.objects.resize(count_);
    for (std::uint32_t i = 0; i < count_; ++i) scratch_.objects[i] = object(i);
    fill_groups(sources, scratch_.objects.data(), nullptr);
    index::match(block, scratch_.active_orders, scratch_.left);
    for (std::uint32_t i = 0; i < count_; ++i) collect(i, i, -1);
  }

  /// The lines of the block's orders, as many at a time as a block takes.
  void decide_lines() {
    scratch_.lines.clear();
    scratch_.line_orders.clear();
    scratch_.line_numbers.clear();
    for (std::uint32_t i = 0; i < count_; ++i) {
      auto const begin = scratch_.lines.size();
      gather(*machine_.order_lines, object(i), scratch_.lines);
      for (auto line = begin; line < scratch_.lines.size(); ++line) {
        scratch_.line_orders.push_back(i);
        scratch_.line_numbers.push_back(static_cast<std::int32_t>(line - begin));
      }
    }
    for (std::size_t begin = 0; begin < scratch_.lines.size(); begin += index::Block::items_max) decide_line_block(begin);
  }

  void decide_line_block(std::size_t begin) {
    auto const& sources = machine_.lines;
    auto& block = scratch_.block;
    block.reset(*sources.index, static_cast<std::uint32_t>(std::min<std::size_t>(index::Block::items_max, scratch_.lines.size() - begin)));
    scratch_.objects.resize(block.items);
    for (std::uint32_t i = 0; i < block.items; ++i) scratch_.objects[i] = object(scratch_.line_orders[begin + i]);
    auto const* lines = &scratch_.lines[begin];
    for (std::size_t c = 0; c < sources.scalars.size(); ++c) {
      auto const& column = sources.index->scalars[c];
      auto* rows = &block.scalars[c * index::Block::items_max];
      if (sources.scalars[c].rows(column.place.level == 0 ? scratch_.objects.data() : lines, block.items, rows)) settle_items(column, rows);
    }
    fill_groups(sources, scratch_.objects.data(), lines);
    index::match(block, scratch_.active_lines, scratch_.left);
    for (std::uint32_t i = 0; i < block.items; ++i) collect(i, scratch_.line_orders[begin + i], scratch_.line_numbers[begin + i]);
  }

  void fill_groups(Sources const& sources, void const* const* orders, void const* const* lines) {
    auto& block = scratch_.block;
    if (scratch_.elements.size() < sources.groups.size()) scratch_.elements.resize(sources.groups.size());
    for (std::size_t g = 0; g < sources.groups.size(); ++g) {
      auto const& group = sources.groups[g];
      auto& to = block.groups[g];
      auto const* owners = sources.index->groups[g].owner == 0 ? orders : lines;
      if (group.many != nullptr && group.many->values != nullptr) {
        read_values(group, owners, to);
        settle_elements(sources.index->groups[g].columns[0], to.begins, to.columns[0]);
        continue;
      }
      if (group.same_as == g) gather_elements(group, owners, scratch_.elements[g], to.begins);
      else to.begins = block.groups[group.same_as].begins;
      auto const& elements = scratch_.elements[group.same_as];
      to.columns.resize(group.columns.size());
      for (std::size_t c = 0; c < group.columns.size(); ++c) {
        auto& rows = to.columns[c];
        if (rows.size() < elements.size()) rows.resize(elements.size());
        bool const lacks = group.columns[c].rows(elements.data(), static_cast<std::uint32_t>(elements.size()), rows.data());
        if (lacks) settle_elements(sources.index->groups[g].columns[c], to.begins, rows);
      }
    }
  }

  void gather_elements(Sources::Elements const& group, void const* const* owners, std::vector<void const*>& elements,
                       std::vector<std::uint32_t>& begins) const {
    elements.clear();
    begins.clear();
    for (std::uint32_t i = 0; i < scratch_.block.items; ++i) {
      begins.push_back(static_cast<std::uint32_t>(elements.size()));
      if (group.many != nullptr) gather(*group.many, owners[i], elements);
    }
    begins.push_back(static_cast<std::uint32_t>(elements.size()));
  }

  /// A list of plain values: each is read once, for the one column there is.
  void read_values(Sources::Elements const& group, void const* const* owners, index::Block::Elements& to) const {
    to.columns.resize(1);
    to.columns[0].clear();
    to.begins.clear();
    for (std::uint32_t i = 0; i < scratch_.block.items; ++i) {
      to.begins.push_back(static_cast<std::uint32_t>(to.columns[0].size()));
      auto const* holder = arrive(group.many->route, owners[i]);
      if (holder == nullptr) continue;
      each(group.many->values->getter, holder, [&](void const* given) { to.columns[0].push_back(group.columns[0].row_of(*static_cast<Value const*>(given))); });
    }
    to.begins.push_back(static_cast<std::uint32_t>(to.columns[0].size()));
  }

  /// Puts a row where a fact is missing or invalid, and notes what others must decide then.
  void settle(index::Column const& column, std::uint32_t& row, std::uint32_t item) {
    if (row < column.missing_row()) return;
    scratch_.block.add_refer(item, row == RowSource::invalid ? column.users : column.refer);
    row = column.missing_row();
  }
  void settle_items(index::Column const& column, std::uint32_t* rows) {
    for (std::uint32_t i = 0; i < scratch_.block.items; ++i) settle(column, rows[i], i);
  }
  void settle_elements(index::Column const& column, std::vector<std::uint32_t> const& begins, std::vector<std::uint32_t>& rows) {
    for (std::uint32_t i = 0; i < scratch_.block.items; ++i) {
      for (auto element = begins[i]; element < begins[i + 1]; ++element) settle(column, rows[element], i);
    }
  }

  /// The rules of one item whose terms are left. Of a rule with several terms one is enough; if one of
  /// them must be confirmed, the rule must.
  void collect(std::uint32_t item, std::uint32_t row, std::int32_t line) {
    auto const& index = *scratch_.block.index;
    auto const* left = &scratch_.left[item * std::size_t{index.words}];
    auto const* refer = scratch_.block.refer.empty() ? nullptr : &scratch_.block.refer[item * std::size_t{index.words}];
    auto& found = scratch_.found;
    std::uint32_t last = UINT32_MAX;
    for (std::uint32_t w = 0; w < index.words; ++w) {
      auto const open = index.inexact[w] | (refer == nullptr ? 0 : refer[w]);
      for (auto bits = left[w]; bits != 0; bits &= bits - 1) {
        auto const rule = index.rule_of[64 * w + static_cast<std::uint32_t>(__builtin_ctzll(bits))];
        bool const is_open = (open & bits & -bits) != 0;
        if (rule == last) found.back().open = found.back().open || is_open;
        else found.push_back({row, {rule, line, HoldState::placed}, is_open});
        last = rule;
      }
    }
  }

  void write() {
    auto& found = scratch_.found;
    if (!machine_.lines.index->empty()) {
      auto const before = [](auto const& a, auto const& b) { return std::tie(a.row, a.hit.rule, a.hit.line) < std::tie(b.row, b.hit.rule, b.hit.line); };
      std::sort(found.begin(), found.end(), before);
    }
    auto at = found.begin();
    for (std::uint32_t row = 0; row < count_; ++row) {
      auto const begin = at;
      bool open = false;
      for (; at != found.end() && at->row == row; ++at) open = open || at->open;
      if (open) confirm(row, begin, at);
      else
        for (auto hit = begin; hit != at; ++hit) writer_.add(hit->hit);
      writer_.end_row();
    }
  }

  /// Hits that the index alone cannot decide: the reference evaluator does.
  template <class At>
  void confirm(std::uint32_t row, At begin, At end) {
    auto const frame = read_frame(policy_, machine_.plan->root, object(row));
    if (!frame) return writer_.fail_row(frame.error());
    Session session{impl_, now_, functions_, {}, {}, false};
    for (auto at = begin; at != end; ++at) {
      if (!at->open) writer_.add(at->hit);
      else if (auto const hit = decide_hold(session, at->hit.rule, {&*frame, nullptr, Subject::order, at->hit.line}))
        writer_.add({hit->rule, hit->line, hit->state});
    }
  }

  Machine const& machine_;
  Policy const& policy_;
  Policy::Impl const& impl_;
  char const* objects_;
  Timestamp now_;
  Functions functions_;
  BatchWriter writer_;
  HoldBatch::Scratch& scratch_;
  std::size_t first_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace

Result<Decider> Decider::make(Type type, std::size_t size, Policy const& policy) {
  auto plan = make_plan(std::move(type), policy, Subject::order, {Kind::hold});
  if (!plan) return Unexpected{plan.error()};
  auto machine = std::make_unique<Machine>();
  machine->plan = std::move(*plan);
  machine->size = size;
  auto const& held = machine->plan->policy;
  auto const& impl = held.impl();
  auto const& root = machine->plan->root;
  Section const* line = nullptr;
  if (impl.lines_collection >= 0) {
    auto const& many = root.collections[static_cast<std::size_t>(impl.lines_collection)];
    if (many.part != nullptr) {
      machine->order_lines = &many;
      line = &many.element[0];
    }
  }
  machine->orders = sources_of(held, impl.indexes->order_holds, {&root});
  machine->lines = sources_of(held, impl.indexes->line_holds, {&root, line});
  return Decider(machine.release());
}

Decider::Decider(Decider const& other) noexcept : machine_(other.machine_) { __atomic_add_fetch(&machine_->references, 1, __ATOMIC_RELAXED); }
Decider::~Decider() {
  if (machine_ != nullptr && __atomic_sub_fetch(&machine_->references, 1, __ATOMIC_ACQ_REL) == 0) delete machine_;
}
Policy const& Decider::policy() const noexcept { return machine_->plan->policy; }

void Decider::decide(void const* objects, std::size_t count, Timestamp now, HoldBatch& out, Functions functions) const {
  Run(*machine_, objects, now, functions, out).decide(count);
}

}  // namespace host
}  // namespace bylaw::inline v0::policy
