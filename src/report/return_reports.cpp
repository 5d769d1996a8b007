// Returns, refunds, and what is owed: the views of the store, as people read them.
#include "report/return_reports.hpp"

#include "report/money_sql.hpp"

namespace bylaw::inline v0::report {

namespace {

#define BYLAW_RATE "printf('%.2f', 100.0 * returned / max(sold, 1)) AS percent"

constexpr Report all[] = {
    {"return_counters", "units of every line of every return: announced, received, accepted, rejected, refunded, restocked, exchanged",
     "SELECT * FROM return_counter ORDER BY return_id, line"},
    {"refunds", "every refund with what it is made of, what was kept, and what was paid",
     "SELECT refund, order_id, return_id, currency, " BYLAW_MONEY("sum(gross)", "currency") " AS gross, " BYLAW_MONEY(
         "sum(tax)",
         "currency") " AS tax, " BYLAW_MONEY("sum(fee + fee_tax)",
                                             "currency") " AS kept, " BYLAW_MONEY("sum(gross - fee - fee_tax)",
                                                                                  "currency") " AS paid, max(reason) AS reason, strftime('%Y-%m-%d', "
                                                                                              "min(at)/1000, 'unixepoch') AS at FROM refund_part GROUP BY "
                                                                                              "refund, order_id, return_id, currency ORDER BY min(seq)"},
    {"refund_liability", "what is owed to customers for returns that are authorized and not paid back yet",
     "SELECT return_id, state, currency, " BYLAW_MONEY("owed", "currency") " AS owed, strftime('%Y-%m-%d', requested/1000, 'unixepoch') AS since FROM "
                                                                           "refund_liability ORDER BY requested, return_id"},
    {"return_rate", "units that are asked back for a hundred sold, by item, category, channel, reason and root cause",
     "SELECT dimension, value, sold, returned, " BYLAW_RATE " FROM return_rate ORDER BY dimension, returned DESC, value"},
    {"refund_cycle", "hours from asking for a return to the first refund: returns, mean and longest, by reason",
     "SELECT reason, count(*) AS returns, printf('%.1f', avg(hours)) AS hours_mean, printf('%.1f', max(hours)) AS hours_max FROM refund_cycle GROUP BY reason "
     "ORDER "
     "BY returns DESC, reason"},
    {"disposition_turnaround", "hours from a unit's coming to its going where it belongs, by disposition",
     "SELECT disposition, sum(units) AS units, printf('%.1f', sum(hours * units) / sum(units)) AS hours_mean, printf('%.1f', max(hours)) AS hours_max FROM "
     "disposition_turnaround GROUP BY disposition ORDER BY units DESC, disposition"},
    {"waiting_goods", "units that came back and wait to be looked at",
     "SELECT return_id, line, item, received - accepted - rejected AS units, received, accepted, rejected FROM return_counter WHERE received > accepted + "
     "rejected "
     "ORDER BY return_id, line"},
    {"unmapped_reasons", "reasons of returns in words of the customer's own, which are no codes",
     "SELECT reason, count(*) AS lines, sum(quantity) AS units FROM return_line WHERE reason != '' AND reason GLOB '*[^A-Z0-9_]*' GROUP BY reason ORDER BY "
     "lines DESC, "
     "reason"},
    {"exceptions", "what a person has to look at: kind, owner, what it is about, since when",
     "SELECT subject AS exception, json_extract(CAST(data AS TEXT), '$.\"exception.kind\"') AS kind, state, json_extract(CAST(data AS TEXT), "
     "'$.\"exception.owner\"') AS owner, coalesce(json_extract(CAST(data AS TEXT), '$.\"exception.return\"'), json_extract(CAST(data AS TEXT), "
     "'$.\"exception.order\"'), '') AS about, coalesce(json_extract(CAST(data AS TEXT), '$.\"exception.item\"'), '') AS item, coalesce(json_extract(CAST(data "
     "AS "
     "TEXT), '$.\"exception.units\"'), '') AS units, coalesce(json_extract(CAST(data AS TEXT), '$.\"exception.amount\"'), '') AS amount, strftime('%Y-%m-%d "
     "%H:%M', "
     "since/1000, 'unixepoch') AS since FROM instance WHERE workflow='exception' AND closed=0 ORDER BY seq"},
};

}  // namespace

std::span<Report const> return_reports() { return all; }

}  // namespace bylaw::inline v0::report
