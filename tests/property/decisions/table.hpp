#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <bylaw/policy/columns.hpp>

#include "generator.hpp"

/// The same orders as columns, in forms as different as the fields allow.
class Table {
 public:
  explicit Table(std::vector<TestOrder> const& orders, bylaw::policy::Symbols const& symbols);
  bylaw::policy::OrderColumns columns;

 private:
  /// A column of numbers of which some are missing.
  struct Numbers {
    std::vector<std::int64_t> values;
    std::vector<std::uint8_t> valid;
  };
  void add(std::string const& path, std::vector<std::optional<std::int64_t>> const& values, std::int32_t scale = 0);
  void add_texts(std::string const& path, std::vector<std::optional<std::string>> const& values);
  void add_list(std::string const& path, std::vector<std::uint32_t> offsets);

  std::deque<Numbers> numbers_;
  std::deque<std::vector<std::int16_t>> codes_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::uint32_t>> offsets_;
};
