// A host's own structs as facts: every shape that binds, every mistake that is caught on load.
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include <bylaw/policy/bind.hpp>

#include "fixture.hpp"

using namespace bylaw;

namespace {

enum class Channel { web, store, wholesale };
struct Address {
  std::optional<std::string> country;
  std::string city;
};
struct Customer {
  bool trusted = false;
  std::optional<std::int64_t> chargebacks;
};
struct Item {
  std::string sku;
  std::string category;
};
struct Line {
  Item const* item = nullptr;
  int quantity = 0;
  Decimal unit_price;
  Quantity weight;
};
class Order {
 public:
  Channel channel = Channel::web;
  Money total;
  Timestamp placed;
  Customer customer;
  std::unique_ptr<Address> ship_to;
  std::vector<Line> lines;
  std::vector<std::string> tags;
  std::chrono::hours age{0};
  [[nodiscard]] std::size_t line_count() const { return lines.size(); }
};

char const* const text = R"(
policy p { currency USD; time zone "UTC"; }
extend record order { tags: list of text; age: duration; ship_to_maybe: optional address; }
extend record line { weight: quantity in kg; }
measure orders = count order by customer.id over 30 days;
hold h {
  when (order.total > 500.00 USD and order.channel == web and not order.customer.trusted)
    or any line where (line.quantity > 10 each and line.item.category == "tea" and line.weight > 2 kg)
    or order.line_count > 3 or "rush" in order.tags or order.age > 5 hours
    or ship_to_maybe.country else US in [FR] or (customer.chargebacks else 0) > 1 or orders > 7;
  reason ADDRESS "x"; blocks release; release by order_desk;
}
)";

auto lines() {
  auto const item = bind<Item>("item").field("sku", &Item::sku).field("category", &Item::category);
  return bind<Line>("line")
      .field("quantity", &Line::quantity)
      .field("unit_price", &Line::unit_price)
      .field("weight", &Line::weight)
      .record("item", &Line::item, item);
}

auto orders() {
  auto const customer = bind<Customer>("customer").field("trusted", &Customer::trusted).field("chargebacks", &Customer::chargebacks);
  auto const address = bind<Address>("address").field("country", &Address::country).field("city", &Address::city);
  return bind<Order>("order")
      .symbol("channel", &Order::channel, {std::pair{Channel::web, "web"}, {Channel::store, "store"}})
      .field("total", &Order::total)
      .field("line_count", [](Order const& order) { return static_cast<int>(order.line_count()); })
      .field("tags", &Order::tags)
      .field("age", &Order::age)
      .measure("orders", [](Order const&) { return 3; })
      .record("customer", &Order::customer, customer)
      .record("ship_to_maybe", &Order::ship_to, address)
      .many("lines", &Order::lines, lines());
}

Money usd(std::int64_t minor) { return {minor, Currency::find("USD")}; }

std::string decide(Order const& order) {
  auto const compiled = compile(text);
  REQUIRE(!has_errors(compiled.diagnostics));
  auto const reader = orders().reader(compiled.policy, policy::Subject::order);
  if (!reader) return to_string(reader.error());
  auto const facts = reader->read(order);
  if (!facts) return to_string(facts.error());
  auto const decision = compiled.policy.decide_holds(*facts, Timestamp(0));
  return decision.hits.empty() ? "free" : decision.hits[0].error.empty() ? "held" : decision.hits[0].error;
}

template <class T>
std::string problem(policy::Binding<T> const& binding, std::string const& when, std::vector<policy::Kind> const& kinds = {}) {
  auto const compiled = compile("policy p { currency USD; time zone \"UTC\"; }\nextend record line { weight: quantity in kg; }\nhold h { when " + when +
                                "; reason ADDRESS \"x\"; blocks release; release by order_desk; }");
  REQUIRE(!has_errors(compiled.diagnostics));
  auto const reader = binding.reader(compiled.policy, policy::Subject::order, kinds);
  return reader ? "ok" : to_string(reader.error());
}

}  // namespace

