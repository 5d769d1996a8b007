// A whole order: imported, decided by 100 hold rules, allocated, shipped, invoiced, paid, settled; beside the rows that it writes.
#include <cstdio>
#include <fstream>

#include <bylaw/store/reader.hpp>

#include "bench/engine/parts.hpp"
#include "bench/workflow/workload.hpp"

using namespace bylaw;

namespace {

std::string rules_of(int count) {
  std::string out =
      "policy path { currency USD; time zone \"UTC\"; }\nreasons hold { ODD \"odd\"; }\nrole desk;\n"
      "allocation nearest { from location.active; prefer lowest location.priority; split never; short backorder; }\n"
      "return otherwise_none { within no limit; deny reason POLICY otherwise; }\n";
  for (int i = 0; i < count; ++i) {
    auto const n = std::to_string(i);
    out += "hold rule_" + n + " { when order.total > " + std::to_string(5'000 + i * 10) + ".00 USD and (ship_to.postal_code else \"\") == \"" +
           std::to_string(10'000 + i) + "\"; reason ODD; blocks release; queue desk; release by desk; }\n";
  }
  return out;
}

trade::Order order(int number) {
  trade::Order out;
  out.id = "A-" + std::to_string(number);
  out.source = "shop";
  out.placed = Timestamp(1700000000000);
  out.currency = Currency::find("USD");
  out.customer = {"C" + std::to_string(number % 5'000), "retail", "Ada Byron", "ada@example.org", false};
  out.ship_to = {"US", "MA", "Boston", "02108", "1 Elm Street"};
  out.payment.state = trade::PaymentState::authorized;
  for (int i = 1; i <= 2; ++i)
    out.lines.push_back({i, "SKU-" + std::to_string((number * 7 + i) % 100), "Tea", 1, Decimal(10), Money(1'000, out.currency), false});
  out.total = Money(2'000, out.currency);
  return out;
}

constexpr char const* rows_sql =
    "SELECT (SELECT count(*) FROM command)+(SELECT count(*) FROM transfer)+(SELECT count(*) FROM order_doc)+(SELECT count(*) FROM order_line)+(SELECT count(*) "
    "FROM transition)+(SELECT count(*) FROM decision)+(SELECT count(*) FROM outbox)+(SELECT count(*) FROM instance)+(SELECT count(*) FROM instance_start)+"
    "(SELECT count(*) FROM sale_line)+(SELECT count(*) FROM personal_value)+(SELECT count(*) FROM personal)+(SELECT count(*) FROM order_fact)+(SELECT count(*) "
    "FROM timer_event)";

}  // namespace

bool order_path_part(std::string const& folder) {
  constexpr int orders = 4'000;
  auto const policy = folder + "/path.bylaw";
  std::ofstream(policy) << rules_of(100);
  auto engine = open_fresh(folder + "/path.db", policy);
  std::vector<trade::Command> setup;
  trade::Location location;
  location.id = "DC1";
  setup.push_back({"loc", Timestamp(1700000000000), {}, trade::DefineLocation{location, Timestamp{INT64_MIN}}, {}});
  for (int i = 0; i < 100; ++i) {
    trade::Item item;
    item.sku = "SKU-" + std::to_string(i);
    item.unit_cost = Money(400, Currency::find("USD"));
    setup.push_back({"item" + std::to_string(i), Timestamp(1700000000000), {}, trade::DefineItem{item, Timestamp{INT64_MIN}}, {}});
    setup.push_back({"stock" + std::to_string(i), Timestamp(1700000000000), {}, trade::ReceiveStock{item.sku, "DC1", 1'000'000, ""}, {}});
  }
  (void)send(engine, setup);
  auto const count_rows = [&] {
    auto reader = store::Reader::open(folder + "/path.db");
    auto const table = reader->query(rows_sql);
    return table ? std::atoll(table->rows[0][0].c_str()) : 0;
  };
  auto const before = count_rows();
  auto const started = seconds_now();
  bool right = true;
  constexpr int at_once = 200;
  for (int first = 0; first < orders; first += at_once) {
    std::vector<trade::Command> group;
    for (int i = first; i < first + at_once; ++i)
      group.push_back({"i" + std::to_string(i), Timestamp(1700000000000), {"shop", "system"}, trade::ImportOrder{order(i)}, {}});
    for (auto const* event : {"allocate", "ship", "invoice", "pay", "settle"}) {
      for (int i = first; i < first + at_once; ++i) {
        group.push_back({event + std::to_string(i), Timestamp(1700000000000), {"shop", "system"}, trade::OrderEvent{"A-" + std::to_string(i), event, ""}, {}});
      }
    }
    auto const outcomes = send(engine, group);
    for (std::size_t i = outcomes.size() - at_once; i < outcomes.size(); ++i) right = right && outcomes[i].state == "settled";
  }
  auto const took = seconds_now() - started;
  auto const rows = count_rows() - before;
  (void)engine.close();
  remove_store(folder + "/path.db");
  std::printf("an order from import to settled under 100 hold rules: %s; %.0f orders/s, 6 commands and %.1f rows each, %.0f rows/s\n",
              right ? "all settled" : "NOT ALL SETTLED", orders / took, static_cast<double>(rows) / orders, static_cast<double>(rows) / took);
  return right;
}
