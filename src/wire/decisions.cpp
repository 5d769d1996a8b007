// Every kind of decision as JSON, one function a kind.
#include <bylaw/wire/decisions.hpp>

namespace bylaw::inline v0::wire {

using policy::Policy;

namespace {

void write_list(JsonWriter& out, char const* name, std::vector<std::string> const& values) {
  out.key(name).begin_array();
  for (auto const& value : values) out.text(value);
  out.end_array();
}

void optional_member(JsonWriter& out, char const* name, std::string const& value) {
  if (!value.empty()) out.member(name, value);
}

void write_reads(JsonWriter& out, std::vector<policy::Read> const& reads) { out.key("reads").raw(reads_json(reads)); }

template <class Rules>
void write_rule(JsonWriter& out, Rules const& rules, std::int32_t index) {
  if (index < 0) return;
  auto const& info = rules[static_cast<std::size_t>(index)].info;
  out.member("rule", info.name).member("file", info.file);
}

char const* name_of(policy::HoldState state) {
  switch (state) {
    case policy::HoldState::waiting: return "waiting";
    case policy::HoldState::failed: return "failed";
    case policy::HoldState::placed: break;
  }
  return "placed";
}

char const* name_of(policy::ChangeVerdict verdict) {
  switch (verdict) {
    case policy::ChangeVerdict::allow: return "allow";
    case policy::ChangeVerdict::intercept: return "intercept";
    case policy::ChangeVerdict::review: return "review";
    case policy::ChangeVerdict::refuse: break;
  }
  return "refuse";
}

char const* name_of(policy::Scarcity scarcity) {
  switch (scarcity) {
    case policy::Scarcity::priority: return "priority";
    case policy::Scarcity::promise_date: return "promise date";
    case policy::Scarcity::fair_share: return "fair share";
    case policy::Scarcity::unstated: break;
  }
  return "";
}

}  // namespace

std::string reads_json(std::vector<policy::Read> const& reads) {
  JsonWriter out;
  out.begin_object();
  for (auto const& read : reads) out.member(read.path, read.value);
  out.end_object();
  return out.take();
}

std::string to_json(Policy const& policy, policy::HoldDecision const& decision) {
  JsonWriter out;
  out.begin_array();
  for (auto const& hit : decision.hits) {
    auto const& rule = policy.holds()[hit.rule];
    out.begin_object().member("rule", rule.info.name).member("file", rule.info.file).member("state", name_of(hit.state));
    out.member("reason", rule.reason.code).member("text", rule.reason.text).member("queue", rule.queue);
    if (hit.line >= 0) out.member("line", std::int64_t{hit.line});
    optional_member(out, "error", hit.error);
    if (hit.state == policy::HoldState::waiting) out.member("decide_by", to_string(hit.decide_by));
    write_list(out, "blocks", rule.blocks);
    write_list(out, "release_by", rule.release_by);
    write_reads(out, hit.reads);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

std::string to_json(Policy const& policy, policy::ValidationDecision const& decision) {
  JsonWriter out;
  out.begin_object().key("repairs").begin_array();
  for (auto const& repair : decision.repairs) {
    out.begin_object().member("rule", policy.validations()[repair.rule].info.name).member("path", repair.path);
    out.member("before", repair.before).member("after", repair.after).end_object();
  }
  out.end_array().key("findings").begin_array();
  for (auto const& finding : decision.findings) {
    auto const& rule = policy.validations()[finding.rule];
    out.begin_object().member("rule", rule.info.name).member("file", rule.info.file);
    out.member("effect", !finding.error.empty() ? "failed" : rule.rejects ? "reject" : "hold");
    optional_member(out, "hold", rule.hold);
    out.member("reason", rule.reason.code).member("text", rule.reason.text);
    if (finding.line >= 0) out.member("line", std::int64_t{finding.line});
    optional_member(out, "error", finding.error);
    write_reads(out, finding.reads);
    out.end_object();
  }
  out.end_array().end_object();
  return out.take();
}

std::string to_json(Policy const& policy, policy::AllocationDecision const& decision) {
  JsonWriter out;
  out.begin_object();
  write_rule(out, policy.allocations(), decision.rule);
  out.key("candidates").begin_array();
  for (auto const candidate : decision.candidates) out.number(candidate);
  out.end_array();
  if (decision.rule >= 0) {
    auto const& rule = policy.allocations()[static_cast<std::size_t>(decision.rule)];
    if (rule.shipments_max > 0) out.member("shipments_max", std::int64_t{rule.shipments_max});
    out.key("keep_safety_stock").truth(rule.keep_safety_stock);
    if (rule.reserves) out.member("reserve_for", policy::to_text(rule.reserve_for));
    optional_member(out, "scarce_by", name_of(rule.scarce));
    write_list(out, "short", rule.short_steps);
  }
  if (!decision.keep.empty()) {
    out.key("keep").begin_array();
    for (auto const& quantity : decision.keep) out.text(to_string(quantity));
    out.end_array();
  }
  optional_member(out, "error", decision.error);
  write_reads(out, decision.reads);
  out.end_object();
  return out.take();
}

std::string to_json(Policy const& policy, policy::ServiceDecision const& decision) {
  JsonWriter out;
  out.begin_object();
  write_rule(out, policy.services(), decision.rule);
  if (decision.ship_by.value != 0) out.member("ship_by", to_string(decision.ship_by));
  if (decision.deliver_by.value != 0) out.member("deliver_by", to_string(decision.deliver_by));
  out.key("warnings").begin_array();
  for (auto const& warning : decision.warnings) out.begin_object().member("at", to_string(warning.at)).member("to", warning.to).end_object();
  out.end_array();
  if (decision.rule >= 0) optional_member(out, "miss_reason", policy.services()[static_cast<std::size_t>(decision.rule)].miss.code);
  optional_member(out, "error", decision.error);
  write_reads(out, decision.reads);
  out.end_object();
  return out.take();
}

std::string to_json(Policy const& policy, policy::BackorderDecision const& decision) {
  JsonWriter out;
  out.begin_object();
  write_rule(out, policy.backorders(), decision.rule);
  out.key("allowed").truth(decision.rule >= 0 && decision.error.empty());
  if (decision.limited) out.member("at_most", to_string(decision.at_most));
  if (decision.asks) out.member("ask_after", policy::to_text(decision.ask_after));
  if (decision.cancels) out.member("cancel_after", policy::to_text(decision.cancel_after));
  out.key("promise_supply_date").truth(decision.promise_supply_date);
  optional_member(out, "error", decision.error);
  write_reads(out, decision.reads);
  out.end_object();
  return out.take();
}

std::string to_json(Policy const& policy, policy::ChangeDecision const& decision) {
  JsonWriter out;
  out.begin_object();
  write_rule(out, policy.changes(), decision.rule);
  out.member("verdict", name_of(decision.verdict));
  optional_member(out, "review_by", decision.review_by);
  optional_member(out, "until", decision.until);
  out.key("recheck_holds").truth(decision.recheck_holds);
  optional_member(out, "error", decision.error);
  write_reads(out, decision.reads);
  out.end_object();
  return out.take();
}

std::string to_json(Policy const& policy, policy::ProtectDecision const& decision) {
  JsonWriter out;
  out.begin_array();
  for (auto const& protection : decision.protections) {
    auto const& rule = policy.protects()[protection.rule];
    out.begin_object().member("rule", rule.info.name).member("channel", rule.channel).member("keep", to_string(protection.amount));
    out.member("set", rule.daily ? "daily " + to_string(rule.at) : std::string("at receipt"));
    optional_member(out, "error", protection.error);
    write_reads(out, protection.reads);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

std::string to_json(Policy const& policy, policy::PublishDecision const& decision) {
  JsonWriter out;
  out.begin_object();
  write_rule(out, policy.publishes(), decision.rule);
  if (decision.rule >= 0) out.member("offer", to_string(decision.quantity));
  optional_member(out, "error", decision.error);
  write_reads(out, decision.reads);
  out.end_object();
  return out.take();
}

namespace {

void write_terms(JsonWriter& out, policy::ReturnDecision const& decision) {
  optional_member(out, "window_ends", decision.window_ends);
  out.key("fees").begin_array();
  for (auto const& fee : decision.fees) {
    out.begin_object().member("name", fee.name).member("amount", to_string(fee.amount)).member("per", fee.per);
    out.key("deduction").truth(fee.deduction).key("taxed").truth(fee.taxed).end_object();
  }
  out.end_array();
  write_list(out, "refund_to", decision.tenders);
  if (decision.tenders_by_choice) out.key("refund_by_choice").truth(true);
  optional_member(out, "credit_valid", policy::to_text(decision.credit_valid));
  optional_member(out, "pay_at", decision.pay_at);
  optional_member(out, "pay_within", policy::to_text(decision.pay_within));
  if (decision.pay_limited) out.member("pay_up_to", to_string(decision.pay_up_to));
  write_list(out, "evidence", decision.evidence);
  if (!decision.receive_at.empty()) write_list(out, "receive_at", decision.receive_at);
  optional_member(out, "label", decision.label);
  optional_member(out, "exchange", decision.exchange.empty() ? "" : "same " + decision.exchange + (decision.exchange_once ? " once" : ""));
  out.key("refund_shipping").truth(decision.refund_shipping);
  if (decision.shipping_limited) out.member("shipping_up_to", to_string(decision.shipping_up_to));
  out.key("keep_item").truth(decision.keep_item);
  if (decision.condition_mismatch) out.member("condition_mismatch", decision.on_mismatch);
  optional_member(out, "disposition", decision.disposition);
}

}  // namespace

std::string to_json(Policy const& policy, policy::ReturnDecision const& decision) {
  JsonWriter out;
  out.begin_object();
  write_rule(out, policy.returns(), decision.rule);
  if (decision.mandatory_rule >= 0) out.member("mandatory_rule", policy.returns()[static_cast<std::size_t>(decision.mandatory_rule)].info.name);
  out.member("verdict", to_string(decision.verdict));
  optional_member(out, "review_by", decision.review_by);
  optional_member(out, "error", decision.error);
  out.key("failures").begin_array();
  for (auto const& failed : decision.failures) out.begin_object().member("reason", failed.reason).member("text", failed.text).end_object();
  out.end_array();
  write_terms(out, decision);
  write_reads(out, decision.reads);
  out.end_object();
  return out.take();
}

std::string to_json(Policy const& policy, policy::ApprovalDecision const& decision) {
  JsonWriter out;
  out.begin_array();
  for (auto const& need : decision.needs) {
    auto const& rule = policy.approvals()[need.rule];
    out.begin_object().member("rule", rule.info.name).member("file", rule.info.file);
    write_list(out, "by", rule.by);
    out.member("persons", std::int64_t{need.persons}).key("not_by_requester").truth(rule.not_requester);
    optional_member(out, "lapse_after", policy::to_text(rule.lapse));
    if (need.error.empty()) out.member("figure", to_string(need.figure)).member("over", to_string(need.over)).member("per", need.per);
    optional_member(out, "error", need.error);
    write_reads(out, need.reads);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

std::string to_json(Policy const& policy, policy::PostingDecision const& decision) {
  JsonWriter out;
  out.begin_object().key("legs").begin_array();
  for (auto const& leg : decision.legs) {
    out.begin_object().member("rule", policy.postings()[leg.rule].info.name).member("side", leg.debit ? "debit" : "credit");
    out.member("account", leg.account).member("amount", to_string(leg.amount));
    optional_member(out, "company", leg.company);
    if (leg.element >= 0) out.member("element", std::int64_t{leg.element});
    out.end_object();
  }
  out.end_array();
  if (!decision.errors.empty()) write_list(out, "errors", decision.errors);
  write_reads(out, decision.reads);
  out.end_object();
  return out.take();
}

}  // namespace bylaw::inline v0::wire
