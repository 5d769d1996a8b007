// One document of facts in, one decision out: which question is asked follows from what it speaks of.
#include <algorithm>

#include <bylaw/policy/explain.hpp>
#include <bylaw/wire/decisions.hpp>
#include <bylaw/wire/facts.hpp>

namespace bylaw::inline v0::wire {

using policy::Frame;
using policy::Kind;
using policy::Policy;
using policy::Subject;

namespace {

void write(JsonWriter& out, policy::Reasoning const& reasoning) {
  out.begin_object().member("text", reasoning.text).key("holds").truth(reasoning.holds);
  if (!reasoning.values.empty()) out.key("values").raw(reads_json(reasoning.values));
  if (!reasoning.parts.empty()) {
    out.key("parts").begin_array();
    for (auto const& part : reasoning.parts) write(out, part);
    out.end_array();
  }
  out.end_object();
}

void write(JsonWriter& out, policy::RuleExplanation const& rule) {
  out.begin_object().member("rule", rule.name).member("file", rule.file);
  if (!rule.comment.empty()) out.member("comment", rule.comment);
  if (rule.line >= 0) out.member("line", std::int64_t{rule.line});
  out.key("in_force").truth(rule.in_force).key("applies").truth(rule.applies);
  if (!rule.outcome.empty()) out.member("outcome", rule.outcome);
  if (!rule.error.empty()) out.member("error", rule.error);
  out.key("clauses").begin_array();
  for (auto const& clause : rule.clauses) {
    out.begin_object().member("clause", clause.clause).key("why");
    write(out, clause.reasoning);
    out.end_object();
  }
  out.end_array();
  for (auto const& flip : rule.flip) {
    out.key("flip").begin_object().member("path", flip.path).member("from", flip.from).member("to", flip.to).end_object();
  }
  out.end_object();
}

class Decider {
 public:
  Decider(Policy const& policy, Json const& facts, Timestamp now, Explain explain)
      : policy_(policy), facts_(facts), now_(now), explain_(explain), functions_(policy, facts) {}

  Result<std::string> decide() {
    if (facts_.kind != Json::Kind::object) return failure("wrong_type", "facts are a JSON object", {}, "write {\"order\": {...}}");
    out_.begin_object();
    bool ok = false;
    if (has("return")) ok = decide_return();
    else if (has("request")) ok = decide_request();
    else if (has("change")) ok = decide_change();
    else if (has("position")) ok = decide_position();
    else if (has("event")) ok = decide_event();
    else ok = decide_order();
    if (!ok) return Unexpected{error_};
    if (!functions_.error().code.empty()) return Unexpected{functions_.error()};
    if (explain_ == Explain::json) write_explanations();
    out_.member("policy", policy_.version_hash()).end_object();
    auto text = out_.take();
    if (explain_ == Explain::text) {
      for (auto const& explanation : explanations_) text += '\n' + indented(render(explanation));
    }
    return text;
  }

 private:
  /// Whether the document speaks of it; `null` takes a record of common facts away.
  bool has(std::string_view what) const {
    auto const* found = facts_.find(what);
    return found != nullptr && found->kind != Json::Kind::null;
  }
  bool fail(Error error) {
    error_ = std::move(error);
    return false;
  }
  bool read(Subject subject, Frame& frame) {
    auto parsed = parse_facts(policy_, subject, facts_);
    if (!parsed) return fail(parsed.error());
    frame = std::move(*parsed);
    return true;
  }
  /// The document's own name for what it is about, echoed so that answers find their questions.
  void write_id(std::string_view subject) {
    auto const* object = facts_.find(subject);
    auto const* id = object != nullptr ? object->find("id") : facts_.find("id");
    if (id != nullptr && !id->text.empty()) out_.member("id", id->text);
  }
  void explain_rules(Kind kind, Frame const* order, Frame const* other, std::int32_t line = -1) {
    if (explain_ != Explain::no) explanations_.push_back(policy::explain(policy_, {kind, order, other, line}, now_, functions_.functions()));
  }

