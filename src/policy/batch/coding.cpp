#include "policy/batch/coding.hpp"

#include "policy/index/frame_index.hpp"

namespace bylaw::inline v0::policy::batch {

std::uint32_t row_of_name(Policy const& policy, index::Column const& column, Slot const& slot, std::string_view name) {
  if (slot.kind == FactKind::text) return column.row_of_text(name);
  if (!policy.enumeration_has(slot.detail, name)) return invalid_row;
  return index::Lookup(column, {}, slot, policy.impl().symbols.size()).row(policy.symbol(name));
}

std::uint32_t row_of_value(index::Column const& column, index::Lookup const& lookup, Slot const& slot, Value const& value) {
  if (!value.known) return column.missing_row();
  if (slot.kind == FactKind::text) return column.row_of_text(value.text);
  std::int64_t number = 0;
  return index::number_of(slot, value, number) && lookup.is_valid(number) ? lookup.row(number) : invalid_row;
}

}  // namespace bylaw::inline v0::policy::batch
