// What scenarios expect of stock, promises, supply and channels, read from the store as anybody may read it.
#include "testkit/stock_expectations.hpp"

namespace bylaw::inline v0::testkit {

using wire::Json;

namespace {

class Answers {
 public:
  Answers(TestFile const& file, store::Reader& reader, StockQuestion const& question, Yaml const& expected, std::vector<std::string>& problems)
      : file_(file), reader_(reader), question_(question), expected_(expected), problems_(problems) {
    auto rest = question.name;
    for (auto space = rest.find(' '); space != std::string::npos; space = rest.find(' ')) {
      words_.push_back(rest.substr(0, space));
      rest = rest.substr(space + 1);
    }
    if (!rest.empty()) words_.push_back(rest);
  }

  bool run() {
    auto const& what = question_.what;
    if (what == "stock") stock();
    else if (what == "available") available();
    else if (what == "promises") promises();
    else if (what == "promised") one("SELECT f.value FROM order_fact f WHERE f.order_id=?1 AND f.path='order.promised' ORDER BY f.seq DESC LIMIT 1", "never");
    else if (what == "supply") supply();
    else if (what == "at_risk") list("SELECT DISTINCT reference FROM promise_open WHERE stands_on='supply' AND behind=?1 ORDER BY 1");
    else if (what == "channel") channel();
    else if (what == "fulfilment") one("SELECT status FROM fulfilment WHERE order_id=?1", "unknown");
    else if (what == "verdict") verdict();
    else if (what == "lot_out") lot_out();
    else return false;
    return true;
  }

 private:
  store::Table query(char const* sql, std::vector<std::string> const& parameters) {
    auto table = reader_.query(sql, parameters);
    if (!table) throw Refusal{table.error()};
    return std::move(*table);
  }
  void need(std::size_t count, char const* example) {
    if (words_.size() < count) file_.refuse(question_.line, "`" + question_.what + "` names more than that", example);
  }
  void compare_text(std::string value) {
    auto const json = text(std::move(value));
    compare(file_, question_.where, expected_, &json, problems_);
  }
  void one(char const* sql, char const* otherwise) {
    need(1, "write the id");
    auto const table = query(sql, {question_.name});
    auto const value = table.rows.empty() ? std::string(otherwise) : table.rows[0][0];
    compare_text(value.empty() ? "none" : value);
  }
  void compare_list(std::vector<std::string> const& values) {
    if (!expected_.is_list()) file_.refuse(expected_.line, "this is a list", "write [] or [one, two]");
    Json got;
    got.kind = Json::Kind::array;
    for (auto const& value : values) got.items.push_back(text(value));
    compare(file_, question_.where, expected_, &got, problems_);
  }
  void list(char const* sql) {
    need(1, "write the id");
    std::vector<std::string> values;
    for (auto const& row : query(sql, {question_.name}).rows) values.push_back(row[0]);
    compare_list(values);
  }
  bool known(char const* kind, std::string const& id) {
    if (!query("SELECT 1 FROM catalog_entry WHERE kind=?1 AND id=?2", {kind, id}).rows.empty()) return true;
    problems_.push_back(question_.where + ": there is no " + kind + " `" + id + "`");
    return false;
  }

  void stock() {
    need(2, "write stock TEA DC1: {available: 8}");
    file_.check_keys(expected_, {"on_hand", "reserved", "available", "backordered", "inspection", "quarantine", "refurbish", "damaged"});
    if (!known("item", words_[0]) || !known("location", words_[1])) return;
    auto const lot = words_.size() > 2 ? words_[2] : std::string("*");
    auto const sum = [&](char const* sql, std::string const& status) {
      return Decimal::parse(query(sql, {words_[0], words_[1], status, lot}).rows[0][0]).value_or(Decimal{}).coefficient();
    };
    constexpr char const* posted =
        "SELECT coalesce(sum(m.posted),0) FROM movement m JOIN account a ON a.seq-1=m.account WHERE a.kind=0 AND a.unit=?1 AND a.place=?2 AND a.status=?3 AND "
        "(?4='*' OR a.detail=?4)";
    constexpr char const* open =
        "SELECT coalesce(sum(r.amount),0) FROM reservation_open r JOIN account a ON a.seq-1=r.account WHERE a.kind=0 AND a.unit=?1 AND a.place=?2 AND "
        "a.status=?3 AND (?4='*' OR a.detail=?4)";
    auto const on_hand = sum(posted, "available");
    auto const reserved = sum(open, "available");
    Json got;
    got.kind = Json::Kind::object;
    auto const set = [&](char const* key, std::int64_t value) {
      got.keys.emplace_back(key);
      got.items.push_back(text(std::to_string(value)));
    };
    set("on_hand", on_hand);
    set("reserved", reserved);
    set("available", on_hand - reserved);
    set("backordered", sum(open, "backorder"));
    for (auto const* status : {"inspection", "quarantine", "refurbish", "damaged"}) set(status, sum(posted, status));
    compare(file_, question_.where, expected_, &got, problems_);
  }

