#include "engine/versions.hpp"

#include <algorithm>

namespace bylaw::inline v0::engine {

namespace {

bool load_kept(void* context, std::string_view from, std::string_view wanted, policy::Source& found) {
  auto const& files = *static_cast<std::vector<store::PolicyText::File> const*>(context);
  // Beside the file that uses it, or among those that ship with Bylaw: the same order in which it was found the first time.
  auto const slash = from.rfind('/');
  auto const beside = (slash == std::string_view::npos ? std::string{} : std::string(from.substr(0, slash + 1))) + std::string(wanted);
  auto const name_of = [](std::string_view path) { return path.substr(path.rfind('/') + 1); };
  store::PolicyText::File const* best = nullptr;
  for (auto const& file : files) {
    if (file.name == beside) best = &file;
    if (best == nullptr && name_of(file.name) == name_of(wanted)) best = &file;
  }
  if (best == nullptr) return false;
  found = {best->name, best->text};
  return true;
}

}  // namespace

store::PolicyText text_of(rulebook::Rulebook const& book) {
  store::PolicyText out;
  auto const& policy = book.policy();
  out.hash = policy.version_hash();
  auto const& roots = policy.roots();
  // Roots first and in their order, because that is the order in which rules of one kind are tried.
  for (auto const& root : roots) {
    for (auto const& source : policy.sources()) {
      if (source.name == root) out.files.push_back({source.name, source.text, true});
    }
  }
  for (auto const& source : policy.sources()) {
    if (std::find(roots.begin(), roots.end(), source.name) == roots.end()) out.files.push_back({source.name, source.text, false});
  }
  for (auto const& workflow : book.workflows()) out.workflows.push_back({workflow.name, workflow.kind, workflow.version, workflow.hash, 0});
  return out;
}

Versions::Versions(rulebook::Rulebook const& current) : current_(current), text_(text_of(current)) {}

Result<void> Versions::use(store::Store& store) { return store.use_policy(text_); }

std::int64_t Versions::definition(rulebook::Workflow const& workflow) const {
  auto const index = static_cast<std::size_t>(&workflow - current_.workflows().data());
  return index < text_.workflows.size() ? text_.workflows[index].definition : 0;
}

Result<Pin> Versions::find(store::Store& store, store::StoredInstance const& instance) {
  for (std::size_t i = 0; i < text_.workflows.size(); ++i) {
    if (text_.workflows[i].definition == instance.definition) return Pin{&current_, &current_.workflows()[i]};
  }
  if (auto const known = old_.find(instance.definition); known != old_.end()) return known->second->pin;
  auto const definition = store.definition(instance.definition);
  if (!definition) return Unexpected{definition.error()};
  // Stores of the first versions did not keep texts: what has the same name and version is the same there.
  if (*definition && (*definition)->hash.empty()) {
    auto const* workflow = current_.find_workflow((*definition)->name);
    if (workflow != nullptr && workflow->version == (*definition)->version) return Pin{&current_, workflow};
  }
  auto const text = store.policy_of(instance.definition);
  if (!text) return Unexpected{text.error()};
  std::vector<policy::Source> roots;
  for (auto const& file : text->files) {
    if (file.root) roots.push_back({file.name, file.text});
  }
  auto old = std::make_unique<Old>();
  auto loaded = rulebook::load(std::move(roots), {load_kept, const_cast<std::vector<store::PolicyText::File>*>(&text->files)}, current_.policy().zones());
  auto const* workflow = loaded.ok() && *definition ? loaded.rulebook.find_workflow((*definition)->name) : nullptr;
  if (workflow == nullptr) {
    return failure("policy_lost", "the policy version that `" + instance.subject + "` started under does not compile any more", instance.subject,
                   "say with `migrate from " + std::to_string(instance.version) + "` what becomes of its states, and run `bylaw migrate`");
  }
  old->book = std::move(loaded.rulebook);
  old->pin = {&old->book, old->book.find_workflow((*definition)->name)};
  return old_.emplace(instance.definition, std::move(old)).first->second->pin;
}

}  // namespace bylaw::inline v0::engine
