#include "workload.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>

using namespace bylaw;

namespace {

std::string read(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Workload::Workload(std::string from) : folder(std::move(from)) {
  auto const bytes = read(folder + "/orders.bin");
  orders.resize(bytes.size() / sizeof(Order));
  std::copy_n(bytes.data(), orders.size() * sizeof(Order), reinterpret_cast<char*>(orders.data()));
  std::istringstream texts(read(folder + "/texts.txt"));
  std::string name;
  for (std::size_t count = 0; texts >> name >> count;) {
    auto& table = symbols[name] = std::make_unique<policy::Symbols>();
    for (std::string text; count > 0 && texts >> text; --count) (void)table->intern(text);
  }
}

std::string Workload::policy_text(int rules) const { return read(folder + "/policy_" + std::to_string(rules) + ".bylaw"); }

std::vector<Rule> Workload::rules(int count) const {
  std::istringstream in(read(folder + "/rules_" + std::to_string(count) + ".txt"));
  std::vector<Rule> out;
  for (std::size_t conditions = 0; in >> conditions;) {
    auto& rule = out.emplace_back(conditions);
    for (auto& c : rule) {
      std::string place;
      std::size_t values = 0;
      in >> place >> c.fact >> c.op >> values;
      c.any_line = place == "L";
      c.values.resize(values);
      for (auto& value : c.values) in >> value;
    }
  }
  return out;
}

Totals Workload::expected(int rules) const {
  std::istringstream in(read(folder + "/expected_" + std::to_string(rules) + ".txt"));
  Totals out;
  in >> out.hits >> out.sum;
  return out;
}

policy::Binding<Order> Workload::binding() const {
  auto const usd = Currency::find("USD");
  auto const texts = [&](char const* name) -> policy::Symbols& { return *symbols.at(name); };
  auto line = bind<Line>("line");
  line.interned("sku", &Line::sku, texts("sku")).interned("category", &Line::category, texts("category"));
  line.interned("from_warehouse", &Line::warehouse, texts("warehouse")).field("pieces", &Line::qty).money("price", &Line::price, usd);
  line.field("weight_g", &Line::weight_g).field("atp", &Line::atp).flag("hazmat", &Line::hazmat);
  auto customer = bind<Customer>("customer");
  customer.interned("class", &Customer::segment, texts("customer.segment"));
  customer.interned("email_domain", &Customer::email_domain, texts("customer.email_domain")).field("age_days", &Customer::age_days);
  customer.field("orders", &Customer::orders).field("chargeback_count", &Customer::chargebacks);
  customer.money("limit", &Customer::credit_limit, usd).money("balance", &Customer::open_balance, usd);
  auto payment = bind<Payment>("payment");
  payment.interned("kind", &Payment::method, texts("payment.method")).interned("status", &Payment::status, texts("payment.status"));
  payment.interned("avs", &Payment::avs, texts("payment.avs")).interned("cvv", &Payment::cvv, texts("payment.cvv"));
  payment.interned("bin_country", &Payment::bin_country, texts("payment.bin_country")).field("score", &Payment::risk_score);
  auto address = bind<Address>("address");
  address.interned("country_code", &Address::country, texts("ship_to.country")).interned("state", &Address::state, texts("ship_to.state"));
  address.interned("town", &Address::city, texts("ship_to.city")).flag("is_po_box", &Address::po_box).flag("is_verified", &Address::verified);
  address.field("distance_km", &Address::distance_km);
  auto order = bind<Order>("order");
  order.interned("sales_channel", &Order::channel, texts("channel")).interned("currency_code", &Order::currency, texts("currency"));
  order.money("total", &Order::total, usd).field("age_min", &Order::age_min).field("priority", &Order::priority).flag("gift", &Order::gift);
  order.record("customer", &Order::customer, customer).record("payment", &Order::payment, payment).record("ship_to", &Order::ship_to, address);
  order.many(
      "lines", [](Order const& o) { return std::span(o.lines, static_cast<std::size_t>(o.nlines)); }, line);
  return order;
}