  static bool is_texts(Json const& json) {
    return json.kind == Json::Kind::array && std::all_of(json.items.begin(), json.items.end(), [](Json const& item) { return item.kind == Json::Kind::text; });
  }
  static std::string joined(std::vector<std::string> const& names) {
    std::string out;
    for (auto const& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
  }

  bool decide_order() {
    Frame order;
    if (!read(Subject::order, order)) return false;
    write_id("order");
    out_.key("holds").raw(to_json(policy_, policy_.decide_holds(order, now_, functions_.functions())));
    explain_rules(Kind::hold, &order, nullptr);
    if (!policy_.stops().empty()) {
      out_.key("stops").begin_array();
      for (auto const stop : policy_.decide_stops(now_)) out_.text(policy_.stops()[stop].info.name);
      out_.end_array();
    }
    if (!policy_.validations().empty()) {
      out_.key("validation").raw(to_json(policy_, policy_.decide_validation(order, now_, functions_.functions())));
      explain_rules(Kind::validation, &order, nullptr);
    }
    if (auto const* open = facts_.find("open_holds"); open != nullptr && !decide_exits(order, *open)) return false;
    auto const* candidates = facts_.find("candidates");
    return candidates == nullptr || candidates->kind == Json::Kind::null || decide_candidates(order, *candidates);
  }

  /// With `open_holds`, a list of rules: which of them their own clauses lift now.
  bool decide_exits(Frame const& order, Json const& open) {
    out_.key("exits").begin_array();
    if (!is_texts(open)) return fail({"wrong_type", "a list of holds is expected here", "open_holds", "write [\"fraud_review\"]"});
    for (auto const& name : open.items) {
      auto const& holds = policy_.holds();
      auto const rule = std::find_if(holds.begin(), holds.end(), [&](auto const& hold) { return hold.info.name == name.text; });
      if (rule == holds.end()) return fail({"wrong_type", "there is no hold `" + name.text + "`", "open_holds", "name a hold of the policy"});
      auto const exit =
          policy_.decide_hold_exit(static_cast<std::uint32_t>(rule - holds.begin()), rule->scope_line ? 0 : -1, order, now_, functions_.functions());
      out_.begin_object().member("rule", name.text).member("exit", exit.cleared ? "cleared" : exit.released ? "released" : "stays");
      if (!exit.error.empty()) out_.member("error", exit.error);
      out_.key("reads").raw(reads_json(exit.reads)).end_object();
    }
    out_.end_array();
    return true;
  }

  /// With `candidates`: where the order ships from, what is promised, and what happens to lines that are short.
  bool decide_candidates(Frame const& order, Json const& candidates) {
    if (candidates.kind != Json::Kind::array) return fail({"wrong_type", "a list is expected here", "candidates", "write [{\"location\": {...}}]"});
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < candidates.items.size(); ++i) {
      auto frame = parse_subject(policy_, Subject::candidate, candidates.items[i]);
      if (!frame) {
        auto error = frame.error();
        error.place = "candidates[" + std::to_string(i) + "] " + error.place;
        return fail(std::move(error));
      }
      frames.push_back(std::move(*frame));
    }
    auto const decision = policy_.decide_allocation(order, frames, now_, functions_.functions());
    out_.key("allocation").raw(to_json(policy_, decision));
    explain_rules(Kind::allocation, &order, frames.empty() ? nullptr : &frames[0]);
    if (!decision.candidates.empty() && !policy_.services().empty()) {
      auto const& from = frames[decision.candidates[0]];
      out_.key("service").raw(to_json(policy_, policy_.decide_service(order, from, now_, functions_.functions())));
      explain_rules(Kind::service, &order, &from);
    }
    if (policy_.backorders().empty()) return true;
    auto const* lines = facts_.find("lines");
    if (auto const* object = facts_.find("order"); object != nullptr && lines == nullptr) lines = object->find("lines");
    out_.key("backorders").begin_array();
    for (std::size_t line = 0; lines != nullptr && line < lines->items.size(); ++line) {
      out_.raw(to_json(policy_, policy_.decide_backorder(order, static_cast<std::int32_t>(line), now_, functions_.functions())));
    }
    out_.end_array();
    return true;
  }

  bool decide_return() {
    Frame order;
    Frame back;
    if (!read(Subject::order, order) || !read(Subject::return_line, back)) return false;
    write_id("return");
    out_.key("return").raw(to_json(policy_, policy_.decide_return(order, back, now_, functions_.functions())));
    explain_rules(Kind::return_rule, &order, &back);
    return true;
  }

  Result<Money> money(Json const& json, std::string const& place) {
    auto const amount = json.kind == Json::Kind::text ? parse_money(json.text) : Result<Money>(Unexpected{Error{}});
    if (amount) return *amount;
    return failure("wrong_type", "an amount with its currency is expected here", place, "write \"12.50 USD\"");
  }

  bool decide_request() {
    Frame order;
    Frame request;
    if (!read(Subject::order, order) || !read(Subject::request, request)) return false;
    auto const& object = *facts_.find("request");
    policy::ApprovalQuestion question;
    auto const* command = object.find("command");
    auto const* amount = object.find("amount");
    if (command == nullptr || command->kind != Json::Kind::text) return fail({"wrong_type", "the command is missing", "request.command", "write \"refund\""});
    question.command = command->text;
    auto const asked = amount == nullptr ? Result<Money>(failure("wrong_type", "the amount is missing", "request.amount", "write \"12.50 USD\""))
                                         : money(*amount, "request.amount");
    if (!asked) return fail(asked.error());
    question.amount = *asked;
    if (auto const* earlier = object.find("earlier"); earlier != nullptr && !read_earlier(*earlier, question)) return false;
    write_id("request");
    out_.key("approvals").raw(to_json(policy_, policy_.decide_approval(question, order, request, now_, functions_.functions())));
    explain_rules(Kind::approval, &order, &request);
    return true;
  }

