// Scenarios: steps through the real engine on a store in memory, with a clock that the steps move.
#include <algorithm>
#include <atomic>

#include <bylaw/engine/engine.hpp>
#include <bylaw/engine/item_cost.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "testkit/money_expectations.hpp"
#include "testkit/steps.hpp"
#include "testkit/stock_expectations.hpp"

namespace bylaw::inline v0::testkit {

using wire::Json;

namespace {

/// Stores in memory are told apart by name within the process.
std::string store_name() {
  static std::atomic<std::uint64_t> number{0};
  return "memory:scenario-" + std::to_string(number.fetch_add(1));
}

Json outcome_json(trade::Outcome const& outcome) {
  Json out;
  out.kind = Json::Kind::object;
  auto const set = [&](char const* key, std::string value) {
    out.keys.emplace_back(key);
    out.items.push_back(text(std::move(value)));
  };
  set("status", outcome.status == trade::Status::accepted ? "accepted" : "refused");
  set("code", outcome.code);
  set("state", outcome.state);
  set("subject", outcome.subject);
  set("message", outcome.message);
  if (outcome.duplicate) set("duplicate", "true");
  return out;
}

class Scenario {
 public:
  Scenario(TestFile const& file, Outcome& out) : file_(file), out_(out), path_(store_name()), now_(file.at) {}

  void run(Yaml const& scenario) {
    if (auto const* at = scenario.find("at")) now_ = file_.time(*at);
    auto const* steps = scenario.find("steps");
    if (steps == nullptr || !steps->is_list() || steps->items.empty()) file_.refuse(scenario.line, "a scenario has steps", "add steps: [...]");
    auto engine = engine::Engine::open({path_, true, file_.book, {&Scenario::clock, this}});
    if (!engine) file_.refuse(scenario.line, "the engine does not open: " + engine.error().message, engine.error().remedy);
    engine_ = &*engine;
    // The reader comes second: a store in memory exists once somebody has made it.
    auto reader = store::Reader::open(path_);
    if (!reader) file_.refuse(scenario.line, "the store cannot be read: " + reader.error().message, reader.error().remedy);
    reader_ = &*reader;
    for (auto const& one : file_.setup.items) step(one);
    for (auto const& one : steps->items) {
      step(one);
      if (out_.problems.size() > 5) break;
    }
    // Whatever the steps were, the books have to add up in the end.
    auto const verified = store::verify(path_);
    if (!verified) throw Refusal{verified.error()};
    for (auto const& finding : verified->findings) out_.problems.push_back("the store does not add up: " + finding);
    out_.passed = out_.problems.empty();
  }

 private:
  static Timestamp clock(void* context) { return static_cast<Scenario*>(context)->now_; }

  void step(Yaml const& step) {
    if (!step.is_map() || step.keys.empty()) file_.refuse(step.line, "a step is `word: what`", "write ship: A-1");
    auto const& word = step.keys[0];
    auto const& argument = step.items[0];
    if (word == "wait" || word == "expect") {
      file_.check_keys(step, {word, "note"});
      return word == "wait" ? wait(argument) : expect_state(argument);
    }
    auto const& kinds = step_kinds();
    auto const kind = std::find_if(kinds.begin(), kinds.end(), [&](StepKind const& k) { return word == k.word; });
    if (kind == kinds.end()) {
      std::string known = "wait, expect";
      for (auto const& each : kinds) known += std::string(", ") + each.word;
      file_.refuse(step.key_lines[0], "there is no step `" + word + "`", "steps are " + known);
    }
    file_.check_keys(step, {word, "by", "at", "id", "expect", "note"});
    if (auto const* at = step.find("at")) now_ = file_.time(*at);
    submit(step, word, build(file_, *kind, argument));
  }

