// Leases on messages of the outbox: at least once, per subject in order, and what nobody could deliver is put aside.
#include <bylaw/store/deliveries.hpp>
#include <bylaw/values/word_list.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "store/message_types.hpp"
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

enum State : std::int64_t { waiting = 0, leased = 1, retry = 2, dead_letter = 3 };

std::string latency_bucket(std::int64_t ms) {
  int bucket = 0;
  while (bucket < 40 && (std::int64_t{1} << bucket) < ms) ++bucket;
  return "latency " + std::to_string(bucket);
}

/// One call of one consumer.
class Session {
 public:
  Session(Store::Impl& s, std::string consumer, Timestamp now) : s_(s), consumer_(std::move(consumer)), now_(now) {}

  bool add_counts() {
    Statement add(s_.db.get(), "INSERT INTO delivery_count VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE SET count = count + ?4");
    for (auto const& [what, count] : counts_) {
      if (!add.reset().bind(consumer_).bind(now_.value / hour_ms).bind(what).bind(count).run()) return false;
    }
    // Health looks back on a day; what is older than two goes.
    Statement old(s_.db.get(), "DELETE FROM delivery_count WHERE consumer=? AND hour<?");
    return counts_.empty() || old.reset().bind(consumer_).bind(now_.value / hour_ms - 48).run();
  }
  void count(std::string const& what, std::int64_t by = 1) { counts_[what] += by; }

  /// Whose lease has run out failed, whatever became of it.
  bool expire(std::int64_t attempts_max) {
    Statement late(s_.db.get(), "SELECT message, attempts FROM delivery WHERE consumer=? AND state=1 AND until<=? ORDER BY message LIMIT 1000");
    std::vector<std::pair<std::int64_t, std::int64_t>> found;
    late.reset().bind(consumer_).bind(now_.value);
    while (late.step()) {
      auto const message = late.number();
      found.emplace_back(message, late.number());
    }
    if (late.failed()) return false;
    for (auto const& [message, attempts] : found) {
      count("expired");
      Settled settled{};
      if (!fail(message, attempts, attempts_max, "the lease ran out", now_, settled)) return false;
    }
    return true;
  }

  bool fail(std::int64_t message, std::int64_t attempts, std::int64_t attempts_max, std::string const& reason, Timestamp again, Settled& settled) {
    bool const gives_up = attempts >= attempts_max;
    settled = gives_up ? Settled::dead : Settled::done;
    Statement put(s_.db.get(), "UPDATE delivery SET state=?, until=?, reason=? WHERE consumer=? AND message=?");
    auto const state = std::int64_t{gives_up ? dead_letter : retry};
    if (!put.reset().bind(state).bind(again.value).bind(reason).bind(consumer_).bind(message).run()) return false;
    if (!gives_up) return true;
    count("dead");
    return s_.write_delivery({consumer_, message, DeliveryAction::dead, attempts, reason}, 0, now_);
  }

 private:
  Store::Impl& s_;
  std::string consumer_;
  Timestamp now_;
  std::map<std::string, std::int64_t> counts_;
};

StoredMessage read_message(Statement& q) {
  StoredMessage out;
  out.number = q.number();
  out.type = q.text();
  out.subject = q.text();
  out.data = q.text();
  out.at = Timestamp(q.number());
  out.command = q.text();
  out.recorded = Timestamp(q.number());
  return out;
}

constexpr char const* message_columns =
    "o.seq, o.type, o.subject, o.data, o.at, coalesce((SELECT c.id FROM command c WHERE c.seq=o.command_seq), ''), "
    "(SELECT l.recorded_at FROM commit_log l WHERE l.seq=o.commit_seq)";

/// Those that were met before: what is due again, and what waited behind another of its subject.
Result<std::vector<StoredMessage>> due_again(Store::Impl& s, DeliveryTerms const& terms, Timestamp now, std::size_t count_max) {
  std::vector<StoredMessage> out;
  auto const sql = std::string("SELECT ") + message_columns +
                   ", d.attempts, d.lease FROM delivery d JOIN outbox o ON o.seq=d.message WHERE d.consumer=?1 AND (d.state=0 OR (d.state=2 AND d.until<=?2)) "
                   "AND NOT EXISTS (SELECT 1 FROM delivery x WHERE x.consumer=?1 AND x.key=d.key AND x.message<d.message) ORDER BY d.message LIMIT ?3";
  Statement q(s.db.get(), sql.c_str());
  q.reset().bind(terms.consumer).bind(now.value).bind(static_cast<std::int64_t>(count_max));
  while (q.step()) {
    auto message = read_message(q);
    message.attempts = q.number();
    message.lease = q.number();
    out.push_back(std::move(message));
  }
  if (q.failed()) return s.fail();
  return out;
}

