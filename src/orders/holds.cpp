#include <algorithm>

#include <bylaw/orders/holds.hpp>
#include <bylaw/policy/decision.hpp>
#include <bylaw/policy/policy.hpp>
#include <bylaw/values/word_list.hpp>
#include <bylaw/wire/decisions.hpp>
#include <bylaw/workflow/machine.hpp>

namespace bylaw::inline v0::orders {

using trade::HoldAction;
using trade::HoldRow;

namespace {

HoldRow const* find(std::vector<HoldRow> const& rows, std::string const& rule, std::int32_t line) {
  auto const found = std::find_if(rows.begin(), rows.end(), [&](HoldRow const& r) { return r.rule == rule && r.line == line; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

HoldRow hold_row(policy::HoldRule const& rule, std::string const& order, policy::HoldHit const& hit) {
  HoldRow row;
  row.order = order;
  row.rule = rule.info.name;
  row.line = hit.line;
  row.action = hit.state == policy::HoldState::waiting ? HoldAction::waiting : HoldAction::placed;
  row.reason = rule.reason.code;
  row.text = rule.reason.text;
  row.queue = rule.queue;
  row.reads = wire::reads_json(hit.reads);
  row.blocks = join_words(rule.blocks);
  row.scope = rule.scope_line ? "line" : "order";
  row.release_by = join_words(rule.release_by);
  if (!rule.release_by.empty()) row.owner = rule.release_by.front();
  if (row.action == HoldAction::waiting) row.due = hit.decide_by;
  if (hit.state == policy::HoldState::failed) {
    // A rule that cannot be evaluated holds the order: it is never passed over.
    row.reason = "POLICY";
    row.text = "rule `" + rule.info.name + "` could not be evaluated: " + hit.error;
    row.queue = "policy_error";
    if (row.blocks.empty()) row.blocks = "release";
  }
  return row;
}

std::vector<HoldRow> place_holds(policy::Policy const& policy, std::string const& order, policy::HoldDecision const& decision, std::vector<HoldRow> const& open,
                                 std::vector<HoldRow> const& closed) {
  std::vector<HoldRow> rows;
  for (auto const& hit : decision.hits) {
    auto row = hold_row(policy.holds()[hit.rule], order, hit);
    if (find(open, row.rule, row.line) != nullptr) continue;
    auto const* before = find(closed, row.rule, row.line);
    if (before != nullptr && before->action == HoldAction::released && before->reads == row.reads) continue;
    rows.push_back(std::move(row));
  }
  return rows;
}

bool blocks(HoldRow const& hold, std::string_view transition) { return has_word(hold.blocks, transition); }

}  // namespace bylaw::inline v0::orders
