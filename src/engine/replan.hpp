#pragma once
#include <set>
#include <vector>

#include "engine/order_promises.hpp"

namespace bylaw::inline v0::engine {

/// Promises of an item looked at again, because something behind them has changed. What lies reserved is never touched, but for
/// lots that have run out or are called back and are not picked yet; a date that gets worse is told with the date before and the cause.
class Replanning {
 public:
  Replanning(Context& context, std::string item, std::string cause) : context_(context), item_(std::move(item)), cause_(std::move(cause)) {}

  /// Promises that stand on a supply let go of it; whoever had them is planned again.
  [[nodiscard]] Result<void> free_supply(std::string const& supply, std::string const& location);
  /// The same for promises on lots that are to be gone, or are stopped.
  [[nodiscard]] Result<void> free_dead_lots();
  /// An order is planned again whatever it has.
  void add(std::string const& order) { subjects_.insert(order); }
  /// Everybody who let go, and everybody who waits for the item, in turn.
  [[nodiscard]] Result<void> plan();

 private:
  [[nodiscard]] Result<void> plan_order(std::string const& id);
  [[nodiscard]] Result<void> plan_reservation(std::string const& id);

  Context& context_;
  std::string item_;
  std::string cause_;
  std::set<std::string> subjects_;
  std::vector<ledger::Pending> freed_;  ///< promises that let go
};

}  // namespace bylaw::inline v0::engine
