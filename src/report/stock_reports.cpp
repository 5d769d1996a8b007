// Stock against what it should be, promises and what is behind them, what channels were told.
#include "report/stock_reports.hpp"

#include "report/money_sql.hpp"

namespace bylaw::inline v0::report {

namespace {

#define BYLAW_ON_HAND                                                                                                                                  \
  "WITH m AS (SELECT account, sum(posted) AS posted FROM movement GROUP BY account), r AS (SELECT account, sum(amount) AS amount FROM "                \
  "reservation_open GROUP BY account), s AS (SELECT a.unit AS item, a.place AS location, a.status, a.detail AS lot, a.pool, coalesce(m.posted, 0) AS " \
  "on_hand, coalesce(r.amount, 0) AS reserved FROM account a LEFT JOIN m ON m.account=a.seq-1 LEFT JOIN r ON r.account=a.seq-1 WHERE a.kind=0 AND "    \
  "a.floor != -9223372036854775808 AND a.status != 'backorder') "

#define BYLAW_TIME(ms) "CASE WHEN " ms "=0 THEN '' ELSE strftime('%Y-%m-%d %H:%M', " ms "/1000, 'unixepoch') END"

constexpr Report all[] = {
    {"stock_levels", "items with what lies there, what is free, and whether that is below safety stock or at the point of ordering again",
     BYLAW_ON_HAND
     ", l AS (SELECT json_extract(body, '$.item') AS item, json_extract(body, '$.location') AS location, CAST(json_extract(body, "
     "'$.safety_stock') AS INTEGER) AS safety_stock, CAST(json_extract(body, '$.reorder_point') AS INTEGER) AS reorder_point FROM catalog_now WHERE "
     "kind='stock_level'), t AS (SELECT item, location, sum(on_hand) AS on_hand, sum(reserved) AS reserved FROM s WHERE status='available' GROUP BY "
     "item, location UNION ALL SELECT item, '*', sum(on_hand), sum(reserved) FROM s WHERE status='available' GROUP BY item UNION ALL SELECT l.item, "
     "l.location, 0, 0 FROM l WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.item=l.item AND s.status='available' AND (l.location='*' OR s.location=l.location))) "
     "SELECT t.item, t.location, "
     "t.on_hand, t.reserved, t.on_hand - t.reserved AS available, l.safety_stock, l.reorder_point, coalesce(t.on_hand < l.safety_stock, 0) AS "
     "below_safety_stock, coalesce(t.on_hand <= l.reorder_point, 0) AS at_reorder_point FROM t LEFT JOIN l ON l.item=t.item AND "
     "l.location=t.location ORDER BY t.item, t.location"},
    {"shelves", "what lies where, by status, lot and the channel it is kept for",
     BYLAW_ON_HAND "SELECT item, location, status, lot, pool AS kept_for, on_hand, reserved, on_hand - reserved AS free FROM s WHERE on_hand != 0 OR reserved "
                   "!= 0 ORDER BY item, location, status, lot, pool"},
    {"supply", "what is to come, how much of it has, and what of it is promised",
     "SELECT supply, kind, item, location, from_location, ordered, received, " BYLAW_TIME(
         "due") " AS due, CASE WHEN closed THEN 'closed' WHEN sent THEN 'sent' ELSE "
                "'open' END AS state, coalesce((SELECT sum(p.quantity) FROM promise_open p WHERE p.stands_on='supply' AND p.behind=s.supply AND p.item=s.item "
                "AND "
                "p.location=s.location), 0) AS promised, cause FROM supply_now s ORDER BY closed, due, supply, item"},
    {"promises", "open promises: for whom, from where, and what is behind them",
     "SELECT reference, item, location, quantity, stands_on, behind, channel, " BYLAW_TIME("due") " AS due, " BYLAW_TIME(
         "expires") " AS expires FROM promise_open "
                    "ORDER BY item, seq"},
    {"at_risk", "orders and money behind each supply: what is late when it is",
     "SELECT p.behind AS supply, " BYLAW_TIME(
         "p.due") " AS due, p.due > 0 AND p.due < (SELECT max(recorded_at) FROM commit_log) AS overdue, p.reference AS order_id, p.item, "
                  "p.location, sum(p.quantity) AS quantity, o.customer, CASE WHEN o.currency IS NULL THEN '' ELSE " BYLAW_MONEY(
                      "coalesce((SELECT sum(l.net) * sum(p.quantity) / "
                      "sum(l.quantity) FROM order_line l WHERE l.order_seq=o.order_seq AND l.item=p.item), 0)",
                      "o.currency") " END AS value, o.currency FROM promise_open p LEFT "
                                    "JOIN order_now o ON o.order_id=p.reference WHERE p.stands_on='supply' GROUP BY p.behind, p.reference, p.item, p.location "
                                    "ORDER BY p.due, p.behind, "
                                    "p.reference, p.item"},
    {"promise_changes", "promises that were dated anew: before, now and why",
     "SELECT subject AS order_id, json_extract(data, '$.before') AS before, json_extract(data, '$.now') AS now, json_extract(data, '$.cause') AS cause, "
     "strftime('%Y-%m-%d %H:%M', at/1000, 'unixepoch') AS at FROM outbox WHERE type='order.promise_changed' ORDER BY seq"},
    {"oversold", "accepted orders that were later cancelled, dated later or short for lack of stock, with the cause",
     "SELECT subject AS order_id, type AS what, coalesce(json_extract(data, '$.cause'), '') AS cause, json_extract(data, '$.command') AS command, "
     "strftime('%Y-%m-%d %H:%M', at/1000, 'unixepoch') AS at FROM outbox WHERE type='order.cancelled_short' OR type='order.short' OR "
     "(type='order.promise_changed' "
     "AND (json_extract(data, '$.now')='' OR json_extract(data, '$.now') > json_extract(data, '$.before'))) ORDER BY seq"},
    {"channel_feed", "what each channel was told of each item, and what that stood on",
     "SELECT channel, number, item, location, quantity, total, on_hand, reserved, rule, strftime('%Y-%m-%d %H:%M:%S', f.at/1000, 'unixepoch') AS at, c.id AS "
     "command FROM feed_event f JOIN command c ON c.seq=f.command_seq ORDER BY channel, number"},
    {"lot_out", "which orders were shipped which lot, and to whom",
     "SELECT l.item, l.lot, l.location, l.reference AS order_id, o.customer, l.quantity, strftime('%Y-%m-%d', l.at/1000, 'unixepoch') AS shipped FROM lot_out "
     "l "
     "LEFT JOIN order_now o ON o.order_id=l.reference ORDER BY l.item, l.lot, l.at, l.reference"},
    {"fulfilment", "orders by how far their parcels are", "SELECT status, count(*) AS orders FROM fulfilment GROUP BY status ORDER BY orders DESC, status"},
};

}  // namespace

std::span<Report const> stock_reports() { return all; }

}  // namespace bylaw::inline v0::report
