// Why rules applied, why not, and what would turn it round.
#include <bylaw/policy/explain.hpp>

#include <algorithm>

#include "policy/explain/flip.hpp"
#include "policy/explain/reasoning.hpp"

namespace bylaw::inline v0::policy {

namespace {

class Explainer {
 public:
  Explainer(Policy const& policy, Question const& question, Session& session)
      : policy_(policy), impl_(policy.impl()), question_(question), session_(session), rules_(rules_of(impl_, question.kind)) {}

  Explanation explain() {
    Explanation out;
    if (question_.kind == Kind::validation && question_.order != nullptr)
      repaired_ = policy_.decide_validation(*question_.order, session_.now, session_.functions).repaired;
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
      bool const mandatory = question_.kind == Kind::return_rule && impl_.returns[i].mandatory;
      if (question_.kind == Kind::return_rule && decided_ && !mandatory) continue;
      if (is_first_match(question_.kind) && question_.kind != Kind::return_rule && decided_) break;
      each_line(i, [&](std::int32_t line) { out.rules.push_back(rule(i, line)); });
      if (!mandatory && !out.rules.empty() && out.rules.back().rule == i && out.rules.back().applies) decided_ = true;
    }
    return out;
  }

 private:
  template <class Use>
  void each_line(std::uint32_t rule, Use use) {
    bool const by_line = rules_[rule].scope_line && (question_.kind == Kind::hold || question_.kind == Kind::validation);
    if (!by_line) return use(question_.line);
    auto const collection = static_cast<std::size_t>(impl_.lines_collection);
    if (question_.order == nullptr || collection >= question_.order->collections.size()) return;
    auto const lines = question_.order->collections[collection].size();
    for (std::size_t line = 0; line < lines; ++line) use(static_cast<std::int32_t>(line));
  }

  Timestamp version_time() const {
    if (question_.kind != Kind::return_rule || impl_.placed_slot < 0 || question_.order == nullptr) return session_.now;
    auto const slot = static_cast<std::size_t>(impl_.placed_slot);
    bool const placed = slot < question_.order->values.size() && question_.order->values[slot].known;
    return placed ? Timestamp(question_.order->values[slot].number) : session_.now;
  }

  RuleExplanation rule(std::uint32_t index, std::int32_t line) {
    auto const& view = rules_[index];
    RuleExplanation out;
    out.rule = index;
    out.name = view.info->name;
    out.file = view.info->file;
    out.comment = view.info->comment;
    out.line = line;
    out.in_force = in_force(impl_, *view.info, version_time());
    if (!out.in_force) return out;
    // Validations look at what the repairs left.
    bool const after_repairs = question_.kind == Kind::validation && !impl_.validations[index].repairs;
    auto const at = seat_of(impl_, question_.kind, index, after_repairs ? &repaired_ : question_.order, question_.other, line);
    auto const decided = outcome(index, at);
    out.applies = decided != "no" && decided.compare(0, 6, "error:") != 0;
    if (question_.kind == Kind::return_rule && out.applies) out.outcome = decided;
    if (decided == "waiting" || decided == "overdue") add_awaited(index, at, decided, out);
    else add_guard(index, at, "", view.guard, out);
    // The other clauses matter once the rule applies.
    if (out.applies) add_clauses(index, at, out);
    if (decided.compare(0, 6, "error:") == 0) out.error = decided.substr(7);
    std::vector<ExprIndex> conditions{view.guard.when, view.guard.unless};
    if (out.applies && question_.kind == Kind::return_rule) {
      for (auto const& clause : view.clauses) {
        conditions.push_back(clause.guard.when);
        conditions.push_back(clause.guard.unless);
      }
    }
    std::vector<Timestamp> instants;
    if (question_.kind == Kind::return_rule) instants = window_edges(index, at);
    out.flip = smallest_flip(
        session_, at, conditions, [&](Seat const& changed) { return outcome(index, changed); }, instants);
    return out;
  }