  void submit(Yaml const& step, std::string const& word, Json command) {
    auto const set = [&](char const* key, Json value) {
      if (command.find(key) != nullptr) return;
      command.keys.emplace_back(key);
      command.items.push_back(std::move(value));
    };
    auto const* id = step.find("id");
    set("command_id", text(id != nullptr ? file_.text(*id, "an id") : "step-" + std::to_string(++steps_)));
    set("at", text(to_string(now_)));
    if (command.find("command")->text == "import_order") set("placed", text(to_string(now_)));
    if (command.find("command")->text == "request_return") set("requested", text(to_string(now_)));
    if (auto const* by = step.find("by")) {
      Json actor;
      actor.kind = Json::Kind::object;
      if (by->is_map()) {
        actor = to_json(*by);
      } else {
        auto const role = file_.text(*by, "a role");
        actor.keys = {"user", "role"};
        actor.items = {text(role), text(role)};
      }
      set("by", std::move(actor));
    }
    auto const parsed = wire::parse_command(to_text(command));
    if (!parsed) file_.refuse(step.line, "`" + word + "`: " + parsed.error().place + ": " + parsed.error().message, parsed.error().remedy);
    auto const outcome = engine_->submit(*parsed);
    if (!outcome) file_.refuse(step.line, "the engine failed: " + outcome.error().message, outcome.error().remedy);
    check_outcome(step, word, *outcome);
    fire_until(now_);
  }

  /// What a host does all the time: clocks that run out are fired, each at its own time.
  void fire_until(Timestamp end) {
    for (std::size_t round = 0; round < 100'000; ++round) {
      auto const next = engine_->next_due();
      if (!next) throw Refusal{next.error()};
      if (!*next || **next > end) break;
      if (**next > now_) now_ = **next;
      auto const done = engine_->run_due(now_, 100);
      if (!done) throw Refusal{done.error()};
      for (auto const& outcome : done->outcomes) {
        bool const gone = outcome.code == "no_such_timer";  // another one of the same moment has stopped it
        if (outcome.status == trade::Status::refused && !gone) out_.problems.push_back("the clock " + outcome.command_id + " was refused: " + outcome.message);
      }
    }
    if (end > now_) now_ = end;
  }

  /// Without `expect` a step must be accepted: a refusal that nobody expected is a failure.
  void check_outcome(Yaml const& step, std::string const& word, trade::Outcome const& outcome) {
    auto const where = "line " + std::to_string(step.line) + ", " + word;
    auto const* expect = step.find("expect");
    if (expect == nullptr) {
      if (outcome.status == trade::Status::refused)
        out_.problems.push_back(where + ": refused with `" + outcome.code + "`, " + outcome.message + "; " + outcome.remedy);
      return;
    }
    auto const got = outcome_json(outcome);
    if (expect->is_text()) {
      // A state is one that the step led to; a code is why it was refused.
      bool const accepted = outcome.status == trade::Status::accepted;
      bool const matches = accepted ? outcome.state == expect->text || expect->text == "accepted" : outcome.code == expect->text || expect->text == "refused";
      if (!matches) out_.problems.push_back(where + ": expected " + expect->text + ", got " + shown(&got));
      return;
    }
    file_.check_keys(*expect, {"status", "code", "state", "subject", "message", "duplicate"});
    bool const refusal_expected = expect->find("code") != nullptr || expect->find("status") != nullptr;
    if (outcome.status == trade::Status::refused && !refusal_expected)
      out_.problems.push_back(where + ": refused with `" + outcome.code + "`, " + outcome.message);
    compare(file_, where, *expect, &got, out_.problems);
  }

  void wait(Yaml const& argument) {
    auto const duration = policy::parse_duration(argument.text);
    bool const plain = duration && duration->months == 0 && (duration->kind == Duration::Kind::elapsed || duration->kind == Duration::Kind::calendar);
    if (!plain) file_.refuse(argument.line, "`" + argument.text + "` is not a time to wait", "write 3 days or 2 hours");
    fire_until(Timestamp(now_.value + duration->amount * (duration->kind == Duration::Kind::calendar ? day_ms : 1)));
  }

