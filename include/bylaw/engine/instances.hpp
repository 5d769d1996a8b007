#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/engine/clock.hpp>
#include <bylaw/values/result.hpp>
#include <bylaw/workflow/machine.hpp>

namespace bylaw::inline v0::engine {

struct InstancesOptions {
  std::string store_path;                   ///< a file, or `memory:NAME` for a store that lives as long as it is open
  bool create = true;                       ///< make the store when there is none
  std::vector<workflow::Machine> machines;  ///< every version that open instances have; each name and version once
  Clock clock;
};

/// Something that begins to move. `data` is what the host keeps with it, at most 64 kB: facts that its guards stand on.
struct NewInstance {
  std::string subject;        ///< its name, unique in the store
  std::uint32_t machine = 0;  ///< index into the machines that were opened with
  Timestamp at;
  std::string who;
  std::string data;
};

/// One event of one instance. The host has answered the guards and done with workflow::step what is to be done to its own
/// facts; `data` are those facts as they are then. `last` says what the answers stand on: when something else moved the
/// instance since, nothing is done. So an event that is sent twice, because an answer was lost, is done once.
struct Advance {
  std::int64_t instance = 0;
  std::int64_t last = 0;  ///< its last transition as the host knows it
  workflow::EventNumber event;
  workflow::RoleBits roles = workflow::every_role;
  workflow::GuardBits guards = 0;
  std::int64_t payload = 0;  ///< kept in the journal: an amount, a reference
  Timestamp at;
  std::string_view who;
  std::string_view data;  ///< empty: what was kept stays
};

enum class AdvanceResult : std::uint8_t {
  done,    ///< the step was taken or refused as it says, and is in the journal
  stale,   ///< something else has moved the instance since; `last` is where it is
  unknown  ///< there is no instance of that number, or its version was not given
};
struct Advanced {
  AdvanceResult result = AdvanceResult::unknown;
  workflow::Step step;
  std::int64_t last = 0;
};

struct OpenInstance {
  std::int64_t number = 0;
  std::string subject;
  std::uint32_t machine = 0;
  workflow::Configuration at;
  std::int64_t last = 0;
  std::string data;
};

/// Instances of workflows alone, durable: events in, one commit for all that wait, steps out. For hosts whose own code
/// answers guards and does actions, and that want a state machine which survives everything; Engine has holds, clocks and
/// policies beside it. Workflows with clocks are refused here.
///
/// Any number of threads may call everything but `close` and the destructor. A step is given when it is on disk. When a
/// commit fails, every caller of it gets the error and nothing has happened; when nobody can know whether it reached the
/// disk, this is `failed` until it is opened again. One writer per store; does not survive fork(). An open instance costs
/// at most 46 bytes of memory, a finished one nothing.
class BYLAW_EXPORT Instances {
 public:
  /// Errors: those of Store::open, `machine_missing` (open instances have a version that was not given), `workflow_changed`,
  /// `timers_not_kept`.
  [[nodiscard]] static Result<Instances> open(InstancesOptions options) noexcept;
  Instances(Instances&&) noexcept;
  Instances& operator=(Instances&&) noexcept;
  ~Instances();

  /// Their numbers, in order, all in one commit. Errors: `id_taken`, `unknown_machine`, `too_large`; then none has started.
  [[nodiscard]] Result<std::vector<std::int64_t>> start(std::vector<NewInstance> const& instances) noexcept;
  /// One answer per event, in order, all in one commit. Errors: `engine_failed`, `store_*`, `out_of_memory`, `too_large`.
  [[nodiscard]] Result<std::vector<Advanced>> advance(std::span<Advance const> events) noexcept;
  /// Open instances after a number, rising, at most `count_max`: how a host comes to know them after opening.
  [[nodiscard]] Result<std::vector<OpenInstance>> open_after(std::int64_t number, std::size_t count_max) noexcept;
  [[nodiscard]] std::size_t open_count() const noexcept;
  /// Bytes that the table of open instances takes.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;
  [[nodiscard]] Result<void> close() noexcept;
  [[nodiscard]] bool failed() const noexcept;

 private:
  struct Impl;
  explicit Instances(Impl* impl) noexcept : impl_(impl) {}
  Impl* impl_ = nullptr;
};

}  // namespace bylaw::inline v0::engine
