#include "engine/context.hpp"

#include <algorithm>
#include <set>

#include <bylaw/store/supplies.hpp>
#include <bylaw/trade/visit_command.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "engine/feed.hpp"
#include "engine/flow.hpp"
#include "engine/replan.hpp"

namespace bylaw::inline v0::engine {

using ledger::AccountIndex;
using ledger::AccountKey;
using ledger::AccountKind;

AccountIndex Context::stock(std::string const& item, std::string const& location, std::string const& status) {
  return ledger.open(AccountKey{AccountKind::quantity, item, location, status, {}, {}, {}}, ledger::physical);
}

AccountIndex Context::shelf(std::string const& item, std::string const& location, std::string const& lot, std::string const& status) {
  return ledger.open(AccountKey{AccountKind::quantity, item, location, status, lot, {}, {}}, ledger::physical);
}

ledger::Lot Context::lot(std::string const& item, std::string const& name, Timestamp removal, Timestamp expires) const {
  ledger::Lot out{item, name, command.at, removal, expires};
  ledger::Lot known;
  if (!ledger.lot(item, name, known)) return out;
  out.received = known.received;
  if (removal.value == 0) out.removal = known.removal;
  if (expires.value == 0) out.expires = known.expires;
  return out;
}

AccountIndex Context::outside(std::string const& item, std::string const& who) {
  return ledger.open(AccountKey{AccountKind::quantity, item, who, "virtual", {}, {}, {}}, ledger::unbounded);
}

AccountIndex Context::books(Currency currency, std::string const& account) {
  return ledger.open(AccountKey{AccountKind::money, std::string(currency.code()), company, account, {}, {}, {}}, ledger::unbounded);
}

Result<void> Context::apply(std::vector<ledger::Transfer> group) {
  ledger::Group event;
  event.transfers = std::move(group);
  ledger::Applied applied;
  return apply(std::move(event), applied);
}

Result<void> Context::apply(ledger::Group event, ledger::Applied& applied) {
  for (auto& transfer : event.transfers) transfer.effective = command.at;
  if (auto const done = ledger.apply(event, command.at, applied, store.history()); !done) return done;
  for (auto const& bound : event.bounds) changes.bounds.push_back({changes.transfers.size(), bound});
  changes.transfers.insert(changes.transfers.end(), applied.entries.begin(), applied.entries.end());
  changes.costs.insert(changes.costs.end(), applied.costs.begin(), applied.costs.end());
  changes.lots.insert(changes.lots.end(), event.lots.begin(), event.lots.end());
  return {};
}

void Context::add_legs(std::vector<ledger::Transfer>& group, std::vector<finance::Leg> const& legs, std::string const& reference) {
  for (auto const& leg : legs) {
    ledger::Transfer transfer;
    transfer.debit = books(leg.amount.currency(), leg.debit);
    transfer.credit = books(leg.amount.currency(), leg.credit);
    transfer.amount = leg.amount.amount_minor();
    transfer.reference = reference;
    group.push_back(std::move(transfer));
  }
}

void Context::announce(std::string type, std::string const& subject, std::string const& state) {
  wire::JsonWriter data;
  data.begin_object().member("id", subject).member("state", state).member("command", command.id).end_object();
  changes.events.push_back({std::move(type), subject, data.take()});
}

bool is_plain_name(std::string_view name) noexcept {
  auto const plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), plain);
}

Timestamp window_start(policy::Policy const& policy, Duration over, Timestamp now) noexcept {
  over.amount = -over.amount;
  over.months = -over.months;
  return policy.due(0, now, over);
}

void Context::announce_state(std::string const& workflow, std::string const& subject, std::string const& state) {
  auto const [place, fresh] = state_events.emplace(subject, changes.events.size());
  announce(workflow + "." + state, subject, state);
  if (fresh || place->second + 1 >= changes.events.size()) return;
  changes.events[place->second] = std::move(changes.events.back());
  changes.events.pop_back();
}

Result<std::optional<store::StoredInstance>> Context::instance(std::string const& subject) {
  auto stored = store.load_instance(subject);
  if (!stored) return stored;
  if (!*stored) {
    for (auto const& start : changes.starts) {
      if (start.subject != subject) continue;
      stored->emplace();
      (*stored)->subject = subject;
      (*stored)->workflow = start.workflow;
      (*stored)->version = start.version;
      (*stored)->definition = start.definition;
      (*stored)->attributes = start.attributes;
    }
  }
  if (!*stored) return stored;
  for (auto const& row : changes.repins) {
    if (row.subject != subject) continue;
    (*stored)->version = row.version;
    (*stored)->definition = row.definition;
  }
  for (auto const& step : changes.transitions) {
    if (step.subject != subject) continue;
    if (step.from != step.to) (*stored)->since = command.at;
    (*stored)->state = step.to;
    (*stored)->closed = step.closes;
  }
  return stored;
}

namespace {
/// Rows of this command take the place of those of the store.
void put_over(std::vector<trade::SupplyRow>& rows, trade::SupplyRow const& row) {
  std::erase_if(rows, [&](trade::SupplyRow const& r) { return r.supply == row.supply && r.item == row.item && r.location == row.location; });
  rows.push_back(row);
}
}  // namespace

