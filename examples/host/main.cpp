// A host program: loads policies, opens a store, submits one command.
#include <cstdio>

#include <bylaw/bylaw.hpp>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  auto zones = bylaw::config::load_zones();
  if (!zones) return std::puts(to_string(zones.error()).c_str()), 1;
  auto rules = bylaw::config::load_policy({argv[1]}, *zones);
  if (!rules || !rules->ok()) return std::puts("the policy has errors: run `bylaw check`"), 1;
  auto engine = bylaw::engine::Engine::open({argv[2], true, rules->rulebook, {}});
  if (!engine) return std::puts(to_string(engine.error()).c_str()), 1;

  bylaw::trade::Order order;
  order.id = "A-1";
  order.currency = bylaw::Currency::find("USD");
  order.lines.push_back({1, "TEA", "Tea, 500 g", 2, bylaw::Decimal(750), bylaw::Money(150000, order.currency)});
  order.total = order.lines[0].net;
  auto outcome = engine->submit({"import:A-1", bylaw::Timestamp(1793527200000), {"shop", "system"}, bylaw::trade::ImportOrder{order}});
  std::puts(outcome ? outcome->state.c_str() : to_string(outcome.error()).c_str());  // on_hold: above 1,000 dollars
}
