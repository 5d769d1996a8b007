#include "policy/host/row_source.hpp"

#include <algorithm>
#include <cstring>

#include "policy/index/frame_index.hpp"

namespace bylaw::inline v0::policy::host {

namespace {

/// The enumerations of hosts are small; one with far apart numbers is read by its getter.
constexpr std::int64_t codes_max = 65'536;

/// How the host's plain numbers stand for values of the slot.
index::Scale memory_scale(Policy::Impl const& impl, Slot const& slot) {
  auto scale = index::frame_scale(impl, slot);
  scale.decimals = 0;
  return scale;
}

}  // namespace

RowSource::RowSource(Policy const& policy, index::Column const& column, Slot const& slot, SlotPlan const* plan)
    : policy_(policy), column_(column), slot_(slot), plan_(plan != nullptr && plan->field != nullptr ? plan : nullptr) {
  if (plan_ != nullptr) use_memory();
  bool const read = memory_.form == Memory::Form::none;
  if (read && slot.kind != FactKind::text) lookup_ = index::Lookup(column, index::frame_scale(policy.impl(), slot), slot, policy.impl().symbols.size());
}

/// Takes the way through memory when every step of it is known.
void RowSource::use_memory() {
  auto const& field = *plan_->field;
  auto memory = field.memory;
  if (memory.form == Memory::Form::none || memory.offset < 0 || field.optional || field.list) return;
  for (auto const* part : plan_->route.through) {
    if (part->memory.offset < 0) return;
    memory.offset += part->memory.offset;
  }
  if (field.kind == ValueKind::money && slot_.detail != field.currency.code()) return;
  memory_ = memory;
  if (field.interned != nullptr || field.kind == ValueKind::symbol) return use_codes();
  lookup_ = index::Lookup(column_, memory_scale(policy_.impl(), slot_), slot_, policy_.impl().symbols.size());
}

void RowSource::use_codes() {
  auto const& field = *plan_->field;
  coded_ = true;
  index::Lookup const symbols(column_, {}, slot_, policy_.impl().symbols.size());
  auto const row_of_name = [&](std::string_view name) {
    if (slot_.kind == FactKind::text) return column_.row_of_text(name);
    return policy_.enumeration_has(slot_.detail, name) ? symbols.row(policy_.symbol(name)) : invalid;
  };
  if (field.interned != nullptr) {
    // What rules name has a number from here on; a text that gets one later is none of theirs.
    for (auto const& text : column_.texts) (void)field.interned->intern(text);
    for (auto const& name : policy_.enumeration_values(slot_.kind == FactKind::symbol ? slot_.detail : std::string())) (void)field.interned->intern(name);
    for (std::size_t id = 0; id < field.interned->size(); ++id) row_of_code_.push_back(row_of_name(field.interned->text(static_cast<std::int32_t>(id))));
    row_of_code_.push_back(slot_.kind == FactKind::text ? 0 : invalid);
    may_be_invalid_ = slot_.kind == FactKind::symbol;
    return;
  }
  auto const [low, high] = std::minmax_element(field.symbol_values.begin(), field.symbol_values.end());
  if (field.symbol_values.empty() || *high - *low > codes_max) {
    memory_ = {};
    return;
  }
  first_code_ = *low;
  row_of_code_.assign(static_cast<std::size_t>(*high - *low + 1), invalid);
  for (std::size_t i = 0; i < field.symbol_values.size(); ++i)
    row_of_code_[static_cast<std::size_t>(field.symbol_values[i] - *low)] = row_of_name(field.symbols[i]);
  row_of_code_.push_back(invalid);
  may_be_invalid_ = true;
}

bool RowSource::rows(void const* objects, std::size_t stride, std::uint32_t count, std::uint32_t* out) const {
  auto const* first = static_cast<char const*>(objects);
  return fill([first, stride](std::size_t i) { return first + i * stride; }, count, out);
}

bool RowSource::rows(void const* const* objects, std::uint32_t count, std::uint32_t* out) const {
  return fill([objects](std::size_t i) { return static_cast<char const*>(objects[i]); }, count, out);
}

template <class At>
bool RowSource::fill(At at, std::uint32_t count, std::uint32_t* out) const {
  switch (memory_.form) {
    case Memory::Form::u8: return fill_numbers<std::uint8_t>(at, count, out);
    case Memory::Form::i8: return fill_numbers<std::int8_t>(at, count, out);
    case Memory::Form::u16: return fill_numbers<std::uint16_t>(at, count, out);
    case Memory::Form::i16: return fill_numbers<std::int16_t>(at, count, out);
    case Memory::Form::u32: return fill_numbers<std::uint32_t>(at, count, out);
    case Memory::Form::i32: return fill_numbers<std::int32_t>(at, count, out);
    case Memory::Form::i64: return fill_numbers<std::int64_t>(at, count, out);
    case Memory::Form::none: break;
  }
  bool lacks = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    out[i] = read(at(i));
    lacks = lacks || out[i] >= column_.missing_row();
  }
  return lacks;
}

template <class Number, class At>
bool RowSource::fill_numbers(At at, std::uint32_t count, std::uint32_t* out) const {
  auto const offset = memory_.offset;
  auto const number = [&](std::uint32_t i) {
    Number value;
    std::memcpy(&value, at(i) + offset, sizeof value);
    return static_cast<std::int64_t>(value);
  };
  bool lacks = false;
  if (coded_) {
    auto const* codes = row_of_code_.data();
    auto const others = static_cast<std::uint64_t>(row_of_code_.size() - 1);
    std::int64_t all = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto const code = number(i) - first_code_;
      out[i] = codes[std::min(static_cast<std::uint64_t>(code), others)];
      all |= code;
    }
    if (all >= 0 && !may_be_invalid_) return false;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (number(i) < first_code_) out[i] = invalid;
      lacks = lacks || out[i] == invalid;
    }
    return lacks;
  }
  lookup_.with_form([&](auto row) {
    for (std::uint32_t i = 0; i < count; ++i) out[i] = row(number(i));
  });
  if (!lookup_.is_bounded()) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (lookup_.is_valid(number(i))) continue;
    out[i] = invalid;
    lacks = true;
  }
  return lacks;
}

std::uint32_t RowSource::read(void const* object) const {
  if (plan_ == nullptr) return column_.missing_row();
  auto const fact = read_fact(policy_, slot_, *plan_, object);
  return fact ? row_of(*fact) : invalid;
}

std::uint32_t RowSource::row_of(Value const& given) const {
  auto const fact = to_fact(policy_, slot_, *plan_, given);
  return fact ? row_of(*fact) : invalid;
}

std::uint32_t RowSource::row_of(policy::Value const& value) const {
  if (!value.known) return column_.missing_row();
  if (slot_.kind == FactKind::text) return column_.row_of_text(value.text);
  std::int64_t number = 0;
  return index::number_of(slot_, value, number) && lookup_.is_valid(number) ? lookup_.row(number) : invalid;
}

}  // namespace bylaw::inline v0::policy::host