/// New ones after the consumer's position. One whose subject has another on its way waits for that.
Result<void> take_new(Store::Impl& s, DeliveryTerms const& terms, std::int64_t position, std::size_t count_max, std::vector<StoredMessage>& out) {
  constexpr std::int64_t looked_at_max = 10'000;
  auto const before = position;
  std::set<std::string> busy;
  for (auto const& message : out) busy.insert(message.subject);
  Statement has(s.db.get(), "SELECT 1 FROM delivery WHERE consumer=? AND key=? LIMIT 1");
  Statement wait(s.db.get(), "INSERT INTO delivery VALUES(?,?,?,0,0,0,0,'')");
  Statement q(s.db.get(), (std::string("SELECT ") + message_columns + " FROM outbox o WHERE o.seq>? AND o.seq<=? ORDER BY o.seq LIMIT ?").c_str());
  // What this commit announces is a message when it is committed.
  q.reset().bind(position).bind(s.committed[static_cast<std::size_t>(Journal::outbox)]).bind(looked_at_max);
  while (out.size() < count_max && q.step()) {
    auto message = read_message(q);
    position = message.number;
    if (!takes_type(terms.types, message.type)) continue;
    bool const blocked = busy.count(message.subject) > 0 || has.reset().bind(terms.consumer).bind(message.subject).step();
    if (!wait.reset().bind(terms.consumer).bind(message.number).bind(message.subject).run()) return s.fail();
    if (blocked) continue;
    busy.insert(message.subject);
    out.push_back(std::move(message));
  }
  if (q.failed() || has.failed()) return s.fail();
  if (position == before) return {};
  Statement move(s.db.get(), "UPDATE consumer SET position=? WHERE name=?");
  return move.reset().bind(position).bind(terms.consumer).run() ? Result<void>{} : Result<void>(s.fail());
}

/// Where a consumer is; a new one begins with the first message of all.
Result<std::int64_t> position_of(Store::Impl& s, DeliveryTerms const& terms) {
  Statement q(s.db.get(), "SELECT position, types FROM consumer WHERE name=?");
  bool const known = q.reset().bind(terms.consumer).step();
  auto const position = known ? q.number() : 0;
  auto const types = known ? q.text() : std::string{};
  if (q.failed()) return s.fail();
  q.reset();
  auto const wanted = join_words(terms.types);
  if (known && types == wanted) return position;
  Statement put(s.db.get(), "INSERT INTO consumer VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET types=?3");
  if (!put.reset().bind(terms.consumer).bind(position).bind(wanted).run()) return s.fail();
  return position;
}

}  // namespace

namespace {
constexpr std::int64_t wait_ms_max = std::int64_t{366} * 24 * hour_ms;
}

std::int64_t backoff_ms(DeliveryTerms const& terms, std::int64_t message, std::int64_t attempts) noexcept {
  auto const doublings = std::clamp<std::int64_t>(attempts - 1, 0, 40);
  auto const limit = std::clamp<std::int64_t>(terms.backoff_ms_max, 1, wait_ms_max);
  auto full = std::clamp<std::int64_t>(terms.backoff_ms_first, 1, limit);
  for (std::int64_t i = 0; i < doublings && full < limit; ++i) full = std::min(limit, full * 2);
  // splitmix64: many that failed together do not come back together.
  auto x = terms.seed + static_cast<std::uint64_t>(message) * 0x9E3779B97F4A7C15ull + static_cast<std::uint64_t>(attempts);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  x ^= x >> 31;
  return full - static_cast<std::int64_t>(x % static_cast<std::uint64_t>(full / 2 + 1));
}

bool Store::Impl::write_delivery(DeliveryRow const& r, std::int64_t command_seq, Timestamp at) {
  bool const written = row(Journal::delivery_event)
                           .bind(command_seq)
                           .bind(r.consumer)
                           .bind(r.message)
                           .bind(static_cast<std::int64_t>(r.action))
                           .bind(r.attempts)
                           .bind(r.reason)
                           .bind(at.value)
                           .run();
  if (!written || r.action == DeliveryAction::dead) return written;
  bool const again = r.action == DeliveryAction::redriven;
  Statement change(db.get(), again ? "UPDATE delivery SET state=2, attempts=0, until=0, reason='' WHERE consumer=? AND message=? AND state=3"
                                   : "DELETE FROM delivery WHERE consumer=? AND message=? AND state=3");
  if (!change.reset().bind(r.consumer).bind(r.message).run()) return false;
  Session session(*this, r.consumer, at);
  session.count(again ? "redriven" : "skipped");
  return session.add_counts();
}