Result<std::vector<trade::SupplyRow>> Context::supply_lines(std::string const& supply) {
  auto rows = store::Supplies(store).lines_of(supply);
  if (!rows) return rows;
  for (auto const& row : changes.supplies) {
    if (row.supply == supply) put_over(*rows, row);
  }
  return rows;
}

Result<std::vector<trade::SupplyRow>> Context::supplies_of(std::string const& item) {
  auto rows = store::Supplies(store).open_of(item);
  if (!rows) return rows;
  for (auto const& row : changes.supplies) {
    if (row.item == item) put_over(*rows, row);
  }
  std::erase_if(*rows, [](trade::SupplyRow const& row) { return row.closed; });
  return rows;
}

Result<std::vector<store::StoredInstance>> Context::children_of(store::StoredInstance const& parent) {
  std::vector<store::StoredInstance> out;
  if (parent.number != 0) {
    auto stored = store.children_of(parent.number);
    if (!stored) return stored;
    out = std::move(*stored);
  }
  for (auto const& start : changes.starts) {
    if (start.parent != parent.subject || start.parent.empty()) continue;
    out.emplace_back();
    out.back().subject = start.subject;
    out.back().workflow = start.workflow;
  }
  for (auto& child : out) {
    for (auto const& step : changes.transitions) {
      if (step.subject == child.subject) child.state = step.to;
    }
  }
  return out;
}

Unexpected<Error> Context::refuse(std::string code, std::string message, std::string remedy) const {
  return failure(std::move(code), std::move(message), outcome.subject, std::move(remedy));
}

namespace {

/// Nothing is left ticking or waiting for what is finished.
Result<void> stop_clocks(Context& context, std::string const& subject) {
  std::set<std::string> running;
  auto const stored = context.store.load_instance(subject);
  if (!stored) return Unexpected{stored.error()};
  if (*stored) {
    // What waits for it waits in vain.
    auto const waiting = context.store.parked_events((*stored)->number);
    if (!waiting) return Unexpected{waiting.error()};
    for (auto const& event : *waiting) {
      auto const& rows = context.changes.parked;
      bool const done = std::any_of(rows.begin(), rows.end(), [&](auto const& row) { return row.parked == event.number; });
      if (!done) context.changes.parked.push_back({subject, trade::ParkedAction::dead, event.number, event.event, event.deadline, event.by, "it is finished"});
    }
    auto const timers = context.store.timers_of((*stored)->number);
    if (!timers) return Unexpected{timers.error()};
    for (auto const& timer : *timers) running.insert(timer.name);
  }
  for (auto const& row : context.changes.timers) {
    if (row.subject != subject) continue;
    if (row.action == trade::TimerAction::set) running.insert(row.name);
    else running.erase(row.name);
  }
  for (auto const& name : running) context.changes.timers.push_back({subject, name, trade::TimerAction::stopped, context.command.at});
  return {};
}

}  // namespace

namespace {
Result<void> run(Context& context, trade::NoCommand const&) { return context.refuse("bad_command", "a command says what is to be done", "give it a body"); }
}  // namespace

Result<void> run_command(Context& context) {
  // What comes as structs is held to what comes as JSON.
  bool const about_stock = context.command.body.kind() >= trade::CommandKind::expect_supply;
  if (about_stock) {
    if (auto const read = wire::parse_command(wire::to_json(context.command)); !read)
      return context.refuse("unreadable", read.error().place + ": " + read.error().message, read.error().remedy);
  }
  auto done = trade::visit([&](auto const& body) { return run(context, body); }, context.command.body);
  // What somebody has given back is for those who wait; what they give back in turn waits for the next look.
  auto const freed = std::move(context.freed);
  context.freed.clear();
  for (auto const& item : freed) {
    if (done) done = Replanning(context, item, "stock was given back").plan();
  }
  for (std::size_t i = 0; done && i < context.closed.size(); ++i) done = stop_clocks(context, context.closed[i]);
  return done ? tell_channels(context) : done;
}

Result<void> check_step(Context const& context, Instance const& instance, workflow::Step const& step, std::string const& event, trade::Actor const& by) {
  auto const& state = instance.stored.state;
  auto const& id = instance.stored.subject;
  switch (step.reaction) {
    case workflow::Reaction::moved:
    case workflow::Reaction::ignored:
    case workflow::Reaction::parked:
    case workflow::Reaction::dead_lettered: return {};
    case workflow::Reaction::forbidden:
      return context.refuse("wrong_role", "role `" + by.role + "` may not assert `" + event + "` here",
                            "ask someone whom the workflow `" + instance.pin.workflow->name + "` names");
    case workflow::Reaction::tied:
      return context.refuse("tied_guards", "two guards of the state `" + state + "` hold at once", "make the guards of the workflow exclude each other");
    case workflow::Reaction::rejected: break;
  }
  std::string possible;
  for (auto const& name : instance.machine().possible(instance.at)) possible += (possible.empty() ? "`" : ", `") + name + "`";
  return context.refuse("wrong_state", "`" + event + "` does not fit `" + id + "`, which is " + state,
                        possible.empty() ? "nothing more can happen to it" : "what fits now is " + possible);
}

}  // namespace bylaw::inline v0::engine
