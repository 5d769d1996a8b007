// Texts that want to be something else: SQL, JSON, paths, controls, very long, not UTF-8 at all. They are texts.
#include "shop.hpp"

namespace {

std::vector<std::string> hostile_texts() {
  return {"'; DROP TABLE command; --",
          "\" OR 1=1 --",
          "A-1', 'x'); DELETE FROM command; --",
          "{\"id\":1}",
          "\\u0000",
          std::string("a\0b", 3),
          "../../etc/passwd",
          "a\nb\r\nc",
          "\t",
          "%s%n%x",
          "\xF0\x9F\x93\xA6 box",
          "\xC3\xA9",
          std::string(200, 'x'),
          "hold/x/1/expire",
          "timer:1",
          "order:1",
          ","};
}

}  // namespace

TEST_CASE("hostile texts are texts, wherever they stand") {
  Shop shop;
  shop.open("\nrole desk includes order_desk;\napproval cancels { for cancel over 1.00 USD; by desk; }\n");
  shop.item("TEA", 400);
  shop.location("DC1");
  std::size_t imported = 0;
  for (auto const& text : hostile_texts()) {
    CAPTURE(text.substr(0, 60));
    trade::Order order;
    order.id = text;
    order.source = text;
    order.placed = Timestamp(shop.now);
    order.currency = Currency::find("USD");
    order.customer = {text, "retail", text, text, false};
    order.ship_to = {"US", text, text, text, text};
    order.total = Money(1'000, order.currency);
    order.lines = {{1, text, text, 1, Decimal(10), order.total, false}};
    auto const outcome = shop.send(trade::ImportOrder{order});
    CHECK(outcome.code == "ok");
    imported += outcome.code == "ok" ? 1 : 0;
    (void)shop.send(trade::OrderEvent{text, text, text}, trade::Actor{text, text, text});
    (void)shop.send(trade::RecordFacts{text, {{text, text}}, text});
    (void)shop.send(trade::PlaceHold{text, text, text, text, text, {text}, {text}, text});
    (void)shop.send(trade::ReleaseHold{text, text, text});
    (void)shop.send(trade::PlaceStop{text, "channel", text, {text}, text, text, Timestamp{INT64_MIN}, Timestamp{INT64_MAX}, {text}});
    (void)shop.send(trade::StartInstance{text, text, text, {{text, text}}});
    (void)shop.send(trade::DefineEntry{text, text, {{text, text}}, Timestamp{INT64_MIN}, false, text});
    (void)shop.send(trade::ObserveStock{trade::Observation::shipped, "TEA", "DC1", 1, text, -1, text, text});
    (void)shop.send(trade::AnswerRequest{text, trade::Answer::approve, text});
    (void)shop.send(trade::Delegate{text, text, Timestamp{INT64_MIN}, Timestamp(shop.now + 1), false, text});
    (void)shop.send(trade::RedriveMessages{text, 0, false, text});
    trade::ActivatePolicy version;
    version.files = {{text, text, true}};
    (void)shop.send(version);
    (void)shop.send_as(text, trade::OrderEvent{text, "cancel", ""});
    CHECK(shop.engine().order(text)->has_value());
    auto reader = store::Reader::open(shop.path());
    CHECK(report::audit(*reader, text).has_value());
  }
  CHECK(shop.rows("SELECT count(*) FROM order_doc")[0][0] == std::to_string(imported));
  for (auto const& text : hostile_texts()) CHECK(shop.send(trade::ErasePerson{text, text}).code == "ok");
  // The engine's own names, and names too long for the ledger.
  for (auto const* id : {"request:1", "exception:1"}) CHECK(shop.order(id, 100).code == "reserved_id");
  CHECK(shop.order(std::string(300, 'x'), 100).code == "id_too_long");
  CHECK(shop.send(trade::StartInstance{"approval", "P-1", "", {{"approval.command", "{}"}}}).code == "reserved_id");
  CHECK(shop.send(trade::CheckHealth{}, trade::Actor{"", "desk", ""}).code == "no_user");
  // What is no UTF-8 would not be read again.
  trade::Order broken;
  broken.id = "A-2";
  broken.currency = Currency::find("USD");
  broken.customer.segment = "\xFF\xFE";
  CHECK(shop.send(trade::ImportOrder{broken}).code == "unreadable");
  CHECK(shop.send(trade::StartInstance{"shipment", "S-1", "", {{"shipment.note", "\xFF"}}}).code == "unreadable");
  CHECK(shop.rows("SELECT count(*) FROM personal")[0][0] == "0");
  CHECK(shop.findings().empty());
}

TEST_CASE("numbers at their limits are refused or exact, and nothing overflows") {
  Shop shop;
  shop.open("");
  trade::Item dear;
  dear.sku = "TEA";
  dear.unit_cost = Money(INT64_MAX / 4, Currency::find("USD"));
  CHECK(shop.send(trade::DefineItem{dear, Timestamp{INT64_MIN}}).code == "unreadable");
  shop.item("TEA", 999'999'999'999'999'999);
  shop.location("DC1");
  for (auto const units : {std::int64_t{1}, std::int64_t{4}, std::int64_t{5}, INT64_MAX / 2, INT64_MAX}) {
    (void)shop.send(trade::ReceiveStock{"TEA", "DC1", units, ""});
    for (auto const what : {trade::Observation::counted, trade::Observation::damaged, trade::Observation::shipped}) {
      (void)shop.send(trade::ObserveStock{what, "TEA", "DC1", units, "", -1, "", ""});
      (void)shop.send(trade::ObserveStock{what, "TEA", "DC1", units, "", INT64_MAX, "", ""});
    }
  }
  for (auto const at : {INT64_MIN, INT64_MIN + 1, std::int64_t{-1}, std::int64_t{0}, INT64_MAX - 1, INT64_MAX}) {
    shop.now = at;
    trade::Item item;
    item.sku = "OLD";
    (void)shop.send(trade::DefineItem{item, Timestamp(at)});
    (void)shop.order("A" + std::to_string(at), INT64_MAX);
    (void)shop.send(trade::Delegate{"bob", "", Timestamp(at), Timestamp(at), false, ""});
    (void)shop.send(trade::CheckHealth{});
  }
  CHECK(shop.findings().empty());
}
