#pragma once
#include <string>
#include <utility>
#include <vector>

#include <bylaw/trade/records.hpp>
#include <bylaw/values/zone.hpp>
#include <bylaw/wire/csv.hpp>

namespace bylaw::inline v0::wire {

/// The channel's words and ours.
using WordTable = std::vector<std::pair<std::string, std::string>>;

/// How one channel's CSV becomes orders and returns. docs/import.md explains each word.
struct Mapping {
  std::string source;
  std::string channel = "web";
  Currency currency;
  Zone zone{"UTC", {{Timestamp(0), 0}}};
  std::string time_format = "YYYY-MM-DD hh:mm:ss";

  // Columns by name; empty ones are not in the file.
  std::string order_column, item_column, title_column, quantity_column, placed_column, price_column, customer_column, country_column, city_column,
      postal_code_column;
  std::string strip_customer_suffix;  ///< `.0` of ids that went through a spreadsheet
  std::string return_prefix;          ///< order numbers that begin so are returns
  bool refuse_zero_price = true;
  std::vector<std::string> service_items;   ///< codes that move no stock
  bool service_unless_five_digits = false;  ///< codes that do not begin with five digits move no stock
  WordTable countries;                      ///< channel's word -> ISO 3166-1 alpha-2
  struct AttributeColumn {
    std::string path;
    std::string column;
    WordTable values;  ///< channel's word -> value of the schema; empty: as it is
  };
  std::vector<AttributeColumn> attributes;
  std::int32_t lookback_orders = 100;  ///< rows of one order may stand apart by so many others

  // What the file tells about the past, asserted right after import.
  std::vector<std::string> order_events;
  std::vector<std::string> return_events;
  std::string inspected_condition;
  std::string opening_stock_location;  ///< receive here what the file sells; empty: nothing
};

/// A row that was not taken, or was taken with a remark.
struct RowIssue {
  std::int64_t line = 0;
  std::string code;
  std::string message;
};

/// What the rows add up to, exactly.
struct ImportTotals {
  std::int64_t rows = 0;
  std::int64_t orders = 0;
  std::int64_t order_lines = 0;
  std::int64_t returns = 0;
  std::int64_t return_lines = 0;
  std::int64_t refused_rows = 0;
  std::int64_t duplicate_rows = 0;
  Int128 sold_nano = 0;  ///< quantity x price, in 1e-9 of the currency's unit
  Int128 returned_nano = 0;
  std::int64_t sold_minor = 0;  ///< the same after rounding each line once
  std::int64_t returned_minor = 0;
};

/// Groups the rows of a file into orders and returns, first row first. Rows that break the form
/// of the file are errors; rows that the mapping refuses are issues and the reading goes on.
class BYLAW_EXPORT RowAssembler {
 public:
  struct Sink {
    Result<void> (*order)(void* context, trade::Order& order) = nullptr;
    Result<void> (*back)(void* context, trade::Return& request) = nullptr;
    void (*issue)(void* context, RowIssue const& issue) = nullptr;  ///< may be left out
    void* context = nullptr;
  };

  RowAssembler(Mapping const& mapping, std::string file_name, Sink sink);
  ~RowAssembler();
  RowAssembler(RowAssembler const&) = delete;
  RowAssembler& operator=(RowAssembler const&) = delete;

  /// Errors: `missing_column`.
  [[nodiscard]] Result<void> header(std::vector<std::string> const& columns);
  /// Errors: `bad_row` with line, column and what to write instead.
  [[nodiscard]] Result<void> row(CsvReader::Row const& row);
  [[nodiscard]] Result<void> finish();
  [[nodiscard]] ImportTotals const& totals() const noexcept;

 private:
  struct Impl;
  Impl* impl_;
};

/// Reads a time by a format of YYYY MM M DD D hh h mm ss and literal characters.
[[nodiscard]] BYLAW_EXPORT Result<LocalTime> parse_time(std::string_view text, std::string_view format);

}  // namespace bylaw::inline v0::wire
