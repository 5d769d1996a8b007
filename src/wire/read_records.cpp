// The records of `trade` from JSON: every member by its name, each wrong one with what to write instead.
#include "wire/command_parts.hpp"
#include "wire/records.hpp"

#include <bylaw/trade/amounts.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::wire {

using trade::Address;
using trade::Customer;
using trade::Item;
using trade::Line;
using trade::Location;
using trade::Order;
using trade::Return;

namespace {

template <class Read>
void sub(Members& in, char const* name, bool required, Read read) {
  auto const* json = in.take(name, required);
  if (json == nullptr) return;
  Members inner(*json, (in.place().empty() ? "" : in.place() + ".") + name);
  read(inner);
  inner.finish();
  if (!inner.error.code.empty() && in.error.code.empty()) in.error = inner.error;
}

template <class Read>
void each(Members& in, char const* name, bool required, Read read) {
  auto const* json = in.take(name, required);
  if (json == nullptr) return;
  if (json->kind != Json::Kind::array) return in.fail(name, "a list is expected", "write [{...}]");
  for (std::size_t i = 0; i < json->items.size(); ++i) {
    Members inner(json->items[i], (in.place().empty() ? "" : in.place() + ".") + name + "[" + std::to_string(i) + "]");
    read(inner);
    inner.finish();
    if (!inner.error.code.empty()) {
      if (in.error.code.empty()) in.error = inner.error;
      return;
    }
  }
}

/// A line with the rate of its tax, when that is what was said of it.
struct ReadLine {
  Line line;
  std::optional<Decimal> tax_rate;
};

ReadLine read_line(Members& in, Currency currency, std::int32_t number) {
  Line line;
  line.number = number;
  line.item = in.text("item", true);
  line.title = in.text("title");
  line.quantity = in.whole("quantity", 0, true);
  line.shipping = in.truth("shipping", false);
  line.service = in.truth("service", false) || line.shipping;
  line.bundle = in.text("bundle");
  if (line.item.empty()) in.fail("item", "a SKU is expected", "name the item");
  if (line.quantity <= 0) in.fail("quantity", "a quantity above zero is expected", "write how many units were sold");
  auto const price = in.decimal("unit_price");
  auto const net = in.money("net", currency);
  if (price && price->coefficient() < 0) in.fail("unit_price", "a price is not negative", "send a return for goods that come back");
  if (net && net->amount_minor() < 0) in.fail("net", "the net of a line is not negative", "send a return for goods that come back");
  if (price) line.unit_price = *price;
  if (net) {
    line.net = *net;
  } else if (price) {
    // The line is rounded once, not each unit of it.
    auto const unit = Money(line.quantity, currency);
    auto exact = multiply(unit, *price, Rounding::half_even);
    auto const minor = exact ? Int128{line.quantity} * price->coefficient() * power_of_ten(currency.exponent()) : Int128{0};
    auto const rounded = divide_rounded(minor, power_of_ten(price->scale()), Rounding::half_even);
    if (!exact || !fits_int64(rounded)) in.fail("unit_price", "the line is worth too much", "check price and quantity");
    else line.net = Money(static_cast<std::int64_t>(rounded), currency);
  } else {
    in.fail("net", "a line needs `net` or `unit_price`", "add one of them");
  }
  line.tax = Money(0, currency);
  auto const tax = in.money("tax", currency);
  auto const rate = in.decimal("tax_rate");
  if (tax && rate) in.fail("tax_rate", "the tax is said twice", "write `tax` or `tax_rate`");
  if (tax && tax->amount_minor() < 0) in.fail("tax", "a tax is not negative", "write 0 or more");
  if (rate && (rate->coefficient() < 0 || *rate > Decimal(10))) in.fail("tax_rate", "a rate between 0 and 10 is expected", "write 0.19 for 19 percent");
  if (tax) line.tax = *tax;
  return {std::move(line), rate};
}

/// Tax by its rate, of what is left after discounts, rounded once for the line.
void apply_rates(Members& in, Order& order, std::vector<std::optional<Decimal>> const& rates) {
  if (std::none_of(rates.begin(), rates.end(), [](auto const& rate) { return rate.has_value(); })) return;
  auto const amounts = trade::amounts_of(order);
  if (!amounts) return in.fail("lines", amounts.error().message, "check the amounts");
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (!rates[i]) continue;
    auto const one = power_of_ten(rates[i]->scale());
    auto const rate = Int128{rates[i]->coefficient()};
    auto const base = Int128{order.lines[i].net.amount_minor()} - (*amounts)[i].discount.amount_minor();
    auto const tax = divide_rounded(base * rate, order.tax_included ? one + rate : one, Rounding::half_up);
    if (!fits_int64(tax)) return in.fail("lines", "the tax of a line is too large", "check rate and amounts");
    order.lines[i].tax = Money(static_cast<std::int64_t>(tax), order.currency);
  }
}

void read_discounts(Members& in, Order& order) {
  each(in, "discounts", false, [&](Members& d) {
    trade::Discount discount;
    discount.id = d.text("id");
    discount.amount = d.money("amount", order.currency, true).value_or(Money(0, order.currency));
    discount.min_spend = d.money("min_spend", order.currency);
    if (discount.amount.amount_minor() < 0) d.fail("amount", "a discount is not negative", "write what is taken off");
    order.discounts.push_back(std::move(discount));
  });
}

}  // namespace

Currency read_currency(Members& in) {
  auto const code = in.text("currency", true);
  auto const currency = Currency::parse(code);
  if (!currency) in.fail("currency", currency.error().message, currency.error().remedy);
  return currency ? *currency : Currency{};
}

