#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <bylaw/policy/bind.hpp>
#include <bylaw/policy/columns.hpp>

#include "twins.hpp"

/// A folder that workload.py wrote.
struct Workload {
  std::string folder;
  std::vector<Order> orders;
  std::map<std::string, std::unique_ptr<bylaw::policy::Symbols>> symbols;  ///< per coded fact; codes are their numbers

  explicit Workload(std::string from);
  [[nodiscard]] std::string policy_text(int rules) const;
  [[nodiscard]] std::vector<Rule> rules(int count) const;
  [[nodiscard]] Totals expected(int rules) const;
  [[nodiscard]] bylaw::policy::Binding<Order> binding() const;
};

/// The same orders as columns: those of orders where they stand in the structs, those of lines one behind the other.
class WorkloadColumns {
 public:
  explicit WorkloadColumns(Workload const& workload);
  bylaw::policy::OrderColumns columns;

 private:
  std::vector<Line> lines_;
  std::vector<std::uint32_t> offsets_;
};
