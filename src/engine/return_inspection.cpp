// Units that came back: looked at, and sent where they belong.
#include <algorithm>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/exceptions.hpp"
#include "engine/return_subject.hpp"
#include "engine/valuation.hpp"
#include "engine/movement.hpp"

namespace bylaw::inline v0::engine {

namespace {

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
    if (!accepted) {
      if (auto const told = tell_overpaid(row, seen.quantity); !told) return told;
    }
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

  /// More was paid back before anybody had looked than was accepted: somebody has to charge the customer, or let it be.
  Result<void> tell_overpaid(trade::ReturnLineRow const& row, std::int64_t rejected) {
    auto const refunds = store::Refunds(context_.store).refunds_of(row.line.order);
    if (!refunds) return Unexpected{refunds.error()};
    auto const count = subject_.count(row.line.number);
    // Of what was settled, what is now beyond the units that are left, and was not before these were rejected.
    auto const beyond = subject_.refunded(*refunds, row.line.number) + count.exchanged - (row.line.quantity - count.rejected);
    auto const units = std::min(beyond, rejected);
    if (units <= 0) return {};
    return open_exception(context_, "overpaid", "finance",
                          {{"exception.return", subject_.stored.request.id},
                           {"exception.line", std::to_string(row.line.number)},
                           {"exception.item", row.line.item},
                           {"exception.units", std::to_string(units)}},
                          std::to_string(units) + " of `" + row.line.item + "` were paid back or exchanged, and are rejected");
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
    if (*item && (cost > 0 || cost_method_of(**item) != "standard")) {
      auto const currency = cost_currency(context_, **item, {came.location, came.lot});
      if (!currency) return Unexpected{currency.error()};
      Money const worth(cost, *currency);
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

Result<void> run(Context& context, trade::InspectReturn const& body) {
  context.outcome.subject = body.id;
  ReturnSubject subject;
  if (auto const loaded = subject.load(context, body.id); !loaded) return loaded;
  subject.work.inspected = body.lines;
  return subject.happen(context, "inspect");
}

}  // namespace bylaw::inline v0::engine
