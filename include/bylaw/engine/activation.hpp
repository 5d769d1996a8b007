#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/money.hpp>

namespace bylaw::inline v0::engine {

/// Something open that a policy version would decide otherwise than the one in force.
struct Change {
  std::string subject;
  std::string kind;  ///< order, hold or return
  std::string rule;
  std::string change;  ///< `would hold`, `would not hold`, `rule is gone`, `approve would be review` ...
  Money value;         ///< of the order, or what the return brings back
};

/// What an activation would change, before it does. Orders are decided anew when something becomes known of them; holds that
/// stand are released by persons.
struct ActivationPlan {
  std::string version;      ///< hash of the version that would decide
  std::string in_force;     ///< hash of the one that decides now
  std::int64_t orders = 0;  ///< looked at: open, and within the rollout
  std::int64_t returns = 0;
  std::vector<Change> changes;
  std::vector<Money> values;              ///< of all subjects that change, each once, per currency
  std::vector<std::string> irreversible;  ///< of taking back the version in force: what was done under it and stays
};

}  // namespace bylaw::inline v0::engine
