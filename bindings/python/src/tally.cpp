// Decisions of tables counted as they are made: how many orders each rule holds, what they are worth, by groups, and which orders two
// policies treat differently. Hits are kept for a stretch of orders at most, so that ten million orders take no more memory than a hundred thousand.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>

#include <bylaw/policy/rules.hpp>
#include <bylaw/values/integer.hpp>

#include "table.hpp"

namespace bylaw_python {

using namespace bylaw;

namespace {

using Codes = py::array_t<std::int32_t, py::array::c_style>;
using Numbers = py::array_t<std::int64_t, py::array::c_style>;

/// A way to divide the orders: the group of each, -1 for none.
struct Grouping {
  std::int32_t const* codes = nullptr;
  std::size_t groups = 1;
  [[nodiscard]] std::int64_t of(std::size_t row) const { return codes == nullptr ? 0 : codes[row]; }
};

/// What is counted for one grouping; `value` sums are in the units of the caller's numbers.
struct Counts {
  std::vector<std::int64_t> rule_orders, rule_value, bucket_orders, bucket_value, held_orders, held_value, failed;
  bool overflow = false;

  Counts(std::size_t groups, std::size_t rules, std::size_t buckets)
      : rule_orders(groups * rules),
        rule_value(groups * rules),
        bucket_orders(groups * buckets),
        bucket_value(groups * buckets),
        held_orders(groups),
        held_value(groups),
        failed(groups * rules) {}

  void add(std::int64_t& sum, std::int64_t value) { overflow = overflow || add_overflows(sum, value, sum); }
  void add(Counts const& other) {
    for (auto member : {&Counts::rule_orders, &Counts::rule_value, &Counts::bucket_orders, &Counts::bucket_value, &Counts::held_orders, &Counts::held_value,
                        &Counts::failed}) {
      for (std::size_t i = 0; i < (this->*member).size(); ++i) add((this->*member)[i], (other.*member)[i]);
    }
    overflow = overflow || other.overflow;
  }
};

/// A policy, the columns it reads, and the bucket (queue, say) of each of its hold rules.
struct Side {
  policy::Policy const& policy;
  policy::OrderColumns const& columns;
  std::vector<std::int32_t> bucket_of;
  std::size_t buckets = 0;
  /// A number for each rule that rules of the same name share on both sides.
  std::vector<std::int32_t> identity;
};

struct Question {
  std::vector<Side> sides;
  Moments const& moments;
  std::vector<Grouping> groupings;
  std::int64_t const* value = nullptr;
};

/// What one thread has found.
struct Found {
  std::vector<std::vector<Counts>> counts;  ///< by side and grouping
  std::vector<std::int64_t> changed;
  std::vector<std::uint8_t> held;                                   ///< of each changed order: 1 before, 2 after, 3 both
  std::vector<std::tuple<std::size_t, std::size_t, Error>> errors;  ///< side, row
};

/// Counts the orders of one side, and notes for each row of a stretch what held it.
class Counter {
 public:
  Counter(Question const& question, std::size_t side, Found& found, bool notes)
      : question_(question), side_(question.sides[side]), which_(side), found_(found), notes_(notes), seen_(side_.buckets) {}

  void take(std::size_t first, policy::HoldBatch const& batch) {
    for (std::size_t row = 0; row < batch.size(); ++row) order(first + row, batch.begin(row), batch.end(row));
    for (auto const& error : batch.errors()) found_.errors.emplace_back(which_, first + error.row, error.error);
  }

  /// Of the orders of the stretch: rule, line and state of each hit, sorted.
  std::vector<std::vector<std::uint64_t>> noted;

 private:
  void order(std::size_t row, policy::BatchHit const* begin, policy::BatchHit const* end) {
    if (notes_) note(begin, end);
    if (begin == end) return;
    auto const value = question_.value == nullptr ? 0 : question_.value[row];
    for (std::size_t g = 0; g < question_.groupings.size(); ++g) {
      auto const group = question_.groupings[g].of(row);
      if (group >= 0) count(found_.counts[which_][g], static_cast<std::size_t>(group), begin, end, value);
    }
  }

  void count(Counts& counts, std::size_t group, policy::BatchHit const* begin, policy::BatchHit const* end, std::int64_t value) {
    auto const rules = side_.bucket_of.size();
    ++counts.held_orders[group];
    counts.add(counts.held_value[group], value);
    ++stamp_;
    auto last = UINT32_MAX;
    for (auto const* hit = begin; hit != end; ++hit) {
      auto const rule = hit->rule();
      if (hit->state() == policy::HoldState::failed) ++counts.failed[group * rules + rule];
      if (rule == last) continue;  // another line of the same order
      last = rule;
      ++counts.rule_orders[group * rules + rule];
      counts.add(counts.rule_value[group * rules + rule], value);
      auto const bucket = static_cast<std::size_t>(side_.bucket_of[rule]);
      if (seen_[bucket] == stamp_) continue;
      seen_[bucket] = stamp_;
      ++counts.bucket_orders[group * side_.buckets + bucket];
      counts.add(counts.bucket_value[group * side_.buckets + bucket], value);
    }
  }

  void note(policy::BatchHit const* begin, policy::BatchHit const* end) {
    auto& into = noted.emplace_back();
    for (auto const* hit = begin; hit != end; ++hit) {
      auto const rule = static_cast<std::uint64_t>(side_.identity[hit->rule()]);
      into.push_back(rule << 34 | static_cast<std::uint64_t>(hit->line() + 1) << 2 | static_cast<std::uint64_t>(hit->state()));
    }
    std::sort(into.begin(), into.end());
  }

