// The schema of a new store, and its first steps.
#include "store/schema_steps.hpp"

namespace bylaw::inline v0::store {

/// Money in minor units, times in milliseconds UTC, quantities in base units. The tables of the
/// first block are only ever inserted into; those of the second can be recomputed from them.
char const* const schema_step_1 = R"sql(
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

/// The ledger grows up: groups with ids of their own, costs, bounds, periods, lots; balances that are written now and then.
char const* const schema_step_2 = R"sql(
DROP VIEW movement; DROP VIEW balance_now; DROP VIEW reservation_open;
ALTER TABLE account ADD COLUMN ceiling INTEGER NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE transfer RENAME TO transfer_1;
CREATE TABLE transfer(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, id BLOB, body INTEGER,
  leg INTEGER NOT NULL, kind INTEGER NOT NULL, force INTEGER NOT NULL, prior_period INTEGER NOT NULL, code INTEGER NOT NULL,
  debit INTEGER NOT NULL, credit INTEGER NOT NULL, amount INTEGER NOT NULL, target INTEGER NOT NULL, effective INTEGER NOT NULL,
  due INTEGER NOT NULL, expires INTEGER NOT NULL, reference TEXT NOT NULL);
INSERT INTO transfer SELECT seq, commit_seq, command_seq, NULL, NULL, 0, kind, 0, 0, code, debit, credit, amount, pending, effective, 0, 0, reference
  FROM transfer_1 ORDER BY seq;
DROP TABLE transfer_1;
CREATE INDEX transfer_command ON transfer(command_seq) WHERE command_seq > 0;
CREATE INDEX transfer_target ON transfer(target) WHERE target > 0;
CREATE TABLE cost_pool(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, item TEXT NOT NULL, place TEXT NOT NULL, method INTEGER NOT NULL,
  inventory INTEGER NOT NULL);
CREATE TABLE cost_move(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, after_transfer INTEGER NOT NULL, kind INTEGER NOT NULL,
  pool INTEGER NOT NULL, to_pool INTEGER NOT NULL, quantity INTEGER NOT NULL, value INTEGER NOT NULL, layer INTEGER NOT NULL, contra INTEGER NOT NULL,
  variance INTEGER NOT NULL, code INTEGER NOT NULL, effective INTEGER NOT NULL, value_change INTEGER NOT NULL, rounding INTEGER NOT NULL,
  reference TEXT NOT NULL);
CREATE INDEX cost_move_transfer ON cost_move(after_transfer);
CREATE TABLE bound_change(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, after_transfer INTEGER NOT NULL, account INTEGER NOT NULL,
  floor INTEGER NOT NULL, ceiling INTEGER NOT NULL);
CREATE TABLE period_close(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, after_transfer INTEGER NOT NULL, kind INTEGER NOT NULL,
  place TEXT NOT NULL, through INTEGER NOT NULL, balance_hash BLOB NOT NULL);
CREATE TABLE lot(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, item TEXT NOT NULL, lot TEXT NOT NULL, received INTEGER NOT NULL,
  removal INTEGER NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE group_receipt(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, id BLOB NOT NULL, body INTEGER NOT NULL,
  first_transfer INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, place TEXT NOT NULL, remedy TEXT NOT NULL);
CREATE TABLE schema_change(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, version INTEGER NOT NULL, chain_before BLOB NOT NULL);

CREATE TABLE id_run(run INTEGER PRIMARY KEY, level INTEGER NOT NULL, rising INTEGER NOT NULL, entries INTEGER NOT NULL, first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL, low BLOB NOT NULL, high BLOB NOT NULL, filter BLOB NOT NULL);
CREATE TABLE id_segment(place INTEGER PRIMARY KEY, first_id BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE id_state(one INTEGER PRIMARY KEY CHECK(one = 1), transfer_seq INTEGER NOT NULL, receipt_seq INTEGER NOT NULL);
CREATE TABLE balance(account INTEGER PRIMARY KEY, posted INTEGER NOT NULL, pending_out INTEGER NOT NULL, pending_in INTEGER NOT NULL);
CREATE TABLE balance_state(one INTEGER PRIMARY KEY CHECK(one = 1), transfer_seq INTEGER NOT NULL);
INSERT INTO balance_state VALUES(1, 0);
CREATE TABLE writer_session(one INTEGER PRIMARY KEY CHECK(one = 1), number INTEGER NOT NULL);
INSERT INTO writer_session VALUES(1, 0);
DROP TABLE snapshot;
CREATE TABLE snapshot(seq INTEGER PRIMARY KEY, format INTEGER NOT NULL, commit_seq INTEGER NOT NULL, transfer_seq INTEGER NOT NULL,
  chain BLOB NOT NULL, checksum INTEGER NOT NULL, balances BLOB NOT NULL, names BLOB NOT NULL, pendings BLOB NOT NULL, costs BLOB NOT NULL);

CREATE VIEW movement AS
  SELECT seq, debit AS account, -amount AS posted, reference, effective FROM transfer WHERE kind IN (0, 2, 5)
  UNION ALL SELECT seq, credit, amount, reference, effective FROM transfer WHERE kind IN (0, 2, 5);
CREATE VIEW pending_movement AS
  SELECT seq, debit AS account, amount AS pending_out, 0 AS pending_in FROM transfer WHERE kind = 1
  UNION ALL SELECT seq, credit, 0, amount FROM transfer WHERE kind = 1
  UNION ALL SELECT t.seq, p.debit, -p.amount, 0 FROM transfer t JOIN transfer p ON p.seq = t.target WHERE t.kind IN (2, 3, 4)
  UNION ALL SELECT t.seq, p.credit, 0, -p.amount FROM transfer t JOIN transfer p ON p.seq = t.target WHERE t.kind IN (2, 3, 4);
CREATE VIEW balance_now AS
  WITH since AS (SELECT transfer_seq FROM balance_state),
  later AS (SELECT account, sum(posted) AS posted, sum(pending_out) AS pending_out, sum(pending_in) AS pending_in FROM (
    SELECT account, posted, 0 AS pending_out, 0 AS pending_in FROM movement WHERE seq > (SELECT transfer_seq FROM since)
    UNION ALL SELECT account, 0, pending_out, pending_in FROM pending_movement WHERE seq > (SELECT transfer_seq FROM since)) GROUP BY account)
  SELECT a.seq AS account, a.kind, a.unit, a.place, a.status, a.detail, a.owner, a.pool, a.floor, a.ceiling,
    coalesce(b.posted, 0) + coalesce(l.posted, 0) AS posted, coalesce(b.pending_out, 0) + coalesce(l.pending_out, 0) AS pending_out,
    coalesce(b.pending_in, 0) + coalesce(l.pending_in, 0) AS pending_in
  FROM account a LEFT JOIN balance b ON b.account = a.seq - 1 LEFT JOIN later l ON l.account = a.seq - 1;
CREATE VIEW reservation_open AS SELECT p.seq, p.debit AS account, p.amount, p.reference, p.due, p.expires FROM transfer p WHERE p.kind = 1
  AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.target = p.seq AND t.target > 0 AND t.kind IN (2, 3, 4));
CREATE VIEW cost_now AS SELECT p.seq AS pool, p.item, p.place, CASE p.method WHEN 0 THEN 'fifo' WHEN 1 THEN 'lifo' ELSE 'average' END AS method,
    coalesce((SELECT sum(CASE m.kind WHEN 0 THEN m.quantity WHEN 2 THEN 0 ELSE -m.quantity END) FROM cost_move m WHERE m.pool = p.seq - 1), 0) +
    coalesce((SELECT sum(m.quantity) FROM cost_move m WHERE m.kind = 3 AND m.to_pool = p.seq - 1), 0) AS quantity,
    (SELECT coalesce(sum(b.posted), 0) FROM balance_now b WHERE b.kind = 0 AND b.unit = p.item AND b.place = p.place AND b.floor != -9223372036854775808)
      AS on_hand FROM cost_pool p;
CREATE VIEW ledger_entry AS SELECT t.seq, strftime('%Y-%m-%dT%H:%M:%fZ', c.recorded_at / 1000.0, 'unixepoch') AS recorded_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.effective / 1000.0, 'unixepoch') AS effective_at,
    CASE t.kind WHEN 0 THEN 'post' WHEN 1 THEN 'reserve' WHEN 2 THEN 'post reserved' WHEN 3 THEN 'void' WHEN 4 THEN 'expire' ELSE 'reverse' END AS what,
    CASE d.kind WHEN 0 THEN 'units' ELSE 'minor units' END AS measured_in, d.unit, t.amount, d.place AS from_place, d.status AS from_status,
    d.detail AS from_detail, k.place AS to_place, k.status AS to_status, k.detail AS to_detail, t.reference, t.code, t.target, t.prior_period,
    t.seq - t.leg AS group_seq
  FROM transfer t JOIN commit_log c ON c.seq = t.commit_seq JOIN account d ON d.seq = t.debit + 1 JOIN account k ON k.seq = t.credit + 1;
)sql";

