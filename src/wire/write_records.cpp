// The records of `trade` as JSON.
#include <bylaw/trade/amounts.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "wire/records.hpp"

namespace bylaw::inline v0::wire {

using trade::Address;
using trade::Customer;
using trade::Item;
using trade::Line;
using trade::Location;
using trade::Order;
using trade::Return;

namespace {

/// Writes a member only when it says something, so that stored bodies stay small.
void optional_text(JsonWriter& out, char const* name, std::string const& value) {
  if (!value.empty()) out.member(name, value);
}

void write_address(JsonWriter& out, Address const& a) {
  out.begin_object();
  optional_text(out, "country", a.country);
  optional_text(out, "region", a.region);
  optional_text(out, "city", a.city);
  optional_text(out, "postal_code", a.postal_code);
  optional_text(out, "street", a.street);
  out.end_object();
}

void write_customer(JsonWriter& out, Customer const& c) {
  out.begin_object();
  optional_text(out, "id", c.id);
  out.member("segment", c.segment);
  optional_text(out, "name", c.name);
  optional_text(out, "email", c.email);
  if (c.trusted) out.key("trusted").truth(true);
  out.end_object();
}

void write_payment(JsonWriter& out, trade::Payment const& p) {
  out.begin_object().member("state", to_string(p.state));
  optional_text(out, "method", p.method);
  if (p.amount) out.member("amount", to_string(*p.amount));
  if (p.risk_score) out.member("risk_score", to_string(*p.risk_score));
  out.end_object();
}

void write_line(JsonWriter& out, Line const& line) {
  out.begin_object().member("item", line.item);
  optional_text(out, "title", line.title);
  out.member("quantity", line.quantity).member("unit_price", to_string(line.unit_price)).member("net", to_string(line.net));
  if (line.service && !line.shipping) out.key("service").truth(true);
  if (line.shipping) out.key("shipping").truth(true);
  if (line.tax.amount_minor() != 0) out.member("tax", to_string(line.tax));
  optional_text(out, "bundle", line.bundle);
  out.end_object();
}

}  // namespace

void write_order(JsonWriter& out, Order const& order, bool with_lines) {
  out.begin_object().member("id", order.id);
  optional_text(out, "source", order.source);
  out.member("revision", order.revision).member("channel", order.channel).member("placed", to_string(order.placed));
  out.member("currency", order.currency.code()).key("customer");
  write_customer(out, order.customer);
  out.key("ship_to");
  write_address(out, order.ship_to);
  out.key("payment");
  write_payment(out, order.payment);
  optional_text(out, "company", order.company);
  if (order.tax_included) out.key("tax_included").truth(true);
  if (!order.discounts.empty()) {
    out.key("discounts").begin_array();
    for (auto const& discount : order.discounts) {
      out.begin_object();
      optional_text(out, "id", discount.id);
      out.member("amount", to_string(discount.amount));
      if (discount.min_spend) out.member("min_spend", to_string(*discount.min_spend));
      out.end_object();
    }
    out.end_array();
  }
  if (with_lines) {
    out.key("lines").begin_array();
    for (auto const& line : order.lines) write_line(out, line);
    out.end_array();
  }
  if (!order.attributes.empty()) {
    out.key("attributes").begin_object();
    for (auto const& attribute : order.attributes) out.member(attribute.path, attribute.value);
    out.end_object();
  }
  out.end_object();
}

void write_return(JsonWriter& out, Return const& request) {
  out.begin_object().member("id", request.id);
  optional_text(out, "source", request.source);
  optional_text(out, "customer", request.customer);
  out.member("requested", to_string(request.requested)).member("currency", request.currency.code()).key("lines").begin_array();
  for (auto const& line : request.lines) {
    out.begin_object();
    optional_text(out, "order", line.order);
    if (line.order_line > 0) out.member("order_line", std::int64_t{line.order_line});
    out.member("item", line.item).member("quantity", line.quantity).member("net", to_string(line.claimed_net));
    optional_text(out, "reason", line.reason);
    optional_text(out, "condition", line.claimed_condition);
    if (line.service) out.key("service").truth(true);
    optional_text(out, "serial", line.serial);
    if (!line.facts.empty()) {
      out.key("facts").begin_object();
      for (auto const& fact : line.facts) out.member(fact.path, fact.value);
      out.end_object();
    }
    out.end_object();
  }
  out.end_array();
  optional_text(out, "tender", request.tender);
  out.end_object();
}

std::string header_json(Order const& order) {
  JsonWriter out;
  write_order(out, order, false);
  return out.take();
}

std::string to_json(Item const& item) {
  JsonWriter out;
  out.begin_object().member("sku", item.sku);
  optional_text(out, "title", item.title);
  optional_text(out, "category", item.category);
  if (item.service) out.key("service").truth(true);
  if (item.final_sale) out.key("final_sale").truth(true);
  if (item.unit_cost) out.member("unit_cost", to_string(*item.unit_cost));
  if (!item.attributes.empty()) {
    out.key("attributes").begin_object();
    for (auto const& attribute : item.attributes) out.member(attribute.path, attribute.value);
    out.end_object();
  }
  out.end_object();
  return out.take();
}

std::string to_json(Location const& location) {
  JsonWriter out;
  out.begin_object().member("id", location.id).member("kind", location.kind);
  optional_text(out, "region", location.region);
  optional_text(out, "country", location.country);
  out.key("active").truth(location.active).member("priority", location.priority).member("safety_stock", location.safety_stock);
  out.end_object();
  return out.take();
}

}  // namespace bylaw::inline v0::wire
