// From a released order to reservations: candidates, the policy's choice, the plan, pendings.
#include <algorithm>
#include <map>

#include <bylaw/allocation/plan.hpp>
#include <bylaw/values/word_list.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

namespace {

ledger::Balance balance_of(Context const& context, std::string const& item, std::string const& location) {
  ledger::AccountIndex account;
  ledger::AccountKey const key{ledger::AccountKind::quantity, item, location, "available", {}, {}, {}};
  return context.ledger.find(key, account) ? context.ledger.balance(account) : ledger::Balance{};
}

/// What is still to be reserved: the lines less what the order holds already.
std::vector<allocation::Demand> open_demand(Context const& context, trade::Order const& order) {
  std::map<std::string, std::int64_t> reserved;
  for (auto const& pending : context.ledger.pendings_of(order.id)) reserved[context.ledger.key(pending.debit).unit] += pending.amount;
  std::vector<allocation::Demand> demands;
  for (auto const& line : order.lines) {
    if (line.service) continue;
    auto const have = std::min(reserved[line.item], line.quantity);
    reserved[line.item] -= have;
    if (line.quantity > have) demands.push_back({line.number, line.item, line.quantity - have});
  }
  return demands;
}

struct Candidates {
  std::vector<allocation::Supply> supplies;
  std::vector<policy::Frame> frames;
};

Candidates look_around(Context const& context, std::vector<trade::Location> const& locations, std::vector<allocation::Demand> const& demands,
                       bool keep_safety_stock) {
  Candidates out;
  for (auto const& location : locations) {
    allocation::Supply supply{location.id, {}};
    rulebook::CandidateFacts facts;
    facts.location = &location;
    for (auto const& demand : demands) {
      auto const balance = balance_of(context, demand.item, location.id);
      auto const kept = keep_safety_stock ? location.safety_stock : 0;
      supply.available.push_back(std::max<std::int64_t>(balance.available() - kept, 0));
      facts.stock.on_hand += balance.posted;
      facts.stock.reserved += balance.pending_out;
      facts.covers += supply.available.back() >= demand.quantity ? 1 : 0;
    }
    out.frames.push_back(context.book().candidate_frame(facts));
    out.supplies.push_back(std::move(supply));
  }
  return out;
}

Result<void> place(Context& context, trade::Order const& order, std::vector<allocation::Pick> const& picks) {
  std::vector<ledger::Transfer> group;
  for (auto const& pick : picks) {
    ledger::Transfer promise;
    promise.kind = ledger::TransferKind::pending;
    promise.debit = context.stock(pick.item, pick.location, "available");
    promise.credit = context.outside(pick.item, "customer");
    promise.amount = pick.quantity;
    promise.reference = order.id;
    group.push_back(std::move(promise));
  }
  return context.apply(std::move(group));
}

}  // namespace

Result<Reservation> reserve(Context& context, OrderView& view, trade::HoldRow& short_of) {
  auto const& order = view.stored.order;
  auto const demands = open_demand(context, order);
  if (demands.empty()) return Reservation::full;
  auto const& policy = context.book().policy();
  auto locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  // Nothing is promised from a place that is stopped.
  auto const stops = stops_in_force(context);
  if (!stops) return Unexpected{stops.error()};
  for (auto const& stop : *stops) {
    bool const keeps = has_word(stop.blocks, "allocate") || has_word(stop.blocks, "pick") || has_word(stop.blocks, "ship");
    if (stop.what == "location" && keeps) std::erase_if(*locations, [&](trade::Location const& l) { return l.id == stop.target; });
  }
  // The last tie is decided by the location's own priority, then by its id.
  std::stable_sort(locations->begin(), locations->end(), [](auto const& a, auto const& b) { return a.priority < b.priority; });
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto candidates = look_around(context, *locations, demands, false);
  auto const decision = policy.decide_allocation(*frame, candidates.frames, context.command.at);
  if (!decision.error.empty()) return context.refuse("policy_error", decision.error);
  if (decision.rule < 0) return context.refuse("no_allocation_rule", "no allocation rule is in force", "add an `allocation` to the policy");
  auto const& rule = policy.allocations()[static_cast<std::size_t>(decision.rule)];
  if (rule.keep_safety_stock) candidates = look_around(context, *locations, demands, true);
  std::vector<allocation::Supply> ranked;
  for (auto const index : decision.candidates) ranked.push_back(candidates.supplies[index]);
  auto const plan = allocation::plan(demands, ranked, rule.shipments_max);

  std::string const verdict = plan.short_units == 0 ? "full" : "short by " + std::to_string(plan.short_units);
  context.changes.decisions.push_back({order.id, "allocation", rule.info.name,
                                       verdict + " from " + std::to_string(plan.shipments) + " location" + (plan.shipments == 1 ? "" : "s"),
                                       wire::reads_json(decision.reads)});
  if (plan.short_units == 0) {
    auto const placed = place(context, order, plan.picks);
    return placed ? Result<Reservation>(Reservation::full) : Result<Reservation>(Unexpected{placed.error()});
  }
  for (auto const& step : rule.short_steps) {
    if (step == "backorder") {
      auto const placed = place(context, order, plan.picks);
      return placed ? Result<Reservation>(Reservation::backordered) : Result<Reservation>(Unexpected{placed.error()});
    }
    if (step == "cancel") return Reservation::cancelled;
    if (step.compare(0, 5, "hold:") == 0) {
      for (auto const& hold : policy.holds()) {
        if (hold.info.name != step.substr(5)) continue;
        auto row = orders::hold_row(hold, order.id, {});
        row.reads = "{\"short_units\":\"" + std::to_string(plan.short_units) + "\"}";
        short_of = std::move(row);
        return Reservation::held;
      }
    }
  }
  return context.refuse("short", "order `" + order.id + "` is short of " + std::to_string(plan.short_units) + " units and the policy says nothing about it",
                        "add `short backorder;` to the allocation `" + rule.info.name + "`");
}

}  // namespace bylaw::inline v0::engine