/// Workflows grow up: instances with numbers and a definition of their own, clocks, parked events, late facts, stops.
///
/// A transition names the one before it of the same instance, so that the life of an instance is read backwards from its
/// row, and no index has to be kept up while thousands of instances move.
char const* const schema_step_3 = R"sql(
DROP VIEW order_now; DROP VIEW return_now; DROP VIEW hold_open;
CREATE TABLE policy_source(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, policy INTEGER NOT NULL, root INTEGER NOT NULL, name TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE TABLE workflow_definition(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, policy INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  version INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE instance_start(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, subject TEXT NOT NULL,
  definition INTEGER NOT NULL, parent INTEGER NOT NULL, attributes TEXT NOT NULL);
CREATE TABLE timer_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, instance INTEGER NOT NULL,
  name TEXT NOT NULL, action INTEGER NOT NULL, due INTEGER NOT NULL);
CREATE TABLE parked_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, instance INTEGER NOT NULL,
  action INTEGER NOT NULL, parked INTEGER NOT NULL, event TEXT NOT NULL, deadline INTEGER NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL,
  reason TEXT NOT NULL);
CREATE INDEX parked_event_instance ON parked_event(instance);
CREATE TABLE order_fact(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, order_id TEXT NOT NULL,
  path TEXT NOT NULL, value TEXT NOT NULL);
