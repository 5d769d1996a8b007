#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <bylaw/values/digest.hpp>

#include "bench/workflow/workload.hpp"

/// What somebody writes by hand who wants the same: ../shared/bench/workflow/dur_sqlite.cpp with the schema `full`, and with what that
/// leaves out: inbox keys that come in random order, the outcome kept with them, an audit body per event, and a hash per group over
/// everything that it wrote, chained to the one before.
class EngineTwin {
 public:
  explicit EngineTwin(std::string const& path);
  ~EngineTwin();
  EngineTwin(EngineTwin const&) = delete;
  EngineTwin& operator=(EngineTwin const&) = delete;

  void fill(std::vector<Ctx> const& contexts);
  void begin();
  void commit();
  /// One event with everything around it. `state` is where it leads to when it is accepted. False: the key came before.
  [[nodiscard]] bool event(std::string const& key, std::int64_t order, std::int64_t version, Ev e, St from, bool accepted, St state, Ctx const& c,
                           std::int64_t at);

 private:
  void bind(sqlite3_stmt* statement, int at, std::int64_t value);
  void bind(sqlite3_stmt* statement, int at, std::string_view value);

  sqlite3* db_ = nullptr;
  sqlite3_stmt* inbox_ = nullptr;
  sqlite3_stmt* log_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
  sqlite3_stmt* outbox_ = nullptr;
  sqlite3_stmt* seal_ = nullptr;
  bylaw::Digest digest_;
  std::string chain_ = std::string(32, '\0');
};
