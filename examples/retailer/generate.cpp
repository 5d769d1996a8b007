// A year of a mid-size retailer as a feed of commands, with the faults that real feeds have.
// Seeded: the same seed gives the same file, byte for byte.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <bylaw/values/money.hpp>
#include <bylaw/values/time.hpp>
#include <bylaw/wire/json.hpp>

namespace {

using bylaw::Currency;
using bylaw::Money;
using bylaw::Timestamp;
using bylaw::wire::JsonWriter;

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::int64_t below(std::int64_t bound) {
    // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::int64_t>((z ^ (z >> 31)) % static_cast<std::uint64_t>(bound));
  }
  bool percent(std::int64_t chance) { return below(100) < chance; }
  template <class T>
  T const& one_of(std::vector<T> const& from) {
    return from[static_cast<std::size_t>(below(static_cast<std::int64_t>(from.size())))];
  }

 private:
  std::uint64_t state_;
};

struct Item {
  std::string sku;
  std::string category;
  std::int64_t price_minor;
  std::int64_t cost_minor;
};

class Year {
 public:
  Year(std::uint64_t seed, std::int64_t orders) : random_(seed), orders_(orders) {}

  void run() {
    for (auto const& [id, kind, priority] : {std::tuple{"DC1", "warehouse", 10}, std::tuple{"DC2", "warehouse", 20}, std::tuple{"STORE1", "store", 50}}) {
      begin("define_location", std::string("loc:") + id, start_).member("id", id).member("kind", kind).member("country", "US");
      out_.member("priority", std::int64_t{priority}).member("safety_stock", std::int64_t{2});
      end();
    }
    make_items();
    for (std::int64_t day = 0; day < 365; ++day) run_day(day);
  }

 private:
  JsonWriter& begin(char const* command, std::string const& id, std::int64_t at, char const* user = "feed", char const* role = "system") {
    out_ = JsonWriter();
    out_.begin_object().member("command_id", id).member("command", command).member("at", to_string(Timestamp(at)));
    out_.key("by").begin_object().member("user", user).member("role", role).end_object();
    return out_;
  }
  void end() {
    out_.end_object();
    std::puts(out_.view().c_str());
  }

