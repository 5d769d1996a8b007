#pragma once
#include "policy/types/schema.hpp"

namespace bylaw::inline v0::policy {

/// Reads the `policy` header of each file, or the defaults for a file without one.
void read_headers(std::vector<syntax::Cst> const& files, Policy::Impl& impl, Diagnostics& out);
/// Fills the calendars from the lists that headers name; after the schema is read.
void read_holidays(std::vector<syntax::Cst> const& files, Policy::Impl& impl, Schema& schema, Diagnostics& out);

}  // namespace bylaw::inline v0::policy
