// Batches: what the property of tests/property/decisions does not reach, and what a host may rely on.
#include <atomic>
#include <cstdlib>
#include <list>
#include <memory>
#include <new>
#include <span>
#include <thread>

#include <doctest/doctest.h>

#include <bylaw/policy/columns.hpp>
#include <bylaw/policy/live.hpp>

#include "fixture.hpp"

using namespace bylaw;

namespace {

enum class Channel { web, store, fax };
struct Line {
  std::int32_t quantity = 1;
  std::int32_t sku = 0;
  bool on_sale = false;
};
struct Order {
  Channel channel = Channel::web;
  std::int64_t cents = 0;
  std::int32_t flags = 0;
  std::uint8_t changes = 0;
  std::vector<Line> lines;
  std::list<Line> parts;
};

std::string const head = R"(policy p { currency USD; time zone "UTC"; }
extend record order { parts: many line; gift: bool; }
extend record line { code: text; }
)";
std::string hold(std::string const& name, std::string const& when, std::string const& more = "") {
  return "hold " + name + " { " + more + "when " + when + "; reason POLICY \"x\"; blocks release; release by order_desk; }\n";
}

policy::Binding<Order> binding(policy::Symbols& symbols) {
  auto const line = bind<Line>("line").field("quantity", &Line::quantity).interned("code", &Line::sku, symbols).field("on_sale", &Line::on_sale);
  return bind<Order>("order")
      .symbol("channel", &Order::channel, {std::pair{Channel::web, "web"}, {Channel::store, "store"}})
      .money("total", &Order::cents, Currency::find("USD"))
      .flag("gift", &Order::flags)
      .field("changes", &Order::changes)
      .many("lines", &Order::lines, line)
      .many("parts", &Order::parts, line);
}

policy::HoldDecider<Order> decider(std::string const& rules, policy::Symbols& symbols) {
  auto const compiled = compile(head + rules);
  REQUIRE_MESSAGE(!compiled.policy.empty(), (compiled.diagnostics.empty() ? "" : compiled.diagnostics[0].message));
  auto made = binding(symbols).hold_decider(compiled.policy);
  REQUIRE_MESSAGE(made, (made ? "" : to_string(made.error())));
  return std::move(*made);
}

/// `a b/1`: names of the rules that hold, with lines; then errors.
std::string text_of(policy::HoldDecider<Order> const& by, policy::HoldBatch const& batch, std::size_t row) {
  std::string out;
  for (auto const* hit = batch.begin(row); hit != batch.end(row); ++hit) {
    out += (out.empty() ? "" : " ") + by.policy().holds()[hit->rule()].info.name;
    if (hit->line() >= 0) out += "/" + std::to_string(hit->line());
    if (hit->state() != policy::HoldState::placed) out += "!";
  }
  for (auto const& error : batch.errors()) {
    if (error.row == row) out += to_string(error.error);
  }
  return out;
}

std::string decide(std::string const& rules, Order const& order) {
  policy::Symbols symbols;
  auto const by = decider(rules, symbols);
  policy::HoldBatch batch;
  by.decide(&order, 1, Timestamp(1'772'700'000'000), batch);
  return text_of(by, batch, 0);
}

}  // namespace

TEST_CASE("an order is a batch of one") {
  Order order;
  order.cents = 10'000;
  order.flags = 7;
  order.lines = {{2, -1, false}, {5, -1, true}};
  order.parts = {{1, -1, false}, {9, -1, false}};
  struct Row {
    char const* rules_of;
    char const* expected;
  };
  Row const rows[] = {
      {"order.total >= 100.00 USD", "a"},
      {"order.total > 100.00 USD", ""},
      {"order.gift", "a"},
      {"not order.gift", ""},
      {"any line of order.lines where line.quantity == 5 each and line.on_sale", "a"},
      {"any line of order.lines where line.quantity == 2 each and line.on_sale", ""},
      {"any line of order.parts where line.quantity > 8 each", "a"},
      {"every line of order.parts where line.quantity < 9 each", ""},
      {"every line of order.parts where line.quantity < 10 each", "a"},
      {"order.channel in [store]", ""},
      {"order.changes < 1", "a"},
  };
  for (auto const& row : rows) {
    CAPTURE(row.rules_of);
    CHECK(decide(hold("a", row.rules_of), order) == row.expected);
  }
  CHECK(decide("", order).empty());
  CHECK(decide(hold("late", "order.gift", "effective from 2030-01-01; "), order).empty());
  CHECK(decide(hold("by_line", "line.quantity > 1 each", "scope line; ") + hold("a", "order.gift"), order) == "by_line/0 by_line/1 a");
}

