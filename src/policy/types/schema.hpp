#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "policy/program/program.hpp"
#include "policy/syntax/reader.hpp"

namespace bylaw::inline v0::policy {

/// A declaration that is looked up by name while rules are checked.
struct NamedNode {
  syntax::Cst const* cst = nullptr;
  std::uint32_t node = 0;
  Span name_span;
  bool used = false;
};

struct Field {
  std::string name;
  Type type;
  bool personal = false;
};
struct Record {
  std::string name;
  std::vector<Field> fields;

  [[nodiscard]] Field const* find(std::string_view field) const {
    for (auto const& f : fields) {
      if (f.name == field) return &f;
    }
    return nullptr;
  }
};

/// Everything that rules may name: records, enumerations, roles, reasons, lists, defines.
struct Schema {
  std::vector<Record> records;
  std::map<std::string, std::uint32_t, std::less<>> record_index;
  std::map<std::string, std::uint32_t, std::less<>> enumeration_index;
  std::map<std::string, std::set<std::string>, std::less<>> roles;    ///< role -> roles it includes
  std::map<std::string, std::map<std::string, std::string>, std::less<>> reasons;  ///< kind -> code -> text
  std::map<std::string, NamedNode, std::less<>> lists;
  std::map<std::string, NamedNode, std::less<>> defines;

  [[nodiscard]] Record const* record(std::string_view name) const {
    auto const found = record_index.find(name);
    return found == record_index.end() ? nullptr : &records[found->second];
  }
};

/// Reports one error with a label; the short form that all checks use.
inline void report(Diagnostics& out, char const* code, Span span, std::string message, std::string help = {},
                   std::string label = {}) {
  out.push_back({Severity::error, code, std::move(message), {{span, std::move(label)}}, std::move(help)});
}

/// " did you mean `x`?" for the nearest of `names`, or nothing when none is near.
[[nodiscard]] std::string did_you_mean(std::string_view wrong, std::vector<std::string> const& names);

/// Reads the schema declarations and the names of lists and defines of all files.
void read_schema(std::vector<syntax::Cst> const& files, Policy::Impl& impl, Schema& schema, Diagnostics& out);

}  // namespace bylaw::inline v0::policy
