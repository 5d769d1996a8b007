#include <bylaw/policy/live.hpp>

#include <mutex>

namespace bylaw::inline v0::policy {

struct LivePolicy::Held {
  mutable std::mutex mutex;
  Policy policy;
};

LivePolicy::LivePolicy(Policy first) : held_(new Held{{}, std::move(first)}) {}
LivePolicy::~LivePolicy() { delete held_; }

Policy LivePolicy::get() const noexcept {
  std::lock_guard const lock(held_->mutex);
  return held_->policy;
}

void LivePolicy::replace(Policy next) noexcept {
  // `next` is the old version when this returns: it is destroyed where nobody waits for the lock.
  std::lock_guard const lock(held_->mutex);
  std::swap(held_->policy, next);
}

namespace host {

struct LiveDecider::Held {
  mutable std::mutex mutex;
  Decider decider;
};

LiveDecider::LiveDecider(Decider first) : held_(new Held{{}, std::move(first)}) {}
LiveDecider::~LiveDecider() { delete held_; }

Decider LiveDecider::get() const noexcept {
  std::lock_guard const lock(held_->mutex);
  return held_->decider;
}

void LiveDecider::replace(Decider next) noexcept {
  std::lock_guard const lock(held_->mutex);
  std::swap(held_->decider, next);
}

}  // namespace host
}  // namespace bylaw::inline v0::policy
