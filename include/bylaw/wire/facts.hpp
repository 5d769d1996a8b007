#pragma once
#include <bylaw/policy/policy.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::wire {

/// Facts of a subject from JSON: the document mirrors what rules write. `order.customer.segment`
/// is looked up as {"order":{"customer":{"segment":...}}} and, without the subject, as
/// {"customer":{"segment":...}}. What is not there is missing.
/// Errors: `wrong_type` with the path and what to write instead.
[[nodiscard]] BYLAW_EXPORT Result<policy::Frame> parse_facts(policy::Policy const& policy, policy::Subject subject,
                                                             Json const& document);

/// What `bylaw decide` prints: holds, and the return decision when the facts speak of a return.
/// `id` is echoed when the facts have one. With `explain`, every value read.
[[nodiscard]] BYLAW_EXPORT std::string decision_json(policy::Policy const& policy, std::string_view id,
                                                     policy::HoldDecision const& decision, bool explain);
[[nodiscard]] BYLAW_EXPORT std::string decision_json(policy::Policy const& policy, std::string_view id,
                                                     policy::ReturnDecision const& decision, bool explain);
/// {"order.total":"12.50 USD",...}
[[nodiscard]] BYLAW_EXPORT std::string reads_json(std::vector<policy::Read> const& reads);

/// Decides one JSON document of facts: a return when it has a `return`, holds otherwise.
/// Errors: `bad_json`, `wrong_type`.
[[nodiscard]] BYLAW_EXPORT Result<std::string> decide_json(policy::Policy const& policy, std::string_view facts,
                                                           Timestamp now, bool explain);

}  // namespace bylaw::inline v0::wire
