// Opening, and the writing side: rows in, one hash per commit.
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <bylaw/wire/commands.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT: rows of `trade` are what a store is made of.

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
  for (std::size_t i = 0; i < journal_tables.size(); ++i) {
    Statement columns(db.get(), ("SELECT count(*) FROM pragma_table_info('" + std::string(journal_tables[i]) + "')").c_str());
    columns.step();
    auto const count = columns.number();
    std::string sql = "INSERT INTO " + std::string(journal_tables[i]) + " VALUES(?";
    for (std::int64_t c = 1; c < count; ++c) sql += ",?";
    insert[i] = Statement(db.get(), (sql + ")").c_str());
  }
  auto const prepared = [&](char const* sql) { return Statement(db.get(), sql); };
  set_instance = prepared("INSERT INTO instance VALUES(?,?,?,?) ON CONFLICT(subject) DO UPDATE SET version=excluded.version, state=excluded.state");
  add_sale = prepared("INSERT INTO sale_line VALUES(?,?,?,?,?)");
  take_sale = prepared("UPDATE sale_line SET remaining = remaining - ?1 WHERE customer=?2 AND item=?3 AND placed=?4 AND line_seq=?5 AND remaining >= ?1");
  set_item = prepared("INSERT INTO item VALUES(?,?) ON CONFLICT(sku) DO UPDATE SET body=excluded.body");
  set_location = prepared("INSERT INTO location VALUES(?,?) ON CONFLICT(id) DO UPDATE SET body=excluded.body");
  insert_commit = prepared("INSERT INTO commit_log VALUES(?,?,?)");
  find_command = prepared("SELECT body_hash, status, code, message, remedy, subject, state FROM command WHERE id=?");
  find_order = prepared("SELECT seq, imported, body, customer, total, currency FROM order_doc WHERE id=? ORDER BY revision DESC LIMIT 1");
  order_lines = prepared("SELECT number, item, title, quantity, unit_price, net, service FROM order_line WHERE order_seq=? ORDER BY seq");
  find_return = prepared("SELECT source, customer, requested, currency FROM return_doc WHERE id=?");
  return_lines = prepared(
      "SELECT number, order_id, order_line, item, quantity, claimed_net, reason, condition, service, verdict, reasons, refund, fee, sold, rule FROM "
      "return_line WHERE return_id=? ORDER BY seq");
  instance = prepared("SELECT version, state FROM instance WHERE subject=?");
  holds = prepared("SELECT rule, line, action, reason, text, queue, blocks, reads FROM hold_event WHERE order_id=? ORDER BY seq");
  times = prepared("SELECT event, to_state, at FROM transition WHERE subject=? ORDER BY seq");
  customer_orders = prepared("SELECT count(*) FROM (SELECT 1 FROM order_doc WHERE customer=?1 AND customer != '' AND id != ?2 LIMIT 1000)");
  find_item = prepared("SELECT body FROM item WHERE sku=?");
  all_locations = prepared("SELECT body FROM location ORDER BY id");
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
  Statement statement(db, ("SELECT coalesce(max(seq),0) FROM " + std::string(table)).c_str());
  return statement.step() ? statement.number() : 0;
}

std::string chain_hash(std::string const& before, std::int64_t seq, std::int64_t recorded, std::array<Digest, journal_tables.size()>& digests) {
  Digest chain;
  chain.add(before);
  chain.add(seq);
  chain.add(recorded);
  for (auto& digest : digests) chain.add(digest.finish());
  return chain.finish();
}

