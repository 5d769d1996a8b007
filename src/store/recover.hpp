#pragma once
#include <vector>

#include <bylaw/ledger/ledger.hpp>

#include "store/chain.hpp"

namespace bylaw::inline v0::store {

/// Plays the ledger's rows of the journal again while their chain is walked.
///
/// With `strict` every bound is looked at again, as `verify` wants it. Otherwise only what the sums need.
class Replay {
 public:
  /// Goes on after commit `after`, which was sealed by `chain`.
  Replay(sqlite3* db, ledger::Ledger& ledger, bool strict, std::int64_t after = 0, std::string chain = std::string(32, '\0'));

  /// Everything to the end. What does not fit is in `findings`, at most a hundred; false: it could not be read to the end.
  [[nodiscard]] bool run();
  [[nodiscard]] int code() const noexcept { return walk_.code(); }
  [[nodiscard]] std::int64_t commits() const noexcept { return commits_; }

  std::vector<std::string> findings;

 private:
  void see(Journal table, sqlite3_stmt* row);
  void see_account(sqlite3_stmt* row);
  void see_transfer(sqlite3_stmt* row);
  void see_pool(sqlite3_stmt* row);
  void see_cost(sqlite3_stmt* row);
  void change_bounds_before(std::int64_t transfer);
  void check(Result<void> const& done, char const* what, std::int64_t seq);
  void find(std::string text);

  ChainWalk walk_;
  ledger::Ledger& ledger_;
  bool strict_;
  bool stopped_ = false;  ///< the sums went wrong: what follows would only repeat it
  std::int64_t after_;
  std::int64_t commits_ = 0;
  Statement bounds_;
  bool more_bounds_ = false;
};

/// A ledger from one snapshot, with the commit that it is of. False: it is not sound, or there is none.
[[nodiscard]] bool restore_snapshot(sqlite3* db, std::int64_t number, ledger::Ledger& ledger, std::int64_t& commit_seq, std::string& chain);

}  // namespace bylaw::inline v0::store