TEST_CASE("facts of host structs decide as their JSON would") {
  Item const tea{"T1", "tea"};
  struct Row {
    char const* what;
    void (*change)(Order&);
    char const* expected;
  };
  Row const rows[] = {
      {"nothing", [](Order&) {}, "free"},
      {"money and a symbol", [](Order& o) { o.total = usd(50001); }, "held"},
      {"at the edge", [](Order& o) { o.total = usd(50000); }, "free"},
      {"another symbol",
       [](Order& o) {
         o.total = usd(50001);
         o.channel = Channel::store;
       },
       "free"},
      {"a bool of a record",
       [](Order& o) {
         o.total = usd(50001);
         o.customer.trusted = true;
       },
       "free"},
      {"a quantity from an int, another in pounds",
       [](Order& o) {
         o.lines[0].quantity = 11;
         o.lines[0].weight = {Decimal(5), find_unit("lb")};
       },
       "held"},
      {"5 lb are 2.267... kg, 4 lb are less than 2 kg",
       [](Order& o) {
         o.lines[0].quantity = 11;
         o.lines[0].weight = {Decimal(4), find_unit("lb")};
       },
       "free"},
      {"a list of texts",
       [](Order& o) {
         o.tags = {"slow", "rush"};
       },
       "held"},
      {"a chrono duration", [](Order& o) { o.age = std::chrono::hours(6); }, "held"},
      {"a record behind a pointer",
       [](Order& o) {
         o.ship_to = std::make_unique<Address>(Address{"FR", "Paris"});
       },
       "held"},
      {"an optional that is there", [](Order& o) { o.customer.chargebacks = 2; }, "held"},
      {"a callable",
       [](Order& o) {
         o.lines.resize(4);
         for (auto& line : o.lines) line = o.lines[0];
       },
       "held"},
      {"another currency",
       [](Order& o) {
         o.total = {1, Currency::find("EUR")};
       },
       "order.total: it is in EUR, and the policy is in USD (convert it, or declare the field `money in any currency`)"},
      {"a host value without a name", [](Order& o) { o.channel = Channel::wholesale; },
       "order.channel: this value of the host's enumeration has no name (name it in .symbol(...))"},
      {"no such symbol",
       [](Order& o) {
         o.ship_to = std::make_unique<Address>(Address{"UX", ""});
       },
       "order.ship_to_maybe.country: `UX` is not a value of `country` (did you mean `AX`?)"},
      {"a unit of another dimension",
       [](Order& o) {
         o.lines[0].weight = {Decimal(4), find_unit("each")};
       },
       "order.lines.weight: element 0: 4 each cannot be counted in kg (give it in kg)"},
  };
  for (auto const& row : rows) {
    CAPTURE(row.what);
    Order order;
    order.total = usd(100);
    order.lines.push_back({&tea, 1, Decimal(1), {Decimal(1), find_unit("kg")}});
    row.change(order);
    CHECK(decide(order) == row.expected);
  }
}

TEST_CASE("a binding is checked against the schema when the policy loads") {
  auto const base = [] { return bind<Order>("order").field("total", &Order::total); };
  CHECK(problem(base(), "order.total > 1.00 USD") == "ok");
  CHECK(problem(bind<Order>("order").field("totl", &Order::total), "true") ==
        "`order.totl`: the record `order` has no such field, did you mean `total`? (correct the binding, or the fields in the schema)");
  CHECK(problem(bind<Order>("order").field("total", &Order::placed), "true").find("`order.total`: a point in time does not fit a field of type money") == 0);
  CHECK(problem(base().field("total", &Order::total), "true").find("`order.total`: it is bound twice") == 0);
  CHECK(problem(bind<Order>("order"), "order.total > 1.00 USD").find("`order.total`: rules read it and it is not bound") == 0);
  CHECK(problem(bind<Order>("order"), "order.total > 1.00 USD", {policy::Kind::allocation}) == "ok");
  CHECK(problem(bind<Order>("order"), "order.gift_note is known") == "ok");
  CHECK(problem(bind<Order>("order").field("id", [](Order const&) { return std::optional<std::string>{}; }), "true").find("`order.id`: it may be missing") ==
        0);
  CHECK(problem(bind<Order>("order").field("lines", &Order::tags), "true").find("`order.lines`: it is a record; bind it with .record or .many") == 0);
  CHECK(problem(bind<Order>("order").field("id", &Order::tags), "true").find("`order.id`: it is one value, not a list") == 0);
  CHECK(problem(bind<Order>("order").record("lines", &Order::customer, bind<Customer>("customer")), "true").find("`order.lines`: it is many records") == 0);
  CHECK(problem(bind<Order>("order").record("customer", &Order::customer, bind<Customer>("address")), "true")
            .find("`order.customer`: it is a `customer`, and the binding is for a `address`") == 0);
  CHECK(problem(bind<Order>("order").many("lines", &Order::lines, bind<Line>("line").field("wieght", &Line::weight)), "true")
            .find("`order.lines.wieght`: the record `line` has no such field, did you mean `weight`?") == 0);
  CHECK(problem(bind<Order>("order").symbol("channel", &Order::channel, {std::pair{Channel::web, "wbe"}}), "true")
            .find("`order.channel`: `wbe` is not a value of `channel`, did you mean `web`?") == 0);
  CHECK(problem(bind<Order>("order").measure("m", [](Order const&) { return 1; }), "true").find("`measures.m`: the policy has no measure") == 0);
  CHECK(problem(bind<Order>("ordr"), "true").find("the binding is for `ordr`") == 0);
  CHECK(problem(bind<Order>("order"), "any line where line.quantity > 1 each").find("`order.lines`: rules read it and it is not bound") == 0);
}

TEST_CASE("all problems of a binding are told at once, and an empty policy is none") {
  auto const all = problem(bind<Order>("order").field("a_field", &Order::total).field("b_field", &Order::total), "order.total > 1.00 USD");
  CHECK(all.find("a_field") != std::string::npos);
  CHECK(all.find("b_field") != std::string::npos);
  CHECK(all.find("order.total`: rules read it") != std::string::npos);
  auto const none = bind<Order>("order").reader(policy::Policy(), policy::Subject::order);
  REQUIRE(!none);
  CHECK(none.error().code == "no_policy");
}
