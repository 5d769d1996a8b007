// What lies where, for whom, until when, and which way it would go: everything that an allocation looks at.
#include "engine/stockroom.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/store/supplies.hpp>
#include <bylaw/values/word_list.hpp>

#include "engine/order_facts.hpp"
#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

EntryValues entry_values(std::string const& body) {
  EntryValues out;
  auto const json = wire::parse_json(body);
  if (!json) return out;
  for (std::size_t i = 0; i < json->keys.size(); ++i) out.push_back({json->keys[i], json->items[i].text});
  return out;
}

Result<std::optional<EntryValues>> catalog_entry(Context& context, std::string const& kind, std::string const& id) {
  if (!store::Supplies(context.store).has_entries(kind)) return std::optional<EntryValues>{};
  auto const body = store::Control(context.store).entry(kind, id, context.command.at);
  if (!body) return Unexpected{body.error()};
  if (!*body) return std::optional<EntryValues>{};
  return std::optional<EntryValues>(entry_values(**body));
}

bool asks_for(Context const& context, policy::Subject subject, std::string_view path) {
  auto const& slots = context.book().policy().layout(subject).slots;
  return std::any_of(slots.begin(), slots.end(), [&](policy::Slot const& slot) { return slot.path == path; });
}

namespace {

std::optional<std::int64_t> whole(EntryValues const& values, std::string_view field) { return whole_number(catalog::value_of(values, field)); }

/// The most particular way from a location to an address: by postal code, the longer part first, by country, to everywhere.
Result<void> tell_lane(Context& context, Buyer const& buyer, trade::Location const& location, rulebook::CandidateFacts& facts) {
  if (buyer.to == nullptr || !store::Supplies(context.store).has_entries("lane")) return {};
  auto const known = store::Supplies(context.store).entries("lane", location.id + "/", context.command.at);
  if (!known) return Unexpected{known.error()};
  auto const full = buyer.to->country + "-" + buyer.to->postal_code;
  std::string const* best = nullptr;
  std::size_t length = 0;
  for (auto const& [id, body] : *known) {
    auto const destination = std::string_view(id).substr(location.id.size() + 1);
    bool const everywhere = destination == "*";
    bool const country = destination == buyer.to->country;
    bool const postal = destination.size() > 3 && destination[2] == '-' && full.compare(0, destination.size(), destination) == 0;
    if (!everywhere && !country && !postal) continue;
    auto const particular = everywhere ? 1 : destination.size() + 1;
    if (best != nullptr && particular <= length) continue;
    best = &body;
    length = particular;
  }
  if (best == nullptr) return {};
  auto const values = entry_values(*best);
  if (auto const km = Decimal::parse(catalog::value_of(values, "distance_km"))) facts.distance_km = *km;
  if (auto const cost = Decimal::parse(catalog::value_of(values, "cost"))) facts.lane_cost = *cost;
  facts.lane_days = whole(values, "days");
  facts.lane_open = catalog::value_of(values, "open") != "false";
  facts.lane_hazmat = catalog::value_of(values, "hazmat") != "false";
  facts.lane_export = catalog::value_of(values, "export") != "false";
  return {};
}

/// Orders that have stock reserved at a location, but for one: as this command has left them so far.
std::int64_t orders_at(Context const& context, std::string const& location, std::string const& except) {
  std::set<std::string> items;
  auto const& ledger = context.ledger;
  for (std::uint32_t i = 0; i < ledger.account_count(); ++i) {
    ledger::AccountIndex const account(i);
    if (ledger.balance(account).pending_out == 0 || ledger.bounds(account).floor == ledger::no_floor) continue;
    auto const key = ledger.key(account);
    if (key.kind == ledger::AccountKind::quantity && key.place == location && key.status == "available") items.insert(key.unit);
  }
  std::set<std::string> orders;
  for (auto const& item : items) {
    for (auto const& pending : ledger.pendings_of(ledger::AccountKind::quantity, item)) {
      auto const key = ledger.key(pending.debit);
      if (key.place != location || key.status != "available" || pending.reference == except) continue;
      if (ledger.key(pending.credit).place == "customer") orders.insert(pending.reference);
    }
  }
  return static_cast<std::int64_t>(orders.size());
}

/// A location takes so many orders, as long as their stock lies there reserved.
Result<bool> has_room(Context& context, Buyer const& buyer, trade::Location const& location, rulebook::CandidateFacts& facts) {
  auto const entry = catalog_entry(context, "capacity", location.id);
  if (!entry) return Unexpected{entry.error()};
  auto const most = *entry ? whole(**entry, "orders_open_max") : std::nullopt;
  if (!most) return true;
  facts.capacity_left = std::max<std::int64_t>(*most - orders_at(context, location.id, buyer.id), 0);
  return *facts.capacity_left > 0;
}

/// Nothing is promised from a lot that is stopped or recalled.
void leave_out_lots(std::vector<trade::StopRow> const& stops, std::string const& item, std::map<std::string, std::vector<Shelf>>& shelves) {
  for (auto const& stop : stops) {
    bool const keeps = has_word(stop.blocks, "allocate") || has_word(stop.blocks, "pick") || has_word(stop.blocks, "ship");
    if (stop.what != "lot" || !keeps || !stops_lot(stop, item)) continue;
    for (auto& [place, here] : shelves) std::erase_if(here, [&](Shelf const& shelf) { return shelf.lot == stop.target; });
  }
}

/// Nothing is promised from a place that is stopped.
void leave_out_stopped(std::vector<trade::StopRow> const& stops, std::vector<trade::Location>& locations) {
  for (auto const& stop : stops) {
    bool const keeps = has_word(stop.blocks, "allocate") || has_word(stop.blocks, "pick") || has_word(stop.blocks, "ship");
    if (stop.what == "location" && keeps) std::erase_if(locations, [&](trade::Location const& l) { return l.id == stop.target; });
  }
}

/// How much of each shelf is promised to what is no order yet.
void tell_carts(Context const& context, std::vector<allocation::Demand> const& demands, std::vector<Place>& places) {
  for (std::size_t d = 0; d < demands.size(); ++d) {
    for (auto const& promise : context.ledger.pendings_of(ledger::AccountKind::quantity, demands[d].item)) {
      if (context.ledger.key(promise.credit).place != "cart") continue;
      for (auto& place : places) {
        for (auto& shelf : place.shelves[d]) shelf.promised_to_carts += shelf.account == promise.debit ? promise.amount : 0;
      }
    }
  }
}

/// Sums over the shelves of a place: demands of one item look at the same ones, which count once.
void tell_stock(std::vector<allocation::Demand> const& demands, bool before, Place& place) {
  auto& facts = place.facts;
  for (std::size_t d = 0; d < demands.size(); ++d) {
    std::int64_t free = 0;
    bool seen = false;
    for (std::size_t earlier = 0; earlier < d; ++earlier) seen = seen || demands[earlier].item == demands[d].item;
    for (auto const& shelf : place.shelves[d]) {
      free += shelf.free;
      if (seen) continue;
      facts.stock.on_hand += shelf.on_hand;
      facts.stock.reserved += shelf.on_hand - shelf.free - (before ? shelf.promised_to_carts : 0);
    }
    facts.covers += free >= demands[d].quantity ? 1 : 0;
    if (!seen) facts.safety_stock += place.safety_stock[d];
  }
}

}  // namespace

