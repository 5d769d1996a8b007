#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/wire/commands.hpp>

using namespace bylaw;
using trade::Command;
using trade::Outcome;

namespace {

rulebook::Rulebook const& book() {
  static rulebook::Rulebook const loaded = [] {
    auto zones = config::load_zones();
    auto rules = config::load_policy({BYLAW_SOURCE_DIR "/examples/retailer/policy"}, *zones);
    REQUIRE_MESSAGE(rules->ok(), render(rules->diagnostics, rules->sources));
    return rules->rulebook;
  }();
  return loaded;
}

struct TempStore {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("bylaw_test_" + std::to_string(getpid()) + "_" + std::to_string(counter++));
  std::string path = (folder / "s.db").string();
  static inline int counter = 0;
  TempStore() { std::filesystem::create_directories(folder); }
  ~TempStore() {
    std::error_code error;
    std::filesystem::remove_all(folder, error);
  }
};

engine::Engine open(std::string const& path) {
  auto engine = engine::Engine::open({path, true, book(), {}});
  REQUIRE_MESSAGE(engine.has_value(), to_string(engine.error()));
  return std::move(*engine);
}

Command parse(std::string const& json) {
  auto command = wire::parse_command(json);
  REQUIRE_MESSAGE(command.has_value(), to_string(command.error()));
  return *command;
}

int next_id = 0;
std::string with(std::string const& kind, std::string const& rest, std::string const& role = "system", std::string const& at = "2026-11-01T10:00:00Z") {
  return R"({"command_id":"c)" + std::to_string(++next_id) + R"(","command":")" + kind + R"(","at":")" + at + R"(","by":{"user":"u","role":")" + role +
         R"("},)" + rest + "}";
}
Outcome send(engine::Engine& engine, std::string const& kind, std::string const& rest, std::string const& role = "system",
             std::string const& at = "2026-11-01T10:00:00Z") {
  auto outcome = engine.submit(parse(with(kind, rest, role, at)));
  REQUIRE_MESSAGE(outcome.has_value(), to_string(outcome.error()));
  return *outcome;
}
void stock(engine::Engine& engine, int quantity) {
  CHECK(send(engine, "define_location", R"("id":"DC1","safety_stock":2)").code == "ok");
  CHECK(send(engine, "define_item", R"("sku":"TEA","unit_cost":"4.00 USD")").code == "ok");
  CHECK(send(engine, "receive_stock", R"("item":"TEA","location":"DC1","quantity":)" + std::to_string(quantity)).code == "ok");
}
std::string order(std::string const& id, int quantity, std::string const& country = R"("country":"US","postal_code":"12345")") {
  return R"("id":")" + id + R"(","source":"shop","channel":"web","placed":"2026-11-01T09:00:00Z","currency":"USD","customer":{"id":"C1"},"ship_to":{)" +
         country + R"(},"payment":{"state":"authorized","risk_score":1},"lines":[{"item":"TEA","quantity":)" + std::to_string(quantity) +
         R"(,"unit_price":10.00}])";
}
std::string event(std::string const& id, std::string const& name) { return R"("order":")" + id + R"(","event":")" + name + "\""; }

std::string figure(std::string const& path, char const* sql) {
  auto reader = store::Reader::open(path);
  REQUIRE(reader.has_value());
  auto const table = reader->query(sql);
  REQUIRE_MESSAGE(table.has_value(), to_string(table.error()));
  return table->rows.empty() ? "" : table->rows[0][0];
}
store::Verification verified(std::string const& path) {
  auto const result = store::verify(path);
  REQUIRE(result.has_value());
  CHECK(result->findings == std::vector<std::string>{});
  return *result;
}

}  // namespace

