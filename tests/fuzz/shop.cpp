#include "fuzz/shop.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <bylaw/config/files.hpp>
#include <bylaw/trade/command.hpp>

using namespace bylaw;

namespace fuzz {

namespace {

constexpr char const* policy_text = R"(policy fuzz { currency USD; time zone "UTC"; }
role boss includes order_desk;
permit system, boss, order_desk to everything;
extend record order { secret_wish: optional text personal; }
reasons hold { BIG "large"; }
measure orders_of_customer = count order by customer.id over 30 days;
hold big {
  await payment.risk_score up to 2 hours, otherwise 1;
  when order.total > 500.00 USD or payment.risk_score > 50 or orders_of_customer > 3;
  reason BIG; blocks release; queue desk; release by order_desk;
}
allocation everywhere { from location.active; prefer lowest location.priority; split never; short backorder; }
return usual { within 30 days of delivery; accept unopened, opened; approve otherwise; refund to original_tender; restock unopened; quarantine otherwise; }
approval cancels { for cancel over 10.00 USD; by boss; not by requester; persons 2 over 100.00 USD; lapse after 1 hour; }
approval vendors { for vendor_change; by boss; }
approval versions { for activate over 1.00 USD; by boss; not by requester; }
brake holds { for hold; at most 2 per 1 hour; queue strange; }
brake releases { for release; at most 1 per 1 hour; queue strange; by boss; }
)";

rulebook::Rulebook const& rules() {
  static rulebook::Rulebook const loaded = [] {
    auto const file = std::filesystem::temp_directory_path() / ("bylaw_fuzz_" + std::to_string(getpid()) + ".bylaw");
    std::ofstream(file) << policy_text;
    auto const zones = config::load_zones();
    auto found = config::load_policy({file.string()}, *zones);
    std::filesystem::remove(file);
    if (!found || !found->ok()) {
      std::fprintf(stderr, "%s\n", found ? render(found->diagnostics, found->sources).c_str() : found.error().message.c_str());
      std::abort();
    }
    return found->rulebook;
  }();
  return loaded;
}

}  // namespace

engine::Engine open_shop(std::string const& path) {
  auto engine = engine::Engine::open({path, true, rules(), {[](void*) { return Timestamp(1'794'211'200'000); }, nullptr}});
  if (!engine) std::abort();
  trade::Item item;
  item.sku = "TEA";
  item.unit_cost = Money(400, Currency::find("USD"));
  trade::Location location;
  location.id = "DC1";
  trade::Order order;
  order.id = "A-1";
  order.source = "shop";
  order.placed = Timestamp(1'794'211'200'000);
  order.currency = Currency::find("USD");
  order.customer = {"C1", "retail", "Ada Byron", "ada@example.org", false};
  order.lines = {{1, "TEA", "", 2, Decimal(10), Money(2'000, order.currency), false}};
  order.total = order.lines[0].net;
  auto const said = engine->submit({{"s-1", order.placed, {}, trade::DefineItem{item, Timestamp{INT64_MIN}}, {}},
                                    {"s-2", order.placed, {}, trade::DefineLocation{location, Timestamp{INT64_MIN}}, {}},
                                    {"s-3", order.placed, {}, trade::ReceiveStock{"TEA", "DC1", 10, ""}, {}},
                                    {"s-4", order.placed, {}, trade::ImportOrder{order}, {}},
                                    {"s-5", order.placed, {"ann", "order_desk", ""}, trade::OrderEvent{"A-1", "cancel", ""}, {}}});
  if (!said) std::abort();
  return std::move(*engine);
}

}  // namespace fuzz
