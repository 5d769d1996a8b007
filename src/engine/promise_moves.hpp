#pragma once
#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// Keeps so many units of a promise: they move as it said. What is left of it is released.
[[nodiscard]] ledger::Transfer keep_of(ledger::Pending const& pending, std::int64_t units);
/// Drops a promise.
[[nodiscard]] ledger::Transfer drop_of(ledger::Pending const& pending);
/// Promises so many units of it anew, with the same dates.
[[nodiscard]] ledger::Transfer rest_of(ledger::Pending const& pending, std::int64_t units);

/// The order in which promises are given back: what waits for supply first, then what was promised last.
void in_giving_order(Context const& context, std::vector<ledger::Pending>& pendings);
/// Takes so many units from promises, the first ones first; what is left of one is promised anew with the same dates.
void cut_into(Context& context, std::vector<ledger::Pending> const& pendings, std::int64_t units, std::vector<ledger::Transfer>& group);
[[nodiscard]] Result<void> cut_promises(Context& context, std::vector<ledger::Pending> const& pendings, std::int64_t units);
/// Keeps so many units of promises, the first ones first; what is left of one is promised anew. The units for which there was no promise.
[[nodiscard]] std::int64_t keep_promises(std::vector<ledger::Pending> const& pendings, std::int64_t units, std::vector<ledger::Transfer>& group);

}  // namespace bylaw::inline v0::engine
