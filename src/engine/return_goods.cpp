// Units that come back: received, looked at, sent where they belong.
#include <algorithm>
#include <array>
#include <map>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/store/supplies.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/exceptions.hpp"
#include "engine/return_subject.hpp"
#include "engine/valuation.hpp"

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
    // Cumulative, so that the last unit takes the cent that is left.
    auto const until = returns::share(issued->value, std::min(back->quantity + earlier.quantity + units, issued->quantity), issued->quantity);
    return std::optional<Money>(Money(std::max<std::int64_t>(until - back->value - earlier.value, 0), issued->currency));
  }
  if (!item.unit_cost) return std::optional<Money>{};
  auto const cost = multiply(*item.unit_cost, Decimal(units), Rounding::half_even);
  if (!cost) return Unexpected{cost.error()};
  return std::optional<Money>(*cost);
}

namespace {

ledger::Transfer movement(ledger::AccountIndex from, ledger::AccountIndex to, std::int64_t units, std::string const& reference) {
  ledger::Transfer transfer;
  transfer.debit = from;
  transfer.credit = to;
  transfer.amount = units;
  transfer.reference = reference;
  return transfer;
}

class Receiving {
 public:
  Receiving(Context& context, ReturnSubject& subject, std::string place) : context_(context), subject_(subject), place_(std::move(place)) {}

  Result<void> take(trade::ReceiptLine const& receipt) {
    auto const* row = line_of(receipt);
    auto const number = row == nullptr ? 0 : row->line.number;
    auto const& item = receipt.item.empty() && row != nullptr ? row->line.item : receipt.item;
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
    return put_aside(receipt, item, receipt.quantity - units, "over_receipt", "more came than was announced");
  }

  Result<void> apply() { return context_.apply(std::move(group_)); }

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

  /// Whether the order was shipped this lot or serial; what was shipped without one cannot be told apart.
  Result<bool> sold_serial(trade::ReturnLineRow const& row, trade::ReceiptLine const& receipt, std::string const& item) const {
    if (!row.line.serial.empty()) return row.line.serial == receipt.lot;
    auto const orders = store::Supplies(context_.store).shipped_lot(item, receipt.lot);
    if (!orders) return Unexpected{orders.error()};
    if (std::find(orders->begin(), orders->end(), row.line.order) != orders->end()) return true;
    ledger::Lot known;
    return orders->empty() && !context_.ledger.lot(item, receipt.lot, known);
  }

  Result<void> bring_in(trade::ReturnLineRow const& row, trade::ReceiptLine const& receipt, std::int64_t units) {
    group_.push_back(movement(context_.outside(row.line.item, "customer"), context_.shelf(row.line.item, place_, receipt.lot, "inspection"), units,
                              subject_.stored.request.id));
    auto const item = context_.store.load_item(row.line.item, context_.command.at);
    if (!item) return Unexpected{item.error()};
    std::int64_t minor = 0;
    if (*item) {
      auto& earlier = earlier_[{row.line.order, row.line.item, cost_method_of(**item) == "specific" ? receipt.lot : std::string{}}];
      auto const cost = original_cost(context_, row.line.order, **item, receipt.lot, units, earlier);
      if (!cost) return Unexpected{cost.error()};
      if (*cost) {
        minor = (*cost)->amount_minor();
        earlier.quantity += units;
        earlier.value += minor;
        StockBooks const books(context_);
        context_.add_legs(group_, finance::goods_returned(**cost), subject_.stored.request.id);
      }
    }
    return note(row, receipt, units, minor);
  }

  Result<void> note(trade::ReturnLineRow const& row, trade::ReceiptLine const& receipt, std::int64_t units, std::int64_t cost) {
    subject_.note(context_, {{}, row.line.number, "received", units, row.line.item, place_, receipt.lot, {}, {}, 0, cost});
    return {};
  }

