// From what is wanted to where it comes from: candidates, the policy's choice, the plan.
#include "engine/sourcing.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <bylaw/store/supplies.hpp>

namespace bylaw::inline v0::engine {

using allocation::Demand;

ledger::AccountKey backorder_key(std::string const& item, std::string const& location, std::string const& supply) {
  return {ledger::AccountKind::quantity, item, location, "backorder", supply, {}, {}};
}
bool is_backorder(ledger::AccountKey const& key) noexcept { return key.status == "backorder"; }

namespace {

/// One question to the policy: a place, and which of its lots are meant (by the days that they have left).
struct Question {
  std::size_t place;
  std::optional<std::int64_t> days;
};

std::vector<Question> questions_of(std::vector<Place> const& places) {
  std::vector<Question> out;
  for (std::size_t p = 0; p < places.size(); ++p) {
    std::set<std::optional<std::int64_t>> days;
    for (auto const& shelves : places[p].shelves) {
      for (auto const& shelf : shelves) days.insert(shelf.days);
    }
    days.insert(std::nullopt);  // what has no date may lie there, or come
    for (auto const& each : days) out.push_back({p, each});
  }
  return out;
}

/// What may be promised from a place for a demand: what is free there, less what is kept back.
std::int64_t free_at(Sourced const& sourced, Place const& place, std::size_t demand) {
  std::int64_t free = sourced.rule->keep_safety_stock ? -place.safety_stock[demand] : -place.kept;
  for (auto const& shelf : place.shelves[demand]) {
    auto const gone = sourced.elsewhere.find(shelf.account.value);
    free += std::max<std::int64_t>(shelf.free - (gone != sourced.elsewhere.end() ? gone->second : 0), 0);
  }
  return std::max<std::int64_t>(free, 0);
}

allocation::Supply supply_of(Sourced const& sourced, Place const& place) {
  allocation::Supply out;
  out.location = place.location.id;
  for (std::size_t d = 0; d < place.shelves.size(); ++d) out.available.push_back(free_at(sourced, place, d));
  return out;
}

/// The places that the rule allows, in its order, each with the lots that it allows.
void choose_places(std::vector<Place> places, std::vector<Question> const& questions, policy::AllocationDecision const& decision, Sourced& out,
                   std::vector<std::int64_t>& kept) {
  std::map<std::size_t, std::size_t> rank;
  std::vector<std::set<std::optional<std::int64_t>>> days;
  for (std::size_t c = 0; c < decision.candidates.size(); ++c) {
    auto const& question = questions[decision.candidates[c]];
    auto const [known, fresh] = rank.emplace(question.place, days.size());
    if (fresh) {
      days.emplace_back();
      out.places.push_back(std::move(places[question.place]));
      kept.push_back(c < decision.keep.size() ? decision.keep[c].amount.coefficient() : 0);
    }
    days[known->second].insert(question.days);
  }
  for (std::size_t p = 0; p < out.places.size(); ++p) {
    out.places[p].facts.location = &out.places[p].location;
    for (auto& shelves : out.places[p].shelves) std::erase_if(shelves, [&](Shelf const& shelf) { return days[p].count(shelf.days) == 0; });
  }
}

/// Costs decide between parcels only where every lane has one; in whole hundredths, as they are written.
void tell_costs(std::vector<Place> const& places, std::vector<allocation::Supply>& supplies) {
  bool const all = std::all_of(places.begin(), places.end(), [](Place const& place) { return place.facts.lane_cost.has_value(); });
  if (!all) return;
  for (std::size_t p = 0; p < places.size(); ++p) {
    auto const cents =
        divide_rounded(Int128{places[p].facts.lane_cost->coefficient()} * 100, power_of_ten(places[p].facts.lane_cost->scale()), Rounding::half_even);
    supplies[p].shipment_cost = fits_int64(cents) ? std::min<std::int64_t>(static_cast<std::int64_t>(cents), 1'000'000'000'000) : 0;
  }
}

}  // namespace

Result<void> check_limits(Context& context, std::vector<Demand> const& demands) {
  if (!store::Supplies(context.store).has_entries("stock_level")) return {};
  std::map<std::string, std::int64_t> wanted;
  for (auto const& demand : demands) wanted[demand.item] += demand.quantity;
  for (auto const& [item, units] : wanted) {
    auto const level = stock_level(context, item, "*");
    if (!level) return Unexpected{level.error()};
    if (level->order_min && units < *level->order_min) {
      return context.refuse("below_order_min", std::to_string(units) + " of `" + item + "` are fewer than an order has to have",
                            "order at least " + std::to_string(*level->order_min));
    }
    if (level->order_max && units > *level->order_max) {
      return context.refuse("above_order_max", std::to_string(units) + " of `" + item + "` are more than one order may have",
                            "order at most " + std::to_string(*level->order_max));
    }
    if (level->order_multiple && *level->order_multiple > 1 && units % *level->order_multiple != 0) {
      return context.refuse("not_a_multiple", std::to_string(units) + " of `" + item + "` is no multiple of " + std::to_string(*level->order_multiple),
                            "order " + std::to_string((units / *level->order_multiple + 1) * *level->order_multiple));
    }
  }
  return {};
}

std::int64_t free_units(Sourced const& sourced, std::size_t demand) {
  std::int64_t out = 0;
  for (auto const& place : sourced.places) out += free_at(sourced, place, demand);
  return out;
}

void plan_again(Sourced& sourced) {
  std::vector<allocation::Supply> supplies;
  for (auto const& place : sourced.places) supplies.push_back(supply_of(sourced, place));
  tell_costs(sourced.places, supplies);
  sourced.plan = allocation::plan(sourced.demands, supplies, sourced.options);
  sourced.promises.clear();
  sourced.open = sourced.demands;
  // Demands of one item look at the same shelves: what one has taken the next does not find.
  auto taken = sourced.elsewhere;
  for (auto const& pick : sourced.plan.picks) {
    auto const d = static_cast<std::size_t>(std::find_if(sourced.demands.begin(), sourced.demands.end(),
                                                         [&](Demand const& demand) { return demand.line == pick.line && demand.item == pick.item; }) -
                                            sourced.demands.begin());
    auto const place = std::find_if(sourced.places.begin(), sourced.places.end(), [&](Place const& p) { return p.location.id == pick.location; });
    auto left = pick.quantity;
    for (auto const& shelf : place->shelves[d]) {
      auto const units = std::min(left, std::max<std::int64_t>(shelf.free, 0) - taken[shelf.account.value]);
      if (units <= 0) continue;
      sourced.promises.push_back({shelf.account, pick.item, pick.location, units, {}, {}, false});
      taken[shelf.account.value] += units;
      left -= units;
    }
    sourced.open[d].quantity -= pick.quantity - left;
  }
  for (std::size_t d = 0; d < sourced.cut.size(); ++d) sourced.open[d].quantity += sourced.cut[d];
  std::erase_if(sourced.open, [](Demand const& demand) { return demand.quantity == 0; });
}

Result<Sourced> source(Context& context, Buyer const& buyer, policy::Frame const& order, std::vector<Demand> demands, bool ship_complete,
                       std::map<std::uint32_t, std::int64_t> elsewhere) {
  Sourced out;
  out.elsewhere = std::move(elsewhere);
  out.demands = std::move(demands);
  out.open = out.demands;
  auto places = look_around(context, buyer, out.demands);
  if (!places) return Unexpected{places.error()};
  auto const& policy = context.book().policy();
  auto const questions = questions_of(*places);
  std::vector<policy::Frame> frames;
  for (auto const& question : questions) {
    auto facts = (*places)[question.place].facts;
    facts.days_to_expiry = question.days;
    frames.push_back(context.book().candidate_frame(facts));
  }
  auto const decision = policy.decide_allocation(order, frames, context.command.at);
  if (!decision.error.empty()) return context.refuse("policy_error", decision.error);
  if (decision.rule < 0) return context.refuse("no_allocation_rule", "no allocation rule is in force", "add an `allocation` to the policy");
  out.rule = &policy.allocations()[static_cast<std::size_t>(decision.rule)];
  out.reads = decision.reads;
  std::vector<std::int64_t> kept;
  choose_places(std::move(*places), questions, decision, out, kept);
  for (std::size_t p = 0; p < out.places.size(); ++p) out.places[p].kept = kept[p];
  out.options.shipments_max = out.rule->shipments_max;
  out.options.in_rank_order = out.rule->split_freely;
  out.options.complete = ship_complete;
  plan_again(out);
  return out;
}

std::vector<ledger::Transfer> place(Context& context, Buyer const& buyer, std::vector<Promise> const& promises) {
  std::vector<ledger::Transfer> group;
  for (auto const& promise : promises) {
    ledger::Transfer transfer;
    transfer.kind = ledger::TransferKind::pending;
    transfer.debit = promise.account;
    transfer.credit = context.outside(promise.item, buyer.account);
    transfer.amount = promise.quantity;
    transfer.due = promise.due;
    transfer.expires = buyer.expires;
    transfer.reference = buyer.id;
    group.push_back(std::move(transfer));
  }
  return group;
}

std::string verdict_of(Sourced const& sourced, std::vector<Promise> const& promises) {
  std::int64_t later = 0;
  for (auto const& promise : promises) later += promise.later ? promise.quantity : 0;
  std::int64_t missing = 0;
  for (auto const& demand : sourced.open) missing += demand.quantity;
  auto const& plan = sourced.plan;
  std::string out = missing + later == 0 ? "full" : "short by " + std::to_string(missing + later);
  out += " from " + std::to_string(plan.shipments) + " location" + (plan.shipments == 1 ? "" : "s");
  out += std::string(", ") + to_string(plan.search);
  if (later > 0) out += ", " + std::to_string(later) + " from supply";
  return out;
}

}  // namespace bylaw::inline v0::engine