Result<StockLevel> stock_level(Context& context, std::string const& item, std::string const& location) {
  StockLevel out;
  auto const entry = catalog_entry(context, "stock_level", item + "/" + location);
  if (!entry) return Unexpected{entry.error()};
  if (!*entry) return out;
  out.safety_stock = whole(**entry, "safety_stock");
  out.backorders = whole(**entry, "backorders");
  out.order_min = whole(**entry, "order_min");
  out.order_max = whole(**entry, "order_max");
  out.order_multiple = whole(**entry, "order_multiple");
  out.removal = catalog::value_of(**entry, "removal");
  return out;
}

Result<void> tell_calendar(Context& context, trade::Location const& location, rulebook::CandidateFacts& facts) {
  auto const entry = catalog_entry(context, "calendar", location.id);
  if (!entry) return Unexpected{entry.error()};
  if (!*entry) return {};
  facts.zone = catalog::value_of(**entry, "zone");
  for (auto const& date : split_words(catalog::value_of(**entry, "holidays"))) {
    if (auto const parsed = parse_date(date)) facts.holidays.push_back(*parsed);
  }
  std::sort(facts.holidays.begin(), facts.holidays.end());
  auto const* zone = context.versions.zones().find(facts.zone);
  if (zone == nullptr) return {};
  auto const local = to_local(context.command.at, *zone);
  auto const today = date_of(local);
  BusinessCalendar calendar;
  calendar.holidays = facts.holidays;
  auto const closes = std::string(catalog::value_of(**entry, "closes"));
  auto const minute = (local.value - at_midnight(today).value) / minute_ms;
  auto const last = closes.size() == 5 ? std::stoll(closes.substr(0, 2)) * 60 + std::stoll(closes.substr(3, 2)) : 24 * 60;
  facts.ships_today = calendar.is_business_day(today) && minute < last;
  return {};
}

