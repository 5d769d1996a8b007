// The file itself, and rows against the rows that they come from.
#include <algorithm>
#include <map>

#include "store/claims.hpp"
#include "store/checks.hpp"
#include "store/schema.hpp"
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

namespace {

class RowChecks {
 public:
  RowChecks(sqlite3* db, Findings& findings) : db_(db), findings_(findings) {}

  void run() {
    check_file();
    check_schema();
    check_reversals();
    check_states();
    check_timers();
    check_sales();
    check_master_data();
    check_personal();
    check_deliveries();
  }

  std::int64_t subjects = 0;

 private:
  void find(std::string text) { findings_.add(std::move(text)); }
  void done(Statement const& statement) { findings_.done(statement); }

  /// SQLite's own view of the file: torn pages, broken indices.
  void check_file() {
    Statement check(db_, "PRAGMA integrity_check(10)");
    while (check.step()) {
      if (auto const text = check.text(); text != "ok") find("file: " + text);
    }
    done(check);
  }

  /// Tables, indices, views and triggers are those of a fresh store, to the letter: a view can lie, a trigger can change rows.
  void check_schema() {
    sqlite3* raw = nullptr;
    if (sqlite3_open(":memory:", &raw) != SQLITE_OK || !migrate(raw, ":memory:", true)) return find("the schema cannot be compared");
    Database const fresh(raw);
    std::map<std::string, std::string> expected;
    auto const sql = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'";
    Statement theirs(raw, sql);
    while (theirs.step()) {
      auto const name = theirs.text();
      expected[name] = theirs.text();
    }
    Statement ours(db_, sql);
    while (ours.step()) {
      auto const name = ours.text();
      auto const known = expected.find(name);
      if (known == expected.end()) find("the file has a " + name + " that no store has");
      else if (known->second != ours.text()) find("the " + name + " was changed");
      if (known != expected.end()) expected.erase(known);
    }
    done(ours);
    for (auto const& [name, text] : expected) find("the " + name + " is missing");
  }

  /// A transfer is taken back once, and never beyond its amount.
  void check_reversals() {
    Statement wrong(db_,
                    "SELECT r.target FROM transfer r JOIN transfer o ON o.seq = r.target WHERE r.target > 0 AND r.kind = 5 "
                    "GROUP BY r.target HAVING count(*) > 1 OR sum(r.amount) > max(o.amount) LIMIT 20");
    while (wrong.step()) find("transfer " + std::to_string(wrong.number()) + " was reversed too often");
    done(wrong);
  }

