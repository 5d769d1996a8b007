#pragma once
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

/// Findings about rules that are typed but cannot have been meant: contradictions, rules that say
/// the same, rules that are never reached, postings that do not balance, lists that nobody uses.
/// Uses exact domains per figure and no solver: what is not a conjunction of comparisons with
/// constants is never guessed.
void lint(Policy::Impl const& impl, Schema const& schema, Date today, Diagnostics& out);

/// Cells, gaps and overlaps of every decision table, used or not.
void check_tables(Checker& checker, Policy::Impl const& impl, Schema const& schema);

/// Whether every posting balances under every combination of its guards.
void check_balance(Policy::Impl const& impl, Diagnostics& out);

/// Guards of one state that can hold at the same time for one event, with values at which they do.
void check_ties(Policy::Impl const& impl, Diagnostics& out);

}  // namespace bylaw::inline v0::policy