TEST_CASE("a value that its enumeration has not makes the order an error, and only that order") {
  policy::Symbols symbols;
  auto const by = decider(hold("a", "order.channel == store") + hold("b", "order.gift"), symbols);
  std::vector<Order> orders(200);
  orders[3].channel = Channel::fax;
  orders[130].channel = static_cast<Channel>(-70'000);
  orders[131].channel = Channel::store;
  orders[131].flags = 1;
  policy::HoldBatch batch;
  by.decide(orders.data(), orders.size(), Timestamp(0), batch);
  CHECK(batch.size() == 200);
  CHECK(batch.hit_count() == 2);
  REQUIRE(batch.errors().size() == 2);
  CHECK(batch.errors()[0].row == 3);
  CHECK(batch.errors()[1].row == 130);
  CHECK(batch.errors()[1].error.code == "wrong_type");
  CHECK(batch.errors()[1].error.place == "order.channel");
  CHECK(text_of(by, batch, 131) == "a b");
  // The same batch for fewer orders forgets the earlier ones.
  by.decide(orders.data(), 1, Timestamp(0), batch);
  CHECK(batch.size() == 1);
  CHECK(batch.errors().empty());
  by.decide(nullptr, 0, Timestamp(0), batch);
  CHECK(batch.size() == 0);
  CHECK(batch.hit_count() == 0);
}

TEST_CASE("texts that are interned before, by and after the decider") {
  policy::Symbols symbols;
  auto const before = symbols.intern("T1");
  auto const by =
      decider(hold("a", "any line of order.lines where line.code in [\"T1\", \"T2\"]") + hold("b", "any line of order.lines where line.code == \"\""), symbols);
  auto const rule = symbols.intern("T2");
  auto const after = symbols.intern("T3");
  auto const asked = [&](std::int32_t id) {
    Order order;
    order.lines = {{1, id, false}};
    policy::HoldBatch batch;
    by.decide(&order, 1, Timestamp(0), batch);
    return text_of(by, batch, 0);
  };
  CHECK(asked(before) == "a");
  CHECK(asked(rule) == "a");
  CHECK(asked(after).empty());
  // A number that was never given out is the empty text, as for the getter.
  CHECK(asked(after + 1000) == "b");
  CHECK(asked(symbols.intern("")) == "b");
  CHECK(asked(-1) == "b");
  CHECK(symbols.text(-1).empty());
  CHECK(symbols.text(rule) == "T2");
}

namespace {

struct Base {
  std::int64_t id = 7;
};
struct Priced {
  std::int64_t cents = 0;
};
struct Sold : Base, Priced {
  virtual ~Sold() = default;
  std::int32_t changes = 0;
};
struct Heavy : Line {
  std::int64_t grams = 1;
};
struct Parcel {
  std::vector<Heavy> lines;
};

}  // namespace

TEST_CASE("members of bases and elements of derived types are read where they are") {
  auto const compiled = compile(head + hold("a", "order.total == 5.00 USD and order.changes == 3"));
  auto const sold = bind<Sold>("order").money("total", &Sold::cents, Currency::find("USD")).field("changes", &Sold::changes).hold_decider(compiled.policy);
  REQUIRE(sold);
  Sold one;
  one.cents = 500;
  one.changes = 3;
  policy::HoldBatch batch;
  sold->decide(&one, 1, Timestamp(0), batch);
  CHECK(batch.hit_count() == 1);
  auto const by_line = compile(head + hold("a", "any line of order.lines where line.quantity == 9 each"));
  auto const line = bind<Line>("line").field("quantity", &Line::quantity);
  auto const parcels = bind<Parcel>("order").many("lines", &Parcel::lines, line).hold_decider(by_line.policy);
  REQUIRE(parcels);
  Parcel parcel;
  parcel.lines.resize(3);
  parcel.lines[2].quantity = 9;
  parcels->decide(&parcel, 1, Timestamp(0), batch);
  CHECK(batch.hit_count() == 1);
}

TEST_CASE("what can fail for another reason than a missing fact is not for the index to say") {
  auto const schema = head + "extend record order { due: optional date; lead: days; x: optional decimal; lim: money; }\n";
  struct Row {
    char const* when;
    std::int64_t due;
    std::int64_t lead;
    char const* expected;  ///< states of the hits
  };
  Row const rows[] = {
      {"(order.due else 2026-01-01) < 9999-12-31 + 1 day", 0, 0, "failed"},
      {"(order.due else 2026-01-01) > 9999-12-31 + 1 day", 0, 0, "failed"},
      {"2026-01-01 + order.lead < 2026-12-31 and order.total > 100.00 USD", 0, 5'000'000, "failed"},
      {"2026-01-01 + order.lead < 2026-12-31 and order.total > 100.00 USD", 0, 5, ""},
      {"(order.due is known or order.total > order.lim) and order.total > 100.00 USD", 900'000'000, 0, "failed"},
      {"(order.due is known or order.total > order.lim) and order.total > 100.00 USD", 1, 0, ""},
      {"(order.x else 1 else 2) == 1", 0, 0, "placed"},
      {"(order.x else 1 else 2) == 2", 0, 0, ""},
  };
  for (auto const& row : rows) {
    CAPTURE(row.when);
    auto const compiled = compile(schema + hold("a", row.when));
    REQUIRE_MESSAGE(!compiled.policy.empty(), (compiled.diagnostics.empty() ? "" : compiled.diagnostics[0].message));
    policy::Frame frame;
    for (auto const& slot : compiled.policy.layout(policy::Subject::order).slots) {
      if (slot.path == "order.x") frame.values.emplace_back();
      else frame.values.push_back(policy::Value::of(slot.path == "order.due" ? row.due : slot.path == "order.lead" ? row.lead : std::int64_t{5}));
    }
    std::string found;
    for (auto const& hit : compiled.policy.decide_holds(frame, Timestamp(0)).hits) found += hit.state == policy::HoldState::failed ? "failed" : "placed";
    CHECK(found == row.expected);
  }
}

TEST_CASE("a collection that rules look through must be bound, whether or not they read its facts") {
  for (auto const* rules : {"count(line of order.lines) > 1", "order.total > 1.00 USD"}) {
    auto const compiled = compile(head + hold("a", rules, std::string_view(rules).substr(0, 5) == "count" ? "" : "scope line; "));
    auto const made = bind<Priced>("order").money("total", &Priced::cents, Currency::find("USD")).hold_decider(compiled.policy);
    REQUIRE(!made);
    CHECK(made.error().message == "`order.lines`: rules read it and it is not bound");
    std::int64_t const cents[] = {500};
    policy::OrderColumns columns;
    columns.rows = 1;
    columns.fields.push_back({"order.total", policy::Memory::Form::i64, cents, 1});
    policy::HoldBatch batch;
    CHECK(policy::decide_holds(compiled.policy, columns, Timestamp(0), batch).error().message == "`order.lines`: rules look through it and it is not there");
  }
}

TEST_CASE("measures come as columns too") {
  auto const compiled = compile(head + "measure orders = count order by customer.id over 30 days;\n" + hold("a", "orders > 3"));
  REQUIRE(!compiled.policy.empty());
  std::int32_t const counts[] = {3, 4};
  policy::OrderColumns columns;
  columns.rows = 2;
  columns.fields.push_back({"measures.orders", policy::Memory::Form::i32, counts, 2});
  policy::HoldBatch batch;
  CHECK(policy::decide_holds(compiled.policy, columns, Timestamp(0), batch));
  CHECK(batch.hit_count() == 1);
  columns.fields.push_back({"measures.oders", policy::Memory::Form::i32, counts, 2});
  CHECK(policy::decide_holds(compiled.policy, columns, Timestamp(0), batch).error().message == "`measures.oders`: the policy has no measure of this name");
}

TEST_CASE("a long list of numbers between two whole ones") {
  std::string list;
  for (int i = 1; i <= 40'000; ++i) list += (i == 1 ? "0." : ", 0.") + std::to_string(100'000 + i).substr(1);
  auto const compiled = compile(head + hold("listed", "order.changes in [" + list + "]") + hold("large", "order.changes > 0.5"));
  REQUIRE(!compiled.policy.empty());
  auto const made = bind<Order>("order").field("changes", &Order::changes).hold_decider(compiled.policy);
  REQUIRE(made);
  Order order;
  order.changes = 1;
  policy::HoldBatch batch;
  made->decide(&order, 1, Timestamp(0), batch);
  CHECK(text_of(*made, batch, 0) == "large");
}

TEST_CASE("an order with very many lines") {
  Order order;
  for (int i = 0; i < 100'000; ++i) order.lines.push_back({i % 7, -1, false});
  CHECK(decide(hold("a", "any line of order.lines where line.quantity == 6 each") + hold("b", "any line of order.lines where line.quantity == 7 each"),
               order) == "a");
}

TEST_CASE("a policy is replaced while others decide, and no batch mixes two") {
  policy::Symbols symbols;
  auto const old_rules = decider(hold("a", "order.total > 1.00 USD"), symbols);
  auto const new_rules = decider(hold("a", "order.total > 1.00 USD") + hold("b", "order.total > 1.00 USD"), symbols);
  policy::LiveHoldDecider<Order> live(old_rules);
  policy::LivePolicy live_policy(old_rules.policy());
  std::atomic<bool> stop{false};
  std::atomic<int> mixed{0};
  std::atomic<int> rounds[2] = {0, 0};
  auto const work = [&](std::atomic<int>& round) {
    std::vector<Order> orders(150);
    for (auto& order : orders) order.cents = 500;
    policy::HoldBatch batch;
    while (!stop.load()) {
      auto const by = live.get();
      by.decide(orders.data(), orders.size(), Timestamp(0), batch);
      auto const rules = by.policy().holds().size();
      if (batch.hit_count() != rules * orders.size()) mixed.fetch_add(1);
      auto const held = live_policy.get();
      if (held.holds().empty() || held.holds().size() > 2) mixed.fetch_add(1);
      ++round;
    }
  };
  std::thread first([&] { work(rounds[0]); });
  std::thread second([&] { work(rounds[1]); });
  while (rounds[0] == 0 || rounds[1] == 0) std::this_thread::yield();
  int const before[] = {rounds[0], rounds[1]};
  for (int i = 0; i < 2'000 || rounds[0] == before[0] || rounds[1] == before[1]; ++i) {
    live.replace(i % 2 == 0 ? new_rules : old_rules);
    live_policy.replace(i % 2 == 0 ? new_rules.policy() : old_rules.policy());
  }
  stop = true;
  first.join();
  second.join();
  CHECK(mixed.load() == 0);
}

TEST_CASE("a long table in parts is decided as orders one by one, each at its own time") {
  auto const compiled = compile(head + hold("dear", "order.total > 100.00 USD") + hold("many", "any line where line.quantity > 3 each") +
                                hold("old", "now > order.placed + 2 hours") + hold("dated", "order.total > 50.00 USD", "effective from 2026-06-01; ") +
                                hold("each", "line.quantity > 5 each", "scope line; "));
  REQUIRE_MESSAGE(!compiled.policy.empty(), (compiled.diagnostics.empty() ? "" : compiled.diagnostics[0].message));
  constexpr std::size_t rows = 9001;
  std::vector<std::int64_t> cents, placed;
  std::vector<Timestamp> at;
  std::vector<std::uint32_t> offsets{0};
  std::vector<std::int16_t> quantities;
  std::uint32_t seed = 1;
  auto const below = [&](std::uint32_t end) { return (seed = seed * 1664525 + 1013904223) / 65536 % end; };
  std::int64_t const may = 1'777'593'600'000;  // 2026-05-01
  for (std::size_t i = 0; i < rows; ++i) {
    cents.push_back(below(20'000));
    placed.push_back(may + std::int64_t{below(86'400 * 60)} * 1000);
    at.push_back(Timestamp(placed.back() + below(4) * 3'600'000));
    if (below(3) == 0 && i > 0) at.back() = at[i - 1];
    for (auto n = below(4); n > 0; --n) quantities.push_back(static_cast<std::int16_t>(below(8)));
    offsets.push_back(static_cast<std::uint32_t>(quantities.size()));
  }
  policy::OrderColumns table;
  table.rows = rows;
  table.fields.push_back({"order.total", policy::Memory::Form::i64, cents.data(), rows});
  table.fields.push_back({"order.placed", policy::Memory::Form::i64, placed.data(), rows});
  table.fields.push_back({"order.lines.quantity", policy::Memory::Form::i16, quantities.data(), quantities.size()});
  table.lists.push_back({"order.lines", offsets.data()});

  std::vector<std::vector<policy::BatchHit>> got(rows);
  policy::HoldParts const gather{[](void* to, std::size_t first, policy::HoldBatch const& batch) {
                                   CHECK(batch.errors().empty());
                                   for (std::size_t row = 0; row < batch.size(); ++row) {
                                     (*static_cast<std::vector<std::vector<policy::BatchHit>>*>(to))[first + row].assign(batch.begin(row), batch.end(row));
                                   }
                                   return true;
                                 },
                                 &got};
  SUBCASE("each at its own time") { REQUIRE(policy::decide_holds_in_parts(compiled.policy, table, {0, rows, {}, at.data()}, gather)); }
  SUBCASE("all at one time, in two ranges") {
    at.assign(rows, Timestamp(may + 30ll * 86'400'000));
    REQUIRE(policy::decide_holds_in_parts(compiled.policy, table, {5000, rows, at[0]}, gather));
    REQUIRE(policy::decide_holds_in_parts(compiled.policy, table, {0, 5000, at[0]}, gather));
  }
  std::size_t hits = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    // The same table of one order: offsets begin where its lines do.
    auto one = table;
    one.rows = 1;
    one.fields[0].values = &cents[i];
    one.fields[1].values = &placed[i];
    one.lists[0].offsets = &offsets[i];
    policy::HoldBatch batch;
    REQUIRE(policy::decide_holds(compiled.policy, one, at[i], batch));
    hits += batch.hit_count();
    CHECK(std::vector<policy::BatchHit>(batch.begin(0), batch.end(0)) == got[i]);
  }
  CHECK(hits > rows);
  auto const beyond = policy::decide_holds_in_parts(compiled.policy, table, {0, rows + 1, at[0]}, gather);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == "columns_mismatch");
}

TEST_CASE("columns that do not fit are named, all of them") {
  auto const compiled = compile(head + hold("a", "order.total > 1.00 USD and order.channel == web and any line of order.lines where line.code == \"x\""));
  std::int64_t const cents[] = {50, 500};
  std::int8_t const codes[] = {0, 1};
  std::uint32_t const offsets[] = {0, 1, 1};
  auto const channels = std::vector<std::string_view>{"web", "fax"};
  auto const message = [&](policy::OrderColumns const& columns) {
    policy::HoldBatch batch;
    auto const done = policy::decide_holds(compiled.policy, columns, Timestamp(0), batch);
    if (!done) return done.error().message;
    std::string out = std::to_string(batch.hit_count()) + " hits";
    for (auto const& error : batch.errors()) out += ", row " + std::to_string(error.row) + " " + error.error.message;
    return out;
  };
  policy::OrderColumns columns;
  columns.rows = 2;
  CHECK(message(columns) ==
        "`order.total`: rules read it and it is not there; `order.channel`: rules read it and it is not there; "
        "`order.lines`: rules look through it and it is not there");
  columns.fields = {{"order.total", policy::Memory::Form::i64, cents, 2}, {"order.channel", policy::Memory::Form::i8, codes, 2}};
  columns.lists = {{"order.lines", offsets}};
  columns.fields.push_back({"order.lines.code", policy::Memory::Form::i8, codes, 2});
  CHECK(message(columns) ==
        "`order.channel`: texts and enumerations are codes of a dictionary, and it has none; "
        "`order.lines.code`: texts and enumerations are codes of a dictionary, and it has none");
  columns.fields[1].dictionary = channels;
  columns.fields[2].dictionary = {"x"};
  CHECK(message(columns) == "0 hits, row 1 `fax` is not a value of `channel`");
  columns.fields.push_back({"order.totl", policy::Memory::Form::i64, cents, 2});
  columns.fields.push_back({"shipment.id", policy::Memory::Form::i64, cents, 2});
  CHECK(message(columns) ==
        "`order.totl`: the record `order` has no field `totl`, did you mean `total`?; `shipment.id`: paths begin with `order.` or `measures.`");
  columns.fields.resize(3);
  columns.fields[0].scale = 2;
  CHECK(message(columns) == "`order.total`: a scale is 0 to 9, and only for numbers, quantities and timestamps");
  columns.fields[0].scale = 0;
  std::uint32_t const falling[] = {0, 5, 1};
  columns.lists[0].offsets = falling;
  CHECK(message(columns) == "`order.lines`: its offsets are missing or do not rise");
  std::uint32_t const beyond[] = {0, 1, 3};
  columns.lists[0].offsets = beyond;
  CHECK(message(columns) == "`order.lines.code`: it has 2 values, and 3 are needed");
  policy::HoldBatch batch;
  CHECK(policy::decide_holds(policy::Policy{}, columns, Timestamp(0), batch).error().code == "no_policy");
}

// Sanitizers count on operators of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {
std::atomic<std::int64_t> allocations{0};
}

// Counts what deciding allocates; the library is linked into this program, so these are its own too.
__attribute__((noinline)) void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (auto* at = std::malloc(size == 0 ? 1 : size)) return at;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* at) noexcept { std::free(at); }
__attribute__((noinline)) void operator delete(void* at, std::size_t) noexcept { std::free(at); }

TEST_CASE("deciding allocates nothing once batches of this size were decided") {
  policy::Symbols symbols;
  std::string rules;
  for (int i = 0; i < 300; ++i) {
    rules += hold("r" + std::to_string(i),
                  "order.total > " + std::to_string(i) + ".00 USD and any line of order.lines where line.quantity > " + std::to_string(i % 9) + " each");
  }
  auto const by = decider(rules, symbols);
  std::vector<Order> orders(100);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    orders[i].cents = static_cast<std::int64_t>(i) * 300;
    orders[i].lines.assign(i % 5, Line{static_cast<std::int32_t>(i % 11), -1, false});
  }
  policy::HoldBatch batch;
  by.decide(orders.data(), orders.size(), Timestamp(0), batch);
  auto const before = allocations.load();
  by.decide(orders.data(), orders.size(), Timestamp(0), batch);
  for (auto const& order : orders) by.decide(&order, 1, Timestamp(0), batch);
  CHECK(allocations.load() == before);
}

#endif
