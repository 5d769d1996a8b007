// CSV of channels, in pieces of any size, through a mapping: rows come out, or an error with a line.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <bylaw/wire/mapping.hpp>

using namespace bylaw;

namespace {

wire::Mapping mapping() {
  wire::Mapping out;
  out.source = "shop";
  out.currency = Currency::find("GBP");
  out.order_column = "Invoice";
  out.item_column = "StockCode";
  out.title_column = "Description";
  out.quantity_column = "Quantity";
  out.placed_column = "InvoiceDate";
  out.price_column = "Price";
  out.customer_column = "Customer ID";
  out.country_column = "Country";
  out.strip_customer_suffix = ".0";
  out.return_prefix = "C";
  out.service_items = {"POST"};
  out.countries = {{"United Kingdom", "GB"}};
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static auto const map = mapping();
  std::int64_t lines = 0;
  wire::RowAssembler rows(map, "fuzz.csv",
                          {[](void* n, trade::Order& order) {
                             *static_cast<std::int64_t*>(n) += static_cast<std::int64_t>(order.lines.size());
                             return Result<void>{};
                           },
                           [](void* n, trade::Return& request) {
                             *static_cast<std::int64_t*>(n) += static_cast<std::int64_t>(request.lines.size());
                             return Result<void>{};
                           },
                           nullptr, &lines});
  wire::CsvReader reader("fuzz.csv",
                         {[](void* to, wire::CsvReader::Row const& row) { return static_cast<wire::RowAssembler*>(to)->row(row); },
                          [](void* to, std::vector<std::string> const& columns) { return static_cast<wire::RowAssembler*>(to)->header(columns); }, &rows});
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const piece = size == 0 ? 1 : static_cast<std::size_t>(data[0]) + 1;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!reader.feed(text.substr(at, piece))) return 0;
  }
  if (!reader.finish() || !rows.finish()) return 0;
  auto const& totals = rows.totals();
  if (totals.order_lines + totals.return_lines != lines) std::abort();
  return 0;
}
