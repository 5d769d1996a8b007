// Durable: Bylaw's instances beside raw SQLite with a log row and a state row per event, both under WAL and FULL.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <sqlite3.h>

#include <bylaw/engine/instances.hpp>

#include "bench/workflow/parts.hpp"
#include "bench/workflow/workload.hpp"
#include "bench/rounds.hpp"

using namespace bylaw;

namespace {

/// The twin: what somebody writes by hand. Sorting, checking and batching are as in ../shared/bench/workflow/dur_sqlite.cpp, schema lean.
class Twin {
 public:
  explicit Twin(std::string const& path) {
    check(sqlite3_open(path.c_str(), &db_));
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144; PRAGMA wal_autocheckpoint=10000");
    run("CREATE TABLE orders(id INTEGER PRIMARY KEY, state INT, ver INT, amount INT, paid INT, holds INT, fraud INT, addr INT, short INT)");
    run("CREATE TABLE event_log(seq INTEGER PRIMARY KEY, order_id INT, ver INT, ev INT, from_st INT, to_st INT, payload INT, at INT, who TEXT, policy_ver "
        "INT)");
    log_ = prepare("INSERT INTO event_log(order_id,ver,ev,from_st,to_st,payload,at,who,policy_ver) VALUES(?,?,?,?,?,?,?,?,?)");
    update_ = prepare("UPDATE orders SET state=?2,ver=?3,paid=?4,holds=?5,fraud=?6,addr=?7 WHERE id=?1 AND ver=?3-1");
  }
  ~Twin() {
    sqlite3_finalize(log_);
    sqlite3_finalize(update_);
    sqlite3_close(db_);
  }
  void fill(std::vector<Ctx> const& contexts) {
    auto* insert = prepare("INSERT INTO orders VALUES(?1,0,0,?2,0,0,?3,?4,?5)");
    run("BEGIN");
    for (std::size_t i = 0; i < contexts.size(); ++i) {
      bind(insert, {static_cast<std::int64_t>(i), contexts[i].amount, contexts[i].fraud, contexts[i].address_ok, contexts[i].shortq});
      step(insert);
    }
    run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_finalize(insert);
  }
  void begin() { run("BEGIN IMMEDIATE"); }
  void commit() { run("COMMIT"); }
  void event(std::int64_t id, std::int64_t version, Ev e, St from, int to, std::int64_t pay, std::int64_t at, St state, Ctx const& c) {
    bind(log_, {id, version, e, from, to, pay, at});
    sqlite3_bind_text(log_, 8, "api:shop", 8, SQLITE_STATIC);
    sqlite3_bind_int(log_, 9, 7);
    step(log_);
    bind(update_, {id, state, version, c.paid, c.holds, c.fraud, c.address_ok});
    step(update_);
    if (sqlite3_changes(db_) != 1) std::exit(2);
  }

 private:
  void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    std::fprintf(stderr, "twin: %s\n", sqlite3_errmsg(db_));
    std::exit(2);
  }
  void run(char const* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(char const* sql) {
    sqlite3_stmt* out = nullptr;
    check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &out, nullptr));
    return out;
  }
  void bind(sqlite3_stmt* statement, std::initializer_list<std::int64_t> values) {
    int at = 0;
    for (auto const value : values) sqlite3_bind_int64(statement, ++at, value);
  }
  void step(sqlite3_stmt* statement) {
    check(sqlite3_step(statement));
    sqlite3_reset(statement);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* log_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
};

void remove(std::string const& path) {
  for (auto const* end : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path + end);
}

std::vector<Ctx> contexts(std::uint64_t count) {
  std::vector<Ctx> out(count);
  for (std::uint64_t i = 0; i < count; ++i) init_ctx(out[i], i);
  return out;
}

double run_twin(std::string const& path, std::uint64_t orders, std::size_t batch, Sums& sums) {
  remove(path);
  Twin twin(path);
  auto c = contexts(orders);
  twin.fill(c);
  std::vector<St> s(orders, imported);
  std::vector<std::int64_t> version(orders, 0);
  auto const started = seconds_now();
  std::size_t open = 0;
  std::int64_t n = 0;
  for (int k = 0; k < 8; ++k) {
    for (std::uint64_t i = 0; i < orders; ++i) {
      if (open == 0) twin.begin();
      auto const from = s[i];
      auto const pay = payload_of(c[i], k);
      auto const e = ev_of(c[i], k);
      bool const accepted = step(s[i], c[i], e, pay);
      sums.accepted += accepted;
      sums.rejected += !accepted;
      twin.event(static_cast<std::int64_t>(i), ++version[i], e, from, accepted ? s[i] : -1, pay, 1700000000 + n++, s[i], c[i]);
      if (++open == batch) twin.commit(), open = 0;
    }
  }
  if (open > 0) twin.commit();
  auto const took = seconds_now() - started;
  for (std::uint64_t i = 0; i < orders; ++i) ++sums.in_state[s[i]], sums.paid += c[i].paid;
  remove(path);
  return took;
}

