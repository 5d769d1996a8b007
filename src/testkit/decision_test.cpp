// One test: facts in, the decision against what is expected of it.
#include <algorithm>
#include <map>

#include <bylaw/wire/decisions.hpp>
#include <bylaw/wire/facts.hpp>

#include "testkit/test_file.hpp"

namespace bylaw::inline v0::testkit {

using policy::Frame;
using policy::Kind;
using policy::Subject;
using wire::Json;

namespace {

/// What may stand under `expect`, and which members each part has.
std::map<std::string, std::vector<std::string>> const& expectations() {
  static std::map<std::string, std::vector<std::string>> const known = {
      {"holds", {"rule", "state", "reason", "text", "queue", "line", "blocks", "release_by", "decide_by", "error", "reads"}},
      {"no_holds", {}},
      {"exits", {}},
      {"stops", {}},
      {"validation", {"repairs", "findings"}},
      {"allocation", {"rule", "candidates", "shipments_max", "keep_safety_stock", "keep", "reserve_for", "scarce_by", "short", "error"}},
      {"service", {"rule", "ship_by", "deliver_by", "warnings", "miss_reason", "error"}},
      {"backorders", {"rule", "allowed", "at_most", "ask_after", "cancel_after", "promise_supply_date", "error"}},
      {"change", {"rule", "verdict", "review_by", "until", "recheck_holds", "error"}},
      {"protect", {}},
      {"publish", {}},
      {"return", {"rule",           "mandatory_rule", "verdict",
                  "review_by",      "failures",       "window_ends",
                  "fees",           "refund_to",      "refund_by_choice",
                  "credit_valid",   "pay_at",         "pay_within",
                  "pay_up_to",      "evidence",       "receive_at",
                  "label",          "exchange",       "refund_shipping",
                  "shipping_up_to", "keep_item",      "condition_mismatch",
                  "disposition",    "error"}},
      {"approvals", {"rule", "by", "persons", "not_by_requester", "lapse_after", "figure", "over", "per", "error"}},
      {"posting", {"legs", "errors"}},
  };
  return known;
}

class DecisionTest {
 public:
  DecisionTest(TestFile const& file, Timestamp at, Yaml const& facts) : file_(file), policy_(file.book.policy()), at_(at), facts_(to_json(facts)) {}

  void run(Yaml const& expect, Outcome& out, policy::Coverage* coverage) {
    auto const decided = wire::decide_json(policy_, facts_, at_);
    if (!decided) {
      out.passed = false;
      out.problems.push_back(decided.error().place + ": " + decided.error().message + "; " + decided.error().remedy);
      return;
    }
    auto const decision = wire::parse_json(*decided);
    for (std::size_t i = 0; i < expect.keys.size(); ++i) check(expect.keys[i], expect.items[i], *decision, out.problems);
    unexpected_errors(expect, *decision, out.problems);
    out.passed = out.problems.empty();
    if (!out.passed) explain(out);
    if (coverage != nullptr) observe(*coverage);
  }

 private:
  /// Of what is expected, a decision that could not be computed is a failure unless its error is expected.
  void unexpected_errors(Yaml const& expect, Json const& decision, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < expect.keys.size(); ++i) {
      auto const* got = decision.find(expect.keys[i]);
      if (got == nullptr || got->kind != Json::Kind::object) continue;
      for (auto const* key : {"error", "errors"}) {
        auto const* error = got->find(key);
        bool const none = error == nullptr || (error->kind == Json::Kind::array ? error->items.empty() : error->text.empty());
        if (!none && expect.items[i].find(key) == nullptr) problems.push_back(expect.keys[i] + ": could not be evaluated: " + shown(error));
      }
    }
  }

