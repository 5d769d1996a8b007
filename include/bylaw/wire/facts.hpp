#pragma once
#include <bylaw/policy/policy.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::wire {

/// Facts of a subject from JSON: the document mirrors what rules write. `order.customer.segment`
/// is looked up as {"order":{"customer":{"segment":...}}} and, without the subject, as
/// {"customer":{"segment":...}}. What is not there is missing.
/// Errors: `wrong_type` with the path and what to write instead.
[[nodiscard]] BYLAW_EXPORT Result<policy::Frame> parse_facts(policy::Policy const& policy, policy::Subject subject, Json const& document);
/// The facts of one object that is itself the subject, such as one of `candidates`.
[[nodiscard]] BYLAW_EXPORT Result<policy::Frame> parse_subject(policy::Policy const& policy, policy::Subject subject, Json const& object);

/// Members of a document of facts that no record of the schema has, as sentences with what was meant:
/// a fact that is misspelt is otherwise a fact that is missing.
[[nodiscard]] BYLAW_EXPORT std::vector<Error> find_unknown_facts(policy::Policy const& policy, Json const& document);

/// Answers host functions from the `functions` of a document: `"address_risk": 0.9` for every call,
/// or a list of {"with": {"a.country": "US"}, "gives": 0.9} of which the first that fits answers.
/// Keeps a reference to both arguments; not thread safe.
class BYLAW_EXPORT JsonFunctions {
 public:
  JsonFunctions(policy::Policy const& policy, Json const& document) : policy_(policy), document_(document) {}
  [[nodiscard]] policy::Functions functions() { return {&JsonFunctions::call, this}; }
  /// The first answer that could not be read: code `wrong_type`; empty code when there was none.
  [[nodiscard]] Error const& error() const noexcept { return error_; }

 private:
  static void call(void* context, std::string_view function, std::vector<policy::FunctionArgument> const& arguments, policy::Value& answer);
  policy::Policy const& policy_;
  Json const& document_;
  Error error_;
};

}  // namespace bylaw::inline v0::wire
