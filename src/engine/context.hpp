#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <bylaw/engine/health.hpp>
#include <bylaw/finance/legs.hpp>
#include <bylaw/ledger/ledger.hpp>
#include <bylaw/orders/holds.hpp>
#include <bylaw/policy/decision.hpp>
#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/trade/journal.hpp>
#include <bylaw/wire/json.hpp>

#include "engine/versions.hpp"

namespace bylaw::inline v0::engine {

/// Everything one command works with: it reads through the store, moves the ledger under the
/// engine's undo log, and collects what is to be written. A failed Result refuses the command
/// (codes of the trade) or fails the group (codes `store_*`).
struct Context {
  store::Store& store;
  ledger::Ledger& ledger;
  Versions& versions;
  trade::Command const& command;
  Version const* version;  ///< that decides about what the command is about
  trade::Changes changes{};
  trade::Outcome outcome{};
  std::string state_before{};            ///< of the order or return, for the outcome of a refusal
  std::vector<std::string> closed{};     ///< subjects that this command has finished
  HealthLimits const* limits = nullptr;  ///< for `check_health`
  std::set<std::string> freed{};         ///< items of which somebody has given something back
  std::string cause{};                   ///< why promises are looked at again
  std::string company = "main";          ///< whose books are meant
  /// In a wave: what each order may have of items that are scarce.
  std::map<std::string, std::map<std::string, std::int64_t>> caps{};
  std::map<std::string, std::size_t> state_events{};  ///< per subject: which of `changes.events` tells its state

  [[nodiscard]] rulebook::Rulebook const& book() const noexcept { return version->book; }
  /// From here on the version decides that is in force for this order.
  void decide_about(trade::Order const& order) {
    version = &versions.deciding(order);
    books_of(order);
  }
  /// Whose books are meant from here on.
  void books_of(trade::Order const& order) { company = order.company.empty() ? "main" : order.company; }
  [[nodiscard]] ledger::AccountIndex stock(std::string const& item, std::string const& location, std::string const& status);
  /// Stock that can be promised, of a lot or of none.
  [[nodiscard]] ledger::AccountIndex shelf(std::string const& item, std::string const& location, std::string const& lot,
                                           std::string const& status = "available");
  /// A lot as a receipt tells it: dates that it does not tell, and when the lot came first, stay as they are.
  [[nodiscard]] ledger::Lot lot(std::string const& item, std::string const& name, Timestamp removal, Timestamp expires) const;
  /// A virtual account of an item: supplier, customer, scrap. It makes the item sum to zero.
  [[nodiscard]] ledger::AccountIndex outside(std::string const& item, std::string const& who);
  [[nodiscard]] ledger::AccountIndex books(Currency currency, std::string const& account);
  /// Applies one group to the ledger and keeps its entries for the journal.
  [[nodiscard]] Result<void> apply(std::vector<ledger::Transfer> group);
  [[nodiscard]] Result<void> apply(ledger::Group event, ledger::Applied& applied);
  void add_legs(std::vector<ledger::Transfer>& group, std::vector<finance::Leg> const& legs, std::string const& reference);
  void announce(std::string type, std::string const& subject, std::string const& state);
  /// That a subject has come to a state; of several in one command the last is told.
  void announce_state(std::string const& workflow, std::string const& subject, std::string const& state);
  /// An instance as this command has left it so far.
  [[nodiscard]] Result<std::optional<store::StoredInstance>> instance(std::string const& subject);
  /// Lines of a supply, and open lines of an item, as this command has left them so far.
  [[nodiscard]] Result<std::vector<trade::SupplyRow>> supply_lines(std::string const& supply);
  [[nodiscard]] Result<std::vector<trade::SupplyRow>> supplies_of(std::string const& item);
  [[nodiscard]] Result<std::vector<store::StoredInstance>> children_of(store::StoredInstance const& parent);
  [[nodiscard]] Unexpected<Error> refuse(std::string code, std::string message, std::string remedy = {}) const;
};

/// Stock and what it cost are in the books of the company that owns it, whoever sold it: `main`.
class StockBooks {
 public:
  explicit StockBooks(Context& context) : context_(context), company_(std::exchange(context.company, "main")) {}
  ~StockBooks() { context_.company = std::move(company_); }
  StockBooks(StockBooks const&) = delete;
  StockBooks& operator=(StockBooks const&) = delete;

