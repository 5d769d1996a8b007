#pragma once
#include <bylaw/trade/command.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::wire {

void write(JsonWriter& out, trade::ReceiveStock const& b);
void write(JsonWriter& out, trade::ExpectSupply const& b);
void write(JsonWriter& out, trade::SendSupply const& b);
void write(JsonWriter& out, trade::ReceiveSupply const& b);
void write(JsonWriter& out, trade::MoveStock const& b);
void write(JsonWriter& out, trade::ReserveStock const& b);
void write(JsonWriter& out, trade::ReleaseReservation const& b);
void write(JsonWriter& out, trade::AllocateOrders const& b);
void write(JsonWriter& out, trade::ChangeOrder const& b);
void write(JsonWriter& out, trade::PostCount const& b);
void write(JsonWriter& out, trade::RecallLot const& b);
void write(JsonWriter& out, trade::PlanShipments const& b);
void write(JsonWriter& out, trade::Replan const& b);
void write(JsonWriter& out, trade::SetProtection const& b);

}  // namespace bylaw::inline v0::wire
