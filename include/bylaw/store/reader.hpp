#pragma once
#include <string>
#include <vector>

#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::store {

/// One named query of the read side, as rows of text. `report` and `audit` stand on it.
struct Table {
  std::vector<std::string> columns;
  std::vector<bool> numeric;  ///< per column
  std::vector<std::vector<std::string>> rows;
};

/// Read-only access while the host runs. Not thread safe.
class BYLAW_EXPORT Reader {
 public:
  [[nodiscard]] static Result<Reader> open(std::string const& path);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();
  /// A query with bound text parameters.
  [[nodiscard]] Result<Table> query(char const* sql, std::vector<std::string> const& parameters = {});

 private:
  struct Impl;
  explicit Reader(Impl* impl) noexcept : impl_(impl) {}
  Impl* impl_ = nullptr;
};

}  // namespace bylaw::inline v0::store
