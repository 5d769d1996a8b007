// The later steps of the schema.
#include "store/schema_steps.hpp"

namespace bylaw::inline v0::store {

/// The engine grows up: a catalog with dates, approvals, delegation, deliveries, policy versions that take force, personal values by
/// themselves.
///
/// Personal values stand outside the chain: the chain has a salted hash of each, and the salt goes with the value.
char const* const schema_step_4 = R"sql(
ALTER TABLE command ADD COLUMN on_behalf_of TEXT NOT NULL DEFAULT '';
ALTER TABLE command ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE command ADD COLUMN body TEXT NOT NULL DEFAULT '';
ALTER TABLE command ADD COLUMN policy INTEGER NOT NULL DEFAULT 0;

CREATE TABLE policy_rule(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, policy INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  file TEXT NOT NULL);
CREATE INDEX policy_rule_name ON policy_rule(policy, name);

CREATE TABLE catalog_entry(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
  effective INTEGER NOT NULL, removed INTEGER NOT NULL, body TEXT NOT NULL);
INSERT INTO catalog_entry SELECT row_number() OVER (ORDER BY command_seq, kind, seq), commit_seq, command_seq, kind, id, -9223372036854775808, 0, body
  FROM (SELECT seq, commit_seq, command_seq, 'item' AS kind, sku AS id, body FROM item_version
  UNION ALL SELECT seq, commit_seq, command_seq, 'location', id, body FROM location_version);
CREATE INDEX catalog_entry_id ON catalog_entry(kind, id, effective, seq);
DROP TABLE item_version; DROP TABLE location_version; DROP TABLE item; DROP TABLE location;

CREATE TABLE personal_value(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, person TEXT NOT NULL,
  subject TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT NULL);
CREATE TABLE personal(seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, value TEXT NOT NULL);
CREATE TABLE erasure(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, person TEXT NOT NULL, count INTEGER NOT NULL);
INSERT INTO personal_value SELECT row_number() OVER (ORDER BY d.seq, p.path), d.commit_seq, d.command_seq,
  CASE d.customer WHEN '' THEN 'order:' || d.id ELSE d.customer END, d.id, p.path, x'' FROM order_doc d JOIN (SELECT 'customer.email' AS path
  UNION ALL SELECT 'customer.name' UNION ALL SELECT 'ship_to.street') p WHERE json_extract(d.body, '$.' || p.path) IS NOT NULL;
INSERT INTO personal SELECT v.seq, x'', json_extract(d.body, '$.' || v.path) FROM personal_value v JOIN order_doc d ON d.command_seq = v.command_seq;
UPDATE order_doc SET body = json_remove(body, '$.customer.email', '$.customer.name', '$.ship_to.street');
CREATE INDEX hold_event_placed ON hold_event(at) WHERE action = 0;
CREATE INDEX personal_value_subject ON personal_value(subject);
CREATE INDEX personal_value_person ON personal_value(person);

CREATE TABLE request_answer(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, instance INTEGER NOT NULL,
  answer TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, on_behalf_of TEXT NOT NULL, rules TEXT NOT NULL, note TEXT NOT NULL);
CREATE INDEX request_answer_instance ON request_answer(instance);
CREATE TABLE spend(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, command TEXT NOT NULL, order_id TEXT NOT NULL,
  customer TEXT NOT NULL, requester TEXT NOT NULL, automatic INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, at INTEGER NOT NULL,
  request TEXT NOT NULL, dropped INTEGER NOT NULL);
CREATE INDEX spend_order ON spend(order_id, command, at) WHERE order_id != '';
CREATE INDEX spend_customer ON spend(customer, command, at) WHERE customer != '';
CREATE INDEX spend_requester ON spend(requester, command, at);
CREATE INDEX spend_automatic ON spend(command, at) WHERE automatic = 1;
CREATE INDEX spend_request ON spend(request) WHERE request != '';
CREATE TABLE delegation_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, from_user TEXT NOT NULL,
  to_user TEXT NOT NULL, role TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL, revoked INTEGER NOT NULL);
CREATE INDEX delegation_event_to ON delegation_event(to_user, from_user);

