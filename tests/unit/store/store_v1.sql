PRAGMA application_id=1115253879; PRAGMA user_version=1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE commit_log(seq INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, chain BLOB NOT NULL);
INSERT INTO commit_log VALUES(1,1795640438797,X'31954e40efba8acfaf54bda48a4a63bdf7c350d1a3612ed301f0b5080e1b424a');
INSERT INTO commit_log VALUES(2,1795640438816,X'3d7652e3c4a09a9ce3334d17aecbff30ce25cdca36400be95119c61b329c0580');
INSERT INTO commit_log VALUES(3,1795640438835,X'a464af43021ad4c390abf82dc949d2de6fa3c332a31923128ccd6a886927d959');
INSERT INTO commit_log VALUES(4,1795640438855,X'7256e2241f5598f7e37e75e1d97ab2ba63553bda8a227a896a6f85502ce927e9');
INSERT INTO commit_log VALUES(5,1795640438874,X'49f27d0426c21dcd0e79134e6729ae397e693bd759182ee87b04a55fd5d88946');
INSERT INTO commit_log VALUES(6,1795640438894,X'8e9cbd8f8878cf38ac9eb399b8b2c5b0a13862330fdd13a18d483b20800968c3');
INSERT INTO commit_log VALUES(7,1795640438913,X'1543dbc2b9bda7f3945c2e64264c24574c3d0bd4d071a2e7b335382ef203746e');
INSERT INTO commit_log VALUES(8,1795640438932,X'f0a17724dfc4de3fc600dd24d304e15d49c0b7e93a80762ca835d225d864382d');
CREATE TABLE command(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
  user TEXT NOT NULL, role TEXT NOT NULL, body_hash BLOB NOT NULL, status INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  remedy TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL);
INSERT INTO command VALUES(1,1,'i1','define_item',1772355600000,'ann','system',X'0e8a2916ce4a6993bbe715f9a58ae85cff4073df58ca81ce0aff70ce594d9998',0,'ok','','','TEA','','');
INSERT INTO command VALUES(2,2,'l1','define_location',1772355600000,'ann','system',X'a5f17521cb43b09d48e5a144161ea14da1b984ea14c46278a24b22563bcb7f09',0,'ok','','','DC1','','');
INSERT INTO command VALUES(3,3,'r1','receive_stock',1772356200000,'ann','system',X'09e66c85df1db7fcd272ff59f21292b695da96d35c111d06903e85ae43626f5d',0,'ok','','','TEA','','');
INSERT INTO command VALUES(4,4,'o1','import_order',1772445600000,'shop','system',X'ef80c575fb282df1e004e8360aaa06945de379fc2a76671f79ec9adf5b60a222',0,'ok','','','A-1','released','');
INSERT INTO command VALUES(5,5,'o2','order_event',1772446200000,'shop','system',X'35d57bc414a4ed1eb8e0b7cbcca78c7d9a0c4de73b72f281495a96470ded5db7',0,'ok','','','A-1','allocated','allocate');
INSERT INTO command VALUES(6,6,'o3','order_event',1772446800000,'shop','system',X'd2e1ae46df473720baf6fde7c56e28af2889f1e63581cc946183a9cae726a5ed',0,'ok','','','A-1','shipped','ship');
INSERT INTO command VALUES(7,7,'o4','import_order',1772532000000,'shop','system',X'95f987a155a187c2bd271785d96527566033ebda12f20d74c4b31ab84fbb61e7',0,'ok','','','A-2','released','');
INSERT INTO command VALUES(8,8,'o5','order_event',1772532600000,'shop','system',X'3b3d4608c77797db138d9fb6ff174e15b1dfbdf8cbf5376ae61eb5a1138abd85',0,'ok','','','A-2','allocated','allocate');
CREATE TABLE account(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, kind INTEGER NOT NULL, unit TEXT NOT NULL, place TEXT NOT NULL,
  status TEXT NOT NULL, detail TEXT NOT NULL, owner TEXT NOT NULL, pool TEXT NOT NULL, floor INTEGER NOT NULL);
INSERT INTO account VALUES(1,3,0,'TEA','supplier','virtual','','','',-9223372036854775808);
INSERT INTO account VALUES(2,3,0,'TEA','DC1','available','','','',0);
INSERT INTO account VALUES(3,3,1,'USD','main','assets:inventory','','','',-9223372036854775808);
INSERT INTO account VALUES(4,3,1,'USD','main','liabilities:goods_received','','','',-9223372036854775808);
INSERT INTO account VALUES(5,5,0,'TEA','customer','virtual','','','',-9223372036854775808);
INSERT INTO account VALUES(6,6,1,'USD','main','expenses:cogs','','','',-9223372036854775808);
CREATE TABLE transfer(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, kind INTEGER NOT NULL,
  debit INTEGER NOT NULL, credit INTEGER NOT NULL, amount INTEGER NOT NULL, pending INTEGER NOT NULL, code INTEGER NOT NULL,
  reference TEXT NOT NULL, effective INTEGER NOT NULL);