 private:
  Context& context_;
  std::string company_;
};

/// What the ledger calls the promises of a supply: no order or reservation can be called so.
[[nodiscard]] inline std::string supply_reference(std::string const& supply) { return "supply:" + supply; }

/// Whether something new may be called this. Errors: `id_taken`, `id_too_long`, `reserved_id` (the engine calls its own so).
[[nodiscard]] Result<void> check_free_id(Context& context, std::string const& id);

/// Whether a fact of an order, with or without `order.` before its path, is personal.
[[nodiscard]] bool is_personal(std::vector<std::string> const& paths, std::string const& path);

/// Whether a record will be read back as it was written: a host's own structs may have texts that are no UTF-8, and numbers of more than 18
/// digits. Errors: `unreadable`.
template <class Record>
[[nodiscard]] Result<void> check_readable(Context const& context, std::string const& json, Result<Record> (*parse)(wire::Json const&)) {
  auto const read = wire::parse_json(json);
  auto const record = read ? parse(*read) : Result<Record>(Unexpected{read.error()});
  if (record) return {};
  return context.refuse("unreadable", "it could not be read again: " + record.error().message, "write texts as UTF-8, and numbers of at most 18 digits");
}

struct Instance;

/// Whether a name that a person gives can stand in the names of clocks: letters, digits, `_` and `-`.
[[nodiscard]] bool is_plain_name(std::string_view name) noexcept;

/// When a look back over so much time begins; what is later than this counts.
[[nodiscard]] Timestamp window_start(policy::Policy const& policy, Duration over, Timestamp now) noexcept;

/// Whether the store failed, so that the group has to be given up; everything else refuses one command.
[[nodiscard]] inline bool is_store_error(Error const& error) { return error.code.compare(0, 6, "store_") == 0; }

/// Runs the command, and then takes down what belonged to whatever it has closed.
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

[[nodiscard]] Result<void> run(Context& context, trade::RecordFacts const& body);
[[nodiscard]] Result<void> run(Context& context, trade::PlaceHold const& body);
[[nodiscard]] Result<void> run(Context& context, trade::PlaceStop const& body);
[[nodiscard]] Result<void> run(Context& context, trade::LiftStop const& body);
[[nodiscard]] Result<void> run(Context& context, trade::StartInstance const& body);
[[nodiscard]] Result<void> run(Context& context, trade::InstanceEvent const& body);
[[nodiscard]] Result<void> run(Context& context, trade::FireTimer const& body);
[[nodiscard]] Result<void> run(Context& context, trade::Migrate const& body);
[[nodiscard]] Result<void> run(Context& context, trade::Redrive const& body);

[[nodiscard]] Result<void> run(Context& context, trade::DefineEntry const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ObserveStock const& body);
[[nodiscard]] Result<void> run(Context& context, trade::AnswerRequest const& body);
[[nodiscard]] Result<void> run(Context& context, trade::Delegate const& body);
[[nodiscard]] Result<void> run(Context& context, trade::RedriveMessages const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ErasePerson const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ActivatePolicy const& body);
[[nodiscard]] Result<void> run(Context& context, trade::CheckHealth const& body);

[[nodiscard]] Result<void> run(Context& context, trade::ExpectSupply const& body);
[[nodiscard]] Result<void> run(Context& context, trade::SendSupply const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReceiveSupply const& body);
[[nodiscard]] Result<void> run(Context& context, trade::MoveStock const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReserveStock const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReleaseReservation const& body);
[[nodiscard]] Result<void> run(Context& context, trade::AllocateOrders const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ChangeOrder const& body);
[[nodiscard]] Result<void> run(Context& context, trade::PostCount const& body);
[[nodiscard]] Result<void> run(Context& context, trade::RecallLot const& body);
[[nodiscard]] Result<void> run(Context& context, trade::PlanShipments const& body);
[[nodiscard]] Result<void> run(Context& context, trade::Replan const& body);
[[nodiscard]] Result<void> run(Context& context, trade::SetProtection const& body);

[[nodiscard]] Result<void> run(Context& context, trade::RecordPayment const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReceiveReturn const& body);
[[nodiscard]] Result<void> run(Context& context, trade::InspectReturn const& body);
[[nodiscard]] Result<void> run(Context& context, trade::RefundOrder const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ExchangeReturn const& body);
[[nodiscard]] Result<void> run(Context& context, trade::ReturnToVendor const& body);
[[nodiscard]] Result<void> run(Context& context, trade::AdjustCost const& body);

/// Whether there are such an item and such a place. Errors: `unknown_item`, `no_stock_item`, `unknown_location`.
[[nodiscard]] Result<void> check_place(Context& context, std::string const& sku, std::string const& place, trade::Item const*& out);

/// Turns what a workflow did with an event into a refusal, or nothing when it moved or put the event aside.
[[nodiscard]] Result<void> check_step(Context const& context, Instance const& instance, workflow::Step const& step, std::string const& event,
                                      trade::Actor const& by);

}  // namespace bylaw::inline v0::engine
