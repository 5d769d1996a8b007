#pragma once
#include "policy/index/block.hpp"
#include "policy/index/lookup.hpp"

namespace bylaw::inline v0::policy::index {

/// The scale of the numbers that Values of a slot are brought to: nine decimals where they have some.
[[nodiscard]] Scale frame_scale(Policy::Impl const& impl, Slot const& slot);

/// The number that stands for a known value at that scale; false when it is larger than any constant, so
/// that the reference evaluator must decide.
[[nodiscard]] bool number_of(Slot const& slot, Value const& value, std::int64_t& out);

/// The index over the rules of one kind, with the look-ups for facts in Frames. It may be moved, not copied:
/// its views point into it.
struct FrameIndex {
  FrameIndex() = default;
  FrameIndex(FrameIndex&&) = default;
  FrameIndex& operator=(FrameIndex&&) = default;

  RuleIndex rules;
  std::vector<Layout const*> layouts;  ///< of the levels that stand still
  std::vector<Lookup> scalars;
  std::vector<std::vector<Lookup>> groups;
  std::vector<TileViews> views;
  bool simple = false;  ///< what is left of the terms is what applies: nothing is to be confirmed, each rule is one term

  /// The rules that these facts do not rule out, rising. The reference evaluator decides about them.
  /// `frames`: one per layout.
  [[nodiscard]] std::vector<std::uint32_t> candidates(Frame const* const* frames) const;
};

/// The indexes of a policy.
struct Indexes {
  FrameIndex order_holds;
  FrameIndex line_holds;
  FrameIndex allocations;
  FrameIndex services;
  FrameIndex changes;
  FrameIndex backorders;
  FrameIndex returns;
  FrameIndex approvals;
};
[[nodiscard]] Indexes build(Policy::Impl const& impl);

}  // namespace bylaw::inline v0::policy::index
