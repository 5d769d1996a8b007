// Everything that can be recomputed from the journal is, and compared.
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
    check_chain();
    check_ledger();
    check_states();
    check_sales();
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

  /// Walks all journal tables side by side, commit by commit, and recomputes each hash.
  void check_chain() {
    std::array<Statement, journal_tables.size()> rows;
    std::array<bool, journal_tables.size()> more{};
    Counters expected{};
    std::array<Digest, journal_tables.size()> digests;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] = Statement(db_, ("SELECT * FROM " + std::string(journal_tables[i]) + " ORDER BY seq").c_str());
      more[i] = rows[i].step();
      done(rows[i]);
    }
    Statement commits(db_, "SELECT seq, recorded_at, chain FROM commit_log ORDER BY seq");
    std::string chain(32, '\0');
    std::int64_t recorded_before = INT64_MIN;
    while (commits.step()) {
      auto const seq = commits.number();
      auto const recorded = commits.number();
      auto const sealed = commits.text();
      if (seq != ++out_.commits) find("commit " + std::to_string(out_.commits) + " is missing");
      if (recorded < recorded_before) find("commit " + std::to_string(seq) + " was recorded before the one ahead of it");
      recorded_before = recorded;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        while (more[i] && sqlite3_column_int64(rows[i].raw(), 1) <= seq) {
          hash_row(rows[i].raw(), digests[i], i, expected[i]);
          more[i] = rows[i].step();
          done(rows[i]);
        }
      }
      auto const recomputed = chain_hash(chain, seq, recorded, digests);
      if (recomputed != sealed) {
        find("the hash of commit " + std::to_string(seq) + " does not fit its rows: something in it was changed");
        return;
      }
      chain = sealed;
    }
    done(commits);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (more[i]) find(std::string("table ") + journal_tables[i] + " has rows that no commit sealed");
    }
  }

  void hash_row(sqlite3_stmt* row, Digest& digest, std::size_t table, std::int64_t& expected) {
    auto const seq = sqlite3_column_int64(row, 0);
    if (seq != ++expected) {
      find(std::string("table ") + journal_tables[table] + ": row " + std::to_string(expected) + " is missing");
      expected = seq;
    }
    for (int c = 0; c < sqlite3_column_count(row); ++c) {
      if (sqlite3_column_type(row, c) == SQLITE_INTEGER) {
        digest.add(std::int64_t{sqlite3_column_int64(row, c)});
      } else {
        auto const* bytes = static_cast<char const*>(sqlite3_column_blob(row, c));
        auto const size = static_cast<std::size_t>(sqlite3_column_bytes(row, c));
        digest.add(bytes == nullptr ? std::string_view{} : std::string_view(bytes, size));
      }
    }
  }

  void check_ledger() {
    if (auto const replayed = replay_journal(db_, path_, 0, ledger_); !replayed) return find(replayed.error().message);
    out_.transfers = ledger_.last_sequence().value;
    // Every kind of unit sums to zero over all its accounts, posted and pending.
    std::map<std::string, std::int64_t> posted;
    std::map<std::string, std::int64_t> pending;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      auto const& key = ledger_.key(ledger::AccountIndex(i));
      auto const& balance = ledger_.balance(ledger::AccountIndex(i));
      auto const unit = (key.kind == ledger::AccountKind::money ? "money " : "item ") + key.unit;
      posted[unit] += balance.posted;
      pending[unit] += balance.pending_in - balance.pending_out;
      if (balance.floor != ledger::no_floor && balance.available() < balance.floor) find("`" + key.unit + "` at `" + key.place + "` is below its bound");
    }
    for (auto const& [unit, sum] : posted) {
      if (sum != 0 || pending[unit] != 0) find(unit + " does not sum to zero");
    }
  }

  /// The state of an order or return is the `to` of its last transition.
  void check_states() {
    Statement wrong(db_,
                    "SELECT i.subject FROM instance i LEFT JOIN transition t ON t.subject = i.subject AND t.seq = "
                    "(SELECT max(seq) FROM transition x WHERE x.subject = i.subject) WHERE t.to_state IS NOT i.state LIMIT 20");
    while (wrong.step()) find("the state of `" + wrong.text() + "` does not fit its history");
    done(wrong);
    Statement broken(db_,
                     "SELECT t.subject FROM transition t WHERE t.from_state != '' AND t.from_state IS NOT "
                     "(SELECT p.to_state FROM transition p WHERE p.subject = t.subject AND p.seq < t.seq ORDER BY p.seq DESC LIMIT 1) LIMIT 20");
    while (broken.step()) find("the history of `" + broken.text() + "` has a gap");
    done(broken);
    Statement count(db_, "SELECT count(*) FROM instance");
    if (count.step()) out_.subjects = count.number();
    done(count);
  }

  /// What is left to return of a line is what was sold less what returns took.
  void check_sales() {
    Statement wrong(db_,
                    "SELECT d.id, l.number FROM sale_line s JOIN order_line l ON l.seq = s.line_seq JOIN order_doc d ON d.seq = l.order_seq "
                    "WHERE s.remaining != l.quantity - (SELECT coalesce(sum(r.quantity),0) FROM return_line r WHERE r.order_id = d.id "
                    "AND r.order_line = l.number AND (SELECT state FROM instance i WHERE i.subject = r.return_id) != 'cancelled') LIMIT 20");
    while (wrong.step()) {
      auto const order = wrong.text();
      find("the returned units of order `" + order + "` line " + std::to_string(wrong.number()) + " do not add up");
    }
    done(wrong);
  }

  /// Balances, reservations, states, holds and outcomes by business key, never recorded times.
  void hash_state() {
    Digest digest;
    std::map<std::string, ledger::Balance> balances;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      auto const& k = ledger_.key(ledger::AccountIndex(i));
      std::string name = std::to_string(static_cast<int>(k.kind));
      for (auto const* part : {&k.unit, &k.place, &k.status, &k.detail, &k.owner, &k.pool}) name += '\x1f' + *part;
      balances[name] = ledger_.balance(ledger::AccountIndex(i));
    }
    for (auto const& [name, balance] : balances) {
      digest.add(name);
      for (auto const figure : {balance.posted, balance.pending_out, balance.pending_in, balance.floor}) digest.add(figure);
    }
    for (auto const* sql : {"SELECT subject, workflow, version, state FROM instance ORDER BY subject",
                            "SELECT order_id, rule, line, action, reason FROM hold_open ORDER BY order_id, rule, line",
                            "SELECT id, status, code, subject, state FROM command ORDER BY id",
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
  sqlite3* raw = nullptr;
  auto const opened = open_database(path, in_memory(path) ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, &raw);
  Database const db(raw);
  if (opened != SQLITE_OK) return Unexpected{describe(opened, raw, path)};
  sqlite3_busy_timeout(raw, 5000);
  Statement id(raw, "PRAGMA application_id");
  if (!id.step()) return Unexpected{describe(id.code(), raw, path)};
  if (id.number() != application_id) return failure("store_not_ours", "this file is not a Bylaw store", path, "name another file");
  // One transaction, so that a host that goes on writing does not move the ground.
  execute(raw, "BEGIN");
  return Verifier(raw, path).run();
}

}  // namespace bylaw::inline v0::store