TEST_CASE("an order goes from import to settled, and a return back into stock, with books that balance") {
  TempStore temp;
  {
    auto engine = open(temp.path);
    stock(engine, 10);
    CHECK(send(engine, "import_order", order("A-1", 3)).state == "released");
    CHECK(send(engine, "order_event", event("A-1", "ship")).code == "wrong_state");
    CHECK(send(engine, "order_event", event("A-1", "allocate")).state == "allocated");
    CHECK(send(engine, "order_event", event("A-1", "ship"), "customer").code == "wrong_role");
    CHECK(send(engine, "order_event", event("A-1", "ship"), "warehouse", "2026-11-02T10:00:00Z").state == "shipped");
    CHECK(send(engine, "order_event", event("A-1", "deliver"), "carrier", "2026-11-03T10:00:00Z").state == "shipped");
    CHECK(send(engine, "order_event", event("A-1", "invoice")).state == "invoiced");
    CHECK(send(engine, "order_event", event("A-1", "settle")).code == "wrong_state");
    CHECK(send(engine, "order_event", event("A-1", "pay")).state == "invoiced");
    CHECK(send(engine, "order_event", event("A-1", "pay")).code == "already_paid");
    CHECK(send(engine, "order_event", event("A-1", "settle")).state == "settled");
    auto const request =
        R"("id":"R-1","requested":"2026-11-10T10:00:00Z","currency":"USD","lines":[{"order":"A-1","order_line":1,"item":"TEA","quantity":2,"condition":"opened"}])";
    CHECK(send(engine, "request_return", request, "customer", "2026-11-10T10:00:00Z").state == "authorized");
    for (auto const* step : {"receive", "inspect", "refund", "close"}) {
      auto const condition = std::string(step) == "inspect" ? R"(,"condition":"unopened")" : "";
      CHECK(send(engine, "return_event", std::string(R"("return":"R-1","event":")") + step + "\"" + condition, "system", "2026-11-12T10:00:00Z").code == "ok");
    }
  }
  verified(temp.path);
  CHECK(figure(temp.path, "SELECT posted FROM balance_now WHERE unit='TEA' AND place='DC1' AND status='available'") == "9");
  CHECK(figure(temp.path, "SELECT -posted FROM balance_now WHERE status='income:sales'") == "-3000");
  // 20.00 back, less 15 percent and a label of 6.95: 10.05.
  CHECK(figure(temp.path, "SELECT refund FROM return_line") == "1005");
  CHECK(figure(temp.path, "SELECT -posted FROM balance_now WHERE status='assets:cash'") == "1995");
  CHECK(figure(temp.path, "SELECT -posted FROM balance_now WHERE status='assets:inventory'") == "3600");
  CHECK(figure(temp.path, "SELECT sum(posted) FROM balance_now") == "0");
  auto reader = store::Reader::open(temp.path);
  auto const life = report::audit(*reader, "A-1");
  CHECK(life->rows.size() > 15);
  CHECK(report::audit(*reader, "nobody").error().code == "unknown_order");
  for (auto const& known : report::reports()) CHECK(report::run(*reader, known.name).has_value());
}

TEST_CASE("the same command again changes nothing; the same id with another body is refused") {
  TempStore temp;
  auto engine = open(temp.path);
  stock(engine, 10);
  auto const import = parse(with("import_order", order("A-1", 3)));
  CHECK(engine.submit(import)->duplicate == false);
  auto const before = verified(temp.path);
  auto const again = engine.submit(import);
  CHECK(again->duplicate);
  CHECK(again->state == "released");
  auto changed = import;
  (*changed.body.get_if<trade::ImportOrder>()).order.lines[0].quantity = 4;
  CHECK(engine.submit(changed)->code == "id_conflict");
  changed.id = "another";
  CHECK(engine.submit(changed)->code == "revision_conflict");
  auto const both = engine.submit(std::vector<Command>{parse(with("order_event", event("A-1", "allocate"))), import});
  CHECK((*both)[1].duplicate);
  CHECK(before.state_hash != verified(temp.path).state_hash);
}