  void check(std::string const& key, Yaml const& expected, Json const& decision, std::vector<std::string>& problems) {
    if (key == "no_holds") return check_no_holds(expected, decision, problems);
    auto const* got = decision.find(key);
    if (got == nullptr) {
      problems.push_back(key + ": expected " + to_text(expected) + ", but these facts do not ask for a decision of that kind");
      return;
    }
    if (key == "return") return check_return(expected, *got, problems);
    if (key == "allocation") return check_allocation(expected, *got, problems);
    if (key == "exits") return check_exits(expected, *got, problems);
    if (key == "protect" || key == "publish") return check_channels(key, expected, *got, problems);
    if (key == "posting") return check_posting(expected, *got, problems);
    if (key == "validation") return check_validation(expected, *got, problems);
    compare(file_, key, expected, got, problems);
  }

  void need_hold(std::string const& name, std::size_t line) const {
    bool const known = std::any_of(policy_.holds().begin(), policy_.holds().end(), [&](auto const& rule) { return rule.info.name == name; });
    if (!known) file_.refuse(line, "there is no hold `" + name + "`", "name a hold of the policy");
  }

  void check_no_holds(Yaml const& expected, Json const& decision, std::vector<std::string>& problems) {
    auto const* holds = decision.find("holds");
    for (auto const& name : expected.items) {
      need_hold(name.text, name.line);
      for (std::size_t i = 0; holds != nullptr && i < holds->items.size(); ++i) {
        if (holds->items[i].find("rule")->text == name.text) problems.push_back("no_holds: `" + name.text + "` was placed");
      }
    }
  }

  /// Fees may be written as `name: amount`; all of them are meant.
  void check_return(Yaml const& expected, Json const& got, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < expected.keys.size(); ++i) {
      auto const& key = expected.keys[i];
      auto const& value = expected.items[i];
      if (key != "fees" || !value.is_map()) {
        compare(file_, "return." + key, value, got.find(key), problems);
        continue;
      }
      Json amounts;
      amounts.kind = Json::Kind::object;
      for (auto const& fee : got.find("fees")->items) {
        amounts.keys.push_back(fee.find("name")->text);
        amounts.items.push_back(*fee.find("amount"));
      }
      bool same = value.keys.size() == amounts.keys.size();
      for (std::size_t f = 0; f < value.keys.size(); ++f) {
        auto const* amount = amounts.find(value.keys[f]);
        same = same && amount != nullptr && amount->text == value.items[f].text;
      }
      if (!same) problems.push_back("return.fees: expected " + to_text(value) + ", got " + shown(&amounts));
    }
  }

