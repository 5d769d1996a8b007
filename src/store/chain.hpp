#pragma once
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "store/schema.hpp"

namespace bylaw::inline v0::store {

using Counters = std::array<std::int64_t, journal_count>;  ///< last `seq` per journal table
using Digests = std::array<Digest, journal_count>;

/// The hash that seals a commit: over the one before, its number and time, and the digests of the rows it wrote, table
/// by table. `before` and `after` say which tables those are. Starts the digests anew.
[[nodiscard]] std::string chain_hash(std::string const& chain, std::int64_t seq, std::int64_t recorded, Digests& digests, Counters const& before,
                                     Counters const& after);

/// Walks all journal tables side by side, commit by commit, and recomputes each hash. Whoever reads rows anyway looks on
/// through `see`, once per row, in order of commits.
class ChainWalk {
 public:
  /// From the beginning, or from the commit after `after`, which was sealed by `chain`.
  explicit ChainWalk(sqlite3* db, std::int64_t after = 0, std::string chain = std::string(32, '\0'));

  /// The rows of the next commit. False: there is none, or something failed (`code`).
  [[nodiscard]] bool next();
  [[nodiscard]] std::int64_t seq() const noexcept { return seq_; }
  [[nodiscard]] std::int64_t recorded() const noexcept { return recorded_; }
  [[nodiscard]] std::string const& sealed() const noexcept { return sealed_; }
  [[nodiscard]] std::string const& recomputed() const noexcept { return recomputed_; }
  /// A row that is missing from a table, in words; empty: none so far.
  [[nodiscard]] std::string const& gap() const noexcept { return gap_; }
  /// A table with rows after the last commit; empty: none. To be asked at the end.
  [[nodiscard]] std::string unsealed() const;
  [[nodiscard]] int code() const noexcept { return code_; }

  void (*see)(void* context, Journal table, sqlite3_stmt* row) = nullptr;
  void* context = nullptr;

 private:
  void advance(std::size_t table);

  std::array<Statement, journal_count> rows_;
  std::array<bool, journal_count> more_{};
  Counters counted_{};
  Digests digests_;
  Statement commits_;
  std::int64_t seq_ = 0;
  std::int64_t recorded_ = 0;
  std::string sealed_;
  std::string recomputed_;
  std::string gap_;
  int code_ = SQLITE_OK;
};

/// After the shape of tables has changed: seals every commit anew and adds one that says so and keeps the old hash.
/// Inside a transaction.
[[nodiscard]] bool reseal(sqlite3* db, int version);

}  // namespace bylaw::inline v0::store
