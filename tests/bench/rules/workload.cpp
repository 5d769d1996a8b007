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
  order.money("total", &Order::total, usd).field("age_min", &Order::age_min).field("rank", &Order::priority).flag("gift", &Order::gift);
  order.record("customer", &Order::customer, customer).record("payment", &Order::payment, payment).record("ship_to", &Order::ship_to, address);
  order.many(
      "lines", [](Order const& o) { return std::span(o.lines, static_cast<std::size_t>(o.nlines)); }, line);
  return order;
}

WorkloadColumns::WorkloadColumns(Workload const& workload) {
  auto const& first = workload.orders[0];
  offsets_.push_back(0);
  for (auto const& order : workload.orders) {
    lines_.insert(lines_.end(), order.lines, order.lines + order.nlines);
    offsets_.push_back(static_cast<std::uint32_t>(lines_.size()));
  }
  columns.rows = workload.orders.size();
  columns.lists.push_back({"order.lines", offsets_.data()});
  auto const add = [&](char const* path, std::int32_t const* at, std::size_t count, std::size_t stride, char const* coded = nullptr) {
    policy::FieldColumn column;
    column.path = path;
    column.form = policy::Memory::Form::i32;
    column.values = at;
    column.count = count;
    column.stride = stride;
    if (coded != nullptr) {
      auto const& texts = *workload.symbols.at(coded);
      for (std::size_t i = 0; i < texts.size(); ++i) column.dictionary.push_back(texts.text(static_cast<std::int32_t>(i)));
    }
    columns.fields.push_back(std::move(column));
  };
  auto const of_order = [&](char const* path, std::int32_t const& at, char const* coded = nullptr) { add(path, &at, columns.rows, sizeof(Order), coded); };
  auto const of_line = [&](char const* path, std::int32_t const& at, char const* coded = nullptr) { add(path, &at, lines_.size(), sizeof(Line), coded); };
  of_order("order.sales_channel", first.channel, "channel");
  of_order("order.currency_code", first.currency, "currency");
  of_order("order.total", first.total);
  of_order("order.age_min", first.age_min);
  of_order("order.rank", first.priority);
  of_order("order.gift", first.gift);
  of_order("order.customer.class", first.customer.segment, "customer.segment");
  of_order("order.customer.email_domain", first.customer.email_domain, "customer.email_domain");
  of_order("order.customer.age_days", first.customer.age_days);
  of_order("order.customer.orders", first.customer.orders);
  of_order("order.customer.chargeback_count", first.customer.chargebacks);
  of_order("order.customer.limit", first.customer.credit_limit);
  of_order("order.customer.balance", first.customer.open_balance);
  of_order("order.payment.kind", first.payment.method, "payment.method");
  of_order("order.payment.status", first.payment.status, "payment.status");
  of_order("order.payment.avs", first.payment.avs, "payment.avs");
  of_order("order.payment.cvv", first.payment.cvv, "payment.cvv");
  of_order("order.payment.bin_country", first.payment.bin_country, "payment.bin_country");
  of_order("order.payment.score", first.payment.risk_score);
  of_order("order.ship_to.country_code", first.ship_to.country, "ship_to.country");
  of_order("order.ship_to.state", first.ship_to.state, "ship_to.state");
  of_order("order.ship_to.town", first.ship_to.city, "ship_to.city");
  of_order("order.ship_to.is_po_box", first.ship_to.po_box);
  of_order("order.ship_to.is_verified", first.ship_to.verified);
  of_order("order.ship_to.distance_km", first.ship_to.distance_km);
  of_line("order.lines.sku", lines_[0].sku, "sku");
  of_line("order.lines.category", lines_[0].category, "category");
  of_line("order.lines.from_warehouse", lines_[0].warehouse, "warehouse");
  of_line("order.lines.pieces", lines_[0].qty);
  of_line("order.lines.price", lines_[0].price);
  of_line("order.lines.weight_g", lines_[0].weight_g);
  of_line("order.lines.atp", lines_[0].atp);
  of_line("order.lines.hazmat", lines_[0].hazmat);
}
