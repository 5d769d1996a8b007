#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/decimal.hpp>
#include <bylaw/values/money.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::trade {

/// A fact of the host's own, by the path its schema gives it (`order.risk_band`), as text.
struct Attribute {
  std::string path;
  std::string value;
};

struct Address {
  std::string country;  ///< ISO 3166-1 alpha-2; empty when unknown
  std::string region;
  std::string city;
  std::string postal_code;
  std::string street;
};

struct Customer {
  std::string id;  ///< empty: a guest
  std::string segment = "guest";
  std::string name;
  std::string email;
  bool trusted = false;
};

enum class PaymentState : std::uint8_t { none, authorized, captured, failed };
[[nodiscard]] BYLAW_EXPORT std::string_view to_string(PaymentState state) noexcept;
/// false when there is no such state.
[[nodiscard]] BYLAW_EXPORT bool parse(std::string_view text, PaymentState& out) noexcept;

struct Payment {
  PaymentState state = PaymentState::none;
  std::string method;
  std::optional<Money> amount;
  std::optional<Decimal> risk_score;
};

/// One line of an order. `net` is the amount for all units, rounded once to the minor unit;
/// `unit_price` is what the channel said, exactly. Discounts of the order as a whole are not taken off it.
struct Line {
  std::int32_t number = 0;  ///< from 1, in the order of the channel
  std::string item;         ///< SKU
  std::string title;
  std::int64_t quantity = 0;  ///< base units of the item, > 0
  Decimal unit_price;
  Money net;
  bool service = false;   ///< postage, fees: moves no stock
  Money tax{};            ///< of all units, after discounts: inside `net` when the order says so, otherwise on top of it
  bool shipping = false;  ///< what the customer pays for shipping: a service that is refunded once
  std::string bundle{};   ///< SKU of the kit that it was sold as a part of; empty: none
};

/// An amount taken off the goods of an order as a whole, shared among their lines by what they are worth.
struct Discount {
  std::string id;
  Money amount;
  std::optional<Money> min_spend{};  ///< the goods have to be worth this much for it to be given
};

struct Order {
  std::string id;
  std::string source;         ///< the channel's system
  std::int64_t revision = 1;  ///< (source, id, revision): the same again changes nothing
  std::string channel = "web";
  Timestamp placed;
  Currency currency;
  Customer customer;
  Address ship_to;
  Payment payment;
  Money total;  ///< what the customer pays: lines less discounts, with tax
  std::vector<Line> lines;
  std::vector<Attribute> attributes;
  bool tax_included = false;  ///< the amounts of lines and discounts contain the tax
  std::vector<Discount> discounts{};
  std::string company{};  ///< whose books it is in; empty: the only one
};

struct Item {
  std::string sku;
  std::string title;
  std::string category;
  bool service = false;
  bool final_sale = false;
  std::optional<Money> unit_cost;       ///< standard cost of one base unit
  std::vector<Attribute> attributes{};  ///< what else rules ask about, by the path from the item on: `item.hazard`, `item.weight_g`
};

struct Location {
  std::string id;
  std::string kind = "warehouse";  ///< warehouse, store or third_party
  std::string region;
  std::string country;
  bool active = true;
  std::int64_t priority = 100;    ///< smaller is preferred when nothing else decides
  std::int64_t safety_stock = 0;  ///< units of every item kept back here
};

struct ReturnLine {
  std::int32_t number = 0;
  std::string order;  ///< empty: to be matched by customer and item
  std::int32_t order_line = 0;
  std::string item;
  std::int64_t quantity = 0;  ///< > 0
  Money claimed_net;          ///< what the request says it is worth; never trusted for a refund
  std::string reason;         ///< a code of `reasons return`; may be empty
  std::string claimed_condition;
  bool service = false;
  std::string serial{};            ///< the customer's word of which unit it is
  std::vector<Attribute> facts{};  ///< what else the customer says of it: `return.claimed.tags_attached`, `return.has_receipt`
};

struct Return {
  std::string id;
  std::string source;
  std::string customer;
  Timestamp requested;
  Currency currency;
  std::vector<ReturnLine> lines;
  std::string tender{};  ///< what the customer wants it back as, where the policy leaves the choice; empty: not said
};

}  // namespace bylaw::inline v0::trade