Order read_order(Members& in) {
  Order order;
  order.id = in.text("id", true);
  if (order.id.empty()) in.fail("id", "an order needs an id", "write the channel's order number");
  order.source = in.text("source");
  order.revision = in.whole("revision", 1);
  if (auto const channel = in.text("channel"); !channel.empty()) order.channel = channel;
  order.placed = in.time("placed", true);
  order.currency = read_currency(in);
  sub(in, "customer", false, [&](Members& c) {
    order.customer.id = c.text("id");
    order.customer.segment = order.customer.id.empty() ? "guest" : "retail";
    if (auto const segment = c.text("segment"); !segment.empty()) order.customer.segment = segment;
    order.customer.name = c.text("name");
    order.customer.email = c.text("email");
    order.customer.trusted = c.truth("trusted", false);
  });
  sub(in, "ship_to", false, [&](Members& a) {
    order.ship_to = {a.text("country"), a.text("region"), a.text("city"), a.text("postal_code"), a.text("street")};
  });
  sub(in, "payment", false, [&](Members& p) {
    auto const state = p.text("state", true);
    if (!parse(state, order.payment.state)) p.fail("state", "`" + state + "` is not a state of a payment", "write none, authorized, captured or failed");
    order.payment.method = p.text("method");
    order.payment.amount = p.money("amount", order.currency);
    order.payment.risk_score = p.decimal("risk_score");
  });
  order.company = in.text("company");
  order.tax_included = in.truth("tax_included", false);
  std::vector<std::optional<Decimal>> rates;
  each(in, "lines", false, [&](Members& l) {
    auto read = read_line(l, order.currency, static_cast<std::int32_t>(order.lines.size() + 1));
    order.lines.push_back(std::move(read.line));
    rates.push_back(read.tax_rate);
  });
  read_discounts(in, order);
  apply_rates(in, order, rates);
  auto const total = trade::total_of(order);
  if (!total) in.fail("lines", total.error().message, "check the amounts");
  order.total = total ? *total : Money(0, order.currency);
  if (auto const* attributes = in.take("attributes", false)) {
    for (std::size_t i = 0; i < attributes->keys.size(); ++i) {
      auto const& value = attributes->items[i];
      order.attributes.push_back({attributes->keys[i], value.kind == Json::Kind::boolean ? (value.truth ? "true" : "false") : value.text});
    }
  }
  return order;
}

Return read_return(Members& in) {
  Return request;
  request.id = in.text("id", true);
  if (request.id.empty()) in.fail("id", "a return needs an id", "write the number of the request");
  request.source = in.text("source");
  request.customer = in.text("customer");
  request.requested = in.time("requested", true);
  request.currency = read_currency(in);
  each(in, "lines", true, [&](Members& l) {
    trade::ReturnLine line;
    line.number = static_cast<std::int32_t>(request.lines.size() + 1);
    line.order = l.text("order");
    line.order_line = static_cast<std::int32_t>(l.whole("order_line", 0));
    line.item = l.text("item", true);
    line.quantity = l.whole("quantity", 0, true);
    if (line.quantity <= 0) l.fail("quantity", "a quantity above zero is expected", "write how many units come back");
    line.claimed_net = l.money("net", request.currency).value_or(Money(0, request.currency));
    line.reason = l.text("reason");
    line.claimed_condition = l.text("condition");
    line.service = l.truth("service", false);
    line.serial = l.text("serial");
    line.facts = read_attributes(l, "facts", false);
    for (auto& fact : line.facts) {
      if (fact.path.compare(0, 7, "return.") != 0) fact.path.insert(0, "return.");
    }
    request.lines.push_back(std::move(line));
  });
  request.tender = in.text("tender");
  if (request.lines.empty()) in.fail("lines", "a return needs a line", "add what comes back");
  return request;
}

Item read_item(Members& in) {
  Item item;
  item.sku = in.text("sku", true);
  if (item.sku.empty()) in.fail("sku", "an item needs a SKU", "write its code");
  item.title = in.text("title");
  item.category = in.text("category");
  item.service = in.truth("service", false);
  item.final_sale = in.truth("final_sale", false);
  item.unit_cost = in.money("unit_cost", {});
  if (item.unit_cost && item.unit_cost->amount_minor() < 0) in.fail("unit_cost", "a cost is not negative", "write 0 or more");
  item.attributes = read_attributes(in, "attributes", false);
  return item;
}

Location read_location(Members& in) {
  Location location;
  location.id = in.text("id", true);
  if (location.id.empty()) in.fail("id", "a location needs an id", "write its code");
  if (auto const kind = in.text("kind"); !kind.empty()) location.kind = kind;
  if (location.kind != "warehouse" && location.kind != "store" && location.kind != "third_party") {
    in.fail("kind", "`" + location.kind + "` is not a kind of location", "write warehouse, store or third_party");
  }
  location.region = in.text("region");
  location.country = in.text("country");
  location.active = in.truth("active", true);
  location.priority = in.whole("priority", 100);
  location.safety_stock = in.whole("safety_stock", 0);
  if (location.safety_stock < 0) in.fail("safety_stock", "safety stock is not negative", "write 0 or more");
  return location;
}

namespace {
template <class Record, class Read>
Result<Record> parse_record(Json const& json, Read read) {
  Members in(json, "");
  auto record = read(in);
  in.finish();
  if (!in.error.code.empty()) return Unexpected{in.error};
  return record;
}
}  // namespace

Result<Order> parse_order(Json const& json) { return parse_record<Order>(json, read_order); }
Result<Item> parse_item(Json const& json) { return parse_record<Item>(json, read_item); }
Result<Location> parse_location(Json const& json) { return parse_record<Location>(json, read_location); }

}  // namespace bylaw::inline v0::wire
