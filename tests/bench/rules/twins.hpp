#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Orders of the workload as all twins and Bylaw see them: interned, all facts int32.
struct Line {
  std::int32_t sku, category, warehouse, qty, price, weight_g, atp, hazmat;
};
struct Customer {
  std::int32_t segment, email_domain, age_days, orders, chargebacks, credit_limit, open_balance;
};
struct Payment {
  std::int32_t method, status, avs, cvv, bin_country, risk_score;
};
struct Address {
  std::int32_t country, state, city, po_box, verified, distance_km;
};
struct Order {
  std::int32_t channel, currency, total, age_min, priority, gift;
  Customer customer;
  Payment payment;
  Address ship_to;
  std::int32_t nlines;
  Line lines[5];
};
inline constexpr int scalar_count = 25;
inline constexpr int line_fact_count = 8;

/// One condition of a rule. `op` is `in`, `==`, `<`, `<=`, `>` or `>=`.
struct Condition {
  bool any_line = false;
  int fact = 0;
  std::string op;
  std::vector<int> values;
};
using Rule = std::vector<Condition>;

/// What a run found: the checksum is the sum of 1009 x order + rule over all hits.
struct Totals {
  std::uint64_t hits = 0;
  std::uint64_t sum = 0;
  friend bool operator==(Totals const&, Totals const&) = default;
};

/// A program that decides all orders, one after the other.
struct Twin {
  virtual ~Twin() = default;
  virtual Totals run(std::vector<Order> const& orders) const = 0;
};

/// A range-aware bitmap index, by hand. From ../shared where that is there, otherwise our own.
std::unique_ptr<Twin> make_bitmap_twin(std::vector<Rule> const& rules);
/// The rules of the base workload as C++ over interned structs; nullptr for another number of rules.
std::unique_ptr<Twin> make_interned_twin(int rules);
/// Where the twins come from, for the head of the table.
char const* twins_origin();

template <class Run>
Totals total_of(std::vector<Order> const& orders, Run run) {
  static thread_local std::uint16_t ids[16384];
  Totals out;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    int const count = run(orders[i], ids);
    out.hits += static_cast<std::uint64_t>(count);
    for (int k = 0; k < count; ++k) out.sum += i * 1009 + ids[k];
  }
  return out;
}
