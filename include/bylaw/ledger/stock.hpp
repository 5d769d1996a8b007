#pragma once
#include <string>
#include <vector>

#include <bylaw/ledger/ledger.hpp>

namespace bylaw::inline v0::ledger {

/// Which accounts of an item are meant. Virtual accounts (without a floor) never are.
struct StockFilter {
  static constexpr char const* any = "*";

  std::string item{};
  std::vector<std::string> places{};  ///< empty: the whole network
  std::string status = "available";
  std::string pool = any;    ///< channel pool; empty: what is kept for nobody
  std::string owner = any;   ///< empty: our own
  Timestamp usable_until{};  ///< lots that are to be removed, or expire, before this do not count; 0: all do
};

/// One account of stock with what is known of its lot.
struct StockLot {
  AccountIndex account;
  std::string place;
  std::string lot;  ///< or serial; empty: neither
  std::int64_t on_hand = 0;
  std::int64_t available = 0;
  Timestamp received;
  Timestamp removal;
  Timestamp expires;
};

/// The accounts that the filter means, in order of opening.
[[nodiscard]] BYLAW_EXPORT std::vector<StockLot> stock_of(Ledger const& ledger, StockFilter const& filter);

/// on hand = posted, reserved = open promises, available = on hand less reserved. `inbound` is what open promises will bring.
struct Availability {
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::int64_t available = 0;
  std::int64_t inbound = 0;
};
[[nodiscard]] BYLAW_EXPORT Availability availability(Ledger const& ledger, StockFilter const& filter);

/// From `from` on `quantity` units can be promised, until the next point.
struct AtpPoint {
  Timestamp from;
  std::int64_t quantity = 0;

  friend bool operator==(AtpPoint const&, AtpPoint const&) = default;
};

/// Available to promise: at a time t, the least that on hand + inbound due - commitments due - `safety_stock` will be at t or
/// later, so that nobody is promised what a later commitment has taken. Inbound that should have come already counts
/// nothing until it is dated anew. Rising in time; the first point is `now`. May be below zero.
/// Source: domain notes, "Availability".
[[nodiscard]] BYLAW_EXPORT std::vector<AtpPoint> available_to_promise(Ledger const& ledger, StockFilter const& filter, Timestamp now,
                                                                      std::int64_t safety_stock = 0);
/// When that many units can first be promised; false: never, as things stand.
[[nodiscard]] BYLAW_EXPORT bool earliest_promise(std::vector<AtpPoint> const& points, std::int64_t quantity, Timestamp& out);

/// Which lots are taken first.
enum class PickOrder : std::uint8_t {
  fefo,    ///< earliest removal date, undated ones last
  fifo,    ///< received first
  lifo,    ///< received last
  closest  ///< nearest place, as `places` of the filter says
};
struct PickRequest {
  std::int64_t quantity = 0;
  PickOrder order = PickOrder::fefo;
};
struct StockPick {
  AccountIndex account;
  std::int64_t quantity = 0;

  friend bool operator==(StockPick const&, StockPick const&) = default;
};
/// Takes from the lots in order until the quantity is reached, or nothing is left; the sum tells which. Ties go to the
/// account opened first. Pure.
[[nodiscard]] BYLAW_EXPORT std::vector<StockPick> pick(std::vector<StockLot> stock, std::vector<std::string> const& places, PickRequest const& request);

/// A component of a kit: so many base units of an item in one kit.
struct KitPart {
  std::string item;
  std::int64_t quantity = 0;
};
/// Kits that the components allow, and how many units of each that takes. An item named twice counts once, with the sum.
/// Source: domain notes, trap 20.
[[nodiscard]] BYLAW_EXPORT std::int64_t kit_availability(Ledger const& ledger, std::vector<KitPart> const& parts, StockFilter filter);
/// Legs that turn components at a place into `count` kits there, or (negative) kits into components. Opens the accounts it
/// needs; each item still sums to zero, over the virtual account `kit`.
[[nodiscard]] BYLAW_EXPORT std::vector<Transfer> assembly(Ledger& ledger, std::string const& kit, std::vector<KitPart> const& parts, std::string const& place,
                                                          std::int64_t count, std::string const& reference, Timestamp effective);

}  // namespace bylaw::inline v0::ledger
