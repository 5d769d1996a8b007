#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/policy/decision.hpp>
#include <bylaw/policy/diagnostic.hpp>
#include <bylaw/policy/facts.hpp>
#include <bylaw/policy/rules.hpp>
#include <bylaw/values/result.hpp>
#include <bylaw/values/zone.hpp>

namespace bylaw::inline v0::policy {

/// Fetches the text of a file that a policy `use`s. Returns false when there is none.
/// `from` is the name of the file with the `use`; `found` receives name and text.
struct Loader {
  bool (*load)(void* context, std::string_view from, std::string_view wanted, Source& found) = nullptr;
  void* context = nullptr;
};

struct Compilation;

/// A compiled policy set: immutable, cheap to copy, shared between threads without locks.
///
/// All `decide_*` functions are pure: facts and time come in as arguments. A rule
/// that cannot be evaluated (overflow, a required fact missing) is reported in the
/// decision with its name, never passed over.
class BYLAW_EXPORT Policy {
 public:
  Policy() noexcept = default;
  Policy(Policy const&) noexcept;
  Policy(Policy&&) noexcept;
  Policy& operator=(Policy) noexcept;
  ~Policy();

  /// Parses, type-checks and compiles. `roots` are read in order, each `use` where it stands.
  /// With an error the Compilation has diagnostics and an empty policy.
  [[nodiscard]] static Compilation compile(std::vector<Source> roots, Loader loader, ZoneTable const& zones);

  [[nodiscard]] bool empty() const noexcept { return impl_ == nullptr; }
  /// SHA-256 over the names and texts of all files, in hexadecimal.
  [[nodiscard]] std::string const& version_hash() const noexcept;
  [[nodiscard]] std::vector<Header> const& headers() const noexcept;
  [[nodiscard]] std::vector<HoldRule> const& holds() const noexcept;
  [[nodiscard]] std::vector<AllocationRule> const& allocations() const noexcept;
  [[nodiscard]] std::vector<ReturnRule> const& returns() const noexcept;
  [[nodiscard]] std::vector<WorkflowDeclaration> const& workflows() const noexcept;
  [[nodiscard]] Layout const& layout(Subject subject) const noexcept;

  /// Id of an enumeration value; -1 when no enumeration of the schema has it.
  [[nodiscard]] std::int64_t symbol(std::string_view name) const noexcept;
  /// Whether `name` is a value of the enumeration.
  [[nodiscard]] bool enumeration_has(std::string_view enumeration, std::string_view name) const noexcept;
  /// Values of an enumeration, for messages.
  [[nodiscard]] std::vector<std::string> enumeration_values(std::string_view enumeration) const;

  /// One decision per order, in the order given.
  void decide_holds(std::vector<Frame> const& orders, Timestamp now, std::vector<HoldDecision>& out) const;
  [[nodiscard]] HoldDecision decide_holds(Frame const& order, Timestamp now) const;
  [[nodiscard]] AllocationDecision decide_allocation(Frame const& order, std::vector<Frame> const& candidates,
                                                     Timestamp now) const;
  [[nodiscard]] ReturnDecision decide_return(Frame const& return_line, Timestamp now) const;
  /// A guard of a workflow. Errors: `policy_error`.
  [[nodiscard]] Result<bool> guard(std::int32_t index, Frame const& order, Timestamp now) const;

  struct Impl;

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

}  // namespace bylaw::inline v0::policy
