#pragma once
#include "engine/order_money.hpp"

namespace bylaw::inline v0::engine {

/// What a refund of an order would pay back, before anything is paid. Errors: `unknown_line`, `too_many`, `not_shipped`, `already_shipped`,
/// `shipping_refunded`, `wrong_currency`.
[[nodiscard]] Result<Payout> payout_of(Context& context, OrderMoney& money, trade::RefundOrder const& body);

}  // namespace bylaw::inline v0::engine
