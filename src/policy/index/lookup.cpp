#include "policy/index/lookup.hpp"

#include <algorithm>

#include <bylaw/values/decimal.hpp>

namespace bylaw::inline v0::policy::index {

namespace {

/// The highest whole number that stands for a value before the edge; saturated.
std::int64_t limit(Edge const& edge, Scale scale) {
  // Constants have at most 62 bits over 30, scales 30: the product stays inside 128.
  Int128 const numerator = edge.at.numerator * power_of_ten(scale.decimals);
  Int128 const denominator = edge.at.denominator * scale.unit;
  Int128 floor = numerator / denominator;
  bool const whole = floor * denominator == numerator;
  if (!whole && numerator < 0) --floor;
  Int128 const out = edge.after || !whole ? floor : floor - 1;
  return out > INT64_MAX ? INT64_MAX : out < INT64_MIN ? INT64_MIN : static_cast<std::int64_t>(out);
}

}  // namespace

Lookup::Lookup(Column const& column, Scale scale, Slot const& slot, std::size_t symbols) {
  for (auto const& edge : column.edges) limits_.push_back(limit(edge, scale));
  auto const count = limits_.size();
  limits_.insert(limits_.end(), run_max, INT64_MAX);
  switch (slot.kind) {
    case FactKind::boolean:
      lowest_ = 0;
      highest_ = 1;
      break;
    case FactKind::symbol:
      lowest_ = 0;
      highest_ = static_cast<std::int64_t>(symbols) - 1;
      break;
    case FactKind::date:
      lowest_ = first_date.value;
      highest_ = last_date.value;
      break;
    case FactKind::timestamp:
      lowest_ = first_date.value * day_ms;
      highest_ = (last_date.value + std::int64_t{1}) * day_ms - 1;
      break;
    default: break;
  }
  if (count == 0) return;
  base_ = limits_[0];
  auto const range = static_cast<std::uint64_t>(limits_[count - 1]) - static_cast<std::uint64_t>(base_);
  if (count <= few_max) {
    std::copy_n(limits_.begin(), count, few_);
  } else if (range < direct_max) {
    form_ = Form::direct;
    last_ = range;
    for (std::uint64_t i = 0; i <= range; ++i) table_.push_back(static_cast<std::uint16_t>(search(base_ + 1 + static_cast<std::int64_t>(i))));
  } else {
    form_ = count < UINT16_MAX && try_buckets() ? Form::bucket : Form::search;
  }
}

/// A table of the row at the begin of each bucket; false when too many constants share one.
bool Lookup::try_buckets() {
  auto const count = limits_.size() - run_max;
  last_ = bucket_of(static_cast<std::uint64_t>(limits_[count - 1]) - static_cast<std::uint64_t>(base_));
  table_.assign(last_ + 1, 0);
  std::vector<std::uint32_t> in_bucket(last_ + 1, 0);
  for (std::size_t i = 0; i < count; ++i) {
    auto const at = bucket_of(static_cast<std::uint64_t>(limits_[i]) - static_cast<std::uint64_t>(base_));
    run_ = std::max(run_, ++in_bucket[at]);
  }
  if (run_ > run_max) {
    table_.clear();
    return false;
  }
  std::uint16_t row = 0;
  for (std::size_t at = 0; at <= last_; ++at) {
    table_[at] = row;
    row = static_cast<std::uint16_t>(row + in_bucket[at]);
  }
  return true;
}

}  // namespace bylaw::inline v0::policy::index
