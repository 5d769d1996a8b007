#pragma once
#include <string>
#include <vector>

#include "policy/program/decide.hpp"

namespace bylaw::inline v0::policy {

/// A guarded part of a rule besides its `when`: `require`, `fee restocking`, `approve`.
struct ClauseView {
  std::string label;
  Guard guard;
};

/// What explanations, coverage and documents need of any rule, whatever its kind.
struct RuleView {
  RuleInfo const* info = nullptr;
  Guard guard;
  bool scope_line = false;
  std::vector<ClauseView> clauses;
};

/// The rules of a kind in the order in which they are asked.
[[nodiscard]] std::vector<RuleView> rules_of(Policy::Impl const& impl, Kind kind);
/// The second subject that rules of a kind look at; `order` when there is none.
[[nodiscard]] Subject second_subject(Policy::Impl const& impl, Kind kind, std::size_t rule);
/// Whether only the first rule that matches decides.
[[nodiscard]] bool is_first_match(Kind kind);
/// Whether rules of a kind look at one line: at the level above their subjects.
[[nodiscard]] Seat seat_of(Policy::Impl const& impl, Kind kind, std::size_t rule, Frame const* order, Frame const* other, std::int32_t line);

/// The source text of a span, line breaks and their indentation joined to one blank.
[[nodiscard]] std::string source_text(Policy::Impl const& impl, Span const& span);

}  // namespace bylaw::inline v0::policy
