// Stops: a place, an item or a channel that nothing may happen to for a while.
#include <algorithm>

#include <bylaw/store/supplies.hpp>
#include <bylaw/values/word_list.hpp>

#include "engine/order_subject.hpp"
#include "engine/stockroom.hpp"

namespace bylaw::inline v0::engine {

using trade::StopRow;

Result<std::vector<StopRow>> stops_in_force(Context& context) {
  auto const now = context.command.at;
  auto known = context.store.stops();
  if (!known) return known;
  for (auto const& row : context.changes.stops) {
    std::erase_if(*known, [&](StopRow const& s) { return s.name == row.name; });
    known->push_back(row);
  }
  std::vector<StopRow> out;
  auto const& policy = context.book().policy();
  for (auto const index : policy.decide_stops(now)) {
    auto const& rule = policy.stops()[index];
    // Lifted by a person, or made anew by one; a later stop of the same name is another.
    bool const said =
        std::any_of(known->begin(), known->end(), [&](StopRow const& s) { return s.name == rule.info.name && (!s.lifted || s.until == rule.until); });
    if (said) continue;
    out.push_back(
        {rule.info.name, false, rule.what, rule.name, join_words(rule.blocks), rule.reason.code, rule.reason.text, rule.from, rule.until, join_words(rule.by)});
  }
  for (auto const& row : *known) {
    if (!row.lifted && row.from <= now && now < row.until) out.push_back(row);
  }
  return out;
}

namespace {

bool concerns(Context const& context, StopRow const& stop, OrderView const& view) {
  auto const& order = view.stored.order;
  if (stop.what == "channel") return order.channel == stop.target;
  if (stop.what == "item") {
    return std::any_of(order.lines.begin(), order.lines.end(), [&](trade::Line const& line) { return line.item == stop.target; });
  }
  if (stop.what == "location" || stop.what == "lot") {
    for (auto const& pending : context.ledger.pendings_of(order.id)) {
      auto const key = context.ledger.key(pending.debit);
      if (stop.what == "location" ? key.place == stop.target : key.detail == stop.target && stops_lot(stop, key.unit)) return true;
    }
    return false;
  }
  // Carriers and suppliers are known by what the host says of the order.
  return std::any_of(order.attributes.begin(), order.attributes.end(),
                     [&](trade::Attribute const& a) { return a.path == "order." + stop.what && a.value == stop.target; });
}

}  // namespace

Unexpected<Error> refuse_stopped(Context const& context, StopRow const& stop) {
  return context.refuse("stopped", "the " + stop.what + " `" + stop.target + "` is stopped by `" + stop.name + "`: " + stop.text,
                        "lift the stop, or wait until it is over");
}

Result<std::vector<StopRow>> stops_of(Context& context, OrderView const& view) {
  auto stops = stops_in_force(context);
  if (stops) std::erase_if(*stops, [&](StopRow const& s) { return !concerns(context, s, view); });
  return stops;
}

namespace {

/// Orders that the stop holds are looked at again, each in a command of its own: there may be very many.
Result<void> recheck_held(Context& context, std::string const& stop) {
  auto const held = context.store.held_by("stop:" + stop);
  if (!held) return Unexpected{held.error()};
  for (auto const& order : *held) context.changes.timers.push_back({order, "recheck", trade::TimerAction::set, context.command.at});
  return {};
}

/// What may be promised again is promised to those who wait for it.
Result<void> serve_who_waits(Context& context, StopRow const& stop) {
  if (!has_word(stop.blocks, "allocate")) return {};
  if (stop.what == "item") context.freed.insert(stop.target);
  if (stop.what != "location") return {};
  auto const waited_for = store::Supplies(context.store).promised_items();
  if (!waited_for) return Unexpected{waited_for.error()};
  for (auto const& item : *waited_for) {
    for (auto const account : context.ledger.accounts_of(ledger::AccountKind::quantity, item)) {
      if (context.ledger.key(account).place == stop.target) context.freed.insert(item);
    }
  }
  return {};
}

}  // namespace

Result<void> run(Context& context, trade::PlaceStop const& body) {
  context.outcome.subject = body.name;
  auto const before = context.store.stop(body.name);
  if (!before) return Unexpected{before.error()};
  StopRow row{body.name, false, body.what, body.target, join_words(body.blocks), body.reason, body.text, body.from, body.until, join_words(body.lift_by)};
  if (!is_plain_name(body.name)) return context.refuse("bad_name", "a name of letters, digits, `_` and `-` is expected", "write dc2_strike");
  if (*before && !(*before)->lifted && (*before)->until > context.command.at) {
    auto const& old = **before;
    bool const same = old.what == row.what && old.target == row.target && old.blocks == row.blocks && old.until == row.until;
    if (same) {
      context.outcome.code = "already_stopped";
      return {};
    }
    return context.refuse("stop_exists", "there is a stop `" + body.name + "` of the " + old.what + " `" + old.target + "`",
                          "lift it first, or give this one another name");
  }
  context.changes.stops.push_back(std::move(row));
  context.announce("stop.placed", body.name, body.target);
  return {};
}

Result<void> run(Context& context, trade::LiftStop const& body) {
  context.outcome.subject = body.name;
  auto const before = context.store.stop(body.name);
  if (!before) return Unexpected{before.error()};
  if (*before && (*before)->lifted) {
    context.outcome.code = "already_lifted";
    return {};
  }
  auto const stops = stops_in_force(context);
  if (!stops) return Unexpected{stops.error()};
  auto const found = std::find_if(stops->begin(), stops->end(), [&](StopRow const& s) { return s.name == body.name; });
  if (found == stops->end()) return context.refuse("no_such_stop", "no stop `" + body.name + "` is in force", "see `bylaw report stops`");
  auto const& roles = found->lift_by;
  auto const& role = context.command.by.role;
  bool const may = roles.empty() || acts_as(context.book().policy(), roles, role);
  if (!may) return context.refuse("wrong_role", "role `" + role + "` may not lift `" + body.name + "`", "ask " + roles);
  auto row = *found;
  row.lifted = true;
  context.changes.stops.push_back(std::move(row));
  context.announce("stop.lifted", body.name, found->target);
  if (auto const served = serve_who_waits(context, *found); !served) return served;
  return recheck_held(context, body.name);
}

}  // namespace bylaw::inline v0::engine
