// A host with ports that ask through files: run it, answer the questions in FOLDER/questions by files in FOLDER/answers, run it again.
#include <chrono>
#include <cstdio>

#include <bylaw/bylaw.hpp>
#include <bylaw/engine/ports.hpp>
#include <bylaw/trade/command.hpp>

#include "file_port.hpp"

using namespace bylaw;

int main(int argc, char** argv) {
  if (argc < 4) return std::puts("usage: ports_host POLICY STORE FOLDER"), 2;
  auto const zones = config::load_zones();
  if (!zones) return std::puts(to_string(zones.error()).c_str()), 1;
  auto const rules = config::load_policy({argv[1]}, *zones);
  if (!rules || !rules->ok()) return std::puts("the policy has errors: run `bylaw check`"), 1;
  auto engine = engine::Engine::open({argv[2], true, rules->rulebook, {}});
  if (!engine) return std::puts(to_string(engine.error()).c_str()), 1;
  auto const now = Timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());

  trade::Order order;
  order.id = "A-1";
  order.source = "shop";
  order.placed = Timestamp(1793527200000);
  order.currency = Currency::find("USD");
  order.customer.id = "C1";
  order.ship_to.country = "US";
  order.lines.push_back({1, "TEA", "Tea, 500 g", 2, Decimal(20), Money(4000, order.currency), false});
  order.total = order.lines[0].net;
  auto const imported = engine->submit({"import:A-1", order.placed, {"shop", "system"}, trade::ImportOrder{order}});
  if (!imported) return std::puts(to_string(imported.error()).c_str()), 1;

  FilePort files(argv[3]);
  using engine::PortKind;
  std::vector<engine::Port> ports = {files.port("score", PortKind::fraud, {"order.on_hold", "order.released"}),
                                     files.port("address", PortKind::address, {"order.on_hold", "order.released"}),
                                     files.port("mail", PortKind::message, {"order.*"})};
  for (auto& port : ports) {
    port.terms.backoff_ms_first = 1;
    port.terms.backoff_ms_max = 1;
    auto const run = engine::run_port(*engine, port, now);
    if (!run) return std::puts(to_string(run.error()).c_str()), 1;
    std::printf("%s: asked %lld, answered %lld, later %lld, wrong %lld, refused %lld\n", port.name.c_str(), static_cast<long long>(run->asked),
                static_cast<long long>(run->answered), static_cast<long long>(run->later), static_cast<long long>(run->wrong),
                static_cast<long long>(run->refused));
  }
}
