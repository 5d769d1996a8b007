#pragma once
#include <bylaw/trade/command.hpp>

namespace bylaw::inline v0::trade {

/// What a visitor is given of a command without a body.
struct NoCommand {};

/// Calls the visitor with the body as what it is. A visitor that lacks one kind does not compile.
template <class Visitor>
auto visit(Visitor&& visitor, CommandBody const& body) {
  switch (body.kind()) {
    case CommandKind::none: break;
    case CommandKind::define_item: return visitor(*body.get_if<DefineItem>());
    case CommandKind::define_location: return visitor(*body.get_if<DefineLocation>());
    case CommandKind::receive_stock: return visitor(*body.get_if<ReceiveStock>());
    case CommandKind::import_order: return visitor(*body.get_if<ImportOrder>());
    case CommandKind::order_event: return visitor(*body.get_if<OrderEvent>());
    case CommandKind::release_hold: return visitor(*body.get_if<ReleaseHold>());
    case CommandKind::request_return: return visitor(*body.get_if<RequestReturn>());
    case CommandKind::return_event: return visitor(*body.get_if<ReturnEvent>());
    case CommandKind::record_facts: return visitor(*body.get_if<RecordFacts>());
    case CommandKind::place_hold: return visitor(*body.get_if<PlaceHold>());
    case CommandKind::place_stop: return visitor(*body.get_if<PlaceStop>());
    case CommandKind::lift_stop: return visitor(*body.get_if<LiftStop>());
    case CommandKind::start_instance: return visitor(*body.get_if<StartInstance>());
    case CommandKind::instance_event: return visitor(*body.get_if<InstanceEvent>());
    case CommandKind::fire_timer: return visitor(*body.get_if<FireTimer>());
    case CommandKind::migrate: return visitor(*body.get_if<Migrate>());
    case CommandKind::redrive: return visitor(*body.get_if<Redrive>());
    case CommandKind::define_entry: return visitor(*body.get_if<DefineEntry>());
    case CommandKind::observe_stock: return visitor(*body.get_if<ObserveStock>());
    case CommandKind::answer_request: return visitor(*body.get_if<AnswerRequest>());
    case CommandKind::delegate: return visitor(*body.get_if<Delegate>());
    case CommandKind::redrive_messages: return visitor(*body.get_if<RedriveMessages>());
    case CommandKind::erase_person: return visitor(*body.get_if<ErasePerson>());
    case CommandKind::activate_policy: return visitor(*body.get_if<ActivatePolicy>());
    case CommandKind::check_health: return visitor(*body.get_if<CheckHealth>());
    case CommandKind::expect_supply: return visitor(*body.get_if<ExpectSupply>());
    case CommandKind::send_supply: return visitor(*body.get_if<SendSupply>());
    case CommandKind::receive_supply: return visitor(*body.get_if<ReceiveSupply>());
    case CommandKind::move_stock: return visitor(*body.get_if<MoveStock>());
    case CommandKind::reserve_stock: return visitor(*body.get_if<ReserveStock>());
    case CommandKind::release_reservation: return visitor(*body.get_if<ReleaseReservation>());
    case CommandKind::allocate_orders: return visitor(*body.get_if<AllocateOrders>());
    case CommandKind::change_order: return visitor(*body.get_if<ChangeOrder>());
    case CommandKind::post_count: return visitor(*body.get_if<PostCount>());
    case CommandKind::recall_lot: return visitor(*body.get_if<RecallLot>());
    case CommandKind::plan_shipments: return visitor(*body.get_if<PlanShipments>());
    case CommandKind::replan: return visitor(*body.get_if<Replan>());
    case CommandKind::set_protection: return visitor(*body.get_if<SetProtection>());
    case CommandKind::record_payment: return visitor(*body.get_if<RecordPayment>());
    case CommandKind::receive_return: return visitor(*body.get_if<ReceiveReturn>());
    case CommandKind::inspect_return: return visitor(*body.get_if<InspectReturn>());
    case CommandKind::refund_order: return visitor(*body.get_if<RefundOrder>());
    case CommandKind::exchange_return: return visitor(*body.get_if<ExchangeReturn>());
    case CommandKind::return_to_vendor: return visitor(*body.get_if<ReturnToVendor>());
    case CommandKind::adjust_cost: return visitor(*body.get_if<AdjustCost>());
  }
  return visitor(NoCommand{});
}

}  // namespace bylaw::inline v0::trade
