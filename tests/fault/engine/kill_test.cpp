// kill -9 while eight threads submit: what was acknowledged is there, once, and the rest can be sent again.
//   BYLAW_KILLS=100   how often; without it eight times
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

#include <sys/wait.h>

#include <doctest/doctest.h>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>

#include "fault/ledger/work.hpp"
#include "fault/workflow/world.hpp"

using namespace bylaw;

namespace {

constexpr int threads = 8;
constexpr int orders_a_thread = 150;
constexpr int units_there = 400;  ///< of one item that all of them want: not enough for everybody

trade::Command command(int thread, int step) {
  auto const number = std::to_string(thread) + "-" + std::to_string(step / 2);
  auto const id = "t" + std::to_string(thread) + ":" + std::to_string(step);
  if (step % 2 == 1) return {id, Timestamp(1'794'211'200'000), {}, trade::OrderEvent{"A-" + number, "allocate", ""}, {}};
  trade::Order order;
  order.id = "A-" + number;
  order.placed = Timestamp(1'794'211'200'000);
  order.currency = Currency::find("USD");
  order.payment.state = trade::PaymentState::captured;
  order.payment.risk_score = Decimal(1);
  order.ship_to = {"US", "", "", "02108", ""};
  order.total = Money(1'000, order.currency);
  order.lines = {{1, "TEA", "", 1, Decimal(10), order.total, false}};
  return {id, Timestamp(1'794'211'200'000), {}, trade::ImportOrder{order}, {}};
}

std::vector<trade::Command> opening() {
  trade::Item item;
  item.sku = "TEA";
  trade::Location location;
  location.id = "DC1";
  return {{"s-1", Timestamp(1), {}, trade::DefineItem{item, Timestamp{INT64_MIN}}, {}},
          {"s-2", Timestamp(1), {}, trade::DefineLocation{location, Timestamp{INT64_MIN}}, {}},
          {"s-3", Timestamp(1), {}, trade::ReceiveStock{"TEA", "DC1", units_there, ""}, {}}};
}

/// Eight threads say everything from the beginning; the id of each acknowledged command goes down the pipe. Returns an exit code.
int say_all(std::string const& path, int pipe) {
  auto engine = engine::Engine::open({path, true, simulated_rules(), {}});
  if (!engine || !engine->submit(opening())) return 2;
  std::atomic<bool> good = true;
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back([&, t] {
      for (int step = 0; step < 2 * orders_a_thread && good; ++step) {
        auto const one = command(t, step);
        if (!engine->submit(one)) good = false;
        auto const line = one.id + "\n";
        if (good && pipe >= 0 && ::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) good = false;
      }
    });
  }
  for (auto& thread : all) thread.join();
  return good && engine->close() ? 0 : 3;
}

std::string figure(std::string const& path, char const* sql) {
  auto reader = store::Reader::open(path);
  REQUIRE(reader.has_value());
  auto const table = reader->query(sql);
  REQUIRE_MESSAGE(table.has_value(), table.error().message);
  return table->rows.empty() ? "" : table->rows[0][0];
}

void check_whole(std::string const& path) {
  auto const verified = store::verify(path);
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
}

}  // namespace

TEST_CASE("killed with eight submitters: nothing that was acknowledged is lost, nothing is doubled") {
  auto const* text = std::getenv("BYLAW_KILLS");
  int const kills = text != nullptr ? std::atoi(text) : 8;
  TempStore store;
  std::set<std::string> acknowledged;
  for (int round = 0; round <= kills; ++round) {
    CAPTURE(round);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      auto const code = say_all(store.path, ends[1]);
      if (round < kills && code == 0) ::pause();  // until it is killed
      _exit(code);
    }
    ::close(ends[1]);
    // Every round goes a little further; the last one is not disturbed.
    auto const wanted = static_cast<std::size_t>(2 * threads * orders_a_thread * (round + 1) / (kills + 2));
    std::string heard;
    std::size_t lines = 0;
    char buffer[512];
    for (;;) {
      auto const got = ::read(ends[0], buffer, sizeof buffer);
      if (got <= 0) break;
      heard.append(buffer, static_cast<std::size_t>(got));
      lines = static_cast<std::size_t>(std::count(heard.begin(), heard.end(), '\n'));
      if (round < kills && lines >= wanted) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (round < kills) REQUIRE(WIFSIGNALED(status));
    if (round == kills) REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    for (std::size_t at = 0, end = 0; (end = heard.find('\n', at)) != std::string::npos; at = end + 1) acknowledged.insert(heard.substr(at, end - at));
    check_whole(store.path);
    auto reader = store::Reader::open(store.path);
    REQUIRE(reader.has_value());
    auto const kept = reader->query("SELECT id FROM command");
    REQUIRE(kept.has_value());
    std::set<std::string> there;
    for (auto const& row : kept->rows) there.insert(row[0]);
    for (auto const& id : acknowledged) REQUIRE_MESSAGE(there.count(id) == 1, id << " was acknowledged, and is gone");
  }
  CHECK(figure(store.path, "SELECT count(*) FROM command WHERE kind='import_order' AND status=0") == std::to_string(threads * orders_a_thread));
  CHECK(figure(store.path, "SELECT count(*) FROM instance WHERE workflow='order' AND state LIKE 'allocated%'") == std::to_string(units_there));
  CHECK(figure(store.path, "SELECT posted - pending_out FROM balance_now WHERE kind=0 AND place='DC1' AND status='available'") == "0");
  CHECK(figure(store.path, "SELECT max(n) FROM (SELECT count(*) AS n FROM reservation_open GROUP BY reference)") == "1");
}