  /// `order A-1: released`, `holds A-1: [fraud]`, `stock TEA DC1: {available: 8}`, `money assets:cash: 10.00 USD`.
  void expect_state(Yaml const& expect) {
    if (!expect.is_map() || expect.keys.empty()) file_.refuse(expect.line, "`expect` names things and how they are", "write {order A-1: released}");
    for (std::size_t i = 0; i < expect.keys.size(); ++i) {
      auto const& key = expect.keys[i];
      auto const space = key.find(' ');
      auto const what = key.substr(0, space);
      auto const name = space == std::string::npos ? std::string{} : key.substr(space + 1);
      auto const where = "line " + std::to_string(expect.key_lines[i]) + ", " + key;
      auto const& shipped = rulebook::shipped_workflows;
      bool const instance = what == "instance" || std::find(std::begin(shipped), std::end(shipped), what) != std::end(shipped);
      if (instance) expect_instance(where, name, expect.items[i]);
      else if (what == "holds") expect_holds(where, name, expect.items[i]);
      else if (what == "hold") expect_hold(where, name, expect.items[i], expect.key_lines[i]);
      else if (what == "clocks")
        expect_list(where, expect.items[i], "SELECT t.name FROM timer t JOIN instance i ON i.seq=t.instance WHERE i.subject=?1 ORDER BY 1", name);
      else if (what == "parked")
        expect_list(where, expect.items[i], "SELECT p.event FROM parked_now p JOIN instance i ON i.seq=p.instance WHERE i.subject=?1 ORDER BY p.seq", name);
      else if (what == "dead_letters")
        expect_list(where, expect.items[i], "SELECT p.event FROM dead_letter p JOIN instance i ON i.seq=p.instance WHERE i.subject=?1 ORDER BY p.seq", name);
      else if (what == "messages") expect_list(where, expect.items[i], "SELECT type FROM outbox WHERE subject=?1 ORDER BY seq", name);
      else if (what == "money") expect_money(where, name, expect.items[i]);
      else if (what == "cost") expect_cost(where, name, expect.items[i]);
      else if (what == "returnable") expect_returnable(where, name, expect.items[i]);
      else if (expect_of_money(file_, *reader_, {what, name, where, expect.key_lines[i]}, expect.items[i], out_.problems)) continue;
      else if (!expect_of_stock(file_, *reader_, {what, name, where, expect.key_lines[i]}, expect.items[i], out_.problems))
        file_.refuse(expect.key_lines[i], "`" + key + "` cannot be looked at",
                     std::string("write order ID, return ID, instance ID, holds ORDER, hold ORDER RULE, clocks ID, parked ID, dead_letters ID, messages ID, "
                                 "money ACCOUNT, ") +
                         stock_questions + ", " + money_questions);
    }
  }

  store::Table query(char const* sql, std::vector<std::string> const& parameters) {
    auto table = reader_->query(sql, parameters);
    if (!table) throw Refusal{table.error()};
    return std::move(*table);
  }

  void expect_instance(std::string const& where, std::string const& id, Yaml const& expected) {
    auto const table = query("SELECT state FROM instance WHERE subject=?1", {id});
    Json got;
    got.kind = Json::Kind::object;
    got.keys = {"state"};
    got.items = {text(table.rows.empty() ? "unknown" : table.rows[0][0])};
    if (expected.is_text()) return compare(file_, where, expected, got.find("state"), out_.problems);
    file_.check_keys(expected, {"state"});
    compare(file_, where, expected, &got, out_.problems);
  }

  void expect_holds(std::string const& where, std::string const& order, Yaml const& expected) {
    if (!expected.is_list()) file_.refuse(expected.line, "open holds are a list", "write [] or [rule]");
    if (query("SELECT 1 FROM instance WHERE subject=?1", {order}).rows.empty()) {
      out_.problems.push_back(where + ": there is no order of this name");
      return;
    }
    Json got;
    got.kind = Json::Kind::array;
    for (auto const& row : query("SELECT rule FROM hold_open WHERE order_id=?1 ORDER BY rule", {order}).rows) got.items.push_back(text(row[0]));
    compare(file_, where, expected, &got, out_.problems);
  }

  /// One open hold with what stands in its row.
  void expect_hold(std::string const& where, std::string const& name, Yaml const& expected, std::size_t line) {
    auto const space = name.find(' ');
    if (space == std::string::npos) file_.refuse(line, "a hold is of an order, by a rule", "write hold A-1 fraud_review: {state: placed}");
    auto const table = query(
        "SELECT CASE action WHEN 0 THEN 'placed' WHEN 1 THEN 'waiting' WHEN 4 THEN 'escalated' ELSE 'expiring' END, reason, queue, owner, blocks, late, scope "
        "FROM hold_open WHERE order_id=?1 AND rule=?2 ORDER BY line",
        {name.substr(0, space), name.substr(space + 1)});
    Json got;
    got.kind = Json::Kind::object;
    got.keys = {"state", "reason", "queue", "owner", "blocks", "late", "scope"};
    for (std::size_t i = 0; i < got.keys.size(); ++i) got.items.push_back(text(table.rows.empty() ? (i == 0 ? "none" : "") : table.rows[0][i]));
    file_.check_keys(expected, {"state", "reason", "queue", "owner", "blocks", "late", "scope"});
    compare(file_, where, expected, &got, out_.problems);
  }

