#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/rulebook/kept.hpp>
#include <bylaw/trade/journal.hpp>

namespace bylaw::inline v0::store {

/// A policy set as it is kept, so that instances that started under it can end under it.
struct PolicyText {
  struct Workflow {
    std::string name;
    std::string kind;
    std::int32_t version = 1;
    std::string hash;
  };
  struct Rule {
    std::string kind;
    std::string name;
    std::string file;
  };
  std::string hash;
  std::vector<rulebook::KeptFile> files;
  std::vector<Workflow> workflows;
  std::vector<Rule> rules;
};
/// What a policy version is called in the store.
struct KeptPolicy {
  std::int64_t number = 0;
  std::vector<std::int64_t> definitions;  ///< of its workflows, in their order
};

struct StoredDefinition {
  std::int64_t number = 0;
  std::string name;
  std::string kind;
  std::int32_t version = 1;
  std::string hash;  ///< empty in stores of the first versions
  std::int64_t open_instances = 0;
};

/// Where something is in its workflow.
struct StoredInstance {
  std::int64_t number = 0;
  std::string subject;
  std::string workflow;  ///< kind
  std::int32_t version = 1;
  std::int64_t definition = 0;
  std::int64_t parent = 0;  ///< number; 0: none
  bool closed = false;
  std::string state;
  Timestamp since;
  std::int64_t last = 0;  ///< its last transition
  std::vector<trade::Attribute> attributes;
};

/// One event of one instance on its way into the journal. Texts must live until it is written.
struct StepRow {
  std::int64_t instance = 0;
  std::int64_t previous = 0;
  std::string_view event;
  std::string_view from;
  std::string_view to;  ///< empty: the event was refused
  Timestamp at;
  std::string_view who;
  std::int64_t payload = 0;
  bool closes = false;
  std::string_view data;  ///< empty: what is kept stays
};
struct StartedInstance {
  std::int64_t instance = 0;
  std::int64_t transition = 0;
};
/// An open instance as a host of Instances needs it.
struct OpenState {
  std::int64_t number = 0;
  std::string subject;
  std::int64_t definition = 0;
  std::string state;
  std::int64_t last = 0;
  std::string data;
};

struct StoredTransition {
  std::string event;
  std::string from;
  std::string to;
  Timestamp at;
};

struct StoredTimer {
  std::string subject;
  std::string name;
  Timestamp due;
  std::int64_t set_by = 0;  ///< row of the journal that set it: no two clocks have the same
};

struct StoredParked {
  std::int64_t number = 0;
  std::string subject;
  std::string event;
  Timestamp deadline;
  trade::Actor by;
};

/// What a measure has kept under one key. Amounts of different scales are apart, so that nothing is rounded.
struct MeasureSums {
  struct Part {
    std::int32_t scale = 0;
    std::int64_t sum = 0;
    std::int64_t min = 0;
    std::int64_t max = 0;
  };
  std::int64_t count = 0;
  std::vector<Part> parts;
};

}  // namespace bylaw::inline v0::store
