#pragma once
#include "engine/order_promises.hpp"

namespace bylaw::inline v0::engine {

/// Whether a parcel of the order that is picked or packed holds units of an item from a location.
[[nodiscard]] Result<bool> is_picked(Context& context, std::string const& order, std::string const& item, std::string const& location);

/// Refuses with `already_picked` when a parcel that is picked or packed holds more of an item than is still wanted of it.
/// `before`: the lines as they were, for what was ordered at all.
[[nodiscard]] Result<void> check_picked(Context& context, OrderSubject const& order, std::vector<trade::Line> const& before);

/// A parcel has left: its contents leave the books, and the order has that many fewer to come.
[[nodiscard]] Result<void> ship_parcel(Context& context, OrderSubject& order, store::StoredInstance const& parcel);

/// An order that is not released has no parcels with contents that leave, whoever promised it its stock. Errors: `on_hold`.
[[nodiscard]] Result<void> check_released(Context const& context, OrderSubject const& order);
/// Planned parcels for whose contents nothing lies reserved any more are cancelled; what is picked already is left to the warehouse.
[[nodiscard]] Result<void> call_off_stale_parcels(Context& context, OrderSubject& order);
/// Parcels with contents that have not left are cancelled: the order has gone without them, or has nothing reserved any more.
[[nodiscard]] Result<void> call_off_parcels(Context& context, OrderSubject& order);

}  // namespace bylaw::inline v0::engine