  /// Into quarantine, without a refund, until a person has looked.
  Result<void> put_aside(trade::ReceiptLine const& receipt, std::string const& item, std::int64_t units, char const* kind, std::string const& why) {
    auto const known = context_.store.load_item(item, context_.command.at);
    if (!known) return Unexpected{known.error()};
    bool const stocked = *known && !(*known)->service;
    if (stocked) {
      group_.push_back(
          movement(context_.outside(item, "customer"), context_.shelf(item, place_, receipt.lot, "quarantine"), units, subject_.stored.request.id));
    }
    subject_.note(context_, {{}, 0, "unexpected", units, item, stocked ? place_ : std::string{}, receipt.lot, {}, "quarantine", 0, 0});
    return open_exception(context_, kind, "returns_lead",
                          {{"exception.return", subject_.stored.request.id},
                           {"exception.item", item},
                           {"exception.location", place_},
                           {"exception.units", std::to_string(units)}},
                          std::to_string(units) + " of `" + item + "` went to quarantine: " + why);
  }

  Context& context_;
  ReturnSubject& subject_;
  std::string place_;
  std::vector<ledger::Transfer> group_;
  std::map<std::array<std::string, 3>, store::Refunds::Cost> earlier_;  ///< of this command, by order, item and lot
};

class Inspecting {
 public:
  Inspecting(Context& context, ReturnSubject& subject) : context_(context), subject_(subject) {}

  Result<void> look(trade::ReturnLineRow const& row, trade::InspectionLine const& seen) {
    auto const waiting = subject_.count(row.line.number).received - subject_.count(row.line.number).inspected();
    if (seen.quantity > waiting) {
      return context_.refuse("not_received",
                             "line " + std::to_string(row.line.number) + ": " + std::to_string(waiting) + " units have come and wait to be looked at",
                             "send `receive_return` first, or correct the quantity");
    }
    auto const decided = decide(row, seen);
    if (!decided) return Unexpected{decided.error()};
    bool accepted = true;
    if (seen.accept) accepted = *seen.accept;
    else if (decided->condition_mismatch && decided->on_mismatch == "deny") accepted = false;
    auto const review = decided->condition_mismatch ? reviewer(decided->on_mismatch) : std::string{};
    if (!review.empty()) {
      if (!seen.accept) return ask(row, seen, review);
      auto const& by = context_.command.by;
      if (!context_.book().policy().acts_as(by.role, review)) {
        return context_.refuse("wrong_role", "only `" + review + "` says whether units are accepted that are not in a condition of the policy", "ask one");
      }
    }
    auto const where = accepted && !decided->disposition.empty() ? decided->disposition : std::string("quarantine");
    context_.changes.decisions.push_back({subject_.stored.request.id, "disposition", row.rule, where, wire::reads_json(decided->reads)});
    subject_.note(context_, {{},
                             row.line.number,
                             accepted ? "accepted" : "rejected",
                             seen.quantity,
                             row.line.item,
                             {},
                             {},
                             seen.condition,
                             where,
                             seen.value_loss ? seen.value_loss->amount_minor() : 0,
                             0});
    return row.line.service ? Result<void>{} : move_on(row, seen.quantity, where);
  }

  Result<void> apply() {
    if (event_.transfers.empty()) return {};
    ledger::Applied applied;
    return context_.apply(std::move(event_), applied);
  }

 private:
  static std::string reviewer(std::string const& on_mismatch) {
    constexpr std::string_view review = "review by ";
    return on_mismatch.compare(0, review.size(), review) == 0 ? on_mismatch.substr(review.size()) : std::string{};
  }

  /// The inspected condition decides where the goods go; without a rule for it they are quarantined.
  Result<policy::ReturnDecision> decide(trade::ReturnLineRow const& row, trade::InspectionLine const& seen) {
    if (!seen.condition.empty() && !context_.book().policy().enumeration_has("condition", seen.condition)) {
      return context_.refuse("unknown_condition", "`" + seen.condition + "` is not a condition of the schema", "write one of its values");
    }
    ReturnedLine line;
    if (auto const looked = line.look(context_, subject_.stored.request, row); !looked) return Unexpected{looked.error()};
    line.ask({seen.quantity, 0, seen.condition, seen.value_loss});
    return line.decide(*context_.version, context_.command.at);
  }

  /// Units whose condition the policy leaves to a person stay where they are.
  Result<void> ask(trade::ReturnLineRow const& row, trade::InspectionLine const& seen, std::string const& owner) {
    return open_exception(
        context_, "condition_mismatch", owner,
        {{"exception.return", subject_.stored.request.id},
         {"exception.line", std::to_string(row.line.number)},
         {"exception.item", row.line.item},
         {"exception.units", std::to_string(seen.quantity)},
         {"exception.condition", seen.condition}},
        std::to_string(seen.quantity) + " of `" + row.line.item + "` are " + seen.condition + ", and `" + owner + "` has to say whether they are accepted");
  }

