#pragma once
#include <optional>
#include <string>

#include <bylaw/finance/legs.hpp>
#include <bylaw/ledger/ledger.hpp>
#include <bylaw/orders/holds.hpp>
#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/trade/journal.hpp>

namespace bylaw::inline v0::engine {

/// Everything one command works with: it reads through the store, moves the ledger under the
/// engine's undo log, and collects what is to be written. A failed Result refuses the command
/// (codes of the trade) or fails the group (codes `store_*`).
struct Context {
  rulebook::Rulebook const& book;
  store::Store& store;
  ledger::Ledger& ledger;
  trade::Command const& command;
  trade::Changes changes{};
  trade::Outcome outcome{};
  std::string state_before{};  ///< of the order or return, for the outcome of a refusal

  [[nodiscard]] ledger::AccountIndex stock(std::string const& item, std::string const& location, std::string const& status);
  /// A virtual account of an item: supplier, customer, scrap. It makes the item sum to zero.
  [[nodiscard]] ledger::AccountIndex outside(std::string const& item, std::string const& who);
  [[nodiscard]] ledger::AccountIndex books(Currency currency, std::string const& account);
  /// Applies one group to the ledger and keeps its entries for the journal.
  [[nodiscard]] Result<void> apply(std::vector<ledger::Transfer> group);
  void add_legs(std::vector<ledger::Transfer>& group, std::vector<finance::Leg> const& legs, std::string const& reference);
  void announce(std::string type, std::string const& subject, std::string const& state);
  void moved(std::string const& subject, workflow::Definition const& definition, std::string const& event, std::string const& from, std::string const& to);
  [[nodiscard]] Unexpected<Error> refuse(std::string code, std::string message, std::string remedy = {}) const;
};

/// The actions that workflows may name. `act` of orders and of returns does them.
inline constexpr std::string_view order_actions[] = {"reserve_stock", "release_stock", "ship_stock", "record_delivery", "post_invoice", "post_payment"};
inline constexpr std::string_view return_actions[] = {"receive_goods", "disposition_goods", "post_refund", "approve_reviewed"};

[[nodiscard]] Result<void> run_command(Context& context);

// One function per kind of command; each fills outcome and changes.
[[nodiscard]] Result<void> run(Context& context, trade::DefineItem const& body);
[[nodiscard]] Result<void> run(Context& context, trade::DefineLocation const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReceiveStock const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ImportOrder const& body);
[[nodiscard]] Result<void> run(Context& context, trade::OrderEvent const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReleaseHold const& body);
[[nodiscard]] Result<void> run(Context& context, trade::RequestReturn const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReturnEvent const& body);

/// An order as the rules see it, with the records it points to kept alive.
struct OrderView {
  store::StoredOrder stored;
  std::vector<std::optional<trade::Item>> items;
  std::vector<trade::HoldRow> holds;
  rulebook::OrderFacts facts;
};
/// Fills items and facts of a view whose `stored` and `holds` are set.
[[nodiscard]] Result<void> complete(Context& context, OrderView& view, bool paid);

/// The reservation of an order: how much, what to do when stock is short.
enum class Reservation : std::uint8_t { full, backordered, cancelled, held };
[[nodiscard]] Result<Reservation> reserve(Context& context, OrderView& view);

/// Answers the guards of a workflow from the facts of an order.
class OrderGuards {
 public:
  OrderGuards(Context& context, rulebook::OrderFacts const& facts) : context_(context), facts_(facts) {}
  [[nodiscard]] workflow::Guards guards();
  Error error;

 private:
  Context& context_;
  rulebook::OrderFacts const& facts_;
  std::optional<policy::Frame> frame_;
};

/// Turns what a workflow did with an event into a refusal, or nothing when it moved.
[[nodiscard]] Result<void> check_step(Context const& context, workflow::Definition const& definition, workflow::Step const& step, std::string const& event,
                                      std::string const& state);

}  // namespace bylaw::inline v0::engine
