#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>

#include "fault/workflow/model.hpp"

/// One thing that the outside world says, as a command, and what the model says to it.
struct Said {
  bylaw::trade::Command command;
  Model::Answer answer;
};

/// A world that talks badly: events come twice, out of order, late, under the same and under another id, some never until they
/// are sent again. The same seed says the same.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  /// Time goes on, and somebody says something. The model has heard it too.
  [[nodiscard]] Said next();
  [[nodiscard]] std::int64_t now() const { return now_; }
  [[nodiscard]] Model& model() { return model_; }
  /// What has to be said before anything else: an item, a place, stock.
  [[nodiscard]] std::vector<bylaw::trade::Command> opening();

 private:
  [[nodiscard]] std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  [[nodiscard]] bylaw::trade::Command make(std::string id, bylaw::trade::CommandBody body);
  [[nodiscard]] Said say(std::string id, bylaw::trade::CommandBody body);
  [[nodiscard]] Model::Answer tell_model(bylaw::trade::Command const& command);

  std::mt19937_64 random_;
  std::int64_t now_ = 1'794'211'200'000;  // 2026-11-09 00:00 UTC, a Monday
  std::size_t commands_ = 0;
  std::size_t orders_ = 0;
  std::vector<std::string> shipments_;
  std::vector<std::string> refunds_;
  std::vector<Said> said_;  ///< the last ones, to be said again
  std::vector<Said> lost_;  ///< said, but nobody heard it yet
  Model model_;
};

/// Fires every clock that is due up to then, each at its own time.
[[nodiscard]] bylaw::Result<void> let_time_pass(bylaw::engine::Engine& engine, std::int64_t until);
[[nodiscard]] bylaw::rulebook::Rulebook const& simulated_rules();