  /// "earlier": [{"per": "requester", "in": "1 day", "sum": "1500.00 USD"}]
  bool read_earlier(Json const& earlier, policy::ApprovalQuestion& question) {
    if (earlier.kind != Json::Kind::array)
      return fail({"wrong_type", "a list is expected here", "request.earlier", "write [{\"per\": \"order\", \"sum\": \"12.50 USD\"}]"});
    for (std::size_t i = 0; i < earlier.items.size(); ++i) {
      auto const& row = earlier.items[i];
      auto const place = "request.earlier[" + std::to_string(i) + "]";
      auto const* per = row.find("per");
      auto const* in = row.find("in");
      auto const* sum = row.find("sum");
      if (per == nullptr || sum == nullptr)
        return fail({"wrong_type", "`per` and `sum` are expected here", place, "write {\"per\": \"order\", \"sum\": \"12.50 USD\"}"});
      auto const amount = money(*sum, place + ".sum");
      if (!amount) return fail(amount.error());
      policy::EarlierSum out{per->text, {}, *amount};
      if (in != nullptr) {
        auto const length = policy::parse_duration(in->text);
        if (!length) return fail({"wrong_type", "`" + in->text + "` is not a duration", place + ".in", "write \"1 day\" or \"24 hours\""});
        out.in = *length;
      }
      question.earlier.push_back(std::move(out));
    }
    return true;
  }

  bool decide_change() {
    Frame order;
    Frame change;
    if (!read(Subject::order, order) || !read(Subject::change, change)) return false;
    auto const& object = *facts_.find("change");
    policy::ChangeQuestion question;
    auto const* thing = object.find("thing");
    bool const known = thing != nullptr && policy_.enumeration_has("change_thing", thing->text);
    if (!known)
      return fail(
          {"wrong_type", "what is to be changed is expected here", "change.thing", "write one of " + joined(policy_.enumeration_values("change_thing"))});
    question.thing = thing->text;
    if (auto const* before = object.find("times_before"); before != nullptr && before->kind != Json::Kind::null) {
      auto const number = Decimal::parse(before->text);
      bool const whole = number && number->scale() == 0 && number->coefficient() >= 0;
      if (!whole) return fail({"wrong_type", "a whole number from 0 is expected here", "change.times_before", "write 1"});
      question.times_before = number->coefficient();
    }
    if (auto const* reached = object.find("reached"); reached != nullptr && reached->kind != Json::Kind::null) {
      if (!is_texts(*reached)) return fail({"wrong_type", "a list of states is expected here", "change.reached", "write [\"imported\", \"picked\"]"});
      for (auto const& state : reached->items) question.reached.push_back(state.text);
    }
    write_id("order");
    out_.key("change").raw(to_json(policy_, policy_.decide_change(question, order, change, now_, functions_.functions())));
    explain_rules(Kind::change, &order, &change);
    return true;
  }

  bool decide_position() {
    Frame position;
    if (!read(Subject::position, position)) return false;
    out_.key("protect").raw(to_json(policy_, policy_.decide_protect(position, now_, functions_.functions())));
    explain_rules(Kind::protect, &position, nullptr);
    out_.key("publish").begin_object();
    for (auto const& channel : policy_.enumeration_values("channel")) {
      auto const decision = policy_.decide_publish(channel, position, now_, functions_.functions());
      if (decision.rule >= 0) out_.key(channel).raw(to_json(policy_, decision));
    }
    out_.end_object();
    return true;
  }

  bool decide_event() {
    auto const& event = facts_.find("event")->text;
    auto const record = event.substr(0, event.find('.'));
    Subject subject = Subject::return_line;
    bool known = record == "return";
    for (auto i = static_cast<std::size_t>(Subject::shipment); i < policy::subject_count; ++i) {
      if (policy::record_of(static_cast<Subject>(i)) != record) continue;
      subject = static_cast<Subject>(i);
      known = true;
    }
    if (!known) return fail({"wrong_type", "`" + event + "` is no event of the trade", "event", "write one such as \"shipment.shipped\""});
    Frame order;
    Frame frame;
    if (!read(Subject::order, order) || !read(subject, frame)) return false;
    write_id(record);
    out_.key("posting").raw(to_json(policy_, policy_.decide_posting(event, order, frame, now_, functions_.functions())));
    return true;
  }

  void write_explanations() {
    out_.key("explanation").begin_array();
    for (auto const& explanation : explanations_) {
      for (auto const& rule : explanation.rules) write(out_, rule);
    }
    out_.end_array();
  }

  static std::string indented(std::string const& text) {
    std::string out = "  ";
    for (std::size_t i = 0; i < text.size(); ++i) {
      out += text[i];
      if (text[i] == '\n' && i + 1 < text.size()) out += "  ";
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }

  Policy const& policy_;
  Json const& facts_;
  Timestamp now_;
  Explain explain_;
  JsonFunctions functions_;
  JsonWriter out_;
  Error error_;
  std::vector<policy::Explanation> explanations_;
};

}  // namespace

Result<std::string> decide_json(Policy const& policy, Json const& facts, Timestamp now, Explain explain) {
  return Decider(policy, facts, now, explain).decide();
}

Result<std::string> decide_json(Policy const& policy, std::string_view facts, Timestamp now, Explain explain) {
  auto const document = parse_json(facts);
  if (!document) return Unexpected{document.error()};
  return decide_json(policy, *document, now, explain);
}

}  // namespace bylaw::inline v0::wire
