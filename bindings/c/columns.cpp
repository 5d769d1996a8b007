// Orders as columns of the caller.
#include <algorithm>
#include <vector>

#include <bylaw/policy/columns.hpp>

#include "call.hpp"

using namespace bylaw_c;

namespace {

namespace policy = bylaw::policy;

/// What a part is turned into for the callback; its memory is kept from part to part.
struct Giving {
  bylaw_take_holds take;
  void* context;
  std::vector<size_t> ends{};
  std::vector<bylaw_hit> hits{};
  std::vector<std::string> texts{};
  std::vector<bylaw_row_error> errors{};
  bool stopped = false;

  bool part(std::size_t first, policy::HoldBatch const& batch) {
    ends.clear();
    hits.clear();
    texts.clear();
    errors.clear();
    for (std::size_t row = 0; row < batch.size(); ++row) {
      for (auto const* hit = batch.begin(row); hit != batch.end(row); ++hit) hits.push_back({hit->rule(), hit->line(), static_cast<uint32_t>(hit->state())});
      ends.push_back(hits.size());
    }
    for (auto const& error : batch.errors()) texts.push_back(to_string(error.error));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      errors.push_back({first + batch.errors()[i].row, batch.errors()[i].error.code.c_str(), texts[i].c_str()});
    }
    bylaw_holds const holds{sizeof(bylaw_holds), first, batch.size(), ends.data(), hits.data(), errors.size(), errors.data()};
    stopped = take(context, &holds) != 0;
    return !stopped;
  }
};

bool is_sound(bylaw_column const& column) {
  return column.size >= sizeof(bylaw_column) && column.path != nullptr && column.form >= BYLAW_U8 && column.form <= BYLAW_I64 &&
         (column.values != nullptr || column.count == 0) && (column.dictionary != nullptr || column.dictionary_count == 0) &&
         std::all_of(column.dictionary, column.dictionary + column.dictionary_count, [](char const* text) { return text != nullptr; });
}

/// An element of an array of structs that may be larger than those of this version: they say how large.
template <class Struct>
Struct const& at(Struct const* first, size_t index) {
  return *reinterpret_cast<Struct const*>(reinterpret_cast<char const*>(first) + index * first->size);
}

policy::FieldColumn field_of(bylaw_column const& column) {
  policy::FieldColumn field;
  field.path = column.path;
  field.form = static_cast<policy::Memory::Form>(column.form);
  field.values = column.values;
  field.count = column.count;
  field.stride = column.stride;
  field.valid = column.valid;
  field.valid_offset = column.valid_offset;
  field.scale = column.scale;
  for (size_t i = 0; i < column.dictionary_count; ++i) field.dictionary.emplace_back(column.dictionary[i]);
  return field;
}

}  // namespace

static_assert(static_cast<int>(policy::Memory::Form::u8) == BYLAW_U8 && static_cast<int>(policy::Memory::Form::i64) == BYLAW_I64);

extern "C" bylaw_status bylaw_policy_decide_columns(bylaw_policy const* policy, bylaw_columns const* orders, bylaw_take_holds take, void* context,
                                                    bylaw_text* error) {
  return call(error, [&] {
    if (policy == nullptr) return missing("policy", error);
    if (orders == nullptr || orders->size < sizeof(bylaw_columns)) return missing("orders", error);
    if (take == nullptr) return missing("take", error);
    if ((orders->columns == nullptr && orders->column_count > 0) || (orders->lists == nullptr && orders->list_count > 0)) return missing("orders", error);
    policy::OrderColumns table;
    table.rows = orders->rows;
    for (size_t i = 0; i < orders->column_count; ++i) {
      auto const& column = at(orders->columns, i);
      if (column.size != orders->columns->size || !is_sound(column)) return missing(("columns[" + std::to_string(i) + "]").c_str(), error);
      table.fields.push_back(field_of(column));
    }
    for (size_t i = 0; i < orders->list_count; ++i) {
      auto const& list = at(orders->lists, i);
      if (list.size < sizeof(bylaw_list) || list.size != orders->lists->size || list.path == nullptr || list.offsets == nullptr)
        return missing(("lists[" + std::to_string(i) + "]").c_str(), error);
      table.lists.push_back({list.path, list.offsets});
    }
    static_assert(sizeof(bylaw::Timestamp) == sizeof(int64_t));
    policy::OrderRange const range{0, orders->rows, bylaw::Timestamp(orders->now_ms), reinterpret_cast<bylaw::Timestamp const*>(orders->at_ms)};
    Giving giving{take, context};
    auto const part = [](void* to, std::size_t first, policy::HoldBatch const& batch) { return static_cast<Giving*>(to)->part(first, batch); };
    auto const done = policy::decide_holds_in_parts(policy->book.policy(), table, range, {part, &giving});
    if (!done) return fail(done.error(), error);
    return giving.stopped ? BYLAW_STOPPED : BYLAW_OK;
  });
}
