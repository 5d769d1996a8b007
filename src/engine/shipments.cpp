// Parcels of an order: planned from what it has reserved, and what their leaving means for the stock.
#include "engine/shipments.hpp"

#include <algorithm>
#include <map>

#include <bylaw/allocation/parcels.hpp>
#include <bylaw/catalog/entry.hpp>
#include <bylaw/values/word_list.hpp>

#include "engine/order_facts.hpp"
#include "engine/postings.hpp"
#include "engine/promise_moves.hpp"
#include "engine/valuation.hpp"

namespace bylaw::inline v0::engine {

namespace {

constexpr std::string_view contents_path = "shipment.contents";

/// `SKU*3,SKU*1`: what a parcel holds. SKUs with a comma or a star cannot be put into parcels.
std::vector<allocation::Content> contents_of(store::StoredInstance const& parcel) {
  std::vector<allocation::Content> out;
  std::string const location(catalog::value_of(parcel.attributes, "shipment.location"));
  for (auto const word : split_words(catalog::value_of(parcel.attributes, contents_path))) {
    auto const star = word.rfind('*');
    auto const units = star == std::string_view::npos ? std::nullopt : whole_number(word.substr(star + 1));
    if (units && *units > 0) out.push_back({std::string(word.substr(0, star)), location, *units, 0});
  }
  return out;
}

Result<std::vector<store::StoredInstance>> parcels_of(Context& context, std::string const& order) {
  auto const parent = context.instance(order);
  if (!parent) return Unexpected{parent.error()};
  if (!*parent) return std::vector<store::StoredInstance>{};
  auto children = context.children_of(**parent);
  if (!children) return children;
  std::erase_if(*children, [](store::StoredInstance const& child) { return child.workflow != "shipment"; });
  for (auto& child : *children) {
    for (auto const& start : context.changes.starts) {
      if (start.subject == child.subject && child.attributes.empty()) child.attributes = start.attributes;
    }
  }
  return children;
}

}  // namespace

Result<bool> is_picked(Context& context, std::string const& order, std::string const& item, std::string const& location) {
  auto const parcels = parcels_of(context, order);
  if (!parcels) return Unexpected{parcels.error()};
  for (auto const& parcel : *parcels) {
    if (parcel.state != "picked" && parcel.state != "packed") continue;
    for (auto const& content : contents_of(parcel)) {
      if (content.item == item && content.location == location) return true;
    }
  }
  return false;
}

Result<void> check_picked(Context& context, OrderSubject const& order, std::vector<trade::Line> const& before) {
  auto const& view = order.view;
  if (!view.has_parcels) return {};
  auto const parcels = parcels_of(context, view.stored.order.id);
  if (!parcels) return Unexpected{parcels.error()};
  std::map<std::string, std::int64_t> picked;
  for (auto const& parcel : *parcels) {
    if (parcel.state != "picked" && parcel.state != "packed") continue;
    for (auto const& content : contents_of(parcel)) picked[content.item] += content.quantity;
  }
  auto wanted = wanted_units(view.stored.order, view.shipped_units, view.credited_units);
  for (auto const& [item, units] : picked) {
    // What was never ordered goes in the place of something else.
    if (std::none_of(before.begin(), before.end(), [&sku = item](trade::Line const& line) { return line.item == sku; })) continue;
    auto const left = wanted[item];
    if (units > left)
      return context.refuse(
          "already_picked",
          std::to_string(units) + " of `" + item + "` are picked, and " + std::to_string(std::max<std::int64_t>(left, 0)) + " would still be wanted",
          "cancel the parcel first, or send a return when it has come");
  }
  return {};
}

Result<void> ship_parcel(Context& context, OrderSubject& order, store::StoredInstance const& parcel) {
  auto const contents = contents_of(parcel);
  if (contents.empty()) return {};  // a parcel that somebody else keeps the books of
  if (auto const released = check_released(context, order); !released) return released;
  auto& view = order.view;
  ledger::Group event;
  for (auto const& content : contents) {
    auto pendings = context.ledger.pendings_of(view.stored.order.id);
    std::erase_if(pendings, [&](ledger::Pending const& pending) {
      auto const key = context.ledger.key(pending.debit);
      return key.unit != content.item || key.place != content.location || is_backorder(key);
    });
    auto const first = event.transfers.size();
    auto const left = keep_promises(pendings, content.quantity, event.transfers);
    if (left > 0) {
      return context.refuse("not_reserved",
                            "`" + parcel.subject + "` holds " + std::to_string(left) + " of `" + content.item + "` that nothing is reserved for",
                            "send `observe_stock` with what was shipped, and cancel the parcel");
    }
    note_shipped(context, view, content.item, content.quantity);
    auto const item = context.store.load_item(content.item, context.command.at);
    if (!item) return Unexpected{item.error()};
    if (!*item) continue;
    // Of each lot that leaves, so many units.
    for (auto i = first; i < event.transfers.size(); ++i) {
      auto const& kept = event.transfers[i];
      ledger::Pending promise;
      if (kept.kind != ledger::TransferKind::post_pending || !context.ledger.pending(kept.target, promise)) continue;
      auto const lot = context.ledger.key(promise.debit).detail;
      auto const valued = value_out(context, event, **item, {content.location, lot}, kept.amount, "expenses:cogs", view.stored.order.id);
      if (!valued) return valued;
    }
  }
  if (policy_posts_on(context, "shipment.shipped")) {
    std::map<std::string, std::int64_t> units;
    for (auto const& content : contents) units[content.item] += content.quantity;
    auto const part = part_of(view.stored.order, units);
    auto const posted = post_event(context, "shipment.shipped", &view.facts, &part, {{"shipment.id", parcel.subject}}, view.stored.order.id, event.transfers);
    if (!posted) return posted;
  }
  ledger::Applied applied;
  return context.apply(std::move(event), applied);
}

Result<void> check_released(Context const& context, OrderSubject const& order) {
  auto const& state = order.instance.stored.state;
  if (state != "imported" && state != "validated" && state != "on_hold") return {};
  return context.refuse("on_hold", "order `" + order.view.stored.order.id + "` is " + state + " and not released", "release its holds first");
}

namespace {
Result<void> cancel_parcel(Context& context, std::string const& id) {
  auto subject = load_subject(context, id);
  if (!subject) return Unexpected{subject.error()};
  auto const outcome = context.outcome;
  auto const done = attempt_one(context, [&] { return (*subject)->assert_event(context, "cancel", {"system", ""}); });
  context.outcome = outcome;
  return !done && is_store_error(done.error()) ? done : Result<void>{};
}
}  // namespace

Result<void> call_off_stale_parcels(Context& context, OrderSubject& order) {
  if (!order.view.has_parcels) return {};
  auto const& id = order.view.stored.order.id;
  auto const parcels = parcels_of(context, id);
  if (!parcels) return Unexpected{parcels.error()};
  std::map<std::pair<std::string, std::string>, std::int64_t> reserved;
  for (auto const& pending : context.ledger.pendings_of(id)) {
    auto const key = context.ledger.key(pending.debit);
    if (!is_backorder(key)) reserved[{key.unit, key.place}] += pending.amount;
  }
  // Those that are picked come first: what is reserved is theirs.
  for (bool const planned : {false, true}) {
    for (auto const& parcel : *parcels) {
      bool const inside = parcel.state == "picked" || parcel.state == "packed";
      if (planned ? parcel.state != "planned" : !inside) continue;
      bool covered = true;
      auto const contents = contents_of(parcel);
      for (auto const& content : contents) covered = covered && reserved[{content.item, content.location}] >= content.quantity;
      if (planned && !covered) {
        if (auto const cancelled = cancel_parcel(context, parcel.subject); !cancelled) return cancelled;
        continue;
      }
      for (auto const& content : contents) reserved[{content.item, content.location}] -= content.quantity;
    }
  }
  return {};
}

Result<void> call_off_parcels(Context& context, OrderSubject& order) {
  if (!order.view.has_parcels) return {};
  auto const parcels = parcels_of(context, order.view.stored.order.id);
  if (!parcels) return Unexpected{parcels.error()};
  for (auto const& parcel : *parcels) {
    bool const inside = parcel.state == "planned" || parcel.state == "picked" || parcel.state == "packed";
    if (!inside || contents_of(parcel).empty()) continue;
    if (auto const cancelled = cancel_parcel(context, parcel.subject); !cancelled) return cancelled;
  }
  return {};
}

Result<void> run(Context& context, trade::PlanShipments const& body) {
  context.outcome.subject = body.order;
  OrderSubject order;
  if (auto const loaded = order.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = order.instance.stored.state;
  if (order.instance.stored.closed)
    return context.refuse("wrong_state", "`" + body.order + "` is " + order.instance.stored.state, "nothing is left to be sent");
  if (auto const released = check_released(context, order); !released) return released;
  auto const parcels = parcels_of(context, body.order);
  if (!parcels) return Unexpected{parcels.error()};
  // What lies reserved, less what open parcels hold already.
  std::vector<allocation::Content> contents;
  for (auto const& pending : context.ledger.pendings_of(body.order)) {
    auto const key = context.ledger.key(pending.debit);
    if (is_backorder(key)) continue;
    auto const same = std::find_if(contents.begin(), contents.end(), [&](auto const& c) { return c.item == key.unit && c.location == key.place; });
    if (same != contents.end()) {
      same->quantity += pending.amount;
      continue;
    }
    auto const item = context.store.load_item(key.unit, context.command.at);
    if (!item) return Unexpected{item.error()};
    auto const weight_g = *item ? whole_number(catalog::value_of((*item)->attributes, "item.weight_g")).value_or(0) : 0;
    contents.push_back({key.unit, key.place, pending.amount, weight_g});
  }
  for (auto const& parcel : *parcels) {
    if (parcel.state != "planned" && parcel.state != "picked" && parcel.state != "packed") continue;
    for (auto const& held : contents_of(parcel)) {
      for (auto& content : contents) {
        if (content.item == held.item && content.location == held.location) content.quantity -= std::min(content.quantity, held.quantity);
      }
    }
  }
  std::erase_if(contents, [](allocation::Content const& content) { return content.quantity == 0; });
  if (contents.empty()) return context.refuse("nothing_to_ship", "nothing is reserved for `" + body.order + "` that has no parcel", "allocate it first");
  constexpr std::int64_t parcels_max = 1'000;
  Int128 weight_g = 0;
  for (auto const& content : contents) weight_g += Int128{content.unit_weight_g} * content.quantity;
  if (body.weight_g_max > 0 && weight_g / body.weight_g_max > parcels_max) {
    return context.refuse("too_many_parcels", "it would be more than " + std::to_string(parcels_max) + " parcels",
                          "write a higher `weight_g_max`, or send it as freight");
  }
  auto const packed = allocation::pack(contents, body.weight_g_max);
  auto number = parcels->size();
  for (auto const& parcel : packed) {
    auto const id = body.order + "/" + std::to_string(++number);
    std::string words;
    for (auto const& content : parcel.contents) words += (words.empty() ? "" : ",") + content.item + "*" + std::to_string(content.quantity);
    std::vector<trade::Attribute> attributes = {{"shipment.location", parcel.location}, {std::string(contents_path), words}};
    if (parcel.weight_g > 0) attributes.push_back({"shipment.weight_g", std::to_string(parcel.weight_g)});
    if (auto const started = run(context, trade::StartInstance{"shipment", id, body.order, std::move(attributes)}); !started) return started;
  }
  context.outcome.subject = body.order;
  context.outcome.state = order.instance.stored.state;
  context.outcome.message = std::to_string(packed.size()) + " parcels";
  context.announce("order.parcels_planned", body.order, order.instance.stored.state);
  return {};
}

}  // namespace bylaw::inline v0::engine
