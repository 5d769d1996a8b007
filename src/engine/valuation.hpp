#pragma once
#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// Where units lie whose cost is meant.
struct CostPlace {
  std::string place;
  std::string lot{};  ///< or serial: items that are costed one by one (`specific`) are kept apart by it
};

/// What stock costs, in the books. An item says how by its attribute `item.cost_method`: `standard` (the default: its unit cost, whatever
/// was paid), `fifo`, `lifo`, `average`, or `specific` (each lot or serial at its own). An item of the standard method without a unit cost is
/// not in the books. The legs, or the moves of cost pools, are added to the event.
/// Errors: `no_cost_currency`, `unknown_cost_method`, those of the ledger's cost moves.

/// Units come in at `cost` in all (none: at the unit cost, or at what those that are there cost on average); `contra` is credited.
/// Refuses with `wrong_currency` what is costed in another.
[[nodiscard]] Result<void> value_in(Context& context, ledger::Group& event, trade::Item const& item, CostPlace const& at, std::int64_t units,
                                    std::optional<Money> const& cost, char const* contra, std::string const& reference);
/// Units leave; `contra` is debited with what they cost. `receipt`: of this receipt only.
[[nodiscard]] Result<void> value_out(Context& context, ledger::Group& event, trade::Item const& item, CostPlace const& at, std::int64_t units,
                                     char const* contra, std::string const& reference, ledger::CostSequence receipt = {});
/// Units go on to another place at the cost they have.
[[nodiscard]] Result<void> value_moved(Context& context, ledger::Group& event, trade::Item const& item, CostPlace const& from, CostPlace const& to,
                                       std::int64_t units, std::string const& reference);
/// An item is defined anew: a standard cost that changes revalues what is there, and so may another method; both are entries of their own.
[[nodiscard]] Result<void> revalue(Context& context, trade::Item const& before, trade::Item const& after);

/// The receipt of a reference, or of a unit cost, that units of an item here still are from; 0: none.
[[nodiscard]] Result<ledger::CostSequence> find_receipt(Context& context, trade::Item const& item, CostPlace const& at, std::string const& reference,
                                                        std::optional<Money> const& unit_cost);
/// The currency that an item is costed in here: of its pool, of its unit cost, or of the policy. Errors: `no_cost_currency`.
[[nodiscard]] Result<Currency> cost_currency(Context const& context, trade::Item const& item, CostPlace const& at);
/// The pool of an item here; no_pool: nothing was ever costed in one.
[[nodiscard]] ledger::CostPoolIndex pool_of(ledger::Ledger const& ledger, trade::Item const& item, CostPlace const& at);
/// `standard` and so on.
[[nodiscard]] std::string cost_method_of(trade::Item const& item);

}  // namespace bylaw::inline v0::engine