CREATE INDEX order_fact_order ON order_fact(order_id);
CREATE TABLE stop_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, name TEXT NOT NULL, action INTEGER NOT NULL,
  what TEXT NOT NULL, target TEXT NOT NULL, blocks TEXT NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL, from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL, lift_by TEXT NOT NULL);
CREATE TABLE instance_repin(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, instance INTEGER NOT NULL,
  definition INTEGER NOT NULL);
ALTER TABLE hold_event ADD COLUMN scope TEXT NOT NULL DEFAULT 'order';
ALTER TABLE hold_event ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE hold_event ADD COLUMN late TEXT NOT NULL DEFAULT '';
ALTER TABLE hold_event ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hold_event ADD COLUMN release_by TEXT NOT NULL DEFAULT '';

CREATE INDEX hold_event_expired ON hold_event(rule, at) WHERE action = 6;
CREATE INDEX hold_event_stopped ON hold_event(rule) WHERE scope NOT IN ('order', 'line');
CREATE INDEX stop_event_name ON stop_event(name);

ALTER TABLE transition RENAME TO transition_2;
DROP INDEX transition_subject;
ALTER TABLE instance RENAME TO instance_2;
CREATE TABLE transition(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, instance INTEGER NOT NULL,
  previous INTEGER NOT NULL, event TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL,
  payload INTEGER NOT NULL, closes INTEGER NOT NULL);
CREATE TABLE instance(seq INTEGER PRIMARY KEY, subject TEXT NOT NULL, workflow TEXT NOT NULL, version INTEGER NOT NULL, definition INTEGER NOT NULL,
  parent INTEGER NOT NULL, closed INTEGER NOT NULL, state TEXT NOT NULL, since INTEGER NOT NULL, last INTEGER NOT NULL, data BLOB NOT NULL);
INSERT INTO workflow_definition SELECT row_number() OVER (ORDER BY min(seq)), min(commit_seq), 0, workflow, workflow, version, '' FROM transition_2
  GROUP BY workflow, version ORDER BY min(seq);
INSERT INTO instance_start SELECT row_number() OVER (ORDER BY min(t.seq)), min(t.commit_seq), min(t.command_seq), t.subject,
  (SELECT d.seq FROM workflow_definition d WHERE d.name = t.workflow AND d.version = t.version), 0, '' FROM transition_2 t GROUP BY t.subject ORDER BY min(t.seq);