CREATE TABLE delivery_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, consumer TEXT NOT NULL,
  message INTEGER NOT NULL, action INTEGER NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE consumer(name TEXT PRIMARY KEY, position INTEGER NOT NULL, types TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE delivery(consumer TEXT NOT NULL, message INTEGER NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
  until INTEGER NOT NULL, lease INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(consumer, message)) WITHOUT ROWID;
CREATE INDEX delivery_key ON delivery(consumer, key, message);
CREATE INDEX delivery_due ON delivery(consumer, state, until, message);
CREATE TABLE delivery_count(consumer TEXT NOT NULL, hour INTEGER NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(consumer, hour, what)) WITHOUT ROWID;

CREATE TABLE activation(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, rollout TEXT NOT NULL, policy INTEGER NOT NULL,
  channels TEXT NOT NULL, locations TEXT NOT NULL, share_percent INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE shadow_difference(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, subject TEXT NOT NULL,
  in_force INTEGER NOT NULL, shadow INTEGER NOT NULL, rule TEXT NOT NULL, change TEXT NOT NULL, value INTEGER NOT NULL, currency TEXT NOT NULL,
  at INTEGER NOT NULL);
CREATE TABLE alert_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, name TEXT NOT NULL, raised INTEGER NOT NULL,
  value INTEGER NOT NULL, limit_value INTEGER NOT NULL, at INTEGER NOT NULL);

CREATE VIEW catalog_now AS SELECT c.kind, c.id, c.effective, c.body FROM catalog_entry c WHERE c.removed = 0 AND c.seq = (SELECT x.seq FROM catalog_entry x
  WHERE x.kind = c.kind AND x.id = c.id AND x.effective <= CAST(strftime('%s', 'now') AS INTEGER) * 1000 ORDER BY x.effective DESC, x.seq DESC LIMIT 1);
CREATE VIEW outbox_debezium AS SELECT o.seq AS id, i.workflow AS aggregatetype, o.subject AS aggregateid, o.type AS type, o.data AS payload,
  o.at AS timestamp FROM outbox o LEFT JOIN instance i ON i.subject = o.subject;
CREATE VIEW delivery_dead AS SELECT d.consumer, d.message, o.type, o.subject, d.attempts, d.reason, o.at FROM delivery d JOIN outbox o ON o.seq = d.message
  WHERE d.state = 3;
CREATE VIEW delivery_health AS SELECT c.name AS consumer, c.types, (SELECT count(*) FROM delivery d WHERE d.consumer = c.name AND d.state != 3) +
  (SELECT coalesce(max(seq), 0) FROM outbox) - c.position AS depth_max, (SELECT count(*) FROM delivery d WHERE d.consumer = c.name AND d.state = 1) AS leased,
  (SELECT count(*) FROM delivery d WHERE d.consumer = c.name AND d.state = 2) AS retrying,
  (SELECT count(*) FROM delivery d WHERE d.consumer = c.name AND d.state = 3) AS dead,
  (SELECT coalesce(max(attempts), 0) FROM delivery d WHERE d.consumer = c.name) AS attempts_max,
  (SELECT min(o.at) FROM outbox o WHERE o.seq = coalesce((SELECT min(message) FROM delivery d WHERE d.consumer = c.name AND d.state != 3), c.position + 1))
  AS oldest_at FROM consumer c;
CREATE VIEW request_open AS SELECT i.subject AS request, a.rules, i.state, i.since, a.user AS requester, a.role, a.on_behalf_of,
  (SELECT count(*) FROM request_answer x WHERE x.instance = i.seq AND x.answer = 'approve') AS approvals, CAST(i.data AS TEXT) AS attributes
  FROM instance i JOIN request_answer a ON a.instance = i.seq AND a.answer = 'asked' WHERE i.closed = 0 AND i.workflow = 'approval';
CREATE VIEW alert_now AS SELECT * FROM alert_event a WHERE a.raised = 1 AND a.seq = (SELECT max(seq) FROM alert_event x WHERE x.name = a.name);
CREATE VIEW activation_now AS SELECT a.*, p.hash FROM activation a JOIN policy_version p ON p.seq = a.policy
  WHERE a.rollout != 'stop' AND a.seq = (SELECT max(seq) FROM activation x WHERE x.policy = a.policy)
  AND (a.rollout != 'full' OR a.seq = (SELECT max(seq) FROM activation x WHERE x.rollout = 'full'))
  AND (a.rollout = 'full' OR a.seq > (SELECT coalesce(max(seq), 0) FROM activation x WHERE x.rollout = 'full'));
)sql";

