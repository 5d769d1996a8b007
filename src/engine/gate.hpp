#pragma once
#include <optional>

#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

/// What a command would do, as approvals and brakes see it.
struct Ask {
  std::vector<std::string> names;  ///< what rules call it: its kind, and `refund`, `cancel` ...
  std::string order;
  std::string customer;
  std::string reason;
  std::optional<Money> amount;
  std::string except{};             ///< request whose own amount is not counted
  OrderView const* view = nullptr;  ///< of the order, for guards of rules; nullptr: it is about none
};

/// A command as a question, with its order. Facts of an order point into it, so it stays where it is.
struct Question {
  Ask ask;
  OrderSubject order;
  Question() = default;
  Question(Question const&) = delete;
  Question& operator=(Question const&) = delete;
};
/// Fills in what the command of the context asks. Its order is read, and from then on the version decides that is in force for it.
/// False: there is no such order, return or item; running the command says so.
[[nodiscard]] Result<bool> question_of(Context& context, Question& out);

/// Whether approvals or brakes of the policy are about a command that is called one of these.
[[nodiscard]] bool is_spoken_of(policy::Policy const& policy, std::vector<std::string> const& names);

/// Why something has to wait for a person: which rules, and how many persons each needs.
struct Wait {
  std::string rules;  ///< `refunds/2,credits/1`; brakes as `!refund_rate/1`
  std::string by;     ///< roles that may answer, joined by commas; empty: anyone
  std::string queue;
  std::string message;  ///< in words
  Timestamp lapses;     ///< 0: never
};
/// Whether it has to wait. Errors: `policy_error`, `store_*`.
[[nodiscard]] Result<std::optional<Wait>> has_to_wait(Context& context, Ask const& ask);

/// Puts a command aside until somebody has answered. The outcome says so: `waits_for_approval`.
[[nodiscard]] Result<void> put_aside(Context& context, Ask const& ask, Wait const& wait, trade::Command const& command);

/// Writes down that it was done, or is waited for, for the limits of later ones.
void record_spend(Context& context, Ask const& ask, trade::Actor const& by, std::string const& request);

/// Runs the command of the context, unless it has to wait.
[[nodiscard]] Result<void> run_gated(Context& context);

/// Whoever acts in this role is a program: brakes count what it does.
[[nodiscard]] inline bool is_automatic(trade::Actor const& by) { return by.role == "system" || by.role.empty(); }

}  // namespace bylaw::inline v0::engine
