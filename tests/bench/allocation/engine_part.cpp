// Orders over fifty locations through the engine, each by itself and as a wave, beside a greedy allocation over a map.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/store/reader.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/values/zone.hpp>

#include "bench/allocation/clock.hpp"
#include "bench/allocation/parts.hpp"

using namespace bylaw;

namespace {

constexpr int location_count = 50;
constexpr int item_count = 500;
constexpr std::int64_t units_each = 12;  ///< per item and location: a wave of 100,000 lines wants about what is there

struct WantedLine {
  int item = 0;
  std::int64_t units = 1;
};

std::vector<WantedLine> lines_of(int order) {
  std::vector<WantedLine> out;
  std::uint64_t state = static_cast<std::uint64_t>(order) * 2654435761u + 99;
  auto const below = [&](std::uint64_t bound) { return static_cast<int>(((state = state * 6364136223846793005u + 1442695040888963407u) >> 33) % bound); };
  auto const count = 1 + below(4);
  for (int i = 0; i < count; ++i) out.push_back({(below(item_count) + i) % item_count, 1 + below(4)});
  return out;
}

trade::Order order_of(int number) {
  trade::Order out;
  out.id = "A-" + std::to_string(number);
  out.source = "shop";
  out.placed = Timestamp(1700000000000 + number);
  out.currency = Currency::find("USD");
  out.total = Money(0, out.currency);
  for (auto const& wanted : lines_of(number)) {
    auto const net = Money(wanted.units * 1000, out.currency);
    out.lines.push_back({static_cast<std::int32_t>(out.lines.size() + 1), "SKU-" + std::to_string(wanted.item), "", wanted.units, Decimal(10), net, false});
    out.total = *add(out.total, net);
  }
  return out;
}

class Warehouse {
 public:
  Warehouse(std::string const& folder, std::string const& name) : path_(folder + "/" + name + ".db") {
    std::filesystem::remove(path_);
    auto const policy = folder + "/" + name + ".bylaw";
    std::ofstream(policy)
        << "policy wave { currency USD; }\nallocation nearest { from location.active; prefer highest covers, lowest location.priority; split at "
           "most 4 shipments; scarce by fair share; short backorder; }\n";
    auto const zones = config::load_zones();
    auto loaded = config::load_policy({policy}, *zones);
    auto opened = engine::Engine::open({path_, true, loaded->rulebook});
    engine_ = std::make_unique<engine::Engine>(std::move(*opened));
    std::vector<trade::Command> setup;
    auto const add = [&](trade::CommandBody body) {
      setup.push_back({"setup-" + std::to_string(setup.size()), Timestamp(1700000000000), {}, std::move(body), {}});
    };
    for (int l = 0; l < location_count; ++l) {
      trade::Location location;
      location.id = "L" + std::to_string(l);
      location.priority = l;
      add(trade::DefineLocation{location, Timestamp{INT64_MIN}});
    }
    for (int i = 0; i < item_count; ++i) {
      trade::Item item;
      item.sku = "SKU-" + std::to_string(i);
      add(trade::DefineItem{item, Timestamp{INT64_MIN}});
      for (int l = 0; l < location_count; ++l) add(trade::ReceiveStock{item.sku, "L" + std::to_string(l), units_each, ""});
    }
    (void)engine_->submit(setup);
  }
  ~Warehouse() {
    engine_.reset();
    for (auto const* suffix : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path_ + suffix);
  }
  engine::Engine& engine() { return *engine_; }
  std::int64_t promised() {
    auto reader = store::Reader::open(path_);
    auto const table = reader->query("SELECT coalesce(sum(quantity), 0) FROM promise_open WHERE stands_on='stock'");
    return table ? std::atoll(table->rows[0][0].c_str()) : -1;
  }

