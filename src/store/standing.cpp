// What stands for many orders at once: stops, holds by rule, measures.
#include <algorithm>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

StopRow read_stop(Statement& q) {
  StopRow out;
  out.name = q.text();
  out.lifted = q.number() != 0;
  out.what = q.text();
  out.target = q.text();
  out.blocks = q.text();
  out.reason = q.text();
  out.text = q.text();
  out.from = Timestamp(q.number());
  out.until = Timestamp(q.number());
  out.lift_by = q.text();
  return out;
}

}  // namespace

Result<std::optional<StopRow>> Store::stop(std::string_view name) {
  Statement q(impl_->db.get(),
              "SELECT name, action, what, target, blocks, reason, text, from_at, until_at, lift_by FROM stop_event WHERE name=? ORDER BY seq DESC LIMIT 1");
  std::optional<StopRow> out;
  if (q.reset().bind(name).step()) out = read_stop(q);
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<StopRow>> Store::stops() {
  std::vector<StopRow> out;
  if (impl_->last(Journal::stop_event) == 0) return out;  // asked for every event of an order, and there is seldom one
  auto& q = impl_->all_stops.reset();
  while (q.step()) out.push_back(read_stop(q));
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<std::string>> Store::held_by(std::string_view rule) {
  std::vector<std::string> out;
  Statement q(impl_->db.get(), "SELECT DISTINCT order_id FROM hold_open WHERE rule=? AND scope NOT IN ('order', 'line') ORDER BY order_id");
  q.reset().bind(rule);
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::int64_t> Store::expired_since(std::string_view rule, Timestamp after) {
  auto& q = impl_->expired.reset().bind(rule).bind(after.value);
  if (!q.step()) return impl_->fail();
  auto const count = q.number();
  q.reset();
  return count;
}

Result<MeasureSums> Store::measure(std::string_view measure, std::string_view key, Timestamp from, Timestamp to, std::string_view except) {
  MeasureSums out;
  auto& q = impl_->measured.reset().bind(measure).bind(key).bind(from.value).bind(to.value).bind(except);
  while (q.step()) {
    out.count += q.number();
    MeasureSums::Part part;
    part.scale = static_cast<std::int32_t>(q.number());
    part.sum = q.number();
    part.min = q.number();
    part.max = q.number();
    out.parts.push_back(part);
  }
  bool const overflow = q.failed() && std::string_view(sqlite3_errmsg(impl_->db.get())) == "integer overflow";
  bool const failed = q.failed() && !overflow;
  auto const why = impl_->fail();
  q.reset();
  if (overflow) return failure("overflow", "the measure `" + std::string(measure) + "` is too large", std::string(measure), "shorten the time it runs over");
  if (failed) return why;
  return out;
}

Result<bool> Store::measure_is_kept(std::string_view measure, std::string_view definition) {
  Statement q(impl_->db.get(), "SELECT definition FROM measure_state WHERE measure=?");
  bool const known = q.reset().bind(measure).step() && q.text() == definition;
  if (q.failed()) return impl_->fail();
  if (known) return true;
  Statement drop(impl_->db.get(), "DELETE FROM measure_entry WHERE measure=?");
  Statement put(impl_->db.get(), "INSERT OR REPLACE INTO measure_state VALUES(?,?)");
  impl_->dirty = true;
  if (!drop.reset().bind(measure).run() || !put.reset().bind(measure).bind(definition).run()) return impl_->fail();
  return false;
}

Result<void> Store::keep_measures_only(std::vector<std::string> const& names) {
  std::vector<std::string> others;
  Statement q(impl_->db.get(), "SELECT measure FROM measure_state");
  while (q.step()) others.push_back(q.text());
  if (q.failed()) return impl_->fail();
  Statement drop(impl_->db.get(), "DELETE FROM measure_entry WHERE measure=?");
  Statement forget(impl_->db.get(), "DELETE FROM measure_state WHERE measure=?");
  for (auto const& name : others) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    impl_->dirty = true;
    if (!drop.reset().bind(name).run() || !forget.reset().bind(name).run()) return impl_->fail();
  }
  return {};
}

Result<std::vector<std::string>> Store::orders_imported_after(Timestamp from) {
  std::vector<std::string> out;
  Statement q(impl_->db.get(), "SELECT DISTINCT id FROM order_doc WHERE imported>? ORDER BY seq");
  q.reset().bind(from.value);
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  return out;
}

Result<void> Store::add_measure(MeasureRow const& m, Timestamp at) {
  if (impl_->put_measure.reset().bind(m.measure).bind(m.key).bind(at.value).bind(m.subject).bind(m.amount).bind(std::int64_t{m.scale}).run()) return {};
  return impl_->fail();
}

}  // namespace bylaw::inline v0::store
