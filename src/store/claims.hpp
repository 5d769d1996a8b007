#pragma once
#include <string_view>

namespace bylaw::inline v0::store {

/// SQL: units of line `l.number` of order `d.id` that returns claim and have not given back, and that were paid back without a return.
inline constexpr std::string_view claimed_units =
    "(coalesce((SELECT sum(r.quantity - coalesce((SELECT sum(m.quantity) FROM return_move m WHERE m.return_id = r.return_id AND m.line = r.number AND m.what = "
    "'released'), 0)) FROM return_line r WHERE r.order_id = d.id AND r.order_line = l.number AND (SELECT i.state FROM instance i WHERE i.subject = "
    "r.return_id) NOT "
    "IN ('cancelled', 'expired')), 0) + CASE WHEN EXISTS (SELECT 1 FROM refund_part) THEN coalesce((SELECT sum(p.quantity) FROM refund_part p WHERE p.order_id "
    "= "
    "d.id AND p.order_line = l.number AND p.return_id = ''), 0) ELSE 0 END)";

}  // namespace bylaw::inline v0::store
