#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/workflow/machine.hpp>

#ifdef BYLAW_SHARED_WORKFLOW
#include "order_model.h"  // ../shared/bench/workflow, with its twin
#else
#include "bench/workflow/order_model.hpp"
#endif

/// What a run did, to be compared before its speed is.
struct Sums {
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::int64_t paid = 0;
  std::int64_t in_state[N_ST] = {};
  bool operator==(Sums const&) const = default;
};

inline double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// The same workflow as a definition. Guards: 0 the address is good, 1 free of holds and fraud, 2 one hold left, 3 stock is there, 4 paid.
[[nodiscard]] bylaw::workflow::Machine order_machine();
inline constexpr char const* event_names[N_EV] = {"validate", "hold",    "unhold", "release", "allocate", "deallocate",
                                                  "ship",     "invoice", "pay",    "settle",  "cancel",   "amend"};
inline constexpr char const* state_names[N_ST] = {"imported", "validated", "on_hold", "released", "allocated", "shipped", "invoiced", "settled", "cancelled"};

/// What the host of the workflow does: answers guards from its own facts, and does the actions on them.
struct Host {
  explicit Host(bylaw::workflow::Machine const& machine);

  /// The bits of all guards, as the machine numbers them.
  [[nodiscard]] std::uint64_t guards(Ctx const& c) const {
    std::uint64_t const bits[5] = {c.address_ok != 0, static_cast<std::uint64_t>(c.holds == 0) & static_cast<std::uint64_t>(c.fraud < 80), c.holds == 1,
                                   c.shortq == 0, c.paid >= c.amount};
    return bits[0] << shift[0] | bits[1] << shift[1] | bits[2] << shift[2] | bits[3] << shift[3] | bits[4] << shift[4];
  }
  void act(std::uint32_t effect, Ctx& c, std::int64_t pay) const {
    switch (action_of[effect]) {
      case 1: ++c.holds; break;
      case 2: --c.holds; break;
      case 3: c.holds = c.fraud = 0; break;
      case 4: c.address_ok = 1; break;
      case 5: c.paid += pay; break;
      default: break;
    }
  }

  bylaw::workflow::EventNumber event[N_EV];
  unsigned shift[5] = {};
  std::vector<std::uint8_t> action_of;  ///< per effect
};
