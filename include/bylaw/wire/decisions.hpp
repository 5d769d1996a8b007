#pragma once
#include <bylaw/policy/decision.hpp>
#include <bylaw/policy/policy.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::wire {

/// {"order.total":"12.50 USD",...}
[[nodiscard]] BYLAW_EXPORT std::string reads_json(std::vector<policy::Read> const& reads);

/// Each kind of decision as a JSON object. docs/facts.md lists the members.
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::HoldDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::ValidationDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::AllocationDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::ServiceDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::BackorderDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::ChangeDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::ProtectDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::PublishDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::ReturnDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::ApprovalDecision const& decision);
[[nodiscard]] BYLAW_EXPORT std::string to_json(policy::Policy const& policy, policy::PostingDecision const& decision);

enum class Explain : std::uint8_t { no, text, json };

/// Decides one JSON document of facts. What is asked follows from what it speaks of: a `return`, a
/// `request`, a `change`, a `position`, an `event` of postings, or else an order, whose holds and
/// validations are decided and, with `candidates`, its allocation and promise.
/// The answer is one JSON object of one line; `explain` adds why and why not to it.
/// Errors: `bad_json`, `wrong_type`.
[[nodiscard]] BYLAW_EXPORT Result<std::string> decide_json(policy::Policy const& policy, std::string_view facts, Timestamp now, Explain explain = Explain::no);
/// The same for a document that is read already.
[[nodiscard]] BYLAW_EXPORT Result<std::string> decide_json(policy::Policy const& policy, Json const& facts, Timestamp now, Explain explain = Explain::no);

}  // namespace bylaw::inline v0::wire