  /// Candidates are expected by the id of their location, in order.
  void check_allocation(Yaml const& expected, Json const& got, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < expected.keys.size(); ++i) {
      auto const& key = expected.keys[i];
      if (key != "candidates") {
        compare(file_, "allocation." + key, expected.items[i], got.find(key), problems);
        continue;
      }
      std::string order;
      auto const* given = facts_.find("candidates");
      for (auto const& index : got.find("candidates")->items) {
        auto const number = static_cast<std::size_t>(Decimal::parse(index.text).value_or(Decimal{}).coefficient());
        auto const* location = given->items[number].find("location");
        auto const* id = location != nullptr ? location->find("id") : nullptr;
        order += (order.empty() ? "" : ", ") + (id != nullptr ? id->text : std::to_string(number));
      }
      if (to_text(expected.items[i]) != "[" + order + "]")
        problems.push_back("allocation.candidates: expected " + to_text(expected.items[i]) + ", got [" + order + "]");
    }
  }

  /// `fraud_review: released`: what becomes of the holds in `open_holds`.
  void check_exits(Yaml const& expected, Json const& got, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < expected.keys.size(); ++i) {
      need_hold(expected.keys[i], expected.key_lines[i]);
      std::string exit = "not open";
      for (auto const& one : got.items) {
        if (one.find("rule")->text == expected.keys[i]) exit = one.find("exit")->text;
      }
      if (exit != expected.items[i].text) problems.push_back("exits." + expected.keys[i] + ": expected " + to_text(expected.items[i]) + ", got " + exit);
    }
  }

  /// `web: 5 each`: what is kept for a channel, or what it is told.
  void check_channels(std::string const& key, Yaml const& expected, Json const& got, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < expected.keys.size(); ++i) {
      if (!policy_.enumeration_has("channel", expected.keys[i]))
        file_.refuse(expected.key_lines[i], "there is no channel `" + expected.keys[i] + "`", "name a value of `channel`");
      std::string amount = "nothing";
      if (key == "publish") {
        if (auto const* channel = got.find(expected.keys[i])) amount = channel->find("offer")->text;
      } else {
        for (auto const& protection : got.items) {
          if (protection.find("channel")->text == expected.keys[i]) amount = protection.find("keep")->text;
        }
      }
      if (amount != expected.items[i].text) problems.push_back(key + "." + expected.keys[i] + ": expected " + to_text(expected.items[i]) + ", got " + amount);
    }
  }

  /// `debit assets:receivable 12.50 USD`: all legs, in any order.
  void check_posting(Yaml const& expected, Json const& got, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < expected.keys.size(); ++i) {
      if (expected.keys[i] != "legs") {
        compare(file_, "posting." + expected.keys[i], expected.items[i], got.find(expected.keys[i]), problems);
        continue;
      }
      if (!expected.items[i].is_list()) file_.refuse(expected.items[i].line, "legs are a list", "write [debit assets:cash 5.00 USD, ...]");
      std::vector<std::string> legs;
      for (auto const& leg : got.find("legs")->items) legs.push_back(leg.find("side")->text + " " + leg.find("account")->text + " " + leg.find("amount")->text);
      std::vector<std::string> wanted;
      for (auto const& leg : expected.items[i].items) wanted.push_back(leg.text);
      std::sort(legs.begin(), legs.end());
      std::sort(wanted.begin(), wanted.end());
      if (legs == wanted) continue;
      std::string text;
      for (auto const& leg : legs) text += (text.empty() ? "" : ", ") + leg;
      problems.push_back("posting.legs: expected " + to_text(expected.items[i]) + ", got [" + text + "]");
    }
  }

  /// The path as the test writes it: `order.` may be left out, as in policies.
  static std::string spelled(Yaml const& expected, std::string const& path) {
    bool const short_form = path.compare(0, 6, "order.") == 0 && expected.find(path) == nullptr && expected.find(path.substr(6)) != nullptr;
    return short_form ? path.substr(6) : path;
  }

  /// Repairs as `path: value after`, findings by rule.
  void check_validation(Yaml const& expected, Json const& got, std::vector<std::string>& problems) {
    for (std::size_t i = 0; i < expected.keys.size(); ++i) {
      auto const& value = expected.items[i];
      if (expected.keys[i] != "repairs" || !value.is_map()) {
        compare(file_, "validation." + expected.keys[i], value, got.find(expected.keys[i]), problems);
        continue;
      }
      Json repaired;
      repaired.kind = Json::Kind::object;
      for (auto const& repair : got.find("repairs")->items) {
        repaired.keys.push_back(spelled(value, repair.find("path")->text));
        repaired.items.push_back(*repair.find("after"));
      }
      compare(file_, "validation.repairs", value, &repaired, problems);
      if (repaired.keys.size() != value.keys.size()) problems.push_back("validation.repairs: expected " + to_text(value) + ", got " + shown(&repaired));
    }
  }

  void explain(Outcome& out) {
    auto const text = wire::decide_json(policy_, facts_, at_, wire::Explain::text);
    if (!text) return;
    auto const first = text->find('\n');
    if (first != std::string::npos) out.explanation = text->substr(first + 1);
  }

  void observe(policy::Coverage& coverage) {
    wire::JsonFunctions functions(policy_, facts_);
    auto const frame = [&](Subject subject) { return wire::parse_facts(policy_, subject, facts_).value_or(Frame{}); };
    auto const order = frame(Subject::order);
    auto const observe = [&](Kind kind, Frame const* first, Frame const* other) { coverage.observe({kind, first, other, -1}, at_, functions.functions()); };
    auto const has = [&](char const* what) {
      auto const* found = facts_.find(what);
      return found != nullptr && found->kind != Json::Kind::null;
    };
    if (has("return")) {
      auto const back = frame(Subject::return_line);
      observe(Kind::return_rule, &order, &back);
    } else if (has("request")) {
      auto const request = frame(Subject::request);
      observe(Kind::approval, &order, &request);
    } else if (has("change")) {
      auto const change = frame(Subject::change);
      observe(Kind::change, &order, &change);
    } else if (has("position")) {
      auto const position = frame(Subject::position);
      observe(Kind::protect, &position, nullptr);
      observe(Kind::publish, &position, nullptr);
    } else if (!has("event")) {
      observe(Kind::hold, &order, nullptr);
      observe(Kind::validation, &order, nullptr);
      auto const* candidates = facts_.find("candidates");
      if (candidates != nullptr && candidates->kind == Json::Kind::array) observe_backorders(coverage, order, functions);
      for (std::size_t i = 0; candidates != nullptr && i < candidates->items.size(); ++i) {
        auto const candidate = wire::parse_subject(policy_, Subject::candidate, candidates->items[i]).value_or(Frame{});
        observe(Kind::allocation, &order, &candidate);
        if (i == 0) observe(Kind::service, &order, &candidate);
      }
    } else {
      observe_posting(coverage, order, functions);
    }
  }

  void observe_backorders(policy::Coverage& coverage, Frame const& order, wire::JsonFunctions& functions) {
    auto const& layout = policy_.layout(Subject::order);
    for (std::size_t c = 0; c < layout.collections.size(); ++c) {
      if (layout.collections[c].path != "order.lines") continue;
      for (std::size_t line = 0; line < order.collections[c].size(); ++line) {
        coverage.observe({Kind::backorder, &order, nullptr, static_cast<std::int32_t>(line)}, at_, functions.functions());
      }
    }
  }

  void observe_posting(policy::Coverage& coverage, Frame const& order, wire::JsonFunctions& functions) {
    auto const& event = facts_.find("event")->text;
    for (auto const& rule : policy_.postings()) {
      if (rule.event != event) continue;
      auto const record = wire::parse_facts(policy_, rule.subject, facts_).value_or(Frame{});
      coverage.observe({Kind::posting, &order, &record, -1}, at_, functions.functions());
      return;
    }
  }

  TestFile const& file_;
  policy::Policy const& policy_;
  Timestamp at_;
  Json facts_;
};

