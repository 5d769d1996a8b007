#include "engine/versions.hpp"

#include <algorithm>

namespace bylaw::inline v0::engine {

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
  auto old = std::make_unique<Old>();
  auto loaded = rulebook::load_kept(text->files, current_.policy().zones());
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
