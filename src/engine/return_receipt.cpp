// Units that come back: taken in, whatever was announced.
#include <algorithm>
#include <array>
#include <map>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/store/supplies.hpp>

#include "engine/exceptions.hpp"
#include "engine/return_subject.hpp"
#include "engine/valuation.hpp"
#include "engine/movement.hpp"

namespace bylaw::inline v0::engine {

Result<std::string> place_for_returns(Context& context, std::string const& named) {
  auto const locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  trade::Location const* best = nullptr;
  for (auto const& location : *locations) {
    if (!named.empty() && location.id == named) return named;
    if (location.active && (best == nullptr || location.priority < best->priority)) best = &location;
  }
  if (!named.empty()) return context.refuse("unknown_location", "there is no location `" + named + "`", "define it first, or correct the id");
  if (best == nullptr) return context.refuse("no_location", "there is no active location to receive at", "send `define_location` first");
  return best->id;
}

Result<std::optional<Money>> original_cost(Context& context, std::string const& order, trade::Item const& item, std::string const& lot, std::int64_t units,
                                           store::Refunds::Cost const& earlier) {
  store::Refunds kept(context.store);
  auto const one = cost_method_of(item) == "specific" ? lot : std::string{};
  auto const issued = kept.issued_for(order, item.sku, one);
  if (!issued) return Unexpected{issued.error()};
  if (issued->quantity > 0) {
    auto const back = kept.came_back(order, item.sku, one);
    if (!back) return Unexpected{back.error()};
    if (back->quantity + earlier.quantity >= issued->quantity) return std::optional<Money>{};  // more than ever left
    // Cumulative, so that the last unit takes the cent that is left.
    auto const until = returns::share(issued->value, std::min(back->quantity + earlier.quantity + units, issued->quantity), issued->quantity);
    return std::optional<Money>(Money(std::max<std::int64_t>(until - back->value - earlier.value, 0), issued->currency));
  }
  // An item at standard left at the standard of that time.
  auto unit_cost = item.unit_cost;
  auto const times = context.store.order_times(order);
  if (!times) return Unexpected{times.error()};
  if (times->shipped != 0) {
    auto const then = context.store.load_item(item.sku, Timestamp(times->shipped));
    if (!then) return Unexpected{then.error()};
    if (*then != nullptr && (*then)->unit_cost) unit_cost = (*then)->unit_cost;
  }
  if (!unit_cost) return std::optional<Money>{};
  auto const cost = multiply(*unit_cost, Decimal(units), Rounding::half_even);
  if (!cost) return Unexpected{cost.error()};
  return std::optional<Money>(*cost);
}

namespace {

class Receiving {
 public:
  Receiving(Context& context, ReturnSubject& subject, std::string place) : context_(context), subject_(subject), place_(std::move(place)) {}

  Result<void> take(trade::ReceiptLine const& receipt) {
    auto const* row = line_of(receipt);
    auto const number = row == nullptr ? 0 : row->line.number;
    auto const* named = subject_.find(receipt.line);  // whether or not it may come
    auto const& item = receipt.item.empty() && named != nullptr ? named->line.item : receipt.item;
    if (item.empty()) {
      return context_.refuse("unknown_line", "the return has no line " + std::to_string(receipt.line), "correct the number, or name the item");
    }
    if (row == nullptr) return put_aside(receipt, item, receipt.quantity, "unexpected_item", "nobody announced it");
    if (auto const fresh = check_serial(receipt, item); !fresh) return fresh;
    if (!receipt.lot.empty()) {
      auto const sold = sold_serial(*row, receipt, item);
      if (!sold) return Unexpected{sold.error()};
      if (!*sold) return put_aside(receipt, item, receipt.quantity, "wrong_serial", "`" + receipt.lot + "` is not what was sold");
    }
    auto const open = row->line.quantity - subject_.count(number).received;
    auto const units = std::min(receipt.quantity, std::max<std::int64_t>(open, 0));
    if (units > 0) {
      auto const done = row->line.service ? note(*row, receipt, units, 0) : bring_in(*row, receipt, units);
      if (!done) return done;
    }
    if (units == receipt.quantity) return {};
    return put_aside(receipt, item, receipt.quantity - units, "over_receipt", "more came than was announced", row);
  }