/// Allocation grows up: supply, what channels were told, and views of promises, lots and parcels.
char const* const schema_step_5 = R"sql(
CREATE TABLE supply_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, supply TEXT NOT NULL, kind TEXT NOT NULL,
  item TEXT NOT NULL, location TEXT NOT NULL, from_location TEXT NOT NULL, ordered INTEGER NOT NULL, received INTEGER NOT NULL, due INTEGER NOT NULL,
  tolerance_percent INTEGER NOT NULL, sent INTEGER NOT NULL, closed INTEGER NOT NULL, cause TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX supply_event_line ON supply_event(supply, item, location, seq);
CREATE INDEX supply_event_item ON supply_event(item);
CREATE TABLE feed_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, channel TEXT NOT NULL, item TEXT NOT NULL,
  location TEXT NOT NULL, number INTEGER NOT NULL, quantity INTEGER NOT NULL, total INTEGER NOT NULL, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL,
  rule TEXT NOT NULL, at INTEGER NOT NULL);
CREATE UNIQUE INDEX feed_event_number ON feed_event(channel, number);
CREATE INDEX personal_mail ON personal(value) WHERE instr(value, '@') > 0;
CREATE INDEX feed_event_position ON feed_event(item, channel, location, seq);

CREATE VIEW supply_now AS SELECT s.* FROM supply_event s WHERE s.seq = (SELECT max(x.seq) FROM supply_event x WHERE x.supply = s.supply AND x.item = s.item
  AND x.location = s.location);
CREATE VIEW promise_open AS SELECT r.seq, r.reference, a.unit AS item, a.place AS location, CASE a.status WHEN 'backorder' THEN 'supply' ELSE 'stock' END AS
  stands_on, a.detail AS behind, a.pool AS channel, r.amount AS quantity, r.due, r.expires FROM reservation_open r JOIN account a ON a.seq = r.account + 1
  WHERE a.kind = 0 AND a.floor != -9223372036854775808 OR a.status = 'backorder';
CREATE VIEW feed_now AS SELECT f.* FROM feed_event f WHERE f.seq = (SELECT max(x.seq) FROM feed_event x WHERE x.item = f.item AND x.channel = f.channel
  AND x.location = f.location);
CREATE VIEW lot_out AS SELECT a.unit AS item, a.detail AS lot, a.place AS location, t.reference, sum(t.amount) AS quantity, min(t.effective) AS at FROM transfer t JOIN transfer p ON p.seq = CASE t.kind WHEN 2 THEN t.target ELSE t.seq END JOIN account a ON
  a.seq = p.debit + 1 JOIN account c ON c.seq = p.credit + 1 WHERE t.kind IN (0, 2) AND a.kind = 0 AND a.detail != '' AND c.place = 'customer'
  GROUP BY a.unit, a.detail, a.place, t.reference;
CREATE VIEW fulfilment AS SELECT o.subject AS order_id, CASE
    WHEN count(s.seq) = 0 THEN 'not_fulfilled'
    WHEN count(CASE WHEN s.state != 'cancelled' THEN 1 END) = 0 THEN 'cancelled'
    WHEN count(CASE WHEN s.state NOT IN ('cancelled', 'delivered') THEN 1 END) = 0 THEN 'delivered'
    WHEN count(CASE WHEN s.state = 'delivered' THEN 1 END) > 0 THEN 'partially_delivered'
    WHEN count(CASE WHEN s.state NOT IN ('cancelled', 'shipped', 'lost') THEN 1 END) = 0 THEN 'shipped'
    WHEN count(CASE WHEN s.state IN ('shipped', 'lost') THEN 1 END) > 0 THEN 'partially_shipped'
    WHEN count(CASE WHEN s.state NOT IN ('cancelled', 'packed') THEN 1 END) = 0 THEN 'fulfilled'
    WHEN count(CASE WHEN s.state IN ('packed') THEN 1 END) > 0 THEN 'partially_fulfilled'
    ELSE 'not_fulfilled' END AS status
  FROM instance o LEFT JOIN instance s ON s.parent = o.seq AND s.workflow = 'shipment' WHERE o.workflow = 'order' GROUP BY o.seq;
)sql";

