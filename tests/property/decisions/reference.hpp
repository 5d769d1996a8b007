#pragma once
#include <string>
#include <vector>

#include "policy/program/program.hpp"

/// A slow, obvious evaluator of conditions over the typed tree, which shares no code with the one of the
/// library: fractions of its own, texts by value, exceptions for what cannot be computed. It knows the
/// operators that the generator of this folder writes, in the zone UTC.
struct Answer {
  bool failed = false;  ///< the condition cannot be computed
  bool holds = false;
  std::vector<bylaw::policy::Read> reads;  ///< each fact once, in the order it was looked at
};

/// `when` and not `unless`. `line`: -1, or the line of the order that the rule is asked about.
Answer ask_reference(bylaw::policy::Policy const& policy, bylaw::policy::Guard const& guard, bylaw::policy::ExprIndex clears, bylaw::policy::Frame const& order,
                     std::int32_t line);
