#include <bylaw/wire/facts.hpp>

namespace bylaw::inline v0::wire {

using policy::Collection;
using policy::Frame;
using policy::Layout;
using policy::Policy;
using policy::Value;

namespace {

Json const* walk(Json const* at, std::string_view path) {
  while (at != nullptr && !path.empty()) {
    if (at->kind != Json::Kind::object) return nullptr;
    auto const dot = path.find('.');
    at = at->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return at;
}

/// `order.customer.segment` under the root, or `customer.segment` beside the subject.
Json const* look_up(Json const& root, std::string_view path) {
  if (auto const* found = walk(&root, path)) return found;
  auto const dot = path.find('.');
  return dot == std::string_view::npos ? nullptr : walk(&root, path.substr(dot + 1));
}

Result<Value> to_value(Policy const& policy, policy::Slot const& slot, Json const* json) {
  if (json == nullptr || json->kind == Json::Kind::null) return Value{};
  if (json->kind == Json::Kind::boolean) return parse_value(policy, slot, json->truth ? "true" : "false");
  if (json->kind == Json::Kind::number && (slot.kind == policy::FactKind::text || slot.kind == policy::FactKind::symbol)) {
    return failure("wrong_type", "`" + json->text + "` is a number, not a text", slot.path, "write it in double quotes");
  }
  if (json->kind == Json::Kind::number || json->kind == Json::Kind::text) return parse_value(policy, slot, json->text);
  return failure("wrong_type", "a single value is expected here", slot.path, "write a text, a number, true or false");
}

Result<void> fill(Policy const& policy, Layout const& layout, Json const& root, std::string_view strip, Frame& frame) {
  for (auto const& slot : layout.slots) {
    auto const path = std::string_view(slot.path).substr(strip.size());
    auto value = to_value(policy, slot, strip.empty() ? look_up(root, path) : walk(&root, path));
    if (!value) return Unexpected{value.error()};
    frame.values.push_back(std::move(*value));
  }
  for (auto const& collection : layout.collections) {
    auto& elements = frame.collections.emplace_back();
    auto const path = std::string_view(collection.path).substr(strip.size());
    auto const* list = strip.empty() ? look_up(root, path) : walk(&root, path);
    if (list == nullptr || list->kind == Json::Kind::null) continue;
    if (list->kind != Json::Kind::array) return failure("wrong_type", "a list is expected here", collection.path, "write [{...}, {...}]");
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      auto const filled = fill(policy, collection.layout, list->items[i], collection.path + ".", elements.emplace_back());
      if (!filled) {
        auto error = filled.error();
        error.place = collection.path + "[" + std::to_string(i) + "]" + error.place.substr(std::min(error.place.size(), collection.path.size()));
        return Unexpected{std::move(error)};
      }
    }
  }
  return {};
}

void write_list(JsonWriter& out, char const* name, std::vector<std::string> const& values) {
  out.key(name).begin_array();
  for (auto const& value : values) out.text(value);
  out.end_array();
}

char const* to_text(policy::HoldState state) {
  switch (state) {
    case policy::HoldState::waiting: return "waiting";
    case policy::HoldState::failed: return "failed";
    case policy::HoldState::placed: break;
  }
  return "placed";
}

char const* to_text(policy::Verdict verdict) {
  switch (verdict) {
    case policy::Verdict::approve: return "approve";
    case policy::Verdict::review: return "review";
    case policy::Verdict::deny: break;
  }
  return "deny";
}

}  // namespace

Result<Frame> parse_facts(Policy const& policy, policy::Subject subject, Json const& document) {
  if (document.kind != Json::Kind::object) return failure("wrong_type", "facts are a JSON object", {}, "write {\"order\": {...}}");
  Frame frame;
  auto const filled = fill(policy, policy.layout(subject), document, {}, frame);
  if (!filled) return Unexpected{filled.error()};
  return frame;
}

std::string reads_json(std::vector<policy::Read> const& reads) {
  JsonWriter out;
  out.begin_object();
  for (auto const& read : reads) out.member(read.path, read.value);
  out.end_object();
  return out.take();
}

std::string decision_json(Policy const& policy, std::string_view id, policy::HoldDecision const& decision, bool explain) {
  JsonWriter out;
  out.begin_object();
  if (!id.empty()) out.member("id", id);
  out.key("holds").begin_array();
  for (auto const& hit : decision.hits) {
    auto const& rule = policy.holds()[hit.rule];
    out.begin_object().member("rule", rule.info.name).member("file", rule.info.file).member("state", to_text(hit.state));
    out.member("reason", rule.reason).member("text", rule.reason_text).member("queue", rule.queue);
    if (hit.line >= 0) out.member("line", std::int64_t{hit.line});
    if (!hit.error.empty()) out.member("error", hit.error);
    if (hit.state == policy::HoldState::waiting) out.member("decide_by", to_string(hit.decide_by));
    write_list(out, "blocks", rule.blocks);
    write_list(out, "release_by", rule.release_by);
    out.key("reads").raw(reads_json(hit.reads));
    if (explain && !rule.info.comment.empty()) out.member("comment", rule.info.comment);
    out.end_object();
  }
  out.end_array();
  if (explain) {
    // Why not: the rules that were asked and did not apply.
    out.key("passed").begin_array();
    for (std::size_t i = 0; i < policy.holds().size(); ++i) {
      bool hit = false;
      for (auto const& h : decision.hits) hit = hit || h.rule == i;
      if (!hit) out.text(policy.holds()[i].info.name);
    }
    out.end_array();
  }
  out.member("policy", policy.version_hash()).end_object();
  return out.take();
}

std::string decision_json(Policy const& policy, std::string_view id, policy::ReturnDecision const& decision, bool explain) {
  JsonWriter out;
  out.begin_object();
  if (!id.empty()) out.member("id", id);
  out.key("return").begin_object();
  auto const rule_member = [&](char const* name, std::int32_t rule) {
    if (rule >= 0) out.member(name, policy.returns()[static_cast<std::size_t>(rule)].info.name);
  };
  rule_member("rule", decision.rule);
  if (decision.rule >= 0) out.member("file", policy.returns()[static_cast<std::size_t>(decision.rule)].info.file);
  rule_member("mandatory_rule", decision.mandatory_rule);
  out.member("verdict", to_text(decision.verdict));
  if (!decision.review_by.empty()) out.member("review_by", decision.review_by);
  if (!decision.error.empty()) out.member("error", decision.error);
  out.key("failures").begin_array();
  for (auto const& failed : decision.failures) out.begin_object().member("reason", failed.reason).member("text", failed.text).end_object();
  out.end_array();
  if (!decision.window_ends.empty()) out.member("window_ends", decision.window_ends);
  out.key("fees").begin_array();
  for (auto const& fee : decision.fees) {
    out.begin_object().member("name", fee.name).member("amount", to_string(fee.amount)).member("per", fee.per);
    out.key("deduction").truth(fee.deduction).end_object();
  }
  out.end_array();
  write_list(out, "refund_to", decision.tenders);
  if (!decision.pay_at.empty()) out.member("pay_at", decision.pay_at);
  write_list(out, "evidence", decision.evidence);
  if (!decision.label.empty()) out.member("label", decision.label);
  out.key("refund_shipping").truth(decision.refund_shipping).key("keep_item").truth(decision.keep_item);
  if (decision.condition_mismatch) out.member("condition_mismatch", decision.on_mismatch);
  if (!decision.disposition.empty()) out.member("disposition", decision.disposition);
  if (explain || decision.verdict != policy::Verdict::approve) out.key("reads").raw(reads_json(decision.reads));
  out.end_object().member("policy", policy.version_hash()).end_object();
  return out.take();
}

Result<std::string> decide_json(Policy const& policy, std::string_view facts, Timestamp now, bool explain) {
  auto const document = parse_json(facts);
  if (!document) return Unexpected{document.error()};
  bool const is_return = document->kind == Json::Kind::object && document->find("return") != nullptr;
  auto const* id = look_up(*document, is_return ? "return.id" : "order.id");
  std::string const name = id != nullptr ? id->text : std::string{};
  auto const frame = parse_facts(policy, is_return ? policy::Subject::return_line : policy::Subject::order, *document);
  if (!frame) return Unexpected{frame.error()};
  if (is_return) return decision_json(policy, name, policy.decide_return(*frame, now), explain);
  return decision_json(policy, name, policy.decide_holds(*frame, now), explain);
}

}  // namespace bylaw::inline v0::wire
