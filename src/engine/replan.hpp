#pragma once
#include <map>
#include <set>

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
  /// Somebody who has lost units to a fact is planned again.
  void add(std::string const& reference, std::int64_t units) {
    subjects_.insert(reference);
    lost_[reference] += units;
  }
  /// Everybody who let go, and everybody who waits for the item, in turn.
  [[nodiscard]] Result<void> plan();

 private:
  [[nodiscard]] Result<void> plan_order(std::string const& id);
  [[nodiscard]] Result<void> plan_reservation(std::string const& id);
  /// An order that has gone on already, and for which there is not enough now: it does not leave before somebody has looked.
  [[nodiscard]] Result<void> hold_short(OrderSubject& subject);
  void let_go_of(ledger::Pending const& pending);
  /// Nothing better was found: what was let go is promised again as far as what is behind it still carries it; the rest waits for whatever comes.
  [[nodiscard]] Result<void> promise_again(std::string const& reference);
  /// Whether there is anything to give: something free, or something that comes.
  [[nodiscard]] bool anything_to_give();

  Context& context_;
  std::string item_;
  std::string cause_;
  bool in_stock_ = false;  ///< something lies there free
  std::set<std::string> subjects_;
  std::map<std::string, std::int64_t> lost_;                   ///< units, by whoever had them
  std::map<std::string, std::vector<ledger::Pending>> freed_;  ///< promises that let go, by whoever had them
};

/// Promises of an item at a place in the order in which they give way to a fact: the least urgent first where rules divide what is scarce
/// by priority, otherwise the youngest; what is picked after all others.
[[nodiscard]] Result<std::vector<ledger::Sequence>> yielding_order(Context& context, std::string const& item, std::string const& location);

/// A transfer has lost units where it starts: so much less comes, and whoever stands on it lets go. False: the reference is no such transfer.
[[nodiscard]] Result<bool> shrink_transfer(Context& context, Replanning& replanning, std::string const& supply, std::string const& item, std::int64_t units);

}  // namespace bylaw::inline v0::engine
