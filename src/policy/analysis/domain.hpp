#pragma once
#include <string>
#include <vector>

#include "policy/program/program.hpp"

namespace bylaw::inline v0::policy::analysis {

/// Points of a type on one integer line. Discrete kinds (dates, symbols, minor units) take one
/// point each; others are scaled and doubled, so that an open bound is the odd point beside it.
using Point = Int128;
inline constexpr Point lowest = -(Point{1} << 100);
inline constexpr Point highest = Point{1} << 100;

struct Interval {
  Point low = lowest;  ///< both ends in
  Point high = highest;
  friend bool operator==(Interval const&, Interval const&) = default;
};

/// What one figure or symbol may be: values, and for optional facts whether it may be missing.
struct Domain {
  std::vector<Interval> values;  ///< rising, apart from each other
  bool missing = false;

  [[nodiscard]] bool empty() const { return values.empty() && !missing; }
  friend bool operator==(Domain const&, Domain const&) = default;
};

[[nodiscard]] Domain intersect(Domain const& a, Domain const& b);
[[nodiscard]] Domain unite(Domain const& a, Domain const& b);
/// What `universe` has and `a` has not.
[[nodiscard]] Domain subtract(Domain const& universe, Domain const& a);
[[nodiscard]] bool is_subset(Domain const& a, Domain const& b);

/// Where the values of a type lie, and how they are written.
struct Line {
  Type type;
  bool discrete = true;
  Domain universe;
};
/// `whole`: a fact, whose money has no parts of a cent; what is computed can lie between two cents.
[[nodiscard]] Line line_of(Policy::Impl const& impl, Type const& type, bool whole = true);
/// The point of a constant; false when it is none (more than 12 decimals, a text is handled by its caller).
[[nodiscard]] bool point_of(Line const& line, Exact const& number, Point& out);
/// `from 100.00 USD to below 500.00 USD`, `web or store`: for messages.
[[nodiscard]] std::string describe(Policy::Impl const& impl, Line const& line, Domain const& domain);

}  // namespace bylaw::inline v0::policy::analysis