  /// Into quarantine, without a refund, until a person has looked.
  Result<void> put_aside(trade::ReceiptLine const& receipt, std::string const& item, std::int64_t units, char const* kind, std::string const& why,
                         trade::ReturnLineRow const* row = nullptr) {
    auto const known = context_.store.load_item(item, context_.command.at);
    if (!known) return Unexpected{known.error()};
    bool const stocked = *known && !(*known)->service;
    if (stocked) {
      event_.transfers.push_back(
          movement(context_.outside(item, "customer"), context_.shelf(item, place_, receipt.lot, "quarantine"), units, subject_.stored.request.id));
      // Whose it is nobody knows yet; it is there, at what it left with, or what such units cost now.
      auto const cost = row == nullptr ? Result<std::optional<Money>>(std::optional<Money>{}) : cost_of(*row, **known, receipt.lot, units);
      if (!cost) return Unexpected{cost.error()};
      auto const valued = value_in(context_, event_, **known, {place_, receipt.lot}, units, *cost, "expenses:cogs", subject_.stored.request.id);
      if (!valued) return valued;
    }
    subject_.note(context_, {{}, 0, "unexpected", units, item, stocked ? place_ : std::string{}, receipt.lot, {}, "quarantine", 0, 0});
    return open_exception(context_, kind, "returns_lead",
                          {{"exception.return", subject_.stored.request.id},
                           {"exception.item", item},
                           {"exception.location", place_},
                           {"exception.units", std::to_string(units)}},
                          std::to_string(units) + " of `" + item + "` went to quarantine: " + why);
  }

  Result<void> apply() {
    ledger::Applied applied;
    return event_.transfers.empty() ? Result<void>{} : context_.apply(std::move(event_), applied);
  }

 private:
  /// The line that is named, if it is one that may come; by its item where no line is named.
  trade::ReturnLineRow const* line_of(trade::ReceiptLine const& receipt) const {
    for (auto const& row : subject_.stored.lines) {
      if (!ReturnSubject::counts(row)) continue;
      if (receipt.line != 0 ? row.line.number != receipt.line : row.line.item != receipt.item) continue;
      if (receipt.item.empty() || receipt.item == row.line.item) return &row;
    }
    return nullptr;
  }

  /// One serial number comes back once.
  Result<void> check_serial(trade::ReceiptLine const& receipt, std::string const& item) const {
    if (receipt.lot.empty()) return {};
    for (auto const& move : subject_.moves) {
      if (move.what == "received" && move.lot == receipt.lot && move.item == item) {
        return context_.refuse("already_received", "`" + receipt.lot + "` came with line " + std::to_string(move.line), "correct the serial number");
      }
    }
    return {};
  }

  /// Whether the order was shipped this lot or serial; what was all shipped without one cannot be told apart.
  Result<bool> sold_serial(trade::ReturnLineRow const& row, trade::ReceiptLine const& receipt, std::string const& item) const {
    if (!row.line.serial.empty() && row.line.serial != receipt.lot) return false;
    auto const orders = store::Supplies(context_.store).shipped_lot(item, receipt.lot);
    if (!orders) return Unexpected{orders.error()};
    if (std::find(orders->begin(), orders->end(), row.line.order) != orders->end()) return true;
    ledger::Lot known;
    if (!orders->empty() || context_.ledger.lot(item, receipt.lot, known)) return false;
    auto const told_apart = store::Supplies(context_.store).shipped_by_lot(row.line.order, item);
    return told_apart ? Result<bool>(!*told_apart) : told_apart;
  }

  /// What these units left with, after those that came before them in this command.
  Result<std::optional<Money>> cost_of(trade::ReturnLineRow const& row, trade::Item const& item, std::string const& lot, std::int64_t units) {
    auto& earlier = earlier_[{row.line.order, row.line.item, cost_method_of(item) == "specific" ? lot : std::string{}}];
    auto const cost = original_cost(context_, row.line.order, item, lot, units, earlier);
    if (!cost || !*cost) return cost;
    earlier.quantity += units;
    earlier.value += (*cost)->amount_minor();
    return cost;
  }

