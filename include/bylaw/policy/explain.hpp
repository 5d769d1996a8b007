#pragma once
#include <string>
#include <vector>

#include <bylaw/policy/decision.hpp>
#include <bylaw/policy/policy.hpp>

namespace bylaw::inline v0::policy {

/// One step of why a condition holds or does not: what was written, whether it is so, the values
/// that made it so, and below it only those parts that decided.
struct Reasoning {
  std::string text;
  bool holds = false;
  std::vector<Read> values;
  std::vector<Reasoning> parts;
};

/// The smallest change of one fact that turns an outcome round.
struct Flip {
  std::string path;
  std::string from;
  std::string to;
};

/// What one clause of a rule said: `when`, `unless`, `require`, `fee restocking` ...
struct ClauseReasoning {
  std::string clause;
  Reasoning reasoning;
};

/// Why one rule applied, or why not.
struct RuleExplanation {
  std::uint32_t rule = 0;  ///< index among the rules of its kind
  std::string name;
  std::string file;
  std::string comment;
  std::int32_t line = -1;  ///< for `scope line`
  bool in_force = true;
  bool applies = false;
  std::string outcome;  ///< of a return: `approve`, `deny` ...; empty for other kinds
  std::string error;
  std::vector<ClauseReasoning> clauses;
  std::vector<Flip> flip;  ///< none when no single fact turns it round; otherwise one
};

struct Explanation {
  std::vector<RuleExplanation> rules;
};

/// What is to be explained: the facts as in the decide_* functions. `order` may be null for kinds
/// that look at no order, `other` is the frame of the second subject (candidate, return, request ...).
struct Question {
  Kind kind = Kind::hold;
  Frame const* order = nullptr;
  Frame const* other = nullptr;
  std::int32_t line = -1;  ///< backorder: which line; holds explain each line by themselves
};

/// Why each rule of a kind applies to these facts, or why not. First-match kinds end with the rule
/// that matched. Pure; costs many times what deciding does.
[[nodiscard]] BYLAW_EXPORT Explanation explain(Policy const& policy, Question const& question, Timestamp now, Functions functions = {});

/// The explanation as people read it, indented by two blanks a level.
[[nodiscard]] BYLAW_EXPORT std::string render(Explanation const& explanation);

}  // namespace bylaw::inline v0::policy
