#include "policy/host/row_source.hpp"

#include <algorithm>

#include "policy/index/frame_index.hpp"

namespace bylaw::inline v0::policy::host {

namespace {

/// The enumerations of hosts are small; one with far apart numbers is read by its getter.
constexpr std::uint64_t codes_max = 65'536;

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
  auto const& impl = policy.impl();
  if (read && slot.kind != FactKind::text) coding_ = batch::Coding(index::Lookup(column, index::frame_scale(impl, slot), slot, impl.symbols.size()));
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
  if (field.interned != nullptr) return use_interned(*field.interned);
  if (field.kind == ValueKind::symbol) return use_symbols(field);
  coding_ = batch::Coding(index::Lookup(column_, memory_scale(policy_.impl(), slot_), slot_, policy_.impl().symbols.size()));
}

/// What rules name has a number from here on; a text that gets one later is none of theirs.
void RowSource::use_interned(Symbols& symbols) {
  bool const text = slot_.kind == FactKind::text;
  for (auto const& name : column_.texts) (void)symbols.intern(name);
  if (!text) {
    for (auto const& name : policy_.enumeration_values(slot_.detail)) (void)symbols.intern(name);
  }
  batch::NamedRows const named(policy_, column_, slot_);
  std::vector<std::uint32_t> rows;
  for (std::size_t id = 0; id < symbols.size(); ++id) rows.push_back(named.row(symbols.text(static_cast<std::int32_t>(id))));
  // A number that was never given out is the empty text; if a rule names that, others must decide.
  rows.push_back(text && column_.row_of_text({}) == 0 ? 0 : batch::invalid_row);
  coding_ = batch::Coding(0, std::move(rows));
}

void RowSource::use_symbols(Field const& field) {
  auto const& values = field.symbol_values;
  auto const [low, high] = std::minmax_element(values.begin(), values.end());
  if (values.empty() || static_cast<std::uint64_t>(*high) - static_cast<std::uint64_t>(*low) > codes_max) {
    memory_ = {};
    return;
  }
  batch::NamedRows const named(policy_, column_, slot_);
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(*high - *low) + 2, batch::invalid_row);
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Of two names for one value the first counts, as for getters.
    auto& row = rows[static_cast<std::size_t>(values[i] - *low)];
    if (row == batch::invalid_row) row = named.row(field.symbols[i]);
  }
  coding_ = batch::Coding(*low, std::move(rows));
}

bool RowSource::rows(void const* objects, std::size_t stride, std::uint32_t count, std::uint32_t* out) const {
  auto const* first = static_cast<char const*>(objects);
  if (memory_.form == Memory::Form::none) return read_rows([=](std::size_t i) { return first + i * stride; }, count, out);
  return coding_.rows(
      memory_.form, [from = first + memory_.offset, stride](std::size_t i) { return from + i * stride; }, count, out);
}

bool RowSource::rows(void const* const* objects, std::uint32_t count, std::uint32_t* out) const {
  if (memory_.form == Memory::Form::none) return read_rows([=](std::size_t i) { return objects[i]; }, count, out);
  return coding_.rows(
      memory_.form, [objects, offset = memory_.offset](std::size_t i) { return static_cast<char const*>(objects[i]) + offset; }, count, out);
}

bool RowSource::keep(void const* objects, std::size_t stride, std::uint32_t count, std::uint64_t* left) const {
  if (memory_.form == Memory::Form::none) return false;
  auto const* from = static_cast<char const*>(objects) + memory_.offset;
  auto const* words = column_.rows.data();
  return !coding_.each_row(
      memory_.form, [from, stride](std::size_t i) { return from + i * stride; }, count,
      [left, words](std::uint32_t i, std::uint32_t row) { left[i] &= words[row]; });
}

bool RowSource::terms(void const* const* objects, std::uint32_t count, std::uint64_t* out) const {
  if (memory_.form == Memory::Form::none) return false;
  auto const* words = column_.rows.data();
  return !coding_.each_row(
      memory_.form, [objects, offset = memory_.offset](std::size_t i) { return static_cast<char const*>(objects[i]) + offset; }, count,
      [out, words](std::uint32_t i, std::uint32_t row) { out[i] = words[row]; });
}

template <class At>
bool RowSource::read_rows(At at, std::uint32_t count, std::uint32_t* out) const {
  bool lacks = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    out[i] = read(at(i));
    lacks = lacks || out[i] >= column_.missing_row();
  }
  return lacks;
}

std::uint32_t RowSource::read(void const* object) const {
  if (plan_ == nullptr) return column_.missing_row();
  auto const fact = read_fact(policy_, slot_, *plan_, object);
  return fact ? batch::row_of_value(column_, coding_.lookup(), slot_, *fact) : batch::invalid_row;
}

std::uint32_t RowSource::row_of(Value const& given) const {
  auto const fact = to_fact(policy_, slot_, *plan_, given);
  return fact ? batch::row_of_value(column_, coding_.lookup(), slot_, *fact) : batch::invalid_row;
}

}  // namespace bylaw::inline v0::policy::host
