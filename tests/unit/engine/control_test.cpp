// Batches that are done as a whole, amendments, persons that are erased, master data with dates, and what somebody has seen.
#include <sqlite3.h>

#include "shop.hpp"

namespace {

constexpr char const* policy_text = R"(
extend record order { secret_wish: optional text personal; note: optional text; }
)";

struct Store : Shop {
  Store() {
    open(policy_text);
    item("TEA", 400);
    location("DC1");
  }
  trade::Command command(std::string id, trade::CommandBody body) { return {std::move(id), Timestamp(now), {}, std::move(body), {}}; }
  trade::Order sold(std::string id, std::int64_t units = 1) {
    trade::Order order;
    order.id = std::move(id);
    order.source = "shop";
    order.placed = Timestamp(now);
    order.currency = Currency::find("USD");
    order.customer = {"C1", "retail", "Ada Byron", "ada@example.org", false};
    order.ship_to = {"US", "", "Boston", "02108", "1 Elm Street"};
    order.total = Money(1'000 * units, order.currency);
    order.lines = {{1, "TEA", "", units, Decimal(10), order.total, false}};
    return order;
  }
  std::string available() {
    auto const found = rows("SELECT posted - pending_out FROM balance_now WHERE kind=0 AND unit='TEA' AND place='DC1' AND status='available'");
    return found.empty() ? "0" : found[0][0];
  }
  std::string file() {
    std::string out;
    for (auto const* end : {"", "-wal"}) {
      std::ifstream in(path() + end, std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }
};

}  // namespace

TEST_CASE("a batch is done as a whole or not at all, and what else was in the commit is not touched") {
  Store store;
  auto const done = store.engine().submit_together(
      {store.command("b-1", trade::ReceiveStock{"TEA", "DC1", 10, ""}), store.command("b-2", trade::ImportOrder{store.sold("A-1")})});
  REQUIRE(done.has_value());
  CHECK((*done)[1].state == "released");
  auto const refused = store.engine().submit_together({store.command("c-1x", trade::ReceiveStock{"TEA", "DC1", 5, ""}),
                                                       store.command("c-2x", trade::ReceiveStock{"COFFEE", "DC1", 5, ""}),
                                                       store.command("c-3x", trade::ImportOrder{store.sold("A-2")})});
  REQUIRE(refused.has_value());
  CHECK((*refused)[0].code == "batch_refused");
  CHECK((*refused)[1].code == "unknown_item");
  CHECK((*refused)[2].code == "batch_refused");
  CHECK(store.available() == "10");
  CHECK(store.rows("SELECT count(*) FROM order_doc WHERE id='A-2'")[0][0] == "0");
  // Sent again it is answered as it was.
  auto const again = store.engine().submit_together({store.command("c-1x", trade::ReceiveStock{"TEA", "DC1", 5, ""})});
  CHECK((*again)[0].code == "batch_refused");
  CHECK((*again)[0].duplicate);
  CHECK(store.engine().submit_together({})->empty());
  CHECK(store.findings().empty());
}

TEST_CASE("a batch takes no id of a clock, does not go on behind what was refused before, and does not wait for approvals") {
  Store store;
  CHECK(store.send(trade::ImportOrder{store.sold("A-1")}).code == "ok");
  auto const clock = store.engine().submit_together(
      {store.command("timer:1", trade::OrderEvent{"A-1", "allocate", ""}), store.command("x-0", trade::OrderEvent{"A-9", "ship", ""})});
  CHECK((*clock)[0].code == "reserved_id");
  CHECK(store.rows("SELECT count(*) FROM command WHERE id LIKE 'timer:%'")[0][0] == "0");
  CHECK(store.send_as("timer:77", trade::FireTimer{"A-1", "recheck", Timestamp(1)}).code == "no_such_timer");
  CHECK(store.rows("SELECT count(*) FROM command WHERE id LIKE 'timer:%'")[0][0] == "0");
  auto const first = store.engine().submit_together(
      {store.command("x-1", trade::OrderEvent{"A-9", "ship", ""}), store.command("y-1", trade::ReceiveStock{"TEA", "DC1", 5, ""})});
  CHECK((*first)[0].code == "unknown_order");
  auto const second = store.engine().submit_together(
      {store.command("x-2", trade::ReceiveStock{"TEA", "DC1", 7, ""}), store.command("y-1", trade::ReceiveStock{"TEA", "DC1", 5, ""})});
  CHECK((*second)[0].code == "batch_refused");
  CHECK(store.available() == "0");
}

TEST_CASE("an order that a return speaks of is not amended") {
  Store store;
  store.send(trade::ReceiveStock{"TEA", "DC1", 10, ""});
  auto order = store.sold("A-1", 4);
  CHECK(store.send(trade::ImportOrder{order}).code == "ok");
  trade::Return back{
      "R-1", "shop", "C1", Timestamp(store.now), order.currency, {{1, "A-1", 1, "TEA", 4, Money(0, order.currency), "DEFECTIVE", "opened", false}}};
  CHECK(store.send(trade::RequestReturn{back}).code == "ok");
  order.revision = 2;
  order.lines[0].quantity = 2;
  order.lines[0].net = order.total = Money(2'000, order.currency);
  CHECK(store.send(trade::ImportOrder{order}).code == "not_amendable");
  CHECK(store.findings().empty());
}

TEST_CASE("what a later revision leaves out of a person is gone from the order") {
  Store store;
  auto order = store.sold("A-1");
  CHECK(store.send(trade::ImportOrder{order}).code == "ok");
  order.revision = 2;
  order.customer.email.clear();
  order.ship_to.street = "2 Oak Street";
  CHECK(store.send(trade::ImportOrder{order}).code == "amended");
  auto const now = store.engine().order("A-1");
  REQUIRE((*now).has_value());
  CHECK((*now)->customer.email.empty());
  CHECK((*now)->ship_to.street == "2 Oak Street");
  CHECK(store.send(trade::RecordFacts{"A-1", {{"secret_wish", "a kite"}}, ""}).code == "ok");
  CHECK(store.send(trade::ImportOrder{order}).code == "known_already");
  CHECK(store.send(trade::ErasePerson{"C1", ""}).code == "ok");
  CHECK(store.send(trade::ImportOrder{order}).code == "known_already");
}

TEST_CASE("goods that were seen leaving keep their promise, and do not leave twice") {
  Store store;
  store.send(trade::ReceiveStock{"TEA", "DC1", 10, ""});
  CHECK(store.send(trade::ImportOrder{store.sold("A-1", 4)}).code == "ok");
  CHECK(store.event("A-1", "allocate").code == "ok");
  CHECK(store.send(trade::ObserveStock{trade::Observation::shipped, "TEA", "DC1", 3, "A-1", -1, "", ""}).code == "ok");
  CHECK(store.rows("SELECT amount FROM reservation_open") == std::vector<std::vector<std::string>>{{"1"}});
  CHECK(store.event("A-1", "ship").code == "ok");
  CHECK(store.rows("SELECT posted FROM balance_now WHERE kind=0 AND place='customer'")[0][0] == "4");
  CHECK(store.available() == "6");
  CHECK(store.findings().empty());
}

TEST_CASE("a later revision amends an order; old ones, other contents and late ones are refused") {
  Store store;
  store.send(trade::ReceiveStock{"TEA", "DC1", 10, ""});
  auto order = store.sold("A-1");
  CHECK(store.send(trade::ImportOrder{order}).code == "ok");
  CHECK(store.send(trade::ImportOrder{order}).code == "known_already");
  order.lines[0].quantity = 2;
  CHECK(store.send(trade::ImportOrder{order}).code == "revision_conflict");
  order.revision = 3;
  order.ship_to.city = "Salem";
  CHECK(store.send(trade::RecordFacts{"A-1", {{"note", "call first"}}, ""}).code == "ok");
  CHECK(store.send(trade::ImportOrder{order}).code == "amended");
  CHECK(store.rows("SELECT remaining FROM sale_line")[0][0] == "2");
  CHECK(store.rows("SELECT count(*) FROM sale_line")[0][0] == "1");
  order.revision = 2;
  CHECK(store.send(trade::ImportOrder{order}).code == "stale_revision");
  order.revision = 4;
  order.customer.id = "C2";
  CHECK(store.send(trade::ImportOrder{order}).code == "not_amendable");
  order.customer.id = "C1";
  CHECK(store.event("A-1", "allocate").code == "ok");
  order.lines[0].quantity = 3;
  CHECK(store.send(trade::ImportOrder{order}).code == "too_late_to_amend");
  order.lines[0].quantity = 2;
  order.ship_to.city = "Lynn";
  CHECK(store.send(trade::ImportOrder{order}).code == "amended");
  CHECK(store.available() == "8");
  CHECK(store.event("A-1", "ship").code == "ok");
  order.revision = 5;
  CHECK(store.send(trade::ImportOrder{order}).code == "too_late_to_amend");
  order.source = "market";
  CHECK(store.send(trade::ImportOrder{order}).code == "order_exists");
  CHECK(store.findings().empty());
}

TEST_CASE("personal values are apart, go when asked, leave nothing in the file, and the chain stays whole") {
  Store store;
  CHECK(store.send(trade::ImportOrder{store.sold("A-1")}).code == "ok");
  CHECK(store.send(trade::RecordFacts{"A-1", {{"secret_wish", "for my dear Babbage"}, {"note", "call first"}}, ""}).code == "ok");
  CHECK(store.rows("SELECT body FROM order_doc")[0][0].find("Ada") == std::string::npos);
  CHECK(store.rows("SELECT path FROM order_fact") == std::vector<std::vector<std::string>>{{"order.note"}});
  CHECK(store.rows("SELECT body FROM command WHERE kind='record_facts'")[0][0].find("Babbage") == std::string::npos);
  CHECK(store.file().find("Babbage") != std::string::npos);
  CHECK(store.findings().empty());
  CHECK(store.send(trade::ErasePerson{"C2", ""}).code == "unknown_person");
  auto const erased = store.send(trade::ErasePerson{"C1", "asked by mail"});
  CHECK(erased.message == "4 values erased");
  CHECK(store.findings().empty());
  auto const left = store.file();
  for (auto const* word : {"Ada Byron", "ada@example.org", "1 Elm Street", "Babbage"}) CHECK_MESSAGE(left.find(word) == std::string::npos, word);
  // The order goes on without them.
  CHECK(store.event("A-1", "cancel", "order_desk").code == "ok");
  CHECK(store.send(trade::ErasePerson{"C1", ""}).code == "unknown_person");
  auto reader = store::Reader::open(store.path());
  bool told = false;
  auto const audit = report::audit(*reader, "A-1");
  REQUIRE(audit.has_value());
  for (auto const& row : audit->rows) told = told || row[3] == "customer.name (erased)";
  CHECK(told);
}

TEST_CASE("a personal value that was changed, or is gone without an erasure, is found") {
  Store store;
  CHECK(store.send(trade::ImportOrder{store.sold("A-1")}).code == "ok");
  store.close();
  auto const change = [&](char const* sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(store.path().c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
  };
  change("UPDATE personal SET value='Mallory' WHERE seq=1");
  CHECK(store.findings() == std::vector<std::string>{"the personal value 1 was changed"});
  change("DELETE FROM personal WHERE seq=1");
  CHECK(store.findings() == std::vector<std::string>{"the personal value 1 is gone, and nobody erased it"});
}

TEST_CASE("master data holds from its date on; decisions see what was so then") {
  Store store;
  auto const day = 86'400'000;
  trade::Item dearer;
  dearer.sku = "TEA";
  dearer.unit_cost = Money(500, Currency::find("USD"));
  CHECK(store.send(trade::DefineItem{dearer, Timestamp(store.now + 2 * day)}).code == "ok");
  store.send(trade::ReceiveStock{"TEA", "DC1", 10, "now"});
  store.now += 2 * day;
  store.send(trade::ReceiveStock{"TEA", "DC1", 10, "later"});
  CHECK(store.rows("SELECT reference, amount FROM ledger_entry WHERE measured_in='minor units' ORDER BY seq") ==
        std::vector<std::vector<std::string>>{{"now", "4000"}, {"later", "5000"}});
  trade::DefineEntry reference{"cross_reference", "web/T-1", {{"channel", "web"}, {"channel_sku", "T-1"}, {"item", "TEA"}}, Timestamp{INT64_MIN}, false, ""};
  CHECK(store.send(reference).code == "ok");
  reference.values[2].value = "COFFEE";
  CHECK(store.send(reference).code == "unknown_item");
  reference.id = "web/T-2";
  reference.values[2].value = "TEA";
  CHECK(store.send(reference).code == "bad_entry");
  CHECK(store.send(trade::DefineEntry{"calendar", "X", {{"zone", "Mars/Olympus"}}, Timestamp{INT64_MIN}, false, ""}).code == "bad_entry");
  CHECK(store.send(trade::DefineEntry{"carrier", "X", {{"name", "X"}, {"cut_off", "25:00"}}, Timestamp{INT64_MIN}, false, ""}).code == "bad_entry");
  CHECK(store.send(trade::DefineEntry{"ship", "X", {}, Timestamp{INT64_MIN}, false, ""}).code == "unknown_kind");
  CHECK(store.send(trade::DefineEntry{"carrier", "Y", {}, Timestamp{INT64_MIN}, true, ""}).code == "unknown_entry");
  CHECK(store.send(trade::DefineEntry{"cross_reference", "web/T-1", {}, Timestamp{INT64_MIN}, true, "gone"}).code == "ok");
  CHECK(store.rows("SELECT count(*) FROM catalog_now WHERE kind='cross_reference'")[0][0] == "0");
  CHECK(store.findings().empty());
}

TEST_CASE("what was seen is booked: promises yield, orders are held, and what was never there opens an exception") {
  Store store;
  store.send(trade::ReceiveStock{"TEA", "DC1", 10, ""});
  CHECK(store.send(trade::ImportOrder{store.sold("A-1", 8)}).code == "ok");
  CHECK(store.event("A-1", "allocate").code == "ok");
  CHECK(store.available() == "2");
  using trade::Observation;
  CHECK(store.send(trade::ObserveStock{Observation::counted, "TEA", "DC1", 10, "", -1, "", ""}).code == "as_expected");
  // Three are broken: the order loses one of its eight.
  CHECK(store.send(trade::ObserveStock{Observation::damaged, "TEA", "DC1", 3, "", -1, "", ""}).code == "ok");
  CHECK(store.available() == "0");
  CHECK(store.rows("SELECT order_id, rule, blocks FROM hold_open") == std::vector<std::vector<std::string>>{{"A-1", "shortage", "ship"}});
  CHECK(store.event("A-1", "ship").code == "on_hold");
  // Nine left the house, so they were there.
  auto const shipped = store.send(trade::ObserveStock{Observation::shipped, "TEA", "DC1", 9, "A-1", -1, "", ""});
  CHECK(shipped.code == "discrepancy");
  CHECK(store.rows("SELECT workflow, state, json_extract(CAST(data AS TEXT), '$.\"exception.units\"') FROM instance WHERE workflow='exception'") ==
        std::vector<std::vector<std::string>>{{"exception", "open", "2"}});
  CHECK(store.send(trade::ObserveStock{Observation::counted, "TEA", "DC1", 4, "", -1, "", ""}).code == "ok");
  CHECK(store.available() == "4");
  CHECK(store.rows("SELECT sum(posted) FROM balance_now WHERE kind=0")[0][0] == "0");
  CHECK(store.rows("SELECT sum(posted) FROM balance_now WHERE kind=1")[0][0] == "0");
  CHECK(store.findings().empty());
}

TEST_CASE("every command comes back from its JSON as it was") {
  Store store;
  trade::ActivatePolicy version;
  version.files = {{"a.bylaw", "text \"quoted\"\n", true}};
  version.rollout = trade::Rollout::part;
  version.channels = {"web", "store"};
  version.share_percent = 10;
  trade::PlaceStop stop{"strike", "location", "DC1", {"ship"}, "STRIKE", "no trucks", Timestamp(1'000), Timestamp(2'000), {"boss"}};
  trade::Return back{
      "R-1", "shop", "C1", Timestamp(5'000), Currency::find("USD"), {{1, "A-1", 1, "TEA", 1, Money(100, Currency::find("USD")), "DEFECTIVE", "opened", false}}};
  trade::Item item;
  item.sku = "TEA";
  trade::Location location;
  location.id = "DC1";
  std::vector<trade::CommandBody> const bodies = {trade::DefineItem{item, Timestamp(7'000)},
                                                  trade::DefineLocation{location, Timestamp{INT64_MIN}},
                                                  trade::ReceiveStock{"TEA", "DC1", 5, "r"},
                                                  trade::ImportOrder{store.sold("A-1")},
                                                  trade::OrderEvent{"A-1", "ship", "n"},
                                                  trade::ReleaseHold{"A-1", "h", "n"},
                                                  trade::RequestReturn{back},
                                                  trade::ReturnEvent{"R-1", "inspect", "opened", ""},
                                                  trade::RecordFacts{"A-1", {{"note", "x"}}, ""},
                                                  trade::PlaceHold{"A-1", "odd", "R", "t", "q", {"ship"}, {"boss"}, "n"},
                                                  stop,
                                                  trade::LiftStop{"strike", ""},
                                                  trade::StartInstance{"shipment", "S-1", "A-1", {{"shipment.carrier", "X"}}},
                                                  trade::InstanceEvent{"S-1", "ship", ""},
                                                  trade::Migrate{"order", 1, 10, ""},
                                                  trade::Redrive{"A-1", 3, ""},
                                                  trade::DefineEntry{"vendor", "V", {{"name", "V"}}, Timestamp(9'000), false, "n"},
                                                  trade::ObserveStock{trade::Observation::shipped, "TEA", "DC1", 2, "A-1", -1, "r", "n"},
                                                  trade::AnswerRequest{"request:1", trade::Answer::deny, "no"},
                                                  trade::Delegate{"bob", "boss", Timestamp(1'000), Timestamp(2'000), false, ""},
                                                  trade::RedriveMessages{"shop", 4, true, ""},
                                                  trade::ErasePerson{"C1", ""},
                                                  version,
                                                  trade::CheckHealth{}};
  for (auto const& body : bodies) {
    trade::Command const command{"id", Timestamp(3'000), {"ann", "clerk", "bob"}, body, "message:7"};
    auto const text = wire::to_json(command);
    auto const read = wire::parse_command(text);
    REQUIRE_MESSAGE(read.has_value(), text << ": " << (read ? "" : read.error().place + " " + read.error().message));
    CHECK(wire::to_json(*read) == text);
    CHECK(read->body.kind() == body.kind());
  }
}
