// Everything that can be recomputed from the journal is, and compared.
#include <algorithm>
#include <array>
#include <map>

#include "store/recover.hpp"
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

namespace {

class Verifier {
 public:
  Verifier(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

  Result<Verification> run() {
    check_file();
    check_schema();
    check_journal();
    check_snapshots();
    check_serials();
    check_ledger();
    check_balances();
    check_costs();
    check_periods();
    check_reversals();
    check_ids();
    check_states();
    check_timers();
    check_sales();
    check_master_data();
    check_personal();
    check_deliveries();
    hash_state();
    if (failed_ != SQLITE_OK) return Unexpected{describe(failed_, db_, path_)};
    return std::move(out_);
  }

 private:
  void find(std::string text) {
    if (out_.findings.size() < 100) out_.findings.push_back(std::move(text));
  }
  void done(Statement const& statement) {
    if (statement.failed() && failed_ == SQLITE_OK) failed_ = statement.code();
  }

  /// SQLite's own view of the file: torn pages, broken indices.
  void check_file() {
    Statement check(db_, "PRAGMA quick_check(10)");
    while (check.step()) {
      if (auto const text = check.text(); text != "ok") find("file: " + text);
    }
    done(check);
  }

  /// The chain of hashes, and the ledger played again under it with every bound.
  void check_journal() {
    Replay replay(db_, ledger_, true);
    if (!replay.run()) failed_ = replay.code();
    for (auto& finding : replay.findings) find(std::move(finding));
    out_.commits = replay.commits();
    out_.transfers = ledger_.last_sequence().value;
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

  static bool same(ledger::Ledger const& a, ledger::Ledger const& b) {
    bool equal = a.account_count() == b.account_count() && a.last_sequence() == b.last_sequence() && a.pending_count() == b.pending_count();
    for (std::uint32_t i = 0; equal && i < a.account_count(); ++i) {
      ledger::AccountIndex const account(i);
      equal = a.balance(account) == b.balance(account) && a.bounds(account) == b.bounds(account) && a.key(account) == b.key(account);
    }
    if (!equal) return false;
    auto const x = a.snapshot();
    auto const y = b.snapshot();
    return x.pendings == y.pendings && x.costs == y.costs;
  }

  /// A snapshot, and the journal after it, give what the whole journal gives: opening begins with it.
  void check_snapshots() {
    Statement rows(db_, "SELECT seq FROM snapshot ORDER BY seq");
    while (rows.step()) {
      auto const number = rows.number();
      ledger::Ledger ledger;
      std::int64_t commit = 0;
      std::string chain;
      if (!restore_snapshot(db_, number, ledger, commit, chain)) {
        find("snapshot " + std::to_string(number) + " is damaged; opening passes it over");
        continue;
      }
      Replay rest(db_, ledger, false, commit, chain);
      if (!rest.run() || !same(ledger, ledger_)) find("snapshot " + std::to_string(number) + " is not what the journal says");
    }
    done(rows);
  }

  void check_serials() {
    std::map<std::pair<std::string, std::string>, int> places;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      ledger::AccountIndex const account(i);
      if (ledger_.bounds(account).ceiling != 1 || ledger_.balance(account).posted == 0) continue;
      auto const key = ledger_.key(account);
      if (!key.detail.empty() && ++places[{key.unit, key.detail}] == 2) find("serial `" + key.detail + "` of `" + key.unit + "` lies in two places");
    }
  }

  /// Every kind of unit sums to zero over all its accounts, posted and pending; each within its bounds.
  void check_ledger() {
    std::map<std::string, Int128> posted;
    std::map<std::string, Int128> pending;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      ledger::AccountIndex const account(i);
      auto const key = ledger_.key(account);
      auto const& balance = ledger_.balance(account);
      auto const& bounds = ledger_.bounds(account);
      auto const unit = (key.kind == ledger::AccountKind::money ? "money " : "item ") + key.unit;
      posted[unit] += balance.posted;
      pending[unit] += Int128{balance.pending_in} - balance.pending_out;
      if (balance.available() < bounds.floor || Int128{balance.posted} + balance.pending_in > bounds.ceiling) {
        find("`" + key.unit + "` at `" + key.place + "` is outside its bounds");
      }
    }
    for (auto const& [unit, sum] : posted) {
      if (sum != 0 || pending[unit] != 0) find(unit + " does not sum to zero");
    }
  }

