// Who may do what: activations, requests and their answers, what was spent, delegation, the catalog.
#include <bylaw/store/control.hpp>

#include <algorithm>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

Result<std::vector<StoredActivation>> Control::activations() {
  std::vector<StoredActivation> out;
  if (impl_->last(Journal::activation) == 0) return out;
  Statement q(impl_->db.get(),
              "SELECT rollout, hash, policy, channels, locations, share_percent FROM activation_now ORDER BY rollout != 'full', rollout = 'shadow', seq DESC");
  while (q.step()) {
    StoredActivation row;
    row.rollout = q.text();
    row.hash = q.text();
    row.policy = q.number();
    row.channels = q.text();
    row.locations = q.text();
    row.share_percent = q.number();
    out.push_back(std::move(row));
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::optional<StoredActivation>> Control::last_policy() {
  Statement q(
      impl_->db.get(),
      "SELECT v.hash, v.seq FROM policy_version v WHERE v.seq = coalesce((SELECT policy FROM command WHERE policy>0 ORDER BY seq DESC LIMIT 1), (SELECT "
      "max(seq) FROM policy_version)) AND EXISTS (SELECT 1 FROM policy_source f WHERE f.policy=v.seq)");
  std::optional<StoredActivation> out;
  if (q.step()) {
    out.emplace();
    out->rollout = "full";
    out->hash = q.text();
    out->policy = q.number();
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::optional<std::int64_t>> Control::find_policy(std::string_view hash) {
  Statement q(impl_->db.get(), "SELECT seq FROM policy_version WHERE substr(hash, 1, length(?1)) = ?1 ORDER BY seq LIMIT 2");
  std::optional<std::int64_t> out;
  bool several = false;
  q.reset().bind(hash);
  while (q.step()) {
    several = out.has_value();
    out = q.number();
  }
  if (q.failed()) return impl_->fail();
  return several ? std::optional<std::int64_t>{} : out;
}

Result<PolicyText> Control::policy_text(std::int64_t policy) {
  PolicyText out;
  Statement q(impl_->db.get(),
              "SELECT v.hash, f.name, f.text, f.root FROM policy_version v JOIN policy_source f ON f.policy=v.seq WHERE v.seq=? ORDER BY f.seq");
  q.reset().bind(policy);
  while (q.step()) {
    out.hash = q.text();
    auto name = q.text();
    auto text = q.text();
    out.files.push_back({std::move(name), std::move(text), q.number() != 0});
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<std::pair<std::string, std::int64_t>>> Control::done_since_activation() {
  std::vector<std::pair<std::string, std::int64_t>> out;
  if (!impl_->flush_outbox()) return impl_->fail();
  Statement q(impl_->db.get(),
              "WITH since AS (SELECT coalesce((SELECT max(commit_seq) FROM activation WHERE rollout='full'), 0) AS c) "
              "SELECT CASE type WHEN 'order.shipped' THEN 'orders shipped' WHEN 'order.cancelled' THEN 'orders cancelled' WHEN 'order.rejected' THEN 'orders "
              "rejected' WHEN 'return.refunded' THEN 'returns refunded' WHEN 'return.denied' THEN 'returns denied' ELSE 'holds released' END AS what, count(*) "
              "FROM outbox, since WHERE commit_seq>since.c AND type IN ('order.shipped', 'order.cancelled', 'order.rejected', 'return.refunded', "
              "'return.denied', 'hold.released') GROUP BY what ORDER BY what");
  while (q.step()) {
    auto what = q.text();
    out.emplace_back(std::move(what), q.number());
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<StoredRequest> Control::request(std::int64_t instance) {
  StoredRequest out;
  Statement q(impl_->db.get(), "SELECT answer, user, role, on_behalf_of, rules FROM request_answer WHERE instance=? ORDER BY seq");
  q.reset().bind(instance);
  while (q.step()) {
    auto const answer = q.text();
    Actor actor;
    actor.user = q.text();
    actor.role = q.text();
    actor.on_behalf_of = q.text();
    if (answer == "asked") {
      out.requester = actor;
      out.rules = q.text();
    } else if (answer == "approve") {
      out.approvals.push_back(std::move(actor));
    }
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<SpendSums> Control::spent(SpendQuestion const& question) {
  SpendSums out;
  if (impl_->last(Journal::spend) == 0) return out;
  char const* column = question.per == "order"       ? "order_id=?2 AND order_id != ''"
                       : question.per == "customer"  ? "customer=?2 AND customer != ''"
                       : question.per == "requester" ? "requester=?2"
                                                     : "automatic=1 AND ?2='' AND request=''";
  // The name of a column comes from the list above, never from outside.
  auto const sql =
      std::string("SELECT currency, amount FROM spend s WHERE command=?1 AND ") + column +
      " AND at>?3 AND dropped=0 AND request!=?4 AND NOT EXISTS (SELECT 1 FROM spend d WHERE d.request=s.request AND d.request!='' AND d.dropped=1)";
  Statement q(impl_->db.get(), sql.c_str());
  // A request that is not named is `-`, which no request is called.
  auto const except = question.except.empty() ? std::string("-") : question.except;
  q.reset().bind(question.command).bind(question.key).bind(question.after.value).bind(except);
  while (q.step()) {
    auto const currency = Currency::find(q.text());
    Money const amount(q.number(), currency);
    ++out.count;
    auto known = std::find_if(out.sums.begin(), out.sums.end(), [&](Money const& sum) { return sum.currency() == currency; });
    // A sum that is too large is over every limit.
    if (known == out.sums.end()) out.sums.push_back(amount);
    else *known = add(*known, amount).value_or(Money(INT64_MAX, currency));
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<DelegationRow>> Control::delegations(std::string_view from, std::string_view to) {
  std::vector<DelegationRow> out;
  Statement q(impl_->db.get(),
              "SELECT role, begins, ends, revoked FROM delegation_event d WHERE to_user=?1 AND from_user=?2 AND "
              "seq = (SELECT max(seq) FROM delegation_event x WHERE x.to_user=d.to_user AND x.from_user=d.from_user AND x.role=d.role)");
  q.reset().bind(to).bind(from);
  while (q.step()) {
    DelegationRow row{std::string(from), std::string(to), q.text(), {}, {}, false};
    row.begins = Timestamp(q.number());
    row.ends = Timestamp(q.number());
    row.revoked = q.number() != 0;
    out.push_back(std::move(row));
  }
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::optional<std::string>> Control::entry(std::string_view kind, std::string_view id, Timestamp at) {
  auto& q = impl_->find_entry.reset().bind(kind).bind(id).bind(at.value);
  std::optional<std::string> out;
  if (q.step() && q.number() == 0) {
    (void)q.number();
    out = q.text();
  }
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

Result<std::optional<Timestamp>> Control::entry_since(std::string_view kind, std::string_view id, Timestamp at) {
  auto& q = impl_->find_entry.reset().bind(kind).bind(id).bind(at.value);
  std::optional<Timestamp> out;
  if (q.step()) {
    (void)q.number();
    out = Timestamp(q.number());
  }
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

Result<HealthCounts> Control::counts(Timestamp now) {
  HealthCounts out;
  std::int64_t day_ago = 0;
  if (subtract_overflows(now.value, 24 * hour_ms, day_ago)) day_ago = INT64_MIN;  // a clock may read anything
  Statement q(
      impl_->db.get(),
      "WITH recent AS (SELECT c.status, c.code FROM command c WHERE c.commit_seq > coalesce((SELECT max(seq) FROM commit_log WHERE recorded_at<=?1), 0)) "
      "SELECT (SELECT count(*) FROM recent), (SELECT count(*) FROM recent WHERE status=1), "
      "(SELECT count(*) FROM recent WHERE code IN ('id_conflict', 'revision_conflict')), (SELECT count(*) FROM parked_now), "
      "(SELECT count(*) FROM dead_letter), (SELECT count(*) FROM timer_event t JOIN instance i ON i.seq=t.instance WHERE t.action=4 AND i.closed=0), "
      "(SELECT count(*) FROM request_open), (SELECT coalesce(min(since), 0) FROM request_open), "
      "(SELECT count(DISTINCT d.id) FROM order_doc d JOIN instance i ON i.subject=d.id AND i.closed=0 JOIN order_line l ON l.order_seq=d.seq "
      "WHERE l.service=0 AND NOT EXISTS (SELECT 1 FROM catalog_entry c WHERE c.kind='item' AND c.id=l.item)), "
      "(SELECT count(*) FROM catalog_now c WHERE c.kind='item' AND json_extract(c.body, '$.unit_cost') IS NULL AND coalesce(json_extract(c.body, "
      "'$.service'), 0)=0), (SELECT count(*) FROM instance WHERE workflow='exception' AND closed=0)");
  if (!q.reset().bind(day_ago).step()) return impl_->fail();
  out.commands = q.number();
  out.refused = q.number();
  out.conflicts = q.number();
  out.parked = q.number();
  out.dead_events = q.number();
  out.clocks_failed = q.number();
  out.requests = q.number();
  out.oldest_request = Timestamp(q.number());
  out.orders_without_item = q.number();
  out.items_without_cost = q.number();
  out.exceptions = q.number();
  return out;
}

Result<std::vector<std::string>> Control::raised_alerts() {
  std::vector<std::string> out;
  Statement q(impl_->db.get(), "SELECT name FROM alert_now ORDER BY name");
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<std::string>> Control::open_subjects(std::string_view workflow, std::string_view after, std::int64_t count_max) {
  std::vector<std::string> out;
  Statement q(impl_->db.get(), "SELECT subject FROM instance WHERE workflow=? AND closed=0 AND subject>? ORDER BY subject LIMIT ?");
  q.reset().bind(workflow).bind(after).bind(count_max);
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::int64_t> Control::holds_placed(Timestamp after) {
  Statement q(
      impl_->db.get(),
      "SELECT count(*) FROM hold_event h WHERE h.action=0 AND h.at>? AND EXISTS (SELECT 1 FROM policy_rule r WHERE r.policy=h.policy AND r.name=h.rule AND "
      "r.kind='hold')");
  if (!q.reset().bind(after.value).step()) return impl_->fail();
  return q.number();
}

}  // namespace bylaw::inline v0::store
