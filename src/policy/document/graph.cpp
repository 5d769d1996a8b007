#include <bylaw/policy/document.hpp>
#include <bylaw/policy/rules.hpp>

namespace bylaw::inline v0::policy {

namespace {

/// What would end a label early, or a line, is written in another way.
std::string plain(std::string const& text) {
  std::string out;
  for (char const c : text) {
    if (c == '"') out += '\'';
    else if (c == ';') out += ',';
    else if (c == '#') out += "No.";
    else if (c == '\n' || c == '\t') out += out.empty() || out.back() == ' ' ? "" : " ";
    else if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  }
  return out;
}

std::string text_of(std::vector<Action> const& actions) {
  std::string out;
  for (auto const& action : actions) {
    out += (out.empty() ? "" : ", ") + action.name;
    for (std::size_t i = 0; i < action.arguments.size(); ++i) out += (i == 0 ? "(" : ", ") + action.arguments[i];
    if (!action.arguments.empty()) out += ")";
  }
  return out;
}

std::string label_of(Transition const& transition) {
  std::string label = transition.event;
  if (transition.timed) {
    label = "after " + to_text(transition.after);
  } else if (label.empty()) {
    label = "as soon as it may";
  }
  if (!transition.guard_text.empty()) label += " " + transition.guard_text;
  if (!transition.by.empty()) {
    label += " by";
    for (std::size_t i = 0; i < transition.by.size(); ++i) label += (i == 0 ? " " : ", ") + transition.by[i];
  }
  if (!transition.actions.empty()) label += " / " + text_of(transition.actions);
  return plain(label);
}

/// What happens in a state without leaving it.
std::vector<std::string> inside(State const& state) {
  std::vector<std::string> out;
  if (!state.enter.empty()) out.push_back(plain("enter / " + text_of(state.enter)));
  for (auto const& transition : state.transitions) {
    if (transition.target.empty()) out.push_back(label_of(transition));
  }
  if (!state.leave.empty()) out.push_back(plain("leave / " + text_of(state.leave)));
  switch (state.others) {
    case OtherEvents::park: out.push_back("other events wait up to " + to_text(state.park_for)); break;
    case OtherEvents::dead_letter: out.emplace_back("other events are dead letters"); break;
    case OtherEvents::ignore: out.emplace_back("other events are ignored"); break;
    case OtherEvents::reject:
    case OtherEvents::inherit: break;
  }
  return out;
}

std::vector<std::string> starts_of(std::string const& list) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < list.size();) {
    auto const comma = std::min(list.find(',', from), list.size());
    out.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return out;
}

class Mermaid {
 public:
  explicit Mermaid(WorkflowDeclaration const& workflow) : workflow_(workflow) {}

  std::string print() {
    out_ = "stateDiagram-v2\n";
    level(-1, workflow_.start, 2);
    return std::move(out_);
  }

 private:
  void level(std::int32_t parent, std::string const& starts, std::size_t indent) {
    std::string const blanks(indent, ' ');
    std::string region;
    bool first = true;
    for (std::size_t i = 0; i < workflow_.states.size(); ++i) {
      auto const& state = workflow_.states[i];
      if (state.parent != parent) continue;
      if (!first && state.region != region) out_ += blanks + "--\n";
      first = false;
      region = state.region;
      for (auto const& start : starts_of(starts)) {
        if (start == state.name) out_ += blanks + "[*] --> " + state.name + "\n";
      }
      bool nested = false;
      for (auto const& other : workflow_.states) nested = nested || other.parent == static_cast<std::int32_t>(i);
      if (nested) {
        out_ += blanks + "state " + state.name + " {\n";
        level(static_cast<std::int32_t>(i), state.start, indent + 2);
        out_ += blanks + "}\n";
      }
      for (auto const& transition : state.transitions) {
        if (!transition.target.empty()) out_ += blanks + state.name + " --> " + transition.target + " : " + label_of(transition) + "\n";
      }
      auto const notes = inside(state);
      if (!notes.empty()) {
        out_ += blanks + "note right of " + state.name + "\n";
        for (auto const& note : notes) out_ += blanks + "  " + note + "\n";
        out_ += blanks + "end note\n";
      }
      if (state.final) out_ += blanks + state.name + " --> [*]\n";
    }
  }

  WorkflowDeclaration const& workflow_;
  std::string out_;
};

}  // namespace

std::string to_mermaid(WorkflowDeclaration const& workflow) { return Mermaid(workflow).print(); }

namespace {

/// Nested states as boxes in boxes; an edge without a label leads into one.
class Graphviz {
 public:
  explicit Graphviz(WorkflowDeclaration const& workflow) : workflow_(workflow) {}

  std::string print() {
    out_ = "digraph \"" + workflow_.info.name + "\" {\n  rankdir=LR; compound=true; node [shape=box, style=rounded];\n  start [shape=point];\n";
    level(-1, 2);
    for (auto const& start : starts_of(workflow_.start)) out_ += "  start -> \"" + start + "\";\n";
    for (auto const& state : workflow_.states) {
      for (auto const& start : starts_of(state.start)) out_ += "  \"" + state.name + "\" -> \"" + start + "\" [style=dashed];\n";
      for (auto const& transition : state.transitions) {
        if (!transition.target.empty()) out_ += "  \"" + state.name + "\" -> \"" + transition.target + "\" [label=\"" + label_of(transition) + "\"];\n";
      }
    }
    return out_ + "}\n";
  }

 private:
  void level(std::int32_t parent, std::size_t indent) {
    std::string const blanks(indent, ' ');
    for (std::size_t i = 0; i < workflow_.states.size(); ++i) {
      auto const& state = workflow_.states[i];
      if (state.parent != parent) continue;
      auto const label = [&] {
        std::string text = state.name;
        for (auto const& line : inside(state)) text += "\\n" + line;
        return text;
      }();
      bool nested = false;
      for (auto const& other : workflow_.states) nested = nested || other.parent == static_cast<std::int32_t>(i);
      if (nested) out_ += blanks + "subgraph \"cluster_" + state.name + "\" {\n" + blanks + "  label=\"" + state.name + "\";\n";
      auto const& inner = nested ? blanks + "  " : blanks;
      out_ += inner + "\"" + state.name + "\" [label=\"" + label + "\"" + (state.final ? ", peripheries=2" : "") + "];\n";
      if (nested) level(static_cast<std::int32_t>(i), indent + 2);
      if (nested) out_ += blanks + "}\n";
    }
  }

  WorkflowDeclaration const& workflow_;
  std::string out_;
};

}  // namespace

std::string to_graphviz(WorkflowDeclaration const& workflow) { return Graphviz(workflow).print(); }

}  // namespace bylaw::inline v0::policy
