#pragma once
#include <map>
#include <string_view>

#include "engine/flow.hpp"

namespace bylaw::inline v0::engine {

/// An order as the rules see it, with the records it points to kept alive.
struct OrderView {
  store::StoredOrder stored;
  std::vector<trade::HoldRow> holds;  ///< open ones
  bool shipped = false;
  bool waited = false;                                 ///< it had promises on supply before it was planned now
  Timestamp reserve_until;                             ///< what it has now is put back then, if nobody has picked it; 0: never
  bool has_parcels = false;                            ///< that say what they hold
  std::map<std::string, std::int64_t> shipped_units;   ///< that have left before the rest, by item
  std::map<std::string, std::int64_t> credited_units;  ///< that were paid back and are not to be sent, by item
  rulebook::OrderFacts facts;
};
/// Fills items and facts of a view whose `stored` and `holds` are set.
[[nodiscard]] Result<void> complete(Context& context, OrderView& view, bool paid);
/// Units of an order that have left before the rest of it, by item: kept among its facts.
inline constexpr std::string_view shipped_path = "order.shipped.";
[[nodiscard]] std::map<std::string, std::int64_t> shipped_units_of(trade::Order const& order);
void note_shipped(Context& context, OrderView& view, std::string const& item, std::int64_t units);
/// Units that were paid back before they left: they are not to be sent any more. Kept among the facts of the order too.
inline constexpr std::string_view credited_path = "order.credited.";
[[nodiscard]] std::map<std::string, std::int64_t> credited_units_of(trade::Order const& order);
void note_credited(Context& context, OrderView& view, std::string const& item, std::int64_t units);
/// Units of an order that are still to be sent, by item: what was ordered, less what has left and what was paid back instead.
[[nodiscard]] std::map<std::string, std::int64_t> wanted_units(trade::Order const& order, std::map<std::string, std::int64_t> const& shipped,
                                                               std::map<std::string, std::int64_t> const& credited);
/// Brings the facts about holds to what `holds` are now.
void tell_holds(OrderView& view);

/// The reservation of an order: how much, what to do when stock is short. `held`: `short_of` is the hold to place; `asked`: the customer
/// has to say.
enum class Reservation : std::uint8_t { full, backordered, cancelled, held, asked };
[[nodiscard]] Result<Reservation> reserve(Context& context, OrderView& view, trade::HoldRow& short_of);

/// An order that moves: holds and stops keep it from what they block, its actions move stock and money.
class OrderSubject : public Subject {
 public:
  OrderView view;

  /// An order of the store, with what this command has changed of it. Refuses with `unknown_order`.
  [[nodiscard]] Result<void> load(Context& context, std::string const& id);
  [[nodiscard]] Result<void> assert_event(Context& context, std::string const& event, trade::Actor const& by) override;
  [[nodiscard]] Result<bool> fire(Context& context, store::StoredTimer const& timer) override;
  /// Facts have changed: holds that go, holds that come, then what the workflow does by itself.
  [[nodiscard]] Result<void> refresh(Context& context);
  [[nodiscard]] Result<void> reload(Context& context) override { return load(context, instance.stored.subject); }

  /// Refuses what a hold or a stop keeps the order, or a parcel of it, from. `place`: where the parcel leaves; other places do not stop it.
  [[nodiscard]] Result<void> check_blocks(Context& context, std::string const& event, std::string_view place = {});

  // order_holds.cpp
  /// Lifts, decides and places holds by the facts as they are.
  [[nodiscard]] Result<void> recheck_holds(Context& context);
  /// Writes down a new row of a hold; clocks begin or end with it.
  void put(Context& context, trade::HoldRow row);
  /// An open hold ends: `reads` is what the release stands on.
  [[nodiscard]] Result<void> lift(Context& context, trade::HoldRow row, trade::HoldAction action);
  /// Everything that it lost lies reserved again, or is not wanted any more.
  [[nodiscard]] Result<void> lift_shortage(Context& context);
  /// A stop of what the order needs for its release holds it, until the stop is over.
  [[nodiscard]] Result<void> apply_stops(Context& context);
  /// Holds of this command that came too late do what their rule says.
  void judge_lateness(Context& context);

 private:
  [[nodiscard]] Result<Frames> frames(Context& context) override;
  [[nodiscard]] Result<void> act(Context& context, std::string const& action) override;
  [[nodiscard]] Result<bool> reserve_first(Context& context);
  /// Clocks of what was promised: an order that waits for stock, a date that nears or has passed. False: none of these.
  [[nodiscard]] Result<bool> fire_promise(Context& context, std::string const& name);
  [[nodiscard]] Result<void> before_settling(Context& context) override { return apply_stops(context); }
  [[nodiscard]] Result<void> arrived(Context& context) override;
  [[nodiscard]] Result<void> settle_children(Context& context);
  [[nodiscard]] Result<void> route(Context& context, trade::HoldRow& row);
  /// Whether a brake or an approval keeps a clock from doing this to the order: then a request waits for a person.
  [[nodiscard]] Result<bool> braked(Context& context, std::string const& event);
  [[nodiscard]] Result<std::vector<trade::HoldRow>> closed_holds(Context& context);
  [[nodiscard]] Result<void> expire(Context& context, trade::HoldRow hold, policy::HoldRule const& rule, bool grace_is_over);
};

/// Writes down where a version in the shadow decides otherwise than the one that decided.
[[nodiscard]] Result<void> note_differences(Context& context, OrderView& view, policy::HoldDecision const& decided);

/// The rule of that name, among `policy.holds()`; none for a hold that a person placed or of a rule that is gone.
[[nodiscard]] policy::HoldRule const* find_rule(policy::Policy const& policy, std::string const& name);
/// Whether the role may do what one of the roles of the comma-separated list may do.
[[nodiscard]] bool acts_as(policy::Policy const& policy, std::string_view roles, std::string const& role);

/// Stops in force that keep this order from something: of its channel, its items, where its stock is reserved.
[[nodiscard]] Result<std::vector<trade::StopRow>> stops_of(Context& context, OrderView const& view);
/// What a stop keeps from happening is refused with `stopped`.
[[nodiscard]] Unexpected<Error> refuse_stopped(Context const& context, trade::StopRow const& stop);
/// All stops in force: those of the policy that nobody lifted, and those of persons.
[[nodiscard]] Result<std::vector<trade::StopRow>> stops_in_force(Context& context);

/// Measures of the policy for an order, as facts; and what this order adds to them.
[[nodiscard]] Result<void> read_measures(Context& context, Version const& version, OrderView& view);
[[nodiscard]] Result<void> add_to_measures(Context& context, OrderView const& view);
/// Entries of measures that are new or have changed are made from the orders of the store.
[[nodiscard]] Result<void> make_measures(Version const& version, store::Store& store, Timestamp now);
[[nodiscard]] Result<void> rebuild_measures(Versions const& versions, store::Store& store, Timestamp now);
/// A refund counts in measures over `refund`.
[[nodiscard]] Result<void> add_refund_to_measures(Context& context, OrderView const& view, Money amount, std::string const& reason, std::string const& id);

}  // namespace bylaw::inline v0::engine
