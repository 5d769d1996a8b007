#pragma once
#include <map>
#include <memory>

#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/store/store.hpp>

namespace bylaw::inline v0::engine {

/// The definition that an instance is pinned to, and the policy version whose words its guards are.
struct Pin {
  rulebook::Rulebook const* book = nullptr;
  rulebook::Workflow const* workflow = nullptr;
};

/// Finds for an instance the definition that it started under. Old policy versions are compiled again from the text that the
/// store kept, once each, when the first of their instances moves. Only the writer's thread uses it.
class Versions {
 public:
  explicit Versions(rulebook::Rulebook const& current);

  /// Makes the current policy the one that decides, in the open transaction.
  [[nodiscard]] Result<void> use(store::Store& store);
  /// What new instances of a workflow of the current policy are pinned to.
  [[nodiscard]] std::int64_t definition(rulebook::Workflow const& workflow) const;
  /// Errors: `policy_lost` (the text is not in the store, or does not compile any more), `store_*`.
  [[nodiscard]] Result<Pin> find(store::Store& store, store::StoredInstance const& instance);

 private:
  struct Old {
    rulebook::Rulebook book;
    Pin pin;
  };
  rulebook::Rulebook const& current_;
  store::PolicyText text_;
  std::map<std::int64_t, std::unique_ptr<Old>> old_;
};

/// What a policy set is kept as.
[[nodiscard]] store::PolicyText text_of(rulebook::Rulebook const& book);

}  // namespace bylaw::inline v0::engine
