// A policy set for people who will never open its files.
#include <bylaw/policy/document.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "policy/explain/rule_view.hpp"

namespace bylaw::inline v0::policy {

namespace {

std::string joined(std::vector<std::string> const& names, char const* between = ", ") {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) out += (i == 0 ? "" : between) + names[i];
  return out;
}

std::string cell(std::string const& text) {
  std::string out;
  for (char const c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

class Document {
 public:
  explicit Document(Policy const& policy) : policy_(policy), impl_(policy.impl()) {}

  std::string print() {
    std::string title;
    for (auto const& header : policy_.headers()) {
      if (!header.name.empty()) title += (title.empty() ? "" : ", ") + header.name;
    }
    out_ = "# Policy " + (title.empty() ? std::string("set") : title) + "\n\n";
    out_ += "Version `" + policy_.version_hash().substr(0, 12) + "`. Made by `bylaw doc`; the files are what counts.\n";
    settings();
    rules(Kind::hold, "Holds", "Every hold whose condition is true stands. A held order waits in a queue until somebody who may releases it.");
    queues();
    stops();
    rules(Kind::validation, "Validations at import", "Repairs come first, then what is still wrong rejects or holds.");
    rules(Kind::allocation, "Allocation", "The first rule whose condition is true decides where an order ships from.");
    rules(Kind::protect, "Stock kept for a channel", "");
    rules(Kind::publish, "What channels are told", "The first rule of a channel whose condition is true decides.");
    rules(Kind::service, "Promises", "The first rule whose condition is true gives the promise.");
    rules(Kind::change, "Changes by customers", "The first rule whose condition is true decides. What it does not allow is refused.");
    rules(Kind::backorder, "Backorders", "");
    rules(Kind::return_rule, "Returns", "Statutory rules are a floor. Of the others the first whose condition is true decides, by the date of the order.");
    rules(Kind::approval, "Approvals", "Every approval that matches is needed.");
    rules(Kind::brake, "Brakes", "What happens by itself more often than this waits in a queue until somebody lets it through.");
    rules(Kind::posting, "Postings", "");
    roles();
    definitions();
    workflows();
    return std::move(out_);
  }

 private:
  void settings() {
    for (auto const& header : policy_.headers()) {
      if (header.name.empty()) continue;
      out_ += "\n- **" + header.name + "**: ";
      if (header.currency.known()) out_ += std::string(header.currency.code()) + ", ";
      out_ += "time zone " + header.zone;
      if (header.effective.from.value != INT32_MIN) out_ += ", from " + to_string(header.effective.from);
      if (header.effective.until.value != INT32_MAX) out_ += ", until " + to_string(header.effective.until);
      auto const& calendar = header.calendar;
      if (header.business_hours) out_ += ", business hours " + to_string(calendar.opens) + " to " + to_string(calendar.closes);
      if (!calendar.holidays.empty()) out_ += ", " + std::to_string(calendar.holidays.size()) + " holidays";
      out_ += std::string(", return windows end ") + (header.window_inclusive ? "with their last day" : "before their last day") +
              ", undelivered returns count from shipment plus " + std::to_string(header.undelivered_days) + " days, refunds above what is left are " +
              (header.refund_cap ? "capped" : "refused") + "\n";
    }
  }

  void rules(Kind kind, char const* title, char const* about) {
    auto const views = rules_of(impl_, kind);
    if (views.empty()) return;
    out_ += std::string("\n## ") + title + "\n";
    if (about[0] != '\0') out_ += std::string("\n") + about + "\n";
    for (std::size_t i = 0; i < views.size(); ++i) rule(kind, views[i], i);
  }

  void rule(Kind kind, RuleView const& view, std::size_t index) {
    auto const& info = *view.info;
    out_ += "\n### " + info.name + (kind == Kind::return_rule && impl_.returns[index].mandatory ? " (statutory)" : "") + "\n";
    if (!info.comment.empty()) out_ += "\n" + info.comment + "\n";
    if (!info.note.empty()) out_ += "\n" + info.note + "\n";
    out_ += "\n";
    auto const& file = impl_.headers[info.header].effective;
    if (info.period.from != file.from || info.period.until != file.until) {
      out_ += "- in force";
      if (info.period.from.value != INT32_MIN) out_ += " from " + to_string(info.period.from);
      if (info.period.until.value != INT32_MAX) out_ += " until " + to_string(info.period.until);
      out_ += "\n";
    }
    if (view.guard.when < 0) out_ += view.scope_line ? "- every line\n" : "- always\n";
    condition(view.scope_line ? "a line for which" : "when", view.guard.when);
    condition("unless", view.guard.unless);
    // The other clauses are words already: they are shown as they are written.
    for (auto const& clause : clauses(info)) out_ += "- " + clause + "\n";
    out_ += "\n(" + info.file + ")\n";
  }

  /// `and` on the outside becomes a list of its own.
  void condition(std::string const& word, ExprIndex index) {
    if (index < 0) return;
    auto const& expr = impl_.node(index);
    if (expr.op != Op::logical_and) {
      out_ += "- " + word + " `" + source_text(impl_, expr.span) + "`\n";
      return;
    }
    out_ += "- " + word + " all of these hold:\n";
    for (auto const part : expr.args) out_ += "  - `" + source_text(impl_, impl_.nodes[part].span) + "`\n";
  }

  std::vector<std::string> clauses(RuleInfo const& info) const {
    std::vector<std::string> out;
    auto const text = source_text(impl_, info.whole);
    auto at = text.find('{');
    if (at == std::string::npos) return out;
    bool quoted = false;
    std::string clause;
    for (++at; at < text.size(); ++at) {
      char const c = text[at];
      if (c == '"' && text[at - 1] != '\\') quoted = !quoted;
      if (c != ';' || quoted) {
        if (!clause.empty() || c != ' ') clause += c;
        continue;
      }
      auto const word = clause.substr(0, clause.find(' '));
      if (word != "when" && word != "unless" && word != "effective" && word != "note" && word != "before") out.push_back(clause);
      clause.clear();
    }
    return out;
  }

  void queues() {
    std::map<std::string, std::vector<HoldRule const*>> queues;
    for (auto const& hold : policy_.holds()) queues[hold.queue].push_back(&hold);
    if (queues.empty()) return;
    out_ += "\n## Queues\n\n| queue | holds | released by |\n|---|---|---|\n";
    for (auto const& [name, holds] : queues) {
      std::vector<std::string> names;
      std::set<std::string> roles;
      for (auto const* hold : holds) {
        names.push_back(hold->info.name);
        roles.insert(hold->release_by.begin(), hold->release_by.end());
        if (hold->clears || hold->releases_itself) roles.insert("itself");
      }
      out_ += "| " + cell(name) + " | " + cell(joined(names)) + " | " + cell(joined({roles.begin(), roles.end()})) + " |\n";
    }
  }

  void stops() {
    if (policy_.stops().empty()) return;
    out_ += "\n## Stops\n\n| stop | what | blocks | why | until | lifted by |\n|---|---|---|---|---|---|\n";
    for (auto const& stop : policy_.stops()) {
      out_ += "| " + stop.info.name + " | " + stop.what + " " + cell(stop.name) + " | " + joined(stop.blocks) + " | " +
              cell(stop.reason.text.empty() ? stop.reason.code : stop.reason.text) + " | " + (stop.until.value == INT64_MAX ? "" : to_string(stop.until)) +
              " | " + joined(stop.by) + " |\n";
    }
  }

  void roles() {
    std::map<std::string, std::set<std::string>> duties;
    for (auto const& hold : policy_.holds()) {
      for (auto const& role : hold.release_by) duties[role].insert("release " + hold.info.name);
      for (auto const& escalation : hold.escalations) duties[escalation.to].insert("take over " + hold.info.name);
    }
    for (auto const& approval : policy_.approvals()) {
      for (auto const& role : approval.by) duties[role].insert("approve " + approval.info.name);
    }
    for (auto const& brake : policy_.brakes()) {
      for (auto const& role : brake.by) duties[role].insert("let through " + brake.info.name);
    }
    for (auto const& permit : policy_.permits()) {
      for (auto const& role : permit.roles) {
        if (permit.commands.empty()) duties[role].insert("send every command");
        for (auto const& command : permit.commands) duties[role].insert("send " + command);
      }
    }
    for (auto const& workflow : policy_.workflows()) {
      for (auto const& state : workflow.states) {
        for (auto const& transition : state.transitions) {
          for (auto const& role : transition.by) duties[role].insert(transition.event + " (" + workflow.info.name + ")");
        }
      }
    }
    if (duties.empty()) return;
    // Who includes a role may do all of this too.
    std::map<std::string, std::set<std::string>> own;
    std::swap(own, duties);
    for (auto const& [role, may] : own) {
      for (auto const& acting : policy_.roles_acting_as(role)) duties[acting].insert(may.begin(), may.end());
    }
    out_ += "\n## Roles\n\n| role | may |\n|---|---|\n";
    for (auto const& [role, may] : duties) out_ += "| " + role + " | " + cell(joined({may.begin(), may.end()})) + " |\n";
  }

  /// What the rules name: a reader of the page will not open the files.
  void definitions() {
    std::string out;
    for (auto const& [what, span] : impl_.definitions) {
      if (impl_.sources[span.source_index].name == "schema.bylaw") continue;
      out += "\n```\n" + impl_.sources[span.source_index].text.substr(span.begin_offset, span.end_offset - span.begin_offset) + "\n```\n";
    }
    if (!out.empty()) out_ += "\n## Lists, definitions and tables\n\nWhat the rules above name, as it is written.\n" + out;
  }

  void workflows() {
    if (policy_.workflows().empty()) return;
    out_ += "\n## Workflows\n";
    for (auto const& workflow : policy_.workflows()) {
      out_ += "\n### " + workflow.info.name + ", version " + std::to_string(workflow.version) + "\n";
      if (!workflow.info.comment.empty()) out_ += "\n" + workflow.info.comment + "\n";
      out_ += "\n```mermaid\n" + to_mermaid(workflow) + "```\n";
    }
  }

  Policy const& policy_;
  Policy::Impl const& impl_;
  std::string out_;
};

}  // namespace

std::string document(Policy const& policy) { return Document(policy).print(); }

}  // namespace bylaw::inline v0::policy
