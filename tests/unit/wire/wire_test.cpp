#include <doctest/doctest.h>

#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>
#include <bylaw/wire/mapping.hpp>

using namespace bylaw;
using namespace bylaw::wire;

namespace {

struct Read {
  std::vector<trade::Order> orders;
  std::vector<trade::Return> returns;
  std::vector<RowIssue> issues;
  std::string error;
  ImportTotals totals;
};

Read read(std::string const& text, std::size_t piece = 7) {
  Read out;
  static Mapping const mapping = [] {
    Mapping m;
    m.source = "t";
    m.currency = Currency::find("GBP");
    m.order_column = "no";
    m.item_column = "item";
    m.quantity_column = "qty";
    m.placed_column = "at";
    m.price_column = "price";
    m.return_prefix = "C";
    m.lookback_orders = 2;
    return m;
  }();
  RowAssembler rows(mapping, "f.csv",
                    {[](void* self, trade::Order& o) { return static_cast<Read*>(self)->orders.push_back(o), Result<void>{}; },
                     [](void* self, trade::Return& r) { return static_cast<Read*>(self)->returns.push_back(r), Result<void>{}; },
                     [](void* self, RowIssue const& i) { static_cast<Read*>(self)->issues.push_back(i); }, &out});
  CsvReader csv("f.csv", {[](void* self, CsvReader::Row const& row) { return static_cast<RowAssembler*>(self)->row(row); },
                          [](void* self, std::vector<std::string> const& c) { return static_cast<RowAssembler*>(self)->header(c); }, &rows});
  Result<void> done;
  for (std::size_t at = 0; done && at < text.size(); at += piece) done = csv.feed(std::string_view(text).substr(at, piece));
  if (done) done = csv.finish();
  if (done) done = rows.finish();
  if (!done) out.error = done.error().code + " " + done.error().place;
  out.totals = rows.totals();
  return out;
}

constexpr char const* head = "no,item,qty,at,price\n";
std::string const row = "1,22423,2,2010-12-01 08:26:00,2.55\n";

}  // namespace

