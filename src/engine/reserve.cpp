// From a released order to its promises: what it still needs, where that comes from, and what is done when it is not there.
#include <algorithm>
#include <map>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/store/supplies.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/order_promises.hpp"
#include "engine/promise_moves.hpp"
#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

using allocation::Demand;

namespace {

bool says_yes(trade::Order const& order, std::string_view path) {
  return std::any_of(order.attributes.begin(), order.attributes.end(), [&](trade::Attribute const& a) { return a.path == path && a.value == "true"; });
}

std::size_t line_index(trade::Order const& order, std::int32_t number) {
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    if (order.lines[i].number == number) return i;
  }
  return 0;
}

/// Items that may be sent in place of another, in order of their SKUs, with what they may cost more.
Result<std::vector<std::string>> substitutes_of(Context& context, trade::Item const& item) {
  std::vector<std::string> out;
  if (!store::Supplies(context.store).has_entries("substitute")) return out;
  auto const entries = store::Supplies(context.store).entries("substitute", item.sku + "/", context.command.at);
  if (!entries) return Unexpected{entries.error()};
  for (auto const& [id, body] : *entries) {
    auto const values = entry_values(body);
    auto const by = std::string(catalog::value_of(values, "by"));
    auto const other = context.store.load_item(by, context.command.at);
    if (!other) return Unexpected{other.error()};
    if (!*other) continue;
    auto const limit = Decimal::parse(catalog::value_of(values, "cost_rise_percent_max"));
    if (limit) {
      // A limit that cannot be compared is one that is not kept.
      bool const comparable = item.unit_cost && (*other)->unit_cost && item.unit_cost->currency() == (*other)->unit_cost->currency();
      if (!comparable) continue;
      auto const most = Int128{item.unit_cost->amount_minor()} * (100 + limit->coefficient());
      if (Int128{(*other)->unit_cost->amount_minor()} * 100 > most) continue;
    }
    out.push_back(by);
  }
  return out;
}

/// Units that lie reserved for the order or have left, by the item that was ordered: what is more than that of an item was sent, or is to be
/// sent, in the place of another.
Result<std::map<std::string, std::int64_t>> covered_units(Context& context, OrderView const& view) {
  auto have = view.shipped_units;
  for (auto const& [item, units] : view.credited_units) have[item] += units;
  for (auto const& pending : context.ledger.pendings_of(view.stored.order.id)) {
    auto const key = context.ledger.key(pending.debit);
    if (!is_backorder(key)) have[key.unit] += pending.amount;
  }
  std::map<std::string, std::int64_t> ordered;
  auto const& lines = view.stored.order.lines;
  for (auto const& line : lines) ordered[line.item] += line.quantity;
  std::map<std::string, std::int64_t> out;
  bool more = false;
  for (auto& [item, units] : have) {
    auto const own = ordered.find(item);
    auto const counts = own == ordered.end() ? 0 : std::min(units, own->second);
    if (counts > 0) out[item] = counts;
    units -= counts;
    more = more || units > 0;
  }
  if (!more) return out;
  for (std::size_t i = 0; i < lines.size() && i < view.facts.items.size(); ++i) {
    auto const missing = ordered[lines[i].item] - out[lines[i].item];
    if (!view.facts.items[i] || missing <= 0) continue;
    auto const possible = substitutes_of(context, *view.facts.items[i]);
    if (!possible) return Unexpected{possible.error()};
    for (auto const& by : *possible) {
      auto const units = std::min(have[by], ordered[lines[i].item] - out[lines[i].item]);
      if (units <= 0) continue;
      out[lines[i].item] += units;
      have[by] -= units;
    }
  }
  return out;
}

/// A line wants so many units less, first of those that others get.
void take_from_demand(Sourced& sourced, std::int32_t line, std::int64_t units) {
  for (std::size_t d = 0; d < sourced.demands.size(); ++d) {
    if (sourced.demands[d].line != line) continue;
    if (d < sourced.cut.size()) {
      auto const of_cut = std::min(units, sourced.cut[d]);
      sourced.cut[d] -= of_cut;
      units -= of_cut;
    }
    sourced.demands[d].quantity -= units;
    return;
  }
}

/// Sends another item where the customer allows it and the catalog names one. What a line gets so it no longer wants of its own item.
Result<void> substitute(Context& context, Buyer const& buyer, OrderView& view, policy::Frame const& frame, Sourced& sourced, std::vector<Promise>& promises) {
  if (!says_yes(view.stored.order, "order.substitution")) return {};
  auto taken = sourced.elsewhere;
  for (auto const& promise : sourced.promises) taken[promise.account.value] += promise.quantity;
  for (auto& demand : sourced.open) {
    auto const& item = view.facts.items[line_index(view.stored.order, demand.line)];
    if (!item) continue;
    auto const possible = substitutes_of(context, *item);
    if (!possible) return Unexpected{possible.error()};
    for (auto const& by : *possible) {
      if (demand.quantity == 0) break;
      auto other = source(context, buyer, frame, {{demand.line, by, demand.quantity}}, false, taken);
      if (!other) return Unexpected{other.error()};
      if (other->promises.empty()) continue;
      std::int64_t found = 0;
      for (auto& promise : other->promises) {
        found += promise.quantity;
        taken[promise.account.value] += promise.quantity;
        sourced.elsewhere[promise.account.value] += promise.quantity;
        promises.push_back(std::move(promise));
      }
      demand.quantity -= found;
      take_from_demand(sourced, demand.line, found);
      context.announce("order.substituted", view.stored.order.id, item->sku + " by " + by);
    }
  }
  std::erase_if(sourced.open, [](Demand const& demand) { return demand.quantity == 0; });
  return {};
}

