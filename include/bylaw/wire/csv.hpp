#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::wire {

/// A CSV file (RFC 4180, comma, double quotes, LF or CRLF), fed in pieces of any size.
///
/// The first row names the columns. Every later row is handed out with the line it began on.
/// Errors, each with its line: `bad_encoding` (not UTF-8), `bad_csv` (a quote without its
/// partner, a row with another number of fields), `line_too_long` (over 1 MB). Not thread safe.
class BYLAW_EXPORT CsvReader {
 public:
  struct Row {
    std::int64_t line = 0;
    std::vector<std::string> const& fields;
  };
  /// Called per row; an error stops the reading.
  struct Sink {
    Result<void> (*row)(void* context, Row const& row) = nullptr;
    Result<void> (*header)(void* context, std::vector<std::string> const& columns) = nullptr;
    void* context = nullptr;
  };

  CsvReader(std::string file_name, Sink sink);
  ~CsvReader();
  CsvReader(CsvReader const&) = delete;
  CsvReader& operator=(CsvReader const&) = delete;

  [[nodiscard]] Result<void> feed(std::string_view bytes);
  [[nodiscard]] Result<void> finish();
  /// Whether the last byte was a line break; without it the last row may be cut off.
  [[nodiscard]] bool ended_with_line_break() const noexcept;

  static constexpr std::size_t line_bytes_max = 1u << 20;

 private:
  struct Impl;
  Impl* impl_;
};

}  // namespace bylaw::inline v0::wire