  void expect_list(std::string const& where, Yaml const& expected, char const* sql, std::string const& id) {
    if (!expected.is_list()) file_.refuse(expected.line, "this is a list", "write [] or [one, two]");
    Json got;
    got.kind = Json::Kind::array;
    for (auto const& row : query(sql, {id}).rows) got.items.push_back(text(row[0]));
    compare(file_, where, expected, &got, out_.problems);
  }

  /// `returnable A-1 DEFECTIVE unopened: [1 TEA 2 approve 20.00 USD]`: line, item, units, verdict with its reasons, refund.
  void expect_returnable(std::string const& where, std::string const& name, Yaml const& expected) {
    auto const first = name.find(' ');
    auto const second = first == std::string::npos ? first : name.find(' ', first + 1);
    if (second == std::string::npos)
      file_.refuse(expected.line, "it is asked for an order, a reason and a condition", "write returnable A-1 DEFECTIVE unopened: [...]");
    auto const lines = engine_->returnable(name.substr(0, first), name.substr(first + 1, second - first - 1), name.substr(second + 1), now_);
    if (!lines) {
      out_.problems.push_back(where + ": " + lines.error().message);
      return;
    }
    Json got;
    got.kind = Json::Kind::array;
    for (auto const& line : *lines) {
      std::string said = std::to_string(line.line) + " " + line.item + " " + std::to_string(line.quantity) + " " + line.verdict;
      for (auto const& reason : line.reasons) said += " " + reason;
      got.items.push_back(text(said + " " + to_string(line.refund)));
    }
    compare(file_, where, expected, &got, out_.problems);
  }

  /// What an item is worth at a place: quantity, value, what one unit is shown at, and receipts that are left (`5 at 10.00 USD`).
  void expect_cost(std::string const& where, std::string const& name, Yaml const& expected) {
    auto const space = name.rfind(' ');
    auto const cost = engine_->item_cost(name.substr(0, space), space == std::string::npos ? std::string{} : name.substr(space + 1), now_);
    if (!cost) {
      out_.problems.push_back(where + ": " + cost.error().message);
      return;
    }
    Json got;
    got.kind = Json::Kind::object;
    got.keys = {"method", "quantity", "value", "unit_cost", "layers"};
    got.items = {text(cost->method), text(std::to_string(cost->quantity)), text(to_string(cost->value)), text(to_string(cost->unit_cost)), {}};
    got.items.back().kind = Json::Kind::array;
    for (auto const& layer : cost->layers) got.items.back().items.push_back(text(std::to_string(layer.quantity) + " at " + to_string(layer.unit_cost)));
    file_.check_keys(expected, got.keys);
    compare(file_, where, expected, &got, out_.problems);
  }

  void expect_money(std::string const& where, std::string const& account, Yaml const& expected) {
    auto const table = report::run(*reader_, "money");
    if (!table) throw Refusal{table.error()};
    std::string got;
    for (auto const& row : table->rows) {
      if (row[0] == account) got += (got.empty() ? "" : ", ") + row[2] + " " + row[1];
    }
    Json const json = text(got.empty() ? "nothing" : got);
    compare(file_, where, expected, &json, out_.problems);
  }

  TestFile const& file_;
  Outcome& out_;
  std::string path_;
  Timestamp now_;
  engine::Engine* engine_ = nullptr;
  store::Reader* reader_ = nullptr;
  std::size_t steps_ = 0;
};

}  // namespace

void run_scenario(TestFile const& file, Yaml const& scenario, std::vector<Outcome>& out) {
  file.check_keys(scenario, {"name", "at", "steps", "note"});
  auto const* name = scenario.find("name");
  if (name == nullptr) file.refuse(scenario.line, "the scenario has no name", "add name: what it shows");
  out.push_back({file.text(*name, "a name"), file.path, scenario.line, true, {}, {}});
  Scenario(file, out.back()).run(scenario);
}

}  // namespace bylaw::inline v0::testkit
