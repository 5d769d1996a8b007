#pragma once
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <bylaw/policy/diagnostic.hpp>
#include "policy/program/program.hpp"
#include "policy/syntax/reader.hpp"

namespace bylaw::inline v0::policy {

/// A declaration that is looked up by name while rules are checked.
struct NamedNode {
  enum class What : std::uint8_t { list, define, table, measure, function };
  What what = What::list;
  syntax::Cst const* cst = nullptr;
  std::uint32_t node = 0;
  std::uint32_t header = 0;
  std::uint32_t index = 0;  ///< measure, function: index into Impl
  Span name_span;
  bool used = false;
};
[[nodiscard]] char const* to_text(NamedNode::What what);

/// Everything that rules may name: records, enumerations, roles, reasons, lists, defines, tables, measures, functions.
struct Schema {
  std::vector<Record>& records;  ///< kept by Impl
  std::map<std::string, std::uint32_t, std::less<>> record_index;
  std::map<std::string, std::uint32_t, std::less<>> enumeration_index;
  std::map<std::string, std::set<std::string>, std::less<>> roles;                 ///< role -> roles it includes
  std::map<std::string, std::map<std::string, std::string>, std::less<>> reasons;  ///< kind -> code -> text
  std::unordered_map<std::string, NamedNode> named;

  [[nodiscard]] Record const* record(std::string_view name) const {
    auto const found = record_index.find(name);
    return found == record_index.end() ? nullptr : &records[found->second];
  }
  [[nodiscard]] std::vector<std::string> record_names() const {
    std::vector<std::string> out;
    for (auto const& record : records) out.push_back(record.name);
    return out;
  }
  [[nodiscard]] NamedNode* find(std::string const& name, NamedNode::What what) {
    auto const found = named.find(name);
    return found == named.end() || found->second.what != what ? nullptr : &found->second;
  }
};

/// Reports one finding; the short form that all checks use.
inline void report(Diagnostics& out, char const* code, Span span, std::vector<Argument> arguments = {}, std::string label = {}) {
  out.push_back(finding(code, span, std::move(arguments), std::move(label)));
}

/// `a, b, c ...` for messages.
[[nodiscard]] std::string joined(std::vector<std::string> const& names, std::size_t shown_max = 8);

/// The type that a `type` node names. Reports what does not exist.
[[nodiscard]] Type read_type(syntax::Cst const& cst, std::uint32_t node, Policy::Impl const& impl, Schema const& schema, Diagnostics& out);

/// The fact kind a value of this type has; false for records, collections and lists.
[[nodiscard]] bool fact_kind(Type const& type, FactKind& out);
/// Slot::detail of a type.
[[nodiscard]] std::string detail_of(Type const& type, Policy::Impl const& impl);
[[nodiscard]] std::uint32_t currency_index(Currency currency);
[[nodiscard]] std::string currency_code(std::uint32_t index);

/// Reads the schema declarations and the names of everything else that rules look up.
void read_schema(std::vector<syntax::Cst> const& files, Policy::Impl& impl, Schema& schema, Diagnostics& out);

}  // namespace bylaw::inline v0::policy
