// Supply, what channels were told, and who else wants stock.
#include <bylaw/store/supplies.hpp>

#include <algorithm>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

namespace {

constexpr char const* supply_columns = "supply, kind, item, location, from_location, ordered, received, due, tolerance_percent, sent, closed, cause";

trade::SupplyRow read_supply(Statement& q) {
  trade::SupplyRow row;
  row.supply = q.text();
  row.kind = q.text();
  row.item = q.text();
  row.location = q.text();
  row.from = q.text();
  row.ordered = q.number();
  row.received = q.number();
  row.due = Timestamp(q.number());
  row.tolerance_percent = q.number();
  row.sent = q.number() != 0;
  row.closed = q.number() != 0;
  row.cause = q.text();
  return row;
}

trade::FeedRow read_feed(Statement& q) {
  trade::FeedRow row;
  row.channel = q.text();
  row.item = q.text();
  row.location = q.text();
  row.number = q.number();
  row.quantity = q.number();
  row.total = q.number();
  row.on_hand = q.number();
  row.reserved = q.number();
  row.rule = q.text();
  row.at = Timestamp(q.number());
  return row;
}
constexpr char const* feed_columns = "channel, item, location, number, quantity, total, on_hand, reserved, rule, at";

std::string select(char const* columns, char const* rest) { return "SELECT " + std::string(columns) + " FROM " + rest; }

}  // namespace

