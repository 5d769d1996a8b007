// A reservation in its workflow: whatever ends it, nothing stays promised to it.
#include "engine/reservation_subject.hpp"

#include "engine/promise_moves.hpp"

namespace bylaw::inline v0::engine {

Result<void> ReservationSubject::load(Context& context, store::StoredInstance stored) {
  instance.stored = std::move(stored);
  return seat(context, instance);
}

Result<void> ReservationSubject::reload(Context& context) {
  auto stored = context.instance(instance.stored.subject);
  if (!stored) return Unexpected{stored.error()};
  return load(context, std::move(**stored));
}

Result<Subject::Frames> ReservationSubject::frames(Context& context) {
  (void)context;
  auto frame = instance.pin.book->order_frame(rulebook::OrderFacts{});
  if (!frame) return Unexpected{frame.error()};
  return Frames{std::move(*frame), std::nullopt};
}

/// Whatever ends it, nothing stays promised to it.
Result<void> ReservationSubject::arrived(Context& context) {
  if (!instance.stored.closed) return {};
  std::vector<ledger::Transfer> group;
  for (auto const& pending : context.ledger.pendings_of(instance.stored.subject)) {
    context.freed.insert(context.ledger.key(pending.debit).unit);
    group.push_back(drop_of(pending));
    // What has lapsed by its own date is dropped as such.
    if (pending.expires.value != 0 && pending.expires <= context.command.at) group.back().kind = ledger::TransferKind::expire;
  }
  return group.empty() ? Result<void>{} : context.apply(std::move(group));
}

Result<bool> ReservationSubject::fire(Context& context, store::StoredTimer const& timer) {
  if (timer.name != expiry_clock) return false;
  auto const done = assert_event(context, "expire", {"system", ""});
  return done ? Result<bool>(true) : Result<bool>(Unexpected{done.error()});
}

}  // namespace bylaw::inline v0::engine
