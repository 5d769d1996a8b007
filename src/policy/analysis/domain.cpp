#include "policy/analysis/domain.hpp"

#include <algorithm>

#include "policy/program/evaluate.hpp"
#include "policy/types/schema.hpp"

namespace bylaw::inline v0::policy::analysis {

namespace {

constexpr int scale = 12;

void join(std::vector<Interval>& values) {
  std::sort(values.begin(), values.end(), [](Interval const& a, Interval const& b) { return a.low < b.low; });
  std::vector<Interval> out;
  for (auto const& next : values) {
    if (!out.empty() && next.low <= out.back().high + 1) out.back().high = std::max(out.back().high, next.high);
    else out.push_back(next);
  }
  values = std::move(out);
}

}  // namespace

Domain intersect(Domain const& a, Domain const& b) {
  Domain out;
  out.missing = a.missing && b.missing;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.values.size() && j < b.values.size()) {
    auto const low = std::max(a.values[i].low, b.values[j].low);
    auto const high = std::min(a.values[i].high, b.values[j].high);
    if (low <= high) out.values.push_back({low, high});
    a.values[i].high < b.values[j].high ? ++i : ++j;
  }
  return out;
}

Domain unite(Domain const& a, Domain const& b) {
  Domain out = a;
  out.missing = a.missing || b.missing;
  out.values.insert(out.values.end(), b.values.begin(), b.values.end());
  join(out.values);
  return out;
}

Domain subtract(Domain const& universe, Domain const& a) {
  Domain rest;
  rest.missing = !a.missing;
  Point from = lowest;
  for (auto const& interval : a.values) {
    if (interval.low > from) rest.values.push_back({from, interval.low - 1});
    from = interval.high + 1;
  }
  if (from <= highest) rest.values.push_back({from, highest});
  return intersect(universe, rest);
}

bool is_subset(Domain const& a, Domain const& b) {
  if (a.missing && !b.missing) return false;
  std::size_t j = 0;
  for (auto const& interval : a.values) {
    while (j < b.values.size() && b.values[j].high < interval.low) ++j;
    if (j == b.values.size() || b.values[j].low > interval.low || b.values[j].high < interval.high) return false;
  }
  return true;
}

Line line_of(Policy::Impl const& impl, Type const& type, bool whole) {
  Line line;
  line.type = type;
  line.universe.missing = type.optional;
  switch (type.base) {
    case Base::boolean: line.universe.values = {{0, 1}}; break;
    case Base::symbol: {
      for (auto const id : impl.enumerations[type.index].symbols) line.universe.values.push_back({id, id});
      join(line.universe.values);
      break;
    }
    case Base::time_of_day: line.universe.values = {{0, 24 * 60 - 1}}; break;
    case Base::decimal:
    case Base::percent:
    case Base::quantity:
      line.discrete = false;
      line.universe.values = {{}};
      break;
    case Base::money:
    case Base::elapsed:
      line.discrete = whole;
      line.universe.values = {{}};
      break;
    default: line.universe.values = {{}}; break;
  }
  return line;
}

bool point_of(Line const& line, Exact const& number, Point& out) {
  auto value = number;
  if (line.discrete) {
    if (value.denominator != 1) return false;
    out = value.numerator;
    return out > lowest && out < highest;
  }
  if (line.type.base == Base::quantity && !exact::divide(value, {line.type.unit->base_units, 1}, value)) return false;
  Int128 const factor = power_of_ten(9) * power_of_ten(scale - 9);
  if (multiply_overflows(value.numerator, factor, value.numerator) || value.numerator % value.denominator != 0) return false;
  out = 2 * (value.numerator / value.denominator);
  return out > lowest && out < highest;
}

namespace {

std::string text_of_point(Policy::Impl const& impl, Line const& line, Point point) {
  Slot slot;
  if (!fact_kind(line.type, slot.kind)) return "?";
  slot.detail = detail_of(line.type, impl);
  Value value;
  value.known = true;
  if (line.discrete) {
    value.number = static_cast<std::int64_t>(point);
  } else {
    auto scaled = point / 2;
    bool const in_units = line.type.base == Base::money || line.type.base == Base::elapsed;
    value.scale = in_units ? 0 : 9;
    scaled /= power_of_ten(in_units ? scale : scale - 9);
    value.number = static_cast<std::int64_t>(scaled);
  }
  auto text = to_text(impl, slot, value);
  return line.type.base == Base::percent ? text + " (as a share)" : text;
}

}  // namespace

std::string describe(Policy::Impl const& impl, Line const& line, Domain const& domain) {
  auto known = line.universe;
  known.missing = false;
  if (domain == known || domain == line.universe) return "any value";
  // Of a long enumeration it is shorter to say what it is not.
  auto const count = [](Domain const& of) {
    Point points = 0;
    for (auto const& interval : of.values) points += interval.high - interval.low + 1;
    return points;
  };
  auto const rest = subtract(known, domain);
  if (line.type.base == Base::symbol && count(rest) < count(domain) && !domain.missing) return "other than " + describe(impl, line, {rest.values, false});
  std::string out;
  auto const add = [&](std::string const& part) { out += (out.empty() ? "" : " or ") + part; };
  for (auto const& interval : domain.values) {
    bool const open_low = !line.discrete && interval.low != lowest && interval.low % 2 != 0;
    bool const open_high = !line.discrete && interval.high != highest && interval.high % 2 != 0;
    auto const low = text_of_point(impl, line, open_low ? interval.low - 1 : interval.low);
    auto const high = text_of_point(impl, line, open_high ? interval.high + 1 : interval.high);
    if (line.type.base == Base::symbol || line.type.base == Base::boolean) {
      for (auto p = interval.low; p <= interval.high; ++p) add(text_of_point(impl, line, p));
    } else if (interval.low == lowest && interval.high == highest) {
      add("any value");
    } else if (interval.low == lowest) {
      add(std::string(open_high ? "below " : "up to ") + high);
    } else if (interval.high == highest) {
      add(std::string(open_low ? "above " : "from ") + low);
    } else if (interval.low == interval.high) {
      add(low);
    } else {
      add(std::string(open_low ? "above " : "from ") + low + (open_high ? " to below " : " to ") + high);
    }
  }
  if (domain.missing) add("missing");
  return out.empty() ? "nothing" : out;
}

}  // namespace bylaw::inline v0::policy::analysis
