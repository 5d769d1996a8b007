#pragma once
#include <bylaw/trade/command.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::wire {

void write(JsonWriter& out, trade::RecordPayment const& b);
void write(JsonWriter& out, trade::ReceiveReturn const& b);
void write(JsonWriter& out, trade::InspectReturn const& b);
void write(JsonWriter& out, trade::RefundOrder const& b);
void write(JsonWriter& out, trade::ExchangeReturn const& b);
void write(JsonWriter& out, trade::ReturnToVendor const& b);
void write(JsonWriter& out, trade::AdjustCost const& b);

}  // namespace bylaw::inline v0::wire