std::vector<std::size_t> lines_of(trade::Order const& order, std::vector<Demand> const& demands) {
  std::vector<std::size_t> out;
  for (auto const& demand : demands) out.push_back(line_index(order, demand.line));
  return out;
}

/// Its promises that wait for supply are dropped; they are placed anew with everything else. Whether there were any.
Result<bool> drop_backorders(Context& context, std::string const& order) {
  std::vector<ledger::Transfer> group;
  for (auto const& pending : context.ledger.pendings_of(order)) {
    if (!is_backorder(context.ledger.key(pending.debit))) continue;
    group.push_back(drop_of(pending));
  }
  if (group.empty()) return false;
  auto const done = context.apply(std::move(group));
  return done ? Result<bool>(true) : Result<bool>(Unexpected{done.error()});
}

}  // namespace

Result<std::vector<Demand>> open_demand(Context& context, OrderView const& view) {
  auto reserved = covered_units(context, view);
  if (!reserved) return Unexpected{reserved.error()};
  std::vector<Demand> out;
  for (auto const& line : view.stored.order.lines) {
    if (line.service) continue;
    auto const have = std::min((*reserved)[line.item], line.quantity);
    (*reserved)[line.item] -= have;
    if (line.quantity > have) out.push_back({line.number, line.item, line.quantity - have});
  }
  return out;
}

Buyer buyer_of(OrderView const& view) {
  Buyer out;
  out.id = view.stored.order.id;
  out.channel = view.stored.order.channel;
  out.to = &view.stored.order.ship_to;
  for (auto const& attribute : view.stored.order.attributes) {
    if (attribute.path == "order.collect_at") out.collect_at = attribute.value;
  }
  return out;
}

Result<Reservation> reserve(Context& context, OrderView& view, trade::HoldRow& short_of) {
  auto const& order = view.stored.order;
  bool const fresh = context.ledger.pendings_of(order.id).empty() && view.shipped_units.empty();
  auto const dropped = drop_backorders(context, order.id);
  if (!dropped) return Unexpected{dropped.error()};
  view.waited = *dropped;
  auto demands = open_demand(context, view);
  if (!demands) return Unexpected{demands.error()};
  if (fresh) {
    std::vector<Demand> ordered;
    for (auto const& line : order.lines) {
      if (!line.service) ordered.push_back({line.number, line.item, line.quantity});
    }
    if (auto const fits = check_limits(context, ordered); !fits) return Unexpected{fits.error()};
  }
  if (demands->empty()) {
    auto const told = tell_promise(context, view);
    return told ? Result<Reservation>(Reservation::full) : Result<Reservation>(Unexpected{told.error()});
  }
  auto const& policy = context.book().policy();
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const buyer = buyer_of(view);
  bool const complete = says_yes(order, "order.ship_complete");
  auto sourced = source(context, buyer, *frame, *demands, complete);
  if (!sourced) return Unexpected{sourced.error()};
  auto const& rule = *sourced->rule;
  cut_to_share(context, order.id, *sourced);
  bool const all_or_nothing = policy.headers()[rule.info.header].all_or_nothing;
  if (all_or_nothing && !sourced->open.empty() && !complete) {
    sourced->options.complete = true;
    plan_again(*sourced);
  }
  auto outcome = Reservation::full;
  std::vector<Promise> others;
  std::int64_t missing = 0;
  for (auto const& demand : sourced->open) missing += demand.quantity;
  for (auto const& step : rule.short_steps) {
    if (sourced->open.empty()) break;
    if (step == "substitute") {
      if (auto const done = substitute(context, buyer, view, *frame, *sourced, others); !done) return Unexpected{done.error()};
    } else if (step == "split" && rule.shipments_max > 0) {
      sourced->options.shipments_max = 0;
      plan_again(*sourced);
    } else if (step == "backorder") {
      auto later = backorder(context, *sourced, *frame, lines_of(order, sourced->open));
      if (!later) return Unexpected{later.error()};
      if (!later->empty()) outcome = Reservation::backordered;
      others.insert(others.end(), later->begin(), later->end());
    } else if (step == "ask") {
      outcome = Reservation::asked;
      break;
    } else if (step == "cancel") {
      outcome = Reservation::cancelled;
      break;
    } else if (step.compare(0, 5, "hold:") == 0) {
      auto const* hold = find_rule(policy, step.substr(5));
      if (hold == nullptr) continue;
      short_of = orders::hold_row(*hold, order.id, {});
      short_of.reads = "{\"short_units\":\"" + std::to_string(missing) + "\"}";
      outcome = Reservation::held;
      break;
    }
  }
  auto promises = std::move(sourced->promises);
  promises.insert(promises.end(), others.begin(), others.end());
  context.changes.decisions.push_back({order.id, "allocation", rule.info.name, verdict_of(*sourced, promises), wire::reads_json(sourced->reads)});
  if (outcome == Reservation::held || outcome == Reservation::cancelled || outcome == Reservation::asked) return outcome;
  if (!sourced->open.empty()) {
    std::int64_t left = 0;
    for (auto const& demand : sourced->open) left += demand.quantity;
    return context.refuse("short", "order `" + order.id + "` is short of " + std::to_string(left) + " units and the policy says nothing more about it",
                          "add `short backorder;` to the allocation `" + rule.info.name + "`");
  }
  if (auto const placed = context.apply(place(context, buyer, promises)); !placed) return Unexpected{placed.error()};
  if (auto const told = tell_promise(context, view); !told) return Unexpected{told.error()};
  view.reserve_until = Timestamp{};
  if (rule.reserves) view.reserve_until = policy.due(rule.info.header, context.command.at, rule.reserve_for);
  return outcome;
}

}  // namespace bylaw::inline v0::engine
