// Which comparisons tests have seen true and false, and which of them have been shown to decide.
#include <bylaw/policy/coverage.hpp>

#include <algorithm>

#include "policy/analysis/terms.hpp"
#include "policy/explain/condition_tree.hpp"

namespace bylaw::inline v0::policy {

bool RuleCoverage::covered() const noexcept {
  return fired > 0 && std::all_of(conditions.begin(), conditions.end(), [](ConditionCoverage const& c) { return c.covered(); });
}

struct Coverage::Impl {
  explicit Impl(Policy const& p) : policy(p), impl(p.impl()), terms(impl) {
    for (auto const kind : {Kind::hold, Kind::validation, Kind::allocation, Kind::protect, Kind::publish, Kind::service, Kind::change, Kind::backorder,
                            Kind::return_rule, Kind::approval, Kind::posting}) {
      for (auto const& view : rules_of(impl, kind)) add_rule(kind, view);
    }
  }

  struct Rule {
    RuleCoverage coverage;
    RuleInfo const* info = nullptr;
    bool scope_line = false;
    std::vector<Root> roots;
  };

  void add_rule(Kind kind, RuleView const& view) {
    Rule rule;
    rule.coverage = {kind, view.info->name, view.info->file, 0, 0, {}};
    rule.info = view.info;
    rule.scope_line = view.scope_line && kind != Kind::posting;
    RootBuilder builder(impl);
    rule.roots.push_back(builder.build("", view.guard));
    for (auto const& clause : view.clauses) {
      rule.roots.push_back(builder.build(clause.label, clause.guard));
    }
    // The inside of a quantifier is a function of its own, asked once per element.
    for (std::size_t i = 0; i < builder.quantifiers.size(); ++i) {
      auto const index = builder.quantifiers[i];
      auto root = builder.build("inside any", {static_cast<ExprIndex>(impl.nodes[index].args[0]), -1});
      if (impl.nodes[index].op == Op::every) {
        for (auto& condition : root.coverage) condition.clause = "inside every";
      }
      root.quantifier = index;
      if (!root.atoms.empty()) rule.roots.push_back(std::move(root));
    }
    rules[static_cast<std::size_t>(kind)].push_back(std::move(rule));
  }

  void observe(Question question, Timestamp now, Functions functions) {
    Frame repaired;
    if (question.kind == Kind::validation && question.order != nullptr) repaired = policy.decide_validation(*question.order, now, functions).repaired;
    Session session{impl, now, functions, {}, {}};
    auto& asked = rules[static_cast<std::size_t>(question.kind)];
    bool decided = false;
    std::vector<std::string> channels;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      bool const mandatory = question.kind == Kind::return_rule && impl.returns[i].mandatory;
      if (decided && !mandatory) continue;
      if (!in_force(impl, *asked[i].info, version_time(question, now))) continue;
      // A channel has publish rules of its own: the first of one does not end those of another.
      if (question.kind == Kind::publish && std::find(channels.begin(), channels.end(), impl.publishes[i].channel) != channels.end()) continue;
      // Validations look at what the repairs left.
      auto asked_of = question;
      if (question.kind == Kind::validation && !impl.validations[i].repairs) asked_of.order = &repaired;
      bool const fired = observe_rule(asked[i], i, asked_of, session);
      if (fired && question.kind == Kind::publish) {
        channels.push_back(impl.publishes[i].channel);
        continue;
      }
      if (fired && is_first_match(question.kind) && !mandatory) decided = true;
    }
  }

  Timestamp version_time(Question const& question, Timestamp now) const {
    auto const slot = static_cast<std::size_t>(impl.placed_slot);
    bool const dated = question.kind == Kind::return_rule && impl.placed_slot >= 0 && question.order != nullptr && slot < question.order->values.size() &&
                       question.order->values[slot].known;
    return dated ? Timestamp(question.order->values[slot].number) : now;
  }

  bool observe_rule(Rule& rule, std::size_t index, Question const& question, Session& session) {
    if (!rule.scope_line) return observe_once(rule, index, question, session, question.line);
    bool any = false;
    auto const lines = static_cast<std::size_t>(impl.lines_collection);
    auto const count = question.order == nullptr || lines >= question.order->collections.size() ? 0 : question.order->collections[lines].size();
    for (std::size_t line = 0; line < count; ++line) any = observe_once(rule, index, question, session, static_cast<std::int32_t>(line)) || any;
    return any;
  }

