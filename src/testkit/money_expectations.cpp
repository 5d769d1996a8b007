// What scenarios expect of orders' money, of returns and of costs, read from the store as anybody may read it.
#include "testkit/money_expectations.hpp"

#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::testkit {

using wire::Json;

namespace {

std::int64_t whole(std::string const& value) { return Decimal::parse(value.empty() ? "0" : value).value_or(Decimal{}).coefficient(); }
std::string money(std::string const& minor, std::string const& currency) { return to_string(Money(whole(minor), Currency::find(currency))); }

class Answers {
 public:
  Answers(TestFile const& file, store::Reader& reader, StockQuestion const& question, Yaml const& expected, std::vector<std::string>& problems)
      : file_(file), reader_(reader), question_(question), expected_(expected), problems_(problems) {
    auto const& name = question.name;
    auto const space = name.rfind(' ');
    first_ = name.substr(0, space);
    if (space != std::string::npos) second_ = name.substr(space + 1);
  }

  bool run() {
    auto const& what = question_.what;
    if (what == "balance") amount("SELECT outstanding, currency FROM order_balance WHERE order_id=?1");
    else if (what == "paid") amount("SELECT paid, currency FROM order_balance WHERE order_id=?1");
    else if (what == "refunded") amount("SELECT refunded, currency FROM order_balance WHERE order_id=?1");
    else if (what == "refundable") amount("SELECT max(paid - refunded, 0), currency FROM order_balance WHERE order_id=?1");
    else if (what == "shipping") shipping();
    else if (what == "tenders") tenders();
    else if (what == "line") line();
    else if (what == "return_line") return_line();
    else if (what == "exceptions") exceptions();
    else return false;
    return true;
  }

 private:
  store::Table query(char const* sql, std::vector<std::string> const& parameters) {
    auto table = reader_.query(sql, parameters);
    if (!table) throw Refusal{table.error()};
    return std::move(*table);
  }
  void compare_json(Json const& got) { compare(file_, question_.where, expected_, &got, problems_); }

  void amount(char const* sql) {
    auto const table = query(sql, {question_.name});
    compare_json(text(table.rows.empty() ? "unknown" : money(table.rows[0][0], table.rows[0][1])));
  }

  /// A row with names; figures that begin with `$` are minor units of `currency`.
  void row(store::Table const& table, std::string const& currency) {
    Json got;
    got.kind = Json::Kind::object;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      auto name = table.columns[i];
      if (name == "currency") continue;
      auto value = table.rows[0][i];
      if (name[0] == '$') {
        name = name.substr(1);
        value = money(value, currency);
      }
      got.keys.push_back(name);
      got.items.push_back(text(value));
    }
    file_.check_keys(expected_, got.keys);
    compare_json(got);
  }
  bool found(store::Table const& table) {
    if (!table.rows.empty()) return true;
    problems_.push_back(question_.where + ": there is nothing of this name");
    return false;
  }

  void shipping() {
    auto const table = query(
        "SELECT coalesce(sum(l.gross), 0) - coalesce((SELECT sum(p.gross) FROM refund_part p WHERE p.order_id=?1 AND (p.kind='shipping' OR EXISTS (SELECT 1 "
        "FROM order_line x JOIN order_doc y ON y.seq=x.order_seq WHERE y.id=?1 AND x.number=p.order_line AND x.shipping=1))), 0), o.currency FROM "
        "order_now o LEFT JOIN order_line l ON l.order_seq=o.order_seq AND l.shipping=1 WHERE o.order_id=?1 GROUP BY o.order_id",
        {question_.name});
    compare_json(text(table.rows.empty() ? "unknown" : money(table.rows[0][0], table.rows[0][1])));
  }