  void make_items() {
    std::vector<std::string> const categories = {"apparel", "kitchen", "electronics", "toys", "garden"};
    for (int i = 0; i < 400; ++i) {
      auto const price = 500 + random_.below(20'000);
      items_.push_back({"SKU-" + std::to_string(10000 + i), random_.one_of(categories), price, price * (40 + random_.below(30)) / 100});
      auto const& item = items_.back();
      begin("define_item", "item:" + item.sku, start_)
          .member("sku", item.sku)
          .member("title", "Article " + std::to_string(i))
          .member("category", item.category);
      out_.member("unit_cost", to_string(Money(item.cost_minor, usd_))).key("final_sale").truth(i % 40 == 0);
      end();
      for (auto const* place : {"DC1", "DC2", "STORE1"})
        receive(item, place, std::string(place) == "STORE1" ? 4 : 8 + random_.below(12), start_ + bylaw::hour_ms);
    }
  }

  void receive(Item const& item, char const* place, std::int64_t quantity, std::int64_t at) {
    begin("receive_stock", "rcv:" + std::to_string(++receipts_), at).member("item", item.sku).member("location", place);
    out_.member("quantity", quantity).member("reference", "PO-" + std::to_string(receipts_));
    end();
  }

  void run_day(std::int64_t day) {
    auto const morning = start_ + day * bylaw::day_ms + 9 * bylaw::hour_ms;
    if (day % 14 == 13) {
      for (auto const& item : items_) {
        if (random_.percent(50)) receive(item, random_.percent(60) ? "DC1" : "DC2", 8 + random_.below(12), morning);
      }
    }
    std::int64_t const peak = day > 320 ? 2 : 1;  // the weeks before Christmas
    for (std::int64_t i = 0; i < orders_ * peak / 400; ++i) order(morning + random_.below(10) * bylaw::hour_ms);
    // The desk looks at yesterday's holds, but not at all of them.
    for (auto const& [id, rule] : held_) {
      if (random_.percent(25)) continue;
      begin("release_hold", "rel:" + id + ":" + rule, morning, rule == "fraud_review" ? "ana" : "omar",
            rule == "fraud_review" ? "fraud_analyst" : "order_desk");
      out_.member("order", id).member("rule", rule).member("note", "checked");
      end();
      fulfil(id, morning + bylaw::hour_ms);
    }
    held_.clear();
    // Backorders are tried again after receipts.
    if (day % 14 == 13) {
      for (auto const& id : open_) event(id, "allocate", morning + 2 * bylaw::hour_ms, ":" + std::to_string(day));
      for (auto const& id : open_) ship(id, morning + 3 * bylaw::hour_ms, ":" + std::to_string(day));
      open_.clear();
    }
  }

  void event(std::string const& id, char const* name, std::int64_t at, std::string const& suffix = "", char const* role = "system") {
    begin("order_event", "ev:" + id + ":" + name + suffix, at, "feed", role).member("order", id).member("event", name);
    end();
  }

  void ship(std::string const& id, std::int64_t at, std::string const& suffix = "") {
    event(id, "ship", at, suffix);
    event(id, "deliver", at + 2 * bylaw::day_ms, suffix);
    event(id, "invoice", at + 2 * bylaw::day_ms, suffix);
    event(id, "pay", at + 3 * bylaw::day_ms, suffix);
    event(id, "settle", at + 3 * bylaw::day_ms, suffix);
  }

  void fulfil(std::string const& id, std::int64_t at) {
    if (random_.percent(2)) return event(id, "cancel", at, "", "customer");
    event(id, "allocate", at);
    ship(id, at + bylaw::hour_ms);
    if (random_.percent(8)) open_.push_back(id);  // may have been short; tried again later
    auto const sold = lines_.find(id);
    if (sold != lines_.end() && random_.percent(12)) give_back(id, at + (5 + random_.below(40)) * bylaw::day_ms);
  }

  void order(std::int64_t at) {
    auto const number = ++count_;
    auto const id = "W" + std::to_string(100000 + number);
    auto const customer = random_.below(1500);
    bool const guest = random_.percent(20);
    bool const bad_address = random_.percent(2);
    bool const unknown_item = random_.percent(1);
    bool const mismatch = random_.percent(1);
    auto const risk = random_.below(1000);
    begin("import_order", "imp:" + id, at).member("id", id).member("source", "shop").member("channel", random_.percent(80) ? "web" : "marketplace");
    out_.member("placed", to_string(Timestamp(at))).member("currency", "USD").key("customer").begin_object();
    // The same person sometimes comes twice, under two ids: a duplicate customer.
    if (!guest) out_.member("id", "C" + std::to_string(customer + (random_.percent(2) ? 5000 : 0)));
    out_.member("segment", guest                ? "guest"
                           : customer % 10 == 0 ? "member"
                                                : "retail")
        .member("email", "c" + std::to_string(customer) + "@example.com")
        .end_object();
    out_.key("ship_to").begin_object();
    if (!bad_address) out_.member("country", "US").member("postal_code", std::to_string(10000 + random_.below(89999)));
    out_.member("city", "Springfield").end_object();
    std::int64_t total = 0;
    JsonWriter lines;
    lines.begin_array();
    std::map<std::string, bool> chosen;
    auto const line_count = 1 + random_.below(4);
    for (std::int64_t l = 0; l < line_count; ++l) {
      auto const& item = random_.one_of(items_);
      auto const quantity = 1 + random_.below(random_.percent(5) ? 12 : 3);
      bool const odd = unknown_item && l == 0;
      if (chosen[item.sku]) continue;
      chosen[item.sku] = true;
      lines.begin_object().member("item", odd ? "OLD-" + item.sku : item.sku).member("quantity", quantity);
      lines.member("unit_price", to_string(bylaw::Decimal::scaled(item.price_minor, 2))).end_object();
      total += item.price_minor * quantity;
      lines_[id] = {odd ? "OLD-" + item.sku : item.sku, static_cast<int>(chosen.size()), quantity};
    }
    lines.end_array();
    out_.key("payment").begin_object().member("state", "authorized").member("method", "card");
    out_.member("amount", to_string(Money(mismatch ? total - 100 : total, usd_))).member("risk_score", std::to_string(risk / 10)).end_object();
    out_.key("lines").raw(lines.view());
    end();
    if (bad_address) held_.emplace_back(id, "bad_address");
    if (unknown_item) held_.emplace_back(id, "unknown_item");
    if (mismatch) held_.emplace_back(id, "payment_mismatch");
    if (risk >= 970 && guest) held_.emplace_back(id, "fraud_review");
    bool const held = bad_address || unknown_item || mismatch || (risk >= 970 && guest);
    if (!held) fulfil(id, at + bylaw::hour_ms);
    if (random_.percent(1)) order_again(at);
  }

  /// The channel sends the last message a second time.
  void order_again(std::int64_t) { std::puts(out_.view().c_str()); }

  void give_back(std::string const& id, std::int64_t at) {
    auto const& [sku, line, quantity] = lines_[id];
    std::vector<std::string> const reasons = {"CHANGED_MIND", "DEFECTIVE", "WRONG_ITEM", "DAMAGED"};
    std::vector<std::string> const conditions = {"unopened", "unopened", "opened", "defective", "used"};
    auto const rma = "R" + id.substr(1);
    auto const condition = random_.one_of(conditions);
    begin("request_return", "req:" + rma, at, "portal", "customer").member("id", rma).member("requested", to_string(Timestamp(at))).member("currency", "USD");
    out_.key("lines").begin_array().begin_object().member("order", id).member("order_line", std::int64_t{line}).member("item", sku);
    out_.member("quantity", std::int64_t{1} + random_.below(quantity))
        .member("reason", random_.one_of(reasons))
        .member("condition", condition)
        .end_object()
        .end_array();
    end();
    std::int64_t step = 1;
    for (auto const* name : {"receive", "inspect", "refund", "close"}) {
      begin("return_event", "rev:" + rma + ":" + name, at + step++ * 2 * bylaw::day_ms).member("return", rma).member("event", name);
      if (std::string(name) == "inspect") out_.member("condition", condition);
      end();
    }
  }

  struct Sold {
    std::string sku;
    int line = 1;
    std::int64_t quantity = 1;
  };

  Random random_;
  std::int64_t orders_;
  Currency usd_ = Currency::find("USD");
  std::int64_t start_ = bylaw::parse_timestamp("2026-01-01T00:00:00Z")->value;
  JsonWriter out_;
  std::vector<Item> items_;
  std::map<std::string, Sold> lines_;
  std::vector<std::pair<std::string, std::string>> held_;
  std::vector<std::string> open_;
  std::int64_t receipts_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  auto const seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1u;
  auto const orders = argc > 2 ? std::strtoll(argv[2], nullptr, 10) : 8000;
  Year(seed, orders).run();
}
