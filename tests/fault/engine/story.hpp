#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <bylaw/engine/engine.hpp>
#include <bylaw/engine/messages.hpp>

/// A story that uses everything the engine does: permissions, approvals, delegation, brakes, batches, amendments, observations, master
/// data with dates, erasure, policy versions, deliveries and a port. Told again from the beginning after anything, it comes to the same
/// end, because everything in it has an id of its own.
class Story {
 public:
  explicit Story(std::string path) : path_(std::move(path)) {}

  /// Opens the engine and tells all of it. False: something failed, and `why` says what.
  [[nodiscard]] bool tell();
  /// Lets go of the engine as a crash would: nothing is closed.
  void drop() { engine_.reset(); }
  /// Leases of before have run out, as when somebody starts the host again an hour later.
  void an_hour_later() { now_ += 3'600'000; }
  [[nodiscard]] std::string const& why() const { return why_; }
  /// What the consumer and the port have received, in order, ever since.
  [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> const& received() const { return received_; }
  void forget_received() { received_.clear(); }

 private:
  [[nodiscard]] bool open();
  [[nodiscard]] bool say(std::vector<bylaw::trade::Command> const& commands, bool together = false);
  [[nodiscard]] bool govern();
  [[nodiscard]] bool promise();
  [[nodiscard]] bool give_back();
  [[nodiscard]] bool deliver();
  [[nodiscard]] bool ask_port();
  bool failed(bylaw::Error const& error);

  std::string path_;
  std::string why_;
  std::int64_t now_ = 1'794'211'200'000;
  std::unique_ptr<bylaw::engine::Engine> engine_;
  std::vector<std::pair<std::string, std::int64_t>> received_;
  int deliveries_ = 0;
};
