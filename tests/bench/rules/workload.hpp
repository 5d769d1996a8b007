#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <bylaw/policy/bind.hpp>

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
