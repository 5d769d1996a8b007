// What channels are told of the stock, and on what it stood.
#include "engine/feed.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <bylaw/store/supplies.hpp>

#include "engine/stockroom.hpp"

namespace bylaw::inline v0::engine {

namespace {

struct Position {
  std::string item;
  std::string location;
  friend auto operator<=>(Position const&, Position const&) = default;
};

std::set<Position> touched(Context const& context) {
  std::set<Position> out;
  for (auto const& entry : context.changes.transfers) {
    for (auto const account : {entry.transfer.debit, entry.transfer.credit}) {
      if (context.ledger.bounds(account).floor == ledger::no_floor) continue;
      auto const key = context.ledger.key(account);
      if (key.kind == ledger::AccountKind::quantity && key.status == "available") out.insert({key.unit, key.place});
    }
  }
  return out;
}

struct Told {
  std::int64_t quantity = 0;
  std::string rule;
  rulebook::CandidateFacts facts;
};

Result<std::optional<Told>> figure(Context& context, std::string const& channel, trade::Item const& item, trade::Location const& location) {
  Told out;
  out.facts.location = &location;
  for (auto const& shelf : shelves_of(context, item.sku, location.id, channel, "", 0)) {
    out.facts.stock.on_hand += shelf.on_hand;
    out.facts.stock.reserved += shelf.on_hand - shelf.free;
  }
  auto const level = stock_level(context, item.sku, location.id);
  if (!level) return Unexpected{level.error()};
  auto const network = stock_level(context, item.sku, "*");
  if (!network) return Unexpected{network.error()};
  out.facts.safety_stock = (level->safety_stock ? level->safety_stock : network->safety_stock).value_or(location.safety_stock);
  auto const decision = context.book().policy().decide_publish(channel, context.book().position_frame(out.facts, item), context.command.at);
  if (decision.rule < 0) return std::optional<Told>{};
  // What cannot be computed is not offered: nothing is sold on a guess.
  out.quantity = decision.error.empty() ? decision.quantity.amount.coefficient() : 0;
  out.rule = context.book().policy().publishes()[static_cast<std::size_t>(decision.rule)].info.name;
  return std::optional<Told>(std::move(out));
}

void announce(Context& context, trade::FeedRow const& row) {
  wire::JsonWriter data;
  data.begin_object().member("channel", row.channel).member("item", row.item).member("location", row.location).member("number", row.number);
  data.member("quantity", row.quantity).member("total", row.total).key("sold_out").truth(row.total == 0);
  data.member("on_hand", row.on_hand).member("reserved", row.reserved).member("command", context.command.id).end_object();
  context.changes.events.push_back({"availability.changed", row.channel + "/" + row.item, data.take()});
}

Result<void> tell(Context& context, std::string const& channel, trade::Item const& item, std::vector<trade::Location> const& places) {
  store::Supplies supplies(context.store);
  auto told = supplies.told(channel, item.sku);
  if (!told) return Unexpected{told.error()};
  for (auto const& row : context.changes.feed) {
    if (row.channel != channel || row.item != item.sku) continue;
    std::erase_if(*told, [&](trade::FeedRow const& before) { return before.location == row.location; });
    told->push_back(row);
  }
  auto number = supplies.last_number(channel);
  if (!number) return Unexpected{number.error()};
  for (auto const& row : context.changes.feed) *number = row.channel == channel ? std::max(*number, row.number) : *number;
  for (auto const& location : places) {
    auto const now = figure(context, channel, item, location);
    if (!now) return Unexpected{now.error()};
    auto before = std::find_if(told->begin(), told->end(), [&](trade::FeedRow const& row) { return row.location == location.id; });
    bool const known = before != told->end();
    if (!*now && !known) continue;
    auto const quantity = *now ? (*now)->quantity : 0;
    if (known && before->quantity == quantity) continue;
    if (!known) before = told->insert(told->end(), trade::FeedRow{channel, item.sku, location.id});
    before->quantity = quantity;
    before->on_hand = *now ? (*now)->facts.stock.on_hand : 0;
    before->reserved = *now ? (*now)->facts.stock.reserved : 0;
    before->rule = *now ? (*now)->rule : "";
    before->number = ++*number;
    auto row = *before;
    row.total = 0;
    for (auto const& each : *told) row.total += each.quantity;
    announce(context, row);
    context.changes.feed.push_back(std::move(row));
  }
  return {};
}

}  // namespace

Result<void> tell_channels(Context& context) {
  auto const& publishes = context.book().policy().publishes();
  if (publishes.empty() || context.changes.transfers.empty()) return {};
  std::set<std::string> channels;
  for (auto const& rule : publishes) channels.insert(rule.channel);
  auto const locations = context.store.locations(context.command.at);
  if (!locations) return Unexpected{locations.error()};
  std::map<std::string, std::vector<trade::Location>> items;
  for (auto const& position : touched(context)) {
    auto const location = std::find_if(locations->begin(), locations->end(), [&](trade::Location const& l) { return l.id == position.location; });
    if (location != locations->end()) items[position.item].push_back(*location);
  }
  for (auto const& [sku, places] : items) {
    auto const item = context.store.load_item(sku, context.command.at);
    if (!item) return Unexpected{item.error()};
    if (!*item) continue;
    for (auto const& channel : channels) {
      if (auto const done = tell(context, channel, **item, places); !done) return done;
    }
  }
  return {};
}

}  // namespace bylaw::inline v0::engine
