#pragma once
#include "engine/order_subject.hpp"
#include "engine/sourcing.hpp"

namespace bylaw::inline v0::engine {

/// What is still to be reserved of an order: its lines less what lies reserved for it and what has left.
[[nodiscard]] Result<std::vector<allocation::Demand>> open_demand(Context& context, OrderView const& view);
[[nodiscard]] Buyer buyer_of(OrderView const& view);

/// What a reservation has been promised becomes the promise of the order that names it (`order.reservation`): one's own cart never
/// stands in one's way.
[[nodiscard]] Result<void> take_over_reservation(Context& context, OrderView const& view);

/// In a wave an order gets at most its share of what is scarce. What it is cut by waits as if it were not there.
void cut_to_share(Context const& context, std::string const& order, Sourced& sourced);

/// New quantities of lines: the next revision of the order. What is no longer wanted is given back; an order that has promises is planned
/// anew at once. Errors: `unknown_line`, `change_refused` (nothing would be left, or more has left already), `short`.
[[nodiscard]] Result<void> change_items(Context& context, OrderSubject& subject, std::vector<trade::ChangeOrder::LineQuantity> const& wanted);

/// Less is wanted of an order, or something else: what is promised beyond it is given back (what waits for supply first), and what is
/// missing is looked for. `before`: its lines as they were. False: something is still missing. Errors: `already_picked`.
[[nodiscard]] Result<bool> plan_anew(Context& context, OrderSubject& subject, std::vector<trade::Line> const& before);

/// The date that the order was promised, from its promises that wait for supply: kept as a fact, and told when it changes, with the
/// date before and the cause.
[[nodiscard]] Result<void> tell_promise(Context& context, OrderView& view);

/// Units of a lot (or of none) that lie at a location, promised or not, for whichever channel they are kept.
[[nodiscard]] std::int64_t counted_here(Context const& context, std::string const& item, std::string const& location, std::string const& lot);
/// A parcel that is on its way to the door holds a lot that was called back: it may not leave.
[[nodiscard]] Result<void> hold_for_recall(Context& context, std::string const& order, std::string const& item, std::string const& lot);

/// Clocks of an order that waits for stock, and of the service that was promised to it.
[[nodiscard]] Result<void> start_waiting(Context& context, OrderView const& view);
[[nodiscard]] Result<void> stop_clocks_of(Context& context, OrderView const& view, std::string_view prefix);
[[nodiscard]] Result<void> promise_service(Context& context, OrderView& view);

}  // namespace bylaw::inline v0::engine
