#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/policy/diagnostic.hpp>
#include <bylaw/policy/facts.hpp>
#include <bylaw/values/result.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::values {
class ZoneTable;  // <bylaw/values/zone.hpp>
struct Unit;      // <bylaw/values/quantity.hpp>
}  // namespace bylaw::inline v0::values

namespace bylaw::inline v0::policy {

// The rules and what is decided of them: <bylaw/policy/decision.hpp> and <bylaw/policy/rules.hpp>, for whoever looks into them.
struct Header;
struct HoldRule;
struct StopRule;
struct ValidationRule;
struct AllocationRule;
struct ProtectRule;
struct PublishRule;
struct ServiceRule;
struct ChangeRule;
struct BackorderRule;
struct ReturnRule;
struct ApprovalRule;
struct BrakeRule;
struct Permit;
struct PostingRule;
struct WorkflowDeclaration;
struct Measure;
struct HostFunction;
struct HoldDecision;
struct HoldReading;
struct HoldExit;
struct ValidationDecision;
struct AllocationDecision;
struct ProtectDecision;
struct PublishDecision;
struct ServiceDecision;
struct ChangeQuestion;
struct ChangeDecision;
struct BackorderDecision;
struct ReturnDecision;
struct EarlierSum;
struct ApprovalQuestion;
struct ApprovalDecision;
struct PostingDecision;

/// Fetches the text of a file that a policy `use`s. Returns false when there is none.
/// `from` is the name of the file with the `use`; `found` receives name and text.
struct Loader {
  bool (*load)(void* context, std::string_view from, std::string_view wanted, Source& found) = nullptr;
  void* context = nullptr;
};

struct Compilation;

/// What the schema says of one field. A plain field has a value of `slot.kind`; a `list` has values
/// of that kind; otherwise `record` names what it holds, `many` of them or one.
struct FieldInfo {
  Slot slot;
  bool plain = false;
  bool list = false;
  bool many = false;
  std::string record;
};

/// A compiled policy set: immutable, cheap to copy, shared between threads without locks.
///
/// All `decide_*` functions are pure: facts, time and the host's functions come in as arguments.
/// A rule that cannot be evaluated (overflow, a required fact missing) is reported in the
/// decision with its name, never passed over.
class BYLAW_EXPORT Policy {
 public:
  Policy() noexcept = default;
  Policy(Policy const&) noexcept;
  Policy(Policy&&) noexcept;
  Policy& operator=(Policy) noexcept;
  ~Policy();

  /// Parses, type-checks, lints and compiles. `roots` are read in order, each `use` where it
  /// stands. With an error the Compilation has diagnostics and an empty policy. `today` dates the
  /// lint that finds rules out of force; without it that lint is left out.
  [[nodiscard]] static Compilation compile(std::vector<Source> roots, Loader loader, ZoneTable const& zones, Date today = Date{INT32_MIN});

  [[nodiscard]] bool empty() const noexcept { return impl_ == nullptr; }
  /// SHA-256 over the names and texts of all files, in hexadecimal.
  [[nodiscard]] std::string const& version_hash() const noexcept;
  [[nodiscard]] std::vector<Header> const& headers() const noexcept;
  [[nodiscard]] std::vector<HoldRule> const& holds() const noexcept;
  [[nodiscard]] std::vector<StopRule> const& stops() const noexcept;
  [[nodiscard]] std::vector<ValidationRule> const& validations() const noexcept;
  [[nodiscard]] std::vector<AllocationRule> const& allocations() const noexcept;
  [[nodiscard]] std::vector<ProtectRule> const& protects() const noexcept;
  [[nodiscard]] std::vector<PublishRule> const& publishes() const noexcept;
  [[nodiscard]] std::vector<ServiceRule> const& services() const noexcept;
  [[nodiscard]] std::vector<ChangeRule> const& changes() const noexcept;
  [[nodiscard]] std::vector<BackorderRule> const& backorders() const noexcept;
  [[nodiscard]] std::vector<ReturnRule> const& returns() const noexcept;
  [[nodiscard]] std::vector<ApprovalRule> const& approvals() const noexcept;
  [[nodiscard]] std::vector<BrakeRule> const& brakes() const noexcept;
  [[nodiscard]] std::vector<Permit> const& permits() const noexcept;
  [[nodiscard]] std::vector<PostingRule> const& postings() const noexcept;
  [[nodiscard]] std::vector<WorkflowDeclaration> const& workflows() const noexcept;
  [[nodiscard]] std::vector<Measure> const& measures() const noexcept;
  [[nodiscard]] std::vector<HostFunction> const& functions() const noexcept;
  [[nodiscard]] Layout const& layout(Subject subject) const noexcept;
  /// The facts that measures read of the records that they count.
  [[nodiscard]] Layout const& measure_layout() const noexcept;
  /// What it was compiled from, so that the same version can be compiled again: all files, and the names of those that were
  /// given rather than `use`d, in order.
  [[nodiscard]] std::vector<Source> const& sources() const noexcept;
  [[nodiscard]] std::vector<std::string> const& roots() const noexcept;
  [[nodiscard]] ZoneTable const& zones() const noexcept;
  /// A piece of the policy's text with every define, list, table and measure that it names, directly or through others, and
  /// the settings that dates are read by: two pieces with the same words decide alike. Blanks and comments do not count.
  [[nodiscard]] std::string unfolded(std::string_view text, std::uint32_t header) const;

