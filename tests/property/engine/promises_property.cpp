// Whatever is asked of a warehouse, in whatever order: nothing is promised twice, nothing beyond a bound, nothing that was not ordered; and
// what is cancelled comes back as it was.
#include <cstdlib>
#include <map>
#include <set>

#include "unit/engine/shop.hpp"

namespace {

class Warehouse {
 public:
  explicit Warehouse(std::uint64_t seed) : state_(seed) {
    shop_.open(
        "policy warehouse { currency USD; time zone \"UTC\"; }\n"
        "role desk includes order_desk, warehouse_lead;\n"
        "allocation web_orders { when order.channel == web; from location.active; require stock.days_to_expiry else 99 days >= 2 days; prefer highest covers; "
        "keep "
        "safety stock; split at most 2 shipments; scarce by fair share; short substitute, then split, then backorder; }\n"
        "allocation others { from location.active; prefer lowest location.priority; split freely; scarce by priority; reserve for 4 days; short backorder, "
        "then "
        "ask; }\n"
        "backorder limited { when order.channel == web; at most 6 each; cancel after 6 days; promise supply date; }\n"
        "protect store_floor { for channel store; keep 20 percent of stock.on_hand, at least 1 each; set at receipt; }\n"
        "publish web_feed { for channel web; offer stock.available - 1 each; zero below 2 each; }\n"
        "change any_order { allow items until picked; allow cancel until packed, otherwise intercept; allow address until shipped; }\n");
    for (auto const* id : {"DC1", "DC2", "DC3"}) shop_.location(id);
    for (auto const* sku : items) shop_.item(sku, 250);
    say(trade::DefineEntry{
        "stock_level", "A/DC2", {{"item", "A"}, {"location", "DC2"}, {"safety_stock", "2"}, {"backorders", "5"}}, Timestamp{INT64_MIN}, false, ""});
    say(trade::DefineEntry{"substitute", "A/B", {{"item", "A"}, {"by", "B"}}, Timestamp{INT64_MIN}, false, ""});
  }

  void step() {
    switch (below(22)) {
      case 0:
      case 1:
      case 2: return receive();
      case 3:
      case 4:
      case 5:
      case 6: return import_one();
      case 7:
      case 8:
      case 9: return about_order("allocate");
      case 10: return about_order("ship");
      case 11: return cancel();
      case 12: return expect_supply();
      case 13: return receive_supply();
      case 14: return reserve();
      case 15: return say(trade::ReleaseReservation{"C-" + std::to_string(below(20)), below(2) == 0 ? "" : item(), below(3), ""});
      case 16: return observe();
      case 17: return say(trade::RecallLot{item(), lot(), "", ""});
      case 18: return say(trade::AllocateOrders{{}, 50, ""});
      case 19: return change();
      case 20: return parcels();
      default: return pass_time();
    }
  }

