// Opening, and the writing side: rows in, one hash per commit.
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

Store::Impl::~Impl() {
  db.reset();
  if (lock >= 0) ::close(lock);
}

Unexpected<Error> Store::Impl::fail() const { return Unexpected{describe(sqlite3_extended_errcode(db.get()), db.get(), path)}; }

Statement& Store::Impl::row(Journal table) {
  auto const i = static_cast<std::size_t>(table);
  dirty = true;
  return insert[i].reset(&digests[i]).bind(++counters[i]).bind(commit_seq + 1);
}

void Store::Impl::prepare() {
  for (std::size_t i = 0; i < journal_count; ++i) {
    Statement columns(db.get(), ("SELECT count(*) FROM pragma_table_info('" + std::string(journal_tables[i]) + "')").c_str());
    columns.step();
    auto const count = columns.number();
    std::string sql = "INSERT INTO \"" + std::string(journal_tables[i]) + "\" VALUES(?";
    for (std::int64_t c = 1; c < count; ++c) sql += ",?";
    insert[i] = Statement(db.get(), (sql + ")").c_str());
    auto* const many = i == static_cast<std::size_t>(Journal::transfer)     ? &insert_many
                       : i == static_cast<std::size_t>(Journal::transition) ? &insert_steps
                       : i == static_cast<std::size_t>(Journal::outbox)     ? &insert_outbox
                                                                            : nullptr;
    if (many == nullptr) continue;
    auto const row = sql.substr(sql.rfind('(')) + ")";
    for (std::size_t more = 0; more < rows_a_statement; ++more) sql = more == 0 ? sql + ")" : sql + "," + row;
    *many = Statement(db.get(), sql.c_str());
  }
  auto const prepared = [&](char const* sql) { return Statement(db.get(), sql); };
  start_instance = prepared("INSERT INTO instance VALUES(?,?,?,?,?,?,0,'',?,0,?)");
  move_instance = prepared("UPDATE instance SET closed=?, state=?, since=?, last=? WHERE seq=?");
  add_sale = prepared("INSERT INTO sale_line VALUES(?,?,?,?,?)");
  line_sold = prepared(
      "SELECT d.customer, l.item, d.placed, l.seq FROM order_doc d JOIN order_line l ON l.order_seq=d.seq "
      "WHERE d.id=?1 AND l.number=?2 ORDER BY d.revision DESC LIMIT 1");
  take_sale = prepared("UPDATE sale_line SET remaining = remaining - ?1 WHERE customer=?2 AND item=?3 AND placed=?4 AND line_seq=?5 AND remaining >= ?1");
  insert_commit = prepared("INSERT INTO commit_log VALUES(?,?,?)");
  begin = prepared("BEGIN IMMEDIATE");
  commit = prepared("COMMIT");
  put_balance = prepared("INSERT OR REPLACE INTO balance VALUES(?,?,?,?)");
  put_balance_state = prepared("INSERT OR REPLACE INTO balance_state VALUES(1,?)");
  find_transfer = prepared(
      "SELECT kind, debit, credit, amount, body, EXISTS(SELECT 1 FROM transfer r WHERE r.target=?1 AND r.target>0 AND r.kind=5) "
      "FROM transfer WHERE seq=?1");
  next_group = prepared("SELECT min(seq) FROM transfer WHERE seq>?1 AND seq<=?1+1048576 AND leg=0");
  // Legs that a fact took from promises, and the promises of their rests; the costs of a group follow its last transfer.
  group_legs =
      prepared("SELECT kind, seq, target, amount, reference FROM transfer WHERE seq>=?1 AND seq<=?2 AND force=3 AND target>0 AND kind IN (1, 3) ORDER BY seq");
  group_costs = prepared("SELECT seq, kind, pool, to_pool, quantity, value, value_change, rounding FROM cost_move WHERE after_transfer=? ORDER BY seq");
  find_receipt = prepared("SELECT body, first_transfer, code, message, place, remedy FROM group_receipt WHERE seq=?");
  find_command = prepared("SELECT body_hash, status, code, message, remedy, subject, state FROM command WHERE id=?");
  find_order = prepared("SELECT seq, command_seq, imported, body, customer, total, currency FROM order_doc WHERE id=? ORDER BY revision DESC LIMIT 1");
  order_lines =
      prepared("SELECT number, item, title, quantity, unit_price, net, service, tax, shipping, bundle FROM order_line WHERE order_seq=? ORDER BY seq");
  find_return = prepared("SELECT source, customer, requested, currency, tender FROM return_doc WHERE id=?");
  return_lines = prepared(
      "SELECT number, order_id, order_line, item, quantity, claimed_net, reason, condition, service, verdict, reasons, refund, fee, sold, rule, serial, facts "
      "FROM "
      "return_line WHERE return_id=? ORDER BY seq");
  step_instance =
      prepared("UPDATE instance SET closed=?1, since=CASE WHEN state=?2 THEN since ELSE ?3 END, state=?2, last=?4, data=coalesce(?5,data) WHERE seq=?6");
  instance_by_subject = prepared("SELECT seq, subject, workflow, version, definition, parent, closed, state, since, last, data FROM instance WHERE subject=?");
  instance_by_number = prepared("SELECT seq, subject, workflow, version, definition, parent, closed, state, since, last, data FROM instance WHERE seq=?");
  children = prepared(
      "SELECT seq, subject, workflow, version, definition, parent, closed, state, since, last, data FROM instance WHERE parent=? AND parent>0 ORDER BY seq");
  find_transition = prepared("SELECT previous, event, from_state, to_state, at FROM transition WHERE seq=?");
  put_timer = prepared("INSERT INTO timer VALUES(?1,?2,?3,?4,?5) ON CONFLICT(instance,name) DO UPDATE SET due=?3, elapsed=?4, set_by=?5");
  end_timer = prepared("DELETE FROM timer WHERE instance=? AND name=?");
  due = prepared(
      "SELECT i.subject, t.name, t.due, t.set_by FROM timer t JOIN instance i ON i.seq=t.instance WHERE t.elapsed=0 AND t.due<=? ORDER BY t.due LIMIT ?");
  timers = prepared("SELECT i.subject, t.name, t.due, t.set_by FROM timer t JOIN instance i ON i.seq=t.instance WHERE t.instance=? ORDER BY t.name");
  expired = prepared("SELECT count(*) FROM hold_event WHERE rule=? AND at>? AND action=6");
  all_stops = prepared(
      "SELECT name, action, what, target, blocks, reason, text, from_at, until_at, lift_by FROM stop_event s "
      "WHERE s.seq=(SELECT max(seq) FROM stop_event x WHERE x.name=s.name) ORDER BY name");
  first_due = prepared("SELECT due FROM timer WHERE elapsed=0 ORDER BY due LIMIT 1");
  elapsed = prepared("SELECT name FROM timer WHERE instance=? AND elapsed=1");
  parked = prepared(
      "SELECT p.seq, i.subject, p.event, p.deadline, p.user, p.role FROM parked_event p JOIN instance i ON i.seq=p.instance WHERE p.instance=?1 AND p.action=0 "
      "AND NOT EXISTS (SELECT 1 FROM parked_event x WHERE x.instance=p.instance AND x.parked=p.seq) ORDER BY p.seq");
  facts = prepared("SELECT path, value FROM order_fact WHERE order_id=? ORDER BY seq");
  measured = prepared(
      "SELECT count(*), scale, sum(amount), min(amount), max(amount) FROM measure_entry WHERE measure=? AND key=? AND at>? AND at<=? AND subject!=? GROUP BY "
      "scale");
  put_measure = prepared("INSERT INTO measure_entry VALUES(?,?,?,?,?,?) ON CONFLICT DO NOTHING");
  holds = prepared(
      "SELECT rule, line, action, reason, text, queue, blocks, reads, scope, owner, late, due, release_by, at FROM hold_event WHERE order_id=? ORDER BY seq");
  customer_orders = prepared("SELECT count(*) FROM (SELECT 1 FROM order_doc WHERE customer=?1 AND customer != '' AND id != ?2 LIMIT 1000)");
  find_entry = prepared("SELECT removed, effective, body FROM catalog_entry WHERE kind=? AND id=? AND effective<=? ORDER BY effective DESC, seq DESC LIMIT 1");
  next_entry = prepared("SELECT min(effective) FROM catalog_entry WHERE kind=? AND id=? AND effective>?");
  all_entries = prepared(
      "SELECT c.body FROM catalog_entry c WHERE c.kind=?1 AND c.removed=0 AND c.seq = (SELECT x.seq FROM catalog_entry x WHERE x.kind=?1 AND x.id=c.id AND "
      "x.effective<=?2 ORDER BY x.effective DESC, x.seq DESC LIMIT 1) ORDER BY c.id");
  payments = prepared("SELECT payment, tender, what, amount, currency, refund, booked, booked_currency FROM payment_event WHERE order_id=? ORDER BY seq");
  return_moves =
      prepared("SELECT line, what, quantity, item, location, lot, condition, disposition, amount, cost FROM return_move WHERE return_id=? ORDER BY seq");
  refund_parts = prepared(
      "SELECT refund, order_line, return_id, return_line, kind, quantity, currency, gross, tax, discount, fee, fee_tax, reason FROM refund_part WHERE "
      "order_id=? ORDER BY seq");
  put_personal = prepared("INSERT INTO personal VALUES(?,?,?)");
  // Of the revision that a command brought, or (0) what became known in between and later.
  personal_of = prepared(
      "SELECT v.path, p.value FROM personal_value v JOIN personal p ON p.seq=v.seq WHERE v.subject=?1 AND CASE ?2 WHEN 0 THEN v.command_seq NOT IN (SELECT "
      "d.command_seq FROM order_doc d WHERE d.id=?1) ELSE v.command_seq=?2 END ORDER BY v.seq");
  // Bounded: beyond a thousand lots of one item a person has to name the order.
  find_sale = prepared(
      "SELECT s.remaining, s.placed, l.number, d.id FROM sale_line s JOIN order_line l ON l.seq=s.line_seq "
      "JOIN order_doc d ON d.seq=l.order_seq WHERE s.customer=?1 AND s.item=?2 AND s.placed<=?3 AND s.remaining>0 "
      "ORDER BY s.placed DESC, s.line_seq DESC LIMIT 1000");
  find_sale_line = prepared(
      "SELECT s.remaining, s.placed FROM order_doc d JOIN order_line l ON l.order_seq=d.seq "
      "JOIN sale_line s ON s.customer=d.customer AND s.item=l.item AND s.placed=d.placed AND s.line_seq=l.seq "
      "WHERE d.id=?1 AND l.number=?2 ORDER BY d.revision DESC LIMIT 1");
}

