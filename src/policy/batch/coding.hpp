#pragma once
#include <algorithm>
#include <cstring>

#include <bylaw/policy/memory.hpp>

#include "policy/index/block.hpp"
#include "policy/index/lookup.hpp"

namespace bylaw::inline v0::policy::batch {

using index::invalid_row;

/// Row of a text, or of an enumeration's value by its name.
[[nodiscard]] std::uint32_t row_of_name(Policy const& policy, index::Column const& column, Slot const& slot, std::string_view name);
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

  /// `at(i)`: where the number of item i lies. True when some rows are `invalid_row`.
  template <class At>
  bool rows(Memory::Form form, At at, std::uint32_t count, std::uint32_t* out) const {
    switch (form) {
      case Memory::Form::u8: return rows_of<std::uint8_t>(at, count, out);
      case Memory::Form::i8: return rows_of<std::int8_t>(at, count, out);
      case Memory::Form::u16: return rows_of<std::uint16_t>(at, count, out);
      case Memory::Form::i16: return rows_of<std::int16_t>(at, count, out);
      case Memory::Form::u32: return rows_of<std::uint32_t>(at, count, out);
      case Memory::Form::i32: return rows_of<std::int32_t>(at, count, out);
      default: return rows_of<std::int64_t>(at, count, out);
    }
  }

 private:
  template <class Number, class At>
  bool rows_of(At at, std::uint32_t count, std::uint32_t* out) const {
    auto const number = [&](std::uint32_t i) {
      Number value;
      std::memcpy(&value, at(i), sizeof value);
      return static_cast<std::int64_t>(value);
    };
    return row_of_code_.empty() ? rows_of_values(number, count, out) : rows_of_codes(number, count, out);
  }

  template <class NumberAt>
  bool rows_of_codes(NumberAt number, std::uint32_t count, std::uint32_t* out) const {
    auto const* rows = row_of_code_.data();
    auto const others = static_cast<std::uint64_t>(row_of_code_.size() - 1);
    std::int64_t all = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto const code = number(i) - first_code_;
      out[i] = rows[std::min(static_cast<std::uint64_t>(code), others)];
      all |= code;
    }
    if (all >= 0 && !may_be_invalid_) return false;
    bool lacks = false;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (number(i) < first_code_) out[i] = invalid_row;
      lacks = lacks || out[i] == invalid_row;
    }
    return lacks;
  }

  template <class NumberAt>
  bool rows_of_values(NumberAt number, std::uint32_t count, std::uint32_t* out) const {
    lookup_.with_form([&](auto row) {
      for (std::uint32_t i = 0; i < count; ++i) out[i] = row(number(i));
    });
    if (!lookup_.is_bounded()) return false;
    bool lacks = false;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (lookup_.is_valid(number(i))) continue;
      out[i] = invalid_row;
      lacks = true;
    }
    return lacks;
  }

  index::Lookup lookup_;
  std::int64_t first_code_ = 0;
  std::vector<std::uint32_t> row_of_code_;
  bool may_be_invalid_ = false;
};

}  // namespace bylaw::inline v0::policy::batch