INSERT INTO transfer VALUES(1,3,3,0,0,1,10,0,0,'PO-1',1772356200000);
INSERT INTO transfer VALUES(2,3,3,0,2,3,4000,0,0,'PO-1',1772356200000);
INSERT INTO transfer VALUES(3,5,5,1,1,4,2,0,0,'A-1',1772446200000);
INSERT INTO transfer VALUES(4,6,6,2,1,4,2,3,0,'A-1',1772446800000);
INSERT INTO transfer VALUES(5,6,6,0,5,2,800,0,0,'A-1',1772446800000);
INSERT INTO transfer VALUES(6,8,8,1,1,4,3,0,0,'A-2',1772532600000);
CREATE TABLE order_doc(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, id TEXT NOT NULL,
  revision INTEGER NOT NULL, source TEXT NOT NULL, channel TEXT NOT NULL, customer TEXT NOT NULL, currency TEXT NOT NULL,
  total INTEGER NOT NULL, placed INTEGER NOT NULL, imported INTEGER NOT NULL, body TEXT NOT NULL);
INSERT INTO order_doc VALUES(1,4,4,'A-1',1,'shop','web','C1','USD',2000,1772442000000,1772445600000,'{"id":"A-1","source":"shop","revision":1,"channel":"web","placed":"2026-03-02T09:00:00Z","currency":"USD","customer":{"id":"C1","segment":"retail"},"ship_to":{"country":"US","postal_code":"12345"},"payment":{"state":"captured","method":"card","amount":"20.00 USD"}}');
INSERT INTO order_doc VALUES(2,7,7,'A-2',1,'shop','web','C1','USD',3000,1772528400000,1772532000000,'{"id":"A-2","source":"shop","revision":1,"channel":"web","placed":"2026-03-03T09:00:00Z","currency":"USD","customer":{"id":"C1","segment":"retail","name":"Ada Byron","email":"ada@example.org"},"ship_to":{"country":"US","postal_code":"12345","street":"1 Elm Street"},"payment":{"state":"captured","method":"card","amount":"30.00 USD"}}');
CREATE TABLE order_line(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, order_seq INTEGER NOT NULL, number INTEGER NOT NULL,
  item TEXT NOT NULL, title TEXT NOT NULL, quantity INTEGER NOT NULL, unit_price TEXT NOT NULL, net INTEGER NOT NULL, service INTEGER NOT NULL);
INSERT INTO order_line VALUES(1,4,1,1,'TEA','Tea',2,'10',2000,0);
INSERT INTO order_line VALUES(2,7,2,1,'TEA','Tea',3,'10',3000,0);
CREATE TABLE return_doc(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, id TEXT NOT NULL,
  source TEXT NOT NULL, customer TEXT NOT NULL, requested INTEGER NOT NULL, currency TEXT NOT NULL);
CREATE TABLE return_line(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, return_id TEXT NOT NULL, number INTEGER NOT NULL,
  order_id TEXT NOT NULL, order_line INTEGER NOT NULL, item TEXT NOT NULL, quantity INTEGER NOT NULL, claimed_net INTEGER NOT NULL,
  reason TEXT NOT NULL, condition TEXT NOT NULL, service INTEGER NOT NULL, verdict TEXT NOT NULL, reasons TEXT NOT NULL,
  refund INTEGER NOT NULL, fee INTEGER NOT NULL, sold INTEGER NOT NULL, rule TEXT NOT NULL);
CREATE TABLE transition(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, subject TEXT NOT NULL,
  workflow TEXT NOT NULL, version INTEGER NOT NULL, event TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, at INTEGER NOT NULL);
INSERT INTO transition VALUES(1,4,4,'A-1','order',1,'import','','imported',1772445600000);
INSERT INTO transition VALUES(2,4,4,'A-1','order',1,'validate','imported','validated',1772445600000);
INSERT INTO transition VALUES(3,4,4,'A-1','order',1,'','validated','released',1772445600000);
INSERT INTO transition VALUES(4,5,5,'A-1','order',1,'allocate','released','allocated',1772446200000);
INSERT INTO transition VALUES(5,6,6,'A-1','order',1,'ship','allocated','shipped',1772446800000);
INSERT INTO transition VALUES(6,7,7,'A-2','order',1,'import','','imported',1772532000000);
INSERT INTO transition VALUES(7,7,7,'A-2','order',1,'validate','imported','validated',1772532000000);
INSERT INTO transition VALUES(8,7,7,'A-2','order',1,'','validated','released',1772532000000);
INSERT INTO transition VALUES(9,8,8,'A-2','order',1,'allocate','released','allocated',1772532600000);
CREATE TABLE hold_event(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, order_id TEXT NOT NULL,
  rule TEXT NOT NULL, line INTEGER NOT NULL, action INTEGER NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL, queue TEXT NOT NULL,
  blocks TEXT NOT NULL, at INTEGER NOT NULL, policy INTEGER NOT NULL, reads TEXT NOT NULL);