TEST_CASE("promises are refused, refusals change nothing but are recorded") {
  TempStore temp;
  auto engine = open(temp.path);
  stock(engine, 5);  // two are safety stock
  CHECK(send(engine, "import_order", order("A-1", 3)).state == "released");
  CHECK(send(engine, "order_event", event("A-1", "allocate")).code == "ok");
  (void)send(engine, "import_order", order("A-2", 1));
  CHECK(send(engine, "order_event", event("A-2", "cancel"), "order_desk").state == "cancelled");
  CHECK(send(engine, "order_event", event("A-9", "allocate")).code == "unknown_order");
  CHECK(send(engine, "receive_stock", R"("item":"NIL","location":"DC1","quantity":1)").code == "unknown_item");
  CHECK(send(engine, "receive_stock", R"("item":"TEA","location":"X","quantity":1)").code == "unknown_location");
  CHECK(send(engine, "return_event", R"("return":"R-9","event":"receive")").code == "unknown_return");
  CHECK(figure(temp.path, "SELECT count(*) FROM command WHERE status=1") == "4");
  verified(temp.path);
}

TEST_CASE("a short order is backordered, and completed when stock comes in") {
  TempStore temp;
  auto engine = open(temp.path);
  stock(engine, 5);
  CHECK(send(engine, "import_order", order("A-1", 6)).state == "released");
  CHECK(send(engine, "order_event", event("A-1", "allocate")).code == "backordered");
  CHECK(figure(temp.path, "SELECT sum(quantity) FROM promise_open WHERE stands_on='stock'") == "3");
  CHECK(figure(temp.path, "SELECT sum(quantity) FROM promise_open WHERE stands_on='supply'") == "3");
  CHECK(send(engine, "receive_stock", R"("item":"TEA","location":"DC1","quantity":10)").code == "ok");
  CHECK(figure(temp.path, "SELECT state FROM instance WHERE subject='A-1'") == "allocated");
  CHECK(figure(temp.path, "SELECT sum(amount) FROM reservation_open") == "6");
  CHECK(send(engine, "order_event", event("A-1", "cancel"), "customer").state == "cancelled");
  CHECK(figure(temp.path, "SELECT coalesce(sum(amount),0) FROM reservation_open") == "0");
  verified(temp.path);
}

TEST_CASE("a hold stops the order until somebody who may lifts it, and is not placed twice") {
  TempStore temp;
  auto engine = open(temp.path);
  stock(engine, 5);
  CHECK(send(engine, "import_order", order("A-1", 1, R"("country":"DE","postal_code":"10115")")).state == "on_hold");
  CHECK(send(engine, "order_event", event("A-1", "ship")).code == "on_hold");
  CHECK(send(engine, "release_hold", R"("order":"A-1","rule":"other_country")", "order_desk").code == "wrong_role");
  CHECK(send(engine, "release_hold", R"("order":"A-1","rule":"nothing")", "compliance").code == "no_such_hold");
  CHECK(send(engine, "release_hold", R"("order":"A-1","rule":"other_country")", "compliance").state == "released");
  CHECK(figure(temp.path, "SELECT count(*) FROM hold_open") == "0");
  CHECK(figure(temp.path, "SELECT reads FROM hold_event WHERE action=0") == R"({"order.ship_to.country":"DE"})");
}

TEST_CASE("partial returns sum to the whole, and nothing comes back twice") {
  TempStore temp;
  auto engine = open(temp.path);
  stock(engine, 10);
  auto const third =
      R"("id":"A-1","placed":"2026-11-01T09:00:00Z","currency":"USD","customer":{"id":"C1"},"ship_to":{"country":"US","postal_code":"1"},"payment":{"state":"captured","risk_score":1},"lines":[{"item":"TEA","quantity":3,"net":"290.00 USD"}])";
  (void)send(engine, "import_order", third);
  for (auto const* name : {"allocate", "ship"}) (void)send(engine, "order_event", event("A-1", name));
  std::int64_t sum = 0;
  for (int i = 1; i <= 4; ++i) {
    auto const request =
        R"("id":"R-)" + std::to_string(i) +
        R"(","requested":"2026-11-05T10:00:00Z","currency":"USD","lines":[{"order":"A-1","order_line":1,"item":"TEA","quantity":1,"condition":"unopened","reason":"DEFECTIVE"}])";
    auto const outcome = send(engine, "request_return", request, "customer", "2026-11-05T10:00:00Z");
    CHECK((i <= 3 ? outcome.state == "authorized" : outcome.code == "too_many"));  // nothing is left of the sale
  }
  sum = std::stoll(figure(temp.path, "SELECT sum(refund) FROM return_line"));
  CHECK(sum == 29000);
  verified(temp.path);
}

