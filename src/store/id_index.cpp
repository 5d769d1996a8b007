// Runs of ids: reading them, asking them, writing new ones. Merging is in id_merge.cpp.
#include "store/id_index.hpp"

#include <algorithm>

#include "store/id_filter.hpp"

namespace bylaw::inline v0::store {

using ledger::Id;
using ledger::IdTable;
using ledger::Known;

namespace {

constexpr int segment_bits = 24;  ///< of a segment's place: its number; the run is above

}  // namespace

std::string_view pack_id(Id const& id, char (&bytes)[16]) noexcept {
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(id.high >> (56 - 8 * i) & 0xff);
    bytes[i + 8] = static_cast<char>(id.low >> (56 - 8 * i) & 0xff);
  }
  return {bytes, sizeof bytes};
}

Id unpack_id(std::string_view bytes) noexcept {
  Id id;
  for (std::size_t i = 0; i < 8 && bytes.size() == 16; ++i) {
    id.high = id.high << 8 | static_cast<unsigned char>(bytes[i]);
    id.low = id.low << 8 | static_cast<unsigned char>(bytes[i + 8]);
  }
  return id;
}

bool IdIndex::done(Statement& statement) {
  bool const good = !statement.failed();
  if (!good) code_ = statement.code();
  statement.reset();
  return good;
}

bool IdIndex::load(sqlite3* db, IdTable& recent) {
  auto const prepared = [&](char const* sql) { return Statement(db, sql); };
  insert_run_ = prepared("INSERT OR REPLACE INTO id_run VALUES(?,?,?,?,?,?,?,?,?)");
  delete_run_ = prepared("DELETE FROM id_run WHERE run=?");
  insert_segment_ = prepared("INSERT INTO id_segment VALUES(?,?,?)");
  select_segment_ = prepared("SELECT body FROM id_segment WHERE place=?");
  select_firsts_ = prepared("SELECT first_id FROM id_segment WHERE place>=? AND place<? ORDER BY place");
  select_filter_ = prepared("SELECT filter FROM id_run WHERE run=?");
  drop_segment_ = prepared("DELETE FROM id_segment WHERE place=(SELECT min(place) FROM id_segment WHERE place>=?1 AND place<?2)");
  probe_ = prepared("SELECT seq, id FROM transfer WHERE seq<=?1 AND seq>=?2 AND id IS NOT NULL ORDER BY seq DESC LIMIT 1");
  set_state_ = prepared("INSERT OR REPLACE INTO id_state VALUES(1,?,?)");
  *this = [this] {  // everything that is remembered starts anew, the statements stay
    IdIndex fresh;
    fresh.batch_max = batch_max;
    fresh.insert_run_ = std::move(insert_run_);
    fresh.delete_run_ = std::move(delete_run_);
    fresh.insert_segment_ = std::move(insert_segment_);
    fresh.select_segment_ = std::move(select_segment_);
    fresh.select_firsts_ = std::move(select_firsts_);
    fresh.select_filter_ = std::move(select_filter_);
    fresh.drop_segment_ = std::move(drop_segment_);
    fresh.probe_ = std::move(probe_);
    fresh.set_state_ = std::move(set_state_);
    return fresh;
  }();
  return load_runs(db) && load_recent(db, recent);
}

bool IdIndex::load_runs(sqlite3* db) {
  Statement runs(db, "SELECT run, level, rising, entries, first_at, last_at, low, high FROM id_run ORDER BY run");
  while (runs.step()) {
    Run run;
    run.number = runs.number();
    run.level = runs.number();
    run.rising = runs.number() != 0;
    run.entries = runs.number();
    run.first_at = runs.number();
    run.last_at = runs.number();
    run.low = unpack_id(runs.text());
    run.high = unpack_id(runs.text());
    next_run_ = run.number + 1;
    runs_.push_back(std::move(run));
  }
  if (!done(runs)) return false;
  // What a merge had written when the process ended belongs to no run.
  Statement next(db, "SELECT min(place) FROM id_segment WHERE place>=?");
  for (std::int64_t run = 0;; ++run) {
    next.reset().bind(run << segment_bits);
    if (!next.step() || sqlite3_column_type(next.raw(), 0) == SQLITE_NULL) return done(next);
    run = next.number() >> segment_bits;
    if (std::none_of(runs_.begin(), runs_.end(), [&](Run const& r) { return r.number == run; })) doomed_.push_back(run);
    next_run_ = std::max(next_run_, run + 1);
  }
}