CREATE UNIQUE INDEX instance_start_subject ON instance_start(subject);
INSERT INTO transition SELECT t.seq, t.commit_seq, t.command_seq, s.seq, lag(t.seq, 1, 0) OVER (PARTITION BY t.subject ORDER BY t.seq), t.event, t.from_state,
  t.to_state, t.at, '', 0, 0 FROM transition_2 t JOIN instance_start s ON s.subject = t.subject ORDER BY t.seq;
INSERT INTO instance SELECT s.seq, s.subject, i.workflow, i.version, s.definition, 0,
  (i.workflow = 'order' AND i.state IN ('settled','cancelled','rejected')) OR (i.workflow = 'return' AND i.state IN ('closed','denied','cancelled')),
  i.state, (SELECT t.at FROM transition t WHERE t.seq = m.last), m.last, '' FROM instance_start s JOIN instance_2 i ON i.subject = s.subject
  JOIN (SELECT instance, max(seq) AS last FROM transition GROUP BY instance) m ON m.instance = s.seq ORDER BY s.seq;
UPDATE transition SET closes = 1 WHERE seq IN (SELECT last FROM instance WHERE closed = 1);
DROP TABLE transition_2;
DROP TABLE instance_2;
CREATE UNIQUE INDEX instance_subject ON instance(subject);
CREATE INDEX instance_parent ON instance(parent) WHERE parent > 0;

CREATE TABLE timer(instance INTEGER NOT NULL, name TEXT NOT NULL, due INTEGER NOT NULL, elapsed INTEGER NOT NULL, set_by INTEGER NOT NULL,
  PRIMARY KEY(instance, name)) WITHOUT ROWID;
CREATE INDEX timer_due ON timer(due) WHERE elapsed = 0;
INSERT INTO timer_event SELECT row_number() OVER (ORDER BY h.seq), (SELECT max(seq) FROM commit_log), 0, i.seq, 'hold/' || h.rule || '/' || h.line || '/await', 0, h.at
  FROM hold_event h JOIN instance i ON i.subject = h.order_id WHERE h.action = 1 AND i.closed = 0 AND h.seq = (SELECT max(seq) FROM hold_event x
  WHERE x.order_id = h.order_id AND x.rule = h.rule AND x.line = h.line) ORDER BY h.seq;
INSERT INTO timer SELECT instance, name, due, 0, seq FROM timer_event;
CREATE TABLE measure_entry(measure TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, subject TEXT NOT NULL, amount INTEGER NOT NULL,
  scale INTEGER NOT NULL, PRIMARY KEY(measure, key, at, subject)) WITHOUT ROWID;
CREATE TABLE measure_state(measure TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;

CREATE VIEW order_now AS SELECT d.seq AS order_seq, d.id AS order_id, d.source, d.channel, d.customer, d.currency, d.total, d.placed,
  d.imported, i.state, d.body FROM order_doc d JOIN instance i ON i.subject = d.id AND i.workflow = 'order'
  WHERE d.revision = (SELECT max(revision) FROM order_doc x WHERE x.id = d.id);
CREATE VIEW return_now AS SELECT d.id AS return_id, d.customer, d.requested, d.currency, i.state FROM return_doc d
  JOIN instance i ON i.subject = d.id AND i.workflow = 'return';
CREATE VIEW hold_open AS SELECT h.* FROM hold_event h WHERE h.action IN (0, 1, 4, 5) AND h.seq = (SELECT max(seq) FROM hold_event x
  WHERE x.order_id = h.order_id AND x.rule = h.rule AND x.line = h.line);
CREATE VIEW transition_log AS SELECT t.seq, t.commit_seq, t.command_seq, i.subject, i.workflow, i.version, t.event, t.from_state, t.to_state, t.at, t.who,
  t.payload FROM transition t JOIN instance i ON i.seq = t.instance;
CREATE VIEW stop_now AS SELECT * FROM stop_event s WHERE s.action = 0 AND s.seq = (SELECT max(seq) FROM stop_event x WHERE x.name = s.name);
CREATE VIEW parked_now AS SELECT p.* FROM parked_event p WHERE p.action = 0 AND NOT EXISTS (SELECT 1 FROM parked_event x WHERE x.instance = p.instance
  AND x.parked = p.seq);
CREATE VIEW dead_letter AS SELECT p.* FROM parked_event p WHERE p.action = 2 AND NOT EXISTS (SELECT 1 FROM parked_event x WHERE x.instance = p.instance
  AND x.parked = p.seq AND x.action = 3);
)sql";

}  // namespace bylaw::inline v0::store
