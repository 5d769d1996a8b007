#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <bylaw/trade/command_body.hpp>
#include <bylaw/trade/records.hpp>

namespace bylaw::inline v0::trade {

/// Money of an order has come, or was taken back by the customer's bank.
struct RecordPayment {
  static constexpr CommandKind command_kind = CommandKind::record_payment;
  std::string order;
  std::string payment;            ///< its id with the provider; the same again adds to it
  std::string tender;             ///< what it was paid with: a value of the schema's `tender`, such as `card`
  std::string what;               ///< captured, charged_back, chargeback_won; refund_settled: what a refund (`payment` is its id) really took
  Money amount;                   ///< above zero, in the order's currency
  std::optional<Money> booked{};  ///< what came of it in the currency of the books
  std::string note{};
};

/// Units that lie in a parcel that came back.
struct ReceiptLine {
  std::int32_t line = 0;  ///< of the return; 0: none of its lines
  std::string item;
  std::int64_t quantity = 0;  ///< above zero
  std::string lot{};          ///< or serial number
};
/// Goods came back. A fact: what nobody asked for, or more than was announced, goes to quarantine with an exception.
struct ReceiveReturn {
  static constexpr CommandKind command_kind = CommandKind::receive_return;
  std::string id;        ///< of the return; empty or unknown: nobody authorized it
  std::string location;  ///< empty: where it was to go
  std::vector<ReceiptLine> lines;
  std::string note{};
};

/// What was found when units were looked at.
struct InspectionLine {
  std::int32_t line = 0;
  std::int64_t quantity = 0;  ///< above zero
  std::string condition;
  std::optional<Money> value_loss{};  ///< of all these units, from use beyond trying
  std::optional<bool> accept{};       ///< a person's word, over the policy's
};
struct InspectReturn {
  static constexpr CommandKind command_kind = CommandKind::inspect_return;
  std::string id;
  std::vector<InspectionLine> lines;
  std::string note{};
};

/// Units of a line that are paid back without coming back, or an amount for them that leaves them sold.
struct CreditLine {
  std::int32_t line = 0;
  std::int64_t quantity = 0;   ///< units that are no longer sold; 0: only an amount
  std::optional<Money> net{};  ///< an amount without tax on top, as the line's own; the tax follows
  bool shipped = false;        ///< the units are with the customer; otherwise they are not to be shipped any more
};
/// Money goes back for an order without goods: goodwill, a fault, shipping, units that will not be shipped.
struct RefundOrder {
  static constexpr CommandKind command_kind = CommandKind::refund_order;
  std::string order;
  std::string id;  ///< of the refund
  std::vector<CreditLine> lines;
  std::optional<Money> shipping{};  ///< so much of it
  bool shipping_left = false;       ///< all of it that was not paid back yet, be it nothing
  std::optional<Money> amount{};    ///< in all, whatever the lines come to; without lines: goodwill
  std::string tender{};             ///< empty: as it was paid, in the order of the payments
  std::string reason{};
  std::string note{};
};

/// Units that came back, or are to, are replaced instead of paid back.
struct ExchangeReturn {
  static constexpr CommandKind command_kind = CommandKind::exchange_return;
  std::string id;  ///< of the return
  std::int32_t line = 0;
  std::int64_t quantity = 0;
  std::string item;              ///< what is sent instead
  std::string order;             ///< the new order that it is sent by; taken back: the one that was
  std::optional<Money> price{};  ///< of all its units, with tax; without it: what the customer paid for those that come back
  bool charge_accepted = false;  ///< the customer has agreed to pay a difference
  bool undo = false;             ///< the exchange is taken back: the units are paid back after all
  std::string note{};
};

/// Stock goes back to where it was bought.
struct ReturnToVendor {
  static constexpr CommandKind command_kind = CommandKind::return_to_vendor;
  std::string item;
  std::string location;
  std::int64_t quantity = 0;
  std::string lot{};
  std::string status = "available";  ///< that it lies in
  std::string receipt{};             ///< reference of the receipt that it is from; empty: as the item's method says
  std::optional<Money> unit_cost{};  ///< or of the receipt of this cost
  std::string note{};
};

/// What goods cost turns out otherwise after they came: freight, duty, a correction. What is still here takes its share of it.
struct AdjustCost {
  static constexpr CommandKind command_kind = CommandKind::adjust_cost;
  std::string item;
  std::string location;
  std::string receipt{};  ///< reference; averages: empty
  std::string lot{};
  std::int64_t quantity = 0;  ///< averages: for how many units it is
  Money amount;               ///< more, or (below zero) less
  std::string note{};
};

/// Money of an order that came or went, by payment.
struct PaymentRow {
  std::string order;
  std::string payment;
  std::string tender;
  std::string what;  ///< captured, charged_back, chargeback_won, refunded, refund_failed, refund_settled, credited (on account)
  Money amount;
  std::string refund{};  ///< that it belongs to
  std::optional<Money> booked{};
};

/// What became of units of a return.
struct ReturnMoveRow {
  std::string return_id;
  std::int32_t line = 0;  ///< 0: none of its lines
  std::string what;       ///< received, accepted, rejected, stocked, exchanged, unexchanged, accrued
  std::int64_t quantity = 0;
  std::string item;
  std::string location;
  std::string lot{};
  std::string condition{};
  std::string disposition{};
  std::int64_t amount_minor = 0;  ///< accepted: what they lost in value; accrued: by how much the refund that is owed has changed
  std::int64_t cost_minor = 0;    ///< what they cost when they left
};

/// A part of a refund: of a line, of shipping, or of neither. `fee` and `fee_tax` are kept back of `gross`.
struct RefundRow {
  std::string refund;
  std::string order;
  std::int32_t order_line = 0;
  std::string return_id{};
  std::int32_t return_line = 0;
  std::string kind;           ///< goods, shipping, goodwill, exchange
  std::int64_t quantity = 0;  ///< units that are no longer sold
  Currency currency;
  std::int64_t gross = 0;
  std::int64_t tax = 0;
  std::int64_t discount = 0;  ///< of the order, that was taken off
  std::int64_t fee = 0;
  std::int64_t fee_tax = 0;
  std::string reason{};
};

}  // namespace bylaw::inline v0::trade
