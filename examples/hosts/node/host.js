// A host in Node through Node-API. Usage: node host.js POLICY STORE [FOLDER of bylaw.node]
'use strict';
const path = require('path');
const bylaw = require(path.resolve(process.argv[4] || __dirname, 'bylaw.node'));

const nowMs = Date.UTC(2026, 10, 1, 10);
const policy = bylaw.policyLoad(process.argv[2]);
const decision = JSON.parse(bylaw.policyDecide(policy, JSON.stringify({order: {total: '1500.00 USD'}, customer: {trusted: false}}), nowMs));
console.log('decided:', decision.holds[0].rule);

// Typed arrays are read where they lie. The answer has an end for each order, as in bylaw.h.
const ends = bylaw.decideColumns(policy, 3, {'order.total': new BigInt64Array([99900n, 150000n, 150000n]), 'order.customer.trusted': new Uint8Array([0, 0, 1])}, nowMs);
console.log('columns:', ...ends.map((end, i) => (end > (i > 0 ? ends[i - 1] : 0) ? 'held' : 'free')));

const at = '2026-11-01T10:00:00Z';
const engine = bylaw.engineOpen(process.argv[3], policy);
const submit = (command) => JSON.parse(bylaw.engineSubmit(engine, JSON.stringify(command)));
submit({command_id: '1', command: 'define_item', at, sku: 'TEA'});
const order = {id: 'A-1', source: 'shop', channel: 'web', currency: 'USD', placed: at, customer: {id: 'C-1', trusted: false}, lines: [{item: 'TEA', quantity: 3, unit_price: '500.00'}]};
console.log('order A-1:', submit({command_id: '2', command: 'import_order', at, ...order}).state);
const release = {order: 'A-1', rule: 'large_order', by: {user: 'ann', role: 'order_desk'}};
console.log('order A-1:', submit({command_id: '3', command: 'release_hold', at: '2026-11-01T11:00:00Z', ...release}).state);
bylaw.engineClose(engine);

try {
  bylaw.policyCompile('p.bylaw', 'policy p { currency XXX; time zone "UTC"; }');
} catch (wrong) {
  console.log('bad policy:', JSON.parse(wrong.message).diagnostics[0].code);
}
