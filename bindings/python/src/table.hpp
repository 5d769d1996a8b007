#pragma once
#include <pybind11/numpy.h>

#include <memory>
#include <vector>

#include "bindings.hpp"

namespace bylaw_python {

/// OrderColumns with everything they point to kept alive.
class Table {
 public:
  explicit Table(std::size_t rows) { columns_.rows = rows; }
  /// `valid`: a bit for each value, lowest first, or None when all are there.
  void add_field(std::string const& path, py::array const& values, py::object const& valid, int scale, std::vector<std::string> dictionary);
  void add_list(std::string const& path, py::array_t<std::uint32_t, py::array::c_style> const& offsets);
  [[nodiscard]] bylaw::policy::OrderColumns const& columns() const { return columns_; }

 private:
  bylaw::policy::OrderColumns columns_;
  std::vector<py::object> kept_;
  std::vector<std::unique_ptr<std::vector<std::string>>> texts_;
};

/// When orders are decided: all at one time, or each at its own.
class Moments {
 public:
  /// `at`: an array of milliseconds UTC, one for each row, or None.
  Moments(std::int64_t now_ms, py::object const& at, std::size_t rows);
  [[nodiscard]] bylaw::policy::OrderRange range(std::size_t begin, std::size_t end) const;

 private:
  bylaw::Timestamp now_;
  py::array_t<std::int64_t, py::array::c_style> at_;
  bool each_ = false;
};

/// Runs `work(part)` for parts 0 up to `threads` of the rows, each on a thread of its own. The first error is returned.
bylaw::Result<void> in_parts(std::size_t rows, int threads, bylaw::Result<void> (*work)(void* context, int part, std::size_t begin, std::size_t end),
                             void* context);

/// {"ends", "rule", "line", "state", "errors"}: hits of the order i are those from ends[i - 1] up to ends[i].
py::dict decide(LoadedPolicy const& policy, Table const& table, std::int64_t now_ms, py::object const& at, int threads);

}  // namespace bylaw_python