  /// From inspection to where they belong, in the order in which they came.
  Result<void> move_on(trade::ReturnLineRow const& row, std::int64_t units, std::string const& where) {
    std::vector<trade::ReturnMoveRow> came;
    std::int64_t gone = 0;
    for (auto const& move : subject_.moves) {
      if (move.line != row.line.number) continue;
      if (move.what == "received") came.push_back(move);
      if (move.what == "stocked") gone += move.quantity;
    }
    for (auto const& move : came) {
      auto const skipped = std::min(gone, move.quantity);
      gone -= skipped;
      auto const part = std::min(move.quantity - skipped, units);
      if (part == 0) continue;
      units -= part;
      auto const cost = returns::share(move.cost_minor, skipped + part, move.quantity) - returns::share(move.cost_minor, skipped, move.quantity);
      if (auto const done = place(row, move, part, where, cost); !done) return done;
    }
    return {};
  }

  Result<void> place(trade::ReturnLineRow const& row, trade::ReturnMoveRow const& came, std::int64_t units, std::string const& where, std::int64_t cost) {
    auto const& sku = row.line.item;
    auto const from = context_.shelf(sku, came.location, came.lot, "inspection");
    auto const to = where == "scrap"              ? context_.outside(sku, "scrap")
                    : where == "return_to_vendor" ? context_.outside(sku, "supplier")
                                                  : context_.shelf(sku, came.location, came.lot, where == "restock" ? "available" : where);
    auto const& id = subject_.stored.request.id;
    event_.transfers.push_back(movement(from, to, units, id));
    auto const item = context_.store.load_item(sku, context_.command.at);
    if (!item) return Unexpected{item.error()};
    if (*item && cost > 0) {
      auto const currency = (*item)->unit_cost ? (*item)->unit_cost->currency() : subject_.stored.request.currency;
      Money const worth(cost, currency);
      StockBooks const books(context_);
      auto const* sink = where == "scrap" ? "expenses:write_off" : "liabilities:goods_received";
      if (where == "scrap" || where == "return_to_vendor") context_.add_legs(event_.transfers, finance::moved(sink, "assets:returns", worth), id);
      else if (auto const valued = value_in(context_, event_, **item, {came.location, came.lot}, units, worth, "assets:returns", id); !valued) return valued;
    }
    subject_.note(context_, {{}, row.line.number, "stocked", units, sku, came.location, came.lot, {}, where, 0, cost});
    if (where == "restock") context_.freed.insert(sku);
    return {};
  }

  Context& context_;
  ReturnSubject& subject_;
  ledger::Group event_;
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

Result<void> ReturnSubject::inspect(Context& context) {
  auto seen = work.inspected;
  if (seen.empty()) {
    for (auto const& row : stored.lines) {
      auto const waiting = count(row.line.number).received - count(row.line.number).inspected();
      if (counts(row) && waiting > 0) seen.push_back({row.line.number, waiting, work.condition, {}, {}});
    }
  }
  Inspecting inspecting(context, *this);
  for (auto const& line : seen) {
    auto const* row = find(line.line);
    if (row == nullptr || !counts(*row)) {
      return context.refuse("unknown_line", "the return has no line " + std::to_string(line.line) + " that was authorized", "correct the number");
    }
    if (auto const looked = inspecting.look(*row, line); !looked) return looked;
  }
  return inspecting.apply();
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
  subject.work.location = body.location;
  subject.work.received = body.lines;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  if (auto const done = subject.assert_event(context, "receive", context.command.by); !done) return done;
  return subject.accrue(context);
}

Result<void> run(Context& context, trade::InspectReturn const& body) {
  context.outcome.subject = body.id;
  ReturnSubject subject;
  if (auto const loaded = subject.load(context, body.id); !loaded) return loaded;
  subject.work.inspected = body.lines;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  if (auto const done = subject.assert_event(context, "inspect", context.command.by); !done) return done;
  return subject.accrue(context);
}

}  // namespace bylaw::inline v0::engine