TEST_CASE("what attacked the first cut: another currency, another customer, an unpaid order, a cancelled claim") {
  TempStore temp;
  auto engine = open(temp.path);
  stock(engine, 10);
  auto euro = order("E-1", 1);
  euro.replace(euro.find("USD"), 3, "EUR");
  CHECK(send(engine, "import_order", euro).code == "wrong_currency");
  (void)send(engine, "import_order", order("A-1", 2));
  for (auto const* name : {"allocate", "ship"}) (void)send(engine, "order_event", event("A-1", name));
  auto const request = [](char const* id, char const* customer, char const* currency = "USD") {
    return std::string(R"("id":")") + id + R"(","customer":")" + customer + R"(","requested":"2026-11-05T10:00:00Z","currency":")" + currency +
           R"(","lines":[{"order":"A-1","order_line":1,"item":"TEA","quantity":2,"condition":"unopened"}])";
  };
  CHECK(send(engine, "request_return", request("R-1", "C2"), "customer", "2026-11-05T10:00:00Z").code == "wrong_customer");
  CHECK(send(engine, "request_return", request("R-2", "C1", "EUR"), "customer", "2026-11-05T10:00:00Z").code == "wrong_currency");
  CHECK(send(engine, "request_return", request("R-3", "C1"), "customer", "2026-11-05T10:00:00Z").state == "authorized");
  CHECK(send(engine, "return_event", R"("return":"R-3","event":"cancel")").state == "cancelled");
  CHECK(send(engine, "request_return", request("R-4", "C1"), "customer", "2026-11-05T10:00:00Z").state == "authorized");
  CHECK(send(engine, "return_event", R"("return":"R-4","event":"receive")").code == "ok");
  CHECK(send(engine, "return_event", R"("return":"R-4","event":"inspect","condition":"unopened")").code == "ok");
  auto const refused = send(engine, "return_event", R"("return":"R-4","event":"refund")");
  CHECK(refused.code == "not_paid");
  CHECK(refused.state == "dispositioned");
  CHECK(wire::parse_command(with("import_order", order("N-1", 1).replace(order("N-1", 1).find("10.00"), 5, "-10.0"))).error().place == "lines[0].unit_price");
  verified(temp.path);
}

TEST_CASE("one writer per store; a store is not opened by mistake") {
  TempStore temp;
  auto engine = open(temp.path);
  CHECK(engine::Engine::open({temp.path, true, book(), {}}).error().code == "store_locked");
  CHECK(engine::Engine::open({temp.path + "-no", false, book(), {}}).error().code == "store_unreadable");
  CHECK(engine::Engine::open({temp.path + "-fresh", true, {}, {}}).error().code == "no_rules");
  CHECK(engine::Engine::open({"/nowhere/s.db", true, book(), {}}).error().code == "store_read_only");
  REQUIRE(engine.close().has_value());
  CHECK(engine.submit(parse(with("define_item", R"("sku":"X")"))).error().code == "engine_failed");
  auto const other = temp.folder / "other.db";
  std::filesystem::copy_file(BYLAW_SOURCE_DIR "/LICENSE", other);
  CHECK(engine::Engine::open({other.string(), true, book(), {}}).error().code == "store_not_ours");
}