  /// What an instance is told by its row is what its transitions say: where it is, since when, and which was the last.
  void check_states() {
    struct Known {
      std::int64_t last = 0;
      std::int64_t since = 0;
      std::string state;
      bool closed = false;
    };
    std::vector<Known> known(1);
    Statement steps(db_, "SELECT seq, instance, previous, from_state, to_state, at, closes FROM transition ORDER BY seq");
    while (steps.step()) {
      auto const seq = steps.number();
      auto const instance = static_cast<std::size_t>(std::max<std::int64_t>(steps.number(), 0));
      auto const previous = steps.number();
      auto const from = steps.text();
      auto to = steps.text();
      auto const at = steps.number();
      if (instance >= known.size()) known.resize(std::min<std::size_t>(instance, 1'000'000'000) + 1);
      auto& now = known[instance];
      if (previous != now.last || from != now.state) find("the history of instance " + std::to_string(instance) + " has a gap");
      now.last = seq;
      now.closed = steps.number() != 0;
      if (to.empty()) continue;  // an event that was refused
      if (from != to || previous == 0) now.since = at;
      now.state = std::move(to);
    }
    done(steps);
    Statement rows(db_,
                   "SELECT s.seq, s.subject, i.last, i.since, i.state, i.closed, i.subject IS s.subject AND i.parent IS s.parent AND (s.command_seq = 0 OR "
                   "CAST(i.data AS BLOB) IS CAST(s.attributes AS BLOB)) AND i.definition IS "
                   "coalesce((SELECT r.definition FROM instance_repin r WHERE r.instance = s.seq ORDER BY r.seq DESC LIMIT 1), s.definition) AND "
                   "(i.workflow, i.version) IS (SELECT d.kind, d.version FROM workflow_definition d WHERE d.seq = i.definition) "
                   "FROM instance_start s LEFT JOIN instance i ON i.seq = s.seq ORDER BY s.seq");
    while (rows.step()) {
      auto const number = static_cast<std::size_t>(rows.number());
      auto const subject = rows.text();
      auto const last = rows.number();
      auto const since = rows.number();
      auto const state = rows.text();
      bool const closed = rows.number() != 0;
      bool const pinned = rows.number() != 0;
      auto const& now = number < known.size() ? known[number] : known[0];
      if (last != now.last || since != now.since || state != now.state || closed != now.closed || !pinned)
        find("the state of `" + subject + "` does not fit its history");
      ++subjects;
    }
    done(rows);
    Statement others(db_, "SELECT subject FROM instance i WHERE NOT EXISTS (SELECT 1 FROM instance_start s WHERE s.seq = i.seq) LIMIT 20");
    while (others.step()) find("`" + others.text() + "` never started");
    done(others);
  }

  /// Clocks that tick are those that were set and neither stopped nor fired since.
  void check_timers() {
    std::string const journal =
        "SELECT instance, name, due, action = 3, seq FROM (SELECT instance, name, due, action, max(seq) AS seq FROM timer_event GROUP BY instance, name) WHERE "
        "action IN "
        "(0, 3)";
    std::string const table = "SELECT instance, name, due, elapsed, set_by FROM timer";
    Statement wrong(db_,
                    ("SELECT * FROM (" + table + " EXCEPT " + journal + ") UNION ALL SELECT * FROM (" + journal + " EXCEPT " + table + ") LIMIT 20").c_str());
    while (wrong.step()) {
      auto const instance = std::to_string(wrong.number());
      find("the clock `" + wrong.text() + "` of instance " + instance + " is not what the journal says");
    }
    done(wrong);
  }

  /// What is left to return of a line is what was sold less what returns took and have not given back.
  void check_sales() {
    Statement wrong(
        db_, ("SELECT d.id, l.number FROM sale_line s JOIN order_line l ON l.seq = s.line_seq JOIN order_doc d ON d.seq = l.order_seq WHERE s.remaining != "
              "l.quantity - " +
              std::string(claimed_units) + " LIMIT 20")
                 .c_str());
    while (wrong.step()) {
      auto const order = wrong.text();
      find("the returned units of order `" + order + "` line " + std::to_string(wrong.number()) + " do not add up");
    }
    done(wrong);
  }

  /// Every line that was sold can be found again, by what was last said of it. One row of `sale_line` belongs to one line, so that the
  /// same number of both that fit each other is all of both: nothing has to be sorted.
  void check_master_data() {
    Statement wrong(db_,
                    "SELECT s.customer FROM sale_line s LEFT JOIN order_line l ON l.seq = s.line_seq LEFT JOIN order_doc d ON d.seq = l.order_seq "
                    "WHERE (s.customer, s.item, s.placed) IS NOT (d.customer, l.item, d.placed) OR EXISTS "
                    "(SELECT 1 FROM order_doc x WHERE x.id = d.id AND x.revision > d.revision) LIMIT 20");
    while (wrong.step()) find("the sold line of `" + wrong.text() + "` is not what the journal says");
    done(wrong);
    Statement missing(db_,
                      "SELECT (SELECT count(*) FROM order_line l JOIN order_doc d ON d.seq = l.order_seq WHERE NOT EXISTS (SELECT 1 FROM order_doc x "
                      "WHERE x.id = d.id AND x.revision > d.revision)) - (SELECT count(*) FROM sale_line)");
    if (missing.step()) {
      if (auto const count = missing.number(); count > 0) find(std::to_string(count) + " sold lines cannot be found by their customers");
    }
    done(missing);
  }

  /// Personal values are those whose hashes the chain has; the others were erased by a command that says so.
  void check_personal() {
    Statement values(db_,
                     "SELECT v.seq, v.path, v.digest, p.salt, p.value, p.seq IS NULL AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.person = v.person AND "
                     "e.commit_seq >= v.commit_seq) FROM personal_value v LEFT JOIN personal p ON p.seq = v.seq");
    while (values.step()) {
      auto const seq = std::to_string(values.number());
      auto const path = values.text();
      auto const digest = values.text();
      auto const salt = values.text();
      auto const value = values.text();
      bool const lost = values.number() != 0;
      bool const there = sqlite3_column_type(values.raw(), 4) != SQLITE_NULL;
      if (lost) find("the personal value " + seq + " is gone, and nobody erased it");
      else if (there && !digest.empty() && digest != personal_digest(salt, path, value)) find("the personal value " + seq + " was changed");
    }
    done(values);
    Statement others(db_, "SELECT seq FROM personal p WHERE NOT EXISTS (SELECT 1 FROM personal_value v WHERE v.seq = p.seq) LIMIT 20");
    while (others.step()) find("the personal value " + std::to_string(others.number()) + " is nobody's");
    done(others);
  }

  /// Deliveries speak of messages that there are, and what is dead was written down as such.
  void check_deliveries() {
    Statement wrong(db_,
                    "SELECT consumer || ' ' || message FROM delivery d WHERE message > (SELECT coalesce(max(seq), 0) FROM outbox) OR message < 1 OR message > "
                    "(SELECT position FROM consumer c WHERE c.name = d.consumer) OR (state = 3) != coalesce((SELECT action = 0 FROM delivery_event e WHERE "
                    "e.consumer = d.consumer AND e.message = d.message ORDER BY seq DESC LIMIT 1), 0) LIMIT 20");
    while (wrong.step()) find("the delivery `" + wrong.text() + "` is not what the journal says");
    done(wrong);
  }

  sqlite3* db_;
  Findings& findings_;
};

}  // namespace

void check_rows(sqlite3* db, Findings& findings, std::int64_t& subjects) {
  RowChecks checks(db, findings);
  checks.run();
  subjects = checks.subjects;
}

}  // namespace bylaw::inline v0::store
