#include <bylaw/report/report.hpp>

#include <cstdlib>

#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/values/zone.hpp>

#include "report/money_sql.hpp"
#include "report/return_reports.hpp"
#include "report/stock_reports.hpp"
#include "report/timed.hpp"

namespace bylaw::inline v0::report {

namespace {

std::vector<Report> const all = {
    {"summary", "orders, holds, automation, returns and books in a few figures",
     "SELECT 'orders' AS figure, count(*) AS value FROM instance WHERE workflow='order' "
     "UNION ALL SELECT 'order lines', count(*) FROM order_line l JOIN order_now o ON o.order_seq=l.order_seq "
     "UNION ALL SELECT 'orders ' || state, count(*) FROM instance WHERE workflow='order' GROUP BY state "
     "UNION ALL SELECT 'holds open', count(*) FROM hold_open "
     "UNION ALL SELECT 'orders released with no human command, percent', printf('%.1f', 100.0 * sum(NOT EXISTS (SELECT 1 FROM hold_event h "
     "WHERE h.order_id=i.subject)) / max(count(*),1)) FROM instance i WHERE workflow='order' AND state NOT IN ('rejected') "
     "UNION ALL SELECT 'allocations', count(*) FROM decision WHERE kind='allocation' "
     "UNION ALL SELECT 'allocations split over locations', count(*) FROM decision WHERE kind='allocation' AND verdict LIKE 'full from%' AND verdict NOT LIKE "
     "'%from 1 location%' "
     "UNION ALL SELECT 'allocations short of stock', count(*) FROM decision WHERE kind='allocation' AND verdict LIKE 'short%' "
     "UNION ALL SELECT 'returns', count(*) FROM instance WHERE workflow='return' "
     "UNION ALL SELECT 'returns ' || state, count(*) FROM instance WHERE workflow='return' GROUP BY state "
     "UNION ALL SELECT 'commands refused', count(*) FROM command WHERE status=1"},
    {"orders", "orders by state, with their value",
     "SELECT state, currency, count(*) AS orders, " BYLAW_MONEY("sum(total)",
                                                                "currency") " AS value FROM order_now GROUP BY state, currency ORDER BY orders DESC"},
    {"holds", "open holds: order, rule, reason, queue, since when",
     "SELECT order_id, rule, line, reason, text, queue, strftime('%Y-%m-%d %H:%M', at/1000, 'unixepoch') AS since FROM hold_open ORDER BY at, order_id"},
    {"dead_letters", "events that fitted nowhere or waited in vain; `redrive` tries one again",
     "SELECT d.seq AS letter, i.subject, i.workflow, i.state, d.event, d.user AS who, d.reason, strftime('%Y-%m-%d %H:%M', c.at/1000, 'unixepoch') AS since "
     "FROM dead_letter d JOIN instance i ON i.seq=d.instance LEFT JOIN command c ON c.seq=d.command_seq ORDER BY d.seq"},
    {"parked", "events that wait until they fit",
     "SELECT i.subject, i.workflow, i.state, p.event, p.user AS who, strftime('%Y-%m-%d %H:%M', p.deadline/1000, 'unixepoch') AS until "
     "FROM parked_now p JOIN instance i ON i.seq=p.instance ORDER BY p.deadline"},
    {"clocks", "clocks that tick, the next thousand",
     "SELECT i.subject, i.workflow, i.state, t.name AS clock, CASE t.elapsed WHEN 0 THEN strftime('%Y-%m-%d %H:%M', t.due/1000, 'unixepoch') ELSE 'has run "
     "out' "
     "END AS due FROM timer t JOIN instance i ON i.seq=t.instance ORDER BY t.elapsed, t.due LIMIT 1000"},
    {"clocks_failed", "clocks whose work was refused: why is in `audit`",
     "SELECT i.subject, i.workflow, i.state, t.name AS clock, strftime('%Y-%m-%d %H:%M', t.due/1000, 'unixepoch') AS at FROM timer_event t "
     "JOIN instance i ON i.seq=t.instance WHERE t.action=4 AND i.closed=0 ORDER BY t.seq"},
    {"stops", "stops of persons that are not lifted",
     "SELECT name, what, target, blocks, reason, text, CASE until_at WHEN 9223372036854775807 THEN '' ELSE strftime('%Y-%m-%d %H:%M', until_at/1000, "
     "'unixepoch') "
     "END AS until, lift_by FROM stop_now ORDER BY name"},
    {"instances", "what moves, by workflow, version and state",
     "SELECT d.name AS workflow, d.version, i.state, CASE i.closed WHEN 0 THEN 'open' ELSE 'finished' END AS condition, count(*) AS instances FROM instance i "
     "JOIN workflow_definition d ON d.seq=i.definition GROUP BY d.name, d.version, i.state, i.closed ORDER BY d.name, d.version, instances DESC"},
    {"availability", "stock by item and location, lot or serial and pool: on hand, reserved, available",
     "SELECT unit AS item, place AS location, status, detail AS lot, pool, posted AS on_hand, pending_out AS reserved, posted - pending_out AS available "
     "FROM balance_now WHERE kind=0 AND status != 'virtual' AND (posted != 0 OR pending_out != 0) ORDER BY unit, place, status, detail, pool"},
    {"stock", "units by place and status, over all items; the last line is their sum, which is 0",
     "SELECT place, status, sum(posted) AS units FROM balance_now WHERE kind=0 GROUP BY place, status "
     "UNION ALL SELECT 'sum', '', coalesce(sum(posted),0) FROM balance_now WHERE kind=0"},
    {"costs", "what cost pools hold, beside the units on hand at their place",
     "SELECT item, place, method, quantity, on_hand, on_hand - quantity AS not_costed FROM cost_now ORDER BY item, place"},
    {"money", "balance of every account of the books, debits positive; the last line is their sum, which is 0",
     "SELECT status AS account, unit AS currency, " BYLAW_MONEY("-posted", "unit") " AS balance FROM balance_now WHERE kind=1 "
                                                                                   "UNION ALL SELECT 'sum', unit, " BYLAW_MONEY(
                                                                                       "-sum(posted)", "unit") " FROM balance_now WHERE kind=1 GROUP BY unit"},
    {"order_balances", "what each order comes to, what was paid and paid back, and what is outstanding: below 0 it is owed to the customer",
     "SELECT b.order_id, b.state, b.currency, " BYLAW_MONEY("o.total", "b.currency") " AS total, " BYLAW_MONEY("b.paid", "b.currency") " AS paid, " BYLAW_MONEY(
         "b.refunded", "b.currency") " AS refunded, " BYLAW_MONEY("b.outstanding",
                                                                  "b.currency") " AS outstanding FROM order_balance b JOIN order_now o ON "
                                                                                "o.order_id = b.order_id ORDER BY b.order_id"},
    {"money_by_company", "balance of every account of the books by company, debits positive",
     "SELECT place AS company, status AS account, unit AS currency, " BYLAW_MONEY(
         "-posted",
         "unit") " AS balance, (SELECT count(DISTINCT place) FROM account WHERE kind=1) AS companies FROM balance_now WHERE kind=1 ORDER BY place, status, "
                 "unit"},
    {"margin", "sales, returns, cost and margin by currency",
     "WITH b AS (SELECT a.unit, a.status, -sum(m.posted) AS v FROM movement m JOIN account a ON a.seq - 1 = m.account WHERE a.kind=1 GROUP BY a.unit, "
     "a.status), "
     "s AS (SELECT unit, -sum(CASE WHEN status IN ('income:sales','income:return_fees') THEN v ELSE 0 END) AS sales, "
     "sum(CASE WHEN status='income:returns' THEN v ELSE 0 END) AS returned, "
     "sum(CASE WHEN status IN ('expenses:cogs','expenses:write_off') THEN v ELSE 0 END) AS cost FROM b GROUP BY unit) "
     "SELECT unit AS currency, " BYLAW_MONEY("sales", "unit") " AS sales, " BYLAW_MONEY("returned", "unit") " AS returns, " BYLAW_MONEY(
         "cost", "unit") " AS cost, " BYLAW_MONEY("sales - returned - cost", "unit") " AS margin FROM s"},
    {"returns", "returns by state and verdict of their lines, with what is paid back",
     "SELECT r.state, l.verdict, l.reasons, count(*) AS lines, sum(l.quantity) AS units, " BYLAW_MONEY(
         "sum(l.refund)", "r.currency") " AS refund, " BYLAW_MONEY("sum(l.fee)",
                                                                   "r.currency") " AS fees FROM return_line l JOIN return_now r ON r.return_id = l.return_id "
                                                                                 "GROUP BY r.state, l.verdict, l.reasons, r.currency ORDER BY lines DESC"},
    {"return_lines", "every line of every return with the sale it was matched to",
     "SELECT l.return_id, l.number, d.customer, l.item, l.quantity, l.order_id, l.order_line, l.verdict, l.reasons, "
     "strftime('%Y-%m-%dT%H:%M:%SZ', d.requested/1000, 'unixepoch') AS requested, "
     "CASE WHEN l.sold = 0 THEN '' ELSE strftime('%Y-%m-%dT%H:%M:%SZ', l.sold/1000, 'unixepoch') END AS sold, " BYLAW_MONEY(
         "l.claimed_net", "d.currency") " AS claimed, " BYLAW_MONEY("l.refund",
                                                                    "d.currency") " AS refund, l.rule "
                                                                                  "FROM return_line l JOIN return_doc d ON d.id = l.return_id ORDER BY l.seq"},
    {"attributes", "orders by each attribute of the host and its value",
     "SELECT a.key AS attribute, a.value AS value, count(*) AS orders FROM order_doc d, json_each(d.body, '$.attributes') a GROUP BY a.key, a.value ORDER BY "
     "a.key, orders DESC"},
    {"held", "orders that a rule ever held, by rule",
     "SELECT rule, count(DISTINCT order_id) AS orders FROM hold_event WHERE action <= 1 GROUP BY rule ORDER BY orders DESC"},
    {"held_attributes", "orders that were ever held, by attribute of the host and its value",
     "SELECT a.key AS attribute, a.value AS value, count(*) AS orders FROM order_doc d, json_each(d.body, '$.attributes') a "
     "WHERE EXISTS (SELECT 1 FROM hold_event h WHERE h.order_id = d.id) GROUP BY a.key, a.value ORDER BY a.key, orders DESC"},
    {"commands", "commands by kind and outcome",
     "SELECT kind, CASE status WHEN 0 THEN 'accepted' ELSE 'refused' END AS status, code, count(*) AS commands FROM command GROUP BY kind, status, code ORDER "
     "BY commands DESC"},
    {"outbox", "messages for the outside by type",
     "SELECT type, count(*) AS messages, strftime('%Y-%m-%d %H:%M', max(at)/1000, 'unixepoch') AS newest FROM outbox GROUP BY type ORDER BY messages DESC"},
    {"requests", "what waits for an answer, for whom and since when",
     "SELECT request, rules, requester, on_behalf_of, json_extract(attributes, '$.\"approval.of\"') AS asks_for, json_extract(attributes, "
     "'$.\"approval.order\"') AS order_id, json_extract(attributes, '$.\"approval.amount\"') AS amount, json_extract(attributes, '$.\"approval.queue\"') AS "
     "queue, json_extract(attributes, '$.\"approval.by\"') AS ask, approvals, strftime('%Y-%m-%d %H:%M', since/1000, 'unixepoch') AS since FROM request_open "
     "ORDER BY since, request"},
    {"answers", "who answered which request, and how",
     "SELECT i.subject AS request, a.answer, a.user AS who, a.role, a.on_behalf_of, a.note, strftime('%Y-%m-%d %H:%M', c.at/1000, 'unixepoch') AS at FROM "
     "request_answer a JOIN instance i ON i.seq=a.instance JOIN command c ON c.seq=a.command_seq ORDER BY a.seq"},
    {"delegations", "who may act for whom, and until when",
     "SELECT from_user, to_user, role, strftime('%Y-%m-%d %H:%M', begins/1000, 'unixepoch') AS begins, strftime('%Y-%m-%d %H:%M', ends/1000, 'unixepoch') AS "
     "ends FROM delegation_event d WHERE revoked=0 AND seq=(SELECT max(seq) FROM delegation_event x WHERE x.to_user=d.to_user AND x.from_user=d.from_user AND "
     "x.role=d.role) ORDER BY ends, from_user, to_user"},
    {"deliveries", "how far each consumer of messages is",
     "SELECT consumer, types, depth_max, leased, retrying, dead, attempts_max, strftime('%Y-%m-%d %H:%M', oldest_at/1000, 'unixepoch') AS oldest FROM "
     "delivery_health ORDER BY consumer"},
    {"dead_messages", "messages that nobody could deliver; `redrive_messages` tries them again",
     "SELECT consumer, message, type, subject, attempts, reason, strftime('%Y-%m-%d %H:%M', at/1000, 'unixepoch') AS at FROM delivery_dead ORDER BY consumer, "
     "message"},
    {"alerts", "what is over its limits since `check_health` looked last",
     "SELECT name, value, limit_value, strftime('%Y-%m-%d %H:%M', at/1000, 'unixepoch') AS since FROM alert_now ORDER BY name"},
    {"catalog", "master data as it is today",
     "SELECT kind, id, CASE effective WHEN -9223372036854775808 THEN '' ELSE strftime('%Y-%m-%d', effective/1000, "
     "'unixepoch') END AS since, body FROM catalog_now ORDER BY kind, id"},
    {"catalog_changes", "who changed which master data, from when on",
     "SELECT e.kind, e.id, CASE e.effective WHEN -9223372036854775808 THEN 'always' ELSE strftime('%Y-%m-%d %H:%M', e.effective/1000, 'unixepoch') END AS "
     "effective, CASE e.removed WHEN 1 THEN 'removed' ELSE e.body END AS body, c.user AS who, strftime('%Y-%m-%d %H:%M', c.at/1000, 'unixepoch') AS at FROM "
     "catalog_entry e JOIN command c ON c.seq=e.command_seq ORDER BY e.seq"},
    {"activations", "policy versions that took force, wholly or for a part, or were tried in the shadow",
     "SELECT a.rollout, substr(p.hash, 1, 12) AS version, a.channels, a.locations, a.share_percent, c.user AS who, strftime('%Y-%m-%d %H:%M', a.at/1000, "
     "'unixepoch') AS at, EXISTS (SELECT 1 FROM activation_now n WHERE n.seq=a.seq) AS now FROM activation a JOIN policy_version p ON p.seq=a.policy LEFT JOIN "
     "command c ON c.seq=a.command_seq ORDER BY a.seq"},
    {"shadow", "where a version in the shadow would have decided otherwise, by rule",
     "SELECT substr(p.hash, 1, 12) AS version, d.rule, d.change, count(DISTINCT d.subject) AS orders, " BYLAW_MONEY(
         "sum(d.value)", "d.currency") " AS value FROM shadow_difference d JOIN policy_version p "
                                       "ON p.seq=d.shadow GROUP BY p.hash, d.rule, d.change, d.currency ORDER BY orders DESC"},
    {"policies", "policy versions that decided, with how many holds and decisions",
     "SELECT p.seq AS version, p.hash, (SELECT count(*) FROM hold_event h WHERE h.policy=p.seq) AS holds, (SELECT count(*) FROM decision d WHERE "
     "d.policy=p.seq) AS decisions FROM policy_version p ORDER BY p.seq"},
};

constexpr char const* audit_sql =
    "WITH RECURSIVE c AS (SELECT seq FROM command WHERE subject=?1), i AS (SELECT seq, last FROM instance WHERE subject=?1), "
    "h(seq) AS (SELECT last FROM i UNION ALL SELECT t.previous FROM transition t JOIN h ON t.seq=h.seq WHERE t.previous>0), e AS ("
    "SELECT command.seq AS command_seq, 0 AS part, 0 AS seq, 'command' AS what, kind || CASE WHEN note='' THEN '' ELSE ' ' || note END || "
    "CASE status WHEN 0 THEN CASE code WHEN 'ok' THEN '' ELSE ': ' || code END ELSE ': refused, ' || message END AS detail, '' AS rule, 0 AS policy, '' AS "
    "reads "
    "FROM command WHERE subject=?1 "
    "UNION ALL SELECT t.command_seq, 2, t.seq, 'state', CASE t.from_state WHEN '' THEN t.to_state ELSE t.from_state || ' -> ' || t.to_state END || "
    "CASE t.who WHEN '' THEN '' ELSE ' by ' || t.who END, t.event, 0, '' FROM h JOIN transition t ON t.seq=h.seq "
    "UNION ALL SELECT command_seq, 1, seq, 'hold ' || CASE action WHEN 0 THEN 'placed' WHEN 1 THEN 'waiting' WHEN 2 THEN 'released' WHEN 3 THEN 'cleared' "
    "WHEN 4 THEN 'escalated' WHEN 5 THEN 'expiring' ELSE 'expired' END, "
    "reason || ' ' || text || CASE late WHEN '' THEN '' ELSE ', came late: ' || late END || CASE WHEN action=4 THEN ', now with ' || owner ELSE '' END, rule, "
    "policy, reads FROM hold_event WHERE order_id=?1 "
    "UNION ALL SELECT d.command_seq, 1, d.seq, d.kind, d.verdict, d.rule, d.policy, d.reads FROM decision d JOIN c ON c.seq=d.command_seq "
    "UNION ALL SELECT f.command_seq, 1, f.seq, 'fact', f.path || ' = ' || f.value, '', 0, '' FROM order_fact f WHERE f.order_id=?1 "
    "UNION ALL SELECT v.command_seq, 1, v.seq, 'personal', v.path || CASE WHEN p.seq IS NULL THEN ' (erased)' ELSE '' END, '', 0, '' FROM personal_value v "
    "LEFT JOIN personal p ON p.seq=v.seq WHERE v.subject=?1 "
    "UNION ALL SELECT s.command_seq, 5, s.seq, 'shadow', s.change, s.rule, s.shadow, '' FROM shadow_difference s WHERE s.subject=?1 "
    "UNION ALL SELECT a.command_seq, 0, a.seq, 'request ' || a.answer, r.subject || CASE a.note WHEN '' THEN '' ELSE ': ' || a.note END, a.rules, 0, '' FROM "
    "request_answer a JOIN instance r ON r.seq=a.instance WHERE r.subject=?1 OR json_extract(CAST(r.data AS TEXT), '$.\"approval.order\"')=?1 "
    "UNION ALL SELECT p.command_seq, 4, p.seq, CASE p.action WHEN 0 THEN 'event parked' WHEN 1 THEN 'event delivered' WHEN 2 THEN 'dead letter' ELSE 'tried "
    "again' END, "
    "p.event || ': ' || p.reason, '', 0, '' FROM parked_event p JOIN i ON i.seq=p.instance "
    "UNION ALL SELECT t.command_seq, 3, t.seq, CASE t.kind WHEN 1 THEN 'reserved' WHEN 3 THEN 'reservation dropped' ELSE 'posted' END, "
    "t.amount || ' ' || da.unit || ' ' || da.place || '/' || da.status || ' -> ' || ca.place || '/' || ca.status, t.reference, 0, '' "
    "FROM transfer t JOIN c ON c.seq=t.command_seq JOIN account da ON da.seq-1=t.debit JOIN account ca ON ca.seq-1=t.credit) "
    "SELECT strftime('%Y-%m-%d %H:%M:%S', coalesce(c.at, (SELECT at FROM transition t WHERE t.seq=e.seq))/1000, 'unixepoch') AS at, "
    "coalesce(c.user || ' (' || c.role || ')' || CASE c.on_behalf_of WHEN '' THEN '' ELSE ' for ' || c.on_behalf_of END, 'host') AS who, e.what, e.detail, "
    "e.rule, coalesce(substr((SELECT hash FROM policy_version p WHERE p.seq=e.policy), 1, 12), '') AS policy, coalesce((SELECT file FROM policy_rule r WHERE "
    "r.policy=e.policy AND r.name=e.rule LIMIT 1), '') AS file, e.reads, coalesce(c.cause, '') AS cause FROM e LEFT JOIN command c ON c.seq=e.command_seq "
    "ORDER BY e.command_seq, e.part, e.seq";

}  // namespace

std::vector<Report> const& reports() {
  static std::vector<Report> const every = [] {
    auto out = all;
    auto const more = stock_reports();
    out.insert(out.end(), more.begin(), more.end());
    auto const returns = return_reports();
    out.insert(out.end(), returns.begin(), returns.end());
    return out;
  }();
  return every;
}

std::vector<Entry> list() {
  std::vector<Entry> out;
  for (auto const& report : reports()) out.push_back({report.name, report.about});
  for (auto const& report : timed_reports) out.push_back({report.name, report.about});
  return out;
}

Result<store::Table> migration(store::Reader& reader, rulebook::Rulebook const& book) {
  auto const open = reader.query(
      "SELECT i.subject, d.name, d.version, i.state, d.hash, (SELECT count(*) FROM parked_now p WHERE p.instance=i.seq) FROM instance i "
      "JOIN workflow_definition d ON d.seq=i.definition WHERE i.closed=0 ORDER BY d.name, d.version, i.seq");
  if (!open) return open;
  store::Table table{{"subject", "workflow", "from", "state", "verdict", "to", "why"}, {false, false, true, false, false, false, false}, {}};
  for (auto const& row : open->rows) {
    auto const* to = book.find_workflow(row[1]);
    if (to != nullptr && std::to_string(to->version) == row[2]) continue;
    if (to == nullptr) {
      table.rows.push_back({row[0], row[1], row[2], row[3], "unmapped", "", "the policy declares no workflow of this name"});
      continue;
    }
    auto const plan = rulebook::plan_migration(*to, std::atoi(row[2].c_str()), row[3]);
    if (std::atoi(row[2].c_str()) > to->version) {
      table.rows.push_back({row[0], row[1], row[2], row[3], "newer", "", plan.problem});
      continue;
    }
    bool const waits = row[5] != "0";
    table.rows.push_back({row[0], row[1], row[2], row[3],
                          plan.state.empty() ? "unmapped"
                          : waits            ? "blocked"
                                             : "moves",
                          plan.state, !plan.state.empty() && waits ? row[5] + " events wait for it" : plan.problem});
  }
  return table;
}

Result<store::Table> run(store::Reader& reader, std::string_view name, ZoneTable const& zones) {
  std::string names;
  for (auto const& report : timed_reports) {
    if (name == report.name) return report.run(reader, zones);
    names += std::string(report.name) + ", ";
  }
  for (auto const& report : reports()) {
    if (name == report.name) return reader.query(report.sql);
    names += std::string(report.name) + ", ";
  }
  names.resize(names.size() - 2);
  return failure("unknown_report", "there is no report `" + std::string(name) + "`", {}, "reports are " + names);
}

Result<store::Table> run(store::Reader& reader, std::string_view name) { return run(reader, name, ZoneTable{}); }

Result<store::Table> audit(store::Reader& reader, std::string const& subject) {
  auto table = reader.query(audit_sql, {subject});
  if (table && table->rows.empty()) return failure("unknown_order", "there is no order or return `" + subject + "`", {}, "check the id");
  return table;
}

Result<store::Table> standing(store::Reader& reader, std::string const& subject) {
  auto table = reader.query(
      "SELECT i.subject, i.workflow, i.state, i.since, i.closed, coalesce((SELECT group_concat(rule, ' ') FROM (SELECT DISTINCT rule FROM hold_open h WHERE "
      "h.order_id = i.subject ORDER BY rule)), '') AS holds FROM instance i WHERE i.subject = ?1",
      {subject});
  if (table && table->rows.empty()) return failure("unknown_order", "there is no order or return `" + subject + "`", {}, "check the id");
  return table;
}

Result<store::Table> journal(store::Reader& reader, std::int64_t after, std::int64_t count_max) {
  return reader.query(
      "SELECT c.seq, c.id, c.kind AS command, c.at, l.recorded_at AS recorded, c.user, c.role, CASE c.status WHEN 0 THEN 'accepted' ELSE 'refused' END AS "
      "status, "
      "c.code, c.message, c.subject, c.state, coalesce(p.hash, '') AS policy FROM command c JOIN commit_log l ON l.seq = c.commit_seq "
      "LEFT JOIN policy_version p ON p.seq = c.policy WHERE c.seq > CAST(?1 AS INTEGER) ORDER BY c.seq LIMIT CAST(?2 AS INTEGER)",
      {std::to_string(after), std::to_string(count_max)});
}

}  // namespace bylaw::inline v0::report
