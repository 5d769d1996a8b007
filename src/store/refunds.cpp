// Payments, units that come back, refunds: written, and read again.
#include <bylaw/store/refunds.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

bool Store::Impl::write_refunds(trade::Changes const& changes, std::int64_t command_seq, Timestamp at) {
  for (auto const& r : changes.payments) {
    // Texts are bound by reference: they live until the row is written.
    auto const currency = r.amount.currency();
    auto const booked_currency = r.booked ? r.booked->currency() : Currency{};
    auto& row = this->row(Journal::payment_event);
    row.bind(command_seq).bind(r.order).bind(r.payment).bind(r.tender).bind(r.what).bind(r.amount.amount_minor()).bind(currency.code());
    row.bind(r.refund).bind(r.booked ? r.booked->amount_minor() : 0);
    if (!row.bind(r.booked ? booked_currency.code() : std::string_view{}).bind(at.value).run()) return false;
  }
  for (auto const& r : changes.return_moves) {
    auto& row = this->row(Journal::return_move);
    row.bind(command_seq).bind(r.return_id).bind(std::int64_t{r.line}).bind(r.what).bind(r.quantity).bind(r.item).bind(r.location).bind(r.lot);
    if (!row.bind(r.condition).bind(r.disposition).bind(r.amount_minor).bind(r.cost_minor).bind(at.value).run()) return false;
  }
  for (auto const& r : changes.refunds) {
    auto& row = this->row(Journal::refund_part);
    row.bind(command_seq).bind(r.refund).bind(r.order).bind(std::int64_t{r.order_line}).bind(r.return_id).bind(std::int64_t{r.return_line}).bind(r.kind);
    row.bind(r.quantity).bind(r.currency.code()).bind(r.gross).bind(r.tax).bind(r.discount).bind(r.fee).bind(r.fee_tax);
    if (!row.bind(r.reason).bind(at.value).run()) return false;
  }
  return true;
}

Result<std::vector<trade::PaymentRow>> Refunds::payments_of(std::string_view order) {
  std::vector<trade::PaymentRow> out;
  if (impl_->last(Journal::payment_event) == 0) return out;
  auto& q = impl_->payments.reset().bind(order);
  while (q.step()) {
    trade::PaymentRow row;
    row.order = std::string(order);
    row.payment = q.text();
    row.tender = q.text();
    row.what = q.text();
    auto const amount = q.number();
    row.amount = Money(amount, Currency::find(q.text()));
    row.refund = q.text();
    auto const booked = q.number();
    if (auto const currency = q.text(); !currency.empty()) row.booked = Money(booked, Currency::find(currency));
    out.push_back(std::move(row));
  }
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

Result<std::vector<trade::ReturnMoveRow>> Refunds::moves_of(std::string_view return_id) {
  std::vector<trade::ReturnMoveRow> out;
  if (impl_->last(Journal::return_move) == 0) return out;
  auto& q = impl_->return_moves.reset().bind(return_id);
  while (q.step()) {
    trade::ReturnMoveRow row;
    row.return_id = std::string(return_id);
    row.line = static_cast<std::int32_t>(q.number());
    row.what = q.text();
    row.quantity = q.number();
    row.item = q.text();
    row.location = q.text();
    row.lot = q.text();
    row.condition = q.text();
    row.disposition = q.text();
    row.amount_minor = q.number();
    row.cost_minor = q.number();
    out.push_back(std::move(row));
  }
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

Result<std::vector<trade::RefundRow>> Refunds::refunds_of(std::string_view order) {
  std::vector<trade::RefundRow> out;
  if (impl_->last(Journal::refund_part) == 0) return out;
  auto& q = impl_->refund_parts.reset().bind(order);
  while (q.step()) {
    trade::RefundRow row;
    row.refund = q.text();
    row.order = std::string(order);
    row.order_line = static_cast<std::int32_t>(q.number());
    row.return_id = q.text();
    row.return_line = static_cast<std::int32_t>(q.number());
    row.kind = q.text();
    row.quantity = q.number();
    row.currency = Currency::find(q.text());
    row.gross = q.number();
    row.tax = q.number();
    row.discount = q.number();
    row.fee = q.number();
    row.fee_tax = q.number();
    row.reason = q.text();
    out.push_back(std::move(row));
  }
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

Result<Refunds::Cost> Refunds::issued_for(std::string_view reference, std::string_view item, std::string_view lot) {
  Cost out;
  if (impl_->last(Journal::cost_move) == 0) return out;
  Statement q(impl_->db.get(),
              "SELECT sum(m.quantity), -sum(m.value_change), max(a.unit) FROM cost_move m JOIN cost_pool p ON p.seq = m.pool + 1 JOIN account a ON a.seq = "
              "p.inventory + 1 WHERE m.reference = ?1 AND p.item = ?2 AND m.kind = 1 AND (?3 = '' OR substr(p.place, -length(?3) - 1) = '#' || ?3) HAVING "
              "count(*) > 0");
  if (q.reset().bind(reference).bind(item).bind(lot).step()) {
    out.quantity = q.number();
    out.value = q.number();
    out.currency = Currency::find(q.text());
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<Refunds::Cost> Refunds::came_back(std::string_view order, std::string_view item, std::string_view lot) {
  Cost out;
  if (impl_->last(Journal::return_move) == 0) return out;
  Statement q(impl_->db.get(),
              "SELECT coalesce(sum(m.quantity), 0), coalesce(sum(m.cost), 0) FROM return_line l JOIN return_move m ON m.return_id = l.return_id AND m.line = "
              "l.number AND m.what = 'received' WHERE l.order_id = ?1 AND m.item = ?2 AND (?3 = '' OR m.lot = ?3)");
  if (q.reset().bind(order).bind(item).bind(lot).step()) {
    out.quantity = q.number();
    out.value = q.number();
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<bool> Refunds::was_received(std::int64_t pool, std::string_view reference) {
  if (impl_->last(Journal::cost_move) == 0) return false;
  Statement q(impl_->db.get(), "SELECT 1 FROM cost_move WHERE pool=?1 AND kind=0 AND reference=?2 LIMIT 1");
  bool const found = q.reset().bind(pool).bind(reference).step();
  if (q.failed()) return impl_->fail();
  return found;
}

Result<bool> Refunds::is_receipt(std::int64_t cost_move, std::string_view reference) {
  Statement q(impl_->db.get(), "SELECT 1 FROM cost_move WHERE seq=?1 AND kind=0 AND reference=?2");
  bool const found = q.reset().bind(cost_move).bind(reference).step();
  if (q.failed()) return impl_->fail();
  return found;
}

}  // namespace bylaw::inline v0::store
