#pragma once
#include "policy/index/rule_index.hpp"

namespace bylaw::inline v0::policy::index {

/// How whole numbers stand for the values of a fact: the value is number x unit / 10^scale.
struct Scale {
  std::int32_t decimals = 0;
  std::int64_t unit = 1;
};

/// From numbers to rows of a column. Where few constants are near each other the row is read from a
/// table; otherwise it is searched for. Immutable.
class Lookup {
 public:
  Lookup() = default;
  Lookup(Column const& column, Scale scale, Slot const& slot, std::size_t symbols);

  [[nodiscard]] std::uint32_t row(std::int64_t number) const {
    switch (form_) {
      case Form::few: return few<few_max>(number);
      case Form::direct: return direct(number);
      case Form::bucket: return bucket(number);
      case Form::search: break;
    }
    return search(number);
  }
  /// Whether a number stands for a value that the fact can have: a date of the calendar, a known symbol.
  [[nodiscard]] bool is_valid(std::int64_t number) const { return number >= lowest_ && number <= highest_; }
  [[nodiscard]] bool is_bounded() const { return lowest_ != INT64_MIN || highest_ != INT64_MAX; }

  /// Calls `use` with the form as a constant, so that a loop over many numbers has no branch on it.
  template <class Use>
  void with_form(Use use) const {
    switch (form_) {
      case Form::few: return with_few(use);
      case Form::direct: return use([this](std::int64_t x) { return direct(x); });
      case Form::bucket: return use([this](std::int64_t x) { return bucket(x); });
      case Form::search: return use([this](std::int64_t x) { return search(x); });
    }
  }

 private:
  enum class Form : std::uint8_t { few, direct, bucket, search };
  static constexpr std::size_t few_max = 4;
  static constexpr std::uint64_t direct_max = 4096;
  static constexpr std::uint32_t run_max = 4;  ///< constants in one bucket

  template <std::size_t count>
  [[nodiscard]] std::uint32_t few(std::int64_t x) const {
    std::uint32_t row = 0;
    for (std::size_t i = 0; i < count; ++i) row += x > few_[i] ? 1 : 0;
    return row;
  }
  template <class Use>
  void with_few(Use use) const {
    switch (limits_.size() - run_max) {
      case 0: return use([](std::int64_t) { return std::uint32_t{0}; });
      case 1: return use([this](std::int64_t x) { return few<1>(x); });
      case 2: return use([this](std::int64_t x) { return few<2>(x); });
      default: return use([this](std::int64_t x) { return few<few_max>(x); });
    }
  }
  [[nodiscard]] std::uint32_t direct(std::int64_t x) const {
    auto const at = distance(x);
    return x <= base_ ? 0 : table_[at < last_ ? at : last_];
  }
  /// From the first number after the first limit, for numbers from there on.
  [[nodiscard]] std::uint64_t distance(std::int64_t x) const { return static_cast<std::uint64_t>(x) - static_cast<std::uint64_t>(base_) - 1; }
  /// The bucket of a distance: 32 of them, equally wide, for each power of two.
  static std::uint64_t bucket_of(std::uint64_t distance) {
    auto const shift = static_cast<unsigned>(58 - __builtin_clzll(distance | 63));
    return (std::uint64_t{shift} << 5) + (distance >> shift);
  }
  [[nodiscard]] std::uint32_t bucket(std::int64_t x) const {
    if (x <= base_) return 0;
    auto const at = bucket_of(distance(x));
    std::uint32_t const begin = table_[at < last_ ? at : last_];
    std::uint32_t row = begin;
    for (std::uint32_t i = 0; i < run_; ++i) row += x > limits_[begin + i] ? 1 : 0;
    return row;
  }
  [[nodiscard]] std::uint32_t search(std::int64_t x) const {
    auto const* at = limits_.data();
    for (auto left = limits_.size() - run_max; left > 0;) {
      auto const half = (left + 1) / 2;
      at = x > at[half - 1] ? at + half : at;
      left -= half;
    }
    return static_cast<std::uint32_t>(at - limits_.data());
  }
  bool try_buckets();

  Form form_ = Form::few;
  std::int64_t base_ = 0;  ///< the first limit
  std::uint64_t last_ = 0;
  std::uint32_t run_ = 0;  ///< the most constants in one bucket
  std::int64_t few_[few_max] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
  std::vector<std::uint16_t> table_;
  std::vector<std::int64_t> limits_;  ///< per edge the highest number before it; then some that no number exceeds
  std::int64_t lowest_ = INT64_MIN;
  std::int64_t highest_ = INT64_MAX;
};

}  // namespace bylaw::inline v0::policy::index
