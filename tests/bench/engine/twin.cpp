#include "bench/engine/twin.hpp"

#include <cstdio>
#include <cstdlib>

namespace {

void check(sqlite3* db, int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::fprintf(stderr, "twin: %s\n", sqlite3_errmsg(db));
  std::exit(2);
}
void run(sqlite3* db, char const* sql) { check(db, sqlite3_exec(db, sql, nullptr, nullptr, nullptr)); }
sqlite3_stmt* prepare(sqlite3* db, char const* sql) {
  sqlite3_stmt* out = nullptr;
  check(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &out, nullptr));
  return out;
}

}  // namespace

EngineTwin::EngineTwin(std::string const& path) {
  check(db_, sqlite3_open(path.c_str(), &db_));
  run(db_, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144; PRAGMA wal_autocheckpoint=10000");
  run(db_,
      "CREATE TABLE orders(id INTEGER PRIMARY KEY, state INT, ver INT, amount INT, paid INT, holds INT, fraud INT, addr INT, short INT);"
      "CREATE TABLE event_log(seq INTEGER PRIMARY KEY, order_id INT, ver INT, ev INT, from_st INT, to_st INT, at INT, who TEXT, policy_ver INT, body TEXT);"
      "CREATE INDEX log_order ON event_log(order_id,ver);"
      "CREATE TABLE inbox(source TEXT, msg_id TEXT, status INT, code TEXT, state TEXT, PRIMARY KEY(source,msg_id)) WITHOUT ROWID;"
      "CREATE TABLE outbox(seq INTEGER PRIMARY KEY, topic TEXT, key INT, body TEXT, created INT, sent INT);"
      "CREATE TABLE seal(seq INTEGER PRIMARY KEY, hash BLOB)");
  inbox_ = prepare(db_, "INSERT INTO inbox VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO NOTHING");
  log_ = prepare(db_, "INSERT INTO event_log(order_id,ver,ev,from_st,to_st,at,who,policy_ver,body) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)");
  update_ = prepare(db_, "UPDATE orders SET state=?2,ver=?3,paid=?4,holds=?5,fraud=?6,addr=?7 WHERE id=?1 AND ver=?3-1");
  outbox_ = prepare(db_, "INSERT INTO outbox(topic,key,body,created) VALUES(?1,?2,?3,?4)");
  seal_ = prepare(db_, "INSERT INTO seal(hash) VALUES(?1)");
}

EngineTwin::~EngineTwin() {
  for (auto* statement : {inbox_, log_, update_, outbox_, seal_}) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void EngineTwin::fill(std::vector<Ctx> const& contexts) {
  auto* insert = prepare(db_, "INSERT INTO orders VALUES(?1,0,0,?2,0,0,?3,?4,?5)");
  run(db_, "BEGIN");
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    int at = 0;
    for (auto const value : {static_cast<std::int64_t>(i), contexts[i].amount, std::int64_t{contexts[i].fraud}, std::int64_t{contexts[i].address_ok},
                             std::int64_t{contexts[i].shortq}}) {
      sqlite3_bind_int64(insert, ++at, value);
    }
    check(db_, sqlite3_step(insert));
    sqlite3_reset(insert);
  }
  run(db_, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_finalize(insert);
}

void EngineTwin::begin() { run(db_, "BEGIN IMMEDIATE"); }

void EngineTwin::commit() {
  digest_.add(chain_);
  chain_ = digest_.finish();
  sqlite3_bind_blob(seal_, 1, chain_.data(), static_cast<int>(chain_.size()), SQLITE_STATIC);
  check(db_, sqlite3_step(seal_));
  sqlite3_reset(seal_);
  run(db_, "COMMIT");
}

void EngineTwin::bind(sqlite3_stmt* statement, int at, std::int64_t value) {
  digest_.add(value);
  sqlite3_bind_int64(statement, at, value);
}
void EngineTwin::bind(sqlite3_stmt* statement, int at, std::string_view value) {
  digest_.add(value);
  sqlite3_bind_text(statement, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
}

bool EngineTwin::event(std::string const& key, std::int64_t order, std::int64_t version, Ev e, St from, bool accepted, St state, Ctx const& c,
                       std::int64_t at) {
  char body[200];
  char cloud[200];
  bind(inbox_, 1, std::string_view("shop"));
  bind(inbox_, 2, key);
  bind(inbox_, 3, std::int64_t{!accepted});
  bind(inbox_, 4, std::string_view(accepted ? "ok" : "wrong_state"));
  bind(inbox_, 5, std::string_view(state_names[state]));
  check(db_, sqlite3_step(inbox_));
  sqlite3_reset(inbox_);
  if (sqlite3_changes(db_) == 0) return false;
  auto const body_size = std::snprintf(body, sizeof body, "{\"id\":\"O-%lld\",\"event\":\"%s\",\"note\":\"\"}", static_cast<long long>(order), event_names[e]);
  int column = 0;
  for (auto const value : {order, version, std::int64_t{e}, std::int64_t{from}, accepted ? std::int64_t{state} : -1, at}) bind(log_, ++column, value);
  bind(log_, 7, std::string_view("api:shop"));
  bind(log_, 8, std::int64_t{7});
  bind(log_, 9, std::string_view(body, static_cast<std::size_t>(body_size)));
  check(db_, sqlite3_step(log_));
  sqlite3_reset(log_);
  column = 0;
  for (auto const value : {order, std::int64_t{state}, version, c.paid, std::int64_t{c.holds}, std::int64_t{c.fraud}, std::int64_t{c.address_ok}}) {
    sqlite3_bind_int64(update_, ++column, value);
  }
  check(db_, sqlite3_step(update_));
  sqlite3_reset(update_);
  if (sqlite3_changes(db_) != 1) std::exit(2);
  auto const cloud_size =
      std::snprintf(cloud, sizeof cloud, "{\"specversion\":\"1.0\",\"type\":\"order.%s\",\"subject\":\"%lld\",\"data\":{\"from\":%d,\"to\":%d}}",
                    state_names[state], static_cast<long long>(order), from, state);
  bind(outbox_, 1, std::string_view("order"));
  bind(outbox_, 2, order);
  bind(outbox_, 3, std::string_view(cloud, static_cast<std::size_t>(cloud_size)));
  bind(outbox_, 4, at);
  check(db_, sqlite3_step(outbox_));
  sqlite3_reset(outbox_);
  return true;
}