/// The ids that are in no run yet, from the rows after the last flush.
bool IdIndex::load_recent(sqlite3* db, IdTable& recent) {
  recent.clear();
  Statement state(db, "SELECT transfer_seq, receipt_seq FROM id_state");
  std::int64_t after_receipt = 0;
  if (state.step()) {
    flushed_transfer_ = state.number();
    after_receipt = state.number();
  }
  if (!done(state)) return false;
  Statement rows(db, "SELECT seq, leg, id, body FROM transfer WHERE seq>? ORDER BY seq");
  rows.reset().bind(flushed_transfer_);
  Id id;
  Known known;
  auto const keep = [&] {
    if (id.none()) return;
    recent.add(id, known);
    add(id, known.first);
    id = Id{};
  };
  while (rows.step()) {
    auto const seq = rows.number();
    if (rows.number() != 0) {
      ++known.count;
      continue;
    }
    keep();
    id = unpack_id(rows.text());
    known = {static_cast<std::uint64_t>(rows.number()), seq, 1};
  }
  keep();
  if (!done(rows)) return false;
  Statement receipts(db, "SELECT seq, id FROM group_receipt WHERE seq>? ORDER BY seq");
  receipts.reset().bind(after_receipt);
  while (receipts.step()) {
    auto const seq = receipts.number();
    auto const receipt_id = unpack_id(receipts.text());
    add(receipt_id, -seq);
    receipts_.add(receipt_id, {0, -seq, 0});
    recent.raise_highest(receipt_id);
  }
  for (auto const& run : runs_) recent.raise_highest(run.high);
  return done(receipts);
}

bool IdIndex::find(Id const& id, std::int64_t& at) {
  if (Known receipt; receipts_.find(id, receipt)) {
    at = receipt.first;
    return true;
  }
  for (auto& run : runs_) {
    if (id < run.low || run.high < id) continue;
    if (run.rising ? find_rising(run, id, at) : find_sorted(run, id, at)) return true;
  }
  return false;
}

/// A binary search over the journal itself.
bool IdIndex::find_rising(Run const& run, Id const& id, std::int64_t& at) {
  auto low = run.first_at;
  auto high = run.last_at;
  while (low <= high) {
    auto const middle = low + (high - low) / 2;
    probe_.reset().bind(middle).bind(low);
    if (!probe_.step()) {
      if (!done(probe_)) return false;
      low = middle + 1;
      continue;
    }
    auto const seq = probe_.number();
    auto const found = unpack_id(probe_.text());
    probe_.reset();
    if (found == id) {
      at = seq;
      return true;
    }
    if (found < id) low = middle + 1;
    else high = seq - 1;
  }
  return false;
}

bool IdIndex::find_sorted(Run& run, Id const& id, std::int64_t& at) {
  if (!run.loaded && !load_run(run)) return false;
  if (!filter_may_hold(run.filter, id)) return false;
  auto const after = std::upper_bound(run.firsts.begin(), run.firsts.end(), id);
  if (after == run.firsts.begin()) return false;
  std::vector<Entry> entries;
  if (!read_segment(run, static_cast<std::size_t>(after - run.firsts.begin() - 1), entries)) return false;
  auto const found = std::lower_bound(entries.begin(), entries.end(), id, [](Entry const& e, Id const& i) { return e.id < i; });
  if (found == entries.end() || found->id != id) return false;
  at = found->at;
  return true;
}

bool IdIndex::load_run(Run& run) {
  select_firsts_.reset().bind(run.number << segment_bits).bind((run.number + 1) << segment_bits);
  while (select_firsts_.step()) run.firsts.push_back(unpack_id(select_firsts_.text()));
  if (!done(select_firsts_)) return false;
  select_filter_.reset().bind(run.number);
  if (select_filter_.step()) run.filter = select_filter_.text();
  run.loaded = true;
  return done(select_filter_);
}