  bool observe_once(Rule& rule, std::size_t index, Question const& question, Session& session, std::int32_t line) {
    auto const at = seat_of(impl, question.kind, index, question.order, question.other, line);
    Evaluation evaluation(session);
    evaluation.recording = false;
    seat(evaluation, at);
    if (question.kind == Kind::hold) {
      for (auto const& await : impl.hold_programs[index].awaits) {
        if (await.otherwise >= 0 && !evaluation.slot_value(await.level, await.slot).known) {
          evaluation.assume(await.level, await.slot, evaluation.value(await.otherwise));
        }
      }
    }
    bool const fired = observe_root(rule.roots[0], evaluation);
    ++(fired ? rule.coverage.fired : rule.coverage.passed);
    // Of the verdicts of a return only those up to the one that was chosen were asked, and none when a clause failed.
    bool verdicts_open = question.kind == Kind::return_rule;
    if (verdicts_open && fired) {
      auto copy = evaluation;
      verdicts_open = return_terms(index, copy).failures.empty() || denied_by_verdict(index, evaluation);
    }
    for (std::size_t r = 1; r < rule.roots.size(); ++r) {
      auto& root = rule.roots[r];
      if (fired && question.kind == Kind::return_rule && is_verdict(root)) {
        if (verdicts_open) verdicts_open = !observe_root(root, evaluation);
        continue;
      }
      // The ways out of a hold are asked of orders whose cause may be gone; other clauses only when the rule applies.
      if (root.quantifier != 0) observe_elements(root, evaluation);
      else if (question.kind == Kind::hold) observe_root(root, evaluation);
      else if (fired && (question.kind != Kind::allocation || question.other != nullptr)) observe_root(root, evaluation);
    }
    return fired;
  }

  static bool is_verdict(Root const& root) {
    auto const word = root.coverage.empty() ? std::string{} : root.coverage[0].clause.substr(0, root.coverage[0].clause.find(' '));
    return root.quantifier == 0 && (word == "approve" || word == "review" || word == "deny");
  }
  bool denied_by_verdict(std::size_t index, Evaluation const& evaluation) const {
    auto copy = evaluation;
    auto const failures = return_terms(index, copy).failures;
    return failures.size() == 1 && failures[0].clause == "verdict";
  }

  void observe_elements(Root& root, Evaluation& evaluation) {
    auto const& expr = impl.nodes[root.quantifier];
    auto const elements = evaluation.element_count(expr.owner, expr.slot);
    auto const saved = evaluation;
    for (std::size_t i = 0; i < elements; ++i) {
      if (evaluation.enter_element(expr.level, expr.owner, expr.slot, i)) observe_root(root, evaluation);
    }
    evaluation.restore(saved);
  }

