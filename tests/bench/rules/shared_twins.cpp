// The twins of ../shared/bench/rules, as they are but for the width of their bitmap.
#define main twins_main
#include "shared/cpp/twins.inc"
#undef main

// Their names are the same as ours.
#define Rule OurRule
#define Line OurLine
#include "twins.hpp"
#undef Rule
#undef Line

namespace {

::Rule rule_of(OurRule const& rule) {
  ::Rule out;
  for (auto const& c : rule) {
    Cond condition{};
    condition.line = c.any_line;
    condition.field = c.fact;
    condition.op = c.op == "in" ? (c.values.size() == 1 ? 0 : 5) : c.op == "==" ? 0 : c.op == ">" ? 1 : c.op == ">=" ? 2 : c.op == "<" ? 3 : 4;
    condition.v = c.values[0];
    condition.in = c.values;
    out.c.push_back(std::move(condition));
  }
  return out;
}
static_assert(sizeof(OrderI) == sizeof(Order));
OrderI const& theirs(Order const& order) { return reinterpret_cast<OrderI const&>(order); }

class Shared final : public Twin {
 public:
  explicit Shared(std::vector<::Rule> const& rules) : bitmap_(rules) {}
  Totals run(std::vector<Order> const& orders) const override {
    return total_of(orders, [this](Order const& o, std::uint16_t* ids) { return bitmap_.run(theirs(o), ids); });
  }

 private:
  Bitmap bitmap_;
};

class Interned final : public Twin {
 public:
  explicit Interned(int rules) : rules_(rules) {}
  Totals run(std::vector<Order> const& orders) const override {
    if (rules_ == 10) return total_of(orders, [](Order const& o, std::uint16_t* ids) { return i_10(theirs(o), ids); });
    if (rules_ == 100) return total_of(orders, [](Order const& o, std::uint16_t* ids) { return i_100(theirs(o), ids); });
    return total_of(orders, [](Order const& o, std::uint16_t* ids) { return i_1000(theirs(o), ids); });
  }

 private:
  int rules_;
};

}  // namespace

std::unique_ptr<Twin> make_bitmap_twin(std::vector<OurRule> const& rules) {
  std::vector<::Rule> theirs;
  for (auto const& rule : rules) theirs.push_back(rule_of(rule));
  return std::make_unique<Shared>(theirs);
}
std::unique_ptr<Twin> make_interned_twin(int rules) { return rules > 1000 ? nullptr : std::make_unique<Interned>(rules); }
char const* twins_origin() { return "../shared/bench/rules"; }