namespace {

/// One writer per store. The lock goes with the process, so a crash leaves nothing behind.
Result<void> lock(Store::Impl& impl, bool create) {
  auto const& path = impl.path;
  auto const lock_path = path + "-writer";
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
  if (!execute(raw, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=4000;")) return impl->fail();
  for (std::size_t i = 0; i < journal_tables.size(); ++i) impl->counters[i] = last_seq(raw, journal_tables[i]);
  impl->committed = impl->counters;
  Statement last(raw, "SELECT seq, recorded_at, chain FROM commit_log ORDER BY seq DESC LIMIT 1");
  if (last.step()) {
    impl->commit_seq = last.number();
    impl->recorded = Timestamp(last.number());
    impl->chain = last.text();
  }
  if (last.failed()) return impl->fail();
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
  if (!execute(impl_->db.get(), "BEGIN IMMEDIATE")) return impl_->fail();
  impl_->open_transaction = true;
  impl_->dirty = false;
  return {};
}

Timestamp Store::last_recorded() const noexcept { return impl_->recorded; }
bool Store::outcome_unknown() const noexcept { return impl_->unknown; }

Result<void> Store::commit(Timestamp recorded) {
  if (recorded < impl_->recorded) recorded = impl_->recorded;  // recorded time never goes back
  std::string chain;
  if (impl_->dirty) {
    chain = chain_hash(impl_->chain, impl_->commit_seq + 1, recorded.value, impl_->digests);
    if (!impl_->insert_commit.reset().bind(impl_->commit_seq + 1).bind(recorded.value).bind_blob(chain).run()) return impl_->fail();
  }
  if (!execute(impl_->db.get(), "COMMIT")) {
    auto const code = sqlite3_extended_errcode(impl_->db.get());
    // A full disk or a busy file is refused before anything is written; after an I/O error nobody knows.
    impl_->unknown = (code & 0xff) == SQLITE_IOERR;
    return impl_->fail();
  }
  impl_->open_transaction = false;
  if (!impl_->dirty) return {};
  ++impl_->commit_seq;
  impl_->chain = std::move(chain);
  impl_->recorded = recorded;
  impl_->committed = impl_->counters;
  return {};
}

void Store::rollback() noexcept {
  if (impl_->open_transaction) execute(impl_->db.get(), "ROLLBACK");
  impl_->open_transaction = false;
  impl_->counters = impl_->committed;
  impl_->items.clear();
  for (auto& digest : impl_->digests) (void)digest.finish();
}

Result<void> Store::use_policy(std::string_view version_hash) {
  Statement known(impl_->db.get(), "SELECT seq FROM policy_version WHERE hash=? ORDER BY seq DESC LIMIT 1");
  if (known.reset().bind(version_hash).step()) {
    impl_->policy = known.number();
    return {};
  }
  if (!impl_->row(Journal::policy_version).bind(version_hash).run()) return impl_->fail();
  impl_->policy = impl_->counters[static_cast<std::size_t>(Journal::policy_version)];
  return {};
}

namespace {

std::string note_of(CommandBody const& body) {
  if (auto const* event = std::get_if<OrderEvent>(&body)) return event->event + (event->note.empty() ? "" : ": " + event->note);
  if (auto const* release = std::get_if<ReleaseHold>(&body)) return release->rule + (release->note.empty() ? "" : ": " + release->note);
  if (auto const* back = std::get_if<ReturnEvent>(&body)) return back->event + (back->note.empty() ? "" : ": " + back->note);
  return {};
}

}  // namespace

Result<void> Store::record(Command const& command, std::string_view body_hash, Outcome const& outcome, Changes const& changes) {
  auto& s = *impl_;
  auto const note = note_of(command.body);
  bool ok = s.row(Journal::command)
                .bind(command.id)
                .bind(std::string_view(kind_of(command.body)))
                .bind(command.at.value)
                .bind(command.by.user)
                .bind(command.by.role)
                .bind_blob(body_hash)
                .bind(static_cast<std::int64_t>(outcome.status))
                .bind(outcome.code)
                .bind(outcome.message)
                .bind(outcome.remedy)
                .bind(outcome.subject)
                .bind(outcome.state)
                .bind(note)
                .run();
  auto const by = s.counters[static_cast<std::size_t>(Journal::command)];
  auto const at = command.at.value;
  for (std::size_t i = 0; ok && i < changes.accounts.size(); ++i) {
    auto const& key = changes.accounts[i].second;
    ok = s.row(Journal::account)
             .bind(static_cast<std::int64_t>(key.kind))
             .bind(key.unit)
             .bind(key.place)
             .bind(key.status)
             .bind(key.detail)
             .bind(key.owner)
             .bind(key.pool)
             .bind(changes.account_floors[i])
             .run();
  }
  for (auto const& [sequence, t] : changes.transfers) {
    ok = ok && s.row(Journal::transfer)
                   .bind(by)
                   .bind(static_cast<std::int64_t>(t.kind))
                   .bind(std::int64_t{t.debit.value})
                   .bind(std::int64_t{t.credit.value})
                   .bind(t.amount)
                   .bind(t.pending.value)
                   .bind(t.code)
                   .bind(t.reference)
                   .bind(t.effective.value)
                   .run();
  }
  for (auto const& row : changes.orders) {
    auto const& o = row.order;
    auto const body = wire::header_json(o);
    ok = ok && s.row(Journal::order_doc)
                   .bind(by)
                   .bind(o.id)
                   .bind(o.revision)
                   .bind(o.source)
                   .bind(o.channel)
                   .bind(o.customer.id)
                   .bind(o.currency.code())
                   .bind(o.total.amount_minor())
                   .bind(o.placed.value)
                   .bind(row.imported.value)
                   .bind(body)
                   .run();
    auto const order_seq = s.counters[static_cast<std::size_t>(Journal::order_doc)];
    for (auto const& line : o.lines) {
      auto const price = to_string(line.unit_price);
      ok = ok && s.row(Journal::order_line)
                     .bind(order_seq)
                     .bind(std::int64_t{line.number})
                     .bind(line.item)
                     .bind(line.title)
                     .bind(line.quantity)
                     .bind(price)
                     .bind(line.net.amount_minor())
                     .bind(std::int64_t{line.service})
                     .run();
      ok = ok && s.add_sale.reset()
                     .bind(o.customer.id)
                     .bind(line.item)
                     .bind(o.placed.value)
                     .bind(s.counters[static_cast<std::size_t>(Journal::order_line)])
                     .bind(line.quantity)
                     .run();
    }
  }
  for (auto const& row : changes.returns) {
    auto const& r = row.request;
    ok = ok && s.row(Journal::return_doc).bind(by).bind(r.id).bind(r.source).bind(r.customer).bind(r.requested.value).bind(r.currency.code()).run();
  }
  for (auto const& row : changes.return_lines) {
    auto const& l = row.line;
    ok = ok && s.row(Journal::return_line)
                   .bind(row.return_id)
                   .bind(std::int64_t{l.number})
                   .bind(l.order)
                   .bind(std::int64_t{l.order_line})
                   .bind(l.item)
                   .bind(l.quantity)
                   .bind(l.claimed_net.amount_minor())
                   .bind(l.reason)
                   .bind(l.claimed_condition)
                   .bind(std::int64_t{l.service})
                   .bind(row.verdict)
                   .bind(row.reasons)
                   .bind(row.refund_minor)
                   .bind(row.fee_minor)
                   .bind(row.sold.value)
                   .bind(row.rule)
                   .run();
    if (ok && !l.order.empty()) ok = take_from_sale(row, l.quantity);
  }
  for (auto const& row : changes.dropped_claims) {
    if (ok && !row.line.order.empty()) ok = take_from_sale(row, -row.line.quantity);
  }
  for (auto const& t : changes.transitions) {
    ok =
        ok &&
        s.row(Journal::transition).bind(by).bind(t.subject).bind(t.workflow).bind(std::int64_t{t.version}).bind(t.event).bind(t.from).bind(t.to).bind(at).run();
    ok = ok && s.set_instance.reset().bind(t.subject).bind(t.workflow).bind(std::int64_t{t.version}).bind(t.to).run();
  }
  for (auto const& h : changes.holds) {
    ok = ok && s.row(Journal::hold_event)
                   .bind(by)
                   .bind(h.order)
                   .bind(h.rule)
                   .bind(std::int64_t{h.line})
                   .bind(static_cast<std::int64_t>(h.action))
                   .bind(h.reason)
                   .bind(h.text)
                   .bind(h.queue)
                   .bind(h.blocks)
                   .bind(at)
                   .bind(s.policy)
                   .bind(h.reads)
                   .run();
  }
  for (auto const& d : changes.decisions) {
    ok = ok && s.row(Journal::decision).bind(by).bind(d.subject).bind(d.kind).bind(d.rule).bind(d.verdict).bind(s.policy).bind(d.reads).run();
  }
  for (auto const& e : changes.events) {
    ok = ok && s.row(Journal::outbox).bind(by).bind(e.type).bind(e.subject).bind(e.data).bind(at).run();
  }
  for (auto const& item : changes.items) {
    s.items.erase(item.sku);
    auto const body = wire::to_json(item);
    ok = ok && s.row(Journal::item_version).bind(by).bind(item.sku).bind(body).run() && s.set_item.reset().bind(item.sku).bind(body).run();
  }
  for (auto const& location : changes.locations) {
    auto const body = wire::to_json(location);
    ok = ok && s.row(Journal::location_version).bind(by).bind(location.id).bind(body).run() && s.set_location.reset().bind(location.id).bind(body).run();
  }
  if (!ok) return s.fail();
  return {};
}

bool Store::take_from_sale(ReturnLineRow const& row, std::int64_t units) {
  Statement find(impl_->db.get(),
                 "SELECT d.customer, l.item, d.placed, l.seq FROM order_doc d JOIN order_line l ON l.order_seq=d.seq "
                 "WHERE d.id=?1 AND l.number=?2 ORDER BY d.revision DESC LIMIT 1");
  if (!find.reset().bind(row.line.order).bind(std::int64_t{row.line.order_line}).step()) return false;
  auto const customer = find.text();
  auto const item = find.text();
  auto const placed = find.number();
  auto const line_seq = find.number();
  return impl_->take_sale.reset().bind(units).bind(customer).bind(item).bind(placed).bind(line_seq).run();
}

}  // namespace bylaw::inline v0::store
