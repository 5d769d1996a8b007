#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/// What the engine should do with orders, shipments and refunds, written down once more in the plainest way: no tables, no
/// journal, no machine. Times in milliseconds.
class Model {
 public:
  struct Answer {
    bool accepted = true;
    std::string code = "ok";
    std::string state;
  };

  Answer import_order(std::string const& id, bool suspicious, std::int64_t units, std::int64_t now);
  Answer release_hold(std::string const& id, std::int64_t now);
  Answer order_event(std::string const& id, std::string const& event, std::int64_t now);
  Answer start(std::string const& workflow, std::string const& id, std::string const& parent, std::int64_t now);
  Answer event(std::string const& id, std::string const& event, std::int64_t now);
  void receive(std::int64_t units) { on_hand_ += units; }
  /// Everything that is due up to then, each at its own time.
  void pass_time(std::int64_t until);

  [[nodiscard]] std::map<std::string, std::string> states() const;
  [[nodiscard]] std::int64_t on_hand() const { return on_hand_; }
  [[nodiscard]] std::int64_t reserved() const;
  [[nodiscard]] std::size_t dead_letters() const { return dead_; }
  [[nodiscard]] std::size_t parked() const;
  [[nodiscard]] std::set<std::string> held() const;
  /// How often something outside was asked to be done: `refund.send_refund`.
  [[nodiscard]] std::map<std::string, std::size_t> const& messages() const { return messages_; }

 private:
  struct Order {
    std::string state;
    bool suspicious = false;
    bool held = false;
    bool expiring = false;
    std::int64_t units = 0;
    std::int64_t escalates = 0;
    std::int64_t expires = 0;
    std::vector<std::string> parcels;
  };
  struct Waiting {
    std::string event;
    std::int64_t until = 0;
  };
  struct Thing {
    std::string workflow;
    std::string state;
    std::string parent;
    std::int64_t since = 0;
    std::vector<Waiting> waiting;
    std::vector<std::int64_t> clocks;
  };
  bool step(Thing& thing, std::string const& id, std::string const& event, std::int64_t now);
  void follow(std::string const& order);
  void enter(Thing& thing, std::string const& state, std::int64_t now);
  [[nodiscard]] static std::string target(Thing const& thing, std::string const& event);
  [[nodiscard]] static char others(Thing const& thing);  ///< r, i, d, p
  static bool finished(Thing const& thing);

  std::map<std::string, Order> orders_;
  std::map<std::string, Thing> things_;
  std::map<std::string, std::size_t> messages_;
  std::int64_t on_hand_ = 0;
  std::size_t dead_ = 0;
};