void check_expect(TestFile const& file, Yaml const& expect) {
  std::vector<std::string> known;
  for (auto const& [key, members] : expectations()) known.push_back(key);
  file.check_keys(expect, known);
  if (expect.keys.empty()) file.refuse(expect.line, "nothing is expected here, so the test cannot fail", "add what the decision must say, such as holds: []");
  for (std::size_t i = 0; i < expect.keys.size(); ++i) {
    auto const& members = expectations().at(expect.keys[i]);
    auto const& value = expect.items[i];
    bool const list = expect.keys[i] == "holds" || expect.keys[i] == "no_holds" || expect.keys[i] == "stops" || expect.keys[i] == "approvals" ||
                      expect.keys[i] == "backorders";
    if (list && !value.is_list()) file.refuse(value.line, "`" + expect.keys[i] + "` is a list", "write [] for none, or [name, name]");
    if (!list && !value.is_map()) file.refuse(value.line, "`" + expect.keys[i] + "` has members", "write {member: value}");
    bool const empty = list ? expect.keys[i] == "no_holds" && value.items.empty() : value.keys.empty();
    if (empty) file.refuse(value.line, "nothing is expected of `" + expect.keys[i] + "`, so the test cannot fail", "name what the decision must say");
    if (members.empty()) continue;
    if (value.is_map()) file.check_keys(value, members);
    for (auto const& item : value.items) {
      if (list && item.is_map()) file.check_keys(item, members);
      bool const rule = list && item.is_text() && expect.keys[i] == "holds";
      auto const& holds = file.book.policy().holds();
      if (rule && std::none_of(holds.begin(), holds.end(), [&](auto const& h) { return h.info.name == item.text; })) {
        file.refuse(item.line, "there is no hold `" + item.text + "`", "name a hold of the policy");
      }
    }
  }
}

