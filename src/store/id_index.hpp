#pragma once
#include <string>
#include <vector>

#include <bylaw/ledger/id_table.hpp>

#include "store/connection.hpp"

namespace bylaw::inline v0::store {

/// Which ids were ever used, without an index that every commit would write all over the place.
///
/// Ids gather in memory. Every `batch_max` of them become a run: when they rose all the time, and that is the fast
/// case, the run is only a note that the journal rows from here to there are sorted by id; otherwise it is a sorted copy
/// in segments of the table `id_segment`, found through a filter in memory, of two bytes an id. Four runs of a size
/// are merged into one of the next, a little with every commit. All of it can be rebuilt from the journal.
///
/// Not thread safe; all writing happens inside the caller's transaction. After a rollback call `load` again.
class IdIndex {
 public:
  static constexpr std::size_t segment_entries = 1'024;
  static constexpr std::size_t fan_in = 4;

  /// An id and where it is written: a transfer's sequence, or minus that of a row of `group_receipt`.
  struct Entry {
    ledger::Id id;
    std::int64_t at = 0;
  };

  std::size_t batch_max = 32'768;

  /// Reads the runs. Ids of later rows are in `recent` afterwards.
  [[nodiscard]] bool load(sqlite3* db, ledger::IdTable& recent);
  /// Where an id of a run is written. False: in no run; ids since the last flush are the caller's to know.
  [[nodiscard]] bool find(ledger::Id const& id, std::int64_t& at);
  void add(ledger::Id const& id, std::int64_t at);

  /// Does what is due: a run from the ids gathered, a step of a merge. `all`: flush even if there are few.
  /// `flushed` says whether the ids gathered are in a run now, so that the caller's table may forget them after the commit.
  [[nodiscard]] bool work(std::int64_t last_transfer, std::int64_t last_receipt, bool all, bool& flushed);
  /// An answer could not be read or written: nothing this index said since is to be trusted, until it is loaded again.
  [[nodiscard]] bool failed() const noexcept { return code_ != SQLITE_OK; }
  [[nodiscard]] int code() const noexcept { return code_; }
  /// Ids in runs, and ids gathered since.
  [[nodiscard]] std::int64_t indexed() const noexcept;
  [[nodiscard]] std::int64_t gathered() const noexcept { return static_cast<std::int64_t>(gathered_.size()); }

 private:
  struct Run {
    std::int64_t number = 0;
    std::int64_t level = 0;
    bool rising = false;  ///< no copy: the journal rows are sorted
    std::int64_t entries = 0;
    std::int64_t first_at = 0;
    std::int64_t last_at = 0;
    ledger::Id low;
    ledger::Id high;
    std::string filter;
    std::vector<ledger::Id> firsts;  ///< first id of each segment
    bool loaded = false;             ///< filter and firsts are in memory
  };
  /// A merge on its way: the smallest of the heads goes out next.
  struct Merge {
    struct Source {
      std::size_t run = 0;
      std::size_t segment = 0;
      std::vector<Entry> entries;
      std::size_t at = 0;
    };
    std::vector<Source> sources;
    Run out;
    std::vector<Entry> pending;
  };

  [[nodiscard]] bool load_runs(sqlite3* db);
  [[nodiscard]] bool load_recent(sqlite3* db, ledger::IdTable& recent);
  [[nodiscard]] bool find_rising(Run const& run, ledger::Id const& id, std::int64_t& at);
  [[nodiscard]] bool find_sorted(Run& run, ledger::Id const& id, std::int64_t& at);
  [[nodiscard]] bool load_run(Run& run);
  [[nodiscard]] bool flush(std::int64_t last_transfer, std::int64_t last_receipt);
  [[nodiscard]] bool write_sorted(std::vector<Entry> entries);
  [[nodiscard]] bool extend_rising(std::vector<Entry> const& entries, std::int64_t last_transfer);
  [[nodiscard]] bool write_segment(Run& run, Entry const* entries, std::size_t count);
  [[nodiscard]] bool write_run(Run const& run);
  [[nodiscard]] bool read_segment(Run const& run, std::size_t segment, std::vector<Entry>& out);
  void start_merge();
  [[nodiscard]] bool merge_step(std::size_t budget);
  [[nodiscard]] bool finish_merge();
  [[nodiscard]] bool drop_segments(std::size_t budget);
  [[nodiscard]] bool done(Statement& statement);

  std::vector<Run> runs_;
  std::vector<Entry> gathered_;
  bool rising_ = true;                ///< the gathered ones rose all the time
  std::vector<Merge> merge_;          ///< none or one
  std::vector<std::int64_t> doomed_;  ///< runs whose segments are to be deleted, bit by bit
  std::int64_t next_run_ = 1;
  std::size_t worked_ = 0;  ///< gathered ids that merging has answered for
  std::int64_t flushed_transfer_ = 0;
  ledger::Id highest_gathered_;
  ledger::IdTable receipts_;  ///< groups without transfers that were read from the journal and are in no run yet
  Statement insert_run_, delete_run_, insert_segment_, select_segment_, select_firsts_, select_filter_, drop_segment_, probe_, set_state_;
  int code_ = SQLITE_OK;
};

/// Ids as they are stored: 16 bytes, most significant first.
[[nodiscard]] std::string_view pack_id(ledger::Id const& id, char (&bytes)[16]) noexcept;
[[nodiscard]] ledger::Id unpack_id(std::string_view bytes) noexcept;

}  // namespace bylaw::inline v0::store