  /// What a rule comes to on these facts, as a text that is compared: `no`, `yes`, a verdict, or an error.
  std::string outcome(std::uint32_t index, Seat const& at) {
    if (question_.kind == Kind::hold) {
      auto const hit = decide_hold(session_, index, at);
      if (!hit) return "no";
      if (hit->state == HoldState::failed) return "error: " + hit->error;
      return hit->state == HoldState::waiting ? "waiting" : hit->overdue ? "overdue" : "yes";
    }
    Evaluation evaluation(session_);
    evaluation.recording = false;
    seat(evaluation, at);
    bool const passes = evaluation.passes(rules_[index].guard);
    if (!evaluation.error.empty()) return "error: " + evaluation.error;
    if (!passes) return "no";
    if (question_.kind != Kind::return_rule) return "yes";
    auto const terms = return_terms(index, evaluation);
    if (!evaluation.error.empty()) return "error: " + evaluation.error;
    return terms.verdict == Verdict::approve ? "approve" : terms.verdict == Verdict::review ? "review" : "deny";
  }

  /// The last moments inside and the first ones outside the windows of a return rule.
  std::vector<Timestamp> window_edges(std::uint32_t index, Seat const& at) {
    Evaluation evaluation(session_);
    seat(evaluation, at);
    auto const ends = return_terms(index, evaluation).window_ends;
    std::vector<Timestamp> out;
    auto const& zone = *impl_.header_zones[rules_[index].info->header];
    auto const date = parse_date(ends.substr(0, 10));
    if (!date) return out;
    for (auto const day : {0, 1}) {
      auto const midnight = at_midnight(Date(date->value + day)).value;
      for (auto const offset : {-second_ms, std::int64_t{0}}) out.push_back(from_local(LocalTime(midnight + offset), zone).time);
    }
    return out;
  }

  /// A hold that stands because a fact has not come: its condition says nothing yet.
  void add_awaited(std::uint32_t index, Seat const& at, std::string const& state, RuleExplanation& out) {
    Evaluation evaluation(session_);
    seat(evaluation, at);
    for (auto const& await : impl_.hold_programs[index].awaits) {
      evaluation.reads.clear();
      if (evaluation.slot_value(await.level, await.slot).known) continue;
      auto const name = evaluation.reads.empty() ? std::string("a fact") : evaluation.reads[0].path;
      out.clauses.push_back({"await", {name + (state == "waiting" ? " is awaited" : " did not come in time"), true, std::move(evaluation.reads), {}}});
    }
  }

  void add_guard(std::uint32_t index, Seat const& at, std::string const& label, Guard const& guard, RuleExplanation& out) {
    auto const prefix = label.empty() ? "" : label + " ";
    Evaluation evaluation(session_);
    seat(evaluation, at);
    if (question_.kind == Kind::hold) assume_awaited(index, evaluation);
    Reasoner reasoner(evaluation);
    if (guard.when >= 0)
      out.clauses.push_back({label == "require" || label == "from" ? label : prefix + "when", reasoner.reason(static_cast<std::uint32_t>(guard.when))});
    // What `unless` says matters only where `when` holds.
    bool const asked = guard.when < 0 || out.clauses.back().reasoning.holds;
    if (guard.unless >= 0 && asked) out.clauses.push_back({prefix + "unless", reasoner.reason(static_cast<std::uint32_t>(guard.unless))});
    if (out.error.empty()) out.error = reasoner.error;
  }

  void assume_awaited(std::uint32_t index, Evaluation& evaluation) {
    for (auto const& await : impl_.hold_programs[index].awaits) {
      if (await.otherwise >= 0 && !evaluation.slot_value(await.level, await.slot).known) {
        evaluation.assume(await.level, await.slot, evaluation.value(await.otherwise));
      }
    }
    evaluation.reads.clear();
  }

  void add_clauses(std::uint32_t index, Seat const& at, RuleExplanation& out) {
    bool const decides = question_.kind == Kind::return_rule;
    if (!decides && question_.kind != Kind::allocation && question_.kind != Kind::service && question_.kind != Kind::change) return;
    if (question_.kind == Kind::allocation && at.other == nullptr) return;
    if (decides) return add_terms(index, at, out);
    for (auto const& clause : rules_[index].clauses) add_guard(index, at, clause.label, clause.guard, out);
  }