namespace {

/// Shelves of an item in the whole network that a channel may take from, by location; days left are those of today.
std::map<std::string, std::vector<Shelf>> all_shelves(Context& context, std::string const& item, std::string const& channel, std::string const* only) {
  std::map<std::string, std::vector<Shelf>> out;
  auto const now = context.command.at;
  auto const& ledger = context.ledger;
  for (auto const account : ledger.accounts_of(ledger::AccountKind::quantity, item)) {
    if (ledger.bounds(account).floor == ledger::no_floor) continue;
    auto key = ledger.key(account);
    if (key.status != "available" || (!key.pool.empty() && key.pool != channel) || (only != nullptr && key.place != *only)) continue;
    auto const& balance = ledger.balance(account);
    Shelf shelf{account, std::move(key.detail), !key.pool.empty(), balance.posted, balance.available(), 0, {}, {}, {}, {}};
    ledger::Lot lot;
    if (!shelf.lot.empty() && ledger.lot(item, shelf.lot, lot)) {
      shelf.received = lot.received;
      shelf.removal = lot.removal;
      shelf.expires = lot.expires;
      auto const last = lot.removal.value != 0 ? lot.removal : lot.expires;
      if (last.value != 0 && last <= now) continue;  // it is to be gone already
      if (last.value != 0) shelf.days = (last.value - now.value) / day_ms;
    }
    out[std::move(key.place)].push_back(std::move(shelf));
  }
  return out;
}

/// In the order in which they are taken from; days are counted from delivery.
void put_in_order(std::vector<Shelf>& shelves, std::string const& removal, std::int64_t lane_days) {
  for (auto& shelf : shelves) {
    if (shelf.days) *shelf.days -= lane_days;
  }
  auto const last = [](Shelf const& s) { return s.removal.value != 0 ? s.removal.value : s.expires.value != 0 ? s.expires.value : INT64_MAX; };
  std::stable_sort(shelves.begin(), shelves.end(), [&](Shelf const& a, Shelf const& b) {
    if (a.reserve != b.reserve) return a.reserve;
    if (removal == "lifo") return b.received < a.received;
    if (removal != "fifo" && last(a) != last(b)) return last(a) < last(b);
    return a.received < b.received;
  });
}

}  // namespace

std::vector<Shelf> shelves_of(Context& context, std::string const& item, std::string const& location, std::string const& channel, std::string const& removal,
                              std::int64_t lane_days) {
  auto found = all_shelves(context, item, channel, &location);
  auto out = std::move(found[location]);
  put_in_order(out, removal, lane_days);
  return out;
}

Result<std::vector<Place>> look_around(Context& context, Buyer const& buyer, std::vector<allocation::Demand> const& demands) {
  auto locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  if (!buyer.collect_at.empty()) std::erase_if(*locations, [&](trade::Location const& l) { return l.id != buyer.collect_at; });
  auto const stops = stops_in_force(context);
  if (!stops) return Unexpected{stops.error()};
  leave_out_stopped(*stops, *locations);
  std::stable_sort(locations->begin(), locations->end(), [](auto const& a, auto const& b) { return a.priority < b.priority; });
  std::vector<StockLevel> network;
  for (auto const& demand : demands) {
    auto level = stock_level(context, demand.item, "*");
    if (!level) return Unexpected{level.error()};
    network.push_back(std::move(*level));
  }
  std::vector<std::map<std::string, std::vector<Shelf>>> network_shelves;
  for (auto const& demand : demands) {
    network_shelves.push_back(all_shelves(context, demand.item, buyer.channel, nullptr));
    leave_out_lots(*stops, demand.item, network_shelves.back());
  }
  std::vector<Place> out;
  out.reserve(locations->size());
  for (auto& location : *locations) {
    auto& place = out.emplace_back();
    place.location = std::move(location);
    auto const room = has_room(context, buyer, place.location, place.facts);
    if (!room) return Unexpected{room.error()};
    if (!*room) {
      out.pop_back();
      continue;
    }
    if (auto const told = tell_lane(context, buyer, place.location, place.facts); !told) return Unexpected{told.error()};
    if (auto const told = tell_calendar(context, place.location, place.facts); !told) return Unexpected{told.error()};
    for (std::size_t d = 0; d < demands.size(); ++d) {
      auto const level = stock_level(context, demands[d].item, place.location.id);
      if (!level) return Unexpected{level.error()};
      auto const& removal = level->removal.empty() ? network[d].removal : level->removal;
      auto& shelves = place.shelves.emplace_back();
      if (auto const here = network_shelves[d].find(place.location.id); here != network_shelves[d].end()) shelves = std::move(here->second);
      put_in_order(shelves, removal, place.facts.lane_days.value_or(0));
      auto const& wanted = level->safety_stock ? level->safety_stock : network[d].safety_stock;
      place.safety_stock.push_back(wanted.value_or(place.location.safety_stock));
    }
  }
  auto const& headers = context.book().policy().headers();
  bool const before = !headers.empty() && headers.front().rank_before_reservations;
  if (before) tell_carts(context, demands, out);
  for (auto& place : out) tell_stock(demands, before, place);
  for (auto& place : out) place.facts.location = &place.location;
  return out;
}

}  // namespace bylaw::inline v0::engine
