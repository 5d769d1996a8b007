// Holds of host objects as they lie in memory.
#include <memory>

#include "policy/batch/batch_writer.hpp"
#include "policy/batch/hold_run.hpp"

namespace bylaw::inline v0::policy::host {

struct Machine {
  mutable std::int64_t references = 1;  ///< counted atomically
  std::unique_ptr<Plan> plan;
  std::size_t size = 0;  ///< of an object, in bytes
  Sources orders;
  Sources lines;
  Section::Many const* order_lines = nullptr;
};

namespace {

class ObjectFacts final : public batch::Facts {
 public:
  ObjectFacts(Machine const& machine, void const* objects, ObjectScratch& scratch)
      : machine_(machine), objects_(static_cast<char const*>(objects)), scratch_(scratch) {}

  index::Block& fill_orders(std::size_t first, std::uint32_t count) override {
    first_ = first;
    count_ = count;
    for (std::uint32_t i = 0; i < count; ++i) scratch_.orders[i] = object(first + i);
    scratch_.filler.fill(machine_.orders, count, scratch_.orders, machine_.size, nullptr);
    return scratch_.filler.block;
  }

  bool match_orders(std::size_t first, std::uint32_t count, std::uint64_t active, std::uint64_t* left) override {
    for (std::uint32_t i = 0; i < count; ++i) scratch_.orders[i] = object(first + i);
    return scratch_.filler.match_plain(machine_.orders, count, scratch_.orders, machine_.size, active, left);
  }

  index::Block::Places const& gather_lines() override {
    gather(machine_.order_lines, count_, scratch_.orders, scratch_.lines);
    return scratch_.lines.places;
  }

  index::Block& fill_lines(std::uint32_t begin, std::uint32_t count) override {
    for (std::uint32_t i = 0; i < count; ++i) scratch_.line_orders[i] = object(first_ + scratch_.lines.places.item_of(begin + i));
    scratch_.filler.fill(machine_.lines, count, scratch_.line_orders, 0, scratch_.lines.elements.data() + begin);
    return scratch_.filler.block;
  }

  [[nodiscard]] Result<Frame> read(std::size_t row) const override { return read_frame(machine_.plan->policy, machine_.plan->root, object(row)); }

 private:
  [[nodiscard]] char const* object(std::size_t row) const { return objects_ + row * machine_.size; }

  Machine const& machine_;
  char const* objects_;
  ObjectScratch& scratch_;
  std::size_t first_ = 0;
  std::uint32_t count_ = 0;
};

/// Facts that only other kinds of rules read are none of a batch's business: nothing wrong with them may cost an order its hits.
void leave_out_others(Section& section) {
  for (std::size_t i = 0; i < section.slots.size(); ++i) {
    if (!section.layout->slots[i].is_read_by(Kind::hold)) section.slots[i].field = nullptr;
  }
  for (std::size_t c = 0; c < section.collections.size(); ++c) {
    for (auto& element : section.collections[c].element) leave_out_others(element);
  }
}

}  // namespace

Result<Decider> Decider::make(Type type, std::size_t size, Policy const& policy) {
  auto plan = make_plan(std::move(type), policy, Subject::order, {Kind::hold});
  if (!plan) return Unexpected{plan.error()};
  auto machine = std::make_unique<Machine>();
  machine->plan = std::move(*plan);
  machine->size = size;
  auto const& held = machine->plan->policy;
  auto const& impl = held.impl();
  leave_out_others(machine->plan->root);
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

Decider::Decider(Decider const& other) noexcept : machine_(other.machine_) {
  if (machine_ != nullptr) __atomic_add_fetch(&machine_->references, 1, __ATOMIC_RELAXED);
}
Decider::~Decider() {
  if (machine_ != nullptr && __atomic_sub_fetch(&machine_->references, 1, __ATOMIC_ACQ_REL) == 0) delete machine_;
}
Policy const& Decider::policy() const noexcept { return machine_->plan->policy; }

void Decider::decide(void const* objects, std::size_t count, Timestamp now, HoldBatch& out, Functions functions) const {
  ObjectFacts facts(*machine_, objects, BatchWriter::scratch_of(out).objects);
  batch::decide_holds(machine_->plan->policy, facts, count, now, functions, out);
}

}  // namespace bylaw::inline v0::policy::host
