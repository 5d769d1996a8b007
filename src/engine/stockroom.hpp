#pragma once
#include <optional>
#include <string>
#include <vector>

#include <bylaw/allocation/plan.hpp>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// What an item needs at a location, by the catalog (`stock_level`); nothing: nobody said.
struct StockLevel {
  std::optional<std::int64_t> safety_stock;
  std::optional<std::int64_t> backorders;
  std::optional<std::int64_t> order_min;
  std::optional<std::int64_t> order_max;
  std::optional<std::int64_t> order_multiple;
  std::string removal;
};
[[nodiscard]] Result<StockLevel> stock_level(Context& context, std::string const& item, std::string const& location);

/// Stock of one item in one account, as a buyer may have it.
struct Shelf {
  ledger::AccountIndex account;
  std::string lot;
  bool reserve = false;  ///< kept for the buyer's channel
  std::int64_t on_hand = 0;
  std::int64_t free = 0;               ///< not promised to anybody
  std::int64_t promised_to_carts = 0;  ///< promises that are no orders
  Timestamp received;
  Timestamp removal;
  Timestamp expires;
  std::optional<std::int64_t> days;  ///< from delivery until it is to be gone; nothing: undated
};

/// A location with what a buyer may have from it.
struct Place {
  trade::Location location;
  rulebook::CandidateFacts facts;
  std::vector<std::vector<Shelf>> shelves;  ///< per demand, in the order in which they are taken from
  std::vector<std::int64_t> safety_stock;   ///< per demand
  std::int64_t kept = 0;                    ///< `keep N` of the rule that allowed it
};

/// Who wants stock, and where it goes.
struct Buyer {
  std::string id;  ///< the order, or the reservation
  std::string channel;
  std::string account = "customer";  ///< virtual account that the promise is for
  trade::Address const* to = nullptr;
  std::string collect_at;  ///< only from here; empty: anywhere
  Timestamp expires;       ///< of its promises; 0: never
};

/// All places that could serve the demands, by their own priority and then by id: active or not, but never one that is stopped or full.
[[nodiscard]] Result<std::vector<Place>> look_around(Context& context, Buyer const& buyer, std::vector<allocation::Demand> const& demands);

/// Shelves of an item at a location that a channel may take from: what has not run out, its own reserve first, then by the removal order.
[[nodiscard]] std::vector<Shelf> shelves_of(Context& context, std::string const& item, std::string const& location, std::string const& channel,
                                            std::string const& removal, std::int64_t lane_days);

/// The name of the stop that keeps a recalled lot from being promised.
[[nodiscard]] inline std::string recall_stop(std::string const& item, std::string const& lot) { return "recall:" + item + "/" + lot; }

/// Whether a stop of a lot is about this item: one that a recall made is about its item only.
[[nodiscard]] inline bool stops_lot(trade::StopRow const& stop, std::string const& item) {
  return stop.name.compare(0, 7, "recall:") != 0 || stop.name == recall_stop(item, stop.target);
}

/// What the catalog says of the working days of a location: its calendar has its id.
[[nodiscard]] Result<void> tell_calendar(Context& context, trade::Location const& location, rulebook::CandidateFacts& facts);

/// The fields of an entry of the catalog.
using EntryValues = std::vector<trade::Attribute>;
[[nodiscard]] Result<std::optional<EntryValues>> catalog_entry(Context& context, std::string const& kind, std::string const& id);
[[nodiscard]] EntryValues entry_values(std::string const& body);

/// Whether the rules of the policy read a fact of a subject: what nobody asks for is not looked up.
[[nodiscard]] bool asks_for(Context const& context, policy::Subject subject, std::string_view path);

}  // namespace bylaw::inline v0::engine
