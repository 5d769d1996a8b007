#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/store/reader.hpp>

namespace bylaw::inline v0::report {

/// One figure or list of the business, defined once as SQL over the store's read side.
struct Report {
  char const* name;
  char const* about;  ///< one sentence: what it says
  char const* sql;
};

[[nodiscard]] BYLAW_EXPORT std::vector<Report> const& reports();
/// Errors: `unknown_report`, `store_*`.
[[nodiscard]] BYLAW_EXPORT Result<store::Table> run(store::Reader& reader, std::string_view name);
/// Everything that happened to an order or return, in order, with who, why and policy version.
[[nodiscard]] BYLAW_EXPORT Result<store::Table> audit(store::Reader& reader, std::string const& subject);

}  // namespace bylaw::inline v0::report