CREATE TABLE decision(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, subject TEXT NOT NULL,
  kind TEXT NOT NULL, rule TEXT NOT NULL, verdict TEXT NOT NULL, policy INTEGER NOT NULL, reads TEXT NOT NULL);
INSERT INTO decision VALUES(1,5,5,'A-1','allocation','web_orders','full from 1 location',1,'{"order.channel":"web"}');
INSERT INTO decision VALUES(2,8,8,'A-2','allocation','web_orders','full from 1 location',1,'{"order.channel":"web"}');
CREATE TABLE outbox(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, type TEXT NOT NULL,
  subject TEXT NOT NULL, data TEXT NOT NULL, at INTEGER NOT NULL);
INSERT INTO outbox VALUES(1,3,3,'stock.received','TEA','{"id":"TEA","state":"DC1","command":"r1"}',1772356200000);
INSERT INTO outbox VALUES(2,4,4,'order.released','A-1','{"id":"A-1","state":"released","command":"o1"}',1772445600000);
INSERT INTO outbox VALUES(3,5,5,'order.allocated','A-1','{"id":"A-1","state":"allocated","command":"o2"}',1772446200000);
INSERT INTO outbox VALUES(4,6,6,'order.shipped','A-1','{"id":"A-1","state":"shipped","command":"o3"}',1772446800000);
INSERT INTO outbox VALUES(5,7,7,'order.released','A-2','{"id":"A-2","state":"released","command":"o4"}',1772532000000);
INSERT INTO outbox VALUES(6,8,8,'order.allocated','A-2','{"id":"A-2","state":"allocated","command":"o5"}',1772532600000);
CREATE TABLE item_version(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, sku TEXT NOT NULL, body TEXT NOT NULL);
INSERT INTO item_version VALUES(1,1,1,'TEA','{"sku":"TEA","unit_cost":"4.00 USD"}');
CREATE TABLE location_version(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, command_seq INTEGER NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL);
INSERT INTO location_version VALUES(1,2,2,'DC1','{"id":"DC1","kind":"warehouse","country":"US","active":true,"priority":100,"safety_stock":0}');
CREATE TABLE policy_version(seq INTEGER PRIMARY KEY, commit_seq INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT INTO policy_version VALUES(1,1,'0a89c7cde76ba436117c41e6aba4855af54320fe83cbf66734af0ab930a24a62');
CREATE TABLE instance(subject TEXT PRIMARY KEY, workflow TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO instance VALUES('A-1','order',1,'shipped');
INSERT INTO instance VALUES('A-2','order',1,'allocated');
CREATE TABLE sale_line(customer TEXT NOT NULL, item TEXT NOT NULL, placed INTEGER NOT NULL, line_seq INTEGER NOT NULL,
  remaining INTEGER NOT NULL, PRIMARY KEY(customer, item, placed, line_seq)) WITHOUT ROWID;
INSERT INTO sale_line VALUES('C1','TEA',1772442000000,1,2);
INSERT INTO sale_line VALUES('C1','TEA',1772528400000,2,3);
CREATE TABLE item(sku TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO item VALUES('TEA','{"sku":"TEA","unit_cost":"4.00 USD"}');
CREATE TABLE location(id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO location VALUES('DC1','{"id":"DC1","kind":"warehouse","country":"US","active":true,"priority":100,"safety_stock":0}');
CREATE TABLE snapshot(seq INTEGER PRIMARY KEY, format INTEGER NOT NULL, commit_seq INTEGER NOT NULL, transfer_seq INTEGER NOT NULL,
  chain BLOB NOT NULL, checksum BLOB NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX command_id ON command(id);
CREATE INDEX command_subject ON command(subject);
CREATE INDEX transfer_command ON transfer(command_seq);
CREATE UNIQUE INDEX order_doc_id ON order_doc(id, revision);
CREATE INDEX order_doc_customer ON order_doc(customer) WHERE customer != '';
CREATE INDEX order_line_order ON order_line(order_seq);
CREATE UNIQUE INDEX return_doc_id ON return_doc(id);
CREATE INDEX return_line_return ON return_line(return_id);
CREATE INDEX return_line_order ON return_line(order_id, order_line);
CREATE INDEX transition_subject ON transition(subject);
CREATE INDEX hold_event_order ON hold_event(order_id);
CREATE INDEX decision_command ON decision(command_seq);
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
COMMIT;