  static bool observe_root(Root& root, Evaluation& evaluation) {
    std::vector<Seen> atoms;
    for (auto const atom : root.atoms) {
      bool const holds = evaluation.truth(static_cast<ExprIndex>(atom));
      atoms.push_back(!evaluation.error.empty() ? Seen::unknown : holds ? Seen::yes : Seen::no);
      evaluation.error.clear();
    }
    bool const result = evaluate(root.tree, atoms);
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (atoms[i] == Seen::unknown) continue;
      auto& coverage = root.coverage[i];
      bool const yes = atoms[i] == Seen::yes;
      (yes ? coverage.seen_true : coverage.seen_false) = true;
      auto turned = atoms;
      turned[i] = yes ? Seen::no : Seen::yes;
      if (can_differ(root.tree, turned, result)) (yes ? coverage.decided_true : coverage.decided_false) = true;
    }
    return result;
  }

  /// Whether the result can be another. A part that could not be computed stands behind one that
  /// decided (`x is known and ...`): had that one been otherwise, it could have been either.
  static bool can_differ(Tree const& tree, std::vector<Seen>& atoms, bool result) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (atoms[i] == Seen::unknown) open.push_back(i);
    }
    constexpr std::size_t open_max = 8;
    if (open.size() > open_max) open.clear();
    for (std::uint32_t chosen = 0; chosen < (1u << open.size()); ++chosen) {
      for (std::size_t i = 0; i < open.size(); ++i) atoms[open[i]] = (chosen >> i & 1u) != 0 ? Seen::yes : Seen::no;
      if (evaluate(tree, atoms) != result) return true;
    }
    return false;
  }

  /// Values with which the comparison would decide: the others so that it matters, itself as wanted.
  std::string needed(Root const& root, std::size_t atom, bool wanted) {
    constexpr std::size_t atoms_max = 14;
    auto const count = root.atoms.size();
    if (count > atoms_max) return root.coverage[atom].text + (wanted ? " true" : " false") + " and deciding";
    std::string best;
    int best_cost = 1 << 20;
    for (std::uint32_t chosen = 0; chosen < (1u << count); ++chosen) {
      if (((chosen >> atom & 1u) != 0) != wanted) continue;
      std::vector<Seen> atoms;
      for (std::size_t i = 0; i < count; ++i) atoms.push_back((chosen >> i & 1u) != 0 ? Seen::yes : Seen::no);
      auto turned = atoms;
      turned[atom] = wanted ? Seen::no : Seen::yes;
      if (evaluate(root.tree, atoms) == evaluate(root.tree, turned)) continue;
      int cost = 0;
      auto const text = describe(root, atoms, terms.constraint(root.atoms[atom], wanted).variable, cost);
      if (text.empty() || cost >= best_cost) continue;
      best = text;
      best_cost = cost;
    }
    return best;
  }

  /// The choice in values; empty when no facts can be like that. Fewest true comparisons are cheapest.
  std::string describe(Root const& root, std::vector<Seen> const& atoms, analysis::Variable wanted, int& cost) {
    std::vector<std::pair<analysis::Variable, analysis::Domain>> domains;  // in the order of the text
    std::string texts;                                                     // a text is told by its comparison, not by an interval
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      auto const constraint = terms.constraint(root.atoms[i], atoms[i] == Seen::yes);
      auto at = std::find_if(domains.begin(), domains.end(), [&](auto const& d) { return d.first == constraint.variable; });
      if (at == domains.end()) at = domains.insert(at, {constraint.variable, constraint.domain});
      else at->second = intersect(at->second, constraint.domain);
      if (at->second.empty()) return {};
      cost += atoms[i] == Seen::yes ? 1 : 0;
      if (terms.line(constraint.variable).type.base == Base::text) {
        texts += (texts.empty() ? "`" : ", `") + root.coverage[i].text + (atoms[i] == Seen::yes ? "` true" : "` false");
      }
    }
    std::string out = texts;
    for (auto const& [variable, domain] : domains) {
      auto const& line = terms.line(variable);
      if (line.type.base == Base::text) continue;
      auto known = line.universe;
      known.missing = false;
      if (domain == known && variable != wanted) continue;  // any value does
      out += (out.empty() ? "" : ", ") + terms.text(variable) + " " + analysis::describe(impl, line, domain);
    }
    return out;
  }

  Policy const& policy;
  Policy::Impl const& impl;
  analysis::Terms terms;
  std::vector<Rule> rules[static_cast<std::size_t>(Kind::workflow) + 1];
};

Coverage::Coverage(Policy const& policy) : impl_(new Impl(policy)) {}
Coverage::Coverage(Coverage&& other) noexcept : impl_(other.impl_) { other.impl_ = nullptr; }
Coverage& Coverage::operator=(Coverage&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Coverage::~Coverage() { delete impl_; }

void Coverage::observe(Question const& question, Timestamp now, Functions functions) { impl_->observe(question, now, functions); }

std::vector<RuleCoverage> Coverage::report() const {
  std::vector<RuleCoverage> out;
  for (auto& rules : impl_->rules) {
    for (auto& rule : rules) {
      auto coverage = rule.coverage;
      for (auto const& root : rule.roots) {
        for (std::size_t i = 0; i < root.coverage.size(); ++i) {
          auto condition = root.coverage[i];
          if (!condition.decided_true) condition.missing = impl_->needed(root, i, true);
          else if (!condition.decided_false) condition.missing = impl_->needed(root, i, false);
          coverage.conditions.push_back(std::move(condition));
        }
      }
      out.push_back(std::move(coverage));
    }
  }
  return out;
}

}  // namespace bylaw::inline v0::policy
