// Everything that can be recomputed from the journal is, and compared.
#include <algorithm>
#include <array>
#include <future>
#include <map>

#include "store/checks.hpp"
#include "store/recover.hpp"
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

namespace {

/// The chain, the books under it, and the hash of the state.
class Verifier {
 public:
  explicit Verifier(sqlite3* db) : db_(db) {}

  void run() {
    check_journal();
    check_snapshots();
    check_serials();
    check_ledger();
    check_balances();
    check_costs();
    check_periods();
    check_ids();
    hash_state();
  }

  Verification out;
  Findings findings;

 private:
  void find(std::string text) { findings.add(std::move(text)); }
  void done(Statement const& statement) { findings.done(statement); }

  /// The chain of hashes, and the ledger played again under it with every bound.
  void check_journal() {
    Replay replay(db_, ledger_, true);
    if (!replay.run()) findings.failed = replay.code();
    for (auto& finding : replay.findings) find(std::move(finding));
    out.commits = replay.commits();
    out.transfers = ledger_.last_sequence().value;
  }

  static bool same(ledger::Ledger const& a, ledger::Ledger const& b) {
    bool equal = a.account_count() == b.account_count() && a.last_sequence() == b.last_sequence() && a.pending_count() == b.pending_count();
    for (std::uint32_t i = 0; equal && i < a.account_count(); ++i) {
      ledger::AccountIndex const account(i);
      equal = a.balance(account) == b.balance(account) && a.bounds(account) == b.bounds(account) && a.key(account) == b.key(account);
    }
    if (!equal) return false;
    auto const x = a.snapshot();
    auto const y = b.snapshot();
    return x.pendings == y.pendings && x.costs == y.costs;
  }

  /// A snapshot, and the journal after it, give what the whole journal gives: opening begins with it.
  void check_snapshots() {
    Statement rows(db_, "SELECT seq FROM snapshot ORDER BY seq");
    while (rows.step()) {
      auto const number = rows.number();
      ledger::Ledger ledger;
      std::int64_t commit = 0;
      std::string chain;
      if (!restore_snapshot(db_, number, ledger, commit, chain)) {
        find("snapshot " + std::to_string(number) + " is damaged; opening passes it over");
        continue;
      }
      Replay rest(db_, ledger, false, commit, chain);
      if (!rest.run() || !same(ledger, ledger_)) find("snapshot " + std::to_string(number) + " is not what the journal says");
    }
    done(rows);
  }

  void check_serials() {
    std::map<std::pair<std::string, std::string>, int> places;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      ledger::AccountIndex const account(i);
      if (ledger_.bounds(account).ceiling != 1 || ledger_.balance(account).posted == 0) continue;
      auto const key = ledger_.key(account);
      if (!key.detail.empty() && ++places[{key.unit, key.detail}] == 2) find("serial `" + key.detail + "` of `" + key.unit + "` lies in two places");
    }
  }

