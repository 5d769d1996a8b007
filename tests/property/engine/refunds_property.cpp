// Whatever comes back, in whatever order and condition: no tender pays back more than it took, no line more than it brought in, parts sum to the
// whole, and goods, money and states agree.
#include <cstdlib>

#include <bylaw/returns/refund.hpp>
#include <bylaw/returns/tenders.hpp>
#include <bylaw/trade/amounts.hpp>

#include "unit/engine/shop.hpp"

namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2654435761u + 1) {}
  std::int64_t below(std::int64_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

Currency usd() { return Currency::find("USD"); }

trade::Order random_order(Random& random, std::string id, std::int64_t now) {
  trade::Order out;
  out.id = std::move(id);
  out.source = "shop";
  out.placed = Timestamp(now);
  out.currency = usd();
  out.customer.id = "C" + std::to_string(random.below(4));
  out.tax_included = random.below(2) == 0;
  if (random.below(4) == 0) out.company = "EU";
  auto const lines = 1 + random.below(3);
  std::int64_t goods = 0;
  for (std::int64_t i = 0; i < lines; ++i) {
    trade::Line line;
    line.number = static_cast<std::int32_t>(i + 1);
    line.item = random.below(2) == 0 ? "A" : "B";
    line.quantity = 1 + random.below(5);
    line.net = Money(random.below(20'000), out.currency);
    line.tax = Money(random.below(line.net.amount_minor() / 5 + 1), out.currency);
    goods += line.net.amount_minor();
    out.lines.push_back(line);
  }
  if (random.below(2) == 0) {
    trade::Line post;
    post.number = static_cast<std::int32_t>(lines + 1);
    post.item = "POST";
    post.quantity = 1;
    post.net = Money(random.below(1'000), out.currency);
    post.tax = Money(0, out.currency);
    post.service = post.shipping = true;
    out.lines.push_back(post);
  }
  if (random.below(3) == 0) {
    trade::Discount discount;
    discount.amount = Money(random.below(goods / 2 + 1), out.currency);
    if (random.below(2) == 0) discount.min_spend = Money(random.below(goods + 1), out.currency);
    out.discounts.push_back(discount);
  }
  // A tax inside is never more than what the line comes to after discounts.
  auto const amounts = *trade::amounts_of(out);
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    auto const most = std::max<std::int64_t>(out.lines[i].net.amount_minor() - amounts[i].discount.amount_minor(), 0);
    if (out.lines[i].tax.amount_minor() > most) out.lines[i].tax = Money(most, out.currency);
  }
  out.total = *trade::total_of(out);
  return out;
}

class Desk {
 public:
  Desk(std::uint64_t seed, bool recompute) : random_(seed) {
    shop_.open(
        std::string("policy desk { currency USD; time zone \"UTC\"; refund above remaining cap;") + (recompute ? " discount recompute promotion;" : "") +
        " }\n"
        "return by_ratio { when return.reason == DEFECTIVE; within 30 days of order; approve otherwise; refund to original_ratio; pay at acceptance;\n"
        "  shipping refund; exchange same item; mismatch review by returns_lead; accept unopened, opened, defective; restock unopened; scrap defective; "
        "quarantine otherwise; }\n"
        "return with_fees { when return.reason == CHANGED_MIND; within 30 days of order; approve otherwise; refund to gift_card, then original_tender;\n"
        "  pay at receipt; fee 10 percent of return.net as restocking, at most 5.00 USD, taxed; fee 1.00 USD as handling per unit;\n"
        "  deduct inspected.value_loss else 0.00 USD as wear, at most return.net; exchange same item; restock unopened; return to vendor damaged; quarantine "
        "otherwise; }\n"
        "return keeps { when return.reason == DAMAGED; within 30 days of order; approve otherwise; refund to original_tender or store_credit; keep item; pay "
        "at approval; }\n"
        "return otherwise_any { within 30 days of order; approve otherwise; refund to store_credit; pay at receipt; restock unopened; quarantine otherwise; }\n"
        "allocation otherwise_any { from location.active; short backorder; }\n");
    shop_.location("DC1");
    shop_.location("DC2");
    trade::Item costed;
    costed.sku = "A";
    costed.attributes = {{"item.cost_method", random_.below(2) == 0 ? "fifo" : "average"}};
    (void)shop_.send(trade::DefineItem{costed, Timestamp{INT64_MIN}});
    shop_.item("B", 333);
  }

  void step() {
    switch (random_.below(15)) {
      case 0: return receive_stock();
      case 1:
      case 2: return sell();
      case 3: return pay();
      case 4:
      case 5: return ask();
      case 6:
      case 7: return come();
      case 8:
      case 9: return look();
      case 10: return (void)shop_.send(trade::ReturnEvent{some_return(), random_.below(8) == 0 ? "cancel" : "refund", "", ""});
      case 11: return credit();
      case 12: return exchange();
      case 13: return give_up();
      default: shop_.now += random_.below(2 * day_ms);
    }
  }

  void check() {
    std::vector<std::pair<char const*, char const*>> const laws = {
        {"a tender pays back more than it took", "SELECT order_id, payment FROM payment_now WHERE payment != '' AND refunded > captured"},
        {"an order pays back more than was paid",
         "SELECT order_id, sum(captured), sum(refunded) FROM payment_now GROUP BY order_id HAVING sum(refunded) > sum(captured)"},
        {"a line pays back more than it brought in",
         "SELECT p.order_id, p.order_line, sum(p.gross), l.gross FROM refund_part p JOIN order_now o ON o.order_id=p.order_id JOIN order_line l ON "
         "l.order_seq=o.order_seq AND l.number=p.order_line GROUP BY p.order_id, p.order_line HAVING sum(p.quantity) > l.quantity OR sum(p.gross) < 0 OR "
         "(sum(p.gross) > l.gross AND l.discount = 0 AND NOT EXISTS (SELECT 1 FROM order_line x WHERE x.order_seq=o.order_seq AND x.discount > 0))"},
        // With promotions reckoned anew a unit may bring back its full price while the discount stays with the others.
        {"the lines of an order pay back more than they brought in",
         "SELECT o.order_id, sum(p.gross) FROM refund_part p JOIN order_now o ON o.order_id=p.order_id WHERE p.order_line != 0 GROUP BY o.order_id HAVING "
         "sum(p.gross) > o.total"},
        {"shipping is paid back twice",
         "SELECT p.order_id FROM refund_part p WHERE p.kind='shipping' GROUP BY p.order_id HAVING sum(p.gross) > (SELECT sum(l.gross) FROM order_now o JOIN "
         "order_line l ON l.order_seq=o.order_seq AND l.shipping=1 WHERE o.order_id=p.order_id)"},
        {"more is refunded than its tax, or a fee is more than what it is of",
         "SELECT refund, order_id, kind, gross, tax, fee, fee_tax FROM refund_part WHERE kind != 'exchange' AND (tax < 0 OR tax > gross OR fee + fee_tax > gross OR fee < 0)"},
        {"units are looked at that never came", "SELECT return_id, line FROM return_counter WHERE accepted + rejected > received OR received > announced"},
        {"units are paid back that nobody asked for", "SELECT return_id, line FROM return_counter WHERE refunded + exchanged > announced"},
        {"what is owed is not what the books say",
         "SELECT 1 FROM (SELECT coalesce((SELECT sum(amount) FROM return_move WHERE what='accrued'), 0) AS owed, coalesce((SELECT sum(posted) FROM balance_now "
         "WHERE kind=1 AND status='liabilities:refunds'), 0) AS booked, coalesce((SELECT sum(p.gross - p.fee - p.fee_tax) FROM refund_part p), 0) - "
         "coalesce((SELECT sum(CASE what WHEN 'refunded' THEN amount WHEN 'credited' THEN amount WHEN 'refund_failed' THEN -amount END) FROM payment_event WHERE refund != '' AND payment "
         "NOT "
         "LIKE '%/exchange'), 0) AS unplaced) WHERE owed + unplaced != booked"},
        {"goods that came back are worth something else than the books say",
         "SELECT 1 FROM (SELECT coalesce((SELECT sum(CASE what WHEN 'received' THEN cost WHEN 'stocked' THEN -cost END) FROM return_move), 0) AS here, "
         "coalesce((SELECT -sum(posted) FROM balance_now WHERE kind=1 AND status='assets:returns'), 0) AS booked) WHERE here != booked"},
        {"units wait to be looked at that the stock does not have",
         "SELECT 1 FROM (SELECT coalesce((SELECT sum(c.received - c.accepted - c.rejected) FROM return_counter c JOIN return_line l ON l.return_id=c.return_id "
         "AND l.number=c.line WHERE l.service=0), 0) AS waiting, coalesce((SELECT sum(posted) FROM "
         "balance_now WHERE kind=0 AND status='inspection'), 0) AS here) WHERE waiting != here"},
        {"the books of a company do not balance", "SELECT place, unit FROM balance_now WHERE kind=1 GROUP BY place, unit HAVING sum(posted) != 0"}};
    for (auto const& law : laws) {
      auto const* what = law.first;
      auto const* sql = law.second;
      auto const found = shop_.rows(sql);
      std::string first;
      if (!found.empty()) {
        for (auto const& cell : found[0]) first += cell + " ";
      }
      CHECK_MESSAGE(found.empty(), std::string(what) << ": " << first);
    }
    for (auto const& finding : shop_.findings()) CHECK_MESSAGE(false, finding);
  }
  void reopen() { shop_.open_again(); }

 private:
  std::string some_order() { return "O-" + std::to_string(random_.below(std::max(orders_, 1))); }
  std::string some_return() { return "R-" + std::to_string(random_.below(std::max(returns_, 1))); }

  void receive_stock() {
    trade::ReceiveStock receipt;
    receipt.item = random_.below(2) == 0 ? "A" : "B";
    receipt.location = random_.below(3) == 0 ? "DC2" : "DC1";
    receipt.quantity = 5 + random_.below(20);
    receipt.unit_cost = Money(100 + random_.below(900), usd());
    (void)shop_.send(receipt);
  }
  void sell() {
    auto const id = "O-" + std::to_string(orders_++);
    kept_.push_back(random_order(random_, id, shop_.now));
    (void)shop_.send(trade::ImportOrder{kept_.back()});
    (void)shop_.event(id, "allocate");
    if (random_.below(5) > 0) (void)shop_.event(id, "ship");
    if (random_.below(3) > 0) (void)shop_.event(id, "invoice");
    pay_for(id, kept_.back().total.amount_minor());
  }
  void pay_for(std::string const& order, std::int64_t most) {
    constexpr char const* tenders[] = {"card", "gift_card", "check"};
    for (auto parts = 1 + random_.below(3); parts > 0 && most > 0; --parts) {
      auto const amount = parts == 1 && random_.below(4) > 0 ? most : 1 + random_.below(most);
      most -= amount;
      trade::RecordPayment payment;
      payment.order = order;
      payment.payment = "P" + std::to_string(random_.below(3));
      payment.tender = tenders[random_.below(3)];
      payment.what = "captured";
      payment.amount = Money(amount, usd());
      (void)shop_.send(payment);
    }
  }
  void pay() {
    trade::RecordPayment payment;
    payment.order = some_order();
    payment.payment = "P" + std::to_string(random_.below(3));
    payment.tender = "card";
    payment.what = random_.below(3) == 0 ? "chargeback_won" : "captured";
    payment.amount = Money(1 + random_.below(2'000), usd());
    if (payment.what == "captured") (void)shop_.send(payment);
  }
  void ask() {
    if (kept_.empty()) return;
    auto const& order = kept_[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(kept_.size())))];
    constexpr char const* reasons[] = {"DEFECTIVE", "CHANGED_MIND", "DAMAGED", "REFUSED"};
    trade::Return request;
    request.id = "R-" + std::to_string(returns_++);
    request.requested = Timestamp(shop_.now);
    request.currency = usd();
    if (random_.below(2) == 0) request.tender = "store_credit";
    auto const* reason = reasons[random_.below(4)];
    for (auto const& line : order.lines) {
      if (!request.lines.empty() && random_.below(2) == 0) continue;
      trade::ReturnLine back;
      back.number = static_cast<std::int32_t>(request.lines.size() + 1);
      back.order = order.id;
      back.order_line = line.number;
      back.item = line.item;
      back.quantity = 1 + random_.below(line.quantity);
      back.claimed_net = Money(random_.below(100'000), usd());
      back.reason = reason;
      back.claimed_condition = "unopened";
      back.service = line.service;
      request.lines.push_back(back);
    }
    if (shop_.send(trade::RequestReturn{request}).state == "in_review") (void)shop_.send(trade::ReturnEvent{request.id, "authorize", "", ""}, "returns_lead");
  }
  void come() {
    trade::ReceiveReturn parcel;
    parcel.id = random_.below(15) == 0 ? "nobody" : some_return();
    if (random_.below(4) == 0) parcel.location = "DC2";
    for (auto lines = 1 + random_.below(2); lines > 0; --lines) {
      trade::ReceiptLine line;
      line.line = static_cast<std::int32_t>(random_.below(4));
      line.item = line.line == 0 ? (random_.below(2) == 0 ? "A" : "B") : "";
      line.quantity = 1 + random_.below(3);
      parcel.lines.push_back(line);
    }
    (void)shop_.send(parcel);
  }
  void look() {
    constexpr char const* conditions[] = {"unopened", "opened", "used", "damaged", "defective"};
    trade::InspectReturn seen;
    seen.id = some_return();
    trade::InspectionLine line;
    line.line = static_cast<std::int32_t>(1 + random_.below(3));
    line.quantity = 1 + random_.below(2);
    line.condition = conditions[random_.below(5)];
    if (random_.below(3) == 0) line.value_loss = Money(random_.below(500), usd());
    if (random_.below(4) == 0) line.accept = random_.below(2) == 0;
    seen.lines.push_back(line);
    (void)shop_.send(seen, "returns_lead");
  }
  void credit() {
    trade::RefundOrder refund;
    refund.order = some_order();
    refund.id = "C-" + std::to_string(credits_++);
    if (random_.below(2) == 0) {
      trade::CreditLine line;
      line.line = static_cast<std::int32_t>(1 + random_.below(3));
      line.shipped = random_.below(2) == 0;
      if (random_.below(2) == 0) line.quantity = 1 + random_.below(2);
      else line.net = Money(random_.below(3'000), usd());
      refund.lines.push_back(line);
    }
    if (random_.below(3) == 0) refund.shipping_left = true;
    else if (random_.below(4) == 0) refund.shipping = Money(random_.below(500), usd());
    if (random_.below(4) == 0 || (refund.lines.empty() && !refund.shipping && !refund.shipping_left)) refund.amount = Money(random_.below(4'000), usd());
    if (random_.below(5) == 0) refund.tender = "store_credit";
    (void)shop_.send(refund);
  }
  /// A refund does not reach the customer: its money is owed until somebody pays it again.
  void give_up() {
    auto const id = random_.below(2) == 0 ? "C-" + std::to_string(random_.below(std::max(credits_, 1))) : some_return() + "/refund";
    for (auto const* event : {"send", "fail", "cancel"}) (void)shop_.send(trade::InstanceEvent{id, event, {}}, "finance");
    if (random_.below(2) == 0) return;
    trade::RefundOrder again;
    again.order = some_order();
    again.id = "C-" + std::to_string(credits_++);
    again.amount = Money(1 + random_.below(5'000), usd());
    (void)shop_.send(again);
  }
  void exchange() {
    trade::ExchangeReturn exchange;
    exchange.id = some_return();
    exchange.line = static_cast<std::int32_t>(1 + random_.below(2));
    exchange.quantity = 1;
    exchange.undo = random_.below(4) == 0;
    exchange.item = random_.below(2) == 0 ? "A" : "B";
    exchange.order = "X-" + std::to_string(exchanges_);
    exchange.charge_accepted = random_.below(2) == 0;
    if (random_.below(2) == 0) exchange.price = Money(random_.below(9'000), usd());
    if (shop_.send(exchange).status == trade::Status::accepted && !exchange.undo) {
      if (random_.below(2) == 0) (void)shop_.event("X-" + std::to_string(exchanges_), "cancel", "order_desk");
      ++exchanges_;
    }
  }

  Random random_;
  Shop shop_;
  std::vector<trade::Order> kept_;
  int orders_ = 0;
  int returns_ = 0;
  int credits_ = 0;
  int exchanges_ = 0;
};

}  // namespace

TEST_CASE("a desk of random days pays back what was paid and no cent more, and goods, money and states agree") {
  auto const* wanted = std::getenv("BYLAW_DESKS");
  auto const desks = wanted == nullptr ? 8 : std::atoi(wanted);
  for (int seed = 1; seed <= desks; ++seed) {
    CAPTURE(seed);
    Desk desk(static_cast<std::uint64_t>(seed), seed % 2 == 0);
    for (int i = 0; i < 300; ++i) {
      desk.step();
      if (i % 60 == 59) desk.check();
    }
    desk.reopen();
    desk.check();
  }
}

TEST_CASE("any partition of a full refund sums to what was paid, in every mode of tax and discount") {
  Random random(7);
  for (int round = 0; round < 3'000; ++round) {
    auto const order = random_order(random, "O", 0);
    auto const amounts = *trade::amounts_of(order);
    std::vector<returns::LineState> states(order.lines.size());
    std::int64_t goods = 0;
    std::int64_t goods_tax = 0;
    for (std::size_t i = 0; i < states.size(); ++i) {
      states[i] = {amounts[i], order.lines[i].net.amount_minor(), order.lines[i].quantity, 0, 0, 0, 0, 0, !order.lines[i].service};
      if (order.lines[i].service) continue;
      goods += amounts[i].gross.amount_minor();
      goods_tax += amounts[i].tax.amount_minor();
    }
    bool const recompute = round % 2 == 0;
    std::int64_t paid = 0;
    std::int64_t tax = 0;
    for (bool left = true; left;) {
      left = false;
      for (std::size_t i = 0; i < states.size(); ++i) {
        if (!states[i].goods) continue;
        states[i].now = random.below(states[i].sold - states[i].back + 1);
        states[i].back += states[i].now;
        left = left || states[i].back < states[i].sold;
      }
      auto const parts = recompute ? returns::parts_recomputed(states, order.discounts) : returns::parts_keeping_shares(states);
      for (std::size_t i = 0; i < states.size(); ++i) {
        if (!states[i].goods) continue;
        REQUIRE(parts[i].gross >= 0);
        REQUIRE(parts[i].tax >= 0);
        REQUIRE(parts[i].tax <= parts[i].gross);
        states[i].refunded += parts[i].gross;
        states[i].tax_refunded += parts[i].tax;
        paid += parts[i].gross;
        tax += parts[i].tax;
      }
      REQUIRE(paid <= goods);
    }
    CHECK_MESSAGE(paid == goods, "round " << round);
    if (!recompute) CHECK_MESSAGE(tax == goods_tax, "round " << round);
  }
}

TEST_CASE("what goes to tenders and what has no place is the whole, and none gets more than it has left") {
  Random random(3);
  constexpr char const* words[] = {"original_tender", "original_last", "original_ratio", "gift_card", "store_credit", "card", "bank_transfer"};
  for (int round = 0; round < 5'000; ++round) {
    std::vector<returns::Payment> payments;
    for (auto count = random.below(4); count > 0; --count) {
      auto const captured = 1 + random.below(5'000);
      payments.push_back({"P" + std::to_string(count), random.below(2) == 0 ? "card" : "gift_card", captured, random.below(captured + 1)});
    }
    std::vector<std::string> tenders;
    for (auto count = 1 + random.below(3); count > 0; --count) tenders.emplace_back(words[random.below(7)]);
    auto const amount = random.below(12'000);
    auto const placement = returns::place(amount, tenders, random.below(3) == 0, payments);
    auto sum = placement.unplaced;
    for (auto const& placed : placement.placed) {
      CHECK(placed.amount > 0);
      sum += placed.amount;
      for (auto const& payment : payments) CHECK_FALSE((payment.id == placed.payment && placed.amount > payment.left));
    }
    CHECK(sum == amount);
  }
}