template <class T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", result.error().code.c_str(), result.error().message.c_str());
    std::exit(2);
  }
  return std::move(*result);
}

std::string_view bytes_of(Ctx const& c) { return {reinterpret_cast<char const*>(&c), sizeof c}; }

/// Guards are answered and actions done before the events are sent, as a host does.
double run_own(std::string const& path, std::uint64_t orders, std::size_t batch, Sums& sums) {
  remove(path);
  auto const machine = order_machine();
  Host const host(machine);
  auto instances = need(engine::Instances::open({path, true, {machine}, {}}));
  auto c = contexts(orders);
  std::vector<std::int64_t> number;
  for (std::uint64_t i = 0; i < orders;) {
    std::vector<engine::NewInstance> fresh;
    for (auto const end = std::min(orders, i + 10'000); i < end; ++i)
      fresh.push_back({"O-" + std::to_string(i), 0, Timestamp(1700000000), "api:shop", std::string(bytes_of(c[i]))});
    auto const numbers = need(instances.start(fresh));
    number.insert(number.end(), numbers.begin(), numbers.end());
  }
  std::vector<workflow::Configuration> s(orders, machine.start());
  std::vector<std::int64_t> last(orders, 0);
  std::vector<engine::Advance> events;
  std::vector<std::uint64_t> who;
  auto const started = seconds_now();
  std::int64_t n = 0;
  auto const send = [&] {
    auto const done = need(instances.advance(events));
    for (std::size_t j = 0; j < done.size(); ++j) {
      if (done[j].result != engine::AdvanceResult::done || (done[j].step.reaction == workflow::Reaction::moved && done[j].step.to != s[who[j]])) std::exit(2);
      last[who[j]] = done[j].last;
    }
    events.clear();
    who.clear();
  };
  for (int k = 0; k < 8; ++k) {
    for (std::uint64_t i = 0; i < orders; ++i) {
      auto const pay = payload_of(c[i], k);
      auto const event = host.event[ev_of(c[i], k)];
      auto const guards = host.guards(c[i]);
      auto const done = workflow::step(machine, s[i], event, workflow::every_role, guards);
      bool const accepted = done.reaction == workflow::Reaction::moved;
      sums.accepted += accepted;
      sums.rejected += !accepted;
      if (accepted) {
        host.act(done.effects[0], c[i], pay);
        s[i] = done.to;
      }
      events.push_back({number[i], last[i], event, workflow::every_role, guards, pay, Timestamp(1700000000 + n++), "api:shop", bytes_of(c[i])});
      who.push_back(i);
      if (events.size() == batch) send();
    }
  }
  if (!events.empty()) send();
  auto const took = seconds_now() - started;
  for (std::uint64_t i = 0; i < orders; ++i) {
    for (int state = 0; state < N_ST; ++state) sums.in_state[state] += machine.name(s[i]) == state_names[state];
    sums.paid += c[i].paid;
  }
  (void)instances.close();
  remove(path);
  return took;
}

/// Finished orders are closed and gone, so an event for one is unknown; the twin has no such end. Both log the same otherwise.
bool compare(std::string const& folder, char const* name, std::uint64_t orders, std::size_t batch, int rounds, double target) {
  return compare_rounds("durable", "instances", name, 8 * orders, rounds, target, [&] {
    Sums twin;
    Sums own;
    auto const twin_s = run_twin(folder + "/twin.db", orders, batch, twin);
    auto const own_s = run_own(folder + "/own.db", orders, batch, own);
    return Round{twin_s, own_s, twin == own};
  });
}

}  // namespace

bool durable_part(std::string const& folder) {
  auto const orders = bench_orders();
  bool const groups = compare(folder, "groups of 1,000", orders, 1000, 5, 0.6);
  return compare(folder, "one by one", 500, 1, 5, 0.8) && groups;
}
