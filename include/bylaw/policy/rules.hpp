#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/policy/diagnostic.hpp>
#include <bylaw/values/currency.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::policy {

/// What every rule has in common, as audit and explanations need it.
struct RuleInfo {
  std::string name;
  std::string file;
  std::string comment;       ///< its `##` comment
  Span span;
  std::uint32_t header = 0;  ///< index into Policy::headers()
};

/// The `policy` header of one file: the settings its rules are read with.
struct Header {
  std::string name;
  Currency currency;
  std::string zone = "UTC";
  Date effective_from{INT32_MIN};
  Date effective_until{INT32_MAX};     ///< last day included
  bool window_inclusive = true;
  std::int32_t undelivered_days = 7;   ///< window start without a delivery scan: shipment plus this
  std::string undelivered_event = "shipment";
};

enum class LatePolicy : std::uint8_t { stop_ship, recall, flag };

struct HoldRule {
  RuleInfo info;
  bool scope_line = false;
  std::string reason;
  std::string reason_text;
  std::string queue = "default";
  std::int32_t priority = 100;              ///< smaller is looked at first
  std::vector<std::string> blocks;          ///< transitions it prevents
  std::vector<std::string> release_by;      ///< roles
  bool clears = false;                      ///< lifts itself when its cause is gone
  LatePolicy late = LatePolicy::stop_ship;
};

struct AllocationRule {
  RuleInfo info;
  std::int32_t shipments_max = 0;           ///< 0: no limit; 1: never split
  bool keep_safety_stock = false;
  std::vector<std::string> short_steps;     ///< `backorder`, `cancel`, `hold:NAME` ... in order
};

struct ReturnRule {
  RuleInfo info;
  bool mandatory = false;
};

/// One outgoing transition of a state. `event` is empty for one taken as soon as its guard holds.
struct Transition {
  std::string event;
  std::vector<std::string> by;              ///< roles that may assert it; empty: any
  std::int32_t guard = -1;                  ///< index for Policy::guard; -1: none
  std::vector<std::string> actions;
  std::string target;                       ///< empty: stays
};

enum class OtherEvents : std::uint8_t { reject, ignore, dead_letter, park };

struct State {
  std::string name;
  bool final = false;
  OtherEvents others = OtherEvents::reject;
  std::vector<std::string> enter;
  std::vector<std::string> leave;
  std::vector<Transition> transitions;
  Span span;
};

/// A `workflow` declaration as data, before anyone checks that it can finish.
struct WorkflowDeclaration {
  RuleInfo info;
  std::int32_t version = 1;
  std::string start;
  std::vector<State> states;
};

}  // namespace bylaw::inline v0::policy