/// Returns and money grow up: what lines come to, payments, what becomes of units that come back, parts of refunds.
char const* const schema_step_6 = R"sql(
ALTER TABLE order_line ADD COLUMN tax INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN shipping INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
ALTER TABLE order_line ADD COLUMN discount INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN gross INTEGER NOT NULL DEFAULT 0;
UPDATE order_line SET gross = net;
ALTER TABLE return_doc ADD COLUMN tender TEXT NOT NULL DEFAULT '';
ALTER TABLE return_line ADD COLUMN serial TEXT NOT NULL DEFAULT '';
CREATE INDEX cost_move_reference ON cost_move(reference) WHERE kind = 1;
ALTER TABLE return_line ADD COLUMN facts TEXT NOT NULL DEFAULT '';

CREATE TABLE payment_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, order_id TEXT NOT NULL,
  payment TEXT NOT NULL, tender TEXT NOT NULL, what TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, refund TEXT NOT NULL,
  booked INTEGER NOT NULL, booked_currency TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX payment_event_order ON payment_event(order_id, seq);
CREATE TABLE return_move(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, return_id TEXT NOT NULL,
  line INTEGER NOT NULL, what TEXT NOT NULL, quantity INTEGER NOT NULL, item TEXT NOT NULL, location TEXT NOT NULL, lot TEXT NOT NULL,
  condition TEXT NOT NULL, disposition TEXT NOT NULL, amount INTEGER NOT NULL, cost INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX return_move_return ON return_move(return_id, seq);
CREATE TABLE refund_part(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, refund TEXT NOT NULL,
  order_id TEXT NOT NULL, order_line INTEGER NOT NULL, return_id TEXT NOT NULL, return_line INTEGER NOT NULL, kind TEXT NOT NULL,
  quantity INTEGER NOT NULL, currency TEXT NOT NULL, gross INTEGER NOT NULL, tax INTEGER NOT NULL, discount INTEGER NOT NULL, fee INTEGER NOT NULL,
  fee_tax INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX refund_part_order ON refund_part(order_id, seq);
CREATE INDEX refund_part_return ON refund_part(return_id) WHERE return_id != '';

CREATE VIEW payment_now AS SELECT order_id, payment, max(tender) AS tender, currency,
  sum(CASE what WHEN 'captured' THEN amount ELSE 0 END) AS captured,
  sum(CASE what WHEN 'charged_back' THEN amount WHEN 'chargeback_won' THEN -amount ELSE 0 END) AS charged_back,
  sum(CASE what WHEN 'refunded' THEN amount WHEN 'refund_failed' THEN -amount ELSE 0 END) AS refunded
  FROM payment_event GROUP BY order_id, payment, currency;
CREATE VIEW order_balance AS SELECT d.id AS order_id, d.currency, i.state, CASE WHEN i.state IN ('cancelled', 'rejected') THEN 0 ELSE d.total END AS due,
  coalesce((SELECT sum(p.captured - p.charged_back) FROM payment_now p WHERE p.order_id = d.id), 0) AS paid,
  coalesce((SELECT sum(p.refunded) FROM payment_now p WHERE p.order_id = d.id), 0) AS refunded,
  coalesce((SELECT sum(r.gross) FROM refund_part r WHERE r.order_id = d.id), 0) AS credited
  FROM order_doc d JOIN instance i ON i.subject = d.id WHERE d.revision = (SELECT max(x.revision) FROM order_doc x WHERE x.id = d.id);
CREATE VIEW return_counter AS SELECT l.return_id, l.number AS line, l.order_id, l.order_line, l.item, l.quantity AS announced, l.verdict,
  coalesce(sum(CASE m.what WHEN 'received' THEN m.quantity END), 0) AS received,
  coalesce(sum(CASE m.what WHEN 'accepted' THEN m.quantity END), 0) AS accepted,
  coalesce(sum(CASE m.what WHEN 'rejected' THEN m.quantity END), 0) AS rejected,
  coalesce(sum(CASE WHEN m.what = 'stocked' AND m.disposition = 'restock' THEN m.quantity END), 0) AS restocked,
  coalesce(sum(CASE m.what WHEN 'exchanged' THEN m.quantity WHEN 'unexchanged' THEN -m.quantity END), 0) AS exchanged,
  coalesce((SELECT sum(p.quantity) FROM refund_part p WHERE p.return_id = l.return_id AND p.return_line = l.number AND p.kind = 'goods'), 0) AS refunded
  FROM return_line l LEFT JOIN return_move m ON m.return_id = l.return_id AND m.line = l.number GROUP BY l.return_id, l.number;

-- What is owed for a return: what was booked as such when it was authorized, less what was paid back or is no longer to be expected.
CREATE VIEW refund_liability AS SELECT d.id AS return_id, i.state, d.currency, d.requested, sum(m.amount) AS owed FROM return_move m JOIN return_doc d
  ON d.id = m.return_id JOIN instance i ON i.subject = d.id WHERE m.what = 'accrued' GROUP BY d.id HAVING owed != 0;
-- The root cause of a reason: what the catalog's reason says, otherwise that of the codes that Bylaw brings.
CREATE VIEW reason_cause AS SELECT DISTINCT l.reason, coalesce((SELECT json_extract(c.body, '$.cause') FROM catalog_now c WHERE c.kind = 'reason' AND
  c.id = 'return/' || l.reason), CASE WHEN l.reason IN ('DEFECTIVE') THEN 'quality' WHEN l.reason IN ('NOT_AS_DESCRIBED') THEN 'listing' WHEN l.reason IN ('DAMAGED')
  THEN 'packaging' WHEN l.reason IN ('WRONG_ITEM', 'MISSED_DELIVERY') THEN 'fulfilment' WHEN l.reason IN ('CHANGED_MIND', 'ORDERED_WRONG', 'REFUSED')
  THEN 'customer' ELSE 'unknown' END) AS cause FROM return_line l;
-- Units that left, and units that are asked back: not those of returns that were denied, cancelled or never came. By the day of today, so
-- that what comes back late counts for what was sold.
CREATE VIEW sold_units AS SELECT o.order_id, o.channel, l.number, l.item, coalesce(json_extract(c.body, '$.category'), '') AS category, l.quantity AS units
  FROM order_now o JOIN order_line l ON l.order_seq = o.order_seq LEFT JOIN catalog_now c ON c.kind = 'item' AND c.id = l.item
  WHERE l.service = 0 AND (substr(o.state, 1, 7) = 'shipped' OR substr(o.state, 1, 8) = 'invoiced' OR o.state = 'settled');
CREATE VIEW returned_units AS SELECT s.order_id, s.channel, s.item, s.category, l.reason, r.cause, l.quantity AS units FROM return_line l JOIN instance i
  ON i.subject = l.return_id JOIN sold_units s ON s.order_id = l.order_id AND s.number = l.order_line LEFT JOIN reason_cause r ON r.reason = l.reason
  WHERE l.verdict != 'deny' AND i.state NOT IN ('denied', 'cancelled', 'expired', 'in_review');
CREATE VIEW return_rate AS
  SELECT 'all' AS dimension, '' AS value, (SELECT coalesce(sum(units), 0) FROM sold_units) AS sold, (SELECT coalesce(sum(units), 0) FROM returned_units) AS returned
  UNION ALL SELECT 'item', s.item, sum(s.units), coalesce((SELECT sum(r.units) FROM returned_units r WHERE r.item = s.item), 0) FROM sold_units s GROUP BY s.item
  UNION ALL SELECT 'category', s.category, sum(s.units), coalesce((SELECT sum(r.units) FROM returned_units r WHERE r.category = s.category), 0) FROM sold_units s GROUP BY s.category
  UNION ALL SELECT 'channel', s.channel, sum(s.units), coalesce((SELECT sum(r.units) FROM returned_units r WHERE r.channel = s.channel), 0) FROM sold_units s GROUP BY s.channel
  UNION ALL SELECT 'reason', r.reason, (SELECT coalesce(sum(units), 0) FROM sold_units), sum(r.units) FROM returned_units r GROUP BY r.reason
  UNION ALL SELECT 'cause', r.cause, (SELECT coalesce(sum(units), 0) FROM sold_units), sum(r.units) FROM returned_units r GROUP BY r.cause;
-- From asking to the first money that went back.
CREATE VIEW refund_cycle AS SELECT d.id AS return_id, (SELECT max(l.reason) FROM return_line l WHERE l.return_id = d.id) AS reason,
  (min(p.at) - d.requested) / 3600000.0 AS hours FROM return_doc d JOIN refund_part p ON p.return_id = d.id WHERE p.kind = 'goods' GROUP BY d.id;
-- From coming to going where it belongs; units of a line go in the order in which they came, and the first coming counts for all of them.
CREATE VIEW disposition_turnaround AS SELECT m.return_id, m.line, m.disposition, m.quantity AS units, (m.at - (SELECT min(r.at) FROM return_move r WHERE
  r.return_id = m.return_id AND r.line = m.line AND r.what = 'received')) / 3600000.0 AS hours FROM return_move m WHERE m.what = 'stocked';
)sql";

/// What an order comes to is less what was credited of it, and an order without parcels has come to something too.
char const* const schema_step_7 = R"sql(
DROP VIEW order_balance;
CREATE VIEW order_balance AS SELECT b.*, CASE WHEN b.due = 0 THEN 0 ELSE b.due - b.credited END - b.paid + b.refunded AS outstanding FROM (
  SELECT d.id AS order_id, d.currency, i.state, CASE WHEN i.state IN ('cancelled', 'rejected') THEN 0 ELSE d.total END AS due,
  coalesce((SELECT sum(p.captured - p.charged_back) FROM payment_now p WHERE p.order_id = d.id), 0) AS paid,
  coalesce((SELECT sum(p.refunded) FROM payment_now p WHERE p.order_id = d.id), 0) AS refunded,
  coalesce((SELECT sum(r.gross - r.fee - r.fee_tax) FROM refund_part r WHERE r.order_id = d.id AND r.kind != 'overpaid'), 0) AS credited
  FROM order_doc d JOIN instance i ON i.subject = d.id WHERE d.revision = (SELECT max(x.revision) FROM order_doc x WHERE x.id = d.id)) b;
DROP VIEW fulfilment;
CREATE VIEW fulfilment AS SELECT order_id, CASE
    WHEN parcels = 0 AND state IN ('cancelled', 'rejected') THEN 'cancelled'
    WHEN parcels = 0 AND gone THEN CASE WHEN EXISTS (SELECT 1 FROM transition t WHERE t.instance = o.seq AND t.event = 'deliver') THEN 'delivered' ELSE 'shipped' END
    WHEN parcels = 0 THEN CASE WHEN EXISTS (SELECT 1 FROM order_fact f WHERE f.order_id = o.order_id AND f.path LIKE 'order.shipped.%') THEN 'partially_shipped'
      ELSE 'not_fulfilled' END
    WHEN alive = 0 THEN 'cancelled'
    WHEN delivered = alive THEN 'delivered'
    WHEN delivered > 0 THEN 'partially_delivered'
    WHEN out = alive THEN 'shipped'
    WHEN out > 0 THEN 'partially_shipped'
    WHEN packed = alive THEN 'fulfilled'
    WHEN packed > 0 THEN 'partially_fulfilled'
    ELSE 'not_fulfilled' END AS status
  FROM (SELECT o.seq, o.subject AS order_id, o.state, substr(o.state || '.', 1, instr(o.state || '.', '.') - 1) IN ('shipped', 'invoiced', 'settled') AS gone,
      count(s.seq) AS parcels, count(CASE WHEN s.state != 'cancelled' THEN 1 END) AS alive, count(CASE WHEN s.state = 'delivered' THEN 1 END) AS delivered,
      count(CASE WHEN s.state IN ('shipped', 'lost') THEN 1 END) AS out, count(CASE WHEN s.state = 'packed' THEN 1 END) AS packed
    FROM instance o LEFT JOIN instance s ON s.parent = o.seq AND s.workflow = 'shipment' WHERE o.workflow = 'order' GROUP BY o.seq) o;
)sql";

}  // namespace bylaw::inline v0::store
