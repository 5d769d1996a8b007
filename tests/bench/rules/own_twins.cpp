// Our own twins, for where ../shared is not present: what a good engineer would write by hand.
#include <algorithm>
#include <cstring>

#include "twins.hpp"

namespace {

template <class Test>
bool any(Order const& o, Test test) {
  for (int i = 0; i < o.nlines; ++i) {
    if (test(o.lines[i])) return true;
  }
  return false;
}

#include "twin_10.inc"
#include "twin_100.inc"
#include "twin_1000.inc"

bool holds(Condition const& c, int x) {
  if (c.op == "in") return std::find(c.values.begin(), c.values.end(), x) != c.values.end();
  int const v = c.values[0];
  return c.op == ">" ? x > v : c.op == ">=" ? x >= v : c.op == "<" ? x < v : c.op == "<=" ? x <= v : x == v;
}

/// Per fact and interval of its values the rules that the fact does not rule out.
struct Column {
  std::vector<int> cuts;
  std::vector<std::uint64_t> rows;
  std::vector<std::uint16_t> direct;
  int lowest = 0;
  bool used = false;

  void build(std::vector<std::pair<int, Condition>> const& conditions, int rules, int words) {
    used = !conditions.empty();
    if (!used) return;
    for (auto const& [rule, c] : conditions) {
      for (int const v : c.values) {
        if (c.op != ">" && c.op != "<=") cuts.push_back(v);
        if (c.op != ">=" && c.op != "<") cuts.push_back(v + 1);
      }
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    auto const W = static_cast<std::size_t>(words);
    rows.assign((cuts.size() + 1) * W, ~std::uint64_t{0});
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
      int const x = i == 0 ? cuts[0] - 1 : cuts[i - 1];
      for (auto const& [rule, c] : conditions) {
        if (!holds(c, x)) rows[i * W + static_cast<std::size_t>(rule / 64)] &= ~(std::uint64_t{1} << (rule % 64));
      }
    }
    (void)rules;
    if (cuts.back() - cuts[0] >= 4096) return;
    lowest = cuts[0] - 1;
    for (int x = lowest; x <= cuts.back(); ++x) direct.push_back(static_cast<std::uint16_t>(std::upper_bound(cuts.begin(), cuts.end(), x) - cuts.begin()));
  }

  std::size_t row(int x) const {
    if (!direct.empty()) return direct[static_cast<std::size_t>(std::clamp(x - lowest, 0, static_cast<int>(direct.size()) - 1))];
    return static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), x) - cuts.begin());
  }
};

template <int words>
class Bitmap final : public Twin {
 public:
  explicit Bitmap(std::vector<Rule> const& rules) : rules_(static_cast<int>(rules.size())) {
    std::vector<std::pair<int, Condition>> scalar[scalar_count];
    std::vector<std::pair<int, Condition>> line[line_fact_count];
    for (int r = 0; r < rules_; ++r) {
      for (auto const& c : rules[static_cast<std::size_t>(r)]) (c.any_line ? line : scalar)[c.fact].emplace_back(r, c);
    }
    for (int f = 0; f < scalar_count; ++f) scalars_[f].build(scalar[f], rules_, words);
    for (int f = 0; f < line_fact_count; ++f) lines_[f].build(line[f], rules_, words);
  }

  Totals run(std::vector<Order> const& orders) const override {
    return total_of(orders, [this](Order const& o, std::uint16_t* ids) { return decide(o, ids); });
  }

 private:
  int decide(Order const& o, std::uint16_t* ids) const {
    alignas(64) std::uint64_t left[words];
    std::memset(left, 0xff, sizeof left);
    for (int w = (rules_ + 63) / 64; w < words; ++w) left[w] = 0;
    if (rules_ % 64 != 0) left[rules_ / 64] = (std::uint64_t{1} << (rules_ % 64)) - 1;
    auto const* facts = reinterpret_cast<std::int32_t const*>(&o);
    for (int f = 0; f < scalar_count; ++f) {
      if (!scalars_[f].used) continue;
      auto const* row = &scalars_[f].rows[scalars_[f].row(facts[f]) * words];
      for (int w = 0; w < words; ++w) left[w] &= row[w];
    }
    for (int f = 0; f < line_fact_count; ++f) {
      if (!lines_[f].used) continue;
      alignas(64) std::uint64_t some[words] = {};
      for (int i = 0; i < o.nlines; ++i) {
        auto const* row = &lines_[f].rows[lines_[f].row(reinterpret_cast<std::int32_t const*>(&o.lines[i])[f]) * words];
        for (int w = 0; w < words; ++w) some[w] |= row[w];
      }
      for (int w = 0; w < words; ++w) left[w] &= some[w];
    }
    auto* out = ids;
    for (int w = 0; w < words; ++w) {
      for (auto bits = left[w]; bits != 0; bits &= bits - 1) *out++ = static_cast<std::uint16_t>(w * 64 + __builtin_ctzll(bits));
    }
    return static_cast<int>(out - ids);
  }

  int rules_;
  Column scalars_[scalar_count];
  Column lines_[line_fact_count];
};

class Interned final : public Twin {
 public:
  explicit Interned(int (*decide)(Order const&, std::uint16_t*)) : decide_(decide) {}
  Totals run(std::vector<Order> const& orders) const override { return total_of(orders, decide_); }

 private:
  int (*decide_)(Order const&, std::uint16_t*);
};

}  // namespace

#ifndef BYLAW_SHARED_TWINS
std::unique_ptr<Twin> make_bitmap_twin(std::vector<Rule> const& rules) {
  auto const words = (rules.size() + 63) / 64;
  if (words <= 1) return std::make_unique<Bitmap<1>>(rules);
  if (words <= 2) return std::make_unique<Bitmap<2>>(rules);
  if (words <= 16) return std::make_unique<Bitmap<16>>(rules);
  return std::make_unique<Bitmap<160>>(rules);
}
std::unique_ptr<Twin> make_interned_twin(int rules) {
  auto* decide = rules == 10 ? rules_10 : rules == 100 ? rules_100 : rules == 1000 ? rules_1000 : nullptr;
  return decide == nullptr ? nullptr : std::make_unique<Interned>(decide);
}
char const* twins_origin() { return "our own"; }
#endif