  void tenders() {
    auto const table = query(
        "SELECT CASE payment WHEN '' THEN tender ELSE payment END AS name, sum(CASE what WHEN 'refunded' THEN amount WHEN 'refund_failed' THEN -amount ELSE 0 "
        "END) AS back, currency FROM payment_event WHERE order_id=?1 GROUP BY name, currency HAVING back != 0 ORDER BY min(seq)",
        {question_.name});
    Json got;
    got.kind = Json::Kind::object;
    for (auto const& row : table.rows) {
      got.keys.push_back(row[0]);
      got.items.push_back(text(money(row[1], row[2])));
    }
    // What is not named must not have got anything.
    if (expected_.is_map()) {
      for (auto const& key : got.keys) {
        if (expected_.find(key) == nullptr) problems_.push_back(question_.where + ": `" + key + "` got " + got.find(key)->text);
      }
    }
    compare_json(got);
  }

  void line() {
    auto const table = query(
        "SELECT l.item, l.quantity, l.net AS '$net', l.discount AS '$discount', l.tax AS '$tax', l.gross AS '$gross', s.remaining AS returnable, (SELECT "
        "coalesce(sum(p.quantity),0) FROM refund_part p WHERE p.order_id=?1 AND p.order_line=l.number) AS refunded_units, (SELECT coalesce(sum(p.gross),0) "
        "FROM "
        "refund_part p WHERE p.order_id=?1 AND p.order_line=l.number) AS '$refunded', (SELECT coalesce(sum(p.tax - p.fee_tax),0) FROM refund_part p WHERE "
        "p.order_id=?1 "
        "AND "
        "p.order_line=l.number) AS '$refunded_tax', o.currency FROM order_now o JOIN order_line l ON l.order_seq=o.order_seq JOIN sale_line s ON "
        "s.line_seq=l.seq WHERE o.order_id=?1 AND l.number=CAST(?2 AS INTEGER)",
        {first_, second_});
    if (found(table)) row(table, table.rows[0].back());
  }

  void return_line() {
    auto const table = query(
        "SELECT c.announced, c.received, c.accepted, c.rejected, c.refunded, c.restocked, c.exchanged, c.verdict, l.reasons, l.rule, l.refund AS '$expected', "
        "(SELECT coalesce(sum(p.gross - p.fee - p.fee_tax),0) FROM refund_part p WHERE p.return_id=c.return_id AND p.return_line=c.line AND p.kind != "
        "'exchange') "
        "AS '$paid', (SELECT coalesce(sum(p.tax - p.fee_tax),0) FROM refund_part p WHERE p.return_id=c.return_id AND p.return_line=c.line) AS '$tax', (SELECT "
        "coalesce(sum(p.fee),0) FROM refund_part p WHERE p.return_id=c.return_id AND p.return_line=c.line) AS '$fee', (SELECT coalesce(sum(p.discount),0) FROM "
        "refund_part p WHERE p.return_id=c.return_id AND p.return_line=c.line) AS '$discount', d.currency FROM return_counter c JOIN return_line l ON "
        "l.return_id=c.return_id AND l.number=c.line JOIN return_doc d ON d.id=c.return_id WHERE c.return_id=?1 AND c.line=CAST(?2 AS INTEGER)",
        {first_, second_});
    if (found(table)) row(table, table.rows[0].back());
  }

  /// Open exceptions that speak of a return or an order, by kind.
  void exceptions() {
    if (!expected_.is_list()) file_.refuse(expected_.line, "open exceptions are a list", "write [] or [over_receipt]");
    Json got;
    got.kind = Json::Kind::array;
    auto const table = query(
        "SELECT json_extract(CAST(data AS TEXT), '$.\"exception.kind\"') FROM instance WHERE workflow='exception' AND closed=0 AND (json_extract(CAST(data AS "
        "TEXT), '$.\"exception.return\"')=?1 OR json_extract(CAST(data AS TEXT), '$.\"exception.order\"')=?1) ORDER BY seq",
        {question_.name});
    for (auto const& row : table.rows) got.items.push_back(text(row[0]));
    compare_json(got);
  }

  TestFile const& file_;
  store::Reader& reader_;
  StockQuestion const& question_;
  Yaml const& expected_;
  std::vector<std::string>& problems_;
  std::string first_;
  std::string second_;
};

}  // namespace

bool expect_of_money(TestFile const& file, store::Reader& reader, StockQuestion const& question, Yaml const& expected, std::vector<std::string>& problems) {
  return Answers(file, reader, question, expected, problems).run();
}

}  // namespace bylaw::inline v0::testkit