 private:
  std::string path_;
  std::unique_ptr<engine::Engine> engine_;
};

std::vector<trade::Command> imports(int count, std::int64_t& lines, std::int64_t& units) {
  std::vector<trade::Command> out;
  for (int i = 0; i < count; ++i) {
    auto order = order_of(i);
    lines += static_cast<std::int64_t>(order.lines.size());
    for (auto const& line : order.lines) units += line.quantity;
    out.push_back({"i" + std::to_string(i), order.placed, {}, trade::ImportOrder{std::move(order)}, {}});
  }
  return out;
}

/// What somebody writes in an afternoon: per line the first locations that have something, in memory, with nothing kept.
double greedy_seconds(int orders) {
  std::map<std::pair<int, int>, std::int64_t> stock;
  for (int i = 0; i < item_count; ++i) {
    for (int l = 0; l < location_count; ++l) stock[{i, l}] = units_each;
  }
  std::int64_t promised = 0;
  auto const started = bench_seconds();
  for (int o = 0; o < orders; ++o) {
    for (auto const& wanted : lines_of(o)) {
      auto left = wanted.units;
      for (int l = 0; l < location_count && left > 0; ++l) {
        auto& here = stock[{wanted.item, l}];
        auto const units = std::min(left, here);
        here -= units;
        left -= units;
        promised += units;
      }
    }
  }
  auto const took = bench_seconds() - started;
  return promised > 0 ? took : 0;
}

bool single_orders(std::string const& folder) {
  constexpr int orders = 4'000;
  Warehouse warehouse(folder, "single");
  std::int64_t lines = 0;
  std::int64_t units = 0;
  (void)warehouse.engine().submit(imports(orders, lines, units));
  auto const started = bench_seconds();
  bool right = true;
  for (int i = 0; i < orders; ++i) {
    auto const outcome = warehouse.engine().submit(
        trade::Command{"a" + std::to_string(i), Timestamp(1700000100000), {}, trade::OrderEvent{"A-" + std::to_string(i), "allocate", ""}, {}});
    right = right && outcome && outcome->state == "allocated";
  }
  auto const took = bench_seconds() - started;
  right = right && warehouse.promised() == units;
  auto const twin = greedy_seconds(orders);
  std::printf(
      "single orders over %d locations, each durable by itself: %s, %.0f lines/s (%.0f orders/s); a greedy map without policy, books or disk is %.0f times as "
      "fast\n",
      location_count, right ? "all promised" : "NOT ALL PROMISED", static_cast<double>(lines) / took, orders / took, took / twin);
  return right;
}

bool wave(std::string const& folder) {
  constexpr int orders = 40'000;
  constexpr int at_once = 1'000;
  Warehouse warehouse(folder, "wave");
  std::int64_t lines = 0;
  std::int64_t units = 0;
  auto const all = imports(orders, lines, units);
  for (std::size_t first = 0; first < all.size(); first += 2'000) {
    (void)warehouse.engine().submit(std::vector<trade::Command>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                                                all.begin() + static_cast<std::ptrdiff_t>(std::min(first + 2'000, all.size()))));
  }
  auto const started = bench_seconds();
  bool right = true;
  for (int first = 0; first < orders; first += at_once) {
    trade::AllocateOrders body;
    for (int i = first; i < first + at_once; ++i) body.orders.push_back("A-" + std::to_string(i));
    auto const outcome = warehouse.engine().submit(trade::Command{"w" + std::to_string(first), Timestamp(1700000100000), {}, std::move(body), {}});
    right = right && outcome && outcome->status == trade::Status::accepted;
  }
  auto const took = bench_seconds() - started;
  auto const promised = warehouse.promised();
  auto const there = std::int64_t{item_count} * location_count * units_each;
  right = right && promised <= std::min(there, units) && promised > std::min(there, units) * 95 / 100;
  auto const twin = greedy_seconds(orders);
  std::printf(
      "a wave of %lld lines over %d locations, %d orders a command: %s, %.0f lines/s, %lld of %lld units promised from stock of %lld; the greedy map is %.0f "
      "times as fast\n",
      static_cast<long long>(lines), location_count, at_once, right ? "sound" : "NOT SOUND", static_cast<double>(lines) / took,
      static_cast<long long>(promised), static_cast<long long>(units), static_cast<long long>(there), took / twin);
  return right;
}

}  // namespace

bool engine_part(std::string const& folder) {
  bool const single = single_orders(folder);
  return wave(folder) && single;
}