  /// Everything that has to be true after any step.
  void check() {
    // Promises on a shelf are never more than lies on it, and those on a supply never more than is to come of it.
    none(
        "WITH m AS (SELECT account, sum(posted) AS n FROM movement GROUP BY account), r AS (SELECT account, sum(amount) AS n FROM reservation_open "
        "GROUP BY account) SELECT a.unit, a.place, a.status, a.detail, a.pool FROM account a LEFT JOIN m ON m.account=a.seq-1 LEFT JOIN r ON "
        "r.account=a.seq-1 WHERE a.kind=0 AND a.floor != -9223372036854775808 AND a.status != 'backorder' AND coalesce(m.n, 0) < coalesce(r.n, 0)");
    none(
        "SELECT supply, item FROM supply_now s WHERE coalesce((SELECT sum(quantity) FROM promise_open p WHERE p.stands_on='supply' AND "
        "p.behind=s.supply AND p.item=s.item AND p.location=s.location), 0) > CASE WHEN closed THEN 0 ELSE ordered - received END");
    // Nobody has more promised than he ordered, less what has left; nothing is promised to what is over.
    none(
        "SELECT p.reference, sum(p.quantity) AS promised, (SELECT sum(l.quantity) FROM order_line l WHERE l.order_seq=o.order_seq) AS ordered FROM "
        "promise_open p JOIN order_now o ON o.order_id=p.reference GROUP BY p.reference HAVING promised > ordered");
    none("SELECT p.reference FROM promise_open p JOIN instance i ON i.subject=p.reference WHERE i.closed=1");
    // An allocated order has everything: reserved, or (after facts that nobody could refuse) a hold or a promise of the rest.
    none(
        "SELECT o.order_id FROM order_now o WHERE o.state='allocated' AND NOT EXISTS (SELECT 1 FROM hold_open h WHERE h.order_id=o.order_id) AND "
        "(SELECT sum(l.quantity) FROM order_line l WHERE l.order_seq=o.order_seq) > coalesce((SELECT sum(quantity) FROM promise_open p WHERE "
        "p.reference=o.order_id), 0) + coalesce((SELECT sum(CAST(v AS INTEGER)) FROM (SELECT (SELECT x.value FROM order_fact x WHERE "
        "x.order_id=f.order_id AND x.path=f.path ORDER BY x.seq DESC LIMIT 1) AS v FROM order_fact f WHERE f.order_id=o.order_id AND f.path LIKE "
        "'order.shipped.%' GROUP BY f.path)), 0)");
    // What a channel was told is numbered without gaps.
    none("SELECT channel FROM feed_event GROUP BY channel HAVING count(*) != max(number)");
  }
  void finish() {
    CHECK(shop_.findings().empty());
    auto const hash = [&] { return store::verify(shop_.path())->state_hash; };
    auto const before = hash();
    shop_.close();
    shop_.open_again();
    CHECK(hash() == before);
  }
  std::int64_t accepted() const { return accepted_; }
  std::int64_t refused() const { return refused_; }

 private:
  /// What a law finds broken, with everything that happened to the first order of it.
  void none(char const* law) {
    auto const broken = shop_.rows(law);
    if (broken.empty()) return;
    std::string story;
    auto reader = store::Reader::open(shop_.path());
    if (auto const audit = report::audit(*reader, broken[0][0])) {
      for (auto const& row : audit->rows) story += row[0] + " | " + row[2] + " | " + row[3] + "\n";
    }
    auto const moved =
        "SELECT t.seq, c.kind, c.id, t.kind, t.amount, a.unit, a.place, a.status, a.detail, c.note FROM transfer t JOIN command c ON c.seq=t.command_seq LEFT "
        "JOIN account a ON a.seq=t.debit+1 WHERE t.reference='" +
        broken[0][0] + "' ORDER BY t.seq";
    for (auto const& row : shop_.rows(moved.c_str())) {
      for (auto const& cell : row) story += cell + " ";
      story += "\n";
    }
    auto const more =
        "SELECT t.from_state, t.to_state, t.event, c.kind, c.id, c.note FROM transition_log t JOIN command c ON c.seq=t.command_seq WHERE t.subject='" +
        broken[0][0] +
        "' UNION ALL SELECT 'line', item, quantity, '', '', '' FROM order_line l JOIN order_now o ON o.order_seq=l.order_seq WHERE o.order_id='" +
        broken[0][0] + "' UNION ALL SELECT 'fact', path, value, '', '', '' FROM order_fact WHERE order_id='" + broken[0][0] +
        "' UNION ALL SELECT 'decision', d.verdict, d.kind, d.rule, c.id, c.kind FROM decision d JOIN command c ON c.seq=d.command_seq WHERE d.subject='" +
        broken[0][0] + "'";
    for (auto const& row : shop_.rows(more.c_str())) {
      for (auto const& cell : row) story += cell + " ";
      story += "\n";
    }
    FAIL(std::string(law), ": ", broken[0][0], "\n", story);
  }
  static constexpr char const* items[] = {"A", "B", "C"};