  Question const& question_;
  Side const& side_;
  std::size_t which_;
  Found& found_;
  bool notes_;
  std::vector<std::uint64_t> seen_;  ///< the last order that each bucket was counted for
  std::uint64_t stamp_ = 0;
};

Result<void> run_side(Question const& question, std::size_t begin, std::size_t end, Counter& counter, std::size_t side) {
  auto const take = [](void* to, std::size_t first, policy::HoldBatch const& batch) {
    static_cast<Counter*>(to)->take(first, batch);
    return true;
  };
  auto const& of = question.sides[side];
  return policy::decide_holds_in_parts(of.policy, of.columns, question.moments.range(begin, end), {take, &counter});
}

struct Work {
  Question const& question;
  std::vector<Found>& found;
};

/// Both sides of one stretch after the other, so that their differences are known and forgotten.
Result<void> tally_part(void* context, int part, std::size_t begin, std::size_t end) {
  auto const& work = *static_cast<Work*>(context);
  auto& found = work.found[static_cast<std::size_t>(part)];
  bool const both = work.question.sides.size() == 2;
  auto const stretch = both ? std::size_t{1} << 16 : end - begin + 1;
  for (auto first = begin; first < end; first += stretch) {
    auto const last = std::min(end, first + stretch);
    Counter old(work.question, 0, found, both);
    if (auto const done = run_side(work.question, first, last, old, 0); !done) return done;
    if (!both) continue;
    Counter now(work.question, 1, found, true);
    if (auto const done = run_side(work.question, first, last, now, 1); !done) return done;
    for (std::size_t i = 0; i < old.noted.size(); ++i) {
      if (old.noted[i] == now.noted[i]) continue;
      found.changed.push_back(static_cast<std::int64_t>(first + i));
      found.held.push_back(static_cast<std::uint8_t>((old.noted[i].empty() ? 0 : 1) | (now.noted[i].empty() ? 0 : 2)));
    }
  }
  return {};
}

template <class T>
py::array_t<T> array_of(std::vector<T> const& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::dict to_dict(Counts const& counts) {
  py::dict out;
  out["rule_orders"] = array_of(counts.rule_orders);
  out["rule_value"] = array_of(counts.rule_value);
  out["bucket_orders"] = array_of(counts.bucket_orders);
  out["bucket_value"] = array_of(counts.bucket_value);
  out["held_orders"] = array_of(counts.held_orders);
  out["held_value"] = array_of(counts.held_value);
  out["failed"] = array_of(counts.failed);
  return out;
}

/// `sides`: one or two of (policy, table, bucket of each rule, number of buckets, identity of each rule). `groupings`: (codes or None, groups).
py::dict tally(py::list const& sides, std::int64_t now_ms, py::object const& at, py::object const& value, py::list const& groupings, int threads) {
  auto const rows = sides[0].cast<py::tuple>()[1].cast<Table const&>().columns().rows;
  Moments const moments(now_ms, at, rows);
  Question question{{}, moments, {}, nullptr};
  for (auto const& one : sides) {
    auto const side = one.cast<py::tuple>();
    question.sides.push_back({side[0].cast<LoadedPolicy const&>().policy(), side[1].cast<Table const&>().columns(), side[2].cast<std::vector<std::int32_t>>(),
                              side[3].cast<std::size_t>(), side[4].cast<std::vector<std::int32_t>>()});
  }
  std::vector<Codes> kept;
  for (auto const& one : groupings) {
    auto const grouping = one.cast<py::tuple>();
    Grouping into{nullptr, grouping[1].cast<std::size_t>()};
    if (!grouping[0].is_none()) {
      kept.push_back(grouping[0].cast<Codes>());
      into.codes = kept.back().data();
    }
    question.groupings.push_back(into);
  }
  Numbers const values = value.is_none() ? Numbers() : value.cast<Numbers>();
  if (!value.is_none()) question.value = values.data();

  std::vector<Found> found(static_cast<std::size_t>(std::max(threads, 1)));
  Result<void> done;
  {
    py::gil_scoped_release const released;
    for (auto& part : found) {
      for (auto const& side : question.sides) {
        auto& counts = part.counts.emplace_back();
        for (auto const& grouping : question.groupings) counts.emplace_back(grouping.groups, side.bucket_of.size(), side.buckets);
      }
    }
    Work work{question, found};
    done = in_parts(rows, threads, tally_part, &work);
  }
  if (!done) raise(done.error(), "FactError");
  py::list by_side;
  for (std::size_t s = 0; s < question.sides.size(); ++s) {
    py::list by_grouping;
    for (std::size_t g = 0; g < question.groupings.size(); ++g) {
      auto& sum = found[0].counts[s][g];
      for (std::size_t part = 1; part < found.size(); ++part) sum.add(found[part].counts[s][g]);
      if (sum.overflow) raise({"overflow", "the values of the orders come to more than 2^63 of their units", "value", "sum up fewer orders"});
      by_grouping.append(to_dict(sum));
    }
    by_side.append(by_grouping);
  }
  std::vector<std::int64_t> changed;
  std::vector<std::uint8_t> held;
  py::list errors;
  for (auto const& part : found) {
    changed.insert(changed.end(), part.changed.begin(), part.changed.end());
    held.insert(held.end(), part.held.begin(), part.held.end());
    for (auto const& [side, row, error] : part.errors) errors.append(py::make_tuple(side, row, error.place, to_string(error)));
  }
  py::dict out;
  out["sides"] = by_side;
  out["changed"] = array_of(changed);
  out["held"] = array_of(held);
  out["errors"] = errors;
  return out;
}

}  // namespace

void bind_tally(py::module_& module) {
  module.def("tally", &tally, py::arg("sides"), py::arg("now_ms"), py::arg("at"), py::arg("value"), py::arg("groupings"), py::arg("threads"));
}

}  // namespace bylaw_python
