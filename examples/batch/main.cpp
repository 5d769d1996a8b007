// A host program: decides the holds of its own structs, many at once, and takes a new policy over while it runs.
#include <cstdio>
#include <vector>

#include <bylaw/config/files.hpp>
#include <bylaw/policy/live.hpp>

struct Customer {
  bool trusted = false;
};
struct Line {
  int quantity = 1;
  std::int32_t sku = 0;  // interned: a number instead of the text
};
struct Order {
  std::int64_t total_cents = 0;
  Customer customer;
  std::vector<Line> lines;
};

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  auto const zones = bylaw::config::load_zones();
  if (!zones) return std::puts(to_string(zones.error()).c_str()), 1;
  auto const rules = bylaw::config::load_policy({argv[1]}, *zones);
  if (!rules || !rules->ok()) return std::puts("the policy has errors: run `bylaw check`"), 1;

  bylaw::policy::Symbols skus;
  auto const customer = bylaw::bind<Customer>("customer").field("trusted", &Customer::trusted);
  auto const line = bylaw::bind<Line>("line").field("quantity", &Line::quantity);
  auto const orders = bylaw::bind<Order>("order")
                          .money("total", &Order::total_cents, bylaw::Currency::find("USD"))
                          .record("customer", &Order::customer, customer)
                          .many("lines", &Order::lines, line);
  auto const decider = orders.hold_decider(rules->rulebook.policy());
  if (!decider) return std::puts(to_string(decider.error()).c_str()), 1;
  bylaw::policy::LiveHoldDecider<Order> live(*decider);  // live.replace(...) when the policy changes

  std::vector<Order> all(3);
  all[0].total_cents = 99'900;
  all[1].total_cents = 150'000;
  all[2] = {150'000, {true}, {{2, skus.intern("TEA")}}};
  bylaw::policy::HoldBatch batch;  // one per thread, used again and again
  auto const by = live.get();
  by.decide(all.data(), all.size(), bylaw::Timestamp(1793527200000), batch);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    std::printf("order %zu:", row);
    for (auto const* hit = batch.begin(row); hit != batch.end(row); ++hit) std::printf(" %s", by.policy().holds()[hit->rule()].info.name.c_str());
    std::puts(batch.begin(row) == batch.end(row) ? " free" : "");
  }
}
