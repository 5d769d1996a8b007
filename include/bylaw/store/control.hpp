#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/store/store.hpp>
#include <bylaw/trade/control_rows.hpp>

namespace bylaw::inline v0::store {

/// A policy version as it is in force, for everything or for a part.
struct StoredActivation {
  std::string rollout;  ///< full, part or shadow
  std::string hash;
  std::int64_t policy = 0;
  std::string channels;
  std::string locations;
  std::int64_t share_percent = 0;
};

/// Who asked for something that waits, under which rules, and who has approved so far.
struct StoredRequest {
  trade::Actor requester;
  std::string rules;
  std::vector<trade::Actor> approvals;
};

/// Sums that the limits of approvals and brakes are compared with.
struct SpendSums {
  std::int64_t count = 0;
  std::vector<Money> sums;  ///< one per currency
};
struct SpendQuestion {
  std::string command;
  std::string per;  ///< order, customer, requester or automatic
  std::string key;  ///< of that; automatic: empty
  Timestamp after{INT64_MIN};
  std::string except;  ///< request that is not counted
};

/// What the health of the engine is judged by. Of the last 24 hours where it says so, by recorded time.
struct HealthCounts {
  std::int64_t commands = 0;   ///< of the last 24 hours
  std::int64_t refused = 0;    ///< of the last 24 hours
  std::int64_t conflicts = 0;  ///< of the last 24 hours
  std::int64_t parked = 0;
  std::int64_t dead_events = 0;
  std::int64_t clocks_failed = 0;
  std::int64_t requests = 0;
  Timestamp oldest_request;
  std::int64_t orders_without_item = 0;
  std::int64_t items_without_cost = 0;
  std::int64_t exceptions = 0;
};

/// What the engine asks about who may do what, on behalf of whom, and under which policy. Part of Store, and used as it is:
/// by the writer's thread.
class BYLAW_EXPORT Control {
 public:
  explicit Control(Store& store) noexcept : impl_(store.impl_) {}

  /// Versions that are in force now: the full one first, then parts and shadows, the newest first. None: nobody has activated one.
  [[nodiscard]] Result<std::vector<StoredActivation>> activations();
  /// The version that the last command was decided under; nothing when the store has none with its text.
  [[nodiscard]] Result<std::optional<StoredActivation>> last_policy();
  /// The number of the version whose hash begins like this; nothing when there is none, or more than one.
  [[nodiscard]] Result<std::optional<std::int64_t>> find_policy(std::string_view hash);
  [[nodiscard]] Result<PolicyText> policy_text(std::int64_t policy);
  /// What was done since the version in force took force, and cannot be taken back with it: what and how often.
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::int64_t>>> done_since_activation();
  [[nodiscard]] Result<StoredRequest> request(std::int64_t instance);
  [[nodiscard]] Result<SpendSums> spent(SpendQuestion const& question);
  /// What one has delegated to the other: per role the last that was said.
  [[nodiscard]] Result<std::vector<trade::DelegationRow>> delegations(std::string_view from, std::string_view to);
  /// The body of an entry of the catalog at a time; nothing when there is none, or it was removed.
  [[nodiscard]] Result<std::optional<std::string>> entry(std::string_view kind, std::string_view id, Timestamp at);
  /// Since when the entry is what it is at a time; nothing when there never was one up to then.
  [[nodiscard]] Result<std::optional<Timestamp>> entry_since(std::string_view kind, std::string_view id, Timestamp at);
  /// A personal value of a subject; empty when there is none any more.
  [[nodiscard]] Result<std::string> personal_value(std::string_view subject, std::string_view path);
  /// How many personal values of a person there are.
  [[nodiscard]] Result<std::int64_t> personal_count(std::string_view person);
  [[nodiscard]] Result<HealthCounts> counts(Timestamp now);
  [[nodiscard]] Result<std::vector<std::string>> raised_alerts();
  /// The next order after one, among those that are not finished: ids rise. For walks over all of them.
  [[nodiscard]] Result<std::vector<std::string>> open_subjects(std::string_view workflow, std::string_view after, std::int64_t count_max);
  /// How many holds rules have placed after a moment.
  [[nodiscard]] Result<std::int64_t> holds_placed(Timestamp after);

 private:
  Store::Impl* impl_;
};

}  // namespace bylaw::inline v0::store