TEST_CASE("many threads submit; every command has its outcome and the books add up") {
  TempStore temp;
  auto engine = open(temp.path);
  stock(engine, 1000);
  std::vector<std::thread> threads;
  std::atomic<int> accepted{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        auto const id = std::to_string(t) + "-" + std::to_string(i);
        auto command =
            wire::parse_command(R"({"command_id":"t)" + id + R"(","command":"import_order","at":"2026-11-01T10:00:00Z",)" + order("T" + id, 1) + "}");
        auto const outcome = engine.submit(*command);
        if (outcome && outcome->state == "released") ++accepted;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(accepted == 200);
  CHECK(figure(temp.path, "SELECT count(*) FROM order_doc") == "200");
  verified(temp.path);
}

TEST_CASE("a killed process loses nothing that was acknowledged") {
  TempStore temp;
  for (int round = 0; round < 5; ++round) {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    auto const child = fork();
    if (child == 0) {
      auto engine = engine::Engine::open({temp.path, true, book(), {}});
      for (int i = 0; engine && i < 100000; ++i) {
        auto const id = std::to_string(round) + "-" + std::to_string(i);
        auto command = wire::parse_command(R"({"command_id":")" + id + R"(","command":"define_item","at":"2026-11-01T10:00:00Z","sku":")" + id + "\"}");
        if (!engine->submit(*command) || write(pipe_ends[1], &i, sizeof i) != sizeof i) break;
      }
      _exit(0);
    }
    close(pipe_ends[1]);
    int last = -1;
    int value = 0;
    while (read(pipe_ends[0], &value, sizeof value) == sizeof value) {
      last = value;
      if (last == 20 + round * 7) kill(child, SIGKILL);
    }
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);
    REQUIRE(last >= 20 + round * 7);
    auto const sql = "SELECT count(*) FROM command WHERE id LIKE '" + std::to_string(round) + "-%'";
    CHECK(std::stoi(figure(temp.path, sql.c_str())) >= last + 1);
    verified(temp.path);
  }
}

TEST_CASE("verify finds a flipped figure, a removed row and a forged state") {
  struct Row {
    char const* sql;
    char const* finding;
  };
  Row const rows[] = {{"UPDATE transfer SET amount=amount+1 WHERE seq=1", "hash of commit"},
                      {"DELETE FROM transition WHERE seq=1", "is missing"},
                      {"UPDATE instance SET state='settled' WHERE subject='A-1'", "state of `A-1`"},
                      {"UPDATE sale_line SET remaining=0", "do not add up"},
                      {"UPDATE command SET user='nobody' WHERE seq=2", "hash of commit"}};
  for (auto const& row : rows) {
    CAPTURE(row.sql);
    TempStore temp;
    {
      auto engine = open(temp.path);
      stock(engine, 10);
      (void)send(engine, "import_order", order("A-1", 3));
    }
    auto const command = "sqlite3 " + temp.path + " \"" + row.sql + "\"";
    REQUIRE(std::system(command.c_str()) == 0);
    auto const result = store::verify(temp.path);
    REQUIRE(result.has_value());
    std::string all;
    for (auto const& finding : result->findings) all += finding + "\n";
    CHECK_MESSAGE(all.find(row.finding) != std::string::npos, all);
  }
}

TEST_CASE("a damaged snapshot is passed over: the journal decides") {
  TempStore temp;
  {
    auto engine = open(temp.path);
    stock(engine, 10);
    (void)send(engine, "import_order", order("A-1", 3));
    (void)send(engine, "order_event", event("A-1", "allocate"));
  }
  CHECK(figure(temp.path, "SELECT count(*) FROM snapshot") == "1");
  REQUIRE(std::system(("sqlite3 " + temp.path + " \"UPDATE snapshot SET balances=x'00'||substr(balances,2)\"").c_str()) == 0);
  auto engine = open(temp.path);
  CHECK(send(engine, "order_event", event("A-1", "ship")).state == "shipped");
  auto const result = store::verify(temp.path);
  REQUIRE(result.has_value());
  CHECK(result->findings == std::vector<std::string>{"snapshot 1 is damaged; opening passes it over"});
}
