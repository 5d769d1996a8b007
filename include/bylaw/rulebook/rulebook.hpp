#pragma once
#include <string>
#include <vector>

#include <bylaw/policy/policy.hpp>
#include <bylaw/trade/records.hpp>
#include <bylaw/workflow/workflow.hpp>

namespace bylaw::inline v0::rulebook {

/// An open hold as the rules see it.
struct HoldFact {
  std::string rule;
  std::string queue;
  bool blocks_release = false;
};

/// An order with everything around it that rules may ask about.
struct OrderFacts {
  trade::Order const* order = nullptr;
  Timestamp imported;
  std::vector<HoldFact> holds;
  bool paid_in_full = false;
  std::int64_t same_customer_orders = 0;  ///< other orders of this customer known so far
  std::vector<trade::Item const*> items;  ///< per line; nullptr when the item is not known
};

struct StockFacts {
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
};
struct CandidateFacts {
  trade::Location const* location = nullptr;
  StockFacts stock;  ///< of all items of the order together
  std::int64_t covers = 0;
};

struct ReturnFacts {
  OrderFacts order;  ///< order.order is nullptr when no sale was found
  trade::Return const* request = nullptr;
  trade::ReturnLine const* line = nullptr;
  trade::Line const* sold = nullptr;
  trade::Item const* item = nullptr;
  Money net;                 ///< share of what was paid that this line brings back
  std::int64_t shipped = 0;  ///< milliseconds UTC; 0: not recorded
  std::int64_t delivered = 0;
  std::string inspected_condition;
};

/// The loaded policy set as one thing: compiled rules, checked workflows, and how the
/// records of `trade` become the facts that the rules read. Immutable and cheap to copy.
class BYLAW_EXPORT Rulebook {
 public:
  Rulebook() = default;

  [[nodiscard]] policy::Policy const& policy() const noexcept { return policy_; }
  [[nodiscard]] workflow::Definition const& order_workflow() const noexcept { return order_; }
  [[nodiscard]] workflow::Definition const& return_workflow() const noexcept { return return_; }
  /// What of the workflows this version of the engine does not run yet, in words; empty when it
  /// runs all of them. Such a rulebook decides, but `Engine::open` refuses it.
  [[nodiscard]] std::string const& not_run() const noexcept { return not_run_; }
  /// Kinds of rules that are decided when a host asks and that `Engine` does not act on by itself
  /// yet, such as `2 approvals`. docs/architecture.md has the whole table.
  [[nodiscard]] std::vector<std::string> const& decided_only() const noexcept { return decided_only_; }

  /// Facts of a subject in the policy's layout; a return line is decided with the frame of its
  /// order beside it (whose facts are all missing when no sale was found). Errors: `wrong_type` when an attribute of
  /// the host does not fit the type that the schema gives it.
  [[nodiscard]] Result<policy::Frame> order_frame(OrderFacts const& facts) const;
  [[nodiscard]] policy::Frame candidate_frame(CandidateFacts const& facts) const;
  [[nodiscard]] Result<policy::Frame> return_frame(ReturnFacts const& facts) const;

 private:
  friend struct Loader;
  policy::Policy policy_;
  workflow::Definition order_;
  workflow::Definition return_;
  std::string not_run_;
  std::vector<std::string> decided_only_;
};

/// A rulebook, or why there is none: `diagnostics` has errors, or a workflow does not hold up.
struct Loaded {
  Rulebook rulebook;
  policy::Diagnostics diagnostics;
  std::vector<policy::Source> sources;

  [[nodiscard]] bool ok() const noexcept { return !rulebook.policy().empty() && !policy::has_errors(diagnostics); }
};

/// Compiles a policy set. A set without the workflows `order` and `return` gets the shipped ones,
/// which the loader finds as `order.bylaw` and `return.bylaw`. `today` as in Policy::compile.
[[nodiscard]] BYLAW_EXPORT Loaded load(std::vector<policy::Source> roots, policy::Loader loader, ZoneTable const& zones, Date today = Date{INT32_MIN});

}  // namespace bylaw::inline v0::rulebook
