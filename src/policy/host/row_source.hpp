#pragma once
#include "policy/host/plan.hpp"
#include "policy/index/block.hpp"
#include "policy/index/lookup.hpp"

namespace bylaw::inline v0::policy::host {

/// Finds the rows of one column of an index for host objects: from memory where the binding says where
/// the number lies, otherwise through the getters. Immutable.
class RowSource {
 public:
  /// `plan` may be nullptr: nothing is bound, and the fact is always missing.
  RowSource(Policy const& policy, index::Column const& column, Slot const& slot, SlotPlan const* plan);

  /// Row of an object whose fact is there but cannot be used, or could not be read.
  static constexpr std::uint32_t invalid = UINT32_MAX;

  /// One row for each object. `objects`: the first of objects that stand `stride` bytes apart. True when
  /// some of the rows are `invalid` or that of a missing fact.
  bool rows(void const* objects, std::size_t stride, std::uint32_t count, std::uint32_t* out) const;
  /// The same for objects anywhere.
  bool rows(void const* const* objects, std::uint32_t count, std::uint32_t* out) const;
  /// The row of one entry of a list.
  [[nodiscard]] std::uint32_t row_of(Value const& given) const;

 private:
  void use_memory();
  void use_codes();
  template <class At>
  bool fill(At at, std::uint32_t count, std::uint32_t* out) const;
  template <class Number, class At>
  bool fill_numbers(At at, std::uint32_t count, std::uint32_t* out) const;
  [[nodiscard]] std::uint32_t read(void const* object) const;
  [[nodiscard]] std::uint32_t row_of(policy::Value const& value) const;

  Policy const& policy_;
  index::Column const& column_;
  Slot const& slot_;
  SlotPlan const* plan_;
  index::Lookup lookup_;
  Memory memory_;                           ///< from the object that is given; form none: by getter
  bool coded_ = false;                      ///< the numbers in memory are codes
  std::int64_t first_code_ = 0;             ///< of row_of_code_
  std::vector<std::uint32_t> row_of_code_;  ///< the last one is for all codes from there on
  bool may_be_invalid_ = false;             ///< some of these are
};

}  // namespace bylaw::inline v0::policy::host