/// `return.verdict` -> {return: {verdict: value}}
Yaml nested(std::string_view path, Yaml value) {
  auto const dot = path.rfind('.');
  Yaml out;
  out.kind = Yaml::Kind::map;
  out.line = value.line;
  out.keys = {std::string(path.substr(dot == std::string_view::npos ? 0 : dot + 1))};
  out.key_lines = {value.line};
  out.items = {std::move(value)};
  return dot == std::string_view::npos ? out : nested(path.substr(0, dot), std::move(out));
}

}  // namespace

void run_test(TestFile const& file, Yaml const& test, std::vector<Outcome>& out, policy::Coverage* coverage) {
  file.check_keys(test, {"name", "at", "facts", "expect", "rows", "note"});
  auto const* name = test.find("name");
  if (name == nullptr) file.refuse(test.line, "the test has no name", "add name: what it shows");
  auto const title = file.text(*name, "a name");
  auto const at = test.find("at") != nullptr ? file.time(*test.find("at")) : file.at;
  Yaml facts = file.facts;
  if (auto const* own = test.find("facts")) {
    check_facts(file, *own);
    facts = merged(std::move(facts), under_subject(file, *own));
  }
  Yaml expect;
  expect.kind = Yaml::Kind::map;
  expect.line = test.line;
  if (auto const* own = test.find("expect")) {
    if (!own->is_map()) file.refuse(own->line, "`expect` has members", "write expect: {holds: []}");
    expect = *own;
  }
  auto const run = [&](std::string const& called, std::size_t line, Timestamp when, Yaml const& given, Yaml const& wanted) {
    check_expect(file, wanted);
    out.push_back({called, file.path, line, true, {}, {}});
    DecisionTest(file, when, given).run(wanted, out.back(), coverage);
  };
  auto const* rows = test.find("rows");
  if (rows == nullptr) return run(title, test.line, at, facts, expect);
  file.check_keys(*rows, {"columns", "values"});
  auto const* columns = rows->find("columns");
  auto const* values = rows->find("values");
  if (columns == nullptr || values == nullptr || !columns->is_list() || !values->is_list() || values->items.empty()) {
    file.refuse(rows->line, "`rows` needs columns and values", "write columns: [order.total, expect holds] and values: [[...], [...]]");
  }
  for (std::size_t c = 0; c < columns->items.size(); ++c) {
    for (std::size_t d = 0; d < c; ++d) {
      if (columns->items[c].text == columns->items[d].text)
        file.refuse(columns->items[c].line, "the column `" + columns->items[c].text + "` stands twice", "remove one of them");
    }
  }
  for (auto const& row : values->items) {
    if (!row.is_list() || row.items.size() != columns->items.size()) {
      file.refuse(row.line, "this row has " + std::to_string(row.items.size()) + " values for " + std::to_string(columns->items.size()) + " columns",
                  "write one value per column");
    }
    auto given = facts;
    auto wanted = expect;
    auto when = at;
    for (std::size_t c = 0; c < row.items.size(); ++c) {
      auto const column = file.text(columns->items[c], "a column");
      if (column == "at") {
        when = file.time(row.items[c]);
      } else if (column.compare(0, 7, "expect ") == 0) {
        wanted = merged(std::move(wanted), nested(std::string_view(column).substr(7), row.items[c]));
      } else {
        auto const fact = nested(column, row.items[c]);
        check_facts(file, fact);
        given = merged(std::move(given), under_subject(file, fact));
      }
    }
    run(title + " " + to_text(row), row.line, when, given, wanted);
  }
}

}  // namespace bylaw::inline v0::testkit
