#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/store/reader.hpp>

namespace bylaw::inline v0::values {
class ZoneTable;  // <bylaw/values/zone.hpp>
}
namespace bylaw::inline v0::rulebook {
class Rulebook;  // <bylaw/rulebook/rulebook.hpp>
}

namespace bylaw::inline v0::report {

/// One figure or list of the business, defined once as SQL over the store's read side.
struct Report {
  char const* name;
  char const* about;  ///< one sentence: what it says
  char const* sql;
};

/// Those that are SQL.
[[nodiscard]] BYLAW_EXPORT std::vector<Report> const& reports();
/// Name and sentence of all.
struct Entry {
  char const* name;
  char const* about;
};
[[nodiscard]] BYLAW_EXPORT std::vector<Entry> list();
/// Every open instance that is not pinned to what this policy declares: where it would go (`moves`), or why it cannot
/// (`unmapped`: the new version lacks its state; `blocked`: events wait for it).
[[nodiscard]] BYLAW_EXPORT Result<store::Table> migration(store::Reader& reader, rulebook::Rulebook const& book);
/// Reports that count time as queues do: `queues`, `states`, `waiting`. They read the policy that decided last from the store.
/// `zones` are those of the machine; a policy whose zone is not among them counts time as it elapses.
/// Errors: `unknown_report`, `store_*`.
[[nodiscard]] BYLAW_EXPORT Result<store::Table> run(store::Reader& reader, std::string_view name, ZoneTable const& zones);
/// The same without zones.
[[nodiscard]] BYLAW_EXPORT Result<store::Table> run(store::Reader& reader, std::string_view name);
/// Everything that happened to an order or return, in order, with who, why and policy version.
[[nodiscard]] BYLAW_EXPORT Result<store::Table> audit(store::Reader& reader, std::string const& subject);
/// Where an order, a return or another instance stands: `subject`, `workflow`, `state`, `since` (milliseconds UTC), `closed`, and its open
/// `holds` (names of rules with spaces between them). Errors: `unknown_order`.
[[nodiscard]] BYLAW_EXPORT Result<store::Table> standing(store::Reader& reader, std::string const& subject);
/// The commands that the store has taken, accepted or refused, after one of a number and in their order: who sent what when, what came of it,
/// and under which policy version. `at` and `recorded` are milliseconds UTC.
[[nodiscard]] BYLAW_EXPORT Result<store::Table> journal(store::Reader& reader, std::int64_t after, std::int64_t count_max);

}  // namespace bylaw::inline v0::report
