// What stands on an order: its holds, its returns, and when what happened to it.
#include <algorithm>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

/// The last row of every (rule, line) of an order.
Result<std::vector<HoldRow>> last_holds(Store::Impl& s, std::string_view order) {
  std::vector<HoldRow> rows;
  auto& q = s.holds.reset().bind(order);
  while (q.step()) {
    HoldRow row;
    row.order = std::string(order);
    row.rule = q.text();
    row.line = static_cast<std::int32_t>(q.number());
    row.action = static_cast<HoldAction>(q.number());
    row.reason = q.text();
    row.text = q.text();
    row.queue = q.text();
    row.blocks = q.text();
    row.reads = q.text();
    row.scope = q.text();
    row.owner = q.text();
    row.late = q.text();
    row.due = Timestamp(q.number());
    row.release_by = q.text();
    row.at = Timestamp(q.number());
    std::erase_if(rows, [&](HoldRow const& r) { return r.rule == row.rule && r.line == row.line; });
    rows.push_back(std::move(row));
  }
  if (q.failed()) return s.fail();
  q.reset();
  return rows;
}

bool is_open(HoldRow const& row) { return trade::is_open(row.action); }

}  // namespace

Result<std::vector<HoldRow>> Store::open_holds(std::string_view order) {
  auto rows = last_holds(*impl_, order);
  if (rows) std::erase_if(*rows, [](HoldRow const& r) { return !is_open(r); });
  return rows;
}

Result<std::vector<HoldRow>> Store::closed_holds(std::string_view order) {
  auto rows = last_holds(*impl_, order);
  if (rows) std::erase_if(*rows, is_open);
  return rows;
}

Result<bool> Store::has_returns(std::string_view order) {
  Statement q(impl_->db.get(), "SELECT 1 FROM return_line WHERE order_id=? LIMIT 1");
  bool const found = q.reset().bind(order).step();
  if (q.failed()) return impl_->fail();
  return found;
}

/// What the steps of an order alone say: those that came since it was asked before are read.
Result<OrderTimes> Store::step_times(StoredInstance const& instance) {
  constexpr std::size_t cached_max = 32;
  if (impl_->times.size() >= cached_max && impl_->times.count(instance.number) == 0) impl_->times.clear();
  auto& [through, times] = impl_->times[instance.number];
  auto const history = history_of(instance, through);
  if (!history) return Unexpected{history.error()};
  auto const rising = std::vector<StoredTransition>(history->rbegin(), history->rend());
  for (auto const& step : rising) {
    if (times.shipped == 0 && (step.event == "ship" || step.to == "shipped")) times.shipped = step.at.value;
    if (step.event == "deliver") times.delivered = step.at.value;  // the last one counts
    times.invoiced = times.invoiced || step.event == "invoice" || step.to == "invoiced";
    if (step.event == "pay") times.paid = true;  // stores of the first versions have no fact of it
  }
  through = instance.last;
  return times;
}

Result<OrderTimes> Store::order_times(std::string_view order) {
  auto const instance = load_instance(order);
  if (!instance) return Unexpected{instance.error()};
  if (!*instance) return OrderTimes{};
  auto const stepped = step_times(**instance);
  if (!stepped) return stepped;
  auto times = *stepped;
  auto const facts = facts_of(order);
  if (!facts) return Unexpected{facts.error()};
  for (auto const& fact : *facts) {
    if (fact.path == "order.paid_in_full") times.paid = fact.value == "true";
  }
  auto const children = children_of((*instance)->number);
  if (!children) return Unexpected{children.error()};
  // Where there are parcels it is delivered with the last of them, and not before.
  std::int64_t last = 0;
  bool all = true;
  bool any = false;
  for (auto const& child : *children) {
    if (child.workflow != "shipment" || child.state == "cancelled" || child.state == "lost") continue;
    any = true;
    times.any_out = times.any_out || child.state == "shipped" || child.state == "delivered";
    all = all && child.state == "delivered";
    last = std::max(last, child.since.value);
  }
  if (any && times.delivered == 0 && all) times.delivered = last;
  times.any_out = times.any_out || times.shipped != 0;
  return times;
}

}  // namespace bylaw::inline v0::store
