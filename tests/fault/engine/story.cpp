#include "fault/engine/story.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/ports.hpp>
#include <bylaw/trade/command.hpp>

using namespace bylaw;

namespace {

constexpr std::int64_t start = 1'794'211'200'000;
trade::Actor const ann{"ann", "clerk", ""};
trade::Actor const bob{"bob", "boss", ""};

std::string policy_text(char const* limit) {
  return std::string(R"(policy story { currency USD; time zone "UTC"; }
role clerk includes order_desk;
role boss includes clerk;
permit clerk to import_order, order_event, release_hold, delegate, answer_request;
permit boss, system to everything;
allocation nearest { from location.active; prefer lowest location.priority; split never; short backorder; }
return figs {
  when line.item.category == "fruit"; within no limit; approve otherwise; refund to original_tender; pay at receipt;
  fee 1.00 USD as handling per return; exchange same item; restock unopened; quarantine otherwise;
}
return otherwise_none { within no limit; deny reason POLICY otherwise; }
reasons hold { BIG "large"; }
measure orders_of_customer = count order by customer.id over 30 days;
hold big { when order.total > )") +
         limit + R"( or orders_of_customer > 50; reason BIG; blocks release; queue desk; release by clerk; }
approval cancels { for cancel over 100.00 USD per order or over 150.00 USD per requester in 1 day; by boss; not by requester; lapse after 4 hours; }
protect floor { for channel store; keep 2 each; set at receipt; }
publish feed { for channel web; offer stock.available; }
change web { allow items until picked; allow cancel until packed; }
brake releases { for release; at most 1 per 1 hour; queue robots; by boss; }
)";
}

rulebook::Rulebook load(char const* name, char const* limit) {
  auto const file = std::filesystem::temp_directory_path() / (std::string("bylaw_story_") + name + "_" + std::to_string(getpid()) + ".bylaw");
  std::ofstream(file) << policy_text(limit);
  auto const zones = config::load_zones();
  auto loaded = config::load_policy({file.string()}, *zones);
  std::filesystem::remove(file);
  if (!loaded || !loaded->ok()) {
    std::fprintf(stderr, "%s\n", loaded ? render(loaded->diagnostics, loaded->sources).c_str() : loaded.error().message.c_str());
    std::abort();
  }
  return loaded->rulebook;
}

rulebook::Rulebook const& rules(bool second) {
  static rulebook::Rulebook const both[] = {load("first", "500.00 USD"), load("second", "300.00 USD")};
  return both[second ? 1 : 0];
}

trade::Order order(std::string id, std::int64_t units, std::int64_t revision = 1) {
  trade::Order out;
  out.id = std::move(id);
  out.source = "shop";
  out.revision = revision;
  out.placed = Timestamp(start);
  out.currency = Currency::find("USD");
  out.customer = {"C-" + out.id, "retail", "Ada " + out.id, "ada@example.org", false};
  out.ship_to = {"US", "", "Boston", "02108", "1 Elm Street"};
  out.total = Money(1'000 * units, out.currency);
  out.lines = {{1, "TEA", "", units, Decimal(10), out.total, false}};
  return out;
}

trade::Command command(std::string id, trade::CommandBody body, trade::Actor by = {}, std::int64_t at = start) {
  return {std::move(id), Timestamp(at), std::move(by), std::move(body), {}};
}

trade::ActivatePolicy second_version() {
  trade::ActivatePolicy out;
  auto const& policy = rules(true).policy();
  for (auto const& source : policy.sources()) out.files.push_back({source.name, source.text, source.name == policy.roots().front()});
  return out;
}

}  // namespace

bool Story::failed(Error const& error) {
  why_ = error.code + ": " + error.message;
  return false;
}

bool Story::open() {
  auto const clock = engine::Clock{[](void* now) { return Timestamp(*static_cast<std::int64_t*>(now)); }, &now_};
  auto opened = engine::Engine::open({path_, true, rules(false), clock});
  if (!opened && opened.error().code == "policy_not_in_force") {
    engine::Options options;
    options.store_path = path_;
    options.clock = clock;
    options.zones = rules(false).policy().zones();
    opened = engine::Engine::open(std::move(options));
  }
  if (!opened) return failed(opened.error());
  engine_ = std::make_unique<engine::Engine>(std::move(*opened));
  return true;
}

bool Story::say(std::vector<trade::Command> const& commands, bool together) {
  auto const said = together ? engine_->submit_together(commands) : engine_->submit(commands);
  return said ? true : failed(said.error());
}

/// A consumer that is not always there: every third message is refused, every fifth forgotten.
bool Story::deliver() {
  engine::DeliveryTerms terms;
  terms.consumer = "shop";
  terms.types = {"order.*", "approval.*"};
  terms.attempts_max = 1'000;
  terms.backoff_ms_first = terms.backoff_ms_max = 1;
  for (int round = 0; round < 3; ++round) {
    auto const messages = engine_->lease(terms, 5);
    if (!messages) return failed(messages.error());
    std::vector<engine::Message> done;
    for (auto const& message : *messages) {
      ++deliveries_;
      received_.emplace_back(message.subject, message.number);
      if (deliveries_ % 5 == 0) continue;
      if (deliveries_ % 3 == 0) {
        if (auto const settled = engine_->nack(terms, message, "503"); !settled) return failed(settled.error());
        received_.pop_back();
        continue;
      }
      done.push_back(message);
    }
    if (done.empty()) continue;
    if (auto const settled = engine_->ack(terms.consumer, done); !settled) return failed(settled.error());
  }
  return true;
}

bool Story::ask_port() {
  engine::Port port;
  port.name = "score";
  port.kind = engine::PortKind::fraud;
  port.context = this;
  port.terms.types = {"order.released", "order.on_hold"};
  port.terms.attempts_max = 1'000;
  port.ask = [](void*, engine::PortRequest const& request, engine::PortReply& reply) {
    // At once, so that what an order is when it is told does not depend on when the disk failed.
    reply.answered = true;
    reply.facts = {{"payment.risk_score", std::to_string(request.message->number % 100)}};
  };
  auto const run = engine::run_port(*engine_, port, Timestamp(start));
  return run ? true : failed(run.error());
}

/// Everything about who may do what.
bool Story::govern() {
  auto const in = [](char const* sku, std::int64_t at) {
    trade::Item item;
    item.sku = sku;
    item.unit_cost = Money(at > start ? 500 : 400, Currency::find("USD"));
    return trade::DefineItem{item, at > start ? Timestamp(at) : Timestamp{INT64_MIN}};
  };
  bool ok = say({command("d-1", in("TEA", start + 86'400'000))});
  ok = ok && say({command("d-2", trade::DefineEntry{"carrier", "FAST", {{"name", "Fast"}}, Timestamp{INT64_MIN}, false, ""}, bob)});
  ok = ok && say({command("a-1", trade::OrderEvent{"A-4", "cancel", "too late"}, ann)});
  ok = ok && say({command("g-1", trade::Delegate{"cid", "", Timestamp{INT64_MIN}, Timestamp(start + 3'600'000), false, ""}, bob)});
  ok = ok && say({command("a-2", trade::AnswerRequest{"request:a-1", trade::Answer::approve, ""}, ann)});
  ok = ok && say({command("a-3", trade::AnswerRequest{"request:a-1", trade::Answer::approve, ""}, {"cid", "boss", "bob"})});
  ok =
      ok && say({command("h-1", trade::PlaceHold{"A-1", "odd", "", "", "", {}, {}, ""}), command("h-2", trade::PlaceHold{"A-2", "odd", "", "", "", {}, {}, ""}),
                 command("h-3", trade::ReleaseHold{"A-1", "odd", ""}), command("h-4", trade::ReleaseHold{"A-2", "odd", ""})});
  ok = ok && say({command("h-5", trade::AnswerRequest{"request:h-4", trade::Answer::approve, ""}, bob)});
  ok = ok && say({command("p-1", second_version(), bob)});
  return ok && say({command("e-1", trade::ErasePerson{"C-A-3", "asked"}, bob)});
}

/// Everything about what is promised: a cart, supply that slips and comes with a lot, a wave, parcels, a change, a recall, a count.
bool Story::promise() {
  trade::Item item;
  item.sku = "NUT";
  trade::Location second;
  second.id = "DC2";
  auto const nuts = [](std::string id, std::int64_t units) {
    auto out = order(std::move(id), units);
    out.lines[0].item = "NUT";
    return trade::ImportOrder{out};
  };
  auto const cart = [](char const* id, std::int64_t units, int hours) {
    trade::ReserveStock out;
    out.id = id;
    out.lines.resize(1);
    out.lines[0].item = "NUT";
    out.lines[0].quantity = units;
    out.expires = Timestamp(start + hours * 3'600'000LL);
    out.backorder = hours > 1;
    return out;
  };
  trade::AllocateOrders wave;
  wave.orders = {"N-1", "N-2", "N-3"};
  trade::ChangeOrder fewer;
  fewer.order = "N-3";
  fewer.thing = "items";
  fewer.lines = {{1, 4}};
  trade::PostCount sheet;
  sheet.sheet = "S-1";
  sheet.rows.resize(1);
  sheet.rows[0].item = "NUT";
  sheet.rows[0].location = "DC1";
  sheet.rows[0].lot = "L2";
  sheet.rows[0].expected = 4;
  sheet.rows[0].counted = 3;
  auto const due = [](int days) { return Timestamp(start + days * 86'400'000LL); };
  auto const expect = [&](char const* supply, std::int64_t units, int days) {
    return trade::ExpectSupply{supply, trade::SupplyKind::purchase_order, "NUT", "DC1", "", units, due(days), 0, ""};
  };
  bool ok = say({command("n-1", trade::DefineItem{item, Timestamp{INT64_MIN}}), command("n-2", trade::DefineLocation{second, Timestamp{INT64_MIN}}),
                 command("n-3", trade::ReceiveStock{"NUT", "DC1", 12, "", "L1", {}, {}}), command("n-4", cart("CART", 3, 1))});
  auto with_cart = nuts("N-1", 3);
  with_cart.order.attributes.push_back({"order.reservation", "CART"});
  ok = ok &&
       say({command("n-5", with_cart, ann), command("n-6", nuts("N-2", 10), ann), command("n-7", nuts("N-3", 6), ann), command("n-8", expect("PO-1", 8, 5))});
  ok = ok && ask_port();  // while they are released, whenever it is told
  ok = ok && say({command("n-9", wave)});
  ok = ok && say({command("n-10", expect("PO-1", 8, 9)), command("n-11", expect("PO-2", 4, 7))});
  ok = ok && say({command("n-12", trade::PlanShipments{"N-1", 0, ""}), command("n-13", trade::InstanceEvent{"N-1/1", "pick", ""}),
                  command("n-14", trade::ReceiveSupply{"PO-1", "NUT", "DC1", 5, "L2", {}, {}, false, ""})});
  ok = ok && say({command("n-15", fewer), command("n-16", trade::RecallLot{"NUT", "L1", "bad", ""}),
                  command("n-17", trade::MoveStock{"NUT", "DC1", "DC2", "L2", "available", "available", 1, ""})});
  return ok && say({command("n-18", sheet), command("n-19", trade::Replan{"NUT", ""}), command("n-20", cart("CART-2", 2, 2))});
}

/// Everything about what comes back: paid, returned in part with something nobody announced, paid back, exchanged, given without goods, costed.
bool Story::give_back() {
  auto const usd = Currency::find("USD");
  trade::Item fig;
  fig.sku = "FIG";
  fig.category = "fruit";
  fig.attributes = {{"item.cost_method", "fifo"}};
  trade::ReceiveStock figs{"FIG", "DC1", 10, "PO-F"};
  figs.unit_cost = Money(300, usd);
  auto sold = order("F-1", 4);
  sold.lines[0].item = "FIG";
  bool ok = say({command("f-1", trade::DefineItem{fig, Timestamp{INT64_MIN}}), command("f-2", figs), command("f-3", trade::ImportOrder{sold}, ann)});
  ok = ok && ask_port();
  ok = ok && say({command("f-4", trade::OrderEvent{"F-1", "allocate", ""}), command("f-5", trade::OrderEvent{"F-1", "ship", ""}),
                  command("f-6", trade::RecordPayment{"F-1", "P1", "card", "captured", Money(3'000, usd)}),
                  command("f-7", trade::RecordPayment{"F-1", "P2", "gift_card", "captured", Money(1'000, usd)})});
  trade::Return request;
  request.id = "R-F";
  request.requested = Timestamp(start);
  request.currency = usd;
  request.lines.resize(1);
  auto& line = request.lines[0];
  line.number = 1;
  line.order = "F-1";
  line.order_line = 1;
  line.item = "FIG";
  line.quantity = 3;
  line.claimed_net = Money(0, usd);
  line.claimed_condition = "unopened";
  trade::ReceiveReturn parcel;
  parcel.id = "R-F";
  parcel.lines.resize(2);
  parcel.lines[0].line = 1;
  parcel.lines[0].quantity = 2;
  parcel.lines[1].item = "TEA";
  parcel.lines[1].quantity = 1;
  trade::InspectReturn seen;
  seen.id = "R-F";
  seen.lines.resize(2);
  for (auto& one : seen.lines) one.line = 1, one.quantity = 1;
  seen.lines[0].condition = "unopened";
  seen.lines[1].condition = "used";
  seen.lines[1].value_loss = Money(100, usd);
  ok = ok && say({command("f-8", trade::RequestReturn{request}), command("f-9", parcel), command("f-10", seen)});
  trade::ExchangeReturn exchange;
  exchange.id = "R-F";
  exchange.line = 1;
  exchange.quantity = 1;
  exchange.item = "FIG";
  exchange.order = "F-X";
  ok = ok && say({command("f-11", trade::ReturnEvent{"R-F", "refund", "", ""}), command("f-12", exchange)});
  trade::RefundOrder goodwill;
  goodwill.order = "F-1";
  goodwill.id = "C-F";
  goodwill.amount = Money(200, usd);
  trade::AdjustCost freight;
  freight.item = "FIG";
  freight.location = "DC1";
  freight.receipt = "PO-F";
  freight.amount = Money(70, usd);
  trade::ReturnToVendor bad;
  bad.item = "FIG";
  bad.location = "DC1";
  bad.quantity = 1;
  bad.receipt = "PO-F";
  return ok && say({command("f-13", goodwill), command("f-14", freight), command("f-15", bad)});
}

bool Story::tell() {
  if (!open()) return false;
  trade::Item item;
  item.sku = "TEA";
  item.unit_cost = Money(400, Currency::find("USD"));
  trade::Location location;
  location.id = "DC1";
  bool ok = say({command("s-1", trade::DefineItem{item, Timestamp{INT64_MIN}}), command("s-2", trade::DefineLocation{location, Timestamp{INT64_MIN}}),
                 command("s-3", trade::ReceiveStock{"TEA", "DC1", 100, ""})});
  for (int i = 1; i <= 6 && ok; ++i) ok = say({command("i-" + std::to_string(i), trade::ImportOrder{order("A-" + std::to_string(i), i * 4)}, ann)});
  ok = ok && deliver() && ask_port();
  ok = ok && say({command("i-7", trade::ImportOrder{order("A-1", 5, 2)}, ann), command("i-8", trade::ImportOrder{order("A-1", 6, 2)}, ann)});
  ok = ok && say({command("b-1", trade::OrderEvent{"A-2", "allocate", ""}), command("b-2", trade::OrderEvent{"A-3", "allocate", ""})}, true);
  ok = ok && say({command("b-3", trade::OrderEvent{"A-5", "allocate", ""}), command("b-4", trade::OrderEvent{"A-9", "allocate", ""})}, true);
  ok = ok && promise() && give_back() && govern() && deliver();
  ok = ok && say({command("o-1", trade::ObserveStock{trade::Observation::damaged, "TEA", "DC1", 90, "", -1, "", ""}),
                  command("o-2", trade::ObserveStock{trade::Observation::counted, "TEA", "DC1", 30, "", -1, "", ""}),
                  command("o-3", trade::ObserveStock{trade::Observation::shipped, "TEA", "DC1", 40, "A-3", -1, "", ""})});
  ok = ok && say({command("i-9", trade::ImportOrder{order("A-7", 35)}, ann), command("c-1", trade::CheckHealth{})});
  ok = ok && ask_port() && deliver();
  if (ok && !engine_->run_due(Timestamp(start + 6 * 3'600'000), 100)) ok = failed({"run_due", "", {}, {}});
  if (!ok) return false;
  auto const closed = engine_->close();
  if (!closed) return failed(closed.error());
  drop();  // the disk of the test has no readers beside a writer
  return true;
}
