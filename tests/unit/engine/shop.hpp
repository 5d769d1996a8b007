#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include <unistd.h>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

/// A small shop for tests: an engine over a store of its own, and a clock that goes on when it is told.
using namespace bylaw;  // NOLINT: tests only

class Shop {
 public:
  Shop() { std::filesystem::create_directories(folder_); }
  ~Shop() {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }
  Shop(Shop const&) = delete;
  Shop& operator=(Shop const&) = delete;

  rulebook::Rulebook rules(std::string const& text) {
    auto const file = folder_ / "policy.bylaw";
    // A text with a header of its own is the whole policy.
    if (text.compare(0, 7, "policy ") == 0) std::ofstream(file) << text;
    else
      std::ofstream(file) << "policy shop { currency USD; time zone \"UTC\"; }\n"
                             "allocation nearest { from location.active; prefer lowest location.priority; split never; short backorder; }\n"
                             "return otherwise_none { within no limit; deny reason POLICY otherwise; }\n"
                          << text;
    auto const zones = config::load_zones();
    auto loaded = config::load_policy({file.string()}, *zones);
    REQUIRE_MESSAGE(loaded->ok(), render(loaded->diagnostics, loaded->sources));
    return loaded->rulebook;
  }
  Result<void> try_open(std::string const& text) {
    text_ = text;
    engine_.reset();
    auto engine = engine::Engine::open({path(), true, rules(text), {clock, this}, false, 1'000'000, {}, *config::load_zones()});
    if (!engine) return Unexpected{engine.error()};
    engine_ = std::make_unique<engine::Engine>(std::move(*engine));
    return {};
  }
  /// With whatever policy the store says.
  Result<void> try_open_as_it_is() {
    engine_.reset();
    auto engine = engine::Engine::open({path(), true, {}, {clock, this}, false, 1'000'000, {}, *config::load_zones()});
    if (!engine) return Unexpected{engine.error()};
    engine_ = std::make_unique<engine::Engine>(std::move(*engine));
    return {};
  }
  void open(std::string const& text) {
    auto const opened = try_open(text);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
  }
  void close() { engine_.reset(); }
  /// With the policy of before.
  void open_again() { REQUIRE(try_open(text_).has_value()); }

  trade::Outcome send(trade::CommandBody body, std::string role = "system") {
    auto const outcome = engine_->submit(trade::Command{"c-" + std::to_string(++count_), Timestamp(now), {role, role}, std::move(body)});
    REQUIRE_MESSAGE(outcome.has_value(), outcome.error().message);
    return *outcome;
  }
  trade::Outcome send(trade::CommandBody body, trade::Actor by) {
    auto const outcome = engine_->submit(trade::Command{"c-" + std::to_string(++count_), Timestamp(now), std::move(by), std::move(body)});
    REQUIRE_MESSAGE(outcome.has_value(), outcome.error().message);
    return *outcome;
  }
  trade::Outcome send_as(std::string id, trade::CommandBody body) {
    auto const outcome = engine_->submit(trade::Command{std::move(id), Timestamp(now), {}, std::move(body)});
    REQUIRE_MESSAGE(outcome.has_value(), outcome.error().message);
    return *outcome;
  }
  trade::Outcome order(std::string id, std::int64_t cents, std::string customer = "C1") {
    trade::Order order;
    order.id = std::move(id);
    order.placed = Timestamp(now);
    order.currency = Currency::find("USD");
    order.customer.id = std::move(customer);
    order.total = Money(cents, order.currency);
    order.lines = {{1, "TEA", "", 1, Decimal(1), order.total, false}};
    return send(trade::ImportOrder{order});
  }
  trade::Outcome event(std::string id, std::string name, std::string role = "system") {
    return send(trade::OrderEvent{std::move(id), std::move(name), ""}, std::move(role));
  }
  std::vector<trade::Outcome> wait(std::int64_t ms) {
    std::vector<trade::Outcome> out;
    for (auto const end = now + ms;;) {
      auto const next = engine_->next_due();
      REQUIRE(next.has_value());
      now = *next && (*next)->value <= end ? std::max((*next)->value, now) : end;
      if (!*next || (*next)->value > end) return out;
      auto done = engine_->run_due(Timestamp(now), 10);
      REQUIRE(done.has_value());
      out.insert(out.end(), done->outcomes.begin(), done->outcomes.end());
    }
  }
  std::vector<std::vector<std::string>> rows(char const* sql) {
    auto reader = store::Reader::open(path());
    REQUIRE(reader.has_value());
    auto table = reader->query(sql);
    REQUIRE_MESSAGE(table.has_value(), table.error().message);
    return std::move(table->rows);
  }
  std::vector<std::vector<std::string>> plan(std::string const& text) {
    auto reader = store::Reader::open(path());
    auto table = report::migration(*reader, rules(text));
    REQUIRE(table.has_value());
    return std::move(table->rows);
  }
  std::vector<std::string> findings() {
    auto const verified = store::verify(path());
    REQUIRE(verified.has_value());
    return verified->findings;
  }
  void item(std::string sku, std::int64_t cost_minor = 0) {
    trade::Item item;
    item.sku = std::move(sku);
    if (cost_minor > 0) item.unit_cost = Money(cost_minor, Currency::find("USD"));
    CHECK(send(trade::DefineItem{item, Timestamp{INT64_MIN}}).code == "ok");
  }
  void location(std::string id) {
    trade::Location location;
    location.id = std::move(id);
    CHECK(send(trade::DefineLocation{location, Timestamp{INT64_MIN}}).code == "ok");
  }
  engine::Engine& engine() { return *engine_; }
  std::string path() const { return (folder_ / "shop.db").string(); }

  static Timestamp clock(void* shop) { return Timestamp(static_cast<Shop*>(shop)->now); }

  std::int64_t now = 1'794'211'200'000;  // 2026-11-09 00:00 UTC

 private:
  static int next() {
    static int number = 0;
    return ++number;
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("bylaw_shop_" + std::to_string(getpid()) + "_" + std::to_string(next()));
  std::unique_ptr<engine::Engine> engine_;
  std::string text_;
  int count_ = 0;
};