  Result<void> bring_in(trade::ReturnLineRow const& row, trade::ReceiptLine const& receipt, std::int64_t units) {
    event_.transfers.push_back(movement(context_.outside(row.line.item, "customer"), context_.shelf(row.line.item, place_, receipt.lot, "inspection"), units,
                                        subject_.stored.request.id));
    auto const item = context_.store.load_item(row.line.item, context_.command.at);
    if (!item) return Unexpected{item.error()};
    std::int64_t minor = 0;
    if (*item) {
      auto const cost = cost_of(row, **item, receipt.lot, units);
      if (!cost) return Unexpected{cost.error()};
      if (*cost) {
        minor = (*cost)->amount_minor();
        StockBooks const books(context_);
        context_.add_legs(event_.transfers, finance::goods_returned(**cost), subject_.stored.request.id);
      }
    }
    return note(row, receipt, units, minor);
  }

  Result<void> note(trade::ReturnLineRow const& row, trade::ReceiptLine const& receipt, std::int64_t units, std::int64_t cost) {
    subject_.note(context_, {{}, row.line.number, "received", units, row.line.item, place_, receipt.lot, {}, {}, 0, cost});
    return {};
  }

  Context& context_;
  ReturnSubject& subject_;
  std::string place_;
  ledger::Group event_;
  std::map<std::array<std::string, 3>, store::Refunds::Cost> earlier_;  ///< of this command, by order, item and lot
};

}  // namespace

Result<void> ReturnSubject::receive(Context& context) {
  auto const at = place_for_returns(context, work.location);
  if (!at) return Unexpected{at.error()};
  auto receipts = work.received;
  if (receipts.empty()) {
    // Everything that was announced and has not come.
    for (auto const& row : stored.lines) {
      auto const open = row.line.quantity - count(row.line.number).received;
      if (counts(row) && open > 0) receipts.push_back({row.line.number, row.line.item, open, {}});
    }
  }
  Receiving receiving(context, *this, *at);
  for (auto const& receipt : receipts) {
    if (auto const taken = receiving.take(receipt); !taken) return taken;
  }
  return receiving.apply();
}

Result<void> run(Context& context, trade::ReceiveReturn const& body) {
  context.outcome.subject = body.id;
  ReturnSubject subject;
  auto const known = body.id.empty() ? Result<std::optional<store::StoredInstance>>(std::optional<store::StoredInstance>{}) : context.instance(body.id);
  if (!known) return Unexpected{known.error()};
  if (!*known) {
    // Nobody authorized it: it is taken in all the same, and a person finds out whose it is.
    auto const at = place_for_returns(context, body.location);
    if (!at) return Unexpected{at.error()};
    subject.stored.request.id = body.id.empty() ? "unannounced:" + context.command.id : body.id;
    Receiving receiving(context, subject, *at);
    for (auto const& receipt : body.lines) {
      if (receipt.item.empty())
        return context.refuse("unknown_return", "there is no return `" + body.id + "`, and a line does not say which item it is", "name the item");
      if (auto const taken = receiving.take(receipt); !taken) return taken;
    }
    return receiving.apply();
  }
  if (auto const loaded = subject.load(context, body.id); !loaded) return loaded;
  if (subject.instance.stored.closed) {
    // It came all the same: nobody waits for it any more, so a person has to say what becomes of it.
    auto const at = place_for_returns(context, body.location);
    if (!at) return Unexpected{at.error()};
    context.outcome.state = context.state_before = subject.instance.stored.state;
    Receiving receiving(context, subject, *at);
    for (auto receipt : body.lines) {
      auto const* row = subject.find(receipt.line);
      if (receipt.item.empty() && row != nullptr) receipt.item = row->line.item;
      if (receipt.item.empty()) return context.refuse("unknown_line", "the return has no line " + std::to_string(receipt.line), "name the item");
      if (auto const taken = receiving.put_aside(receipt, receipt.item, receipt.quantity, "late_parcel", "the return is " + subject.stored.state,
                                                 row != nullptr && ReturnSubject::counts(*row) ? row : nullptr);
          !taken)
        return taken;
    }
    return receiving.apply();
  }
  subject.work.location = body.location;
  subject.work.received = body.lines;
  return subject.happen(context, "receive");
}

}  // namespace bylaw::inline v0::engine
