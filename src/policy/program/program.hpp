#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <re2/re2.h>

#include <bylaw/policy/policy.hpp>
#include <bylaw/values/quantity.hpp>
#include <bylaw/values/zone.hpp>

#include "policy/program/rule_program.hpp"

namespace bylaw::inline v0::policy {

struct Field {
  std::string name;
  Type type;
  bool personal = false;
};
struct Record {
  std::string name;
  std::vector<Field> fields;
  std::unordered_map<std::string, std::uint32_t> index;

  [[nodiscard]] Field const* find(std::string const& field) const {
    auto const found = index.find(field);
    return found == index.end() ? nullptr : &fields[found->second];
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (auto const& field : fields) out.push_back(field.name);
    return out;
  }
};

struct Enumeration {
  std::string name;
  std::vector<std::uint32_t> symbols;
};

struct FunctionProgram {
  struct Parameter {
    std::string name;
    Type type;
    std::vector<std::string> fields;  ///< of a record: `a.country` ...; one entry for a plain value
    std::vector<FactKind> kinds;
  };
  std::vector<Parameter> parameters;
  Type result;
};

namespace index {
struct Indexes;
}

/// What a policy set compiles to. Built once, then never changed.
struct Policy::Impl {
  Impl();
  Impl(Impl const&) = delete;
  Impl& operator=(Impl const&) = delete;
  ~Impl();
  mutable std::int64_t references = 1;  ///< counted atomically
  std::string version_hash;
  std::vector<Source> sources;     ///< what spans point into
  std::vector<std::string> roots;  ///< names of the sources that were given
  ZoneTable zones;
  std::vector<Header> headers;
  std::vector<Zone const*> header_zones;
  std::vector<std::string> symbols;
  std::map<std::string, std::uint32_t, std::less<>> symbol_ids;
  std::vector<Record> records;
  std::vector<Enumeration> enumerations;
  std::deque<std::string> unit_names;
  std::deque<Unit> units;  ///< of the schema; Type::unit points here
  std::vector<Expr> nodes;
  std::vector<std::unique_ptr<re2::RE2>> patterns;
  Layout layouts[subject_count + 1];
  std::vector<std::pair<std::string, Span>> definitions;            ///< lists, defines, tables, measures and functions: what and where
  std::map<std::string, std::set<std::string>, std::less<>> roles;  ///< role -> all roles that it includes
  std::vector<Measure> measures;
  std::vector<MeasureProgram> measure_programs;
  std::vector<HostFunction> functions;
  std::vector<FunctionProgram> function_programs;

  std::vector<HoldRule> holds;
  std::vector<HoldProgram> hold_programs;
  std::vector<StopRule> stops;
  std::vector<ValidationRule> validations;
  std::vector<ValidationProgram> validation_programs;
  std::vector<AllocationRule> allocations;
  std::vector<AllocationProgram> allocation_programs;
  std::vector<ProtectRule> protects;
  std::vector<ProtectProgram> protect_programs;
  std::vector<PublishRule> publishes;
  std::vector<PublishProgram> publish_programs;
  std::vector<ServiceRule> services;
  std::vector<ServiceProgram> service_programs;
  std::vector<ChangeRule> changes;
  std::vector<ChangeProgram> change_programs;
  std::vector<BackorderRule> backorders;
  std::vector<BackorderProgram> backorder_programs;
  std::vector<ReturnRule> returns;
  std::vector<ReturnProgram> return_programs;
  std::vector<ApprovalRule> approvals;
  std::vector<ApprovalProgram> approval_programs;
  std::vector<BrakeRule> brakes;
  std::vector<BrakeProgram> brake_programs;
  std::vector<Permit> permits;
  std::vector<PostingRule> postings;
  std::vector<PostingProgram> posting_programs;
  std::vector<WorkflowDeclaration> workflows;
  std::vector<GuardProgram> guards;

  // Slots that decisions stand on, whether or not a rule reads them; -1 when the schema lacks the field.
  std::int32_t placed_slot = -1;       ///< order.placed
  std::int32_t imported_slot = -1;     ///< order.imported, where awaits count from
  std::int32_t delivered_slot = -1;    ///< return.delivered
  std::int32_t shipped_slot = -1;      ///< return.shipped
  std::int32_t requested_slot = -1;    ///< return.requested
  std::int32_t claimed_slot = -1;      ///< return.claimed.condition
  std::int32_t inspected_slot = -1;    ///< return.inspected.condition
  std::int32_t lines_collection = -1;  ///< order.lines, for `scope line`

  std::unique_ptr<index::Indexes> indexes;  ///< which rules a set of facts can concern

  [[nodiscard]] Layout const& layout(Subject subject) const { return layouts[static_cast<std::size_t>(subject)]; }
  [[nodiscard]] Expr const& node(ExprIndex index) const { return nodes[static_cast<std::size_t>(index)]; }
};

/// The word that declares a rule of this kind: `hold`, `return` ...
[[nodiscard]] char const* word_of(Kind kind);
[[nodiscard]] std::int64_t find_symbol(Policy::Impl const& impl, std::string_view name) noexcept;
[[nodiscard]] Unit const* find_any_unit(Policy::Impl const& impl, std::string_view name) noexcept;

}  // namespace bylaw::inline v0::policy