  /// Every kind of unit sums to zero over all its accounts, posted and pending; each within its bounds.
  void check_ledger() {
    std::map<std::string, Int128> posted;
    std::map<std::string, Int128> pending;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      ledger::AccountIndex const account(i);
      auto const key = ledger_.key(account);
      auto const& balance = ledger_.balance(account);
      auto const& bounds = ledger_.bounds(account);
      auto const unit = (key.kind == ledger::AccountKind::money ? "money " : "item ") + key.unit;
      posted[unit] += balance.posted;
      pending[unit] += Int128{balance.pending_in} - balance.pending_out;
      if (balance.available() < bounds.floor || Int128{balance.posted} + balance.pending_in > bounds.ceiling) {
        find("`" + key.unit + "` at `" + key.place + "` is outside its bounds");
      }
    }
    for (auto const& [unit, sum] : posted) {
      if (sum != 0 || pending[unit] != 0) find(unit + " does not sum to zero");
    }
  }

  /// The rows of `balance` and the transfers after them come to what the journal says: this is what `balance_now` shows.
  void check_balances() {
    std::map<std::int64_t, std::array<Int128, 3>> shown;
    Statement rows(db_, "SELECT account, posted, pending_out, pending_in FROM balance");
    while (rows.step()) {
      auto const account = rows.number();
      shown[account] = {rows.number(), rows.number(), rows.number()};
    }
    done(rows);
    Statement later(db_,
                    "SELECT t.kind, t.debit, t.credit, t.amount, coalesce(p.amount, 0) FROM transfer t LEFT JOIN transfer p ON p.seq = t.target AND t.kind IN "
                    "(2, 3, 4) WHERE t.seq > (SELECT transfer_seq FROM balance_state)");
    while (later.step()) {
      auto const kind = later.number();
      auto& debit = shown[later.number()];
      auto& credit = shown[later.number()];
      auto const amount = later.number();
      auto const released = later.number();
      bool const moves = kind == 0 || kind == 2 || kind == 5;
      debit[0] -= moves ? amount : 0;
      credit[0] += moves ? amount : 0;
      debit[1] += kind == 1 ? amount : -released;
      credit[2] += kind == 1 ? amount : -released;
    }
    done(later);
    for (auto const& [account, figures] : shown) {
      bool const known = account >= 0 && account < static_cast<std::int64_t>(ledger_.account_count());
      auto const balance = known ? ledger_.balance(ledger::AccountIndex(static_cast<std::uint32_t>(account))) : ledger::Balance{};
      if (!known || figures[0] != balance.posted || figures[1] != balance.pending_out || figures[2] != balance.pending_in) {
        find("the balance of account " + std::to_string(account + 1) + " is not what its movements come to");
      }
    }
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      if (shown.count(i) == 0 && !(ledger_.balance(ledger::AccountIndex(i)) == ledger::Balance{})) {
        find("the balance of account " + std::to_string(i + 1) + " is missing");
      }
    }
  }

  /// An empty pool is worth nothing, and what pools hold is what their inventory accounts say.
  void check_costs() {
    std::map<std::uint32_t, Int128> held;
    for (std::uint32_t i = 0; i < ledger_.pool_count(); ++i) {
      ledger::CostPoolIndex const pool(i);
      auto const state = ledger_.cost(pool);
      auto const& key = ledger_.pool_key(pool);
      if (state.quantity == 0 && state.value != 0) find("the empty cost pool `" + key.item + "` at `" + key.place + "` is worth something");
      held[key.inventory.value] += state.value;
    }
    for (auto const& [account, value] : held) {
      ledger::AccountIndex const inventory(account);
      auto const posted = ledger_.balance(inventory).posted;
      if (-Int128{posted} != value) find("the inventory account `" + ledger_.key(inventory).status + "` does not hold what its cost pools are worth");
    }
  }

  /// Nothing was booked into a period after it was closed, and its hash can be found again.
  void check_periods() {
    CloseSums sums;
    Statement closes(db_, "SELECT seq, after_transfer, kind, place, through, balance_hash FROM period_close ORDER BY seq");
    Statement late(db_,
                   "SELECT t.seq FROM transfer t JOIN account d ON d.seq = t.debit + 1 JOIN account k ON k.seq = t.credit + 1 WHERE t.seq > ?1 AND "
                   "t.effective <= ?2 AND t.kind IN (0, 2, 5) AND d.kind = ?3 AND (d.kind = 0 OR d.place = ?4 OR k.place = ?4) LIMIT 1");
    while (closes.step()) {
      auto const seq = std::to_string(closes.number());
      auto const after = closes.number();
      ledger::PeriodClose close;
      close.kind = static_cast<ledger::AccountKind>(closes.number());
      close.place = closes.text();
      close.through = Timestamp(closes.number());
      if (sums.hash(db_, close, after) != closes.text()) find("the balances of close " + seq + " are not what they were");
      late.reset().bind(after).bind(close.through.value).bind(static_cast<std::int64_t>(close.kind)).bind(close.place);
      if (late.step()) find("transfer " + std::to_string(late.number()) + " was booked into the closed period " + seq);
      done(late);
    }
    done(closes);
  }

  /// Every id of the journal is found where it is written, and nowhere else.
  void check_ids() {
    IdIndex index;
    ledger::IdTable recent;
    if (!index.load(db_, recent)) {
      findings.failed = index.code();
      return;
    }
    Statement rows(db_, "SELECT seq, id FROM transfer WHERE id IS NOT NULL UNION ALL SELECT -seq, id FROM group_receipt");
    std::int64_t count = 0;
    while (rows.step()) {
      auto const at = rows.number();
      auto const id = unpack_id(rows.text());
      std::int64_t found = 0;
      ++count;
      ledger::Known known;
      if (recent.find(id, known)) found = known.first;
      else if (!index.find(id, found))
        find("the id of " + std::string(at > 0 ? "transfer " : "receipt ") + std::to_string(at > 0 ? at : -at) + " is not indexed");
      if (found != 0 && found != at) find("two groups have the id of row " + std::to_string(at));
    }
    done(rows);
    if (index.failed()) findings.failed = index.code();
    if (count != index.indexed() + index.gathered())
      find("the index of ids has " + std::to_string(index.indexed() + index.gathered()) + " of " + std::to_string(count));
  }

  /// Open promises by what they are about, whatever their sequences.
  void hash_promises(Digest& digest) {
    struct Gather {
      ledger::Ledger const* ledger;
      std::vector<std::string> lines;
    } gather{&ledger_, {}};
    ledger_.each_pending(
        [](void* context, ledger::Pending const& p) {
          auto& g = *static_cast<Gather*>(context);
          std::string line;
          for (auto const account : {p.debit, p.credit}) {
            auto const k = g.ledger->key(account);
            for (auto const* part : {&k.unit, &k.place, &k.status, &k.detail, &k.owner, &k.pool}) line += *part + '\x1f';
          }
          for (auto const figure : {p.amount, p.due.value, p.expires.value}) line += std::to_string(figure) + '\x1f';
          g.lines.push_back(line + p.reference);
        },
        &gather);
    std::sort(gather.lines.begin(), gather.lines.end());
    for (auto const& line : gather.lines) digest.add(line);
  }

  /// Balances, reservations, states, holds and outcomes by business key, never recorded times.
  void hash_state() {
    Digest digest;
    std::map<std::string, ledger::AccountIndex> accounts;
    for (std::uint32_t i = 0; i < ledger_.account_count(); ++i) {
      auto const k = ledger_.key(ledger::AccountIndex(i));
      std::string name = std::to_string(static_cast<int>(k.kind));
      for (auto const* part : {&k.unit, &k.place, &k.status, &k.detail, &k.owner, &k.pool}) name += '\x1f' + *part;
      accounts[name] = ledger::AccountIndex(i);
    }
    for (auto const& [name, account] : accounts) {
      digest.add(name);
      auto const& balance = ledger_.balance(account);
      auto const& bounds = ledger_.bounds(account);
      for (auto const figure : {balance.posted, balance.pending_out, balance.pending_in, bounds.floor, bounds.ceiling}) digest.add(figure);
    }
    hash_promises(digest);
    std::map<std::string, ledger::CostState> pools;
    for (std::uint32_t i = 0; i < ledger_.pool_count(); ++i) {
      auto const& key = ledger_.pool_key(ledger::CostPoolIndex(i));
      pools[key.item + '\x1f' + key.place] = ledger_.cost(ledger::CostPoolIndex(i));
    }
    for (auto const& [name, pool] : pools) {
      digest.add(name);
      for (auto const figure : {pool.quantity, pool.value, pool.layers}) digest.add(figure);
    }
    for (auto const* sql : {"SELECT subject, workflow, version, state FROM instance ORDER BY subject",
                            "SELECT order_id, rule, line, action, reason FROM hold_open ORDER BY order_id, rule, line",
                            "SELECT id, status, code, subject, state FROM command ORDER BY id", "SELECT id, code FROM group_receipt ORDER BY id",
                            "SELECT return_id, number, order_id, order_line, verdict, reasons, refund, fee FROM return_line ORDER BY return_id, number"}) {
      Statement rows(db_, sql);
      while (rows.step()) {
        for (int c = 0; c < sqlite3_column_count(rows.raw()); ++c) digest.add(rows.text());
      }
      done(rows);
    }
    out.state_hash = to_hex(digest.finish());
  }

  sqlite3* db_;
  ledger::Ledger ledger_;
};

