// Four runs become one of the next size, a little with every commit, so that no caller waits for a long one.
#include <algorithm>

#include "store/id_filter.hpp"
#include "store/id_index.hpp"

namespace bylaw::inline v0::store {

namespace {

/// Entries to merge for each new id. An id is merged once a level, and there are fewer levels than this.
constexpr std::size_t merged_per_id = 8;

}  // namespace

bool IdIndex::work(std::int64_t last_transfer, std::int64_t last_receipt, bool all, bool& flushed) {
  flushed = false;
  auto const fresh = gathered_.size() - std::min(worked_, gathered_.size());
  if (gathered_.size() >= batch_max || (all && !gathered_.empty())) {
    if (!flush(last_transfer, last_receipt)) return false;
    flushed = true;
  }
  worked_ = gathered_.size();
  if (merge_.empty()) start_merge();
  if (!merge_.empty() && !merge_step(fresh * merged_per_id + 64)) return false;
  return doomed_.empty() || drop_segments(fresh * merged_per_id / segment_entries + 1);
}

void IdIndex::start_merge() {
  for (std::int64_t level = 0; level < 32; ++level) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < runs_.size() && found.size() < fan_in; ++i) {
      if (!runs_[i].rising && runs_[i].level == level) found.push_back(i);
    }
    if (found.size() < fan_in) continue;
    Merge merge;
    for (auto const i : found) {
      Merge::Source source;
      source.run = i;
      merge.sources.push_back(std::move(source));
      merge.out.entries += runs_[i].entries;
    }
    merge.out.number = next_run_++;
    merge.out.level = level + 1;
    merge.out.loaded = true;
    merge.out.filter = empty_filter(static_cast<std::size_t>(merge.out.entries));
    merge_.push_back(std::move(merge));
    return;
  }
}

bool IdIndex::merge_step(std::size_t budget) {
  auto& merge = merge_.front();
  for (; budget > 0; --budget) {
    Merge::Source* least = nullptr;
    for (auto& source : merge.sources) {
      auto& run = runs_[source.run];
      if (source.at == source.entries.size()) {
        if (!run.loaded && !load_run(run)) return false;
        if (source.segment == run.firsts.size()) continue;
        if (!read_segment(run, source.segment++, source.entries)) return false;
        source.at = 0;
      }
      if (least == nullptr || source.entries[source.at].id < least->entries[least->at].id) least = &source;
    }
    if (least == nullptr) return finish_merge();
    merge.pending.push_back(least->entries[least->at++]);
    if (merge.pending.size() < segment_entries) continue;
    if (!write_segment(merge.out, merge.pending.data(), merge.pending.size())) return false;
    merge.pending.clear();
  }
  return true;
}

bool IdIndex::finish_merge() {
  auto& merge = merge_.front();
  if (!merge.pending.empty() && !write_segment(merge.out, merge.pending.data(), merge.pending.size())) return false;
  if (!write_run(merge.out)) return false;
  for (auto const& source : merge.sources) {
    auto const number = runs_[source.run].number;
    delete_run_.reset().bind(number);
    delete_run_.step();
    if (!done(delete_run_)) return false;
    doomed_.push_back(number);
  }
  auto out = std::move(merge.out);
  merge_.clear();
  std::erase_if(runs_, [&](Run const& run) { return std::find(doomed_.begin(), doomed_.end(), run.number) != doomed_.end(); });
  runs_.push_back(std::move(out));
  return true;
}

bool IdIndex::drop_segments(std::size_t budget) {
  for (; budget > 0 && !doomed_.empty(); --budget) {
    auto const run = doomed_.back();
    drop_segment_.reset().bind(run << 24).bind((run + 1) << 24);
    drop_segment_.step();
    bool const gone = sqlite3_changes(sqlite3_db_handle(drop_segment_.raw())) == 0;
    if (!done(drop_segment_)) return false;
    if (gone) doomed_.pop_back();
  }
  return true;
}

}  // namespace bylaw::inline v0::store
