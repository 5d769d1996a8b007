#pragma once
#include <bylaw/store/refunds.hpp>

#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

/// Units of a line of a return by what became of them.
struct ReturnCounts {
  std::int64_t received = 0;
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::int64_t exchanged = 0;
  std::int64_t released = 0;  ///< never came, and are the sale's again

  [[nodiscard]] std::int64_t inspected() const noexcept { return accepted + rejected; }
};

/// What a command says of a return beside its event; empty: everything that is due.
struct ReturnWork {
  std::string condition;  ///< that everything is in
  std::string location;
  std::vector<trade::ReceiptLine> received;
  std::vector<trade::InspectionLine> inspected;
};

/// A return that moves: its actions receive goods, send them where they belong, and pay back.
class ReturnSubject : public Subject {
 public:
  store::StoredReturn stored;
  std::vector<trade::ReturnMoveRow> moves;  ///< with those of this command
  ReturnWork work;

  /// Refuses with `unknown_return`.
  [[nodiscard]] Result<void> load(Context& context, std::string const& id);
  [[nodiscard]] Result<void> reload(Context& context) override { return load(context, instance.stored.subject); }
  /// What was paid back or exchanged already is not given back to the sale: `units_settled`.
  [[nodiscard]] Result<void> assert_event(Context& context, std::string const& event, trade::Actor const& by) override;

  /// An event that a command speaks of: what the command says is in `work`.
  [[nodiscard]] Result<void> happen(Context& context, std::string const& event);

  /// Whether the line was authorized, by the policy or by a person.
  [[nodiscard]] static bool counts(trade::ReturnLineRow const& row) { return row.verdict != "deny" && !row.line.order.empty(); }
  [[nodiscard]] ReturnCounts count(std::int32_t line) const;
  /// Units of a line that were paid back, of the refunds of its order: what is exchanged is counted by itself.
  [[nodiscard]] std::int64_t refunded(std::vector<trade::RefundRow> const& refunds, std::int32_t line) const;
  [[nodiscard]] trade::ReturnLineRow const* find(std::int32_t line) const;
  void note(Context& context, trade::ReturnMoveRow row);
  /// Brings what is booked as owed for it to what is to be expected now, in the books of each order's company.
  [[nodiscard]] Result<void> accrue(Context& context);

  // return_receipt.cpp
  [[nodiscard]] Result<void> receive(Context& context);
  // return_inspection.cpp
  [[nodiscard]] Result<void> inspect(Context& context);
  // return_refund.cpp
  [[nodiscard]] Result<void> refund(Context& context);

 private:
  [[nodiscard]] Result<Frames> frames(Context& context) override;
  [[nodiscard]] Result<void> act(Context& context, std::string const& action) override;
  [[nodiscard]] Result<void> arrived(Context& context) override;
  [[nodiscard]] std::int64_t accrued(std::int32_t line) const;
  void add_accrual(Context& context, std::int32_t line, Money more, std::vector<ledger::Transfer>& group);
  [[nodiscard]] Result<void> give_back_claims(Context& context);
  [[nodiscard]] Result<void> tell_missing(Context& context, trade::ReturnLineRow const& row, std::int64_t units);
};

/// Units that rules are asked about: how many, after how many of the same line of the order, and what was found.
struct Asked {
  std::int64_t quantity = 0;
  std::int64_t before = 0;
  std::string condition{};  ///< inspected
  std::optional<Money> value_loss{};
};

/// A line of a return with the sale that it belongs to, as the rules see it.
struct ReturnedLine {
  OrderView view;
  trade::Item const* item = nullptr;
  rulebook::ReturnFacts facts;

  [[nodiscard]] Result<void> look(Context& context, trade::Return const& request, trade::ReturnLineRow const& row);
  /// Sets what is asked about.
  void ask(Asked const& asked);
  [[nodiscard]] Result<policy::ReturnDecision> decide(Version const& version, Timestamp at) const;
};

/// Where goods go that come back: the place that was named, or the preferred one. Errors: `no_location`, `unknown_location`.
[[nodiscard]] Result<std::string> place_for_returns(Context& context, std::string const& named);

/// What units cost when they left for an order, by the cost moves of its shipment or the item's unit cost; nothing when neither is known.
/// `earlier`: that came back in the same command.
[[nodiscard]] Result<std::optional<Money>> original_cost(Context& context, std::string const& order, trade::Item const& item, std::string const& lot,
                                                         std::int64_t units, store::Refunds::Cost const& earlier);

}  // namespace bylaw::inline v0::engine
