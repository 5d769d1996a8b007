#pragma once
#include "engine/order_promises.hpp"

namespace bylaw::inline v0::engine {

/// Whether a parcel of the order that is picked or packed holds units of an item from a location.
[[nodiscard]] Result<bool> is_picked(Context& context, std::string const& order, std::string const& item, std::string const& location);

/// A parcel has left: its contents leave the books, and the order has that many fewer to come.
[[nodiscard]] Result<void> ship_parcel(Context& context, OrderSubject& order, store::StoredInstance const& parcel);

}  // namespace bylaw::inline v0::engine
