#pragma once
#include "policy/batch/coding.hpp"
#include "policy/host/plan.hpp"

namespace bylaw::inline v0::policy::host {

/// Finds the rows of one column of an index for host objects: from memory where the binding says where
/// the number lies, otherwise through the getters. Immutable.
class RowSource {
 public:
  /// `plan` may be nullptr: nothing is bound, and the fact is always missing.
  RowSource(Policy const& policy, index::Column const& column, Slot const& slot, SlotPlan const* plan);

  /// One row for each object. `objects`: the first of objects that stand `stride` bytes apart. True when
  /// some of the rows are batch::invalid_row or that of a missing fact.
  bool rows(void const* objects, std::size_t stride, std::uint32_t count, std::uint32_t* out) const;
  /// The same for objects anywhere.
  bool rows(void const* const* objects, std::uint32_t count, std::uint32_t* out) const;
  /// The row of one object; perhaps batch::invalid_row or that of a missing fact.
  [[nodiscard]] std::uint32_t row(void const* object) const {
    if (memory_.form == Memory::Form::none) return read(object);
    return coding_.row(memory_.form, static_cast<char const*>(object) + memory_.offset);
  }
  /// For an index of one word: takes the terms of each object's row from `left`. False when some facts are
  /// missing or cannot be used, or are not in plain memory; `left` is then of no use.
  bool keep(void const* objects, std::size_t stride, std::uint32_t count, std::uint64_t* left) const;
  /// The same for objects anywhere, and without taking: the terms of each.
  bool terms(void const* const* objects, std::uint32_t count, std::uint64_t* out) const;
  /// The row of one entry of a list.
  [[nodiscard]] std::uint32_t row_of(Value const& given) const;

 private:
  void use_memory();
  void use_interned(Symbols& symbols);
  void use_symbols(Field const& field);
  template <class At>
  bool read_rows(At at, std::uint32_t count, std::uint32_t* out) const;
  [[nodiscard]] std::uint32_t read(void const* object) const;

  Policy const& policy_;
  index::Column const& column_;
  Slot const& slot_;
  SlotPlan const* plan_;
  Memory memory_;  ///< from the object that is given; form none: by getter
  batch::Coding coding_;
};

}  // namespace bylaw::inline v0::policy::host