  std::int64_t below(std::int64_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(bound));
  }
  std::string item() { return items[below(3)]; }
  std::string location() { return "DC" + std::to_string(1 + below(3)); }
  std::string lot() { return below(2) == 0 ? "" : "L" + std::to_string(below(4)); }
  std::string order() { return "O-" + std::to_string(below(orders_ + 1)); }
  trade::Outcome say(trade::CommandBody body, char const* role, bool) {
    auto const outcome = shop_.send(std::move(body), role);
    (outcome.status == trade::Status::accepted ? accepted_ : refused_) += 1;
    return outcome;
  }
  void say(trade::CommandBody body, char const* role = "system") { (void)say(std::move(body), role, true); }

  void receive() {
    auto const name = lot();
    auto const expires = name.empty() || below(2) == 0 ? Timestamp{} : Timestamp(shop_.now + (1 + below(20)) * day_ms);
    say(trade::ReceiveStock{item(), location(), 1 + below(9), "", name, {}, expires});
  }
  void import_one() {
    trade::Order out;
    out.id = "O-" + std::to_string(++orders_);
    out.channel = below(3) == 0 ? "store" : below(2) == 0 ? "web" : "phone";
    out.placed = Timestamp(shop_.now);
    out.currency = Currency::find("USD");
    out.total = Money(0, out.currency);
    for (std::int64_t i = 0; i <= below(3); ++i) {
      auto const units = 1 + below(6);
      auto const net = Money(units * 100, out.currency);
      out.lines.push_back({static_cast<std::int32_t>(out.lines.size() + 1), item(), "", units, Decimal(1), net, false});
      out.total = *add(out.total, net);
    }
    if (below(4) == 0) out.attributes.push_back({"order.reservation", "C-" + std::to_string(below(20))});
    if (below(5) == 0) out.attributes.push_back({"order.ship_complete", "true"});
    if (below(3) == 0) out.attributes.push_back({"order.substitution", "true"});
    if (below(6) == 0) out.attributes.push_back({"order.collect_at", location()});
    say(trade::ImportOrder{out});
  }
  void about_order(char const* event) { say(trade::OrderEvent{order(), event, ""}); }
  /// A cancelled order gives back exactly what it had, to where it had it.
  void cancel() {
    auto const id = order();
    auto const held =
        shop_.rows(("SELECT item || location, sum(quantity) FROM promise_open WHERE stands_on='stock' AND reference='" + id + "' GROUP BY 1").c_str());
    auto const free = [&](std::string const& position) {
      auto const sql =
          "SELECT coalesce((SELECT sum(m.posted) FROM movement m JOIN account a ON a.seq-1=m.account WHERE a.kind=0 AND a.status='available' AND a.unit "
          "|| a.place='" +
          position + "'), 0) - coalesce((SELECT sum(quantity) FROM promise_open WHERE stands_on='stock' AND item || location='" + position + "'), 0)";
      return std::stoll(shop_.rows(sql.c_str())[0][0]);
    };
    std::map<std::string, std::int64_t> before;
    for (auto const& row : held) before[row[0]] = free(row[0]);
    auto const outcome = say(trade::OrderEvent{id, "cancel", ""}, "customer", true);
    if (outcome.state != "cancelled" || outcome.status != trade::Status::accepted) return;
    // What others who waited for it got in the same breath counts too.
    auto const passed_on = [&](std::string const& position) {
      auto const sql =
          "SELECT coalesce(sum(t.amount), 0) FROM transfer t JOIN account a ON a.seq=t.debit+1 WHERE t.kind=1 AND a.status='available' AND a.unit || "
          "a.place='" +
          position + "' AND t.command_seq=(SELECT max(seq) FROM command)";
      return std::stoll(shop_.rows(sql.c_str())[0][0]);
    };
    for (auto const& row : held) CHECK(free(row[0]) + passed_on(row[0]) == before[row[0]] + std::stoll(row[1]));
  }
  void expect_supply() {
    auto const transfer = below(4) == 0;
    auto const to = location();
    auto from = transfer ? location() : std::string();
    if (from == to) from = to == "DC1" ? "DC2" : "DC1";
    say(trade::ExpectSupply{(transfer ? "T-" : "PO-") + std::to_string(below(6)), transfer ? trade::SupplyKind::transfer : trade::SupplyKind::purchase_order,
                            item(), to, transfer ? from : "", below(12), Timestamp(shop_.now + below(10) * day_ms), 10, ""});
    if (transfer) say(trade::SendSupply{"T-" + std::to_string(below(6)), ""});
  }
  void receive_supply() {
    auto const open = shop_.rows("SELECT supply, item, location, ordered - received FROM supply_now WHERE closed=0 ORDER BY supply, item, location");
    if (open.empty()) return;
    auto const& row = open[static_cast<std::size_t>(below(static_cast<std::int64_t>(open.size())))];
    say(trade::ReceiveSupply{row[0], row[1], row[2], 1 + below(std::stoll(row[3]) + 1), lot(), {}, {}, below(5) == 0, ""});
  }
  void reserve() {
    trade::ReserveStock body;
    body.id = "C-" + std::to_string(below(20));
    body.channel = below(2) == 0 ? "web" : "store";
    for (std::int64_t i = 0; i <= below(2); ++i) body.lines.push_back({item(), 1 + below(4), below(4) == 0 ? location() : ""});
    body.expires = below(2) == 0 ? Timestamp{} : Timestamp(shop_.now + (1 + below(40)) * 3'600'000);
    body.backorder = below(3) == 0;
    say(std::move(body));
  }
  void observe() {
    auto const what = static_cast<trade::Observation>(below(3));
    trade::ObserveStock seen{what, item(), location(), 1 + below(5), what == trade::Observation::shipped ? order() : "", -1, "", ""};
    seen.lot = lot();
    say(std::move(seen));
  }
  void change() {
    trade::ChangeOrder body;
    body.order = order();
    body.thing = below(3) == 0 ? "cancel" : "items";
    if (body.thing == "items") body.lines.push_back({static_cast<std::int32_t>(1 + below(2)), below(6)});
    say(std::move(body), "desk");
  }
  void parcels() {
    auto const id = order();
    say(trade::PlanShipments{id, 0, ""});
    for (auto const* event : {"pick", "pack", "ship"}) say(trade::InstanceEvent{id + "/" + std::to_string(1 + below(2)), event, ""}, "desk");
  }
  void pass_time() {
    for (auto const& outcome : shop_.wait((1 + below(30)) * 3'600'000)) {
      INFO("clock ", outcome.command_id, ": ", outcome.message);
      CHECK((outcome.status == trade::Status::accepted || outcome.code == "no_such_timer"));
    }
    if (below(3) == 0) say(trade::Replan{});
  }

  std::uint64_t state_;
  Shop shop_;
  std::int64_t orders_ = 0;
  std::int64_t accepted_ = 0;
  std::int64_t refused_ = 0;
};

}  // namespace

TEST_CASE("a warehouse of random days keeps every promise that it can, and no promise twice") {
  std::int64_t accepted = 0;
  std::int64_t refused = 0;
  auto const* wanted = std::getenv("BYLAW_WAREHOUSES");  // `make full` asks for more
  auto const seeds = wanted == nullptr ? 12u : static_cast<unsigned>(std::atoi(wanted));
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    Warehouse warehouse(seed);
    for (int step = 0; step < 250; ++step) {
      CAPTURE(step);
      warehouse.step();
      if (step % 5 == 0) warehouse.check();
    }
    warehouse.check();
    warehouse.finish();
    accepted += warehouse.accepted();
    refused += warehouse.refused();
  }
  MESSAGE(accepted, " commands accepted, ", refused, " refused");
  CHECK(accepted > 1'000);
}
