#include <algorithm>

#include <bylaw/policy/rules.hpp>
#include <bylaw/rulebook/rulebook.hpp>

#include "rulebook/build_workflows.hpp"

namespace bylaw::inline v0::rulebook {

namespace {

/// Rules that are decided when asked, and that the engine does not act on by itself yet.
std::vector<std::string> decided_only(policy::Policy const& policy) {
  constexpr std::string_view posted[] = {"shipment.shipped", "invoice.posted", "refund.requested"};
  auto const others = std::count_if(policy.postings().begin(), policy.postings().end(), [&](policy::PostingRule const& rule) {
    return std::find(std::begin(posted), std::end(posted), rule.event) == std::end(posted);
  });
  if (others == 0) return {};
  return {std::to_string(others) + (others == 1 ? " posting on another event" : " postings on other events")};
}

bool declares(policy::Policy const& policy, std::string_view name) {
  auto const& workflows = policy.workflows();
  return std::any_of(workflows.begin(), workflows.end(), [&](auto const& workflow) { return workflow.info.name == name; });
}

}  // namespace

struct Loader {
  static void set(Rulebook& rulebook, policy::Policy policy, std::vector<Workflow> workflows) {
    rulebook.policy_ = std::move(policy);
    rulebook.decided_only_ = decided_only(rulebook.policy_);
    rulebook.workflows_ = std::move(workflows);
  }
};

Workflow const* Rulebook::find_workflow(std::string_view name) const noexcept {
  for (auto const& workflow : workflows_) {
    if (workflow.name == name) return &workflow;
  }
  return nullptr;
}

Workflow const* Rulebook::order_workflow(std::string_view channel) const noexcept {
  constexpr std::string_view suffix = "_order";
  for (auto const& workflow : workflows_) {
    bool const of_channel = workflow.name.size() == channel.size() + suffix.size() && workflow.name.compare(0, channel.size(), channel) == 0 &&
                            workflow.name.compare(channel.size(), suffix.size(), suffix) == 0;
    if (of_channel && workflow.kind == "order") return &workflow;
  }
  return find_workflow("order");
}

Loaded load(std::vector<policy::Source> roots, policy::Loader loader, ZoneTable const& zones, Date today) {
  Loaded out;
  auto compiled = policy::Policy::compile(roots, loader, zones, today);
  bool shipped = false;
  for (auto const name : shipped_workflows) {
    if (compiled.policy.empty() || declares(compiled.policy, name)) continue;
    policy::Source source;
    if (loader.load == nullptr || !loader.load(loader.context, "", std::string(name) + ".bylaw", source)) continue;
    roots.push_back(std::move(source));
    shipped = true;
  }
  if (shipped) compiled = policy::Policy::compile(std::move(roots), loader, zones, today);
  out.diagnostics = std::move(compiled.diagnostics);
  out.sources = std::move(compiled.sources);
  if (compiled.policy.empty()) return out;
  auto workflows = build_workflows(compiled.policy, out.diagnostics);
  for (auto const* name : {"order", "return"}) {
    if (!declares(compiled.policy, name)) out.diagnostics.push_back(policy::finding("BY0428", Span{}, {{"rule", name}}));
  }
  if (!policy::has_errors(out.diagnostics)) Loader::set(out.rulebook, std::move(compiled.policy), std::move(workflows));
  return out;
}

namespace {

/// `shop/../lib/base.bylaw` is `lib/base.bylaw`.
std::string normal(std::string const& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= path.size();) {
    auto const end = std::min(path.find('/', at), path.size());
    auto const part = path.substr(at, end - at);
    if (part == ".." && !parts.empty() && parts.back() != "..") parts.pop_back();
    else if (part != "." && (!part.empty() || at == 0)) parts.push_back(part);
    at = end + 1;
  }
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : "/") + parts[i];
  return out;
}

bool find_kept(void* context, std::string_view from, std::string_view wanted, policy::Source& found) {
  auto const& files = *static_cast<std::vector<KeptFile> const*>(context);
  // Beside the file that uses it, or among those that ship with Bylaw: the same order in which it was found the first time.
  auto const slash = from.rfind('/');
  auto const beside = normal((slash == std::string_view::npos ? std::string{} : std::string(from.substr(0, slash + 1))) + std::string(wanted));
  auto const name_of = [](std::string_view path) { return path.substr(path.rfind('/') + 1); };
  KeptFile const* best = nullptr;
  for (auto const& file : files) {
    if (file.name == beside) best = &file;
    if (best == nullptr && name_of(file.name) == name_of(wanted)) best = &file;
  }
  if (best == nullptr) return false;
  found = {best->name, best->text};
  return true;
}

}  // namespace

Loaded load_kept(std::vector<KeptFile> const& files, ZoneTable const& zones) {
  std::vector<policy::Source> roots;
  for (auto const& file : files) {
    if (file.root) roots.push_back({file.name, file.text});
  }
  return load(std::move(roots), {find_kept, const_cast<std::vector<KeptFile>*>(&files)}, zones);
}

}  // namespace bylaw::inline v0::rulebook
