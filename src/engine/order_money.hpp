#pragma once
#include <bylaw/returns/refund.hpp>
#include <bylaw/returns/tenders.hpp>
#include <bylaw/store/refunds.hpp>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// What an order came to, what was paid for it, and what went back, as this command has left it so far.
struct OrderMoney {
  trade::Order order;
  std::vector<trade::LineAmounts> amounts;  ///< per line
  std::vector<returns::Payment> payments;
  std::vector<trade::PaymentRow> rows;  ///< what came and went, in order
  std::vector<trade::RefundRow> refunds;
  bool paid = false;       ///< in full
  bool invoiced = false;   ///< what was not paid is on account
  bool cancelled = false;  ///< nothing of it was sold

  [[nodiscard]] std::int64_t captured() const noexcept;
  /// What can still be paid back: captured less charged back and refunded.
  [[nodiscard]] std::int64_t left() const noexcept;
  /// What was taken off the account of the customer.
  [[nodiscard]] std::int64_t taken_off() const noexcept;
  /// What refunds came to, less what is kept of it, and with what was paid too much.
  [[nodiscard]] std::int64_t credited() const noexcept;
  /// Of it, what was paid too much: it came off no sale.
  [[nodiscard]] std::int64_t overpaid_back() const noexcept;
  /// What was paid beyond what the order comes to and has not gone back; 0 until it is invoiced.
  [[nodiscard]] std::int64_t overpaid() const noexcept;
  /// What the customer still owes on account: a refund is taken off that first.
  [[nodiscard]] std::int64_t open_on_account() const noexcept;
  /// What refunds came to and has not reached the customer: it was given up, or had no tender to go to.
  [[nodiscard]] std::int64_t owed() const noexcept;
  /// Index of a line by its number; the count of lines when there is none.
  [[nodiscard]] std::size_t index_of(std::int32_t line) const noexcept;
  /// Units of a line that refunds have taken back.
  [[nodiscard]] std::int64_t units_back(std::int32_t line) const noexcept;
  [[nodiscard]] std::int64_t shipping_total() const noexcept;
  [[nodiscard]] std::int64_t shipping_refunded() const noexcept { return shipping_in(refunds); }
  /// Of parts of refunds, what is for shipping: as such, or as the line that it is charged by.
  [[nodiscard]] std::int64_t shipping_in(std::vector<trade::RefundRow> const& rows) const noexcept;
  /// What so much of a payment is in the currency of the books, at the rate at which it came; nothing: it came in the order's.
  [[nodiscard]] std::optional<Money> booked_share(std::string const& payment, std::int64_t amount) const;
  /// Every line as a refund sees it, with what is back so far.
  [[nodiscard]] std::vector<returns::LineState> states() const;
  /// What the parts of shipping that are paid back contain of tax, for so much of it.
  [[nodiscard]] std::int64_t shipping_tax(std::int64_t gross) const noexcept;
};

/// Errors: `unknown_order`.
[[nodiscard]] Result<OrderMoney> money_of(Context& context, std::string const& order);

/// Takes a payment, or what went back of it, into what is left of each.
void count_payment(std::vector<returns::Payment>& payments, trade::PaymentRow const& row);
/// More was paid back by new tenders than by the payments they stand for: what is left shrinks all the same, the last payment first.
void count_new_tenders(std::vector<returns::Payment>& payments, std::int64_t amount);

/// What of an order needs no payment any more: what was captured, and what was taken off its account. Minor units.
[[nodiscard]] Result<std::int64_t> settled_for(Context& context, std::string const& order);

/// Among the attributes of an order that replaces units of another: that order, whose payments paid for it.
inline constexpr std::string_view exchange_for_path = "order.exchange_for";

/// The kind of a part of a refund that gives back what was paid too much.
inline constexpr std::string_view overpaid_kind = "overpaid";

/// A refund that is to be paid, by the parts it is made of.
struct Payout {
  std::string id;
  std::string return_id;  ///< empty: none
  std::vector<trade::RefundRow> rows;
  std::vector<std::string> tenders;  ///< as a policy names them
  bool chosen = false;               ///< the customer has chosen the tender
  std::int64_t valid_until = 0;      ///< of store credit, milliseconds UTC; 0: without end
  bool cap = false;                  ///< pay what is left rather than refuse
  std::int64_t owed = 0;             ///< minor units of earlier refunds that did not reach the customer: paid again, and not credited again
  std::string reason;
};

/// Pays: refuses what is more than is left (`above_remaining`) or cuts it down, finds where it goes, books it, starts an instance of `refund`
/// for each tender, and opens an exception for what has no place. `paid` is what went out.
[[nodiscard]] Result<void> pay_out(Context& context, OrderMoney& money, Payout payout, Money& paid);

/// A refund that was given up: its money has not left. It can be paid back again, and is owed until somebody does.
[[nodiscard]] Result<void> take_back_refund(Context& context, store::StoredInstance const& refund);

}  // namespace bylaw::inline v0::engine
