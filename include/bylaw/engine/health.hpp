#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::store {
struct DeliveryHealth;  // <bylaw/store/messages.hpp>
}

namespace bylaw::inline v0::engine {

/// Above these an alert is raised, and cleared again below. 0: never.
struct HealthLimits {
  std::int64_t depth = 10'000;            ///< messages that a consumer has not acknowledged
  std::int64_t age_ms = 900'000;          ///< of the oldest of them
  std::int64_t dead = 1;                  ///< dead letters of a consumer
  std::int64_t failed_percent = 20;       ///< of its deliveries in the last 24 hours, from 20 on
  std::int64_t parked = 1'000;            ///< events that wait until they fit
  std::int64_t dead_events = 1;           ///< events that fitted nowhere
  std::int64_t refused_percent = 20;      ///< of commands in the last 24 hours, from 100 on
  std::int64_t clocks_late_ms = 900'000;  ///< how long the most overdue clock has waited
  std::int64_t clocks_failed = 1;         ///< clocks whose work was refused
  std::int64_t requests_age_ms = 0;       ///< of the oldest request that nobody has answered
};

struct Alert {
  std::string name;  ///< `delivery.depth/shop`, `clocks.late`
  std::int64_t value = 0;
  std::int64_t limit = 0;
};

/// How the engine and its integration are. Times in milliseconds; counts of the last 24 hours by recorded time where it says so.
struct Health {
  std::vector<store::DeliveryHealth> deliveries;  ///< per consumer
  // Inbox.
  std::int64_t commands = 0;     ///< of the last 24 hours
  std::int64_t refused = 0;      ///< of the last 24 hours
  std::int64_t conflicts = 0;    ///< refused because an id or revision came again with another content, of the last 24 hours
  std::int64_t parked = 0;       ///< events that wait until they fit
  std::int64_t dead_events = 0;  ///< events that fitted nowhere, or waited in vain
  // Clocks and people.
  std::int64_t clocks_late_ms = 0;  ///< how long the most overdue clock has waited
  std::int64_t clocks_failed = 0;
  std::int64_t requests = 0;         ///< that nobody has answered
  std::int64_t requests_age_ms = 0;  ///< of the oldest of them
  // Data.
  std::int64_t orders_without_item = 0;  ///< open orders with a line whose item is not known
  std::int64_t items_without_cost = 0;   ///< items that have no cost
  std::int64_t exceptions = 0;           ///< open ones
  std::int64_t clock_back_ms = 0;        ///< the furthest that the engine's clock ever went back since it was opened
  std::vector<Alert> alerts;             ///< over their limits now
};

}  // namespace bylaw::inline v0::engine
