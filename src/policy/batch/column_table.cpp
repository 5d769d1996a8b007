// Columns against the schema, and single facts out of them.
#include "policy/batch/column_table.hpp"

#include <bylaw/policy/diagnostic.hpp>
#include <bylaw/values/decimal.hpp>

namespace bylaw::inline v0::policy::batch {

namespace {

std::size_t size_of(Memory::Form form) {
  switch (form) {
    case Memory::Form::u8:
    case Memory::Form::i8: return 1;
    case Memory::Form::u16:
    case Memory::Form::i16: return 2;
    case Memory::Form::u32:
    case Memory::Form::i32: return 4;
    default: return 8;
  }
}

template <class Column>
Column const* find(std::vector<Column> const& columns, std::string_view path) {
  auto const at = std::find_if(columns.begin(), columns.end(), [&](Column const& column) { return column.path == path; });
  return at == columns.end() ? nullptr : &*at;
}

/// Collects everything that does not fit, so that one call shows it all.
class Binder {
 public:
  Binder(Policy const& policy, OrderColumns const& orders) : policy_(policy), orders_(orders) {}

  /// `rows`: how many records there are.
  TableSection section(Layout const& layout, std::size_t rows) {
    TableSection out;
    out.layout = &layout;
    for (auto const& slot : layout.slots) out.fields.push_back(field(slot, rows));
    for (auto const& collection : layout.collections) {
      auto& many = out.collections.emplace_back();
      many.list = find(orders_.lists, collection.path);
      auto const* offsets = many.list == nullptr ? nullptr : many.list->offsets;
      bool const rising = offsets != nullptr && std::is_sorted(offsets, offsets + rows + 1);
      if (many.list != nullptr && !rising) problem(collection.path, "its offsets are missing or do not rise");
      many.element.push_back(rising ? section(collection.layout, offsets[rows]) : empty(collection, many.list != nullptr));
    }
    return out;
  }

  [[nodiscard]] Result<void> check() {
    for (auto const& field : orders_.fields) known(field.path, false);
    for (auto const& list : orders_.lists) known(list.path, true);
    if (problems_.empty()) return {};
    return failure("columns_mismatch", problems_, {}, "correct the columns, or the fields in the schema");
  }

 private:
  void problem(std::string const& path, std::string const& what) { problems_ += (problems_.empty() ? "`" : "; `") + path + "`: " + what; }

  TableSection empty(Collection const& collection, bool reported) {
    if (!reported && collection.is_read_by(Kind::hold)) problem(collection.path, "rules look through it and it is not there");
    TableSection out;
    out.layout = &collection.layout;
    out.fields.resize(collection.layout.slots.size());
    for (auto const& inner : collection.layout.collections) out.collections.push_back({nullptr, {empty(inner, reported)}});
    return out;
  }

  /// Facts that only other kinds of rules read are none of a batch's business.
  FieldColumn const* field(Slot const& slot, std::size_t rows) {
    if (!slot.is_read_by(Kind::hold)) return nullptr;
    auto const* column = find(orders_.fields, slot.path);
    if (column == nullptr) {
      if (!slot.optional) problem(slot.path, "rules read it and it is not there");
      return nullptr;
    }
    if (column->count < rows) problem(slot.path, "it has " + std::to_string(column->count) + " values, and " + std::to_string(rows) + " are needed");
    bool const coded = slot.kind == FactKind::text || slot.kind == FactKind::symbol;
    bool const scaled = slot.kind == FactKind::decimal || slot.kind == FactKind::quantity || slot.kind == FactKind::timestamp;
    if (coded && column->dictionary.empty() && rows > 0) problem(slot.path, "texts and enumerations are codes of a dictionary, and it has none");
    if (!coded && !column->dictionary.empty()) problem(slot.path, "it has a dictionary, and the field is no text and no enumeration");
    if (column->scale < 0 || column->scale > 9 || (column->scale != 0 && !scaled))
      problem(slot.path, "a scale is 0 to 9, and only for numbers, quantities and timestamps");
    if (slot.kind == FactKind::money && slot.detail.empty()) problem(slot.path, "money in any currency cannot be a column of minor units");
    if (column->values == nullptr && rows > 0) problem(slot.path, "it has no values");
    if (column->form == Memory::Form::none) problem(slot.path, "it has no form");
    return column;
  }