bool IdIndex::read_segment(Run const& run, std::size_t segment, std::vector<Entry>& out) {
  out.clear();
  select_segment_.reset().bind((run.number << segment_bits) + static_cast<std::int64_t>(segment));
  if (select_segment_.step()) {
    auto const body = select_segment_.text();
    out.resize(body.size() / sizeof(Entry));
    std::memcpy(static_cast<void*>(out.data()), body.data(), out.size() * sizeof(Entry));
  }
  return done(select_segment_);
}

void IdIndex::add(Id const& id, std::int64_t at) {
  if (at > 0) {
    rising_ = rising_ && highest_gathered_ < id;
    highest_gathered_ = id;
  }
  gathered_.push_back({id, at});
}

bool IdIndex::flush(std::int64_t last_transfer, std::int64_t last_receipt) {
  std::vector<Entry> rising;
  std::vector<Entry> sorted;
  for (auto const& entry : gathered_) (rising_ && entry.at > 0 ? rising : sorted).push_back(entry);
  if (!rising.empty() && !extend_rising(rising, last_transfer)) return false;
  if (!sorted.empty() && !write_sorted(std::move(sorted))) return false;
  gathered_.clear();
  receipts_.clear();
  rising_ = true;
  highest_gathered_ = Id{};
  flushed_transfer_ = last_transfer;
  set_state_.reset().bind(last_transfer).bind(last_receipt);
  set_state_.step();
  return done(set_state_);
}

/// Lengthens the last run when it is of this kind and ends where these begin.
bool IdIndex::extend_rising(std::vector<Entry> const& entries, std::int64_t last_transfer) {
  auto const last = std::find_if(runs_.rbegin(), runs_.rend(), [](Run const& run) { return run.rising; });
  if (last != runs_.rend() && last->last_at == flushed_transfer_ && last->high < entries.front().id) {
    last->entries += static_cast<std::int64_t>(entries.size());
    last->high = entries.back().id;
    last->last_at = last_transfer;
    return write_run(*last);
  }
  Run run;
  run.number = next_run_++;
  run.rising = true;
  run.entries = static_cast<std::int64_t>(entries.size());
  run.first_at = entries.front().at;
  run.last_at = last_transfer;
  run.low = entries.front().id;
  run.high = entries.back().id;
  runs_.push_back(run);
  return write_run(run);
}

bool IdIndex::write_sorted(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end(), [](Entry const& a, Entry const& b) { return a.id < b.id; });
  Run run;
  run.number = next_run_++;
  run.entries = static_cast<std::int64_t>(entries.size());
  run.filter = empty_filter(entries.size());
  run.loaded = true;
  for (std::size_t at = 0; at < entries.size(); at += segment_entries) {
    if (!write_segment(run, entries.data() + at, std::min(segment_entries, entries.size() - at))) return false;
  }
  runs_.push_back(std::move(run));
  return write_run(runs_.back());
}

bool IdIndex::write_segment(Run& run, Entry const* entries, std::size_t count) {
  if (run.firsts.empty()) run.low = entries[0].id;
  run.high = entries[count - 1].id;
  for (std::size_t i = 0; i < count; ++i) add_to_filter(run.filter, entries[i].id);
  char first[16];
  insert_segment_.reset()
      .bind((run.number << segment_bits) + static_cast<std::int64_t>(run.firsts.size()))
      .bind_blob(pack_id(entries[0].id, first))
      .bind_blob({reinterpret_cast<char const*>(entries), count * sizeof(Entry)});
  insert_segment_.step();
  run.firsts.push_back(entries[0].id);
  return done(insert_segment_);
}

bool IdIndex::write_run(Run const& run) {
  char low[16];
  char high[16];
  insert_run_.reset().bind(run.number).bind(run.level).bind(std::int64_t{run.rising}).bind(run.entries).bind(run.first_at).bind(run.last_at);
  insert_run_.bind_blob(pack_id(run.low, low)).bind_blob(pack_id(run.high, high)).bind_blob(run.filter);
  insert_run_.step();
  return done(insert_run_);
}

std::int64_t IdIndex::indexed() const noexcept {
  std::int64_t sum = 0;
  for (auto const& run : runs_) sum += run.entries;
  return sum;
}

}  // namespace bylaw::inline v0::store
