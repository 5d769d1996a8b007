#include "engine/writer.hpp"

namespace bylaw::inline v0::engine {

Result<void> Writer::load() {
  auto loaded = store.load_ledger(ledger);
  snapshot_at_ = ledger.last_sequence();
  return loaded;
}

Error Writer::not_usable() const {
  bool const one = noun_ == "engine";
  return {"engine_failed", "the " + noun_ + (closed ? (one ? " is closed" : " are closed") : (one ? " has failed" : " have failed")), path_,
          one ? "open it again" : "open them again"};
}

Result<void> Writer::submit(Ticket& ticket) {
  if (failed || closed) return Unexpected{not_usable()};
  queue_.run(
      ticket, [](void* self, Group const& group) { static_cast<Writer*>(self)->write(group); }, this);
  if (!ticket.error.code.empty()) return Unexpected{std::move(ticket.error)};
  return {};
}

void Writer::write(Group const& group) noexcept {
  std::lock_guard const lock(state);
  auto const error = try_to_write(group);
  if (error.code.empty()) return;
  take_back();
  for (auto* ticket : group) {
    try {
      static_cast<Ticket*>(ticket)->error = error;
    } catch (...) {
      static_cast<Ticket*>(ticket)->error = out_of_memory();
    }
  }
}

Error Writer::try_to_write(Group const& group) noexcept {
  Error error;
  try {
    if (failed || closed) return not_usable();
    if (auto const done = write_all(group); !done) error = done.error();
  } catch (...) {
    // Half a step may be done, and undoing it would take memory too.
    failed = true;
    store.abandon();
    return out_of_memory();
  }
  if (error.code.empty()) {
    save_snapshot();
  } else {
    store.rollback(ledger);
    failed = failed || store.outcome_unknown();
  }
  return error;
}

/// A snapshot that cannot be written is tried again when as much has come again; the journal is enough without it.
void Writer::save_snapshot() noexcept {
  if (ledger.last_sequence().value - snapshot_at_.value < snapshot_transfers) return;
  try {
    snapshot_at_ = ledger.last_sequence();
    (void)store.save_snapshot(ledger);
    failed = failed || store.outcome_unknown();
  } catch (...) {
    failed = true;
    store.abandon();
  }
}

Result<void> Writer::close() {
  if (closed.exchange(true) || failed || ledger.last_sequence() == snapshot_at_) return {};
  return store.save_snapshot(ledger);
}

}  // namespace bylaw::inline v0::engine