Result<std::vector<StoredMessage>> Deliveries::lease(DeliveryTerms const& terms, Timestamp now, std::size_t count_max) {
  constexpr std::size_t at_once_max = 10'000;
  count_max = std::min(count_max, at_once_max);
  auto& s = *impl_;
  Session session(s, terms.consumer, now);
  auto const position = position_of(s, terms);
  if (!position) return Unexpected{position.error()};
  if (!session.expire(terms.attempts_max)) return s.fail();
  auto out = due_again(s, terms, now, count_max);
  if (!out) return out;
  if (out->size() < count_max) {
    if (auto const taken = take_new(s, terms, *position, count_max, *out); !taken) return Unexpected{taken.error()};
  }
  Statement take(s.db.get(), "UPDATE delivery SET state=1, attempts=?, until=?, lease=? WHERE consumer=? AND message=?");
  for (auto& message : *out) {
    ++message.attempts;
    ++message.lease;
    auto const until = now.value + std::clamp<std::int64_t>(terms.lease_ms, 1, wait_ms_max);
    if (!take.reset().bind(message.attempts).bind(until).bind(message.lease).bind(terms.consumer).bind(message.number).run()) return s.fail();
    if (message.attempts > 1) session.count("again");
  }
  if (!out->empty()) session.count("leased", static_cast<std::int64_t>(out->size()));
  if (!session.add_counts()) return s.fail();
  return out;
}

Result<std::vector<Settled>> Deliveries::ack(std::string const& consumer, std::span<Receipt const> receipts, Timestamp now) {
  auto& s = *impl_;
  Session session(s, consumer, now);
  std::vector<Settled> out;
  Statement find(s.db.get(),
                 "SELECT l.recorded_at FROM delivery d JOIN outbox o ON o.seq=d.message JOIN commit_log l ON l.seq=o.commit_seq WHERE d.consumer=? AND "
                 "d.message=? AND d.lease=? AND d.state IN (1, 2)");
  Statement done(s.db.get(), "DELETE FROM delivery WHERE consumer=? AND message=?");
  for (auto const& receipt : receipts) {
    bool const held = find.reset().bind(consumer).bind(receipt.message).bind(receipt.lease).step();
    if (find.failed()) return s.fail();
    auto const latency_ms = held ? std::max<std::int64_t>(now.value - find.number(), 0) : 0;
    find.reset();
    out.push_back(held ? Settled::done : Settled::stale);
    if (!held) continue;
    if (!done.reset().bind(consumer).bind(receipt.message).run()) return s.fail();
    session.count("acked");
    session.count(latency_bucket(latency_ms));
  }
  if (!session.add_counts()) return s.fail();
  return out;
}

Result<Settled> Deliveries::nack(DeliveryTerms const& terms, Receipt receipt, std::string const& reason, Timestamp now, Timestamp not_before) {
  auto& s = *impl_;
  Session session(s, terms.consumer, now);
  Statement find(s.db.get(), "SELECT attempts FROM delivery WHERE consumer=? AND message=? AND lease=? AND state=1");
  if (!find.reset().bind(terms.consumer).bind(receipt.message).bind(receipt.lease).step()) {
    if (find.failed()) return s.fail();
    return Settled::stale;
  }
  auto const attempts = find.number();
  find.reset();
  Timestamp const again(std::max(now.value + backoff_ms(terms, receipt.message, attempts), not_before.value));
  Settled settled{};
  session.count("nacked");
  if (!session.fail(receipt.message, attempts, terms.attempts_max, reason, again, settled) || !session.add_counts()) return s.fail();
  return settled;
}

Result<std::vector<std::int64_t>> Deliveries::dead(std::string_view consumer, std::int64_t message) {
  std::vector<std::int64_t> out;
  Statement q(impl_->db.get(), "SELECT message FROM delivery WHERE consumer=?1 AND state=3 AND (?2=0 OR message=?2) ORDER BY message");
  q.reset().bind(consumer).bind(message);
  while (q.step()) out.push_back(q.number());
  if (q.failed()) return impl_->fail();
  return out;
}

}  // namespace bylaw::inline v0::store
