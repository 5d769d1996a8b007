#pragma once
#include <utility>

#include <bylaw/policy/bind.hpp>

namespace bylaw::inline v0::policy {

/// The policy that is in use while others decide by it. A new version is compiled aside and taken over
/// at once: whoever asked before goes on with the version he has, whoever asks after has the new one, and
/// no decision mixes two. The old version goes when its last user does. Thread safe.
class BYLAW_EXPORT LivePolicy {
 public:
  explicit LivePolicy(Policy first);
  LivePolicy(LivePolicy const&) = delete;
  LivePolicy& operator=(LivePolicy const&) = delete;
  ~LivePolicy();
  [[nodiscard]] Policy get() const noexcept;
  void replace(Policy next) noexcept;

 private:
  struct Held;
  Held* held_ = nullptr;
};

namespace host {

class BYLAW_EXPORT LiveDecider {
 public:
  explicit LiveDecider(Decider first);
  LiveDecider(LiveDecider const&) = delete;
  LiveDecider& operator=(LiveDecider const&) = delete;
  ~LiveDecider();
  [[nodiscard]] Decider get() const noexcept;
  void replace(Decider next) noexcept;

 private:
  struct Held;
  Held* held_ = nullptr;
};

}  // namespace host

/// The same for the decider of a policy: take one for each batch.
///
///     live.replace(*binding.hold_decider(new_policy));          // on the thread that loads
///     auto const decider = live.get(); decider.decide(...);     // on the threads that decide
template <class T>
class LiveHoldDecider {
 public:
  explicit LiveHoldDecider(HoldDecider<T> first) : live_(std::move(first).decider()) {}
  [[nodiscard]] HoldDecider<T> get() const { return HoldDecider<T>(live_.get()); }
  void replace(HoldDecider<T> next) noexcept { live_.replace(std::move(next).decider()); }

 private:
  host::LiveDecider live_;
};

}  // namespace bylaw::inline v0::policy
