#include "policy/index/lookup.hpp"

#include <algorithm>

#include <bylaw/values/decimal.hpp>

namespace bylaw::inline v0::policy::index {

namespace {

std::int64_t saturated(Int128 number) { return number > INT64_MAX ? INT64_MAX : number < INT64_MIN ? INT64_MIN : static_cast<std::int64_t>(number); }

bool is_fraction(FactKind kind) { return kind == FactKind::decimal || kind == FactKind::quantity; }

/// The highest whole number that stands for a value before the edge; saturated. A point in time that is
/// finer than a millisecond counts as the millisecond that it is in.
std::int64_t limit(Edge const& edge, Scale scale, FactKind kind) {
  // Constants have at most 62 bits over 30, scales 30: the product stays inside 128.
  Int128 const parts = power_of_ten(scale.decimals);
  Int128 const numerator = is_fraction(kind) ? edge.at.numerator * parts : edge.at.numerator;
  Int128 const denominator = is_fraction(kind) ? edge.at.denominator * scale.unit : edge.at.denominator;
  Int128 floor = numerator / denominator;
  bool const whole = floor * denominator == numerator;
  if (!whole && numerator < 0) --floor;
  Int128 const last = edge.after || !whole ? floor : floor - 1;
  return saturated(is_fraction(kind) ? last : (last + 1) * parts - 1);
}

}  // namespace

Lookup::Lookup(Column const& column, Scale scale, Slot const& slot, std::size_t symbols) {
  for (auto const& edge : column.edges) limits_.push_back(limit(edge, scale, slot.kind));
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
      lowest_ = saturated(Int128{first_date.value} * day_ms * power_of_ten(scale.decimals));
      highest_ = saturated((Int128{last_date.value} + 1) * day_ms * power_of_ten(scale.decimals) - 1);
      break;
    // The lowest number is what a limit below all numbers saturates to.
    default: lowest_ = is_fraction(slot.kind) && scale.decimals != 0 ? INT64_MIN + 1 : INT64_MIN;
  }
  if (count == 0) return;
  base_ = limits_[0];
  auto const range = static_cast<std::uint64_t>(limits_[count - 1]) - static_cast<std::uint64_t>(base_);
  if (count <= few_max) {
    std::copy_n(limits_.begin(), count, few_);
  } else if (count < UINT16_MAX && range < direct_max) {
    form_ = Form::direct;
    last_ = range;
    for (std::uint64_t i = 0; i <= range; ++i)
      table_.push_back(static_cast<std::uint16_t>(search(static_cast<std::int64_t>(static_cast<std::uint64_t>(base_) + 1 + i))));
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
