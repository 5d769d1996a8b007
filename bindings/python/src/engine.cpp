// An engine in memory or on a file, for simulations: commands in, outcomes out.
#include <pybind11/stl.h>

#include <unistd.h>

#include <atomic>
#include <utility>

#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/wire/commands.hpp>

#include "bindings.hpp"

namespace bylaw_python {

using namespace bylaw;

namespace {

/// A clock that stands where the simulation puts it.
struct SimulatedTime {
  std::atomic<std::int64_t> now_ms{0};
};

class Simulation {
 public:
  /// `simulated`: time is that of the commands; otherwise the system's, and clocks fire in `run_until` only.
  Simulation(LoadedPolicy const& policy, std::string const& path, std::int64_t now_ms, bool simulated) : time_(std::make_unique<SimulatedTime>()) {
    time_->now_ms = now_ms;
    engine::Options options;
    options.store_path = path;
    options.rulebook = policy.book;
    options.zones = *policy.zones;
    options.clocks_by_commands = simulated;
    if (simulated) options.clock = {[](void* time) { return Timestamp(static_cast<SimulatedTime*>(time)->now_ms.load()); }, time_.get()};
    engine_ = std::make_shared<engine::Engine>(value_or_raise(engine::Engine::open(std::move(options)), "StoreError"));
  }

  Simulation(Simulation const&) = delete;
  Simulation& operator=(Simulation const&) = delete;
  ~Simulation() {
    if (process_ != getpid()) leave();
  }

  std::vector<std::string> submit(std::vector<std::string> const& commands, bool together) {
    std::vector<trade::Command> group;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      auto command = wire::parse_command(commands[i]);
      if (!command) {
        auto error = command.error();
        error.message = "command " + std::to_string(i) + ": " + error.message;
        raise(error, "FactError");
      }
      group.push_back(std::move(*command));
    }
    auto const engine = open();
    return texts(without_gil([&] {
      for (auto const& command : group) {
        if (command.at.value > time_->now_ms) time_->now_ms = command.at.value;
      }
      return together ? engine->submit_together(group) : engine->submit(group);
    }));
  }

  std::vector<std::string> run_until(std::int64_t now_ms) {
    std::vector<std::string> out;
    auto const engine = open();
    time_->now_ms = std::max(now_ms, time_->now_ms.load());
    for (;;) {
      auto const run = without_gil([&] { return engine->run_due(Timestamp(now_ms), 256); });
      if (!run) raise(run.error(), "StoreError");
      for (auto const& outcome : run->outcomes) out.push_back(wire::to_json(outcome));
      if (!run->next || run->next->value > now_ms) return out;
    }
  }

  void close() {
    if (!engine_) return;
    if (process_ != getpid()) {
      leave();
      return;
    }
    auto const last = std::exchange(engine_, nullptr);
    auto const done = without_gil([&] { return last->close(); });
    if (!done) raise(done.error(), "StoreError");
  }

 private:
  std::shared_ptr<engine::Engine> open() {
    if (process_ != getpid()) raise({"forked", "the engine belongs to the process that opened it", "", "open one after the fork"}, "StoreError");
    if (!engine_) raise({"closed", "the engine is closed", "", "open another"}, "StoreError");
    return engine_;
  }
  /// In a fork: the engine is the parent's, and closing it here would write over the parent's store. Its memory is given up.
  void leave() { new std::shared_ptr<engine::Engine>(std::exchange(engine_, nullptr)); }
  static std::vector<std::string> texts(Result<std::vector<trade::Outcome>> const& outcomes) {
    if (!outcomes) raise(outcomes.error(), "StoreError");
    std::vector<std::string> out;
    for (auto const& outcome : *outcomes) out.push_back(wire::to_json(outcome));
    return out;
  }

  std::unique_ptr<SimulatedTime> time_;
  std::shared_ptr<engine::Engine> engine_;  ///< whoever submits while it is closed keeps it until then
  pid_t process_ = getpid();
};

}  // namespace

void bind_engine(py::module_& module) {
  py::class_<Simulation>(module, "Simulation")
      .def(py::init<LoadedPolicy const&, std::string const&, std::int64_t, bool>(), py::arg("policy"), py::arg("path"), py::arg("now_ms"), py::arg("simulated"))
      .def("submit", &Simulation::submit, py::arg("commands"), py::arg("together"))
      .def("run_until", &Simulation::run_until, py::arg("now_ms"))
      .def("close", &Simulation::close);
}

}  // namespace bylaw_python
