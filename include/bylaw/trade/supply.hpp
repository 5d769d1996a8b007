#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <bylaw/trade/command_body.hpp>
#include <bylaw/trade/records.hpp>

// Commands that bring stock, promise it, move it and look after it.
namespace bylaw::inline v0::trade {

enum class SupplyKind : std::uint8_t { purchase_order, transfer, production };
[[nodiscard]] BYLAW_EXPORT std::string_view to_string(SupplyKind kind) noexcept;
[[nodiscard]] BYLAW_EXPORT bool parse(std::string_view text, SupplyKind& out) noexcept;

/// Stock that is to come: a line of a purchase order, of a transfer, of production. Said again, quantity and date change: that is how
/// an advance ship notice, a slip and a new date are told.
struct ExpectSupply {
  static constexpr CommandKind command_kind = CommandKind::expect_supply;
  std::string supply;  ///< number of the purchase order, transfer ...
  SupplyKind kind{};
  std::string item;
  std::string location;       ///< where it comes to
  std::string from;           ///< transfers: where it comes from
  std::int64_t quantity = 0;  ///< base units, all of it, received or not; 0: nothing is coming (any more)
  Timestamp due;
  std::int64_t tolerance_percent = 0;  ///< so much more may be received without a word
  std::string cause;                   ///< why it changed
};
/// A transfer has left where it comes from, wholly.
struct SendSupply {
  static constexpr CommandKind command_kind = CommandKind::send_supply;
  std::string supply;
  std::string note;
};
/// Some of a supply has come in.
struct ReceiveSupply {
  static constexpr CommandKind command_kind = CommandKind::receive_supply;
  std::string supply;
  std::string item;
  std::string location;
  std::int64_t quantity = 0;  ///< base units
  std::string lot;
  Timestamp removal;      ///< of the lot: it is not promised beyond this; 0: none
  Timestamp expires;      ///< of the lot; 0: never
  bool complete = false;  ///< nothing more of it will come
  std::string note;
  std::optional<Money> unit_cost{};  ///< what one unit was bought at; none: the item's
};
/// Not a status that anything lies in: what is moved to it is gone, at its cost.
inline constexpr std::string_view status_scrap = "scrap";
/// From one place, lot or status to another, at once.
struct MoveStock {
  static constexpr CommandKind command_kind = CommandKind::move_stock;
  std::string item;
  std::string from;
  std::string to;
  std::string lot;
  std::string from_status = "available";
  std::string to_status = "available";
  std::int64_t quantity = 0;  ///< base units
  std::string note;
};

/// Units of an item that are wanted.
struct Wanted {
  std::string item;
  std::int64_t quantity = 0;  ///< base units, > 0
  std::string location;       ///< empty: wherever the policy takes it from
};
/// A promise that is no order yet: a cart, a preorder, a subscription, a commitment to a business customer.
struct ReserveStock {
  static constexpr CommandKind command_kind = CommandKind::reserve_stock;
  std::string id;
  std::string kind = "cart";  ///< cart, preorder, subscription or commitment
  std::string channel = "web";
  std::vector<Wanted> lines;
  Timestamp expires;            ///< the first moment it is over; 0: never
  std::int64_t priority = 100;  ///< smaller comes first where stock is scarce
  bool backorder = false;       ///< what is not there may come from supply
  std::string customer;
  std::string note;
};
/// A reservation is given up, or a part of it.
struct ReleaseReservation {
  static constexpr CommandKind command_kind = CommandKind::release_reservation;
  std::string id;
  std::string item;           ///< empty: all of it
  std::int64_t quantity = 0;  ///< base units; 0: all of the item
  std::string note;
};
/// Many orders at once: what is scarce is divided among them as the policy says.
struct AllocateOrders {
  static constexpr CommandKind command_kind = CommandKind::allocate_orders;
  std::vector<std::string> orders;  ///< empty: all that wait for stock
  std::int64_t count_max = 1000;
  std::string note;
};
/// Something of an order is to change, if the policy still allows it.
struct ChangeOrder {
  static constexpr CommandKind command_kind = CommandKind::change_order;
  std::string order;
  std::string thing;   ///< address, payment, items, cancel ...
  std::string reason;  ///< one of `change_reason`
  std::optional<Address> ship_to;
  struct LineQuantity {
    std::int32_t line = 0;
    std::int64_t quantity = 0;  ///< units; 0: the line goes
  };
  std::vector<LineQuantity> lines;
  std::vector<Attribute> values;  ///< other things: facts by their paths
  std::string note;
};
/// One count of many shelves, posted together.
struct PostCount {
  static constexpr CommandKind command_kind = CommandKind::post_count;
  struct Row {
    std::string item;
    std::string location;
    std::string lot;
    std::int64_t expected = 0;            ///< what the sheet said
    std::optional<std::int64_t> counted;  ///< nothing: it was not counted
  };
  std::string sheet;
  std::vector<Row> rows;
  std::string reason;
  std::string note;
};
/// A lot is called back: nothing of it is promised or shipped any more.
struct RecallLot {
  static constexpr CommandKind command_kind = CommandKind::recall_lot;
  std::string item;
  std::string lot;
  std::string reason;
  std::string note;
};
/// Parcels of what an order has reserved and no parcel has yet: one per location, and more where they would be too heavy.
struct PlanShipments {
  static constexpr CommandKind command_kind = CommandKind::plan_shipments;
  std::string order;
  std::int64_t weight_g_max = 0;  ///< 0: no limit
  std::string note;
};
/// Promises are looked at again: overdue supply, lots that have run out, orders that wait.
struct Replan {
  static constexpr CommandKind command_kind = CommandKind::replan;
  std::string item;  ///< empty: all of them
  std::string note;
};
/// Channel reserves are set as the policy says: daily ones, and those whose time is over.
struct SetProtection {
  static constexpr CommandKind command_kind = CommandKind::set_protection;
  std::string item;      ///< empty: every item with stock
  std::string location;  ///< empty: everywhere
};

}  // namespace bylaw::inline v0::trade