std::int64_t last_seq(sqlite3* db, char const* table) {
  Statement statement(db, ("SELECT coalesce(max(seq),0) FROM \"" + std::string(table) + '"').c_str());
  return statement.step() ? statement.number() : 0;
}

namespace {

/// A commit that changes nothing of the journal, but is written and synced: everything before it in the WAL is on disk then, and
/// what lay behind is gone.
bool commit_session(sqlite3* db) {
  if (execute(db, "BEGIN IMMEDIATE; UPDATE writer_session SET number = number + 1; COMMIT")) return true;
  if (sqlite3_get_autocommit(db) == 0) execute(db, "ROLLBACK");  // and the first error is what is told
  return false;
}

/// One writer per store. The lock goes with the process, so a crash leaves nothing behind.
Result<void> lock(Store::Impl& impl, bool create) {
  auto const& path = impl.path;
  // Under its real name: a store that is reached through a link is the same store.
  std::error_code ignored;
  auto const real = std::filesystem::weakly_canonical(path, ignored);
  auto const lock_path = (ignored ? path : real.string()) + "-writer";
  bool const exists = ::access(path.c_str(), F_OK) == 0;
  if (!exists && !create) return failure("store_unreadable", "there is no such store", path, "check the name");
  impl.lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (impl.lock < 0) {
    return failure("store_read_only", std::string("the store cannot be opened for writing: ") + std::strerror(errno), path,
                   "check that the folder exists and may be written to");
  }
  if (::flock(impl.lock, LOCK_EX | LOCK_NB) != 0) {
    return failure("store_locked", "another program holds this store", path, "close it there, or wait until it is done");
  }
  return {};
}

}  // namespace

