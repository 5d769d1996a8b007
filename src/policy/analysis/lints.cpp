#include "policy/analysis/lints.hpp"

#include <algorithm>

#include "policy/analysis/containment.hpp"
#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

namespace {

using analysis::Alternatives;
using analysis::Terms;

class Linter {
 public:
  Linter(Policy::Impl const& impl, Schema const& schema, Diagnostics& out) : impl_(impl), schema_(schema), out_(out), terms_(impl) {}

  void run(Date today) {
    collect_damage();
    clashes();
    never_true(impl_.holds, impl_.hold_programs);
    never_true(impl_.validations, impl_.validation_programs);
    never_true(impl_.protects, impl_.protect_programs);
    never_true(impl_.approvals, impl_.approval_programs);
    never_true(impl_.brakes, impl_.brake_programs);
    never_true(impl_.postings, impl_.posting_programs);
    compare_holds();
    first_match(impl_.allocations, impl_.allocation_programs, true, [](auto const&) { return std::string(); });
    first_match(impl_.publishes, impl_.publish_programs, false, [](auto const& rule) { return rule.channel; });
    first_match(impl_.services, impl_.service_programs, false, [](auto const&) { return std::string(); });
    first_match(impl_.changes, impl_.change_programs, false, [](auto const&) { return std::string(); });
    first_match(impl_.backorders, impl_.backorder_programs, false, [](auto const&) { return std::string(); });
    first_match(impl_.returns, impl_.return_programs, true, [](auto const& rule) { return std::string(rule.mandatory ? "mandatory" : ""); });
    verdicts();
    unused();
    repeated_entries();
    out_of_force(today);
    rule_count();
  }

 private:
  /// Where errors were found. What a broken rule says is not known, so nothing is concluded from it.
  void collect_damage() {
    for (auto const& diagnostic : out_) {
      if (diagnostic.severity == Severity::error && !diagnostic.labels.empty())
        broken_.emplace_back(diagnostic.labels[0].span.source_index, diagnostic.labels[0].span.begin_offset);
    }
    std::sort(broken_.begin(), broken_.end());
  }
  bool is_broken(RuleInfo const& info) const {
    auto const at = std::lower_bound(broken_.begin(), broken_.end(), std::make_pair(info.whole.source_index, info.whole.begin_offset));
    return at != broken_.end() && at->first == info.whole.source_index && at->second <= info.whole.end_offset;
  }

  std::string why(analysis::Clash const& clash) const { return "`" + terms_.text(clash.variable) + "` cannot be both"; }

  /// Contradictions inside one conjunction, and alternatives that cover everything.
  void clashes() {
    for (std::uint32_t i = 1; i < impl_.nodes.size(); ++i) {
      auto const& expr = impl_.nodes[i];
      if (expr.op == Op::logical_and && expr.span.end_offset > 0) {
        auto const clash = terms_.find_clash(i);
        if (!clash.found) continue;
        auto never = finding("BY0448", clash.second, {{"why", why(clash)}});
        if (clash.first.end_offset > 0) never.labels.push_back({clash.first, "and this"});
        out_.push_back(std::move(never));
      } else if (expr.op == Op::logical_or) {
        covers_all(i);
      }
    }
  }

  void covers_all(std::uint32_t disjunction) {
    auto const& expr = impl_.nodes[disjunction];
    analysis::Domain all;
    analysis::Variable variable = 0;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      auto const part = terms_.of(expr.args[i], true);
      if (!part.complete || part.terms.size() != 1 || part.terms[0].constraints.size() != 1) return;
      auto const& constraint = part.terms[0].constraints[0];
      if (i > 0 && constraint.variable != variable) return;
      variable = constraint.variable;
      all = unite(all, constraint.domain);
    }
    auto values = terms_.line(variable).universe;
    values.missing = all.missing;
    if (!all.missing && is_subset(values, all) && !values.values.empty()) {
      report(out_, "BY0505", expr.span, {{"why", "`" + terms_.text(variable) + "` is always one of these"}});
    }
  }

  Alternatives const& alternatives(Guard const& guard) {
    auto const key = std::make_pair(guard.when, guard.unless);
    auto const [at, fresh] = known_.emplace(key, Alternatives{});
    if (fresh) at->second = terms_.of(guard);
    return at->second;
  }

