#include "policy/batch/coding.hpp"

#include "policy/index/frame_index.hpp"

namespace bylaw::inline v0::policy::batch {

std::int64_t load_number(Memory::Form form, char const* from) {
  switch (form) {
    case Memory::Form::u8: return load_number<std::uint8_t>(from);
    case Memory::Form::i8: return load_number<std::int8_t>(from);
    case Memory::Form::u16: return load_number<std::uint16_t>(from);
    case Memory::Form::i16: return load_number<std::int16_t>(from);
    case Memory::Form::u32: return load_number<std::uint32_t>(from);
    case Memory::Form::i32: return load_number<std::int32_t>(from);
    default: return load_number<std::int64_t>(from);
  }
}

NamedRows::NamedRows(Policy const& policy, index::Column const& column, Slot const& slot) : policy_(policy), column_(column), slot_(slot) {
  if (slot.kind == FactKind::symbol) symbols_ = index::Lookup(column, {}, slot, policy.impl().symbols.size());
}

std::uint32_t NamedRows::row(std::string_view name) const {
  if (slot_.kind == FactKind::text) return column_.row_of_text(name);
  return policy_.enumeration_has(slot_.detail, name) ? symbols_.row(policy_.symbol(name)) : invalid_row;
}

std::uint32_t row_of_value(index::Column const& column, index::Lookup const& lookup, Slot const& slot, Value const& value) {
  if (!value.known) return column.missing_row();
  if (slot.kind == FactKind::text) return column.row_of_text(value.text);
  std::int64_t number = 0;
  return index::number_of(slot, value, number) && lookup.is_valid(number) ? lookup.row(number) : invalid_row;
}

}  // namespace bylaw::inline v0::policy::batch