  void available() {
    need(1, "write available TEA: 8");
    if (!known("item", words_[0])) return;
    compare_text(
        query("SELECT coalesce((SELECT sum(m.posted) FROM movement m JOIN account a ON a.seq-1=m.account WHERE a.kind=0 AND a.unit=?1 AND "
              "a.status='available'),0) - coalesce((SELECT sum(r.amount) FROM reservation_open r JOIN account a ON a.seq-1=r.account WHERE a.kind=0 AND "
              "a.unit=?1 AND a.status='available'),0)",
              {words_[0]})
            .rows[0][0]);
  }

  /// `LOCATION ITEM QUANTITY`, then `lot LOT`, `from SUPPLY` or `later`.
  void promises() {
    need(1, "write promises A-1: [DC1 TEA 2]");
    std::vector<std::string> values;
    for (auto const& row :
         query("SELECT location || ' ' || item || ' ' || sum(quantity) || CASE WHEN stands_on='supply' THEN CASE behind WHEN '' THEN ' later' "
               "ELSE ' from ' || behind END WHEN behind != '' THEN ' lot ' || behind ELSE '' END FROM promise_open WHERE reference=?1 GROUP BY "
               "location, item, stands_on, behind ORDER BY min(seq)",
               {question_.name})
             .rows)
      values.push_back(row[0]);
    compare_list(values);
  }

  void supply() {
    need(1, "write supply PO-1: {ordered: 10, received: 4}");
    auto const table = query(
        "SELECT sum(ordered), sum(received), strftime('%Y-%m-%dT%H:%M:%SZ', max(due)/1000, 'unixepoch'), CASE WHEN min(closed)=1 THEN 'closed' "
        "WHEN max(sent)=1 THEN 'sent' ELSE 'open' END FROM supply_now WHERE supply=?1",
        {words_[0]});
    Json got;
    got.kind = Json::Kind::object;
    got.keys = {"ordered", "received", "due", "state"};
    for (auto const& value : table.rows[0]) got.items.push_back(text(value));
    file_.check_keys(expected_, got.keys);
    compare(file_, question_.where, expected_, &got, problems_);
  }

  void channel() {
    need(2, "write channel web TEA: 5");
    auto const place = words_.size() > 2 ? words_[2] : std::string("*");
    auto const table = query("SELECT sum(quantity) FROM feed_now WHERE channel=?1 AND item=?2 AND (?3='*' OR location=?3)", {words_[0], words_[1], place});
    compare_text(table.rows[0][0].empty() ? "nothing" : table.rows[0][0]);
  }

  void verdict() {
    need(2, "write verdict A-1 allocation: \"full from 1 location, exact\"");
    auto const table = query("SELECT verdict FROM decision WHERE subject=?1 AND kind=?2 ORDER BY seq DESC LIMIT 1", {words_[0], words_[1]});
    compare_text(table.rows.empty() ? "nothing" : table.rows[0][0]);
  }

  void lot_out() {
    need(2, "write lot_out TEA L1: [A-1]");
    std::vector<std::string> values;
    for (auto const& row : query("SELECT DISTINCT reference FROM lot_out WHERE item=?1 AND lot=?2 ORDER BY 1", {words_[0], words_[1]}).rows)
      values.push_back(row[0]);
    compare_list(values);
  }

  TestFile const& file_;
  store::Reader& reader_;
  StockQuestion const& question_;
  Yaml const& expected_;
  std::vector<std::string>& problems_;
  std::vector<std::string> words_;
};

}  // namespace

bool expect_of_stock(TestFile const& file, store::Reader& reader, StockQuestion const& question, Yaml const& expected, std::vector<std::string>& problems) {
  return Answers(file, reader, question, expected, problems).run();
}

}  // namespace bylaw::inline v0::testkit
