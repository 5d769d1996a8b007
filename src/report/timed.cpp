// Queues, states and what waits: ages as queues count them.
#include "report/timed.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/policy/rules.hpp>

namespace bylaw::inline v0::report {

namespace {

std::int64_t number(std::string const& text) {
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string hours(std::int64_t ms) {
  auto const tenths = (ms * 10 + hour_ms / 2) / hour_ms;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// The time of the newest command, and the policy that decided last.
class Standpoint {
 public:
  static Result<Standpoint> take(store::Reader& reader, ZoneTable const& zones) {
    Standpoint out;
    auto const newest = reader.query("SELECT coalesce(max(at),0) FROM (SELECT max(at) AS at FROM command UNION ALL SELECT max(at) FROM transition)");
    if (!newest) return Unexpected{newest.error()};
    out.now = Timestamp(number(newest->rows[0][0]));
    auto const texts = reader.query("SELECT name, text, root FROM policy_source WHERE policy=(SELECT max(policy) FROM policy_source) ORDER BY seq");
    if (!texts) return Unexpected{texts.error()};
    std::vector<rulebook::KeptFile> files;
    for (auto const& row : texts->rows) files.push_back({row[0], row[1], row[2] == "1"});
    if (!files.empty()) out.book = rulebook::load_kept(files, zones).rulebook;
    return out;
  }

  /// Time since then as the queue of a hold rule counts it; a rule that is not there any more has the calendar of the first file.
  [[nodiscard]] std::int64_t age_ms(std::string const& rule, Timestamp since) const {
    if (book.policy().empty()) return std::max<std::int64_t>(now.value - since.value, 0);
    std::uint32_t header = 0;
    for (auto const& hold : book.policy().holds()) {
      if (hold.info.name == rule) header = hold.info.header;
    }
    return book.policy().queue_time_ms(header, since, now);
  }

  Timestamp now;
  rulebook::Rulebook book;
};

struct Line {
  std::vector<std::int64_t> ages_ms;
  Timestamp oldest{INT64_MAX};
  std::string in = "0";
  std::string out = "0";
};

store::Table to_table(std::vector<std::string> names, std::map<std::vector<std::string>, Line> lines) {
  store::Table table;
  table.numeric.assign(names.size(), false);
  table.columns = std::move(names);
  for (auto const* name : {"open", "oldest", "age_hours_50", "age_hours_95", "in_24h", "out_24h"}) {
    table.columns.emplace_back(name);
    table.numeric.push_back(std::string_view(name) != "oldest");
  }
  std::vector<std::vector<std::string>> rows;
  for (auto& entry : lines) {
    auto& line = entry.second;
    std::sort(line.ages_ms.begin(), line.ages_ms.end());
    auto const at = [&](std::size_t percent) { return line.ages_ms.empty() ? std::string() : hours(line.ages_ms[(line.ages_ms.size() - 1) * percent / 100]); };
    auto row = entry.first;
    row.push_back(std::to_string(line.ages_ms.size()));
    row.push_back(line.ages_ms.empty() ? "" : to_string(line.oldest));
    for (auto& text : {at(50), at(95), line.in, line.out}) row.push_back(text);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Result<store::Table> queues(store::Reader& reader, ZoneTable const& zones) {
  auto const standpoint = Standpoint::take(reader, zones);
  if (!standpoint) return Unexpected{standpoint.error()};
  // A hold that was escalated is as old as when it was placed.
  auto const open = reader.query(
      "SELECT h.queue, h.rule, (SELECT max(p.at) FROM hold_event p WHERE p.order_id=h.order_id AND p.rule=h.rule AND p.line=h.line AND p.action<=1) FROM "
      "hold_open h");
  if (!open) return Unexpected{open.error()};
  auto const from = std::to_string(standpoint->now.value - day_ms);
  auto const flow =
      reader.query("SELECT queue, rule, sum(action<=1), sum(action IN (2,3,6)) FROM hold_event WHERE at>CAST(?1 AS INTEGER) GROUP BY queue, rule", {from});
  if (!flow) return Unexpected{flow.error()};
  std::map<std::vector<std::string>, Line> lines;
  for (auto const& row : open->rows) {
    auto& line = lines[{row[0], row[1]}];
    Timestamp const since(number(row[2]));
    line.ages_ms.push_back(standpoint->age_ms(row[1], since));
    line.oldest = std::min(line.oldest, since);
  }
  for (auto const& row : flow->rows) {
    auto& line = lines[{row[0], row[1]}];
    line.in = row[2];
    line.out = row[3];
  }
  return to_table({"queue", "rule"}, std::move(lines));
}

Result<store::Table> states(store::Reader& reader, ZoneTable const& zones) {
  auto const standpoint = Standpoint::take(reader, zones);
  if (!standpoint) return Unexpected{standpoint.error()};
  auto const open = reader.query("SELECT workflow, state, since FROM instance WHERE closed=0");
  if (!open) return Unexpected{open.error()};
  auto const from = std::to_string(standpoint->now.value - day_ms);
  auto const flow = reader.query(
      "SELECT workflow, state, sum(into_it), sum(1-into_it) FROM (SELECT i.workflow, t.to_state AS state, 1 AS into_it FROM transition t JOIN instance i ON "
      "i.seq=t.instance WHERE t.at>CAST(?1 AS INTEGER) AND t.to_state!=t.from_state AND t.to_state!='' UNION ALL SELECT i.workflow, t.from_state, 0 FROM "
      "transition t "
      "JOIN instance i ON i.seq=t.instance WHERE t.at>CAST(?1 AS INTEGER) AND t.to_state!=t.from_state AND t.to_state!='' AND t.from_state!='') GROUP BY "
      "workflow, state",
      {from});
  if (!flow) return Unexpected{flow.error()};
  std::map<std::vector<std::string>, Line> lines;
  for (auto const& row : open->rows) {
    auto& line = lines[{row[0], row[1]}];
    Timestamp const since(number(row[2]));
    line.ages_ms.push_back(standpoint->age_ms({}, since));
    line.oldest = std::min(line.oldest, since);
  }
  for (auto const& row : flow->rows) {
    auto& line = lines[{row[0], row[1]}];
    line.in = row[2];
    line.out = row[3];
  }
  return to_table({"workflow", "state"}, std::move(lines));
}

namespace {

/// Who may move an instance on, and by what: `ship` from warehouse, warehouse_lead.
void say_what_fits(workflow::Machine const& machine, std::string const& state, std::string& what, std::string& from) {
  workflow::Configuration at;
  if (!machine.find(state, at)) {
    what = "a migration: its version is not the one in force";
    return;
  }
  for (auto const index : machine.active(at)) {
    for (auto const& transition : machine.definition().states[index].transitions) {
      if (transition.event.empty() || transition.target < 0) continue;
      what += (what.empty() ? "" : ", ") + transition.event;
      for (auto const& role : transition.by) {
        if ((", " + from + ",").find(", " + role + ",") == std::string::npos) from += (from.empty() ? "" : ", ") + role;
      }
    }
  }
}

}  // namespace

Result<store::Table> waiting(store::Reader& reader, ZoneTable const& zones) {
  auto const standpoint = Standpoint::take(reader, zones);
  if (!standpoint) return Unexpected{standpoint.error()};
  auto const open = reader.query(
      "SELECT i.subject, i.workflow, i.state, i.since, d.name, coalesce(h.rule,''), coalesce(h.action,-1), coalesce(h.owner,''), coalesce(h.queue,''), "
      "coalesce(h.at,0), coalesce(h.blocks,'') FROM instance i JOIN workflow_definition d ON d.seq=i.definition LEFT JOIN hold_open h ON h.order_id=i.subject "
      "AND "
      "h.blocks!='' WHERE i.closed=0 ORDER BY i.since, i.seq LIMIT 1000");
  if (!open) return Unexpected{open.error()};
  store::Table table{{"subject", "workflow", "state", "waiting_for", "from", "since", "age_hours"}, {false, false, false, false, false, false, true}, {}};
  for (auto const& row : open->rows) {
    std::string what;
    std::string from;
    Timestamp since(number(row[3]));
    if (row[5].empty()) {
      auto const* workflow = standpoint->book.policy().empty() ? nullptr : standpoint->book.find_workflow(row[4]);
      if (workflow != nullptr) say_what_fits(workflow->machine, row[2], what, from);
    } else {
      what = (row[6] == "1" ? "a fact that `" + row[5] + "` awaits" : "release of `" + row[5] + "`") + ", which blocks " + row[10];
      from = row[7].empty() ? "queue " + row[8] : row[7];
      since = Timestamp(number(row[9]));
    }
    table.rows.push_back(
        {row[0], row[1], row[2], what.empty() ? "anybody" : what, from.empty() ? "anybody" : from, to_string(since), hours(standpoint->age_ms(row[5], since))});
  }
  return table;
}

}  // namespace bylaw::inline v0::report
