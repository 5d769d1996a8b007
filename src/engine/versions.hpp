#pragma once
#include <map>
#include <memory>

#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/store/control.hpp>
#include <bylaw/values/zone.hpp>

namespace bylaw::inline v0::engine {

/// One policy version as it decides.
struct Version {
  rulebook::Rulebook book;
  std::int64_t number = 0;                  ///< its row in the store
  std::vector<std::int64_t> definitions;    ///< of its workflows, in their order
  std::vector<std::string> measures;        ///< what entries of its measures are called in the store: another text is another measure
  std::vector<std::string> personal_paths;  ///< facts of orders that the schema calls personal
};

/// The definition that an instance is pinned to, and the policy version whose words its guards are.
struct Pin {
  rulebook::Rulebook const* book = nullptr;
  rulebook::Workflow const* workflow = nullptr;
};

/// Which policy version decides what. As long as nobody has activated one, it is the one that the engine was opened with;
/// afterwards it is what the store says. Versions are compiled once each, from the text that the store kept. Only the
/// writer's thread uses it.
class Versions {
 public:
  Versions(rulebook::Rulebook given, ZoneTable zones) : given_(std::move(given)), zones_(std::move(zones)) {}

  /// Reads what is in force, in the open transaction, when something may have changed it. True: it has changed.
  /// Errors: `policy_not_in_force` (only with `strict`: the one that was given is another), `policy_lost`, `workflow_changed`, `store_*`.
  [[nodiscard]] Result<bool> use(store::Store& store, bool strict = false);
  /// A version was activated, or a transaction was given up.
  void forget() noexcept {
    stale_ = true;
    old_.clear();  // numbers of definitions may be given out again
  }

  [[nodiscard]] Version const& in_force() const { return *in_force_; }
  /// The one that decides about an order: in force for a part that it belongs to, or for everything.
  [[nodiscard]] Version const& deciding(trade::Order const& order) const;
  /// Versions that are tried in the shadow.
  [[nodiscard]] std::vector<Version const*> const& shadows() const noexcept { return shadows_; }
  /// All of them.
  [[nodiscard]] std::vector<Version const*> active() const;
  [[nodiscard]] ZoneTable const& zones() const noexcept { return zones_; }

  /// Keeps and compiles a policy set in the open transaction. Errors: `policy_invalid` with the first finding, `workflow_changed`.
  [[nodiscard]] Result<Version const*> load(store::Store& store, std::vector<rulebook::KeptFile> const& files);
  /// What new instances of a workflow of a version are pinned to.
  [[nodiscard]] static std::int64_t definition(Version const& version, rulebook::Workflow const& workflow);
  /// Errors: `policy_lost` (the text is not in the store, or does not compile any more), `store_*`.
  [[nodiscard]] Result<Pin> find(store::Store& store, store::StoredInstance const& instance);

 private:
  /// A part of all orders, and who decides about it.
  struct Part {
    Version const* version = nullptr;
    store::StoredActivation scope;
  };
  struct Old {
    rulebook::Rulebook book;
    Pin pin;
  };

  void drop_others();
  [[nodiscard]] Result<Version const*> keep(store::Store& store, rulebook::Rulebook const& book);
  [[nodiscard]] Result<Version const*> load_kept(store::Store& store, store::StoredActivation const& row);
  [[nodiscard]] Result<void> read(store::Store& store, std::vector<store::StoredActivation> const& rows, bool strict);

  rulebook::Rulebook given_;
  ZoneTable zones_;
  bool stale_ = true;
  std::map<std::string, std::unique_ptr<Version>> loaded_;  ///< by hash
  Version const* in_force_ = nullptr;
  std::vector<Part> parts_;
  std::vector<Version const*> shadows_;
  std::map<std::int64_t, std::unique_ptr<Old>> old_;  ///< by definition
};

/// What a policy set is kept as.
[[nodiscard]] store::PolicyText text_of(rulebook::Rulebook const& book);
/// Whether an order belongs to a part: every condition that is named holds.
[[nodiscard]] bool is_in_part(store::StoredActivation const& part, trade::Order const& order);

}  // namespace bylaw::inline v0::engine