Result<std::vector<trade::SupplyRow>> Supplies::lines_of(std::string_view supply) {
  std::vector<trade::SupplyRow> out;
  if (impl_->last(Journal::supply_event) == 0) return out;
  Statement q(impl_->db.get(), select(supply_columns, "supply_now WHERE supply=?1 ORDER BY item, location").c_str());
  q.reset().bind(supply);
  while (q.step()) out.push_back(read_supply(q));
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<trade::SupplyRow>> Supplies::open_of(std::string_view item) {
  std::vector<trade::SupplyRow> out;
  if (impl_->last(Journal::supply_event) == 0) return out;
  Statement q(impl_->db.get(), select(supply_columns, "supply_now WHERE item=?1 AND closed=0 ORDER BY due, supply, location").c_str());
  q.reset().bind(item);
  while (q.step()) out.push_back(read_supply(q));
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<std::string>> Supplies::overdue_items(Timestamp now) {
  std::vector<std::string> out;
  if (impl_->last(Journal::supply_event) == 0) return out;
  Statement q(impl_->db.get(), "SELECT DISTINCT item FROM supply_now WHERE closed=0 AND due<?1 ORDER BY item");
  q.reset().bind(now.value);
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<std::string>> Supplies::promised_items() {
  std::vector<std::string> out;
  if (!impl_->flush_transfers()) return impl_->fail();
  Statement q(impl_->db.get(), "SELECT DISTINCT item FROM promise_open WHERE stands_on='supply' OR behind != '' ORDER BY item");
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<trade::FeedRow>> Supplies::told(std::string_view channel, std::string_view item) {
  std::vector<trade::FeedRow> out;
  if (impl_->last(Journal::feed_event) == 0) return out;
  Statement q(impl_->db.get(), select(feed_columns, "feed_now WHERE item=?1 AND channel=?2").c_str());
  q.reset().bind(item).bind(channel);
  while (q.step()) out.push_back(read_feed(q));
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::int64_t> Supplies::last_number(std::string_view channel) {
  Statement q(impl_->db.get(), "SELECT coalesce(max(number), 0) FROM feed_event WHERE channel=?1");
  std::int64_t out = 0;
  if (q.reset().bind(channel).step()) out = q.number();
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<trade::FeedRow>> Supplies::feed_after(std::string_view channel, std::int64_t number, std::int64_t count_max) {
  std::vector<trade::FeedRow> out;
  Statement q(impl_->db.get(), select(feed_columns, "feed_event WHERE channel=?1 AND number>?2 ORDER BY number LIMIT ?3").c_str());
  q.reset().bind(channel).bind(number).bind(count_max);
  while (q.step()) out.push_back(read_feed(q));
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<std::string>> Supplies::waiting_orders(std::int64_t count_max) {
  std::vector<std::string> out;
  if (!impl_->flush_steps()) return impl_->fail();
  Statement q(impl_->db.get(), "SELECT subject FROM instance WHERE workflow='order' AND closed=0 AND state='released' ORDER BY seq LIMIT ?1");
  q.reset().bind(count_max);
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<Money>> Supplies::open_orders(std::string_view customer, std::string_view except, bool invoiced) {
  std::vector<Money> out;
  if (customer.empty()) return out;
  Statement q(impl_->db.get(),
              "SELECT d.currency, sum(d.total - coalesce((SELECT sum(p.amount) FROM payment_event p WHERE p.order_id=d.id AND p.what='credited'), 0)) FROM "
              "order_doc d JOIN instance i ON i.subject=d.id WHERE d.customer=?1 AND d.customer != '' AND d.id != ?2 AND "
              "i.closed=0 AND (substr(i.state, 1, 8) = 'invoiced') = ?3 AND d.revision=(SELECT max(x.revision) FROM order_doc x WHERE x.id=d.id) AND NOT "
              "EXISTS (SELECT 1 FROM order_fact f WHERE f.order_id=d.id AND f.path='order.paid_in_full' AND f.value='true') GROUP BY d.currency");
  q.reset().bind(customer).bind(except).bind(std::int64_t{invoiced});
  while (q.step()) {
    auto const currency = Currency::find(q.text());
    out.emplace_back(q.number(), currency);
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::string> Supplies::similar_order(trade::Order const& order, Timestamp from) {
  std::string out;
  Statement q(
      impl_->db.get(),
      "SELECT d.id FROM order_doc d WHERE d.customer=?1 AND d.customer != '' AND d.id != ?2 AND d.total=?3 AND d.currency=?4 AND d.placed BETWEEN ?5 AND "
      "?6 AND (SELECT group_concat(item || ' ' || quantity) FROM (SELECT item, quantity FROM order_line l WHERE l.order_seq=d.seq ORDER BY item, "
      "quantity)) = ?7 ORDER BY d.seq DESC LIMIT 1");
  std::vector<std::pair<std::string, std::int64_t>> lines;
  for (auto const& line : order.lines) lines.emplace_back(line.item, line.quantity);
  std::sort(lines.begin(), lines.end());
  std::string content;
  for (auto const& [item, quantity] : lines) content += (content.empty() ? "" : ",") + item + " " + std::to_string(quantity);
  q.reset().bind(order.customer.id).bind(order.id).bind(order.total.amount_minor()).bind(order.currency.code()).bind(from.value).bind(order.placed.value);
  if (q.bind(content).step()) out = q.text();
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::string> Supplies::customer_of_email(std::string_view email, std::string_view except) {
  std::string out;
  if (email.empty()) return out;
  Statement q(impl_->db.get(),
              "SELECT v.person FROM personal p JOIN personal_value v ON v.seq=p.seq WHERE p.value=?1 AND instr(p.value, '@')>0 AND v.path='customer.email' AND "
              "v.person != ?2 AND "
              "substr(v.person, 1, 6) != 'order:' ORDER BY v.seq LIMIT 1");
  if (q.reset().bind(email).bind(except).step()) out = q.text();
  if (q.failed()) return impl_->fail();
  return out;
}

bool Supplies::has_entries(std::string_view kind) {
  auto& s = *impl_;
  if (!s.kinds_known) {
    Statement q(s.db.get(), "SELECT DISTINCT kind FROM catalog_entry");
    while (q.step()) s.kinds.insert(q.text());
    s.kinds_known = !q.failed();
    if (!s.kinds_known) return true;
  }
  return s.kinds.find(kind) != s.kinds.end();
}

Result<std::vector<std::pair<std::string, std::string>>> Supplies::entries(std::string_view kind, std::string_view prefix, Timestamp at) {
  std::vector<std::pair<std::string, std::string>> out;
  Statement q(impl_->db.get(),
              "SELECT c.id, c.body FROM catalog_entry c WHERE c.kind=?1 AND c.id>=?2 AND c.id<?2 || char(1114111) AND c.removed=0 AND c.seq = (SELECT "
              "x.seq FROM catalog_entry x WHERE x.kind=?1 AND x.id=c.id AND x.effective<=?3 ORDER BY x.effective DESC, x.seq DESC LIMIT 1) ORDER BY c.id");
  q.reset().bind(kind).bind(prefix).bind(at.value);
  while (q.step()) {
    auto id = q.text();
    out.emplace_back(std::move(id), q.text());
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<std::string>> Supplies::shipped_lot(std::string_view item, std::string_view lot) {
  std::vector<std::string> out;
  if (!impl_->flush_transfers()) return impl_->fail();
  Statement q(impl_->db.get(), "SELECT DISTINCT reference FROM lot_out WHERE item=?1 AND lot=?2 AND reference != '' ORDER BY reference");
  q.reset().bind(item).bind(lot);
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<Supplies::SentLot>> Supplies::lots_on_the_way(std::string_view promised_as, std::string_view received_as, std::string_view item,
                                                                 std::string_view from, std::string_view to) {
  std::vector<SentLot> out;
  if (!impl_->flush_transfers()) return impl_->fail();
  Statement q(impl_->db.get(),
              "SELECT lot, sum(units) AS units FROM (SELECT a.detail AS lot, t.amount AS units, t.seq FROM transfer t JOIN transfer p ON p.seq = t.target JOIN "
              "account a ON a.seq = p.debit + 1 JOIN account c ON c.seq = p.credit + 1 WHERE t.reference = ?1 AND t.kind = 2 AND a.unit = ?3 AND a.place = ?4 "
              "AND c.place = 'in_transit:' || ?4 || '>' || ?5 UNION ALL SELECT c.detail, -t.amount, t.seq FROM transfer t JOIN account a ON a.seq = t.debit + "
              "1 JOIN account c ON c.seq = t.credit + 1 WHERE t.reference = ?2 AND t.kind = 0 AND c.unit = ?3 AND a.place = 'in_transit:' || ?4 || '>' || ?5) "
              "GROUP BY lot ORDER BY min(seq)");
  q.reset().bind(promised_as).bind(received_as).bind(item).bind(from).bind(to);
  while (q.step()) {
    SentLot one;
    one.lot = q.text();
    one.units = q.number();
    if (one.units > 0) out.push_back(std::move(one));
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<bool> Supplies::shipped_by_lot(std::string_view order, std::string_view item) {
  if (!impl_->flush_transfers()) return impl_->fail();
  Statement q(
      impl_->db.get(),
      "SELECT coalesce(min(a.detail != ''), 0) FROM transfer t JOIN transfer p ON p.seq = CASE t.kind WHEN 2 THEN t.target ELSE t.seq END JOIN account a "
      "ON a.seq = p.debit + 1 JOIN account c ON c.seq = p.credit + 1 WHERE t.reference = ?1 AND t.kind IN (0, 2) AND a.kind = 0 AND a.unit = ?2 AND "
      "c.place = 'customer'");
  bool const all = q.reset().bind(order).bind(item).step() && q.number() != 0;
  if (q.failed()) return impl_->fail();
  return all;
}

}  // namespace bylaw::inline v0::store
