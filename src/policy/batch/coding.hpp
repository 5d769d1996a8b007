#pragma once
#include <algorithm>
#include <cstring>

#include <bylaw/policy/memory.hpp>

#include "policy/index/block.hpp"
#include "policy/index/lookup.hpp"

namespace bylaw::inline v0::policy::batch {

using index::invalid_row;

template <class Number>
[[nodiscard]] std::int64_t load_number(char const* from) {
  Number value;
  std::memcpy(&value, from, sizeof value);
  return static_cast<std::int64_t>(value);
}
/// A number as it lies in memory.
[[nodiscard]] std::int64_t load_number(Memory::Form form, char const* from);

/// Rows by names: of texts, or of an enumeration's values.
class NamedRows {
 public:
  NamedRows(Policy const& policy, index::Column const& column, Slot const& slot);
  [[nodiscard]] std::uint32_t row(std::string_view name) const;

 private:
  Policy const& policy_;
  index::Column const& column_;
  Slot const& slot_;
  index::Lookup symbols_;
};
/// Row of a fact in its general form. `lookup`: at the scale of Frames; not used for texts.
[[nodiscard]] std::uint32_t row_of_value(index::Column const& column, index::Lookup const& lookup, Slot const& slot, Value const& value);

/// From the numbers of one field, as they lie in memory, to rows of a column. Immutable.
class Coding {
 public:
  Coding() = default;
  /// The numbers are values.
  explicit Coding(index::Lookup lookup) : lookup_(std::move(lookup)) {}
  /// The numbers are codes from `first` on; `rows` has the row of each, and at last that of all codes
  /// behind them. Codes below `first` are invalid.
  Coding(std::int64_t first, std::vector<std::uint32_t> rows)
      : first_code_(first),
        row_of_code_(std::move(rows)),
        may_be_invalid_(std::find(row_of_code_.begin(), row_of_code_.end(), invalid_row) != row_of_code_.end()) {}

  [[nodiscard]] index::Lookup const& lookup() const { return lookup_; }

  /// `at(i)`: where the number of item i lies. Calls `take(i, row)` for each item. True when some facts
  /// cannot be used; then only rows() says which.
  template <class At, class Take>
  bool each_row(Memory::Form form, At at, std::uint32_t count, Take take) const {
    switch (form) {
      case Memory::Form::u8: return each_row_of<std::uint8_t>(at, count, take);
      case Memory::Form::i8: return each_row_of<std::int8_t>(at, count, take);
      case Memory::Form::u16: return each_row_of<std::uint16_t>(at, count, take);
      case Memory::Form::i16: return each_row_of<std::int16_t>(at, count, take);
      case Memory::Form::u32: return each_row_of<std::uint32_t>(at, count, take);
      case Memory::Form::i32: return each_row_of<std::int32_t>(at, count, take);
      default: return each_row_of<std::int64_t>(at, count, take);
    }
  }

  /// The row of one number; `invalid_row` when the fact cannot be used.
  [[nodiscard]] std::uint32_t row(Memory::Form form, char const* from) const {
    auto const number = load_number(form, from);
    if (row_of_code_.empty()) return lookup_.is_valid(number) ? lookup_.row(number) : invalid_row;
    auto const others = static_cast<std::uint64_t>(row_of_code_.size() - 1);
    auto const code = static_cast<std::uint64_t>(number) - static_cast<std::uint64_t>(first_code_);
    return number < first_code_ ? invalid_row : row_of_code_[std::min(code, others)];
  }

  /// One row for each item, `invalid_row` where a fact cannot be used. True when there are such.
  template <class At>
  bool rows(Memory::Form form, At at, std::uint32_t count, std::uint32_t* out) const {
    if (!each_row(form, at, count, [out](std::uint32_t i, std::uint32_t row) { out[i] = row; })) return false;
    for (std::uint32_t i = 0; i < count; ++i) out[i] = row(form, at(i));
    return true;
  }

 private:
  template <class Number, class At, class Take>
  bool each_row_of(At at, std::uint32_t count, Take take) const {
    auto const number = [&](std::uint32_t i) { return load_number<Number>(at(i)); };
    if (!row_of_code_.empty()) return may_be_invalid_ ? each_code<true>(number, count, take) : each_code<false>(number, count, take);
    lookup_.with_form([&](auto row) {
      for (std::uint32_t i = 0; i < count; ++i) take(i, row(number(i)));
    });
    if (!lookup_.is_bounded()) return false;
    bool lacks = false;
    for (std::uint32_t i = 0; i < count; ++i) lacks |= !lookup_.is_valid(number(i));
    return lacks;
  }

  template <bool may_be_invalid, class NumberAt, class Take>
  bool each_code(NumberAt number, std::uint32_t count, Take take) const {
    auto const* rows = row_of_code_.data();
    auto const others = static_cast<std::uint64_t>(row_of_code_.size() - 1);
    std::int64_t all = 0;
    bool lacks = false;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto const code = static_cast<std::int64_t>(static_cast<std::uint64_t>(number(i)) - static_cast<std::uint64_t>(first_code_));
      auto row = rows[std::min(static_cast<std::uint64_t>(code), others)];
      if constexpr (may_be_invalid) {
        lacks |= row == invalid_row;
        row = row == invalid_row ? 0 : row;
      }
      take(i, row);
      all |= code;
    }
    return lacks || all < 0;
  }

  index::Lookup lookup_;
  std::int64_t first_code_ = 0;
  std::vector<std::uint32_t> row_of_code_;
  bool may_be_invalid_ = false;
};

}  // namespace bylaw::inline v0::policy::batch