  /// A field of a record of the schema. False when there is none.
  [[nodiscard]] bool find_field(std::string_view record, std::string_view field, FieldInfo& out) const;
  /// Names of a record's fields; empty when there is no such record.
  [[nodiscard]] std::vector<std::string> fields_of(std::string_view record) const;

  /// The role itself and every role that includes it: who may do what it may do.
  [[nodiscard]] std::vector<std::string> roles_acting_as(std::string_view role) const;
  /// Whether a role is `wanted` or includes it.
  [[nodiscard]] bool acts_as(std::string_view role, std::string_view wanted) const noexcept;
  /// Whether a `permit` lets the role send a command that has these names. Without any `permit` everyone may send everything.
  [[nodiscard]] bool permits(std::string_view role, std::vector<std::string> const& names) const;

  /// Id of an enumeration value; -1 when no enumeration of the schema has it.
  [[nodiscard]] std::int64_t symbol(std::string_view name) const noexcept;
  /// Name of a symbol by its id.
  [[nodiscard]] std::string const& symbol_name(std::int64_t id) const noexcept;
  /// Whether `name` is a value of the enumeration.
  [[nodiscard]] bool enumeration_has(std::string_view enumeration, std::string_view name) const noexcept;
  /// Values of an enumeration, for messages; empty when there is no such enumeration.
  [[nodiscard]] std::vector<std::string> enumeration_values(std::string_view enumeration) const;
  /// A unit by name, of the language or of the schema; nullptr when there is none. It lives as long as the policy.
  [[nodiscard]] Unit const* unit(std::string_view name) const noexcept;

