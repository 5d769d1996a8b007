#pragma once
#include <bylaw/policy/columns.hpp>

#include "policy/batch/coding.hpp"

namespace bylaw::inline v0::policy::batch {

/// The columns of one record's facts, by slot of its layout; nullptr where there is none.
struct TableSection {
  Layout const* layout = nullptr;
  std::vector<FieldColumn const*> fields;
  struct Many {
    ListColumn const* list = nullptr;   ///< nullptr: there are no elements
    std::vector<TableSection> element;  ///< one
  };
  std::vector<Many> collections;
};

/// Finds each fact's column, and checks that it fits. Errors: `columns_mismatch`.
[[nodiscard]] Result<TableSection> table_section(Policy const& policy, OrderColumns const& orders);

/// In bytes, from one number to the next.
[[nodiscard]] std::size_t stride_of(FieldColumn const& column);
/// The number at one place of a column; false when the value is missing.
[[nodiscard]] bool read_number(FieldColumn const& column, std::size_t at, std::int64_t& out);
/// The fact at one place of a column. Errors: `wrong_type`.
[[nodiscard]] Result<Value> read_value(Policy const& policy, Slot const& slot, FieldColumn const& column, std::size_t at);
/// All facts of one record.
[[nodiscard]] Result<Frame> read_frame(Policy const& policy, TableSection const& section, std::size_t at);

}  // namespace bylaw::inline v0::policy::batch
