#pragma once
#include <string>
#include <vector>

#include <bylaw/policy/policy.hpp>
#include <bylaw/rulebook/kept.hpp>
#include <bylaw/rulebook/workflows.hpp>
#include <bylaw/trade/amounts.hpp>
#include <bylaw/trade/records.hpp>

namespace bylaw::inline v0::rulebook {

/// An open hold as the rules see it.
struct HoldFact {
  std::string rule;
  std::string queue;
  bool blocks_release = false;
};

/// A child of the subject, such as a shipment of an order, as the rules see it.
struct ChildFact {
  std::string kind;  ///< `shipment`, `refund`
  std::string id;
  std::string state;
};

/// What a measure comes to for the subject.
struct MeasureFact {
  std::string name;
  policy::Value value;
};

/// An order with everything around it that rules may ask about.
struct OrderFacts {
  trade::Order const* order = nullptr;
  Timestamp imported;
  std::vector<HoldFact> holds;
  std::vector<ChildFact> children;
  std::vector<MeasureFact> measures;
  bool paid_in_full = false;
  std::int64_t same_customer_orders = 0;      ///< other orders of this customer known so far
  std::vector<trade::Item const*> items;      ///< per line; nullptr when the item is not known
  bool partly_shipped = false;                ///< some units have left before the rest
  bool awaits_parcel = false;                 ///< something lies reserved that no parcel has taken yet, though others have contents
  std::string duplicate_of{};                 ///< an order that looks the same; empty: none
  std::string customer_same_as{};             ///< another customer with the same mail address; empty: none
  std::optional<Money> open_orders{};         ///< of the customer, not invoiced yet, in the order's currency
  std::optional<Money> open_invoices{};       ///< of the customer, not paid yet
  std::vector<trade::LineAmounts> amounts{};  ///< per line; empty: as the lines say
  std::optional<Money> balance{};             ///< still to be paid; none: all or nothing, as `paid_in_full` says
};

struct StockFacts {
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
};
/// A place asked what it can deliver: for all items of an order together, or (a position) for one item.
struct CandidateFacts {
  trade::Location const* location = nullptr;
  StockFacts stock;
  std::int64_t safety_stock = 0;
  std::int64_t covers = 0;
  std::optional<std::int64_t> days_to_expiry{};  ///< of the lots that are meant, at delivery
  std::optional<Decimal> distance_km{};          ///< of the lane to the order's address
  std::optional<Decimal> lane_cost{};
  std::optional<std::int64_t> lane_days{};
  bool lane_open = true;                        ///< goods may go this way
  bool lane_hazmat = true;                      ///< hazardous ones too
  bool lane_export = true;                      ///< controlled ones too
  bool ships_today = true;                      ///< it works today, and its last pick-up is yet to come
  std::optional<std::int64_t> capacity_left{};  ///< orders that it can still take
  std::string zone{};
  std::vector<Date> holidays{};
};

struct ReturnFacts {
  OrderFacts order;  ///< order.order is nullptr when no sale was found
  trade::Return const* request = nullptr;
  trade::ReturnLine const* line = nullptr;
  trade::Line const* sold = nullptr;
  trade::Item const* item = nullptr;
  trade::LineAmounts amounts;  ///< what of the sale these units are
  std::int64_t shipped = 0;    ///< milliseconds UTC; 0: not recorded
  std::int64_t delivered = 0;
  std::string inspected_condition;
  std::optional<Money> value_loss{};
  std::int64_t quantity = 0;  ///< units that are decided about; 0: all of the line
  std::vector<ChildFact> children;
};

/// An instance of a workflow about which only its own attributes are known: a purchase order, a count.
struct InstanceFacts {
  std::string id;
  std::string state;
  std::vector<trade::Attribute> const* attributes = nullptr;  ///< by path: `count.difference`
  OrderFacts const* order = nullptr;                          ///< that it belongs to; nullptr: none
};

/// The loaded policy set as one thing: compiled rules, checked workflows, and how the
/// records of `trade` become the facts that the rules read. Immutable and cheap to copy.
class BYLAW_EXPORT Rulebook {
 public:
  Rulebook() = default;

  [[nodiscard]] policy::Policy const& policy() const noexcept { return policy_; }
  [[nodiscard]] std::vector<Workflow> const& workflows() const noexcept { return workflows_; }
  /// nullptr when there is none of that name.
  [[nodiscard]] Workflow const* find_workflow(std::string_view name) const noexcept;
  /// What an order of this channel runs through: `CHANNEL_order` where that extends `order`, otherwise `order`.
  [[nodiscard]] Workflow const* order_workflow(std::string_view channel) const noexcept;
  /// Kinds of rules that are decided when a host asks and that `Engine` does not act on by itself
  /// yet, such as `2 approvals`. docs/architecture.md has the whole table.
  [[nodiscard]] std::vector<std::string> const& decided_only() const noexcept { return decided_only_; }

  /// Facts of a subject in the policy's layout; a return line is decided with the frame of its
  /// order beside it (whose facts are all missing when no sale was found). Errors: `wrong_type` when an attribute of
  /// the host does not fit the type that the schema gives it.
  [[nodiscard]] Result<policy::Frame> order_frame(OrderFacts const& facts) const;
  [[nodiscard]] policy::Frame candidate_frame(CandidateFacts const& facts) const;
  [[nodiscard]] policy::Frame position_frame(CandidateFacts const& facts, trade::Item const& item) const;
  [[nodiscard]] policy::Frame change_frame(std::string const& thing, std::string const& reason, Timestamp requested) const;
  [[nodiscard]] Result<policy::Frame> return_frame(ReturnFacts const& facts) const;
  /// Facts of an event for postings: `values` by path (`invoice.net`), and as its lines those of `lines`.
  [[nodiscard]] Result<policy::Frame> posting_frame(policy::Subject subject, OrderFacts const& lines, std::vector<trade::Attribute> const& values) const;
  [[nodiscard]] Result<policy::Frame> instance_frame(policy::Subject subject, InstanceFacts const& facts) const;

  /// Whether a fact that becomes known of an order is one of the schema, and its value fits. Errors: `unknown_fact`, `wrong_type`.
  [[nodiscard]] Result<void> check_fact(trade::Attribute const& fact) const;

  /// Under which key a measure keeps an order, or what is asked about it; empty when a part of the key is not known.
  [[nodiscard]] std::string measure_key(policy::Measure const& measure, OrderFacts const& facts) const;
  /// The facts of an order as measures read them, and those of another record of it (`refund.amount`) by path.
  [[nodiscard]] Result<policy::Frame> measure_frame(OrderFacts const& facts, std::vector<trade::Attribute> const& others) const;

 private:
  friend struct Loader;
  policy::Policy policy_;
  std::vector<Workflow> workflows_;
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

/// The same set again, from the texts that a store kept of it.
[[nodiscard]] BYLAW_EXPORT Loaded load_kept(std::vector<KeptFile> const& files, ZoneTable const& zones);

}  // namespace bylaw::inline v0::rulebook
