#pragma once
#include <bylaw/trade/records.hpp>

#include "wire/members.hpp"

namespace bylaw::inline v0::wire {

[[nodiscard]] trade::Order read_order(Members& in);
[[nodiscard]] trade::Return read_return(Members& in);
[[nodiscard]] trade::Item read_item(Members& in);
[[nodiscard]] trade::Location read_location(Members& in);
void write_order(JsonWriter& out, trade::Order const& order, bool with_lines);
void write_return(JsonWriter& out, trade::Return const& request);

}  // namespace bylaw::inline v0::wire