  /// Of a return that is denied, what failed; of another, what its verdict and its fees stand on.
  void add_terms(std::uint32_t index, Seat const& at, RuleExplanation& out) {
    Evaluation evaluation(session_);
    seat(evaluation, at);
    auto const terms = return_terms(index, evaluation);
    for (auto const& failure : terms.failures) {
      bool const window = failure.clause == "within";
      if (!window && failure.clause != "accept") continue;
      std::vector<Read> values;
      for (auto const& read : evaluation.reads) {
        bool const dates = read.path == "return.requested" || read.path == "return.delivered" || read.path == "return.shipped" || read.path == "order.placed";
        if (window ? dates : read.path == "return.claimed.condition") values.push_back(read);
      }
      out.clauses.push_back({failure.clause, {failure.text, false, std::move(values), {}}});
    }
    if (terms.failures.empty() && (terms.window_unlimited || !terms.window_ends.empty())) {
      out.clauses.push_back({"within", {terms.window_unlimited ? "there is no limit" : "the return window ends on " + terms.window_ends, true, {}, {}}});
    }
    for (auto const& clause : rules_[index].clauses) {
      auto const word = clause.label.substr(0, clause.label.find(' '));
      bool const requirement = word == "require";
      bool const verdict = word == "approve" || word == "review" || word == "deny" || word == "fee" || word == "deduct";
      if (terms.failures.empty() ? !verdict && !requirement : !requirement) continue;
      auto const before = out.clauses.size();
      add_guard(index, at, clause.label, clause.guard, out);
      // A requirement that is met explains nothing about a denial.
      bool const met = requirement && out.clauses.size() > before && out.clauses.back().reasoning.holds;
      if (met && !terms.failures.empty()) out.clauses.resize(before);
    }
  }

  Policy const& policy_;
  Policy::Impl const& impl_;
  Question const& question_;
  Session& session_;
  std::vector<RuleView> rules_;
  bool decided_ = false;
  Frame repaired_;
};

void render(std::string& out, Reasoning const& reasoning, std::size_t depth) {
  out += std::string(2 * depth, ' ') + (reasoning.holds ? "yes: " : "no:  ") + reasoning.text;
  // What is shown below a part need not be said here again.
  if (reasoning.parts.empty() || !reasoning.values.empty()) {
    std::string values;
    for (auto const& read : reasoning.values) {
      if (reasoning.text == read.path && read.value == (reasoning.holds ? "true" : "false")) continue;
      values += (values.empty() ? "" : ", ") + read.path + " is " + read.value;
    }
    if (!values.empty()) out += "  (" + values + ")";
  }
  out += '\n';
  for (auto const& part : reasoning.parts) render(out, part, depth + 1);
}

}  // namespace

Explanation explain(Policy const& policy, Question const& question, Timestamp now, Functions functions) {
  Session session{policy.impl(), now, functions, {}, {}};
  return Explainer(policy, question, session).explain();
}

std::string render(Explanation const& explanation) {
  std::string out;
  for (auto const& rule : explanation.rules) {
    out += rule.name + (rule.line >= 0 ? ", order.lines[" + std::to_string(rule.line) + "]" : "") + ": ";
    if (!rule.in_force) out += "not in force";
    else if (!rule.error.empty() && !rule.applies) out += "could not be evaluated: " + rule.error;
    else if (!rule.outcome.empty()) out += rule.outcome;
    else out += rule.applies ? "applies" : "does not apply";
    out += '\n';
    for (auto const& clause : rule.clauses) {
      std::string tree;
      render(tree, clause.reasoning, 2);
      // The first line of the tree stands behind the clause's word.
      out += "  " + clause.clause + '\n' + tree;
    }
    for (auto const& flip : rule.flip) {
      out += "  the other way if " + flip.path + " were " + flip.to + " instead of " + flip.from + '\n';
    }
  }
  return out;
}

}  // namespace bylaw::inline v0::policy