  /// A column that rules do not read is still one of the schema: a misspelt name would go unnoticed.
  void known(std::string const& path, bool list) {
    if (path.starts_with("measures.")) {
      auto const name = std::string_view(path).substr(9);
      auto const& all = policy_.measures();
      bool const there = std::any_of(all.begin(), all.end(), [&](Measure const& measure) { return measure.name == name; });
      if (!there) problem(path, "the policy has no measure of this name");
      return;
    }
    if (!path.starts_with("order.")) return problem(path, "paths begin with `order.` or `measures.`");
    FieldInfo info;
    if (auto const wrong = find_path(policy_, path, info); !wrong.empty()) return problem(path, wrong);
    if (list ? !info.many && !info.list : !info.plain && !info.list) problem(path, list ? "it is no collection" : "it is a record or a collection");
  }

  Policy const& policy_;
  OrderColumns const& orders_;
  std::string problems_;
};

}  // namespace

Result<TableSection> table_section(Policy const& policy, OrderColumns const& orders) {
  Binder binder(policy, orders);
  auto out = binder.section(policy.layout(Subject::order), orders.rows);
  auto const checked = binder.check();
  if (!checked) return Unexpected{checked.error()};
  return out;
}

std::size_t stride_of(FieldColumn const& column) { return column.stride == 0 ? size_of(column.form) : column.stride; }

bool read_number(FieldColumn const& column, std::size_t at, std::int64_t& out) {
  auto const bit = at + column.valid_offset;
  if (column.valid != nullptr && (column.valid[bit / 8] >> (bit % 8) & 1) == 0) return false;
  out = load_number(column.form, static_cast<char const*>(column.values) + at * stride_of(column));
  return column.dictionary.empty() || out >= 0;
}

Result<Value> read_value(Policy const& policy, Slot const& slot, FieldColumn const& column, std::size_t at) {
  Value out;
  std::int64_t number = 0;
  if (!read_number(column, at, number)) return out;
  out = Value::of(number);
  auto const wrong = [&](std::string message, std::string remedy) { return Unexpected{Error{"wrong_type", std::move(message), slot.path, std::move(remedy)}}; };
  if (slot.kind == FactKind::decimal || slot.kind == FactKind::quantity) out.scale = column.scale;
  if (slot.kind == FactKind::timestamp) {
    auto const parts = power_of_ten(column.scale);
    out.number = number / parts - (number % parts < 0 ? 1 : 0);
  }
  if (slot.kind != FactKind::text && slot.kind != FactKind::symbol) return out;
  if (static_cast<std::uint64_t>(number) >= column.dictionary.size())
    return wrong("the code " + std::to_string(number) + " is not in the dictionary", "extend the dictionary");
  auto const text = column.dictionary[static_cast<std::size_t>(number)];
  if (slot.kind == FactKind::text) {
    out.number = 0;
    out.text = std::string(text);
    return out;
  }
  if (!policy.enumeration_has(slot.detail, text)) {
    auto const near = nearest(std::string(text), policy.enumeration_values(slot.detail));
    return wrong("`" + std::string(text) + "` is not a value of `" + slot.detail + "`", near.empty() ? "see the schema" : "did you mean `" + near + "`?");
  }
  out.number = policy.symbol(text);
  return out;
}

Result<Frame> read_frame(Policy const& policy, TableSection const& section, std::size_t at) {
  Frame out;
  for (std::size_t i = 0; i < section.fields.size(); ++i) {
    auto value = section.fields[i] == nullptr ? Result<Value>(Value{}) : read_value(policy, section.layout->slots[i], *section.fields[i], at);
    if (!value) return Unexpected{value.error()};
    out.values.push_back(std::move(*value));
  }
  for (auto const& many : section.collections) {
    auto& elements = out.collections.emplace_back();
    if (many.list == nullptr) continue;
    for (auto element = many.list->offsets[at]; element < many.list->offsets[at + 1]; ++element) {
      auto frame = read_frame(policy, many.element[0], element);
      if (!frame) return Unexpected{frame.error()};
      elements.push_back(std::move(*frame));
    }
  }
  return out;
}

}  // namespace bylaw::inline v0::policy::batch

namespace bylaw::inline v0::policy {

std::string find_path(Policy const& policy, std::string_view path, FieldInfo& out) {
  std::string record = "order";
  auto rest = path.substr(0, 6) == "order." ? path.substr(6) : path;
  for (;;) {
    auto const dot = rest.find('.');
    auto const name = rest.substr(0, dot);
    if (!policy.find_field(record, name, out)) {
      auto const near = nearest(std::string(name), policy.fields_of(record));
      return "the record `" + record + "` has no field `" + std::string(name) + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?");
    }
    if (dot == std::string_view::npos) return {};
    record = out.record;
    rest.remove_prefix(dot + 1);
  }
}

char const* type_name(FactKind kind) noexcept {
  constexpr char const* names[] = {"bool", "decimal", "money", "quantity", "duration", "days", "date", "time", "timestamp", "text", "enum"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace bylaw::inline v0::policy