/// A connection whose transaction sees one state of the store, so that a host that goes on writing does not move the ground.
Result<Database> open_to_verify(std::string const& path) {
  auto db = open_to_read(path);
  // Whole tables are gone through in the order of others: pages are kept, 48 MB of them.
  if (db && !execute(db->get(), "PRAGMA cache_size=-49152; BEGIN")) return Unexpected{describe(sqlite3_extended_errcode(db->get()), db->get(), path)};
  return db;
}

}  // namespace

Result<Verification> verify(std::string const& path, bool on_two_threads) {
  auto const books = open_to_verify(path);
  if (!books) return Unexpected{books.error()};
  Verifier verifier(books->get());
  Findings found;
  std::int64_t subjects = 0;
  if (on_two_threads) {
    // The two halves take about as long as each other. Each compares what it reads with itself alone, so that it does not matter when a
    // commit comes between the beginnings of their transactions.
    auto const rows = open_to_verify(path);
    if (!rows) return Unexpected{rows.error()};
    auto other = std::async(std::launch::async | std::launch::deferred, [&] { check_rows(rows->get(), found, subjects); });
    verifier.run();
    other.get();
    if (found.failed != SQLITE_OK) return Unexpected{describe(found.failed, rows->get(), path)};
  } else {
    verifier.run();
    check_rows(books->get(), found, subjects);
    if (found.failed != SQLITE_OK) return Unexpected{describe(found.failed, books->get(), path)};
  }
  if (verifier.findings.failed != SQLITE_OK) return Unexpected{describe(verifier.findings.failed, books->get(), path)};
  for (auto& finding : verifier.findings.list) found.add(std::move(finding));
  verifier.out.findings = std::move(found.list);
  verifier.out.subjects = subjects;
  return std::move(verifier.out);
}

}  // namespace bylaw::inline v0::store
