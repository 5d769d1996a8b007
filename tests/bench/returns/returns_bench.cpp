// returns_bench FOLDER: one day with 10,000 returns of five kinds through the engine, durable, with books that balance and every exception listed.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>

using namespace bylaw;

namespace {

constexpr int return_count = 10'000;
constexpr std::int64_t morning = 1'794'214'800'000;

class Day {
 public:
  explicit Day(std::string const& folder) : path_(folder + "/returns.db") {
    for (auto const* suffix : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path_ + suffix);
    auto const policy = folder + "/returns.bylaw";
    std::ofstream(policy)
        << "policy day { currency USD; time zone \"UTC\"; }\n"
           "return keeps { when return.reason == DAMAGED; within 30 days of order; approve otherwise; refund to original_tender; keep item; pay at approval; "
           "}\n"
           "return fees { when return.reason == CHANGED_MIND; within 30 days of order; approve otherwise; refund to original_tender; pay at acceptance;\n"
           "  fee 15 percent of return.net as restocking, at least 1.00 USD; restock unopened; scrap otherwise; }\n"
           "return swaps { when return.reason == WRONG_ITEM; within 30 days of order; approve otherwise; refund to original_tender; exchange same item; }\n"
           "return otherwise_any { within 30 days of order; approve otherwise; refund to original_tender; pay at acceptance; restock unopened; quarantine "
           "otherwise; }\n"
           "allocation otherwise_any { from location.active; short backorder; }\n";
    auto const zones = config::load_zones();
    auto loaded = config::load_policy({policy}, *zones);
    auto opened = engine::Engine::open({path_, true, loaded->rulebook});
    engine_ = std::make_unique<engine::Engine>(std::move(*opened));
  }