  /// One decision per order, in the order given.
  void decide_holds(std::vector<Frame> const& orders, Timestamp now, std::vector<HoldDecision>& out) const;
  [[nodiscard]] HoldDecision decide_holds(Frame const& order, Timestamp now, Functions functions = {}) const;
  /// What one hold rule says of an order or line now, and what it read to say so, whether or not it applies.
  [[nodiscard]] HoldReading read_hold(std::uint32_t rule, std::int32_t line, Frame const& order, Timestamp now, Functions functions = {}) const;
  /// Whether an open hold may go: `line` as in its HoldHit.
  [[nodiscard]] HoldExit decide_hold_exit(std::uint32_t rule, std::int32_t line, Frame const& order, Timestamp now, Functions functions = {}) const;
  [[nodiscard]] ValidationDecision decide_validation(Frame const& order, Timestamp now, Functions functions = {}) const;
  /// Indices into stops() of those in force.
  [[nodiscard]] std::vector<std::uint32_t> decide_stops(Timestamp now) const;
  /// Brakes on a command that are in force for an order, as indices into brakes(). One whose guard cannot be computed is among them.
  [[nodiscard]] std::vector<std::uint32_t> decide_brakes(std::string_view command, Frame const& order, Timestamp now, Functions functions = {}) const;
  [[nodiscard]] AllocationDecision decide_allocation(Frame const& order, std::vector<Frame> const& candidates, Timestamp now, Functions functions = {}) const;
  [[nodiscard]] ProtectDecision decide_protect(Frame const& position, Timestamp now, Functions functions = {}) const;
  [[nodiscard]] PublishDecision decide_publish(std::string_view channel, Frame const& position, Timestamp now, Functions functions = {}) const;
  /// `candidate` is the location that the order ships from.
  [[nodiscard]] ServiceDecision decide_service(Frame const& order, Frame const& candidate, Timestamp now, Functions functions = {}) const;
  [[nodiscard]] ChangeDecision decide_change(ChangeQuestion const& question, Frame const& order, Frame const& change, Timestamp now,
                                             Functions functions = {}) const;
  /// `line`: index of the order's line that is short.
  [[nodiscard]] BackorderDecision decide_backorder(Frame const& order, std::int32_t line, Timestamp now, Functions functions = {}) const;
  [[nodiscard]] ReturnDecision decide_return(Frame const& order, Frame const& return_line, Timestamp now, Functions functions = {}) const;
  /// What the approvals of a command look back on: `per` and `in` of each limit; `sum` says nothing.
  [[nodiscard]] std::vector<EarlierSum> approval_limits(std::string_view command) const;
  [[nodiscard]] ApprovalDecision decide_approval(ApprovalQuestion const& question, Frame const& order, Frame const& request, Timestamp now,
                                                 Functions functions = {}) const;
  /// `event` is `shipment.shipped`; `frame` has the facts of its record.
  [[nodiscard]] PostingDecision decide_posting(std::string_view event, Frame const& order, Frame const& frame, Timestamp now, Functions functions = {}) const;
  /// A guard of a workflow; `instance` has the facts of the workflow's own record when that is not
  /// an order. Errors: `policy_error`.
  [[nodiscard]] Result<bool> guard(std::int32_t index, Frame const& order, Timestamp now, Frame const* instance = nullptr, Functions functions = {}) const;
  /// What one record adds to a measure; not known when its `where` does not hold, or the value is missing. A count adds 1.
  /// `record` has the layout measure_layout. Errors: `policy_error`.
  [[nodiscard]] Result<Value> measure(std::size_t index, Frame const& record, Timestamp now, Functions functions = {}) const;

  /// When a clock that was set at `from` runs out, by the calendar and zone of that header.
  [[nodiscard]] Timestamp due(std::uint32_t header, Timestamp from, Duration const& duration) const noexcept;
  /// The same for the clocks of queues, which run in business time where the header declares business hours: 4 hours are 4
  /// hours of work, 2 days are 2 days on which work is done.
  [[nodiscard]] Timestamp due_in_queue(std::uint32_t header, Timestamp from, Duration duration) const noexcept;
  /// Time between two moments as queues count it, in milliseconds; 0 when `to` is not later.
  [[nodiscard]] std::int64_t queue_time_ms(std::uint32_t header, Timestamp from, Timestamp to) const noexcept;

  struct Impl;
  /// For the other parts of this module: explanations, coverage, documents.
  [[nodiscard]] Impl const& impl() const noexcept { return *impl_; }

 private:
  explicit Policy(Impl const* impl) noexcept : impl_(impl) {}
  Impl const* impl_ = nullptr;
};

/// What came of compiling: the policy (empty with errors), findings, and the sources they point into.
struct Compilation {
  Policy policy;
  Diagnostics diagnostics;
  std::vector<Source> sources;
};

/// A fact from its text, as the kind of its slot: `12.50 USD`, `2026-11-01T14:00:00Z`, `web`.
/// Money may leave the currency out. Errors: `wrong_type`, with what to write instead.
[[nodiscard]] BYLAW_EXPORT Result<Value> parse_value(Policy const& policy, Slot const& slot, std::string_view text);
/// A duration as policies write it: `30 days`, `4 business hours`. Errors: `wrong_type`.
[[nodiscard]] BYLAW_EXPORT Result<Duration> parse_duration(std::string_view text);
/// `30 days`, `4 hours`, `5 business days`; empty for a duration of nothing.
[[nodiscard]] BYLAW_EXPORT std::string to_text(Duration const& duration);
/// A fact from the other side, as decisions record what they read; `missing` when not known.
[[nodiscard]] BYLAW_EXPORT std::string to_text(Policy const& policy, Slot const& slot, Value const& value);

}  // namespace bylaw::inline v0::policy
