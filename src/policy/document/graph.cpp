#include <bylaw/policy/document.hpp>

namespace bylaw::inline v0::policy {

namespace {

std::string label_of(Transition const& transition) {
  std::string label = transition.event;
  if (transition.timed) {
    label = "after " + to_text(transition.after);
  } else if (label.empty()) {
    label = "as soon as it may";
  }
  if (transition.guard >= 0) label += " [guarded]";
  if (!transition.by.empty()) {
    label += " by";
    for (std::size_t i = 0; i < transition.by.size(); ++i) label += (i == 0 ? " " : ", ") + transition.by[i];
  }
  return label;
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
      if (state.final) out_ += blanks + state.name + " --> [*]\n";
    }
  }

  WorkflowDeclaration const& workflow_;
  std::string out_;
};

}  // namespace

std::string to_mermaid(WorkflowDeclaration const& workflow) { return Mermaid(workflow).print(); }

std::string to_graphviz(WorkflowDeclaration const& workflow) {
  std::string out = "digraph \"" + workflow.info.name + "\" {\n  rankdir=LR; node [shape=box, style=rounded];\n";
  for (auto const& state : workflow.states) {
    out += "  \"" + state.name + "\"" + (state.final ? " [peripheries=2]" : "") + ";\n";
    for (auto const& transition : state.transitions) {
      if (!transition.target.empty()) out += "  \"" + state.name + "\" -> \"" + transition.target + "\" [label=\"" + label_of(transition) + "\"];\n";
    }
    // An edge without a label leads into a nested state.
    for (auto const& start : starts_of(state.start)) out += "  \"" + state.name + "\" -> \"" + start + "\" [style=dashed];\n";
  }
  return out + "}\n";
}

}  // namespace bylaw::inline v0::policy
