// How queues, messages, clocks and data are, and whether somebody has to be told.
#include <algorithm>

#include <bylaw/engine/health.hpp>
#include <bylaw/store/deliveries.hpp>

#include "engine/context.hpp"
#include "engine/health.hpp"

namespace bylaw::inline v0::engine {

namespace {

void judge(std::vector<Alert>& out, std::string name, std::int64_t value, std::int64_t limit) {
  if (limit > 0 && value >= limit) out.push_back({std::move(name), value, limit});
}

std::int64_t percent(std::int64_t part, std::int64_t whole) { return whole == 0 ? 0 : part * 100 / whole; }

std::vector<Alert> over_limits(Health const& health, HealthLimits const& limits) {
  std::vector<Alert> out;
  for (auto const& one : health.deliveries) {
    judge(out, "delivery.depth/" + one.consumer, one.depth, limits.depth);
    judge(out, "delivery.age/" + one.consumer, one.age_ms, limits.age_ms);
    judge(out, "delivery.dead/" + one.consumer, one.dead, limits.dead);
    auto const tried = one.acked + one.failed;
    if (tried >= 20) judge(out, "delivery.failed/" + one.consumer, percent(one.failed, tried), limits.failed_percent);
  }
  judge(out, "inbox.parked", health.parked, limits.parked);
  judge(out, "inbox.dead", health.dead_events, limits.dead_events);
  if (health.commands >= 100) judge(out, "inbox.refused", percent(health.refused, health.commands), limits.refused_percent);
  judge(out, "clocks.late", health.clocks_late_ms, limits.clocks_late_ms);
  judge(out, "clocks.failed", health.clocks_failed, limits.clocks_failed);
  judge(out, "requests.age", health.requests_age_ms, limits.requests_age_ms);
  return out;
}

/// How long ago it was, from 0; a clock may read anything.
std::int64_t age_ms(Timestamp then, Timestamp now) {
  std::int64_t out = 0;
  if (then >= now) return 0;
  return subtract_overflows(now.value, then.value, out) ? INT64_MAX : out;
}

}  // namespace

Result<Health> read_health(store::Store& store, Timestamp now, HealthLimits const& limits) {
  Health out;
  auto deliveries = store::Deliveries(store).health(now);
  if (!deliveries) return Unexpected{deliveries.error()};
  out.deliveries = std::move(*deliveries);
  auto const counts = store::Control(store).counts(now);
  if (!counts) return Unexpected{counts.error()};
  out.commands = counts->commands;
  out.refused = counts->refused;
  out.conflicts = counts->conflicts;
  out.parked = counts->parked;
  out.dead_events = counts->dead_events;
  out.clocks_failed = counts->clocks_failed;
  out.requests = counts->requests;
  out.requests_age_ms = counts->oldest_request.value == 0 ? 0 : age_ms(counts->oldest_request, now);
  out.orders_without_item = counts->orders_without_item;
  out.items_without_cost = counts->items_without_cost;
  out.exceptions = counts->exceptions;
  auto const due = store.next_due();
  if (!due) return Unexpected{due.error()};
  if (*due) out.clocks_late_ms = age_ms(**due, now);
  out.alerts = over_limits(out, limits);
  return out;
}

Result<void> run(Context& context, trade::CheckHealth const&) {
  auto const health = read_health(context.store, context.command.at, *context.limits);
  if (!health) return Unexpected{health.error()};
  auto const before = store::Control(context.store).raised_alerts();
  if (!before) return Unexpected{before.error()};
  for (auto const& alert : health->alerts) {
    if (std::find(before->begin(), before->end(), alert.name) != before->end()) continue;
    context.changes.alerts.push_back({alert.name, true, alert.value, alert.limit});
    context.announce("alert.raised", alert.name, std::to_string(alert.value));
  }
  for (auto const& name : *before) {
    bool const still = std::any_of(health->alerts.begin(), health->alerts.end(), [&](Alert const& a) { return a.name == name; });
    if (still) continue;
    context.changes.alerts.push_back({name, false, 0, 0});
    context.announce("alert.cleared", name, "cleared");
  }
  context.outcome.message = std::to_string(health->alerts.size()) + " alerts";
  return {};
}

}  // namespace bylaw::inline v0::engine
