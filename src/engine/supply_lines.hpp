#pragma once
#include <optional>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// Where the units of a supply come from, in the ledger: the supplier, the production, or the way between two places.
[[nodiscard]] ledger::AccountIndex source_of(Context& context, trade::SupplyRow const& row);
/// Open promises of a supply that bring units to its place (`in`), or take them from where a transfer starts.
[[nodiscard]] std::vector<ledger::Pending> promises_of(Context const& context, trade::SupplyRow const& row, bool in);
void drop(std::vector<ledger::Pending> const& promises, std::vector<ledger::Transfer>& group);
/// Places what is still to come, and how much of it may be promised.
[[nodiscard]] Result<void> put(Context& context, trade::SupplyRow const& row);
/// The line of a supply that brings an item to a place; none: there is no such line.
[[nodiscard]] Result<std::optional<trade::SupplyRow>> line_of(Context& context, std::string const& supply, std::string const& item,
                                                              std::string const& location);

}  // namespace bylaw::inline v0::engine