TEST_CASE("rows become orders and returns, in pieces of any size") {
  for (std::size_t const piece : {1u, 3u, 64u, 4096u}) {
    auto const text = head + row +
                      "1,\"A \"\"quoted\"\", item\",1,2010-12-01 08:26:00,0.001\n2,X,1,2010-12-01 08:27:00,1\nC3,X,-1,2010-12-02 "
                      "08:27:00,1\n1,late,1,2010-12-01 08:26:00,1\n";
    auto const got = read(text, piece);
    CHECK(got.error == "");
    REQUIRE(got.orders.size() == 3);
    CHECK(got.orders[0].lines[1].item == "A \"quoted\", item");
    CHECK(got.orders[0].total.amount_minor() == 510);
    CHECK(got.returns[0].lines[0].quantity == 1);
    CHECK(got.totals.sold_nano == Int128{7'101'000'000});
    CHECK(got.totals.sold_minor == 710);
  }
}

TEST_CASE("bad files are refused with the line") {
  struct Case {
    std::string text;
    char const* expected;
  };
  Case const cases[] = {
      {"", "bad_csv f.csv:1"},
      {"no,item,qty,at\n", "missing_column f.csv:1"},
      {head + row + "2,X,1\n", "bad_csv f.csv:3"},
      {head + row + "2,X,one,2010-12-01 08:26:00,1\n", "bad_row f.csv:3 (qty)"},
      {head + row + "2,X,1.5,2010-12-01 08:26:00,1\n", "bad_row f.csv:3 (qty)"},
      {head + row + "2,X,1,2010-02-30 08:26:00,1\n", "bad_row f.csv:3 (at)"},
      {head + row + "2,X,1,2010-12-01 08:26:00,1.0.0\n", "bad_row f.csv:3 (price)"},
      {head + row + "2,\"X,1,2010-12-01 08:26:00,1\n" + row, "bad_csv f.csv:3"},
      {head + row + "2,X\"Y,1,2010-12-01 08:26:00,1\n", "bad_csv f.csv:3"},
      {head + row + "2,\xff\xfe,1,2010-12-01 08:26:00,1\n", "bad_encoding f.csv:3"},
      {head + row + "2," + std::string(2u << 20, 'x') + ",1,2010-12-01 08:26:00,1\n", "line_too_long f.csv:3"},
      {head + row + ",X,1,2010-12-01 08:26:00,1\n", "bad_row f.csv:3 (no)"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text.substr(0, 100));
    CHECK(read(c.text, 4096).error == c.expected);
  }
}

TEST_CASE("rows that are no sale are named, copies are kept") {
  auto const got = read(head + row + row + "1,X,1,2010-12-01 08:26:00,0.0\n1,X,-1,2010-12-01 08:26:00,1\nC2,X,1,2010-12-01 08:26:00,1\n");
  CHECK(got.error == "");
  REQUIRE(got.issues.size() == 4);
  CHECK(got.issues[0].code == "duplicate");
  CHECK(got.issues[1].line == 4);
  CHECK(got.issues[1].message == "price is zero: not a sale");
  CHECK(got.totals.order_lines == 2);
  CHECK(got.totals.refused_rows == 3);
}

TEST_CASE("commands: unknown members and bad values are named") {
  struct Case {
    char const* json;
    char const* expected;
  };
  Case const cases[] = {
      {R"({"command_id":"1","command":"define_item","at":"2026-11-01T10:00:00Z","sku":"A"})", "ok"},
      {R"({"command_id":"1","command":"define_item","at":"2026-11-01T10:00:00Z","sku":"A","colour":"red"})", "colour"},
      {R"({"command_id":"1","command":"define_item","at":"yesterday","sku":"A"})", "at"},
      {R"({"command_id":"","command":"define_item","at":"2026-11-01T10:00:00Z","sku":"A"})", "command_id"},
      {R"({"command_id":"1","command":"explode","at":"2026-11-01T10:00:00Z"})", ""},
      {R"({"command_id":"1","command":"receive_stock","at":"2026-11-01T10:00:00Z","item":"A","location":"X","quantity":-1})", "quantity"},
      {R"({"command_id":"1","command":"receive_stock","at":"2026-11-01T10:00:00Z","item":"A","location":"X","quantity":1.5})", "quantity"},
      {R"({"command_id":"1","command":"import_order","at":"2026-11-01T10:00:00Z","id":"A","placed":"2026-11-01T10:00:00Z","currency":"GBX"})", "currency"},
      {R"({"command_id":"1","command":"import_order","at":"2026-11-01T10:00:00Z","id":"A","placed":"2026-11-01T10:00:00Z","currency":"GBP","lines":[{"item":"A","quantity":1,"net":"1.00 USD"}]})",
       "lines[0].net"},
      {R"({"command_id":"1","command":"import_order","at":"2026-11-01T10:00:00Z","id":"A","placed":"2026-11-01T10:00:00Z","currency":"GBP","lines":[{"item":"A","quantity":1}]})",
       "lines[0].net"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.json);
    auto const command = parse_command(c.json);
    CHECK((command ? "ok" : command.error().place) == c.expected);
  }
  CHECK(parse_command("{\"a\":").error().code == "bad_json");
  CHECK(parse_command("[1,2]").error().code == "bad_command");
  CHECK(parse_command("{} {}").error().code == "bad_json");
  for (auto const* word : {"{\"a\":note}", "{\"a\":nul}", "{\"a\":nullx}", "{\"a\":truth}", "{\"a\":fals}", "[note]", "note"}) {
    CAPTURE(word);
    CHECK(parse_command(word).error().code == "bad_json");
  }
  CHECK(parse_command(std::string(2000, '[')).error().code == "bad_json");
}

TEST_CASE("JSON numbers keep their text") {
  auto const json = parse_json(R"({"a": 12.10 ,"b":[true,null,"\u00e9"]})");
  REQUIRE(json.has_value());
  CHECK(json->find("a")->text == "12.10");
  CHECK(json->find("b")->items[2].text == "\xC3\xA9");
}
