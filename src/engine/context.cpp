#include "engine/context.hpp"

#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::engine {

using ledger::AccountIndex;
using ledger::AccountKey;
using ledger::AccountKind;

AccountIndex Context::stock(std::string const& item, std::string const& location, std::string const& status) {
  return ledger.open(AccountKey{AccountKind::quantity, item, location, status, {}, {}, {}}, ledger::physical);
}

AccountIndex Context::outside(std::string const& item, std::string const& who) {
  return ledger.open(AccountKey{AccountKind::quantity, item, who, "virtual", {}, {}, {}}, ledger::unbounded);
}

AccountIndex Context::books(Currency currency, std::string const& account) {
  return ledger.open(AccountKey{AccountKind::money, std::string(currency.code()), "main", account, {}, {}, {}}, ledger::unbounded);
}

Result<void> Context::apply(std::vector<ledger::Transfer> group) {
  for (auto& transfer : group) transfer.effective = command.at;
  ledger::Group event;
  event.transfers = std::move(group);
  ledger::Applied applied;
  if (auto const done = ledger.apply(event, command.at, applied, store.history()); !done) return done;
  changes.transfers.insert(changes.transfers.end(), applied.entries.begin(), applied.entries.end());
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

void Context::moved(std::string const& subject, workflow::Definition const& definition, std::string const& event, std::string const& from,
                    std::string const& to) {
  changes.transitions.push_back({subject, definition.name, definition.version, event, from, to});
}

Unexpected<Error> Context::refuse(std::string code, std::string message, std::string remedy) const {
  return failure(std::move(code), std::move(message), outcome.subject, std::move(remedy));
}

Result<void> run_command(Context& context) {
  return std::visit([&](auto const& body) { return run(context, body); }, context.command.body);
}

workflow::Guards OrderGuards::guards() {
  auto const answer = [](void* self, std::int32_t guard, bool& failed) {
    auto& me = *static_cast<OrderGuards*>(self);
    auto const stop = [&](Error const& error) {
      me.error = error;
      failed = true;
      return false;
    };
    if (!me.frame_) {
      auto frame = me.context_.book.order_frame(me.facts_);
      if (!frame) return stop(frame.error());
      me.frame_ = std::move(*frame);
    }
    auto const holds = me.context_.book.policy().guard(guard, *me.frame_, me.context_.command.at);
    return holds ? *holds : stop(holds.error());
  };
  return {answer, this};
}

Result<void> check_step(Context const& context, workflow::Definition const& definition, workflow::Step const& step, std::string const& event,
                        std::string const& state) {
  switch (step.reaction) {
    case workflow::Reaction::moved:
    case workflow::Reaction::ignored: return {};
    case workflow::Reaction::forbidden:
      return context.refuse("wrong_role", "role `" + context.command.by.role + "` may not assert `" + event + "` here",
                            "ask someone whom the workflow `" + definition.name + "` names");
    case workflow::Reaction::tied:
      return context.refuse("tied_guards", "two guards of the state `" + state + "` hold at once", "make the guards of the workflow exclude each other");
    case workflow::Reaction::guard_failed: return context.refuse("policy_error", "a guard of `" + event + "` cannot be computed");
    case workflow::Reaction::rejected:
    case workflow::Reaction::parked:
    case workflow::Reaction::dead_lettered: break;
  }
  std::string possible;
  for (auto const& transition : definition.states[static_cast<std::size_t>(definition.find(state))].transitions) {
    if (!transition.event.empty() && possible.find("`" + transition.event + "`") == std::string::npos) {
      possible += (possible.empty() ? "`" : ", `") + transition.event + "`";
    }
  }
  return context.refuse("wrong_state", "`" + event + "` does not fit `" + context.outcome.subject + "`, which is " + state,
                        possible.empty() ? "nothing more can happen to it" : "what fits now is " + possible);
}

}  // namespace bylaw::inline v0::engine
