// How deliveries go: what waits, what failed, how long it takes.
#include <bylaw/store/deliveries.hpp>
#include <bylaw/values/word_list.hpp>

#include <algorithm>
#include <map>

#include "store/message_types.hpp"
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

/// The upper end of the bucket in which the given share of all latencies has been reached.
std::int64_t percentile(std::map<int, std::int64_t> const& buckets, std::int64_t percent) {
  std::int64_t all = 0;
  for (auto const& [bucket, count] : buckets) all += count;
  std::int64_t seen = 0;
  for (auto const& [bucket, count] : buckets) {
    seen += count;
    if (seen * 100 >= all * percent) return std::int64_t{1} << bucket;
  }
  return 0;
}

bool read_counts(Store::Impl& s, Timestamp now, DeliveryHealth& out) {
  std::map<int, std::int64_t> buckets;
  Statement q(s.db.get(), "SELECT what, sum(count) FROM delivery_count WHERE consumer=? AND hour>? GROUP BY what");
  q.reset().bind(out.consumer).bind(now.value / hour_ms - 24);
  while (q.step()) {
    auto const what = q.text();
    auto const count = q.number();
    if (what == "acked") out.acked = count;
    if (what == "nacked" || what == "expired") out.failed += count;
    if (what == "redriven") out.redriven = count;
    if (what.compare(0, 8, "latency ") == 0) buckets[std::atoi(what.c_str() + 8)] = count;
  }
  out.latency_ms_p50 = percentile(buckets, 50);
  out.latency_ms_p99 = percentile(buckets, 99);
  return !q.failed();
}

/// What the consumer has not come to yet, among its types.
bool read_backlog(Store::Impl& s, std::int64_t position, std::vector<std::string> const& types, DeliveryHealth& out, std::int64_t& oldest) {
  Statement q(s.db.get(), "SELECT o.type, count(*), min(o.seq) FROM outbox o WHERE o.seq>? GROUP BY o.type");
  q.reset().bind(position);
  while (q.step()) {
    auto const type = q.text();
    if (!takes_type(types, type)) continue;
    out.depth += q.number();
    auto const first = q.number();
    oldest = oldest == 0 ? first : std::min(oldest, first);
  }
  return !q.failed();
}

}  // namespace

Result<std::vector<DeliveryHealth>> Deliveries::health(Timestamp now) {
  auto& s = *impl_;
  std::vector<DeliveryHealth> out;
  Statement q(s.db.get(),
              "SELECT c.name, c.types, c.position, coalesce(sum(d.state IN (0,1,2)),0), coalesce(sum(d.state=1),0), coalesce(sum(d.state=2),0), "
              "coalesce(sum(d.state=3),0), coalesce(max(d.attempts),0), coalesce(min(CASE WHEN d.state!=3 THEN d.message END),0) FROM consumer c LEFT JOIN "
              "delivery d ON d.consumer=c.name GROUP BY c.name ORDER BY c.name");
  Statement since(s.db.get(), "SELECT l.recorded_at FROM outbox o JOIN commit_log l ON l.seq=o.commit_seq WHERE o.seq=?");
  while (q.step()) {
    DeliveryHealth one;
    one.consumer = q.text();
    auto const listed = q.text();
    auto const words = split_words(listed);
    std::vector<std::string> const types(words.begin(), words.end());
    auto const position = q.number();
    one.depth = q.number();
    one.leased = q.number();
    one.retrying = q.number();
    one.dead = q.number();
    one.attempts_max = q.number();
    auto oldest = q.number();
    if (!read_backlog(s, position, types, one, oldest) || !read_counts(s, now, one)) return s.fail();
    if (oldest != 0 && since.reset().bind(oldest).step()) one.age_ms = std::max<std::int64_t>(now.value - since.number(), 0);
    out.push_back(std::move(one));
  }
  if (q.failed() || since.failed()) return s.fail();
  return out;
}

}  // namespace bylaw::inline v0::store
