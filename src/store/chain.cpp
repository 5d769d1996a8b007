#include "store/chain.hpp"

namespace bylaw::inline v0::store {

std::string chain_hash(std::string const& chain, std::int64_t seq, std::int64_t recorded, Digests& digests, Counters const& before, Counters const& after) {
  Digest sum;
  sum.add(chain);
  sum.add(seq);
  sum.add(recorded);
  for (std::size_t i = 0; i < journal_count; ++i) {
    if (before[i] == after[i]) continue;
    sum.add(static_cast<std::int64_t>(i));
    sum.add(digests[i].finish());
  }
  return sum.finish();
}

namespace {

void hash_row(sqlite3_stmt* row, Digest& digest) {
  auto const columns = sqlite3_column_count(row);
  for (int c = 0; c < columns; ++c) {
    switch (sqlite3_column_type(row, c)) {
      case SQLITE_INTEGER: digest.add(std::int64_t{sqlite3_column_int64(row, c)}); break;
      case SQLITE_NULL: digest.add(INT64_MIN); break;
      default: {
        auto const* bytes = static_cast<char const*>(sqlite3_column_blob(row, c));
        auto const size = static_cast<std::size_t>(sqlite3_column_bytes(row, c));
        digest.add(bytes == nullptr ? std::string_view{} : std::string_view(bytes, size));
      }
    }
  }
}

}  // namespace

ChainWalk::ChainWalk(sqlite3* db, std::int64_t after, std::string chain)
    : commits_(db, "SELECT seq, recorded_at, chain FROM commit_log WHERE seq>? ORDER BY seq"), seq_(after), recomputed_(std::move(chain)) {
  // From the beginning means from whatever row there is: one below 1 is nobody's.
  auto const from = after == 0 ? INT64_MIN : after;
  commits_.reset().bind(from);
  for (std::size_t i = 0; i < journal_count; ++i) {
    auto const table = '"' + std::string(journal_tables[i]) + '"';
    if (after > 0) {
      Statement before(db, ("SELECT seq FROM " + table + " WHERE commit_seq<=? ORDER BY seq DESC LIMIT 1").c_str());
      before.reset().bind(after);
      counted_[i] = before.step() ? before.number() : 0;
    }
    rows_[i] = Statement(db, ("SELECT * FROM " + table + " WHERE seq>? ORDER BY seq").c_str());
    rows_[i].reset().bind(after == 0 ? from : counted_[i]);
    advance(i);
  }
}

void ChainWalk::advance(std::size_t table) {
  more_[table] = rows_[table].step();
  if (rows_[table].failed() && code_ == SQLITE_OK) code_ = rows_[table].code();
}

bool ChainWalk::next() {
  if (code_ != SQLITE_OK) return false;
  if (!commits_.step()) {
    if (commits_.failed()) code_ = commits_.code();
    return false;
  }
  seq_ = commits_.number();
  recorded_ = commits_.number();
  sealed_ = commits_.text();
  auto const before = counted_;
  for (std::size_t i = 0; i < journal_count; ++i) {
    while (more_[i] && sqlite3_column_int64(rows_[i].raw(), 1) <= seq_) {
      auto* row = rows_[i].raw();
      if (auto const seq = sqlite3_column_int64(row, 0); seq != ++counted_[i]) {
        if (gap_.empty()) gap_ = std::string("table ") + journal_tables[i] + ": row " + std::to_string(counted_[i]) + " is missing";
        counted_[i] = seq;
      }
      hash_row(row, digests_[i]);
      if (see != nullptr) see(context, static_cast<Journal>(i), row);
      advance(i);
    }
  }
  recomputed_ = chain_hash(recomputed_, seq_, recorded_, digests_, before, counted_);
  return code_ == SQLITE_OK;
}

std::string ChainWalk::unsealed() const {
  for (std::size_t i = 0; i < journal_count; ++i) {
    if (more_[i]) return journal_tables[i];
  }
  return {};
}

bool reseal(sqlite3* db, int version) {
  ChainWalk walk(db);
  std::vector<std::pair<std::int64_t, std::string>> seals;
  std::string before;
  while (walk.next()) {
    seals.emplace_back(walk.seq(), walk.recomputed());
    before = walk.sealed();
  }
  if (walk.code() != SQLITE_OK || seals.empty()) return walk.code() == SQLITE_OK;
  Statement update(db, "UPDATE commit_log SET chain=? WHERE seq=?");
  for (auto const& [seq, chain] : seals) {
    if (!update.reset().bind_blob(chain).bind(seq).run()) return false;
  }
  auto const seq = seals.back().first + 1;
  Digests digests;
  Counters none{};
  Counters one{};
  one[static_cast<std::size_t>(Journal::schema_change)] = 1;
  Statement last(db, "SELECT coalesce(max(seq),0)+1 FROM schema_change");
  if (!last.step()) return false;
  auto const number = last.number();
  last.reset();
  Statement change(db, "INSERT INTO schema_change VALUES(?,?,?,?)");
  auto& digest = digests[static_cast<std::size_t>(Journal::schema_change)];
  if (!change.reset(&digest).bind(number).bind(seq).bind(std::int64_t{version}).bind_blob(before).run()) return false;
  auto const chain = chain_hash(seals.back().second, seq, walk.recorded(), digests, none, one);
  Statement commit(db, "INSERT INTO commit_log VALUES(?,?,?)");
  return commit.reset().bind(seq).bind(walk.recorded()).bind_blob(chain).run();
}

}  // namespace bylaw::inline v0::store