  Span span_of(Guard const& guard, RuleInfo const& info) const {
    if (guard.unless >= 0) return impl_.node(guard.unless).span;
    return guard.when >= 0 ? impl_.node(guard.when).span : info.span;
  }

  /// What `when` lets in and `unless` takes away again, all of it.
  bool is_never(Guard const& guard) {
    // `when false` is said on purpose: such a hold is placed by other rules only.
    if (guard.when >= 0 && impl_.node(guard.when).op == Op::literal) return false;
    auto const& found = alternatives(guard);
    return found.complete && found.terms.empty();
  }
  void report_never(Guard const& guard, RuleInfo const& info) {
    auto const span = span_of(guard, info);
    // A contradiction inside one `and` has been shown at its comparisons already.
    for (auto const& known : out_) {
      bool const inside = known.code == "BY0448" && known.labels[0].span.source_index == info.whole.source_index &&
                          known.labels[0].span.begin_offset >= info.whole.begin_offset && known.labels[0].span.end_offset <= info.whole.end_offset;
      if (inside) return;
    }
    bool const both = guard.when >= 0 && guard.unless >= 0;
    report(out_, "BY0448", span, {{"why", both ? "`unless` takes away everything that `when` lets in" : "no value makes it true"}});
  }

  template <class Rules, class Programs>
  void never_true(Rules const& rules, Programs const& programs) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!is_broken(rules[i].info) && is_never(programs[i].guard)) report_never(programs[i].guard, rules[i].info);
    }
  }

  /// Everything about a hold but its condition, as one text: two holds with equal texts do the same.
  std::string consequence(std::size_t i) {
    auto const& rule = impl_.holds[i];
    auto const& program = impl_.hold_programs[i];
    auto text = rule.queue + ' ' + std::to_string(rule.priority) + '\n' + rule.reason.code + '\n' + (rule.scope_line ? "line" : "order") + '\n';
    for (auto const& list : {rule.blocks, rule.release_by}) {
      auto sorted = list;
      std::sort(sorted.begin(), sorted.end());
      for (auto const& word : sorted) text += word + ',';
      text += '\n';
    }
    for (auto const when : program.release_when) text += std::to_string(terms_.identity(static_cast<std::uint32_t>(when))) + ',';
    if (program.clears_when >= 0) text += "clears " + std::to_string(terms_.identity(static_cast<std::uint32_t>(program.clears_when)));
    for (auto const& await : program.awaits)
      text += "await " + std::to_string(await.slot) + ' ' + std::to_string(await.patience_ms) + ' ' + std::to_string(await.otherwise);
    for (auto const& escalation : rule.escalations) text += "escalate " + escalation.to + to_text(escalation.after);
    for (auto const& expiry : rule.expiries) {
      text += "expire " + expiry.action + to_text(expiry.after) + to_text(expiry.grace) + std::to_string(expiry.limit) + to_text(expiry.limit_per);
    }
    return text + std::to_string(static_cast<int>(rule.late)) + '\n' + std::to_string(rule.info.period.from.value) + ' ' +
           std::to_string(rule.info.period.until.value);
  }

  /// Holds are a set: one that holds no order which another does not hold the same way is not needed.
  void compare_holds() {
    std::unordered_map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < impl_.holds.size(); ++i) {
      if (!is_broken(impl_.holds[i].info)) groups[consequence(i)].push_back(i);
    }
    std::vector<std::vector<std::size_t>> ordered;
    for (auto& [text, members] : groups) {
      if (members.size() > 1) ordered.push_back(std::move(members));
    }
    std::sort(ordered.begin(), ordered.end());
    for (auto const& members : ordered) compare_group(members);
  }

  void compare_group(std::vector<std::size_t> const& members) {
    std::vector<Alternatives const*> guards;
    for (auto const i : members) guards.push_back(&alternatives(impl_.hold_programs[i].guard));
    analysis::ContainmentIndex const index(guards);
    for (std::size_t inner = 0; inner < members.size(); ++inner) {
      index.each_container(*guards[inner], [&](std::size_t outer) {
        return outer != inner && is_subset(*guards[inner], *guards[outer]) && report_contained(members[inner], members[outer]);
      });
    }
  }

  bool report_contained(std::size_t inner, std::size_t outer) {
    auto const& rule = impl_.holds[inner];
    auto const& other = impl_.holds[outer];
    if (rule.info.name == other.info.name) return true;  // a rule declared twice is an error of its own
    bool const same = is_subset(alternatives(impl_.hold_programs[outer].guard), alternatives(impl_.hold_programs[inner].guard));
    if (same && outer > inner) return false;  // told once, at the later of the two
    auto contained = finding(same ? "BY0503" : "BY0504", rule.info.span, {{"other", other.info.name}});
    contained.labels.push_back({other.info.span, "here"});
    out_.push_back(std::move(contained));
    return true;
  }

  template <class Rules, class Programs, class Group>
  void first_match(Rules const& rules, Programs const& programs, bool needs_fallback, Group group) {
    std::map<std::string, std::vector<std::size_t>> groups;
    std::size_t last = rules.size();
    for (std::size_t i = 0; i < rules.size(); ++i) {
      auto const own = group(rules[i]);
      bool const broken = is_broken(rules[i].info);
      if (own != "mandatory") last = broken ? rules.size() : i;
      if (broken) continue;
      if (is_never(programs[i].guard)) report_never(programs[i].guard, rules[i].info);
      else if (own != "mandatory") groups[own].push_back(i);
    }
    for (auto const& [name, members] : groups) unreachable(rules, programs, members);
    if (!needs_fallback || last == rules.size()) return;
    auto const& guard = programs[last].guard;
    if (guard.when >= 0 || guard.unless >= 0) report(out_, "BY0416", rules[last].info.span, {{"kind", word_of(rules[last].info.kind)}});
  }

  /// Rules of one list that an earlier one always forestalls.
  template <class Rules, class Programs>
  void unreachable(Rules const& rules, Programs const& programs, std::vector<std::size_t> const& members) {
    std::vector<Alternatives const*> guards;
    for (auto const i : members) guards.push_back(&alternatives(programs[i].guard));
    analysis::ContainmentIndex const index(guards);
    for (std::size_t inner = 1; inner < members.size(); ++inner) {
      index.each_container(*guards[inner], [&](std::size_t outer) {
        auto const& rule = rules[members[inner]].info;
        auto const& earlier = rules[members[outer]].info;
        if (outer >= inner || !covers(earlier.period, rule.period) || !is_subset(*guards[inner], *guards[outer])) return false;
        auto found = finding("BY0417", rule.span, {{"kind", word_of(rule.kind)}, {"earlier", earlier.name}});
        found.labels.push_back({earlier.span, "this one"});
        out_.push_back(std::move(found));
        return true;
      });
    }
  }

  static bool covers(Period const& outer, Period const& inner) { return outer.from <= inner.from && inner.until <= outer.until; }

  /// A verdict without a guard ends the list; windows and fees whose guard contradicts the rule never apply.
  void verdicts() {
    for (std::size_t i = 0; i < impl_.returns.size(); ++i) {
      if (is_broken(impl_.returns[i].info)) continue;
      auto const& program = impl_.return_programs[i];
      bool decided = false;
      for (auto const& clause : program.verdicts) {
        bool const always = !clause.otherwise && clause.guard.when < 0 && clause.guard.unless < 0;
        if (decided && clause.guard.when >= 0) {
          report(out_, "BY0458", impl_.node(clause.guard.when).span, {{"why", "a verdict above it always holds"}});
        }
        decided = decided || always;
      }
      windows(program);
      for (auto const& fee : program.fees) never_clause(program.guard, fee.guard);
      for (auto const& clause : program.verdicts) never_clause(program.guard, clause.guard);
    }
  }

  /// Without `longest` the first window whose guard holds is the one that counts.
  void windows(ReturnProgram const& program) {
    bool decided = false;
    for (auto const& window : program.windows) {
      if (decided && !program.longest) report(out_, "BY0458", window.span, {{"why", "the window before it always applies; `longest of` takes the longest"}});
      else never_clause(program.guard, window.guard);
      decided = decided || (window.guard.when < 0 && window.guard.unless < 0);
    }
    if (!decided && !program.windows.empty()) report(out_, "BY0511", program.windows.back().span);
  }

  void never_clause(Guard const& rule, Guard const& clause) {
    if (clause.when < 0) return;
    auto const outer = alternatives(rule);
    auto const inner = alternatives(clause);
    if (!outer.complete || !inner.complete || outer.terms.empty() || inner.terms.empty()) return;
    for (auto const& a : outer.terms) {
      for (auto const& b : inner.terms) {
        bool possible = true;
        for (auto const& x : a.constraints) {
          for (auto const& y : b.constraints) possible = possible && (x.variable != y.variable || !intersect(x.domain, y.domain).empty());
        }
        if (possible) return;
      }
    }
    report(out_, "BY0458", impl_.node(clause.when).span, {{"why", "its guard contradicts the `when` of the rule"}});
  }

  void unused() {
    // What did not parse may be what uses it.
    auto const unread = [](Diagnostic const& known) { return known.code.compare(0, 4, "BY01") == 0 || known.code.compare(0, 4, "BY02") == 0; };
    if (std::any_of(out_.begin(), out_.end(), unread)) return;
    for (auto const& [name, named] : schema_.named) {
      if (named.used || named.what == NamedNode::What::function) continue;
      report(out_, "BY0501", named.name_span, {{"what", to_text(named.what)}, {"name", name}});
    }
  }

  void repeated_entries() {
    for (std::uint32_t i = 1; i < impl_.nodes.size(); ++i) {
      auto const& expr = impl_.nodes[i];
      if (expr.type.base != Base::list || expr.op != Op::literal) continue;
      std::unordered_map<std::uint32_t, std::uint32_t> times;
      for (auto const entry : expr.args) {
        if (++times[terms_.identity(entry)] != 2) continue;  // each value once, however often it stands there
        auto const& span = impl_.nodes[entry].span;
        report(out_, "BY0507", span, {{"value", impl_.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset)}});
      }
    }
  }

  template <class Rules>
  void ended(Rules const& rules, Date today) {
    for (auto const& rule : rules) {
      if (rule.info.period.until < today) report(out_, "BY0510", rule.info.span, {{"date", to_string(rule.info.period.until)}});
    }
  }
  /// Return rules stay: they still decide the returns of orders placed while they were in force.
  void out_of_force(Date today) {
    if (today.value == INT32_MIN) return;
    ended(impl_.holds, today);
    ended(impl_.validations, today);
    ended(impl_.allocations, today);
    ended(impl_.protects, today);
    ended(impl_.publishes, today);
    ended(impl_.services, today);
    ended(impl_.changes, today);
    ended(impl_.backorders, today);
    ended(impl_.approvals, today);
    ended(impl_.brakes, today);
    for (auto const& stop : impl_.stops) {
      auto const over = Date(static_cast<std::int32_t>(stop.until.value / day_ms));
      if (stop.until.value != INT64_MAX && over < today) report(out_, "BY0510", stop.info.span, {{"date", to_string(over)}});
    }
  }

  void rule_count() {
    constexpr std::size_t rules_max = 20'000;
    auto const count = impl_.holds.size() + impl_.stops.size() + impl_.validations.size() + impl_.allocations.size() + impl_.protects.size() +
                       impl_.publishes.size() + impl_.services.size() + impl_.changes.size() + impl_.backorders.size() + impl_.returns.size() +
                       impl_.approvals.size() + impl_.brakes.size() + impl_.postings.size();
    if (count > rules_max) report(out_, "BY0430", impl_.holds.empty() ? Span{} : impl_.holds.back().info.span);
  }

  Policy::Impl const& impl_;
  Schema const& schema_;
  Diagnostics& out_;
  Terms terms_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> broken_;  ///< source and offset of each error, rising
  std::map<std::pair<ExprIndex, ExprIndex>, Alternatives> known_;
};

}  // namespace

void lint(Policy::Impl const& impl, Schema const& schema, Date today, Diagnostics& out) {
  Linter(impl, schema, out).run(today);
  check_balance(impl, out);
  if (!has_errors(out)) check_ties(impl, out);
}

}  // namespace bylaw::inline v0::policy