Result<Store> Store::open(std::string const& path, bool create) {
  if (path.empty()) return failure("store_unreadable", "a store needs a path", path, "name a file");
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  if (!in_memory(path)) {
    if (auto const locked = lock(*impl, create); !locked) return Unexpected{locked.error()};
  }
  sqlite3* raw = nullptr;
  auto const opened = open_database(path, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), &raw);
  impl->db.reset(raw);
  if (opened != SQLITE_OK) return Unexpected{describe(opened, raw, path)};
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 5000);
  if (auto const migrated = migrate(raw, path, create); !migrated) return Unexpected{migrated.error()};
  // FULL: under NORMAL a power cut loses acknowledged commits (DESIGN section 4).
  if (!execute(raw, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-49152; PRAGMA wal_autocheckpoint=10000;")) return impl->fail();
  // A killed process may have left commits that only the file system's cache knows. They will be answered for from now on, so
  // they have to be on disk first: a commit of our own syncs all that is before it.
  if (!commit_session(raw)) return impl->fail();
  for (std::size_t i = 0; i < journal_count; ++i) impl->counters[i] = last_seq(raw, journal_tables[i]);
  impl->committed = impl->counters;
  Statement last(raw, "SELECT seq, recorded_at, chain FROM commit_log ORDER BY seq DESC LIMIT 1");
  if (last.step()) {
    impl->commit_seq = last.number();
    impl->recorded = Timestamp(last.number());
    impl->chain = last.text();
  }
  if (last.failed()) return impl->fail();
  Statement balances(raw, "SELECT transfer_seq FROM balance_state");
  if (balances.step()) impl->balances_at = impl->committed_balances_at = balances.number();
  impl->prepare();
  return Store(impl.release());
}

Store::Store(Store&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Store& Store::operator=(Store&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Store::~Store() { delete impl_; }

Result<void> Store::begin() {
  if (!impl_->begin.reset().run()) return impl_->fail();
  impl_->open_transaction = true;
  impl_->dirty = false;
  impl_->retired_items.clear();
  return {};
}

Timestamp Store::last_recorded() const noexcept { return impl_->recorded; }
bool Store::outcome_unknown() const noexcept { return impl_->unknown; }

Result<void> Store::commit(Timestamp recorded, ledger::Ledger& ledger) {
  auto& s = *impl_;
  if (recorded < s.recorded) recorded = s.recorded;  // recorded time never goes back
  std::string chain;
  bool ids_flushed = false;
  if (s.dirty) {
    if (!s.flush_transfers() || !s.flush_steps() || !s.flush_outbox() || !s.write_balances_when_due(ledger, recorded)) return s.fail();
    if (!s.ids.work(s.last(Journal::transfer), s.last(Journal::group_receipt), false, ids_flushed)) return s.fail();
    chain = chain_hash(s.chain, s.commit_seq + 1, recorded.value, s.digests, s.committed, s.counters);
    if (!s.insert_commit.reset().bind(s.commit_seq + 1).bind(recorded.value).bind_blob(chain).run()) return s.fail();
  }
  if (!s.commit.reset().run()) {
    auto const code = sqlite3_extended_errcode(s.db.get());
    // A busy file is refused before anything is written. After an I/O error nobody knows; on a full disk the commit may be
    // complete in the WAL all the same, because SQLite pads it to the end of a sector.
    s.unknown = (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_FULL;
    s.perhaps_in_wal = (code & 0xff) == SQLITE_FULL;
    return s.fail();
  }
  s.open_transaction = false;
  ledger.commit();
  if (s.empty_wal) {
    // While somebody reads it cannot be emptied, and nobody waits for that: it is tried again after every commit.
    sqlite3_busy_timeout(s.db.get(), 0);
    s.empty_wal = sqlite3_wal_checkpoint_v2(s.db.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) != SQLITE_OK;
    sqlite3_busy_timeout(s.db.get(), 5000);
    execute(s.db.get(), "PRAGMA secure_delete=OFF");
  }
  if (ids_flushed) ledger.forget_ids();
  if (!s.dirty) return {};
  ++s.commit_seq;
  s.chain = std::move(chain);
  s.recorded = recorded;
  s.committed = s.counters;
  s.committed_balances_at = s.balances_at;
  return {};
}

void Store::rollback(ledger::Ledger& ledger) noexcept {
  if (impl_->open_transaction) execute(impl_->db.get(), "ROLLBACK");
  // What a crash might find in the WAL is overwritten by a commit that is on disk, or nobody may go on from here.
  if (impl_->perhaps_in_wal && !commit_session(impl_->db.get())) {
    bool const emptied = sqlite3_wal_checkpoint_v2(impl_->db.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) == SQLITE_OK;
    impl_->unknown = !emptied || !commit_session(impl_->db.get());
  }
  impl_->perhaps_in_wal = false;
  impl_->open_transaction = false;
  impl_->counters = impl_->committed;
  impl_->items.clear();
  impl_->orders.clear();
  impl_->times.clear();
  impl_->locations.reset();
  impl_->instances.clear();
  impl_->policies.clear();
  impl_->close_sums = {};
  impl_->waiting_count = 0;
  impl_->waiting_outbox.clear();
  impl_->waiting_steps.clear();
  impl_->touched_known = false;
  impl_->balances_at = impl_->committed_balances_at;
  for (auto& digest : impl_->digests) (void)digest.finish();
  ledger.undo_to(0);
  // The index may have moved on with rows that are gone now.
  try {
    if (!impl_->ids.load(impl_->db.get(), ledger.recent_ids())) impl_->unknown = true;
  } catch (...) {
    impl_->unknown = true;
  }
}

void Store::abandon() noexcept {
  if (impl_->open_transaction) sqlite3_exec(impl_->db.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  impl_->open_transaction = false;
  impl_->unknown = true;
}

}  // namespace bylaw::inline v0::store