  void say(trade::CommandBody body) { waiting_.push_back({"c-" + std::to_string(++count_), Timestamp(now_), {}, std::move(body)}); }
  bool flush() {
    for (std::size_t from = 0; from < waiting_.size(); from += 1'000) {
      auto const end = std::min(waiting_.size(), from + 1'000);
      auto const outcomes = engine_->submit({waiting_.begin() + static_cast<std::ptrdiff_t>(from), waiting_.begin() + static_cast<std::ptrdiff_t>(end)});
      if (!outcomes) return std::printf("FAILED: %s\n", outcomes.error().message.c_str()), false;
      for (auto const& outcome : *outcomes) {
        if (outcome.status == trade::Status::refused && refusals_++ < 3) std::printf("refused: %s: %s\n", outcome.code.c_str(), outcome.message.c_str());
        ++codes_[outcome.code];
      }
    }
    waiting_.clear();
    return true;
  }

  bool sell() {
    auto const usd = Currency::find("USD");
    trade::Location place;
    place.id = "DC1";
    say(trade::DefineLocation{place, Timestamp{INT64_MIN}});
    for (int i = 0; i < 100; ++i) {
      trade::Item item;
      item.sku = "SKU-" + std::to_string(i);
      item.unit_cost = Money(250, usd);
      if (i % 2 == 0) item.attributes = {{"item.cost_method", "fifo"}};
      say(trade::DefineItem{item, Timestamp{INT64_MIN}});
      say(trade::ReceiveStock{item.sku, "DC1", 1'000, ""});
    }
    for (int i = 0; i < return_count; ++i) {
      trade::Order order;
      order.id = "A-" + std::to_string(i);
      order.source = "shop";
      order.placed = Timestamp(now_);
      order.currency = usd;
      order.customer.id = "C" + std::to_string(i % 3'000);
      trade::Line line;
      line.number = 1;
      line.item = "SKU-" + std::to_string(i % 100);
      line.quantity = 3;
      line.net = Money(2'900 + i % 7, usd);
      line.tax = Money(551, usd);
      order.lines.push_back(line);
      order.total = Money(line.net.amount_minor() + 551, usd);
      paid_ += order.total.amount_minor();
      say(trade::ImportOrder{order});
      for (auto const* event : {"allocate", "ship", "invoice"}) say(trade::OrderEvent{order.id, event, ""});
      say(trade::RecordPayment{order.id, "P", "card", "captured", order.total});
    }
    return flush();
  }

  void give_back(int i) {
    constexpr char const* reasons[] = {"DEFECTIVE", "CHANGED_MIND", "WRONG_ITEM", "DAMAGED", "REFUSED"};
    int const kind = i % 5;
    trade::Return request;
    request.id = "R-" + std::to_string(i);
    request.requested = Timestamp(now_);
    request.currency = Currency::find("USD");
    trade::ReturnLine line;
    line.number = 1;
    line.order = "A-" + std::to_string(i);
    line.order_line = 1;
    line.item = "SKU-" + std::to_string(i % 100);
    line.quantity = 2;
    line.claimed_net = Money(0, request.currency);
    line.reason = reasons[kind];
    line.claimed_condition = "unopened";
    request.lines = {line};
    say(trade::RequestReturn{request});
    trade::ReceiveReturn parcel{request.id, "", {{1, "", 2, ""}}, ""};
    trade::InspectReturn seen{request.id, {{1, 2, "unopened", {}, {}}}, ""};
    if (kind == 1) seen.lines = {{1, 1, "unopened", {}, {}}, {1, 1, "used", {}, {}}};
    if (kind == 2) {
      trade::ExchangeReturn exchange;
      exchange.id = request.id;
      exchange.line = 1;
      exchange.quantity = 2;
      exchange.item = line.item;
      exchange.order = "X-" + std::to_string(i);
      say(exchange);
    }
    if (kind == 4) parcel.lines.push_back({0, "SKU-" + std::to_string((i + 1) % 100), 1, ""});  // something that nobody announced
    if (kind != 3) {
      say(parcel);
      say(seen);
    }
    if (kind != 2) say(trade::ReturnEvent{request.id, "refund", "", ""});
    say(trade::ReturnEvent{request.id, "close", "", ""});
  }

  bool check() {
    engine_.reset();
    auto const verified = store::verify(path_);
    bool good = verified.has_value() && verified->findings.empty();
    auto reader = store::Reader::open(path_);
    auto const figure = [&](char const* sql) { return std::stoll(reader->query(sql, {})->rows[0][0]); };
    auto const exceptions = figure("SELECT count(*) FROM instance WHERE workflow='exception' AND closed=0");
    auto const listed = static_cast<std::int64_t>(report::run(*reader, "exceptions")->rows.size());
    good = good && exceptions == return_count / 5 && listed == exceptions;
    good = good && figure("SELECT coalesce(sum(posted),0) FROM balance_now WHERE kind=1") == 0;
    good = good && figure("SELECT count(*) FROM return_counter WHERE refunded + exchanged != 2") == 0;
    good = good && figure("SELECT coalesce(sum(posted),0) FROM balance_now WHERE kind=1 AND status='liabilities:refunds'") == 0;
    good = good && figure("SELECT coalesce(-sum(posted),0) FROM balance_now WHERE kind=1 AND status='assets:returns'") == 0;
    good = good && figure("SELECT count(*) FROM payment_now WHERE refunded > captured AND payment != ''") == 0;
    std::printf("%lld exceptions, all listed; %lld refunds; %s\n", static_cast<long long>(listed), figure("SELECT count(DISTINCT refund) FROM refund_part"),
                good && refusals_ == 0 ? "books balance, nothing is owed, store intact" : "WRONG");
    return good && refusals_ == 0;
  }

 private:
  std::string path_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<trade::Command> waiting_;
  std::map<std::string, int> codes_;
  std::int64_t now_ = morning;
  std::int64_t paid_ = 0;
  int count_ = 0;
  int refusals_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::string const folder = argc > 1 ? argv[1] : "/tmp/bylaw_returns_bench";
  std::filesystem::create_directories(folder);
  std::printf("-- returns\n");
  Day day(folder);
  if (!day.sell()) return 1;
  auto const start = std::chrono::steady_clock::now();
  for (int i = 0; i < return_count; ++i) day.give_back(i);
  if (!day.flush()) return 1;
  auto const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("10,000 returns of five kinds, asked for to closed, durable in groups of 1,000 commands: %.1f s, %.0f returns/s\n", seconds,
              return_count / seconds);
  return day.check() ? 0 : 1;
}
