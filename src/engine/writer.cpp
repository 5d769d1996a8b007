#include "engine/writer.hpp"

namespace bylaw::inline v0::engine {

Result<void> Writer::load() {
  auto loaded = store.load_ledger(ledger);
  snapshot_at_ = ledger.last_sequence();
  return loaded;
}

Error Writer::commit(Result<void> (*attempt)(void*), void* context, std::int64_t snapshot_transfers) noexcept {
  Error error;
  try {
    if (auto const done = attempt(context); !done) error = done.error();
  } catch (...) {
    // Half a step may be done, and undoing it would take memory too.
    failed = true;
    store.abandon();
    return out_of_memory();
  }
  if (error.code.empty()) {
    save_snapshot(snapshot_transfers);
  } else {
    store.rollback(ledger);
    failed = failed || store.outcome_unknown();
  }
  return error;
}

/// A snapshot that cannot be written is tried again when as much has come again; the journal is enough without it.
void Writer::save_snapshot(std::int64_t snapshot_transfers) noexcept {
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
