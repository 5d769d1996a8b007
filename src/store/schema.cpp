#include "store/schema.hpp"

namespace bylaw::inline v0::store {

namespace {

/// Money in minor units, times in milliseconds UTC, quantities in base units. The tables of the
/// first block are only ever inserted into; those of the second can be recomputed from them.
constexpr char const* version_1 = R"sql(
CREATE TABLE commit_log(seq INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, chain BLOB NOT NULL);
CREATE TABLE command(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
  user TEXT NOT NULL, role TEXT NOT NULL, body_hash BLOB NOT NULL, status INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  remedy TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL);
CREATE UNIQUE INDEX command_id ON command(id);
CREATE INDEX command_subject ON command(subject);
CREATE TABLE account(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, kind INTEGER NOT NULL, unit TEXT NOT NULL, place TEXT NOT NULL,
  status TEXT NOT NULL, detail TEXT NOT NULL, owner TEXT NOT NULL, pool TEXT NOT NULL, floor INTEGER NOT NULL);
CREATE TABLE transfer(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, kind INTEGER NOT NULL,
  debit INTEGER NOT NULL, credit INTEGER NOT NULL, amount INTEGER NOT NULL, pending INTEGER NOT NULL, code INTEGER NOT NULL,
  reference TEXT NOT NULL, effective INTEGER NOT NULL);
CREATE INDEX transfer_command ON transfer(command_seq);
CREATE TABLE order_doc(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, id TEXT NOT NULL,
  revision INTEGER NOT NULL, source TEXT NOT NULL, channel TEXT NOT NULL, customer TEXT NOT NULL, currency TEXT NOT NULL,
  total INTEGER NOT NULL, placed INTEGER NOT NULL, imported INTEGER NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX order_doc_id ON order_doc(id, revision);
CREATE INDEX order_doc_customer ON order_doc(customer) WHERE customer != '';
CREATE TABLE order_line(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, order_seq INTEGER NOT NULL, number INTEGER NOT NULL,
  item TEXT NOT NULL, title TEXT NOT NULL, quantity INTEGER NOT NULL, unit_price TEXT NOT NULL, net INTEGER NOT NULL, service INTEGER NOT NULL);
CREATE INDEX order_line_order ON order_line(order_seq);
CREATE TABLE return_doc(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, id TEXT NOT NULL,
  source TEXT NOT NULL, customer TEXT NOT NULL, requested INTEGER NOT NULL, currency TEXT NOT NULL);
CREATE UNIQUE INDEX return_doc_id ON return_doc(id);
CREATE TABLE return_line(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, return_id TEXT NOT NULL, number INTEGER NOT NULL,
  order_id TEXT NOT NULL, order_line INTEGER NOT NULL, item TEXT NOT NULL, quantity INTEGER NOT NULL, claimed_net INTEGER NOT NULL,
  reason TEXT NOT NULL, condition TEXT NOT NULL, service INTEGER NOT NULL, verdict TEXT NOT NULL, reasons TEXT NOT NULL,
  refund INTEGER NOT NULL, fee INTEGER NOT NULL, sold INTEGER NOT NULL, rule TEXT NOT NULL);
CREATE INDEX return_line_return ON return_line(return_id);
CREATE INDEX return_line_order ON return_line(order_id, order_line);
CREATE TABLE transition(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, subject TEXT NOT NULL,
  workflow TEXT NOT NULL, version INTEGER NOT NULL, event TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX transition_subject ON transition(subject);
CREATE TABLE hold_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, order_id TEXT NOT NULL,
  rule TEXT NOT NULL, line INTEGER NOT NULL, action INTEGER NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL, queue TEXT NOT NULL,
  blocks TEXT NOT NULL, at INTEGER NOT NULL, policy INTEGER NOT NULL, reads TEXT NOT NULL);
CREATE INDEX hold_event_order ON hold_event(order_id);
CREATE TABLE decision(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, subject TEXT NOT NULL,
  kind TEXT NOT NULL, rule TEXT NOT NULL, verdict TEXT NOT NULL, policy INTEGER NOT NULL, reads TEXT NOT NULL);
CREATE INDEX decision_command ON decision(command_seq);
CREATE TABLE outbox(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, type TEXT NOT NULL,
  subject TEXT NOT NULL, data TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE item_version(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, sku TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE location_version(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE policy_version(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, hash TEXT NOT NULL);

CREATE TABLE instance(subject TEXT PRIMARY KEY, workflow TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sale_line(customer TEXT NOT NULL, item TEXT NOT NULL, placed INTEGER NOT NULL, line_seq INTEGER NOT NULL,
  remaining INTEGER NOT NULL, PRIMARY KEY(customer, item, placed, line_seq)) WITHOUT ROWID;
CREATE TABLE item(sku TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE location(id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot(seq INTEGER PRIMARY KEY, format INTEGER NOT NULL, commit_seq INTEGER NOT NULL, transfer_seq INTEGER NOT NULL,
  chain BLOB NOT NULL, checksum BLOB NOT NULL, body BLOB NOT NULL);

CREATE VIEW order_now AS SELECT d.seq AS order_seq, d.id AS order_id, d.source, d.channel, d.customer, d.currency, d.total, d.placed,
  d.imported, i.state, d.body FROM order_doc d JOIN instance i ON i.subject = d.id AND i.workflow = 'order'
  WHERE d.revision = (SELECT max(revision) FROM order_doc x WHERE x.id = d.id);
CREATE VIEW return_now AS SELECT d.id AS return_id, d.customer, d.requested, d.currency, i.state FROM return_doc d
  JOIN instance i ON i.subject = d.id AND i.workflow = 'return';
CREATE VIEW hold_open AS SELECT h.* FROM hold_event h WHERE h.action <= 1 AND h.seq = (SELECT max(seq) FROM hold_event x
  WHERE x.order_id = h.order_id AND x.rule = h.rule AND x.line = h.line);
CREATE VIEW movement AS
  SELECT seq, debit AS account, -amount AS posted, reference, effective FROM transfer WHERE kind = 0
  UNION ALL SELECT seq, credit, amount, reference, effective FROM transfer WHERE kind = 0
  UNION ALL SELECT t.seq, p.debit, -t.amount, t.reference, t.effective FROM transfer t JOIN transfer p ON p.seq = t.pending WHERE t.kind = 2
  UNION ALL SELECT t.seq, p.credit, t.amount, t.reference, t.effective FROM transfer t JOIN transfer p ON p.seq = t.pending WHERE t.kind = 2;
CREATE VIEW balance_now AS SELECT a.seq AS account, a.kind, a.unit, a.place, a.status, a.detail, a.owner, a.pool, a.floor,
  coalesce((SELECT sum(posted) FROM movement m WHERE m.account = a.seq - 1), 0) AS posted FROM account a;
CREATE VIEW reservation_open AS SELECT p.seq, p.debit AS account, p.amount, p.reference FROM transfer p WHERE p.kind = 1
  AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.pending = p.seq AND t.kind >= 2);
CREATE INDEX transfer_pending ON transfer(pending) WHERE pending > 0;
)sql";

constexpr std::array migrations = {version_1};

int pragma(sqlite3* db, char const* sql) {
  Statement statement(db, sql);
  return statement.step() ? static_cast<int>(statement.number()) : 0;
}

}  // namespace

Result<void> migrate(sqlite3* db, std::string const& path, bool create) {
  auto const fail = [&] { return Unexpected{describe(sqlite3_extended_errcode(db), db, path)}; };
  Statement probe(db, "SELECT count(*) FROM sqlite_master");
  if (!probe.step()) return fail();
  bool const empty = probe.number() == 0;
  auto const id = pragma(db, "PRAGMA application_id");
  if (!empty && id != application_id) return failure("store_not_ours", "this file belongs to another program", path, "name another file");
  if (empty && !create)
    return failure("store_unreadable", "there is no store in this file", path, "check the name, or create it with `bylaw run` or `bylaw import`");
  auto const version = pragma(db, "PRAGMA user_version");
  if (version > static_cast<int>(migrations.size())) {
    return failure("store_too_new", "this store was written by a newer Bylaw", path, "use that version, or restore a backup");
  }
  for (auto step = static_cast<std::size_t>(version); step < migrations.size(); ++step) {
    auto const stamp = "PRAGMA application_id=" + std::to_string(application_id) + "; PRAGMA user_version=" + std::to_string(step + 1);
    bool const done = execute(db, "BEGIN IMMEDIATE") && execute(db, migrations[step]) && execute(db, stamp.c_str()) && execute(db, "COMMIT");
    if (!done) {
      auto error = fail();
      execute(db, "ROLLBACK");
      return error;
    }
  }
  return {};
}

}  // namespace bylaw::inline v0::store