  /// The rows of `balance` and the transfers after them come to what the journal says: this is what `balance_now` shows.
  void check_balances() {
    std::map<std::int64_t, std::array<Int128, 3>> shown;
    Statement rows(db_, "SELECT account, posted, pending_out, pending_in FROM balance");
    while (rows.step()) {
      auto const account = rows.number();
      shown[account] = {rows.number(), rows.number(), rows.number()};
    }
    done(rows);
    Statement later(db_,
                    "SELECT t.kind, t.debit, t.credit, t.amount, coalesce(p.amount, 0) FROM transfer t LEFT JOIN transfer p ON p.seq = t.target AND t.kind IN "
                    "(2, 3, 4) WHERE t.seq > (SELECT transfer_seq FROM balance_state)");
    while (later.step()) {
      auto const kind = later.number();
      auto& debit = shown[later.number()];
      auto& credit = shown[later.number()];
      auto const amount = later.number();
      auto const released = later.number();
      bool const moves = kind == 0 || kind == 2 || kind == 5;
      debit[0] -= moves ? amount : 0;
      credit[0] += moves ? amount : 0;
      debit[1] += kind == 1 ? amount : -released;
      credit[2] += kind == 1 ? amount : -released;
    }
    done(later);
    for (auto const& [account, figures] : shown) {
      bool const known = account >= 0 && account < static_cast<std::int64_t>(ledger_.account_count());
      auto const balance = known ? ledger_.balance(ledger::AccountIndex(static_cast<std::uint32_t>(account))) : ledger::Balance{};
      if (!known || figures[0] != balance.posted || figures[1] != balance.pending_out || figures[2] != balance.pending_in) {
        find("the balance of account " + std::to_string(account + 1) + " is not what its movements come to");
      }
    }
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      if (shown.count(i) == 0 && !(ledger_.balance(ledger::AccountIndex(i)) == ledger::Balance{})) {
        find("the balance of account " + std::to_string(i + 1) + " is missing");
      }
    }
  }

  /// An empty pool is worth nothing, and what pools hold is what their inventory accounts say.
  void check_costs() {
    std::map<std::uint32_t, Int128> held;
    for (std::uint32_t i = 0; i < ledger_.pool_count(); ++i) {
      ledger::CostPoolIndex const pool(i);
      auto const state = ledger_.cost(pool);
      auto const& key = ledger_.pool_key(pool);
      if (state.quantity == 0 && state.value != 0) find("the empty cost pool `" + key.item + "` at `" + key.place + "` is worth something");
      held[key.inventory.value] += state.value;
    }
    for (auto const& [account, value] : held) {
      ledger::AccountIndex const inventory(account);
      auto const posted = ledger_.balance(inventory).posted;
      if (-Int128{posted} != value) find("the inventory account `" + ledger_.key(inventory).status + "` does not hold what its cost pools are worth");
    }
  }

  /// Nothing was booked into a period after it was closed, and its hash can be found again.
  void check_periods() {
    CloseSums sums;
    Statement closes(db_, "SELECT seq, after_transfer, kind, place, through, balance_hash FROM period_close ORDER BY seq");
    Statement late(db_,
                   "SELECT t.seq FROM transfer t JOIN account d ON d.seq = t.debit + 1 JOIN account k ON k.seq = t.credit + 1 WHERE t.seq > ?1 AND "
                   "t.effective <= ?2 AND t.kind IN (0, 2, 5) AND d.kind = ?3 AND (d.kind = 0 OR d.place = ?4 OR k.place = ?4) LIMIT 1");
    while (closes.step()) {
      auto const seq = std::to_string(closes.number());
      auto const after = closes.number();
      ledger::PeriodClose close;
      close.kind = static_cast<ledger::AccountKind>(closes.number());
      close.place = closes.text();
      close.through = Timestamp(closes.number());
      if (sums.hash(db_, close, after) != closes.text()) find("the balances of close " + seq + " are not what they were");
      late.reset().bind(after).bind(close.through.value).bind(static_cast<std::int64_t>(close.kind)).bind(close.place);
      if (late.step()) find("transfer " + std::to_string(late.number()) + " was booked into the closed period " + seq);
      done(late);
    }
    done(closes);
  }

