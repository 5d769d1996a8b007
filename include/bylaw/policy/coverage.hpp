#pragma once
#include <string>
#include <vector>

#include <bylaw/policy/explain.hpp>

namespace bylaw::inline v0::policy {

/// How one comparison of a rule has been tested. `decided_*`: it was the one that decided, the
/// others being as they were (masking MC/DC; source: DO-178C and Chilenski, "An investigation of
/// three forms of the modified condition decision coverage criterion", 2001).
struct ConditionCoverage {
  std::string text;
  std::string clause;  ///< `when`, `unless`, `require` ...
  Span span;
  bool seen_true = false;
  bool seen_false = false;
  bool decided_true = false;
  bool decided_false = false;
  std::string missing;  ///< what a test would need, in values; empty when nothing is missing

  [[nodiscard]] bool covered() const noexcept { return decided_true && decided_false; }
};

struct RuleCoverage {
  Kind kind{};
  std::string name;
  std::string file;
  std::int64_t fired = 0;   ///< how often it applied
  std::int64_t passed = 0;  ///< how often it was asked and did not
  std::vector<ConditionCoverage> conditions;

  [[nodiscard]] bool covered() const noexcept;
};

/// What decisions have shown of the rules of a policy. Not thread safe; the policy must outlive it.
class BYLAW_EXPORT Coverage {
 public:
  explicit Coverage(Policy const& policy);
  Coverage(Coverage&&) noexcept;
  Coverage& operator=(Coverage&&) noexcept;
  ~Coverage();

  /// Notes what every rule of a kind says of these facts.
  void observe(Question const& question, Timestamp now, Functions functions = {});
  /// Every rule that has conditions or can fire, in the order of the text.
  [[nodiscard]] std::vector<RuleCoverage> report() const;

 private:
  struct Impl;
  Impl* impl_ = nullptr;
};

}  // namespace bylaw::inline v0::policy
