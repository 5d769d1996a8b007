#pragma once
#include <map>

#include <bylaw/policy/rules.hpp>

#include "engine/stockroom.hpp"

namespace bylaw::inline v0::engine {

/// A promise that is to be placed: from a shelf, or (with `due`) from what is to come.
struct Promise {
  ledger::AccountIndex account;
  std::string item;
  std::string location;
  std::int64_t quantity = 0;
  Timestamp due;       ///< when what is behind it comes; 0: it lies there, or nobody knows
  std::string behind;  ///< supply that it stands on; empty: stock, or nothing yet
  bool later = false;  ///< it does not lie there yet
};

/// Where demands would come from under the policy. Nothing has changed yet.
struct Sourced {
  policy::AllocationRule const* rule = nullptr;
  std::vector<Place> places;  ///< those that the rule allows, best ranked first; shelves only of lots that it allows
  std::vector<allocation::Demand> demands;
  std::vector<std::int64_t> cut;                    ///< per demand: units that others get; they are open from the beginning
  std::map<std::uint32_t, std::int64_t> elsewhere;  ///< units of accounts that are to be promised by other means, such as substitutes
  allocation::PlanOptions options;
  allocation::Plan plan;
  std::vector<Promise> promises;         ///< from stock
  std::vector<allocation::Demand> open;  ///< what the plan does not find
  std::vector<policy::Read> reads;
};

/// What one order may have of an item, over all its lines. Errors: `below_order_min`, `above_order_max`, `not_a_multiple`.
[[nodiscard]] Result<void> check_limits(Context& context, std::vector<allocation::Demand> const& ordered);

/// The policy chooses and ranks the places, the plan takes from them. `ship_complete`: everything or nothing.
/// Errors: `policy_error`, `no_allocation_rule`.
[[nodiscard]] Result<Sourced> source(Context& context, Buyer const& buyer, policy::Frame const& order, std::vector<allocation::Demand> demands,
                                     bool ship_complete, std::map<std::uint32_t, std::int64_t> elsewhere = {});
/// What all places have for a demand, less what they keep back.
[[nodiscard]] std::int64_t free_units(Sourced const& sourced, std::size_t demand);
/// Plans again with the same places, after options or demands have changed.
void plan_again(Sourced& sourced);

/// What is short comes from supply on its way to a place that the rule allows, the earliest first, and then from allowances
/// (`backorders` of a stock level, or the policy's `backorder` rule, which may also limit it). What is left stays in `open`.
[[nodiscard]] Result<std::vector<Promise>> backorder(Context& context, Sourced& sourced, policy::Frame const& order, std::vector<std::size_t> const& line_of);

/// Whatever is ordered may wait.
inline constexpr std::int64_t allowance_unlimited = -1'000'000'000'000;
/// The account of what waits for nothing in particular, with the allowance of the catalog (below zero) as its floor.
[[nodiscard]] Result<ledger::AccountIndex> open_allowance(Context& context, std::string const& item, std::string const& location, std::int64_t floor);

/// The transfers that place the promises.
[[nodiscard]] std::vector<ledger::Transfer> place(Context& context, Buyer const& buyer, std::vector<Promise> const& promises);

/// How an allocation went, in words: `full from 2 locations, exact`.
[[nodiscard]] std::string verdict_of(Sourced const& sourced, std::vector<Promise> const& promises);

/// The account that promises stand on which wait for a supply; without one, for whatever comes.
[[nodiscard]] ledger::AccountKey backorder_key(std::string const& item, std::string const& location, std::string const& supply);
[[nodiscard]] bool is_backorder(ledger::AccountKey const& key) noexcept;

}  // namespace bylaw::inline v0::engine