  /// A transfer is taken back once, and never beyond its amount.
  void check_reversals() {
    Statement wrong(db_,
                    "SELECT r.target FROM transfer r JOIN transfer o ON o.seq = r.target WHERE r.target > 0 AND r.kind = 5 "
                    "GROUP BY r.target HAVING count(*) > 1 OR sum(r.amount) > max(o.amount) LIMIT 20");
    while (wrong.step()) find("transfer " + std::to_string(wrong.number()) + " was reversed too often");
    done(wrong);
  }

  /// Every id of the journal is found where it is written, and nowhere else.
  void check_ids() {
    IdIndex index;
    ledger::IdTable recent;
    if (!index.load(db_, recent)) {
      failed_ = index.code();
      return;
    }
    Statement rows(db_, "SELECT seq, id FROM transfer WHERE id IS NOT NULL UNION ALL SELECT -seq, id FROM group_receipt");
    std::int64_t count = 0;
    while (rows.step()) {
      auto const at = rows.number();
      auto const id = unpack_id(rows.text());
      std::int64_t found = 0;
      ++count;
      ledger::Known known;
      if (recent.find(id, known)) found = known.first;
      else if (!index.find(id, found))
        find("the id of " + std::string(at > 0 ? "transfer " : "receipt ") + std::to_string(at > 0 ? at : -at) + " is not indexed");
      if (found != 0 && found != at) find("two groups have the id of row " + std::to_string(at));
    }
    done(rows);
    if (index.failed()) failed_ = index.code();
    if (count != index.indexed() + index.gathered())
      find("the index of ids has " + std::to_string(index.indexed() + index.gathered()) + " of " + std::to_string(count));
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
      ++out_.subjects;
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

  /// What is looked up by name is what was last said of it, and every line that was sold can be found again.
  void check_master_data() {
    struct {
      char const* what;
      char const* now;
      char const* then;
    } const pairs[] = {
        {"sold line of", "SELECT customer, item, placed, line_seq FROM sale_line",
         "SELECT d.customer, l.item, d.placed, l.seq FROM order_line l JOIN order_doc d ON d.seq = l.order_seq "
         "WHERE d.revision = (SELECT max(revision) FROM order_doc x WHERE x.id = d.id)"},
    };
    for (auto const& pair : pairs) {
      auto const one = std::string(pair.now);
      auto const other = std::string(pair.then);
      Statement wrong(db_, ("SELECT * FROM (" + one + " EXCEPT " + other + ") UNION ALL SELECT * FROM (" + other + " EXCEPT " + one + ") LIMIT 20").c_str());
      while (wrong.step()) find(std::string("the ") + pair.what + " `" + wrong.text() + "` is not what the journal says");
      done(wrong);
    }
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

  /// What is left to return of a line is what was sold less what returns took.
  void check_sales() {
    Statement wrong(db_,
                    "SELECT d.id, l.number FROM sale_line s JOIN order_line l ON l.seq = s.line_seq JOIN order_doc d ON d.seq = l.order_seq "
                    "WHERE s.remaining != l.quantity - (SELECT coalesce(sum(r.quantity),0) FROM return_line r WHERE r.order_id = d.id "
                    "AND r.order_line = l.number AND (SELECT state FROM instance i WHERE i.subject = r.return_id) NOT IN ('cancelled', 'expired')) - CASE WHEN "
                    "EXISTS (SELECT 1 FROM refund_part) THEN (SELECT coalesce(sum(p.quantity),0) "
                    "FROM refund_part p WHERE p.order_id = d.id AND p.order_line = l.number AND p.return_id = '') ELSE 0 END LIMIT 20");
    while (wrong.step()) {
      auto const order = wrong.text();
      find("the returned units of order `" + order + "` line " + std::to_string(wrong.number()) + " do not add up");
    }
    done(wrong);
  }

  /// Open promises by what they are about, whatever their sequences.
  void hash_promises(Digest& digest) {
    struct Gather {
      ledger::Ledger const* ledger;
      std::vector<std::string> lines;
    } gather{&ledger_, {}};
    ledger_.each_pending(
        [](void* context, ledger::Pending const& p) {
          auto& g = *static_cast<Gather*>(context);
          std::string line;
          for (auto const account : {p.debit, p.credit}) {
            auto const k = g.ledger->key(account);
            for (auto const* part : {&k.unit, &k.place, &k.status, &k.detail, &k.owner, &k.pool}) line += *part + '\x1f';
          }
          for (auto const figure : {p.amount, p.due.value, p.expires.value}) line += std::to_string(figure) + '\x1f';
          g.lines.push_back(line + p.reference);
        },
        &gather);
    std::sort(gather.lines.begin(), gather.lines.end());
    for (auto const& line : gather.lines) digest.add(line);
  }

  /// Balances, reservations, states, holds and outcomes by business key, never recorded times.
  void hash_state() {
    Digest digest;
    std::map<std::string, ledger::AccountIndex> accounts;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      auto const k = ledger_.key(ledger::AccountIndex(i));
      std::string name = std::to_string(static_cast<int>(k.kind));
      for (auto const* part : {&k.unit, &k.place, &k.status, &k.detail, &k.owner, &k.pool}) name += '\x1f' + *part;
      accounts[name] = ledger::AccountIndex(i);
    }
    for (auto const& [name, account] : accounts) {
      digest.add(name);
      auto const& balance = ledger_.balance(account);
      auto const& bounds = ledger_.bounds(account);
      for (auto const figure : {balance.posted, balance.pending_out, balance.pending_in, bounds.floor, bounds.ceiling}) digest.add(figure);
    }
    hash_promises(digest);
    std::map<std::string, ledger::CostState> pools;
    for (std::uint32_t i = 0; i < ledger_.pool_count(); ++i) {
      auto const& key = ledger_.pool_key(ledger::CostPoolIndex(i));
      pools[key.item + '\x1f' + key.place] = ledger_.cost(ledger::CostPoolIndex(i));
    }
    for (auto const& [name, pool] : pools) {
      digest.add(name);
      for (auto const figure : {pool.quantity, pool.value, pool.layers}) digest.add(figure);
    }
    for (auto const* sql : {"SELECT subject, workflow, version, state FROM instance ORDER BY subject",
                            "SELECT order_id, rule, line, action, reason FROM hold_open ORDER BY order_id, rule, line",
                            "SELECT id, status, code, subject, state FROM command ORDER BY id", "SELECT id, code FROM group_receipt ORDER BY id",
                            "SELECT return_id, number, order_id, order_line, verdict, reasons, refund, fee FROM return_line ORDER BY return_id, number"}) {
      Statement rows(db_, sql);
      while (rows.step()) {
        for (int c = 0; c < sqlite3_column_count(rows.raw()); ++c) digest.add(rows.text());
      }
      done(rows);
    }
    out_.state_hash = to_hex(digest.finish());
  }

  sqlite3* db_;
  std::string path_;
  ledger::Ledger ledger_;
  Verification out_;
  int failed_ = SQLITE_OK;
};

}  // namespace

Result<Verification> verify(std::string const& path) {
  auto const db = open_to_read(path);
  if (!db) return Unexpected{db.error()};
  // One transaction, so that a host that goes on writing does not move the ground.
  execute(db->get(), "BEGIN");
  return Verifier(db->get(), path).run();
}

}  // namespace bylaw::inline v0::store
