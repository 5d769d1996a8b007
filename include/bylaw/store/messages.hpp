#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::store {

/// How a consumer is served.
struct DeliveryTerms {
  std::string consumer;
  std::vector<std::string> types;  ///< `order.released`, or `order.*`; empty: everything
  std::int64_t lease_ms = 60'000;
  std::int64_t attempts_max = 10;  ///< then it is a dead letter
  std::int64_t backoff_ms_first = 1'000;
  std::int64_t backoff_ms_max = 3'600'000;
  std::uint64_t seed = 0;  ///< of the jitter
};

/// A message that one consumer has for a while.
struct StoredMessage {
  std::int64_t number = 0;  ///< rises, without gaps over all types
  std::int64_t lease = 0;   ///< what ack and nack have to give back
  std::int64_t attempts = 0;
  std::string type;
  std::string subject;
  std::string data;
  std::string command;  ///< id of the command that it comes from
  Timestamp at;         ///< business time
  Timestamp recorded;
};

struct Receipt {
  std::int64_t message = 0;
  std::int64_t lease = 0;
};
enum class Settled : std::uint8_t {
  done,
  stale,  ///< the lease ran out and another has it, or it is done already: nothing happened
  dead    ///< it was tried so often that it is a dead letter now
};

/// How far a consumer is. Times in milliseconds.
struct DeliveryHealth {
  std::string consumer;
  std::int64_t depth = 0;  ///< messages of its types that are not acknowledged, dead ones left out
  std::int64_t leased = 0;
  std::int64_t retrying = 0;
  std::int64_t dead = 0;
  std::int64_t attempts_max = 0;
  std::int64_t age_ms = 0;  ///< of the oldest that is not acknowledged
  // Over the last 24 hours:
  std::int64_t acked = 0;
  std::int64_t failed = 0;          ///< nacked, or the lease ran out
  std::int64_t redriven = 0;        ///< tried again by a person
  std::int64_t latency_ms_p50 = 0;  ///< from commit to ack: upper end of a bucket, each twice as wide as the one before
  std::int64_t latency_ms_p99 = 0;
};

}  // namespace bylaw::inline v0::store
