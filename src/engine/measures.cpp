// Measures: rolling figures, kept as one entry per record and key, so that a figure is a sum over a range of time.
#include <algorithm>

#include <bylaw/values/digest.hpp>
#include <bylaw/values/integer.hpp>

#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

using policy::Measure;
using policy::Value;

namespace {

/// Parts with several scales brought together, exactly. Errors: `overflow`.
Result<Value> bring_together(Measure const& measure, store::MeasureSums const& sums) {
  std::int32_t scale = 0;
  for (auto const& part : sums.parts) scale = std::max(scale, part.scale);
  Int128 total = 0;
  bool first = true;
  for (auto const& part : sums.parts) {
    Int128 const up = power_of_ten(scale - part.scale);
    if (measure.function == "sum") total += part.sum * up;
    else if (measure.function == "min") total = first ? part.min * up : std::min(total, part.min * up);
    else total = first ? part.max * up : std::max(total, part.max * up);
    first = false;
  }
  if (!fits_int64(total)) return failure("overflow", "the measure `" + measure.name + "` is too large", measure.name, "shorten the time it runs over");
  return Value{true, scale, static_cast<std::int64_t>(total), {}};
}

/// The entry of one record; nothing when it does not count.
Result<void> entry(Version const& version, std::size_t index, rulebook::OrderFacts const& facts, std::vector<trade::Attribute> const& attributes,
                   std::string const& subject, Timestamp at, std::vector<trade::MeasureRow>& out) {
  auto const& book = version.book;
  auto const& measure = book.policy().measures()[index];
  auto key = book.measure_key(measure, facts);
  if (key.empty()) return {};
  auto const frame = book.measure_frame(facts, attributes);
  if (!frame) return Unexpected{frame.error()};
  auto const value = book.policy().measure(index, *frame, at);
  if (!value) return Unexpected{value.error()};
  if (value->known) out.push_back({version.measures[index], std::move(key), subject, value->number, value->scale});
  return {};
}

}  // namespace

Result<void> read_measures(Context& context, Version const& version, OrderView& view) {
  auto const& policy = version.book.policy();
  auto const now = context.command.at;
  view.facts.measures.clear();
  for (std::size_t i = 0; i < policy.measures().size(); ++i) {
    auto const& measure = policy.measures()[i];
    auto const key = version.book.measure_key(measure, view.facts);
    store::MeasureSums sums;
    if (!key.empty()) {
      auto const kept = context.store.measure(version.measures[i], key, window_start(policy, measure.over, now), now, view.stored.order.id);
      if (!kept) return Unexpected{kept.error()};
      sums = *kept;
    }
    Value value;
    if (measure.function == "count") {
      value = Value::of(sums.count);
    } else if (measure.function == "sum" || sums.count > 0) {
      auto const figure = bring_together(measure, sums);
      if (!figure) return Unexpected{figure.error()};
      value = *figure;
    }
    view.facts.measures.push_back({measure.name, std::move(value)});
  }
  return {};
}

namespace {
/// Whether an error is one of the version that decides, or of the store: what another version cannot compute keeps nobody from anything.
bool decides(Context const& context, Version const& version, Error const& error) { return &version == context.version || is_store_error(error); }
}  // namespace

Result<void> add_to_measures(Context& context, OrderView const& view) {
  for (auto const* version : context.versions.active()) {
    auto const& measures = version->book.policy().measures();
    for (std::size_t i = 0; i < measures.size(); ++i) {
      if (measures[i].record != "order") continue;
      auto const done = entry(*version, i, view.facts, {}, view.stored.order.id, context.command.at, context.changes.measures);
      if (!done && decides(context, *version, done.error())) return done;
    }
  }
  return {};
}

Result<void> add_refund_to_measures(Context& context, OrderView const& view, Money amount, std::string const& reason, std::string const& id) {
  std::vector<trade::Attribute> const refund = {{"refund.id", id}, {"refund.amount", to_string(amount)}, {"refund.reason", reason}};
  for (auto const* version : context.versions.active()) {
    auto const& measures = version->book.policy().measures();
    for (std::size_t i = 0; i < measures.size(); ++i) {
      if (measures[i].record != "refund") continue;
      auto const done = entry(*version, i, view.facts, refund, id, context.command.at, context.changes.measures);
      if (!done && decides(context, *version, done.error())) return done;
    }
  }
  return {};
}

namespace {

/// The entries of one measure, from the orders that it looks back on.
Result<void> rebuild(Version const& version, std::size_t index, store::Store& store, Timestamp now) {
  auto const& policy = version.book.policy();
  auto const orders = store.orders_imported_after(window_start(policy, policy.measures()[index].over, now));
  if (!orders) return Unexpected{orders.error()};
  for (auto const& id : *orders) {
    auto const stored = store.load_order(id);
    if (!stored) return Unexpected{stored.error()};
    rulebook::OrderFacts facts;
    facts.order = &(*stored)->order;
    facts.imported = (*stored)->imported;
    for (auto const& line : (*stored)->order.lines) {
      auto item = store.load_item(line.item, facts.imported);
      if (!item) return Unexpected{item.error()};
      facts.items.push_back(*item);
    }
    std::vector<trade::MeasureRow> rows;
    // An order of before that this measure cannot compute does not count: it must not keep everybody from working.
    if (auto const done = entry(version, index, facts, {}, id, facts.imported, rows); !done) {
      if (is_store_error(done.error())) return done;
      continue;
    }
    for (auto const& row : rows) {
      if (auto const added = store.add_measure(row, facts.imported); !added) return added;
    }
  }
  return {};
}

}  // namespace

Result<void> rebuild_measures(Versions const& versions, store::Store& store, Timestamp now) {
  // What no version in force keeps is not kept up: it is made anew when it comes back.
  std::vector<std::string> names;
  for (auto const* version : versions.active()) names.insert(names.end(), version->measures.begin(), version->measures.end());
  if (auto const dropped = store.keep_measures_only(names); !dropped) return dropped;
  for (auto const* version : versions.active()) {
    if (auto const made = make_measures(*version, store, now); !made) return made;
  }
  return {};
}

Result<void> make_measures(Version const& version, store::Store& store, Timestamp now) {
  auto const& measures = version.book.policy().measures();
  for (std::size_t i = 0; i < measures.size(); ++i) {
    auto const kept = store.measure_is_kept(version.measures[i], version.measures[i]);
    if (!kept) return Unexpected{kept.error()};
    if (*kept || measures[i].record != "order") continue;
    if (auto const made = rebuild(version, i, store, now); !made) return made;
  }
  return {};
}

}  // namespace bylaw::inline v0::engine
